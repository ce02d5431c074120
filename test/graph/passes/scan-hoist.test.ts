// Tests of moving work out of a loop to before it.

import { expect, test } from "vitest";
import { add, greater, mul, select } from "../../../src/graph/ops/arithmetic.ts";
import { exp, sigmoid, tanh } from "../../../src/graph/ops/functions.ts";
import { gather } from "../../../src/graph/ops/gather.ts";
import { concat, reverse, slice, split, transpose } from "../../../src/graph/ops/layout.ts";
import { input, scalar } from "../../../src/graph/ops/leaf.ts";
import { matmul } from "../../../src/graph/ops/matmul.ts";
import { max, softmax } from "../../../src/graph/ops/reduce.ts";
import { partsOf, scan } from "../../../src/graph/ops/scan.ts";
import { broadcastTo, reshape, sum, zeros } from "../../../src/graph/ops/sum.ts";
import { elementwiseLimit, hoistFromScans } from "../../../src/graph/passes/scan-hoist.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { checkGraph } from "../../../src/graph/verify.ts";
import { booleans, integers, type OpCase, reals } from "../../support/check-op.ts";
import { bodyOps, outerOps, problemOf, scansOf, watcher } from "./check-passes.ts";

type Body = (h: Tensor, x: Tensor, w: Tensor) => Tensor;

const inputs = [reals([3, 2, 4]), reals([2, 4]), reals([4, 4], -1, 1)];

/** The loop of a body over x [3, 2, 4] from h [2, 4], with w [4, 4] captured, after the pass. */
function hoisted(body: Body, sources: OpCase["inputs"] = inputs) {
  const compute: OpCase["compute"] = (x, h, w) => scan((carry, xt) => body(carry, xt, w), h, x).outputs;
  const { graph, point } = problemOf({ name: "hoist", inputs: sources, compute });
  const outputs = hoistFromScans(graph.outputs);
  watcher(graph, point)("hoistFromScans", outputs);
  return { inside: bodyOps(scansOf(outputs)[0]), outside: outerOps(outputs) };
}

const without = (ops: readonly string[]) => ops.filter((op) => op !== "scan");

type Case = readonly [what: string, body: Body, inside: readonly string[], outside: readonly string[]];

const leaving: readonly Case[] = [
  [
    "the input's projection, as one product",
    (h, x, w) => add(h, matmul(x, w)),
    ["add"],
    ["reshape", "matmul", "reshape"],
  ],
  [
    "a product from the left",
    (h, x, w) => add(h, transpose(matmul(w, transpose(x)))),
    ["add"],
    ["transpose", "matmul", "transpose"],
  ],
  [
    "a chain of elementwise work",
    (h, x) => add(h, exp(mul(x, sigmoid(x)))),
    ["add"],
    ["sigmoid", "mul", "exp"],
  ],
  ["work with an operand of fewer axes", (h, x, w) => add(h, mul(x, sum(w, 0))), ["add"], ["sum", "mul"]],
  [
    "reductions",
    (h, x) => add(h, add(sum(x, 1, { keepDims: true }), max(x, 0))),
    ["add"],
    ["sum", "max", "reshape", "add"],
  ],
  ["softmax", (h, x) => add(h, softmax(x)), ["add"], ["softmax"]],
  [
    "moves of elements",
    (h, x) => add(h, reverse(reshape(transpose(x), [2, 4]), 1)),
    ["add"],
    ["transpose", "reshape", "slice"],
  ],
  [
    "pieces and joins",
    (h, x) => add(h, concat(split(x, 2, 1).toReversed(), 1)),
    ["add"],
    ["split", "concat"],
  ],
  ["slices of a capture", (h, _x, w) => add(h, slice(w, 0, 0, 2)), ["add"], ["slice"]],
  [
    "a choice between values of the step",
    (h, x) => add(h, select(greater(exp(x), 2), x, 0)),
    ["add"],
    ["exp", "greater", "select"],
  ],
  ["what only the step and a constant go into", (h, x) => tanh(add(h, mul(x, 2))), ["add", "tanh"], ["mul"]],
  ["zeros of a shape", (h, x) => add(h, add(x, zeros([2, 4], "float64"))), ["add"], ["broadcastTo", "add"]],
];

test.each([...leaving])("leaves the loop: %s", (_, body, inside, outside) => {
  const after = hoisted(body);
  expect(after.inside).toEqual(inside);
  expect(without(after.outside).toSorted()).toEqual([...outside].sort());
});

