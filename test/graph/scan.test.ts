// Tests of scan against the same body unrolled: values, gradients and their gradients; and of what a scan's graph looks like.

import { describe, expect, test } from "vitest";
import { isOp, item } from "../../src/graph/op.ts";
import { add, mul } from "../../src/graph/ops/arithmetic.ts";
import { exp, sigmoid, tanh } from "../../src/graph/ops/functions.ts";
import { split, transpose } from "../../src/graph/ops/layout.ts";
import { dropoutMask, randomOp } from "../../src/graph/ops/leaf.ts";
import { matmul } from "../../src/graph/ops/matmul.ts";
import { partsOf, scan, scanOp } from "../../src/graph/ops/scan.ts";
import { reshape } from "../../src/graph/ops/sum.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import {
  drawInputs,
  evaluate,
  expectClose,
  type Graph,
  gradientGraph,
  graphOf,
  reals,
  run,
  toValue,
} from "../support/check-op.ts";
import { unroll } from "../support/unroll.ts";
import { loopPrograms, stoppedPrograms } from "./cases/scan.ts";

/** Holds the values, and the gradients up to the third, of two graphs of the same inputs against each other. */
function expectSame(left: Graph, right: Graph, arrays: readonly NdArray[]): void {
  const point = arrays.map(toValue);
  let [got, wanted] = [left, right];
  for (const what of ["value", "gradient", "second gradient", "third gradient"]) {
    const values = run(wanted, point).map(({ shape, data }) => new NdArray(data, shape));
    for (const [i, value] of run(got, point).entries())
      expectClose(value, item(values, i), `${what} ${i}`, 1e-10);
    [got, wanted] = [gradientGraph(got), gradientGraph(wanted)];
  }
}

test.each([...loopPrograms, ...stoppedPrograms])("agrees with the unrolled loop: $name", (program) => {
  const arrays = drawInputs(program);
  const withLoop = (loop: typeof scan) => graphOf((...x) => program.compute(loop, ...x), arrays);
  expectSame(withLoop(scan), withLoop(unroll), arrays);
});

describe("results", () => {
  const x = ndarray([[1], [2], [3]], { dtype: "float64" });
  const start = ndarray([10], { dtype: "float64" });
  const both = (options: { reverse?: boolean }) =>
    evaluate(
      (h0, rows) => {
        const { last, outputs } = scan((h, row) => add(h, row), h0, rows, options);
        return [last, outputs];
      },
      start,
      x,
    ).map((array) => array.toNested());

  test("last is the carry after the last step, outputs are stacked along a new first axis", () => {
    expect(both({})).toEqual([[16], [[11], [13], [16]]]);
  });

  test("in reverse the outputs keep the order of the sequence", () => {
    expect(both({ reverse: true })).toEqual([[16], [[16], [15], [13]]]);
  });
});

describe("random leaves within a body", () => {
  test("are drawn once for the whole sequence, and shared with the gradient", () => {
    const mask = { shape: [2], data: Float64Array.of(0, 2) };
    const program = (loop: typeof scan, given?: Tensor) => (x: Tensor, h0: Tensor, w: Tensor) =>
      loop((h, xt) => tanh(add(mul(mul(h, w), given ?? dropoutMask([2], 0.5, x.dtype)), xt)), h0, x).outputs;
    const arrays = drawInputs({ name: "masks", inputs: [reals([3, 2]), reals([2]), reals([2])] });

    const looped = graphOf(program(scan), arrays);
    const leaves = nodesOf([...looped.outputs, ...gradientGraph(looped).outputs]).filter((node) =>
      isOp(node, randomOp),
    );
    expect(leaves.length).toBe(1);
    const leaf = item(item(leaves).outputs);
    const unrolled = graphOf(
      (x, h0, w, m) => program(unroll, m)(x, h0, w),
      [...arrays, new NdArray(mask.data, mask.shape)],
    );
    const point = [...arrays.map(toValue), mask];
    const withLeaf = ({ inputs, outputs }: Graph) => ({ inputs: [...inputs.slice(0, 3), leaf], outputs });
    const pairs = [
      [looped, unrolled],
      [gradientGraph(looped), gradientGraph(unrolled)],
    ] as const;
    for (const [left, right] of pairs) {
      const wanted = run(right, point);
      for (const [i, value] of run(withLeaf(left), point).entries()) {
        expectClose(value, new NdArray(item(wanted, i).data, value.shape), `output ${i}`);
      }
    }
  });
});

describe("the graph of a scan", () => {
  const makeScan = (body: (h: Tensor, xt: Tensor, w: Tensor) => Tensor) => {
    const arrays = drawInputs({ name: "graph", inputs: [reals([3, 2]), reals([2]), reals([2])] });
    const graph = graphOf((x, h0, w) => scan((h, xt) => body(h, xt, w), h0, x).outputs, arrays);
    const found = nodesOf(graph.outputs).filter((node) => isOp(node, scanOp));
    expect(found.length).toBe(1);
    const node = item(found);
    if (!isOp(node, scanOp)) throw new TypeError("no scan");
    return node;
  };

  test("what does not depend on carry or step is computed outside, once", () => {
    const node = makeScan((h, xt, w) => add(mul(h, exp(w)), mul(xt, exp(w))));
    const inside = nodesOf(node.attributes.body.outputs).map(({ op }) => op.name);
    expect(inside).not.toContain("exp");
    expect(partsOf(node).inputs.captures.map((tensor) => tensor.node.op.name)).toEqual(["exp", "exp"]);
  });

  test("a tensor read twice is captured once; constants are not captured", () => {
    const node = makeScan((h, xt, w) => add(mul(h, w), mul(mul(xt, w), 3)));
    expect(partsOf(node).inputs.captures.length).toBe(1);
  });

  test("the body is closed: its leaves are its parameters and constants", () => {
    const node = makeScan((h, xt, w) => tanh(add(mul(h, w), mul(xt, 0.5))));
    const { body } = node.attributes;
    const own = new Set(body.parameters.map((parameter) => parameter.node));
    const leaves = nodesOf(body.outputs).filter(({ inputs }) => inputs.length === 0);
    for (const leaf of leaves) expect(own.has(leaf) || leaf.op.name === "constant", leaf.op.name).toBe(true);
  });

  test("its gradient stacks no value that is another one with its elements moved", () => {
    const arrays = drawInputs({ name: "gates", inputs: [reals([3, 4]), reals([2]), reals([2, 4])] });
    const graph = graphOf((x, h0, u) => {
      const cell = (h: Tensor, xt: Tensor) => {
        const [gate = h, candidate = h] = split(add(xt, matmul(h, u)), 2);
        return mul(sigmoid(gate), tanh(reshape(transpose(reshape(candidate, [1, 2])), [2])));
      };
      return scan(cell, h0, x).outputs;
    }, arrays);
    const loops = nodesOf(gradientGraph(graph).outputs).filter((node) => isOp(node, scanOp));
    expect(loops.length).toBe(2);
    for (const node of loops) {
      if (!isOp(node, scanOp) || node.attributes.reverse) continue;
      const own = new Set(node.attributes.body.outputs.map((tensor) => tensor.node.op.name));
      for (const move of ["split", "reshape", "transpose", "broadcastTo"]) expect(own).not.toContain(move);
    }
  });
});
