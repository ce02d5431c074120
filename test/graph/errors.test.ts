// Tests of the errors for wrong shapes, dtypes and options: each names the op, what came, and what is wanted.

import { describe, expect, test } from "vitest";
import { apply } from "../../src/graph/op.ts";
import * as arithmetic from "../../src/graph/ops/arithmetic.ts";
import { conv1d } from "../../src/graph/ops/conv.ts";
import { einsum } from "../../src/graph/ops/einsum.ts";
import { exp, relu } from "../../src/graph/ops/functions.ts";
import { gather, oneHot, pick, scatterAdd } from "../../src/graph/ops/gather.ts";
import {
  concat,
  pad,
  reverse,
  slice,
  split,
  stack,
  swapAxes,
  take,
  transpose,
} from "../../src/graph/ops/layout.ts";
import { dropoutMask, input } from "../../src/graph/ops/leaf.ts";
import { gemmOp, matmul } from "../../src/graph/ops/matmul.ts";
import { averagePool1d, maxPool1d } from "../../src/graph/ops/pool.ts";
import {
  argmax,
  cumsum,
  logSoftmax,
  logSumExp,
  max,
  mean,
  softmax,
  variance,
} from "../../src/graph/ops/reduce.ts";
import { scan } from "../../src/graph/ops/scan.ts";
import { broadcastTo, expandDims, reshape, squeeze, sum } from "../../src/graph/ops/sum.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { RecurraError } from "../../src/platform/error.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";
import { evaluate } from "../support/check-op.ts";

const { add, cast, clip, equal, greater, log, logicalNot, maximum, mul, neg, pow, select } = arithmetic;

const of =
  (dtype: DType) =>
  (...shape: number[]) =>
    input("x", { dtype, shape });
const [f32, f64, i64, i32, bool] = [of("float32"), of("float64"), of("int64"), of("int32"), of("bool")];

type Row = readonly [what: string, attempt: () => unknown, ...fragments: readonly string[]];

const elementwise: readonly Row[] = [
  [
    "shapes that do not broadcast",
    () => add(f32(2, 3), f32(2, 4)),
    "add: shapes [2, 3] and [2, 4] do not broadcast",
    "axis -1 is 3 in one and 4 in the other",
  ],
  ["the same for maximum", () => maximum(f32(2), f32(3)), "maximum: shapes [2] and [3] do not broadcast"],
  [
    "two float dtypes",
    () => mul(f32(2), f64(3)),
    "mul: the operands' dtypes differ: float32[2] and float64[3]",
  ],
  ["booleans added", () => add(bool(2), bool(2)), "add: wants a number tensor, got bool[2]"],
  ["the power of integers", () => pow(i32(2), 2), "pow: wants a float tensor, got int32[2]"],
  ["exp of integers", () => exp(i64(4)), "exp: wants a float tensor, got int64[4]"],
  ["log of booleans", () => log(bool()), "log: wants a float tensor, got bool[]"],
  ["relu of integers", () => relu(i64(4)), "relu: wants a float tensor, got int64[4]"],
  ["neg of booleans", () => neg(bool(2)), "neg: wants a number tensor, got bool[2]"],
  ["not of floats", () => logicalNot(f32(2)), "logicalNot: wants a bool tensor, got float32[2]"],
  [
    "a comparison of two dtypes",
    () => greater(i32(2), i64(2)),
    "greater: the operands' dtypes differ: int32[2] and int64[2]",
  ],
  ["a fraction beside integers", () => add(i64(2), 0.5), "add: ", "0.5", "int64[2]"],
  ["a number beside booleans", () => equal(bool(2), 2), "equal: ", "2", "bool[2]"],
  ["clip of integers by fractions", () => clip(i64(2), 0.5, 3), "0.5", "int64[2]"],
  [
    "a condition that is no boolean",
    () => select(f32(2), f32(2), 0),
    "select: the condition is to be bool, got float32[2]",
  ],
  [
    "branches of two dtypes",
    () => select(bool(2), f32(2), f64(2)),
    "select: the branches' dtypes differ: float32[2] and float64[2]",
  ],
  [
    "branches that do not broadcast",
    () => select(bool(2), f32(2), f32(3)),
    "select: shapes [2] and [3] do not broadcast",
  ],
];