const staying: readonly Case[] = [
  ["what the carry goes into", (h, x, w) => tanh(add(matmul(h, w), x)), ["matmul", "add", "tanh"], []],
  [
    "a sum with the carry, of parts that do not",
    (h, x, w) => add(mul(h, x), slice(w, 0, 0, 2)),
    ["mul", "add"],
    ["slice"],
  ],
];

test.each([...staying])("stays: %s", (_, body, inside, outside) => {
  const after = hoisted(body);
  expect(after.inside).toEqual(inside);
  expect(without(after.outside)).toEqual([...outside]);
});

test("gathers by ids of the sequence are one gather", () => {
  const sources = [integers([3, 2], 0, 4), reals([2, 4]), reals([4, 4])];
  const after = hoisted((h, ids, table) => add(h, gather(table, ids)), sources);
  expect(after.inside).toEqual(["add"]);
  expect(without(after.outside)).toEqual(["gather"]);
});

test("a mask of the sequence keeps its dtype", () => {
  const sources = [booleans([3, 2, 1]), reals([2, 4]), reals([4, 4])];
  const after = hoisted((h, real) => select(broadcastTo(real, [2, 4]), mul(h, 0.5), h), sources);
  expect(without(after.outside)).toEqual(["broadcastTo"]);
});

test("a loop within, which nothing lifts, stays with what it reads", () => {
  const after = hoisted((h, x) => add(h, scan((g, row) => add(g, exp(row)), sum(x, 0), x).outputs));
  expect(after.inside).toContain("scan");
  expect(after.inside).toContain("add");
});

test("what leaves the inner of two loops may leave the outer one after it", () => {
  const compute: OpCase["compute"] = (x, h, w) =>
    scan((outer, xt) => scan((g, row) => tanh(add(g, matmul(row, w))), outer, xt).last, sum(h, 0), x).outputs;
  const { graph, point } = problemOf({ name: "nested", inputs, compute });
  const watch = watcher(graph, point);
  let { outputs } = graph;
  for (let round = 0; round < 3; round++) {
    outputs = hoistFromScans(outputs);
    watch("hoistFromScans", outputs);
  }
  expect(outerOps(outputs)).toContain("matmul");
  expect(bodyOps(scansOf(outputs)[0])).not.toContain("matmul");
});

/** The ops in the body of a loop over float32 steps of some width, and what is projected to others. */
function ofWidth(steps: number, batch: number, features: number, columns: number, body: Body) {
  const x = input("x", { dtype: "float32", shape: [steps, batch, features] });
  const h = input("h", { dtype: "float32", shape: [batch, columns] });
  const w = input("w", { dtype: "float32", shape: [features, columns] });
  const { outputs } = scan((carry, xt) => body(carry, xt, w), h, x);
  const results = hoistFromScans([outputs]);
  checkGraph(results, [x, h, w]);
  return bodyOps(scansOf(results)[0]);
}

test("elementwise work on large steps stays, where its operands are in the cache", () => {
  const width = elementwiseLimit / 8;
  expect(ofWidth(3, 8, width, width, (h, x) => add(h, exp(x)))).toEqual(["add"]);
  expect(ofWidth(3, 8, width + 1, width + 1, (h, x) => add(h, exp(x)))).toEqual(["exp", "add"]);
});

test("a product that would make a very large array stays, unless it makes its input smaller", () => {
  const project: Body = (h, x, w) => add(h, matmul(x, w));
  expect(ofWidth(100, 128, 64, 128, project)).toEqual(["add"]);
  expect(ofWidth(1000, 128, 64, 128, project)).toEqual(["matmul", "add"]);
  expect(ofWidth(1000, 128, 128, 64, project)).toEqual(["add"]);
});

test("what is hoisted enters the loop as a sequence where it differs by step, else as a capture", () => {
  const x = input("x", { dtype: "float32", shape: [3, 2] });
  const v = input("v", { dtype: "float32", shape: [2] });
  const { outputs } = scan(
    (h: Tensor, xt: Tensor) => ({ carry: add(mul(h, exp(v)), exp(xt)), output: h }),
    v,
    x,
  );
  const [node] = scansOf(hoistFromScans([add(outputs, scalar(1))]));
  if (node === undefined) throw new RangeError("no scan");
  const { sequences, captures } = partsOf(node).inputs;
  expect([sequences, captures].map((list) => list.map((tensor) => tensor.node.op.name))).toEqual([
    ["input", "exp"],
    ["exp"],
  ]);
});
