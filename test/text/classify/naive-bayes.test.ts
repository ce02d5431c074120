// Naive Bayes against the worked example of Manning, Raghavan & Schütze, Introduction to Information Retrieval, 2008, table 13.1.

import { expect, test } from "vitest";
import { fitNaiveBayes } from "../../../src/text/classify/naive-bayes.ts";
import { bagOfWords } from "../../../src/text/vectorize/bag-of-words.ts";

// Chinese 0, Beijing 1, Shanghai 2, Macao 3, Tokyo 4, Japan 5
const training = [
  [0, 1, 0],
  [0, 0, 2],
  [0, 3],
  [4, 5, 0],
];
const labels = Int32Array.of(1, 1, 1, 0); // 1: about China

test("the book's example: Chinese Chinese Chinese Tokyo Japan is about China", () => {
  const model = fitNaiveBayes(bagOfWords(training, 6), labels, 2);
  const asked = bagOfWords([[0, 0, 0, 4, 5]], 6);
  const [other, china] = model.jointLogProbabilities(asked);
  // Example 13.1: 3/4 · (3/7)³ · 1/14 · 1/14 ≈ 0.0003, 1/4 · (2/9)³ · 2/9 · 2/9 ≈ 0.0001
  expect(china).toBeCloseTo(Math.log((3 / 4) * (3 / 7) ** 3 * (1 / 14) ** 2), 12);
  expect(other).toBeCloseTo(Math.log((1 / 4) * (2 / 9) ** 5), 12);
  expect([...model.predict(asked)]).toEqual([1]);
});

test("an empty text gets the most frequent class, a class without texts none", () => {
  const model = fitNaiveBayes(bagOfWords(training, 6), labels, 3);
  expect([...model.predict(bagOfWords([[], [4, 4, 5]], 6))]).toEqual([1, 0]);
});