const products: readonly Row[] = [
  [
    "inner sizes that differ",
    () => matmul(f32(2, 3), f32(4, 5)),
    "matmul: float32[2, 3] and float32[4, 5] do not fit together",
  ],
  [
    "the same when transposed",
    () => matmul(f32(2, 3), f32(3, 5), { transposeB: true }),
    "float32[2, 3] and float32[3, 5] (transposed)",
  ],
  [
    "a stack and a matrix",
    () => matmul(f32(2, 6, 3), f32(4, 5)),
    "matmul: float32[2, 6, 3] and float32[4, 5] do not fit together",
  ],
  [
    "a vector and a matrix",
    () => matmul(f32(3), f32(4, 5)),
    "matmul: float32[3] and float32[4, 5] do not fit together",
  ],
  [
    "a matrix and a vector",
    () => matmul(f32(4, 5), f32(3)),
    "matmul: float32[4, 5] and float32[3] do not fit together",
  ],
  [
    "stacks of different sizes",
    () => matmul(f32(2, 3, 4), f32(5, 4, 3)),
    "matmul: shapes [2] and [5] do not broadcast",
  ],
  ["a scalar", () => matmul(f32(), f32(2)), "matmul: float32[] and float32[2]", "use mul"],
  [
    "two dtypes",
    () => matmul(f32(2, 2), f64(2, 2)),
    "matmul: wants two numeric tensors of one dtype, got float32[2, 2] and float64[2, 2]",
  ],
  ["booleans", () => matmul(bool(2, 2), bool(2, 2)), "matmul: wants two numeric tensors"],
  [
    "gemm of a stack",
    () => apply(gemmOp, [f32(2, 2, 2), f32(2, 2), f32(2)], { transposeA: false, transposeB: false }),
    "gemm: wants matrices",
  ],
  [
    "gemm plus something larger",
    () => apply(gemmOp, [f32(1, 2), f32(2, 3), f32(4, 3)], { transposeA: false, transposeB: false }),
    "gemm: ",
    "float32[4, 3]",
  ],
  [
    "gemm plus another dtype",
    () => apply(gemmOp, [f32(1, 2), f32(2, 3), f64(3)], { transposeA: false, transposeB: false }),
    "gemm: ",
    "float64[3]",
  ],
  [
    "einsum of the wrong rank",
    () => einsum("ij,jk->ik", f32(2, 3), f32(3)),
    'einsum "ij,jk->ik" over float32[2, 3], float32[3]',
    'the term "jk" names 2 axes of a tensor of 1',
  ],
  [
    "einsum of sizes that differ",
    () => einsum("ij,jk->ik", f32(2, 3), f32(4, 2)),
    'axis "j" is 3 in one place and 4 in another',
  ],
  [
    "einsum with a repeated letter",
    () => einsum("ii->i", f32(2, 2)),
    'the term "ii" is to be distinct letters',
  ],
  [
    "einsum with an unknown letter in the result",
    () => einsum("ij->ik", f32(2, 2)),
    'the result names "k", which no term has',
  ],
  ["einsum without a result", () => einsum("ij,jk", f32(2, 2), f32(2, 2)), "wants 2 terms and a result"],
  ["einsum of too many terms", () => einsum("i,j,k->ijk", f32(2), f32(2)), "wants 2 terms"],
  ["einsum with dots", () => einsum("...i->...", f32(2)), 'the term "...i" is to be distinct letters'],
];

const reductions: readonly Row[] = [
  [
    "an axis too many",
    () => sum(f32(2, 3), 2),
    "sum: there is no axis 2; a tensor of rank 2 has axes -2 to 1",
  ],
  ["the same for mean", () => mean(f32(2, 3), -3), "mean: there is no axis -3"],
  ["the same for max", () => max(f32(2, 3), 5), "max: there is no axis 5"],
  ["an axis twice", () => sum(f32(2, 3), [0, -2]), "sum: an axis is named twice in [0, 0]"],
  ["booleans summed", () => sum(bool(2)), "sum: ", "bool[2]"],
  ["the largest of booleans", () => max(bool(2)), "max: wants numbers, got bool[2]"],
  ["the largest of none", () => max(f32(2, 0), 1), "max: an axis of float32[2, 0] is empty"],
  ["the place of the largest of none", () => argmax(f32(2, 0)), "argmax: ", "float32[2, 0]"],
  ["the place of the largest boolean", () => argmax(bool(2)), "argmax: ", "bool[2]"],
  ["the mean of integers", () => mean(i64(2, 4)), "mean: wants a float tensor, got int64[2, 4]"],
  ["the variance of integers", () => variance(i64(4)), "wants a float tensor, got int64[4]"],
  ["logSumExp of integers", () => logSumExp(i64(4)), "wants a float tensor, got int64[4]"],
  ["softmax of integers", () => softmax(i64(4)), "softmax: wants a float tensor, got int64[4]"],
  ["softmax of a scalar", () => softmax(f32()), "softmax: there is no axis -1; a scalar has no axes"],
  ["logSoftmax of booleans", () => logSoftmax(bool(4)), "logSoftmax: wants a float tensor, got bool[4]"],
  ["cumsum of booleans", () => cumsum(bool(4)), "cumsum: wants numbers, got bool[4]"],
];

