// Cases for arithmetic, comparison, selection, casts and mathematical functions.

import {
  add,
  cast,
  clip,
  div,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  pow,
  select,
  stopGradient,
  sub,
} from "../../../src/graph/ops/arithmetic.ts";
import type { TensorLike } from "../../../src/graph/ops/elementwise.ts";
import {
  abs,
  cos,
  erf,
  exp,
  floor,
  gelu,
  relu,
  round,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  tanh,
} from "../../../src/graph/ops/functions.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import type { DType } from "../../../src/tensor/dtype.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import {
  booleans,
  given,
  integers,
  type OpCase,
  reals,
  type Source,
  spaced,
} from "../../support/check-op.ts";
import { elementwise } from "../../support/naive.ts";

type Unary = readonly [
  name: string,
  compute: (x: Tensor) => Tensor,
  low: number,
  high: number,
  formula: (x: number) => number,
];

const unary: readonly Unary[] = [
  ["neg", neg, -2, 2, (x) => -x],
  ["exp", exp, -2, 2, (x) => Math.E ** x],
  ["log", log, 0.5, 3, (x) => Math.log2(x) * Math.LN2],
  ["sqrt", sqrt, 0.5, 3, (x) => x ** 0.5],
  ["square", square, -2, 2, (x) => x ** 2],
  ["abs", abs, -2, 2, (x) => (x < 0 ? -x : x)],
  ["sin", sin, -4, 4, Math.sin],
  ["cos", cos, -4, 4, Math.cos],
  ["tanh", tanh, -2, 2, (x) => 1 - 2 / (Math.exp(2 * x) + 1)],
  ["sigmoid", sigmoid, -3, 3, (x) => (1 + Math.tanh(x / 2)) / 2],
  ["relu", relu, -2, 2, (x) => (x > 0 ? x : 0)],
  ["softplus", softplus, -3, 3, (x) => Math.log(1 + Math.exp(x))],
  ["erf", erf, -4, 4, erfBySimpson],
  ["gelu", gelu, -4, 4, (x) => (x / 2) * (1 + erfBySimpson(x / Math.sqrt(2)))],
];

/** 2/√π ∫₀ˣ exp(-t²) dt by Simpson's rule. */
function erfBySimpson(x: number): number {
  const steps = 4000;
  const h = x / steps;
  let sum = 1 + Math.exp(-x * x);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * Math.exp(-((i * h) ** 2));
  return ((2 / Math.sqrt(Math.PI)) * h * sum) / 3;
}

const flat: readonly Unary[] = [
  ["sign", sign, -2, 2, (x) => (x > 0 ? 1 : -1)],
  ["floor", floor, -4, 4, (x) => x - (((x % 1) + 1) % 1)],
  ["round", round, -4, 4, (x) => Number(x.toFixed(0))],
];

const unaryCases: readonly OpCase[] = [
  ...unary.map(([name, compute, low, high, formula]) => ({
    name,
    inputs: [spaced([2, 3], 0.4, low, high)],
    compute,
    expected: elementwise(formula),
  })),
  ...flat.map(([name, compute, low, high, formula]) => ({
    name,
    inputs: [reals([2, 3], low, high)],
    compute,
    expected: elementwise(formula),
    noGradient: "constant almost everywhere",
  })),
];

type Binary = readonly [
  name: string,
  compute: (a: TensorLike, b: TensorLike) => Tensor,
  formula: (a: number, b: number) => number,
];

const binary: readonly Binary[] = [
  ["add", add, (a, b) => a + b],
  ["sub", sub, (a, b) => a - b],
  ["mul", mul, (a, b) => a * b],
  ["div", div, (a, b) => a / b],
  ["pow", pow, (a, b) => Math.exp(b * Math.log(a))],
  ["maximum", maximum, (a, b) => (a > b ? a : b)],
  ["minimum", minimum, (a, b) => (a > b ? b : a)],
];

const comparisons: readonly Binary[] = [
  ["equal", equal, (a, b) => Number(a === b)],
  ["notEqual", notEqual, (a, b) => Number(a !== b)],
  ["greater", greater, (a, b) => Number(a > b)],
  ["greaterEqual", greaterEqual, (a, b) => Number(a >= b)],
  ["less", less, (a, b) => Number(a < b)],
  ["lessEqual", lessEqual, (a, b) => Number(a <= b)],
];

const shapes: readonly (readonly [text: string, a: readonly number[], b: readonly number[]])[] = [
  ["of one shape", [2, 3], [2, 3]],
  ["both stretched", [3, 1], [2, 1, 4]],
  ["with a scalar", [], [2, 3]],
  ["with a vector", [2, 3], [3]],
];

