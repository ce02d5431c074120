// Tests of ops where numbers are hard: overflow, infinities, ties, kinks and zeros; values and gradients.

import { describe, expect, test } from "vitest";
import { clip, div, log, maximum, minimum, mul, pow } from "../../src/graph/ops/arithmetic.ts";
import {
  abs,
  erf,
  exp,
  floor,
  relu,
  round,
  sigmoid,
  sign,
  softplus,
  tanh,
} from "../../src/graph/ops/functions.ts";
import { slice } from "../../src/graph/ops/layout.ts";
import { maxPool1d } from "../../src/graph/ops/pool.ts";
import {
  argmax,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  softmax,
  variance,
} from "../../src/graph/ops/reduce.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { grad } from "../../src/graph/trace.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { evaluateOne } from "../support/check-op.ts";

type Compute = (x: Tensor) => Tensor;

const float64 = (values: readonly number[]) => ndarray(values, { dtype: "float64" });
const resultOf = (compute: Compute, x: readonly number[]) =>
  evaluateOne((t) => compute(t), float64(x)).toArray();
const slopeOf = (compute: Compute, x: readonly number[]) =>
  evaluateOne((t) => grad((u: Tensor) => sum(compute(u)))(t), float64(x)).toArray();

const infinity = Number.POSITIVE_INFINITY;

describe("far from zero", () => {
  test.each<[string, Compute, number[], number[]]>([
    ["sigmoid", sigmoid, [-1000, 1000], [0, 1]],
    ["tanh", tanh, [-1000, 1000], [-1, 1]],
    ["softplus", softplus, [-1000, 1000], [0, 1000]],
    ["erf", erf, [-1000, 1000, -infinity, infinity], [-1, 1, -1, 1]],
    ["softmax", softmax, [1000, 1000, -1000], [0.5, 0.5, 0]],
    ["softmax with a masked place", softmax, [0, 0, -infinity], [0.5, 0.5, 0]],
    ["logSoftmax", logSoftmax, [1000, 0, 1000], [-Math.LN2, -1000 - Math.LN2, -Math.LN2]],
    ["logSumExp", (x) => logSumExp(x, 0, { keepDims: true }), [1000, 1000], [1000 + Math.LN2]],
    ["logSumExp with a masked place", (x) => logSumExp(x, 0, { keepDims: true }), [3, -infinity], [3]],
    [
      "logSumExp of nothing but masked places",
      (x) => logSumExp(x, 0, { keepDims: true }),
      [-infinity, -infinity],
      [-infinity],
    ],
    ["logSumExp with an infinity", (x) => logSumExp(x, 0, { keepDims: true }), [infinity, 1], [infinity]],
    ["max of infinities", (x) => max(x, 0, { keepDims: true }), [-infinity, -infinity], [-infinity]],
    ["min of infinities", (x) => min(x, 0, { keepDims: true }), [infinity, infinity], [infinity]],
    ["variance of large numbers", (x) => variance(x, 0, { keepDims: true }), [1e8, 1e8 + 2], [1]],
  ])("%s", (_, compute, x, wanted) => {
    const got = resultOf(compute, x);
    for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 12);
    expect(got.length).toBe(wanted.length);
  });

  test.each<[string, Compute, number[], number[]]>([
    ["sigmoid", sigmoid, [-1000, 1000], [0, 0]],
    ["tanh", tanh, [-1000, 1000], [0, 0]],
    ["softplus", softplus, [-1000, 1000], [0, 1]],
    ["erf", erf, [-1000, 1000], [0, 0]],
    ["logSumExp", (x) => logSumExp(x), [1000, 1000, -1000], [0.5, 0.5, 0]],
    ["logSumExp with a masked place", (x) => logSumExp(x), [3, -infinity], [1, 0]],
    ["logSoftmax, the first place", (x) => slice(logSoftmax(x), 0, 0, 1), [1000, 0, 1000], [0.5, 0, -0.5]],
  ])("the gradient of %s", (_, compute, x, wanted) => {
    const got = slopeOf(compute, x);
    for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 12);
  });
});