const moves: readonly Row[] = [
  [
    "reshape to another size",
    () => reshape(f32(2, 3), [4, 2]),
    "reshape: float32[2, 3] has 6 elements, [4, 2] wants 8",
  ],
  [
    "reshape that does not divide",
    () => reshape(f32(2, 3), [-1, 4]),
    "reshape: float32[2, 3] does not divide into [-1, 4]",
  ],
  [
    "reshape with two dimensions open",
    () => reshape(f32(2, 3), [-1, -1]),
    "reshape: float32[2, 3] does not divide into [-1, -1]",
  ],
  ["reshape to a fraction", () => reshape(f32(2, 3), [2.5, 2]), "reshape: float32[2, 3]", "[2.5, 2]"],
  ["expandDims too far", () => expandDims(f32(2), 2), "expandDims: there is no axis 2"],
  [
    "squeeze of a longer axis",
    () => squeeze(f32(2, 1), 0),
    "squeeze: axis 0 of float32[2, 1] is not of length 1",
  ],
  [
    "broadcastTo that does not fit",
    () => broadcastTo(f32(3), [4]),
    "broadcastTo: shapes [3] and [4] do not broadcast",
  ],
  [
    "broadcastTo something smaller",
    () => broadcastTo(f32(2, 3), [3]),
    "broadcastTo: float32[2, 3] does not broadcast to [3]",
  ],
  [
    "transpose with an axis missing",
    () => transpose(f32(2, 3), [0]),
    "transpose: [0] is no order of the axes of float32[2, 3]",
  ],
  ["transpose with an axis twice", () => transpose(f32(2, 3), [0, 0]), "transpose: [0,0] is no order"],
  ["transpose with an axis too many", () => transpose(f32(2, 3), [0, 2]), "transpose: there is no axis 2"],
  ["swapAxes with an axis too many", () => swapAxes(f32(2, 3), 0, 2), "swapAxes: there is no axis 2"],
  ["concat of nothing", () => concat([]), "concat: wants at least one tensor, got none"],
  ["concat of other ranks", () => concat([f32(2, 3), f32(3)]), "concat: ", "float32[2, 3], float32[3]"],
  [
    "concat of other sizes",
    () => concat([f32(2, 3), f32(2, 4)], 0),
    "concat: the tensors differ apart from axis 0: float32[2, 3], float32[2, 4]",
  ],
  ["concat of two dtypes", () => concat([f32(2), i32(2)]), "concat: ", "float32[2], int32[2]"],
  ["stack of nothing", () => stack([]), "stack: wants at least one tensor, all of one type, got none"],
  ["stack of other sizes", () => stack([f32(2), f32(3)]), "stack: ", "float32[2], float32[3]"],
  [
    "split that does not divide",
    () => split(f32(2, 5), 2, 1),
    "split: axis 1 of float32[2, 5] does not divide into 2 equal pieces",
  ],
  [
    "split into none",
    () => split(f32(4), 0),
    "split: axis 0 of float32[4] does not divide into 0 equal pieces",
  ],
  [
    "split into one and a half",
    () => split(f32(6), 1.5),
    "split: axis 0 of float32[6] does not divide into 1.5 equal pieces",
  ],
  [
    "split into sizes that fall short",
    () => split(f32(5), [2, 2]),
    "split: sizes [2,2] add up to 4, axis 0 of float32[5] has 5",
  ],
  ["split into a negative size", () => split(f32(3), [-1, 4]), "split: ", "[-1,4]", "float32[3]"],
  [
    "slice with a step back",
    () => slice(f32(3), 0, 0, 3, -1),
    "slice: the step is a positive whole number, got -1",
  ],
  [
    "slice with a step of zero",
    () => slice(f32(3), 0, 0, 3, 0),
    "slice: the step is a positive whole number, got 0",
  ],
  ["slice from a fraction", () => slice(f32(3), 0, 0.5), "slice: ", "0.5"],
  ["slice to nowhere", () => slice(f32(3), 0, 0, Number.NaN), "slice: ", "NaN"],
  ["take beyond the end", () => take(f32(2, 3), 3, 1), "take: index 3 is outside axis 1 of float32[2, 3]"],
  ["take of a fraction", () => take(f32(3), 0.5), "take: index 0.5 is outside axis 0 of float32[3]"],
  ["take from a scalar", () => take(f32(), 0), "take: there is no axis 0; a scalar has no axes"],
  ["reverse of a scalar", () => reverse(f32()), "reverse: there is no axis 0"],
  [
    "pad by less than nothing",
    () => pad(f32(3), 0, -1, 0),
    "pad: widths are whole and not negative, got [-1] and [0]",
  ],
];

