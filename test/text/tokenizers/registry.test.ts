// The tokenisers by name: each is fitted, written as JSON, read back and the same; records that are none are refused.

import { describe, expect, test } from "vitest";
import {
  fitTokenizer,
  openTokenizer,
  type TokenizerConfig,
  tokenizerNames,
  tokenizerOf,
} from "../../../src/text/tokenizers/registry.ts";

const texts = [
  "The cat sat on the mat.",
  "The dog ate my homework.",
  "the cats' homework? naïve — 日本語 42!",
];

const configs: Record<string, TokenizerConfig> = {
  characters: { name: "characters", unknownToken: "\uFFFD", paddingToken: "<pad>" },
  graphemes: { name: "characters", unit: "graphemes" },
  words: { name: "words", numWords: 8, oovToken: "<unk>" },
  "unicode-words": { name: "unicode-words", lower: false, punctuation: true },
  "n-grams": { name: "n-grams", n: [1, 2], minCount: 2 },
  bpe: { name: "bpe", vocabularySize: 280, specialTokens: ["<|end|>"] },
  "word-piece": { name: "word-piece", vocabularySize: 70 },
  unigram: { name: "unigram", vocabularySize: 60, lower: true },
};

test("every name is tried here", () => {
  expect(new Set(Object.values(configs).map(({ name }) => name))).toEqual(new Set(tokenizerNames));
});

describe.each(Object.entries(configs))("%s", (_, config) => {
  test("is the same after JSON", async () => {
    const tokenizer = await fitTokenizer(config, texts);
    const read = tokenizerOf(JSON.parse(JSON.stringify(tokenizer.record())));
    expect(read.name).toBe(config.name);
    expect(read.vocabulary.size).toBe(tokenizer.vocabulary.size);
    expect(read.record()).toEqual(tokenizer.record());
    for (const text of texts) {
      const ids = tokenizer.encode(text);
      expect(read.encode(text)).toEqual(ids);
      expect(read.decode(ids)).toBe(tokenizer.decode(ids));
      expect(read.split(text)).toEqual(tokenizer.split(text));
    }
  });

  test("tokens and ids belong together", async () => {
    const tokenizer = await fitTokenizer(config, texts);
    const { vocabulary } = tokenizer;
    for (const text of texts) {
      const ids = tokenizer.split(text).map((token) => vocabulary.idOf(token) ?? vocabulary.unknown ?? -1);
      expect(ids.filter((id) => id >= 0)).toEqual(Array.from(tokenizer.encode(text)));
    }
    for (let id = 0; id < vocabulary.size; id++) {
      const token = vocabulary.tokenOf(id);
      if (token !== undefined) expect(vocabulary.idOf(token)).toBe(id);
    }
    expect(vocabulary.tokenOf(vocabulary.size)).toBeUndefined();
  });

  test("an empty text has no tokens", async () => {
    const tokenizer = await fitTokenizer(config, texts);
    expect(tokenizer.encode("")).toHaveLength(0);
    expect(tokenizer.decode([])).toBe("");
  });

  test("there is nothing to learn from nothing", async () => {
    await expect(fitTokenizer(config, [""])).rejects.toThrow(
      /^[a-z-]+: there are no [a-z-]+ in 1 text\. Give it texts to fit to\.$/,
    );
  });
});

describe("what is refused", () => {
  test("a name that there is not", async () => {
    await expect(fitTokenizer("word" as "words", texts)).rejects.toThrow(
      'there is no tokeniser "word". Did you mean "words"? There are characters, words, unicode-words, n-grams, bpe, word-piece, unigram',
    );
  });

  test.each<[string, unknown, string]>([
    [
      "what is no record",
      7,
      "This is no tokeniser of this version: it: Invalid input: expected object, received number; got 7.",
    ],
    [
      "another format",
      { format: "recurra-forecaster", version: 1, name: "words" },
      'This is no tokeniser of this version: format: Invalid input: expected "recurra-tokenizer"',
    ],
    [
      "a tokenizer.json",
      { version: "1.0", model: {} },
      "It looks like a tokenizer.json: read it with huggingFaceTokenizer.",
    ],
    [
      "a name that there is not",
      { format: "recurra-tokenizer", version: 1, name: "bep" },
      'There is no tokeniser "bep". Did you mean "bpe"?',
    ],
    [
      "a part that is missing",
      { format: "recurra-tokenizer", version: 1, name: "words", options: {}, texts: 2 },
      "A words tokeniser cannot be read: tokens: Invalid input: expected array, received undefined. Fit it and save it again.",
    ],
    [
      "an option that there is not",
      {
        format: "recurra-tokenizer",
        version: 1,
        name: "words",
        options: { numwords: 3 },
        texts: 2,
        tokens: [],
      },
      'words: there is no option "numwords". Did you mean "numWords"?',
    ],
    [
      "a merge of what is not known",
      { format: "recurra-tokenizer", version: 1, name: "bpe", options: {}, merges: ["a b", "a bc"] },
      'A bpe tokeniser cannot be read: merges.1 is "a bc"; wanted two tokens known before it, with a space between them.',
    ],
    [
      "a character that comes twice",
      { format: "recurra-tokenizer", version: 1, name: "characters", options: {}, characters: ["a", "a"] },
      'A vocabulary has "a" twice, as 0 and as 1; each token is to have one id.',
    ],
  ])("%s", (_, record, message) => {
    expect(() => tokenizerOf(record)).toThrow(message);
  });
});

test("openTokenizer reads what tokenizerOf reads", async () => {
  const tokenizer = await fitTokenizer("characters", texts);
  expect((await openTokenizer(tokenizer.record())).record()).toEqual(tokenizer.record());
});
