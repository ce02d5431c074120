// Generation: pieces of text, stop strings, bytes of characters, ends.

import { expect, test } from "vitest";
import { type GenerateOptions, generate, generateText } from "../../../src/text/language/generate.ts";
import type { LanguageModel } from "../../../src/text/language/language-model.ts";
import { StopStrings } from "../../../src/text/language/stop-strings.ts";
import { TextStream } from "../../../src/text/language/text-stream.ts";
import { fitCharacters } from "../../../src/text/tokenizers/characters.ts";
import { fitTokenizer } from "../../../src/text/tokenizers/registry.ts";
import type { Tokenizer } from "../../../src/text/tokenizers/tokenizer.ts";
import { vocabularyOf } from "../../../src/text/tokenizers/vocabulary.ts";
import { fitWords } from "../../../src/text/tokenizers/words.ts";

/** The bytes of UTF-8 as tokens. */
const bytes: Tokenizer = {
  name: "bytes",
  vocabulary: vocabularyOf(Array.from({ length: 256 }, (_, id) => `<${id}>`)),
  split: (text) => [...new TextEncoder().encode(text)].map((id) => `<${id}>`),
  encode: (text) => Int32Array.from(new TextEncoder().encode(text)),
  decode: (ids) => new TextDecoder().decode(Uint8Array.from(ids)),
  record: () => ({ format: "recurra-tokenizer", version: 1, name: "bytes" }),
};

/** A model that says one thing, whatever it reads. @param read takes note of what is read */
function saying(
  tokenizer: Tokenizer,
  ids: Iterable<number>,
  read: (ids: readonly number[]) => void = () => {},
  endOfText?: number,
): LanguageModel {
  const text = [...ids];
  return {
    tokenizer,
    endOfText,
    score: () => Promise.reject(new Error("not asked for")),
    save: () => Promise.reject(new Error("not asked for")),
    reader() {
      let next = 0;
      const logits = new Float32Array(tokenizer.vocabulary.size + (endOfText === undefined ? 0 : 1));
      return {
        async read(given) {
          read([...given]);
          logits.fill(-50);
          logits[text[next++ % text.length] ?? 0] = 50;
          return logits;
        },
      };
    },
  };
}

async function piecesOf(model: LanguageModel, options: GenerateOptions = {}): Promise<readonly string[]> {
  const pieces: string[] = [];
  for await (const piece of generate(model, options)) pieces.push(piece);
  return pieces;
}

const letters = await fitCharacters({}, ["abcdefghij. \n"]);

test("text comes token by token, from what the prompt begins", async () => {
  const reads: (readonly number[])[] = [];
  const model = saying(letters, letters.encode("cde"), (ids) => reads.push(ids));
  expect(await piecesOf(model, { prompt: "ab", maxTokens: 4 })).toEqual(["c", "d", "e", "c"]);
  expect(reads).toEqual([
    [...letters.encode("ab")],
    ...Array.from("cde", (letter) => [...letters.encode(letter)]),
  ]);
  expect(await piecesOf(model, { prompt: "ab", maxTokens: 0 })).toEqual([]);
});

test("words come with the spaces between them", async () => {
  const words = await fitWords({}, ["the quick brown fox"]);
  const model = saying(words, words.encode("brown fox"));
  expect(await piecesOf(model, { prompt: "the quick", maxTokens: 2 })).toEqual([" brown", " fox"]);
  expect(await piecesOf(model, { maxTokens: 2 })).toEqual(["brown", " fox"]);
});

test("the text ends before a stop string, also one that lies across tokens", async () => {
  const model = saying(letters, letters.encode("ab. cd.\n"));
  expect(await piecesOf(model, { stop: ".\n" })).toEqual(["a", "b", ". ", "c", "d"]);
  expect(await generateText(model, { stop: ["zz", "d.", ". c"] })).toBe("ab");
  expect(await generateText(model, { prompt: "ab", stop: "ba", maxTokens: 9 })).toBe("ab. cd.\na");
});

test("what was held back comes when the text ends without the stop string", async () => {
  const model = saying(letters, letters.encode("ab."));
  expect(await piecesOf(model, { stop: ".\n", maxTokens: 3 })).toEqual(["a", "b", "."]);
});

test("bytes wait until their character is whole", async () => {
  const said = "é€😀x";
  const model = saying(bytes, bytes.encode(said));
  expect(await piecesOf(model, { maxTokens: 10 })).toEqual(["é", "€", "😀", "x"]);
  // Cut off within a character.
  expect(await piecesOf(model, { maxTokens: 4 })).toEqual(["é", "\ufffd"]);
});