const indices: readonly Row[] = [
  [
    "gather by floats",
    () => gather(f32(3, 2), f32(2)),
    "gather: the ids are to be int32 or int64, got float32[2]",
  ],
  ["gather from a scalar", () => gather(f32(), i64(2)), "gather: ", "scalar"],
  ["gather on an axis too many", () => gather(f32(3), i64(2), 1), "gather: there is no axis 1"],
  [
    "scatterAdd by floats",
    () => scatterAdd(3, f32(2), f32(2)),
    "scatterAdd: the ids are to be int32 or int64, got float32[2]",
  ],
  [
    "scatterAdd of rows that do not fit",
    () => scatterAdd(3, i64(2), f32(3, 2)),
    "scatterAdd: rows float32[3, 2] do not fit ids int64[2]",
  ],
  [
    "scatterAdd of too few axes",
    () => scatterAdd(3, i64(2, 2), f32(2)),
    "scatterAdd: rows float32[2] do not fit ids int64[2, 2]",
  ],
  ["scatterAdd into a negative table", () => scatterAdd(-1, i64(2), f32(2)), "scatterAdd: ", "-1"],
  ["oneHot of floats", () => oneHot(f32(2), 3), "oneHot: the ids are to be int32 or int64, got float32[2]"],
  ["oneHot of a negative depth", () => oneHot(i64(2), -3), "oneHot: ", "-3"],
  ["pick by floats", () => pick(f32(2, 3), f32(2)), "pick: the ids are to be int32 or int64, got float32[2]"],
  [
    "pick by ids of the wrong shape",
    () => pick(f32(2, 3), i64(3)),
    "pick: ids int64[3] do not name one element of each last axis of float32[2, 3]",
  ],
  ["a rate of one", () => dropoutMask([2], 1), "dropout: the rate is in [0, 1), got 1"],
];

const windows: readonly Row[] = [
  ["conv1d of a matrix", () => conv1d(f32(4, 2), f32(2, 2, 3)), "conv1d: ", "float32[4, 2]"],
  [
    "conv1d by a kernel of other features",
    () => conv1d(f32(1, 4, 2), f32(2, 3, 3)),
    "conv1d: a kernel float32[2, 3, 3] does not fit float32[1, 4, 2]",
  ],
  [
    "conv1d by a matrix",
    () => conv1d(f32(1, 4, 2), f32(2, 2)),
    "conv1d: a kernel float32[2, 2] does not fit",
  ],
  ["conv1d by a kernel of another dtype", () => conv1d(f32(1, 4, 2), f64(2, 2, 3)), "float64"],
  [
    "conv1d by a kernel that is too long",
    () => conv1d(f32(1, 4, 2), f32(3, 2, 3), { dilation: 2 }),
    "conv1d: 4 steps are fewer than a window of 5, in float32[1, 4, 2]",
  ],
  [
    "a stride of zero",
    () => conv1d(f32(1, 4, 2), f32(2, 2, 3), { stride: 0 }),
    "conv1d: stride is a positive whole number, got 0",
  ],
  [
    "a window of nothing",
    () => maxPool1d(f32(1, 4, 2), 0),
    "maxPool1d: size is a positive whole number, got 0",
  ],
  [
    "a pool over a matrix",
    () => averagePool1d(f32(4, 2), 2),
    "averagePool1d: wants [batch, steps, features], got float32[4, 2]",
  ],
];

const step = (h: Tensor, x: Tensor) => add(h, x);

