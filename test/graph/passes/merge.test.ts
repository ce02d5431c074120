// Tests of merging equal nodes, and scans that run the same loop.

import { describe, expect, test } from "vitest";
import { applyAll, item } from "../../../src/graph/op.ts";
import { add, mul, sub } from "../../../src/graph/ops/arithmetic.ts";
import { exp, tanh } from "../../../src/graph/ops/functions.ts";
import { concat, pad, split, transpose } from "../../../src/graph/ops/layout.ts";
import { constant, dropoutMask, input } from "../../../src/graph/ops/leaf.ts";
import { matmul } from "../../../src/graph/ops/matmul.ts";
import { type ScanAttributes, scan, scanOp } from "../../../src/graph/ops/scan.ts";
import { sum } from "../../../src/graph/ops/sum.ts";
import { mergeEqualNodes, mergeScans } from "../../../src/graph/passes/merge.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { checkGraph } from "../../../src/graph/verify.ts";
import { vjp } from "../../../src/graph/vjp.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { bodyOps, count, outerOps, scansOf } from "./check-passes.ts";

const x = input("x", { dtype: "float32", shape: [3, 2] });
const y = input("y", { dtype: "float32", shape: [3, 2] });
const v = input("v", { dtype: "float32", shape: [2] });

describe("equal nodes", () => {
  const merged = (...outputs: readonly Tensor[]) => mergeEqualNodes(outputs);
  const areOne = (a: Tensor, b: Tensor) => {
    const [first, second] = merged(a, b);
    return first === second;
  };

  test.each<[string, Tensor, Tensor]>([
    ["the same op on the same input", exp(x), exp(x)],
    ["with equal attributes", transpose(x), transpose(x)],
    ["on inputs that are equal", exp(add(x, y)), exp(add(x, y))],
    ["with equal constants", add(x, 2), add(x, 2)],
    ["the same piece of a split", item(split(x, 2, 1), 1), item(split(x, 2, 1), 1)],
    ["small constant arrays", constant(ndarray([1, 2])), constant(ndarray([1, 2]))],
    ["padding by the same infinity", pad(x, 0, 1, 0, Infinity), pad(x, 0, 1, 0, Infinity)],
  ])("are one: %s", (_, a, b) => expect(areOne(a, b)).toBe(true));

  test.each<[string, Tensor, Tensor]>([
    ["another op", add(x, y), mul(x, y)],
    ["another order of inputs", sub(x, y), sub(y, x)],
    ["other attributes", sum(x, 0), sum(x, 1)],
    ["a constant of another dtype", constant(ndarray([1])), constant(ndarray([1], { dtype: "int32" }))],
    ["a constant of another shape", constant(ndarray([[1, 2]])), constant(ndarray([[1], [2]]))],
    ["another piece of a split", item(split(x, 2, 1)), item(split(x, 2, 1), 1)],
    ["inputs", x, y],
    ["random leaves", dropoutMask([2], 0.5), dropoutMask([2], 0.5)],
    ["padding by another infinity", pad(x, 0, 1, 0, Infinity), pad(x, 0, 1, 0, -Infinity)],
    ["padding by an infinity or by NaN", pad(x, 0, 1, 0, Infinity), pad(x, 0, 1, 0, Number.NaN)],
    [
      "large constants, which are not compared",
      constant(ndarray(new Float32Array(65))),
      constant(ndarray(new Float32Array(65))),
    ],
  ])("are not one: %s", (_, a, b) => expect(areOne(a, b)).toBe(false));

  test("within the body of a loop", () => {
    const { outputs } = scan((h, xt) => add(tanh(mul(h, xt)), tanh(mul(h, xt))), v, x);
    expect(bodyOps(scansOf(merged(outputs))[0])).toEqual(["mul", "tanh", "add"]);
  });

  test("but not in a loop and outside of it", () => {
    const { outputs } = scan((h, xt) => tanh(add(h, xt)), v, x);
    const results = merged(outputs, tanh(add(v, v)));
    checkGraph(results, [x, v]);
    expect(count(outerOps(results), "tanh")).toBe(1);
  });
});

describe("loops", () => {
  /** A stack of loops with the gradient of its outputs. */
  const stack = (depth: number) => {
    const w = input("w", { dtype: "float32", shape: [2, 2] });
    let rows = x;
    for (let i = 0; i < depth; i++) rows = scan((h, xt) => tanh(add(matmul(h, w), xt)), v, rows).outputs;
    const gradients = vjp([rows], [rows], [x, w, v]).flatMap((gradient) => gradient ?? []);
    return { inputs: [x, v, w], outputs: [rows, ...gradients] };
  };

  test.each([1, 2, 3, 5])(
    "in a stack of %i, the one for the value and the one for the gradient are one",
    (depth) => {
      const { inputs, outputs } = stack(depth);
      expect(scansOf(outputs).length).toBe(3 * depth);
      const results = mergeScans(outputs);
      checkGraph(results, inputs);
      expect(scansOf(results).length).toBe(2 * depth);
    },
  );

  test("with the outputs of all, each once", () => {
    const results = mergeScans(stack(1).outputs);
    // tanh is a stacked output already; the gradient reads the carry besides.
    expect(scansOf(results).map(({ outputs }) => outputs.length)).toEqual([3, 3]);
  });

  test("of the same code are two where they read different sequences, or run in other directions", () => {
    const loop = (rows: Tensor, reverse = false) =>
      scan((h, xt) => tanh(add(h, xt)), v, rows, { reverse }).outputs;
    const results = mergeScans([concat([loop(x), loop(y), loop(x, true)])]);
    expect(scansOf(results).length).toBe(3);
  });

  test("are two where one runs the same body the other way", () => {
    const { last } = scan((h, xt) => tanh(add(h, xt)), v, x);
    const { node } = last;
    const turned = { ...(node.attributes as ScanAttributes), reverse: true };
    const other = item(applyAll(scanOp, node.inputs, turned));
    expect(scansOf(mergeScans([last, other])).length).toBe(2);
  });

  test("within the body of a loop", () => {
    const inner = (h: Tensor) => scan((g, yt) => tanh(mul(g, yt)), h, y).last;
    const { outputs } = scan(
      (h, xt) => {
        const next = inner(mul(h, xt));
        return add(next, vjp([next], [h], [h])[0] ?? h);
      },
      v,
      x,
    );
    const results = mergeScans([outputs]);
    checkGraph(results, [x, y, v]);
    const [outer] = scansOf(results);
    expect(count(bodyOps(scansOf([outputs])[0]), "scan")).toBe(3);
    expect(count(bodyOps(outer), "scan")).toBe(2);
  });
});