test("streamed bytes are what decoding them at once gives, also where they are no characters", () => {
  // Every kind of fault: lone continuations, cut characters, starts that nothing follows.
  const text = [
    0x41, 0x80, 0x80, 0x80, 0x80, 0xe2, 0x82, 0xac, 0xe2, 0x82, 0x42, 0xf0, 0x9f, 0x98, 0x80, 0xff, 0xf0,
    0x9f, 0x43,
  ];
  const many = Array.from({ length: 20 }, () => text).flat();
  const stream = new TextStream(bytes);
  expect(many.map((id) => stream.push(id)).join("") + stream.end()).toBe(bytes.decode(many));
});

test("streamed words are what decoding them at once gives", async () => {
  const words = await fitWords({}, ["a b c d e f g"]);
  const ids = Array.from({ length: 100 }, (_, i) => 1 + ((i * i) % 7));
  const stream = new TextStream(words, ids.slice(0, 30));
  const rest = ids.slice(30).map((id) => stream.push(id));
  expect(words.decode(ids.slice(0, 30)) + rest.join("") + stream.end()).toBe(words.decode(ids));
});

test("streamed subwords are what decoding them at once gives", async () => {
  const text = "un été à la plage, l'herbe, 你好 😀 and the rest of the rest is the best";
  for (const config of [{ name: "bpe", vocabularySize: 280 }, "unigram"] as const) {
    const tokenizer = await fitTokenizer(config, [text, text]);
    const ids = tokenizer.encode(text);
    const stream = new TextStream(tokenizer);
    expect(Array.from(ids, (id) => stream.push(id)).join("") + stream.end()).toBe(tokenizer.decode(ids));
  }
});

test("where a tokeniser joins words later on, no character is lost", () => {
  // As WordPiece does: an apostrophe takes the spaces around it away once something follows.
  const joining: Tokenizer = {
    ...bytes,
    decode: (ids) =>
      Array.from(ids, (id) => ["l", "'", "herbe"][id])
        .join(" ")
        .replace(" ' ", "'"),
  };
  const stream = new TextStream(joining);
  expect([0, 1, 2, 0].map((id) => stream.push(id))).toEqual(["l", " '", "herbe", " l"]);
});

test("the model ends the text; padding and unknown tokens are never drawn", async () => {
  const size = letters.vocabulary.size;
  const ending = saying(letters, [...letters.encode("ab"), size], undefined, size);
  expect(await piecesOf(ending)).toEqual(["a", "b"]);
  const words = await fitWords({ oovToken: "<unk>" }, ["yes yes"]);
  const { unknown } = words.vocabulary;
  const unsure = saying(words, [unknown ?? -1]);
  expect(unknown).toBeDefined();
  expect(await piecesOf(unsure, { maxTokens: 2 })).toEqual(["yes", " yes"]);
});

test("an aborted signal ends the work with its reason", async () => {
  const abort = new AbortController();
  const pieces: string[] = [];
  const run = async () => {
    for await (const piece of generate(saying(letters, [0, 1]), { signal: abort.signal })) {
      pieces.push(piece);
      if (pieces.length === 3) abort.abort(new Error("enough"));
    }
  };
  await expect(run()).rejects.toThrow("enough");
  expect(pieces).toHaveLength(3);
});

test("wrong options are refused at once", () => {
  const model = saying(letters, [0]);
  expect(() => generate(model, { stop: "" })).toThrow(
    /stop is to be a string or a list of strings that are not empty/,
  );
  expect(() => generate(model, { maxTokens: -1 })).toThrow(
    /maxTokens is to be a whole number from 0 up, got -1/,
  );
  expect(() => generate(model, { topk: 3 } as GenerateOptions)).toThrow(/no option "topk"/);
});

test("of stop strings the one that comes first in the text counts", () => {
  const stops = new StopStrings(["world", "o w"]);
  expect([stops.push("hello"), stops.push(" "), stops.isStopped, stops.push("w"), stops.isStopped]).toEqual([
    "hell",
    "",
    false,
    "",
    true,
  ]);
  const half = new StopStrings("aab");
  expect(["a", "a", "a", "a", "c"].map((piece) => half.push(piece))).toEqual(["", "", "a", "a", "aac"]);
});