const scans: readonly Row[] = [
  [
    "a carry that changes its shape",
    () => scan((h, x) => matmul(x, h), f32(2), f32(3, 4, 2)),
    "scan: carry 0 starts as float32[2] and is float32[4] after a step; it must not change",
  ],
  [
    "a carry that changes its dtype",
    () => scan((h) => cast(h, "float64"), f32(2), f32(3, 2)),
    "scan: carry 0 starts as float32[2] and is float64[2] after a step",
  ],
  [
    "a carry that loses a part",
    () =>
      scan(
        ({ h }: { h: Tensor; c: Tensor }) => ({ carry: { h }, output: h }) as never,
        { h: f32(2), c: f32(2) },
        f32(3, 2),
      ),
    "scan: the body's carry: wants scan: the body's carry.h, scan: the body's carry.c, got scan: the body's carry.h",
  ],
  [
    "sequences of different lengths",
    () =>
      scan(
        (h: Tensor, [a, b]: readonly [Tensor, Tensor]) => ({ carry: add(h, add(a, b)), output: [] }),
        f32(2),
        [f32(3, 2), f32(4, 2)] as const,
      ),
    "scan: wants sequences of one length of at least 1, got float32[3, 2], float32[4, 2]",
  ],
  [
    "a length that differs from the sequence's",
    () => scan(step, f32(2), f32(3, 2), { length: 4 }),
    "scan: wants sequences of one length of at least 1, got float32[3, 2] and length 4",
  ],
  [
    "neither sequence nor length",
    () => scan((h: Tensor) => ({ carry: h, output: [] }), f32(2), []),
    "scan: wants sequences of one length of at least 1, got none",
  ],
  [
    "a sequence of no steps",
    () => scan(step, f32(2), f32(0, 2)),
    "scan: wants sequences of one length of at least 1, got float32[0, 2]",
  ],
  [
    "a length that is a fraction",
    () => scan((h: Tensor) => ({ carry: h, output: [] }), f32(2), [], { length: 2.5 }),
    "got none and length 2.5",
  ],
  [
    "a sequence without a time axis",
    () => scan(step, f32(), f32()),
    "scan: a sequence has time as its first axis, got float32[]",
  ],
  [
    "a body that returns nothing",
    () => scan((() => undefined) as never, f32(2), f32(3, 2)),
    "scan: the body's carry: wants a tensor, or arrays and plain objects of them, got undefined",
  ],
  [
    "a body that returns no output",
    () => scan(((h: Tensor) => ({ carry: h })) as never, f32(2), f32(3, 2)),
    "scan: the body's output: wants a tensor",
  ],
  [
    "a first carry that is a number",
    () => scan(step, 0 as never, f32(3, 2)),
    "scan: init: wants a tensor, or arrays and plain objects of them, got number",
  ],
  [
    "sequences in a nest that holds a number",
    () => scan(step as never, f32(2), { x: f32(3, 2), n: 3 }),
    "scan: sequences.n: wants a tensor",
  ],
];

describe.each([
  ["elementwise", elementwise],
  ["products", products],
  ["reductions", reductions],
  ["moves", moves],
  ["indices", indices],
  ["windows", windows],
  ["scan", scans],
] as const)("%s", (_, rows) => {
  test.each(rows)("%s", (_, attempt, ...fragments) => {
    expect(attempt).toThrow(RecurraError);
    for (const fragment of fragments) expect(attempt).toThrow(fragment);
  });
});

describe("ids outside a table, found when the graph runs", () => {
  const table = ndarray(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    { dtype: "float64" },
  );

  test.each([
    [
      "gather",
      (x: Tensor, ids: Tensor) => gather(x, ids),
      [0, 3],
      "gather: id 3 at position 1 is outside a table of 3 rows",
    ],
    [
      "gather, from the end",
      (x: Tensor, ids: Tensor) => gather(x, ids),
      [-4, 0],
      "gather: id -4 at position 0 is outside a table of 3 rows",
    ],
    ["pick", pick, [0, 1, 2], "pick: id 2 at position 2 is outside"],
    [
      "scatterAdd",
      (x: Tensor, ids: Tensor) => scatterAdd(2, ids, x),
      [0, 1, 5],
      "scatterAdd: id 5 at position 2 is outside a table of 2 rows",
    ],
  ])("%s", (_, compute, ids, message) => {
    expect(() => evaluate(compute, table, ndarray(ids, { dtype: "int64" }))).toThrow(message);
  });
});

test("a graph whose inputs have no value", () => {
  expect(() => evaluate(() => f32(2))).toThrow("a graph input has no value of its own");
  expect(() => evaluate(() => dropoutMask([2], 0.5))).toThrow("a random leaf has no value of its own");
});