const binaryCases: readonly OpCase[] = [
  ...binary.flatMap(([name, compute, formula]) => [
    ...shapes.map(([text, a, b]) => ({
      name: `${name} ${text}`,
      inputs: [spaced(a, 0.37, 0.5, 2), spaced(b, 0.71, 0.5, 2)],
      compute,
      expected: elementwise(formula),
    })),
    {
      name: `${name} of a tensor and a number`,
      inputs: [reals([3], 0.5, 2)],
      compute: (x: Tensor) => compute(x, 1.75),
      expected: elementwise((x) => formula(x, 1.75)),
    },
    {
      name: `${name} of a number and a tensor`,
      inputs: [reals([3], 0.5, 2)],
      compute: (x: Tensor) => compute(1.75, x),
      expected: elementwise((x) => formula(1.75, x)),
    },
  ]),
  ...comparisons.map(([name, compute, formula]) => ({
    name,
    inputs: [integers([3, 1], 0, 3, "float64"), integers([2, 1, 4], 0, 3, "float64")],
    compute,
    expected: elementwise(formula, "bool"),
    noGradient: "its result is a boolean",
  })),
  {
    name: "add of one tensor to itself",
    inputs: [reals([3])],
    compute: (x) => add(x, x),
    expected: elementwise((x) => 2 * x),
  },
  {
    name: "div between integers, truncated towards zero",
    inputs: [given([7, -7, 6, -1], "int64"), given([2, 2, 3, 2], "int64")],
    compute: div,
    expected: () => ndarray([3, -3, 2, 0], { dtype: "int64" }),
    noGradient: "integers have none",
  },
  {
    name: "pow of negative numbers to whole powers",
    inputs: [reals([4], -2, -0.5)],
    compute: (x) => pow(x, 3),
    expected: elementwise((x) => x * x * x),
  },
];

const truth: readonly Binary[] = [
  ["logicalAnd", (a, b) => logicalAnd(a, b), (a, b) => a * b],
  ["logicalOr", (a, b) => logicalOr(a, b), (a, b) => Math.max(a, b)],
];

const logicCases: readonly OpCase[] = [
  ...truth.map(([name, compute, formula]) => ({
    name,
    inputs: [booleans([4, 1]), booleans([5])],
    compute,
    expected: elementwise(formula, "bool"),
    noGradient: "booleans have none",
  })),
  {
    name: "logicalNot",
    inputs: [booleans([5])],
    compute: logicalNot,
    expected: elementwise((x) => 1 - x, "bool"),
    noGradient: "booleans have none",
  },
  {
    name: "equal between booleans",
    inputs: [booleans([4, 1]), booleans([5])],
    compute: equal,
    expected: elementwise((a, b) => Number(a === b), "bool"),
    noGradient: "booleans have none",
  },
];

const selectionCases: readonly OpCase[] = [
  {
    name: "select",
    inputs: [booleans([2, 3]), reals([2, 3]), reals([2, 3])],
    compute: select,
    expected: elementwise((condition, a, b) => (condition === 1 ? (a ?? 0) : (b ?? 0))),
  },
  {
    name: "select, all three stretched",
    inputs: [booleans([3, 1]), reals([4]), reals([2, 1, 1])],
    compute: select,
    expected: elementwise((condition, a, b) => (condition === 1 ? (a ?? 0) : (b ?? 0))),
  },
  {
    name: "select between a tensor and a number",
    inputs: [booleans([4]), reals([4])],
    compute: (condition, a) => select(condition, a, -1),
    expected: elementwise((condition, a) => (condition === 1 ? (a ?? 0) : -1)),
  },
  {
    name: "select of integers",
    inputs: [booleans([4]), integers([4], 0, 9), integers([4], 0, 9)],
    compute: select,
    expected: elementwise((condition, a, b) => (condition === 1 ? (a ?? 0) : (b ?? 0)), "int64"),
    noGradient: "integers have none",
  },
  {
    name: "clip",
    inputs: [spaced([3, 4])],
    compute: (x) => clip(x, -0.7, 1.1),
    expected: elementwise((x) => (x < -0.7 ? -0.7 : x > 1.1 ? 1.1 : x)),
  },
  {
    name: "stopGradient",
    inputs: [reals([3])],
    compute: stopGradient,
    expected: elementwise((x) => x),
    noGradient: "that is what it is for",
  },
];

const casts: readonly (readonly [Source, DType, (x: number) => number])[] = [
  [reals([6], -3, 3), "int32", (x) => (x < 0 ? Math.ceil(x) : Math.floor(x))],
  [reals([6], -3, 3), "int64", (x) => (x < 0 ? Math.ceil(x) : Math.floor(x))],
  [given([0, -0.5, 2, 0]), "bool", (x) => (x === 0 ? 0 : 1)],
  [booleans([6]), "float64", (x) => x],
  [integers([6], -4, 4), "float64", (x) => x],
  [integers([6], -1, 2, "int32"), "bool", (x) => x ** 2],
];

const castCases: readonly OpCase[] = [
  ...casts.map(([source, to, formula], i) => ({
    name: `cast to ${to} (${i})`,
    inputs: [source],
    compute: (x: Tensor) => cast(x, to),
    expected: elementwise(formula, to),
    noGradient: "one side has none",
  })),
  {
    name: "cast there and back between floats",
    inputs: [reals([4])],
    compute: (x) => cast(cast(square(x), x.dtype === "float64" ? "float32" : "float64"), x.dtype),
    expected: elementwise((x) => x * x),
  },
];

export const elementwiseCases = [
  ...unaryCases,
  ...binaryCases,
  ...logicCases,
  ...selectionCases,
  ...castCases,
];
