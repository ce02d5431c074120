// What is measured of classified series, against figures worked out by hand.

import { expect, test } from "vitest";
import { evaluateProbabilities, mostProbable } from "../../../src/nn/metrics/evaluation.ts";
import { wilsonInterval } from "../../../src/nn/metrics/wilson.ts";

test("two classes: every figure by hand", () => {
  const labels = Int32Array.of(0, 0, 0, 1, 1);
  const second = [0.1, 0.6, 0.3, 0.8, 0.4];
  const probabilities = Float64Array.from(second.flatMap((p) => [1 - p, p]));
  const found = evaluateProbabilities(labels, probabilities, ["no", "yes"]);
  // Taken for: no, yes, no, yes, no.
  expect(found.confusion).toEqual([
    [2, 1],
    [1, 1],
  ]);
  expect(found.accuracy).toBeCloseTo(3 / 5, 12);
  expect(found.balancedAccuracy).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
  // F₁ of "no": precision 2/3, recall 2/3; of "yes": precision 1/2, recall 1/2.
  expect(found.macroF1).toBeCloseTo((2 / 3 + 1 / 2) / 2, 12);
  // Of the six pairs of a "yes" and a "no", 0.8 beats all three and 0.4 beats 0.1 and 0.3.
  expect(found.rocAuc).toBeCloseTo(5 / 6, 12);
  expect(found.logLoss).toBeCloseTo(-Math.log(0.9 * 0.4 * 0.7 * 0.8 * 0.4) / 5, 12);
});

test("three classes, one of which does not occur and is not predicted", () => {
  const probabilities = Float64Array.of(0.5, 0.3, 0.2, 0.2, 0.7, 0.1, 0.6, 0.3, 0.1);
  const found = evaluateProbabilities(Int32Array.of(0, 1, 1), probabilities, ["a", "b", "c"]);
  expect(found.balancedAccuracy).toBeCloseTo((1 + 1 / 2) / 2, 12);
  expect(found.macroF1).toBeCloseTo((2 / 3 + 2 / 3) / 2, 12);
  expect(found.rocAuc).toBeUndefined();
});

test("a certainty that was wrong costs much, but not all; one class alone has no area", () => {
  const found = evaluateProbabilities(Int32Array.of(1), Float64Array.of(1, 0), ["a", "b"]);
  expect(found.logLoss).toBeCloseTo(15 * Math.LN10, 6);
  expect(found.rocAuc).toBeNaN();
});

test("of classes alike the first is taken", () => {
  expect([...mostProbable(Float64Array.of(0.4, 0.4, 0.2, 0.2, 0.4, 0.4), 3)]).toEqual([0, 1]);
});

// Brown, Cai and DasGupta, Interval estimation for a binomial proportion, Statistical Science 16 (2001): 0 of 10, and 5 of 10.
test("Wilson's interval", () => {
  expect(wilsonInterval(0, 10)).toEqual([0, expect.closeTo(0.2775, 4)]);
  expect(wilsonInterval(5, 10)).toEqual([expect.closeTo(0.2366, 4), expect.closeTo(0.7634, 4)]);
});
