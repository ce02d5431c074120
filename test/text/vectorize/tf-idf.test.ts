// tf-idf, bags of words and sparse rows: scikit-learn's results, and what is refused.

import { describe, expect, test } from "vitest";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { bagOfWords } from "../../../src/text/vectorize/bag-of-words.ts";
import { SparseRows } from "../../../src/text/vectorize/sparse-rows.ts";
import { fitTfIdf, type TfIdfOptions, tfIdfOf } from "../../../src/text/vectorize/tf-idf.ts";

// The counts of scikit-learn's user guide, "6.2.3.4. Tf-idf term weighting".
const counts = SparseRows.from(
  ndarray([
    [3, 0, 1],
    [2, 0, 0],
    [3, 0, 0],
    [4, 0, 0],
    [3, 2, 0],
    [3, 0, 2],
  ]),
);

// Expected: scikit-learn 1.9.1, TfidfTransformer(…).fit(counts): idf_ and rows 0, 4 and 5 of transform(counts); the user guide has those of
// the first two.
describe("as scikit-learn", () => {
  test.each<[TfIdfOptions, number[], number[]]>([
    [
      {},
      [1, 2.252762968495368, 1.8472978603872037],
      [
        0.85151334721046, 0, 0.5243329281310096, 0.5542289327998063, 0.8323642772534078, 0, 0.63035730725644,
        0, 0.7763051366495072,
      ],
    ],
    [
      { smooth: false },
      [1, 2.791759469228055, 2.09861228866811],
      [
        0.8194099510753754, 0, 0.5732079309279059, 0.47330339145578754, 0.8808994832762984, 0,
        0.5814926070688599, 0, 0.8135516873095774,
      ],
    ],
    [
      { norm: "l1", sublinear: true },
      [1, 2.252762968495368, 1.8472978603872037],
      [
        0.5318449253515154, 0, 0.4681550746484847, 0.3549226916820774, 0.6450773083179225, 0,
        0.40154381031124625, 0, 0.5984561896887538,
      ],
    ],
    [
      { norm: "none" },
      [1, 2.252762968495368, 1.8472978603872037],
      [3, 0, 1.8472978603872037, 3, 4.505525936990736, 0, 3, 0, 3.6945957207744073],
    ],
  ])("%j", (options, weights, rows) => {
    const tfIdf = fitTfIdf(counts, options);
    for (const [i, weight] of weights.entries()) expect(tfIdf.weights[i]).toBeCloseTo(weight, 12);
    const weighed = tfIdf.transform(counts).dense("float64").takeRows([0, 4, 5]);
    for (const [i, value] of rows.entries()) expect(weighed.data[i]).toBeCloseTo(value, 12);
  });

  test("a token that no text has weighs nothing where nothing is smoothed, and a text without tokens stays empty", () => {
    const some = bagOfWords([[0], []], 2);
    expect(Array.from(fitTfIdf(some, { smooth: false }).weights)).toEqual([Math.log(2) + 1, 0]);
    expect(fitTfIdf(some).transform(some).dense().toNested()).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });
});

test("weights are the same after JSON", () => {
  const tfIdf = fitTfIdf(counts, { norm: "l1" });
  const read = tfIdfOf(JSON.parse(JSON.stringify(tfIdf.record())));
  expect(read.transform(counts).values).toEqual(tfIdf.transform(counts).values);
  expect(() => tfIdfOf({ format: "recurra-tf-idf" })).toThrow(
    "These are no tf-idf weights of this version: version: Invalid input",
  );
});

describe("bags of words", () => {
  test("the places that are not 0, in rising order", () => {
    const bag = bagOfWords([[4, 1, 4], [], [0]], 5);
    expect([bag.rows, bag.columns]).toEqual([3, 5]);
    expect([bag.starts, bag.indices, bag.values].map((part) => Array.from(part))).toEqual([
      [0, 2, 2, 3],
      [1, 4, 0],
      [1, 2, 1],
    ]);
    expect(SparseRows.from(bag.dense())).toEqual(bag);
  });

  test("what is refused", () => {
    expect(() => bagOfWords([[5]], 5)).toThrow(
      "bagOfWords: id 5 at 0 of sequence 0 is none of the 5 there are, 0 to 4.",
    );
    expect(() => bagOfWords([], 5, { mode: "tfidf" as "count" })).toThrow(
      'bagOfWords: mode is "tfidf"; wanted one of count, binary, freq.',
    );
    expect(() => fitTfIdf(counts).transform(bagOfWords([[0]], 4))).toThrow(
      "tf-idf was fitted to 3 columns, but these counts have 4. Count with the same tokeniser.",
    );
    expect(() => fitTfIdf(counts, { norm: "l3" as "l2" })).toThrow(
      'tf-idf: norm is "l3"; wanted one of l2, l1, none.',
    );
  });
});
