// Tests of scan's `checkpoint`: the same values and derivatives as the loop without it, in segments that divide the loop and that do
// not; random numbers drawn once; wrong options.

import { describe, expect, test } from "vitest";
import { isOp, item } from "../../src/graph/op.ts";
import { add, mul } from "../../src/graph/ops/arithmetic.ts";
import { tanh } from "../../src/graph/ops/functions.ts";
import { dropoutMask, input, randomOp } from "../../src/graph/ops/leaf.ts";
import { type ScanOptions, scan } from "../../src/graph/ops/scan.ts";
import { optimize } from "../../src/graph/passes/optimize.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { checkGraph } from "../../src/graph/verify.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import {
  drawInputs,
  expectClose,
  type Graph,
  gradientGraph,
  graphOf,
  reals,
  run,
  toValue,
} from "../support/check-op.ts";
import type { Loop } from "../support/unroll.ts";
import { loopPrograms, stoppedPrograms } from "./cases/scan.ts";
import { scansOf } from "./passes/check-passes.ts";

/** scan with checkpoints in between segments of a length. */
const segmented = (checkpoint: boolean | number): Loop =>
  ((body: never, init: never, sequences: never, options: ScanOptions) =>
    scan(body, init, sequences, { ...options, checkpoint })) as Loop;

const derivatives = ["value", "gradient", "second gradient"] as const;

/** Holds a graph, its optimised form, and so with its derivatives, against another graph. */
function expectSame(left: Graph, right: Graph, arrays: readonly NdArray[], upTo: number): void {
  const point = arrays.map(toValue);
  let [got, wanted] = [left, right];
  for (const what of derivatives.slice(0, upTo + 1)) {
    const values = run(wanted, point).map(({ shape, data }) => new NdArray(data, shape));
    checkGraph(got.outputs, got.inputs);
    const better = { ...got, outputs: optimize(got.outputs) };
    for (const [form, graph] of Object.entries({ "as traced": got, optimised: better })) {
      for (const [i, value] of run(graph, point).entries())
        expectClose(value, item(values, i), `${what} ${i}, ${form}`, 1e-10);
    }
    [got, wanted] = [gradientGraph(got), gradientGraph(wanted)];
  }
}

// Two steps leave a rest of most programs here, which have three steps; of four they leave none; one step never does.
describe.each([
  [1, 1],
  [2, 2],
  [3, 1],
  [99, 1],
  [true, 1],
])("checkpoint: %s", (checkpoint, upTo) => {
  test.each([...loopPrograms, ...stoppedPrograms])("agrees with the loop without: $name", (program) => {
    const arrays = drawInputs(program);
    const withLoop = (loop: Loop) => graphOf((...x) => program.compute(loop, ...x), arrays);
    expectSame(withLoop(segmented(checkpoint)), withLoop(scan), arrays, upTo);
  });
});

test("random leaves in the body are drawn once, for all segments, the rest and the gradient", () => {
  const masks: Tensor[] = [];
  const program = (loop: Loop) => (x: Tensor, h0: Tensor, w: Tensor) =>
    loop(
      (h, xt) => {
        masks.push(dropoutMask([2], 0.5, x.dtype));
        return tanh(add(mul(mul(h, w), item(masks, masks.length - 1)), xt));
      },
      h0,
      x,
    ).outputs;
  const arrays = drawInputs({ name: "masks", inputs: [reals([5, 2]), reals([2]), reals([2])] });
  const graphs = [segmented(2), scan as Loop].map((loop) => graphOf(program(loop), arrays));
  const [got, wanted] = graphs.map((graph) => {
    const gradients = gradientGraph(graph).outputs;
    const outputs = [...graph.outputs, ...gradients, ...optimize(gradients)];
    const leaves = nodesOf(outputs).filter((node) => isOp(node, randomOp));
    expect(leaves.length).toBe(1);
    const mask = item(item(leaves).outputs);
    return run({ inputs: [...graph.inputs, mask], outputs }, [
      ...arrays.map(toValue),
      { shape: [2], data: Float64Array.of(0, 2) },
    ]);
  });
  for (const [i, value] of (got ?? []).entries()) {
    const { shape, data } = item(wanted ?? [], i);
    expectClose(value, new NdArray(data, shape), `output ${i}`);
  }
});

describe("the length of a segment", () => {
  const body = (h: Tensor, xt: Tensor) => tanh(add(h, xt));
  const loop = (steps: number, checkpoint: boolean | number) => {
    const x = input("x", { dtype: "float32", shape: [steps, 2] });
    return scansOf([scan(body, input("h", { dtype: "float32", shape: [2] }), x, { checkpoint }).last]);
  };
  /** [segments, steps in each, steps left] */
  const cutOf = (steps: number, checkpoint: boolean | number) => {
    const [outer, rest] = loop(steps, checkpoint);
    const [inner] = scansOf(outer?.attributes.body.outputs ?? []);
    return [outer?.attributes.length, inner?.attributes.length, rest?.attributes.length ?? 0];
  };

  test("is as given, and at most the whole loop", () => {
    expect(cutOf(10, 3)).toEqual([3, 3, 1]);
    expect(cutOf(10, 5)).toEqual([2, 5, 0]);
    expect(cutOf(10, 10)).toEqual([1, 10, 0]);
    expect(cutOf(10, 11)).toEqual([1, 10, 0]);
  });

  test("is chosen near ½√T, without a rest where there is such a length", () => {
    expect(cutOf(2000, true)).toEqual([100, 20, 0]); // ½√2000 = 22.4
    expect(cutOf(1024, true)).toEqual([64, 16, 0]);
    expect(cutOf(1999, true)).toEqual([90, 22, 19]); // 1999 is a prime
    expect(cutOf(1, true)).toEqual([1, 1, 0]);
  });

  test("false leaves the loop as it is", () => {
    const scans = loop(10, false);
    expect(scans.map(({ attributes }) => [attributes.length, attributes.recompute])).toEqual([[10, false]]);
  });

  test.each([0, -1, 1.5, Number.NaN, "yes"])("is no %s", (checkpoint) => {
    expect(() => loop(10, checkpoint as number)).toThrow(
      `scan: checkpoint is true, false or the number of steps in a segment, got ${checkpoint}`,
    );
  });
});
