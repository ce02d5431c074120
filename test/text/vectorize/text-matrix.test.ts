// textsToSequences, sequencesToTexts, textsToMatrix: as Keras' Tokenizer.

import { describe, expect, test } from "vitest";
import { fitTokenizer } from "../../../src/text/tokenizers/registry.ts";
import { sequencesToTexts, textsToSequences } from "../../../src/text/vectorize/sequences.ts";
import { type MatrixMode, textsToMatrix } from "../../../src/text/vectorize/text-matrix.ts";

const texts = ["It was a good day. A good, good day!", "was it?", ""];

// Expected: Keras 3.15.1, keras.src.legacy.preprocessing.text.Tokenizer(num_words=5), fitted to `texts`: texts_to_matrix(texts, mode=…).
describe("matrices as Keras'", () => {
  test.each<[MatrixMode, number[][]]>([
    [
      "binary",
      [
        [0, 1, 1, 1, 1],
        [0, 0, 1, 1, 0],
        [0, 0, 0, 0, 0],
      ],
    ],
    [
      "count",
      [
        [0, 3, 1, 1, 2],
        [0, 0, 1, 1, 0],
        [0, 0, 0, 0, 0],
      ],
    ],
    [
      "freq",
      [
        [0, 0.42857142857142855, 0.14285714285714285, 0.14285714285714285, 0.2857142857142857],
        [0, 0, 0.5, 0.5, 0],
        [0, 0, 0, 0, 0],
      ],
    ],
    [
      "tfidf",
      [
        [0, 1.922938989903798, Math.LN2, Math.LN2, 1.5514150692459345],
        [0, 0, Math.LN2, Math.LN2, 0],
        [0, 0, 0, 0, 0],
      ],
    ],
  ])("%s", async (mode, expected) => {
    const tokenizer = await fitTokenizer({ name: "words", numWords: 5 }, texts);
    const matrix = textsToMatrix(tokenizer, texts, { mode }).dense("float64");
    expect(matrix.shape).toEqual([3, 5]);
    for (const [i, value] of expected.flat().entries()) expect(matrix.data[i]).toBeCloseTo(value, 12);
  });

  // Keras 3.15.1: Tokenizer(oov_token="<OOV>") fitted to `texts`, texts_to_matrix(["a new good day new"], mode="tfidf").
  test("tfidf of a word that is not known", async () => {
    const tokenizer = await fitTokenizer({ name: "words", oovToken: "<OOV>" }, texts);
    const matrix = textsToMatrix(tokenizer, ["a new good day new"], { mode: "tfidf" }).dense("float64");
    const expected = [
      0, 2.3472003889562933, 0.9162907318741551, 0, 0, 0.9162907318741551, 0.9162907318741551,
    ];
    for (const [i, value] of expected.entries()) expect(matrix.data[i]).toBeCloseTo(value, 12);
  });
});

test("sequences and back", async () => {
  const tokenizer = await fitTokenizer("words", texts);
  const sequences = textsToSequences(tokenizer, texts);
  expect(sequences.map((ids) => Array.from(ids))).toEqual([[2, 3, 4, 1, 5, 4, 1, 1, 5], [3, 2], []]);
  expect(sequencesToTexts(tokenizer, sequences)).toEqual(["it was a good day a good good day", "was it", ""]);
});

describe("what is refused", () => {
  test("tfidf by a tokeniser that does not count", async () => {
    const tokenizer = await fitTokenizer("characters", texts);
    expect(() => textsToMatrix(tokenizer, texts, { mode: "tfidf" })).toThrow(
      'textsToMatrix: mode "tfidf" weighs by the texts that the tokeniser has counted, and "characters" does not count.',
    );
  });

  test("a mode that there is not", async () => {
    const tokenizer = await fitTokenizer("words", texts);
    expect(() => textsToMatrix(tokenizer, texts, { mode: "tf-idf" as "tfidf" })).toThrow(
      'textsToMatrix: mode is "tf-idf"; wanted one of binary, count, freq, tfidf.',
    );
  });
});
