// Tests of the local rewrites: that each happens, that it stops where it must, and that values stay.

import { describe, expect, test } from "vitest";
import { anyBatch } from "../../../src/graph/batch.ts";
import { isOp, item } from "../../../src/graph/op.ts";
import { add, cast, div, mul, pow, select, stopGradient, sub } from "../../../src/graph/ops/arithmetic.ts";
import { exp, sigmoid, sqrt } from "../../../src/graph/ops/functions.ts";
import { gather } from "../../../src/graph/ops/gather.ts";
import { concat, slice, split, transpose } from "../../../src/graph/ops/layout.ts";
import { constant, constantOp, input, scalar } from "../../../src/graph/ops/leaf.ts";
import { matmul } from "../../../src/graph/ops/matmul.ts";
import { scan } from "../../../src/graph/ops/scan.ts";
import { broadcastTo, ones, reshape, sum, zeros } from "../../../src/graph/ops/sum.ts";
import { simplify, uniformValue } from "../../../src/graph/passes/simplify.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { checkGraph } from "../../../src/graph/verify.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { drawInputs, graphOf, reals, toValue } from "../../support/check-op.ts";
import { outerOps, watcher } from "./check-passes.ts";

/** x [2, 3], y [3, 2], v [3] and r [1, 3], as values that differ. */
const sources = [reals([2, 3]), reals([3, 2]), reals([3], 0.5, 2), reals([1, 3])];

/** What the pass makes of a function of x, y, v and r, run until it changes no more. */
function simplified(compute: (x: Tensor, y: Tensor, v: Tensor, r: Tensor) => Tensor | readonly Tensor[]) {
  const arrays = drawInputs({ name: "simplify", inputs: sources });
  const graph = graphOf((x, y, v, r) => compute(x, y, v, r), arrays);
  const watch = watcher(graph, arrays.map(toValue));
  let outputs = graph.outputs;
  for (let before: readonly Tensor[] = []; outputs.some((output, i) => output !== before[i]); ) {
    before = outputs;
    outputs = simplify(outputs);
    watch("simplify", outputs);
  }
  return outputs;
}

const pair = (pieces: readonly Tensor[]) => pieces as [Tensor, Tensor];

const double = (values: number | readonly number[]) => constant(ndarray(values, { dtype: "float64" }));

type Case = readonly [what: string, compute: Parameters<typeof simplified>[0], ops: readonly string[]];

const rewrites: readonly Case[] = [
  ["x + 0", (x) => add(x, 0), []],
  ["0 + x", (x) => add(0, x), []],
  ["x - 0", (x) => sub(x, 0), []],
  ["x · 1", (x) => mul(x, 1), []],
  ["1 · x", (x) => mul(1, x), []],
  ["x / 1", (x) => div(x, 1), []],
  ["x ^ 1", (x) => pow(x, 1), []],
  ["x ^ 2", (x) => pow(x, 2), ["mul"]],
  ["v ^ 0.5", (_x, _y, v) => pow(v, 0.5), ["sqrt"]],
  ["zeros of a shape", (x) => add(x, zeros([2, 3], "float64")), []],
  ["reshaped zeros", (x) => add(x, reshape(zeros([6], "float64"), [2, 3])), []],
  ["a neutral element of more axes", (_x, _y, v) => mul(v, ones([2, 3], "float64")), ["broadcastTo"]],
  ["a broadcast before an elementwise op", (x, _y, v) => add(x, broadcastTo(v, [2, 3])), ["add"]],
  ["reshapes in a row", (x) => reshape(reshape(x, [6]), [3, 2]), ["reshape"]],
  ["reshapes there and back", (x) => reshape(reshape(x, [6]), [2, 3]), []],
  ["broadcasts in a row", (_x, _y, v) => broadcastTo(broadcastTo(v, [2, 3]), [4, 2, 3]), ["broadcastTo"]],
  ["transposes there and back", (x) => transpose(transpose(x)), []],
  [
    "transposes in a row",
    (x) => transpose(transpose(reshape(x, [1, 2, 3]), [1, 2, 0]), [1, 2, 0]),
    ["reshape", "transpose"],
  ],
  ["a transpose of an axis of 1", (_x, _y, _v, r) => transpose(r), ["reshape"]],
  ["a transpose that meets its inverse", (x, y) => transpose(add(transpose(x), y)), ["transpose", "add"]],
  [
    "a transpose that meets its inverse, and a vector",
    (_x, y, v) => transpose(mul(transpose(y), v)),
    ["reshape", "mul"],
  ],
  [
    "a transpose before a product, left",
    (_x, y, v) => matmul(transpose(y), reshape(v, [3, 1])),
    ["reshape", "matmul"],
  ],
  ["a transpose before a product, right", (x, _y, _v, r) => matmul(x, transpose(r)), ["reshape", "matmul"]],
  ["transposes before a product, both", (x, y) => matmul(transpose(x), transpose(y)), ["matmul"]],
  [
    "a transpose under a flag",
    (x) => matmul(transpose(x), x, { transposeA: true, transposeB: true }),
    ["matmul"],
  ],
  ["a split that is joined again", (x) => concat(split(x, 3, 1), 1), []],
  ["a stopped gradient", (x) => stopGradient(exp(x)), ["exp"]],
  ["arithmetic of constants", (x) => mul(x, sqrt(add(double(4), mul(double(5), 1)))), ["mul"]],
  ["a function of a constant array", (x) => add(x, exp(double([0, 1, 2]))), ["add"]],
  ["a slice that is a piece of a join", (x, _y, _v, r) => slice(concat([x, r], 0), 0, 2), []],
  ["a piece of a product, alone", (x, y) => item(split(matmul(x, y), 2, 1), 1), ["slice", "matmul"]],
  [
    "a piece of a product by a matrix that is turned",
    (x) => item(split(matmul(x, x, { transposeB: true }), 2, 1)),
    ["slice", "matmul"],
  ],
  ["a split of a constant", (x) => add(x, item(split(double([1, 2, 3, 4, 5, 6]), 2))), ["split", "add"]],
];