test("erf agrees with the tables, on both sides of where its formula changes", () => {
  // NIST Digital Library of Mathematical Functions, Table 7.23 / Abramowitz & Stegun, Table 7.1.
  const table: readonly (readonly [number, number])[] = [
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [2.999999, 0.9999779093637866],
    [3, 0.9999779095030014],
    [3.5, 0.999999256901628],
    [5, 0.9999999999984626],
  ];
  for (const [x, wanted] of table) {
    expect(resultOf(erf, [x, -x])[0], `erf ${x}`).toBeCloseTo(wanted, 12);
    expect(resultOf(erf, [x, -x])[1], `erf -${x}`).toBeCloseTo(-wanted, 12);
  }
  expect(resultOf(erf, [0])).toEqual([0]);
});

describe("kinks, ties and steps", () => {
  test.each<[string, Compute, number[], number[]]>([
    ["relu at 0", relu, [0], [0]],
    ["abs at 0", abs, [0], [0]],
    ["softplus at 0", softplus, [0], [0.5]],
    ["max of equals", (x) => max(x), [1, 3, 3, 2], [0, 0.5, 0.5, 0]],
    ["min of equals", (x) => min(x), [1, 1, 1, 2], [1 / 3, 1 / 3, 1 / 3, 0]],
    ["maximum with itself", (x) => maximum(x, x), [1, 2], [1, 1]],
    ["maximum at a tie", (x) => maximum(x, 2), [1, 2, 3], [0, 0.5, 1]],
    ["minimum at a tie", (x) => minimum(x, 2), [1, 2, 3], [1, 0.5, 0]],
    ["clip inside and outside", (x) => clip(x, -1, 1), [-2, 0, 2], [0, 1, 0]],
    ["pow to 2 at 0", (x) => pow(x, 2), [0, 3], [0, 6]],
    ["pow to 1 at 0", (x) => pow(x, 1), [0, 3], [1, 1]],
    ["pow to 0 at 0", (x) => pow(x, 0), [0, 3], [0, 0]],
    ["pow of 0 by its exponent", (x) => pow(mul(x, 0), x), [2], [0]],
    ["a quotient at 0", (x) => div(x, 2), [0], [0.5]],
  ])("the gradient of %s", (_, compute, x, wanted) => {
    expect(slopeOf(compute, x)).toEqual(wanted);
  });

  test("the second and third gradient of small powers at 0", () => {
    const second = (x: Tensor) => grad((u: Tensor) => sum(pow(u, 2)))(x);
    expect(slopeOf(second, [0, 1])).toEqual([2, 2]);
    expect(slopeOf((x) => grad((u: Tensor) => sum(second(u)))(x), [0, 1])).toEqual([0, 0]);
  });

  test.each<[string, Compute, number[], number[]]>([
    [
      "round, halves to even",
      round,
      [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.49, 1e15 + 0.5],
      [-2, -2, -0, 0, 2, 2, 3, 1e15],
    ],
    ["floor", floor, [-1.5, -1, 1.5], [-2, -1, 1]],
    ["sign", sign, [-3, 0, 3], [-1, 0, 1]],
    ["argmax, the first of equals", (x) => argmax(x), [1, 3, 3], [1]],
    ["log and exp", (x) => log(exp(x)), [0, -1], [0, -1]],
  ])("%s", (_, compute, x, wanted) => {
    expect(resultOf(compute, x)).toEqual(wanted);
  });
});

test("lines of a large vocabulary", () => {
  const logits = new NdArray(new Float64Array(300_000), [1, 300_000]);
  expect(evaluateOne((x) => softmax(x), logits).at(0, 7)).toBeCloseTo(1 / 300_000, 15);
  expect(evaluateOne((x) => argmax(x), logits).toArray()).toEqual([0]);
});

test("the mean over no elements is NaN, as 0 / 0", () => {
  expect(evaluateOne((x) => mean(x), NdArray.zeros([0], "float64")).item()).toBeNaN();
});

test("reductions over no axes are the tensor itself", () => {
  for (const reduce of [sum, max, min, mean, logSumExp]) {
    const got = evaluateOne((x) => reduce(x, []), float64([3, -1]));
    expect(got.toArray()).toEqual([3, -1]);
  }
});

test("the padding of a pool never wins, and gets no gradient", () => {
  const x = new NdArray(Float64Array.of(-5, -7, -6), [1, 3, 1]);
  const pool = (t: Tensor) => maxPool1d(t, 2, { stride: 2, padding: "same" });
  expect(evaluateOne((t) => pool(t), x).toArray()).toEqual([-5, -6]);
  expect(evaluateOne((t) => grad((u: Tensor) => sum(pool(u)))(t), x).toArray()).toEqual([1, 0, 1]);
});
