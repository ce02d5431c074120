// The loop over a cell, written out: the cell's step is computed alone, once for each time step, and masks are applied row by row.

import { isOp, item } from "../../../../src/graph/op.ts";
import { input, randomOp } from "../../../../src/graph/ops/leaf.ts";
import { nodesOf } from "../../../../src/graph/rewrite.ts";
import { Tensor, type Value } from "../../../../src/graph/tensor.ts";
import { leavesLike, leavesOf, withLeaves } from "../../../../src/graph/tree.ts";
import { type Cell, Random } from "../../../../src/index.ts";
import { callContext, type Weight } from "../../../../src/nn/layer.ts";
import { NdArray } from "../../../../src/tensor/nd-array.ts";
import { run, toValue } from "../../../support/check-op.ts";

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

export interface HandLoop {
  /** Which steps are real, [B, T]. */
  readonly mask?: NdArray | undefined;
  readonly goBackwards?: boolean;
  /** The tensors of the state, in the order of `zeroState`. */
  readonly initialState?: readonly NdArray[] | undefined;
}

export interface HandResult {
  /** The output of each step in the order of reading; at a masked step the output before, at first 0. */
  readonly outputs: readonly Value[];
  /** As `outputs`, with 0 at masked steps. */
  readonly zeroed: readonly Value[];
  readonly last: readonly Value[];
}

/** Weights of a cell, as `layerGraph` draws them for the layer around it. */
export function drawWeights(cell: Cell, className = "RNN"): ReadonlyMap<Weight, NdArray> {
  const random = new Random(className);
  return new Map(cell.weights.map((weight) => [weight, random.uniform(weight.shape, -1, 1, "float64")]));
}

/** Reads x [B, T, ...], float64, with a cell that has been built. */
export function loopByHand(
  cell: Cell,
  x: NdArray,
  weights: ReadonlyMap<Weight, NdArray>,
  { mask, goBackwards = false, initialState }: HandLoop = {},
): HandResult {
  const [batch = 0, length = 0, ...features] = x.shape;
  const xt = input("x", { dtype: "float64", shape: [batch, ...features] });
  const bound = new Map([...weights].map(([weight, array]) => [weight, input(weight.name, array)]));
  const context = callContext({ training: false, value: (weight) => bound.get(weight) as Tensor });
  const zero = cell.zeroState(batch, "float64");
  const leaves = leavesOf(zero, isTensor).map((leaf, i) => input(`state${i}`, leaf));
  const { output, state } = cell.steps(context, xt)(xt, withLeaves(zero, isTensor, leaves.values()));
  const outputs = [output, ...leavesLike(zero, state, isTensor)];
  if (nodesOf(outputs).some((node) => isOp(node, randomOp))) throw new TypeError("the step is to be certain");
  const graph = { inputs: [xt, ...leaves, ...bound.values()], outputs };

  let carried: readonly Value[] =
    initialState?.map(toValue) ?? leaves.map(({ shape, size }) => ({ shape, data: new Float64Array(size) }));
  let shown: Value = { shape: output.shape, data: new Float64Array(output.size) };
  // Where the output is a part of the state, what is shown before the first real step is the state's.
  const place = leavesLike(zero, state, isTensor).indexOf(output);
  if (place >= 0) shown = item(carried, place);
  const steps = Array.from({ length }, (_, i) => (goBackwards ? length - 1 - i : i));
  const results = steps.map((t) => {
    const isReal = (b: number) => mask === undefined || mask.at(b, t) === 1;
    const now = { shape: xt.shape, data: rowsAt(x, t) };
    const [fresh, ...next] = run(graph, [now, ...carried, ...[...weights.values()].map(toValue)]);
    carried = next.map((value, i) => chosen(isReal, value, item(carried, i)));
    shown = chosen(isReal, fresh as Value, shown);
    const nothing = { shape: shown.shape, data: new Float64Array(shown.data.length) };
    return { shown, zeroed: chosen(isReal, shown, nothing) };
  });
  return {
    outputs: results.map((result) => result.shown),
    zeroed: results.map((result) => result.zeroed),
    last: carried,
  };
}

/** Step t of [B, T, ...]. */
function rowsAt(x: NdArray, t: number): Float64Array {
  const [batch = 0, length = 1] = x.shape;
  const width = x.size / (batch * length);
  const all = x.toFloat64();
  return Float64Array.from({ length: batch * width }, (_, i) => {
    const [b, f] = [Math.floor(i / width), i % width];
    return all[(b * length + t) * width + f] ?? Number.NaN;
  });
}

/** The rows of one value or of the other. */
function chosen(isFirst: (row: number) => boolean, first: Value, second: Value): Value {
  const width = first.data.length / item(first.shape, 0);
  const data = first.data.map((value, i) =>
    isFirst(Math.floor(i / width)) ? value : (second.data[i] ?? Number.NaN),
  );
  return { shape: first.shape, data };
}

/** Values [B, ...] at each step as one array [B, T, ...]. */
export function stackSteps(steps: readonly Value[]): NdArray {
  const { shape } = item(steps);
  const [batch = 0, ...rest] = shape;
  const width = rest.reduce((a, b) => a * b, 1);
  const data = new Float64Array(batch * steps.length * width);
  for (const [t, step] of steps.entries())
    for (const [i, value] of step.data.entries())
      data[(Math.floor(i / width) * steps.length + t) * width + (i % width)] = value;
  return new NdArray(data, [batch, steps.length, ...rest]);
}