test.each([...rewrites])("%s", (_, compute, ops) => {
  expect(outerOps(simplified(compute))).toEqual([...ops]);
});

const left: readonly Case[] = [
  [
    "a transpose of three axes that meets itself, not its inverse",
    (x) => {
      const cube = broadcastTo(reshape(x, [1, 2, 3]), [2, 2, 3]);
      return transpose(exp(transpose(cube, [1, 2, 0])), [1, 2, 0]);
    },
    ["reshape", "broadcastTo", "transpose", "exp", "transpose"],
  ],
  ["a slice across pieces of a join", (x, _y, _v, r) => slice(concat([x, r], 0), 0, 1), ["concat", "slice"]],
  [
    "a slice of another axis of a join",
    (x, _y, _v, r) => slice(concat([x, r], 0), 1, 0, 2),
    ["concat", "slice"],
  ],
  [
    "a slice that takes every second row of a join",
    (x, _y, _v, r) => slice(concat([x, r], 0), 0, 0, 2, 2),
    ["concat", "slice"],
  ],
  ["two pieces of a product", (x, y) => add(...pair(split(matmul(x, y), 2, 1))), ["matmul", "split", "add"]],
  ["a piece of a product by rows", (x, y) => item(split(matmul(x, y), 2, 0)), ["matmul", "split"]],
  ["x · 0 is NaN for an infinite x", (x) => mul(x, 0), ["mul"]],
  ["0 - x", (x) => sub(0, x), ["sub"]],
  ["1 / x", (x) => div(1, x), ["div"]],
  ["x ^ 3", (x) => pow(x, 3), ["pow"]],
  ["a constant that is not the same everywhere", (x) => mul(x, double([1, 1, 2])), ["mul"]],
  [
    "a broadcast that the result needs",
    (_x, _y, v, r) => add(broadcastTo(v, [2, 3]), r),
    ["broadcastTo", "add"],
  ],
  ["a broadcast that is the result", (_x, _y, v) => broadcastTo(v, [2, 3]), ["broadcastTo"]],
  ["part of a split that is joined", (x) => concat(split(x, 3, 1).slice(1), 1), ["split", "concat"]],
  [
    "a split that is joined in another order",
    (x) => concat(split(x, 3, 1).toReversed(), 1),
    ["split", "concat"],
  ],
  [
    "a split that is joined along another axis",
    (x) => concat(split(x, [1, 1, 1], 1), 0),
    ["split", "concat"],
  ],
  [
    "a batch of transposes that moves more than the last axes",
    (x) => {
      const cube = reshape(x, [1, 2, 3]);
      return matmul(transpose(broadcastTo(cube, [2, 2, 3]), [1, 2, 0]), ones([2, 2], "float64"));
    },
    ["reshape", "broadcastTo", "transpose", "broadcastTo", "reshape", "matmul", "reshape"],
  ],
];

