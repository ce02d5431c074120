// Cases for reductions, softmax and its kin, and cumulative sums.

import {
  argmax,
  cumsum,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  softmax,
  standardDeviation,
  variance,
} from "../../../src/graph/ops/reduce.ts";
import { type ReduceOptions, sum } from "../../../src/graph/ops/sum.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { given, integers, type OpCase, reals, spaced } from "../../support/check-op.ts";
import { alongAxis, reduced } from "../../support/naive.ts";

type Values = readonly number[];
type Reduction = readonly [
  name: string,
  compute: (x: Tensor, axis?: number | readonly number[], options?: ReduceOptions) => Tensor,
  formula: (values: Values) => number,
];

const added = (values: Values) => values.reduce((total, value) => total + value, 0);
const average = (values: Values) => added(values) / values.length;
const spread = (values: Values) => average(values.map((value) => (value - average(values)) ** 2));
const logOfSum = (values: Values) => Math.log(added(values.map((value) => Math.exp(value))));

const reductions: readonly Reduction[] = [
  ["sum", sum, added],
  ["mean", mean, average],
  ["variance", variance, spread],
  ["standardDeviation", standardDeviation, (values) => Math.sqrt(spread(values))],
  ["max", max, (values) => values.toSorted((a, b) => b - a)[0] ?? Number.NaN],
  ["min", min, (values) => values.toSorted((a, b) => a - b)[0] ?? Number.NaN],
  ["logSumExp", logSumExp, logOfSum],
];

const reductionCases: readonly OpCase[] = reductions.flatMap(
  ([name, compute, formula]) =>
    [
      {
        name: `${name} over all axes`,
        inputs: [spaced([2, 3])],
        compute: (x: Tensor) => compute(x),
        expected: (x) => reduced(x, [0, 1], formula),
      },
      {
        name: `${name} over the first axis`,
        inputs: [spaced([4, 2])],
        compute: (x: Tensor) => compute(x, 0),
        expected: (x) => reduced(x, [0], formula),
      },
      {
        name: `${name} over two axes, kept`,
        inputs: [spaced([2, 3, 2])],
        compute: (x: Tensor) => compute(x, [-1, 0], { keepDims: true }),
        expected: (x) => reduced(x, [0, 2], formula, { keepDims: true }),
      },
      {
        name: `${name} over the middle axis`,
        inputs: [spaced([2, 3, 2])],
        compute: (x: Tensor) => compute(x, 1),
        expected: (x) => reduced(x, [1], formula),
      },
    ] satisfies OpCase[],
);

const tieCases: readonly OpCase[] = [
  {
    name: "sum of integers",
    inputs: [integers([2, 3], -5, 5)],
    compute: (x) => sum(x, 1),
    expected: (x) => reduced(x, [1], added, { dtype: "int64" }),
    noGradient: "integers have none",
  },
  {
    name: "max of integers",
    inputs: [integers([2, 3], -5, 5, "int32")],
    compute: (x) => max(x, 0),
    expected: (x) => reduced(x, [0], (values) => Math.max(...values), { dtype: "int32" }),
    noGradient: "integers have none",
  },
  {
    name: "argmax along the last axis",
    inputs: [spaced([3, 5])],
    compute: (x) => argmax(x),
    expected: (x) => reduced(x, [1], (values) => values.indexOf(Math.max(...values)), { dtype: "int64" }),
    noGradient: "its result is a place",
  },
  {
    name: "argmax along the first axis, the first of equals",
    inputs: [
      given([
        [1, 5, 0],
        [3, 5, 0],
        [3, 2, 0],
      ]),
    ],
    compute: (x) => argmax(x, 0),
    expected: () => ndarray([1, 0, 0], { dtype: "int64" }),
    noGradient: "its result is a place",
  },
];

const lineCases: readonly OpCase[] = [-1, 0, 1].flatMap(
  (axis) =>
    [
      {
        name: `softmax along axis ${axis}`,
        inputs: [reals([2, 3, 2])],
        compute: (x: Tensor) => softmax(x, axis),
        expected: (x) =>
          alongAxis(x, axis === -1 ? 2 : axis, (values) =>
            values.map((value) => Math.exp(value - logOfSum(values))),
          ),
      },
      {
        name: `logSoftmax along axis ${axis}`,
        inputs: [reals([2, 3, 2])],
        compute: (x: Tensor) => logSoftmax(x, axis),
        expected: (x) =>
          alongAxis(x, axis === -1 ? 2 : axis, (values) => values.map((value) => value - logOfSum(values))),
      },
      {
        name: `cumsum along axis ${axis}`,
        inputs: [reals([2, 3, 2])],
        compute: (x: Tensor) => cumsum(x, axis),
        expected: (x) =>
          alongAxis(x, axis === -1 ? 2 : axis, (values) =>
            values.map((_, i) => added(values.slice(0, i + 1))),
          ),
      },
      {
        name: `cumsum along axis ${axis}, from its end`,
        inputs: [reals([2, 3, 2])],
        compute: (x: Tensor) => cumsum(x, axis, { reverse: true }),
        expected: (x) =>
          alongAxis(x, axis === -1 ? 2 : axis, (values) => values.map((_, i) => added(values.slice(i)))),
      },
    ] satisfies OpCase[],
);

export const reduceCases = [...reductionCases, ...tieCases, ...lineCases];
