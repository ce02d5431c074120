// What the passes leave of gradient checkpointing: what is kept for all steps at once, where the forward work is done again, and how
// large it all is. A rewrite that keeps more fails here.

import { describe, expect, test } from "vitest";
import { isOp, item } from "../../../src/graph/op.ts";
import { square } from "../../../src/graph/ops/functions.ts";
import { input, inputOp } from "../../../src/graph/ops/leaf.ts";
import { mean } from "../../../src/graph/ops/reduce.ts";
import { partsOf, type ScanAttributes } from "../../../src/graph/ops/scan.ts";
import { reshapeOp } from "../../../src/graph/ops/sum.ts";
import { optimize } from "../../../src/graph/passes/optimize.ts";
import { nodesOf } from "../../../src/graph/rewrite.ts";
import { formatType, type Node, type Tensor } from "../../../src/graph/tensor.ts";
import { grad } from "../../../src/graph/trace.ts";
import { Random } from "../../../src/tensor/random.ts";
import { bodyOps, scansOf } from "./check-passes.ts";
import { type Cell, cells, type LayerOptions, layer } from "./zoo.ts";

/** Time steps, batch, features and units, as large as those of a real layer, since passes judge by size; nothing here is computed. */
const [T, B, F, H] = [400, 32, 64, 128];
const [segments, segment] = [16, 25];

const f32 = (name: string, shape: readonly number[]) => input(name, { dtype: "float32", shape });

/** The weights of a cell of the zoo, with larger dimensions. */
function weightsOf(cell: Cell): readonly Tensor[] {
  const widths: Readonly<Record<number, number>> = { 3: F, 2: H, 4: 2 * H, 6: 3 * H, 8: 4 * H };
  return cell.weights(3).map((source, i) =>
    f32(
      `w${i}`,
      source(new Random(0)).shape.map((size) => widths[size] ?? size),
    ),
  );
}

/** The optimised gradients with respect to a layer's weights, of a loss of the last step or of all outputs. */
function gradientsOf(cell: Cell, what: "last" | "outputs", options: LayerOptions): readonly Tensor[] {
  const x = f32("x", [T, B, F]);
  const loss = (weights: readonly Tensor[]) => {
    const { last, outputs } = layer(cell, x, weights, { ...options, units: H });
    return mean(square(what === "last" ? item(last) : outputs));
  };
  return optimize(grad(loss)(weightsOf(cell)));
}

/** Elements of all stacked outputs of the scans of a graph. */
const stackedIn = (outputs: readonly Tensor[]) =>
  scansOf(outputs)
    .flatMap((node) => partsOf(node).stacked)
    .reduce((total, { size }) => total + size, 0);

/** The most elements that a graph keeps stacked at one time: its own, and those within its worst body. */
function keptBy(outputs: readonly Tensor[]): number {
  const within = scansOf(outputs).map((node) => keptBy(node.attributes.body.outputs));
  return stackedIn(outputs) + Math.max(0, ...within);
}

/** The values of a graph outside of its loops that have elements for every step, and are not an input in another shape. */
function wholeSequences(outputs: readonly Tensor[]): readonly string[] {
  const isWhole = ([first, second]: readonly number[]) =>
    first === T || first === T * B || (first === segments && second === segment);
  const isView = (node: Node) => isOp(node, inputOp) || isOp(node, reshapeOp);
  const made = nodesOf(outputs).filter((node) => !isView(node));
  return made.flatMap((node) => node.outputs.filter(({ shape }) => isWhole(shape)).map(formatType));
}

const innerScans = ({ attributes }: Node<ScanAttributes>) => scansOf(attributes.body.outputs);

const { gruBefore: _ofFixedWidth, ...cellsOfAnyWidth } = cells;

describe.each(Object.entries(cellsOfAnyWidth))("%s", (_, cell: Cell) => {
  test("the gradient of a loss of the last step has nothing for all steps at once", () => {
    const outputs = gradientsOf(cell, "last", { checkpoint: segment });
    expect(wholeSequences(outputs)).toEqual([]);
    const [forward, backward] = scansOf(outputs);
    // The states at the start of each segment, and no more.
    const { stacked = [] } = forward === undefined ? {} : partsOf(forward);
    expect(stacked.map(({ shape }) => shape)).toEqual(
      Array.from({ length: cell.states }, () => [segments, B, H]),
    );
    expect(backward && partsOf(backward).stacked).toEqual([]);
  });

  test("the forward loop is run again within the backward one, and nowhere else", () => {
    const scans = scansOf(gradientsOf(cell, "last", { checkpoint: segment }));
    expect(
      scans.map(({ attributes: { length, reverse, recompute } }) => [length, reverse, recompute]),
    ).toEqual([
      [segments, false, true],
      [segments, true, true],
    ]);
    const loops = scans.map((scan) =>
      innerScans(scan).map(({ attributes: { length, reverse } }) => [length, reverse]),
    );
    expect(loops).toEqual([
      [[segment, false]],
      [
        [segment, false],
        [segment, true],
      ],
    ]);
  });

  test.each(["last", "outputs"] as const)("what is kept falls at least eightfold: %s", (what) => {
    // The outputs themselves are wanted, and their gradient comes in whole: they count on neither side.
    const given = what === "outputs" ? T * B * H : 0;
    const [without, within] = [false, segment].map((checkpoint) =>
      keptBy(gradientsOf(cell, what, { checkpoint })),
    );
    expect((without ?? 0) - given).toBeGreaterThan(8 * ((within ?? Number.POSITIVE_INFINITY) - given));
  });

  test("backwards as well", () => {
    expect(wholeSequences(gradientsOf(cell, "last", { checkpoint: segment, backwards: true }))).toEqual([]);
  });

  test("the gradients of the weights are added up once a segment", () => {
    const [, backward] = scansOf(gradientsOf(cell, "last", { checkpoint: segment }));
    if (backward === undefined) throw new TypeError("no backward loop");
    const totals = partsOf(backward).parameters.carries.length - cell.states;
    expect(totals).toBeGreaterThan(0);
    const [, loop] = innerScans(backward);
    expect(loop?.attributes.carries).toBe(cell.states);
  });
});

test("what weights alone make is made once, before the loops", () => {
  const outputs = gradientsOf(cells.lstm, "last", { checkpoint: segment });
  const captures = scansOf(outputs).map((scan) => partsOf(scan).inputs.captures);
  const joined = captures.map((list) => list.filter(({ shape }) => shape[0] === F + H)); // [W; U]
  expect(joined.map((list) => list.map(({ node }) => node.op.name))).toEqual([["concat"], ["concat"]]);
  expect(new Set(joined.flat()).size).toBe(1);
});

test("where a product belongs is judged by the whole loop, not by a segment", () => {
  /** Whether the loop joins x and h for one product, rather than multiplying all x before it. */
  const joins = (steps: number, checkpoint: boolean | number) => {
    const x = f32("x", [steps, B, F]);
    const { last } = layer(cells.lstm, x, weightsOf(cells.lstm), { checkpoint, units: H });
    const scans = scansOf(optimize(last));
    const [loop] = checkpoint === false ? scans : scans.flatMap(innerScans);
    return bodyOps(loop).includes("concat");
  };
  // 32 · 512 elements a step: above 2²¹ elements from 128 steps on, x·W + h·U + b is one product within the loop.
  expect([joins(T, false), joins(T, segment)]).toEqual([true, true]);
  expect([joins(100, false), joins(100, segment)]).toEqual([false, false]);
});