test.each([...left])("not %s", (_, compute, ops) => {
  const outputs = simplified(compute);
  expect(outerOps(outputs).toSorted()).toEqual([...ops].sort());
});

describe("constants are folded", () => {
  const folded = (tensor: Tensor) => {
    const [result] = simplify([tensor]);
    return result !== undefined && isOp(result.node, constantOp) ? result.node.attributes.value : undefined;
  };

  test("to the dtype of the result", () => {
    const sum = folded(add(constant(ndarray([1, 2], { dtype: "int32" })), 3));
    expect([sum?.dtype, sum?.toNested()]).toEqual(["int32", [4, 5]]);
    const truth = folded(cast(double([0, 2]), "bool"));
    expect([truth?.dtype, truth?.toNested()]).toEqual(["bool", [0, 1]]);
  });

  test("also by gathering, and by a whole loop of one output", () => {
    const rows = gather(double([1, 2, 3]), constant(ndarray([2, 0], { dtype: "int64" })));
    expect(folded(rows)?.toNested()).toEqual([3, 1]);
    const loop = scan(
      (h: Tensor, x: Tensor) => ({ carry: add(h, x), output: [] }),
      double(1),
      double([1, 2]),
    );
    expect(folded(loop.last)?.toNested()).toBe(4);
  });

  test("but not where the result is larger than the operands", () => {
    expect(folded(broadcastTo(double([1, 2]), [5, 2]))).toBeUndefined();
  });

  test("but not beyond a thousand elements", () => {
    const large = double(Array.from({ length: 1024 }, (_, i) => i));
    expect(folded(exp(large))?.size).toBe(1024);
    expect(folded(exp(concat([large, double([1])])))).toBeUndefined();
  });

  test("but not where the result has no number in its dtype", () => {
    const one = constant(ndarray([1], { dtype: "int32" }));
    expect(folded(div(one, 0))).toBeUndefined();
    expect(folded(cast(double([Number.NaN]), "int32"))).toBeUndefined();
    expect(folded(mul(constant(ndarray([2 ** 30], { dtype: "int32" })), 4))).toBeUndefined();
  });

  test("but not where the batch size is open", () => {
    expect(folded(reshape(broadcastTo(scalar(1), [anyBatch]), [anyBatch, 1]))).toBeUndefined();
  });
});

test("rewrites hold for any batch size", () => {
  const x = input("x", { dtype: "float32", shape: [anyBatch, 3] });
  const rows = transpose(reshape(add(x, zeros([anyBatch, 3])), [anyBatch, 1, 3]), [1, 0, 2]);
  const outputs = simplify(simplify([transpose(rows, [1, 0, 2])]));
  checkGraph(outputs, [x]);
  expect(outerOps(outputs)).toEqual(["reshape"]);
});

test("a condition is not mistaken for a factor", () => {
  const outputs = simplified((x) => select(constant(ndarray([true, true, true])), x, 0));
  expect(outerOps(outputs)).toEqual(["select"]);
});

test("a value that is read elsewhere too keeps its other readers", () => {
  const outputs = simplified((x, y) => {
    const both = add(transpose(x), y);
    return [transpose(both), sigmoid(both), slice(both, 0, 1)];
  });
  expect(outputs.map(({ shape }) => shape)).toEqual([
    [2, 3],
    [3, 2],
    [2, 2],
  ]);
});

test("simplifies within the bodies of loops", () => {
  const outputs = simplified((x, _y, v) => scan((h, row) => add(mul(h, 1), add(row, 0)), v, x).outputs);
  const body = outputs.flatMap(
    ({ node }) => (node.attributes as { body: { outputs: Tensor[] } }).body.outputs,
  );
  expect(outerOps(body)).toEqual(["add"]);
});

describe("uniformValue", () => {
  test.each<[string, Tensor, number | undefined]>([
    ["of a scalar", scalar(3), 3],
    ["of a broadcast, reshaped scalar", reshape(broadcastTo(scalar(3), [2, 3]), [6]), 3],
    ["of an array of one", constant(ndarray([[2]])), 2],
    ["of an array of several", constant(ndarray([2, 2])), undefined],
    ["of an input", input("x", { dtype: "float32", shape: [] }), undefined],
    ["of a sum", sum(ones([2])), undefined],
  ])("%s", (_, tensor, wanted) => expect(uniformValue(tensor)).toBe(wanted));
});
