// n-grams: those of scikit-learn's analysers, and what is counted.

import { expect, test } from "vitest";
import { fitNGrams, type NGramsOptions } from "../../../src/text/tokenizers/n-grams.ts";

// Expected: scikit-learn 1.9.1, CountVectorizer(ngram_range=…, analyzer=…).build_analyzer()(text).
test.each<[string, string, NGramsOptions, string[]]>([
  [
    "words and pairs",
    "The quick brown fox, the quick",
    { n: [1, 2] },
    [
      "the",
      "quick",
      "brown",
      "fox",
      "the",
      "quick",
      "the quick",
      "quick brown",
      "brown fox",
      "fox the",
      "the quick",
    ],
  ],
  [
    "characters",
    "héy you",
    { of: "characters", n: [2, 3] },
    ["hé", "éy", "y ", " y", "yo", "ou", "héy", "éy ", "y y", " yo", "you"],
  ],
])("%s", async (_, text, options, expected) => {
  expect((await fitNGrams(options, [text])).split(text)).toEqual(expected);
});

test("characters are code points", async () => {
  const tokenizer = await fitNGrams({ of: "characters" }, ["a👍b"]);
  expect(tokenizer.split("a👍b")).toEqual(["a👍", "👍b"]);
});

test("words of any language", async () => {
  const tokenizer = await fitNGrams({ of: "unicode-words", n: 2 }, ["שלום עולם, שלום!"]);
  expect(tokenizer.split("שלום עולם, שלום!")).toEqual(["שלום עולם", "עולם שלום"]);
});

test("the most frequent have ids, and decoding shows them", async () => {
  const tokenizer = await fitNGrams({ numTokens: 3, oovToken: "<unk>" }, ["a b a b c", "a b"]);
  expect(tokenizer.tokens).toEqual([{ token: "a b", count: 3, texts: 2 }]);
  expect(Array.from(tokenizer.encode("a b d"))).toEqual([2, 1]);
  expect(tokenizer.decode([2, 1, 0])).toBe("a b | <unk>");
});

test("a text shorter than n has none", async () => {
  const tokenizer = await fitNGrams({ n: 3 }, ["a b c"]);
  expect(tokenizer.encode("a b")).toHaveLength(0);
  await expect(fitNGrams({ n: 3 }, ["a b"])).rejects.toThrow("n-grams: there are no n-grams in 1 text.");
});

test("n that is none", async () => {
  await expect((async () => fitNGrams({ n: [3, 2] }, ["a"]))()).rejects.toThrow(
    "n-grams: n is [3,2]; wanted a positive whole number or two of them, the smaller first.",
  );
});
