// Layers as graphs in float64: their weights, masks and random leaves are inputs, so that tests decide what they are.

import { isOp, item } from "../../../src/graph/op.ts";
import { input, randomOp } from "../../../src/graph/ops/leaf.ts";
import { nodesOf, substitute } from "../../../src/graph/rewrite.ts";
import type { Tensor, Value } from "../../../src/graph/tensor.ts";
import { callContext, type Layer, type Weight } from "../../../src/nn/layer.ts";
import type { DType } from "../../../src/tensor/dtype.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import type { Shape } from "../../../src/tensor/shape.ts";
import { type Graph, run, toValue } from "../../support/check-op.ts";

export interface Call {
  readonly training?: boolean;
  /** Which steps are real, [B, T]; of the first input. */
  readonly mask?: NdArray | undefined;
  /** The masks of all inputs. */
  readonly masks?: readonly (NdArray | undefined)[];
  readonly initialState?: readonly NdArray[];
  /** Values of weights, by name or in order; those left out are drawn. */
  readonly weights?: Readonly<Record<string, NdArray>> | readonly NdArray[];
  /** Values of the random leaves, in order; those left out are drawn as ones and zeros. */
  readonly drawn?: readonly NdArray[];
}

/** A call of a layer as a graph, and the values of its inputs. */
export interface LayerGraph {
  readonly graph: Graph;
  /** The graph again, whose outputs are the mask of the first output, where there is one, then losses and updates. */
  readonly more: Graph & { readonly isMasked: boolean; readonly updated: readonly string[] };
  readonly point: readonly Value[];
  /** Shapes of the random leaves, in the order in which the layer draws them. */
  readonly drawnShapes: readonly Shape[];
}

/** float64, so that gradients can be checked; integers, booleans and float64 stay. */
const computed = (array: NdArray): NdArray => (array.dtype === "float32" ? array.astype("float64") : array);

/** Builds a layer for its inputs, if it is not built yet, and calls it. */
export function layerGraph(layer: Layer, x: NdArray | readonly NdArray[], call: Call = {}): LayerGraph {
  const inputs: Tensor[] = [];
  const arrays: NdArray[] = [];
  const given = (name: string, array: NdArray) => {
    const tensor = input(name, computed(array));
    inputs.push(tensor);
    arrays.push(computed(array));
    return tensor;
  };
  const data = (x instanceof NdArray ? [x] : x).map((array, i) => given(i === 0 ? "x" : `x${i}`, array));
  const placeholder = ({ name, shape }: Weight) => input(name, { dtype: "float64", shape });
  layer.trace(data, [], callContext({ training: false, value: placeholder }));
  const random = new Random(layer.className);
  const draw = (shape: Shape) => random.uniform(shape, -1, 1, "float64");
  const values = (call.weights ?? {}) as Readonly<Record<string | number, NdArray>>;
  const weights = new Map<Weight, Tensor>(
    layer.weights.map((weight, i) => [
      weight,
      given(weight.name, values[weight.name] ?? values[i] ?? draw(weight.shape)),
    ]),
  );
  const masks = (call.masks ?? [call.mask]).map((mask, i) => mask && given(`mask${i}`, mask));
  const initialState = call.initialState?.map((state, i) => given(`state${i}`, state));
  const value = (weight: Weight) =>
    item([...weights].flatMap(([key, tensor]) => (key === weight ? [tensor] : [])));
  const losses: Tensor[] = [];
  const updates = new Map<string, Tensor>();
  const context = callContext({
    training: call.training ?? false,
    value,
    addLoss: (loss) => losses.push(loss),
    update: ({ name }, tensor) => updates.set(name, tensor),
  });
  const { outputs, masks: outputMasks } = layer.trace(
    data,
    masks,
    context,
    initialState === undefined ? {} : { initialState },
  );

  const leaves = nodesOf(outputs)
    .flatMap((node) => (isOp(node, randomOp) ? node.outputs : []))
    .sort((a, b) => a.node.id - b.node.id);
  const drawn = leaves.map(({ shape }, i) => call.drawn?.[i] ?? random.bernoulli(shape, 0.5));
  const standIns = leaves.map(
    (leaf, i) => [leaf, given(`drawn${i}`, item(drawn, i).astype("float64"))] as const,
  );
  const [mask] = outputMasks;
  const rest = [...(mask === undefined ? [] : [mask]), ...losses, ...updates.values()];
  const bound = (tensors: readonly Tensor[]) => ({ inputs, outputs: substitute(tensors, new Map(standIns)) });
  return {
    graph: bound(outputs),
    more: { ...bound(rest), isMasked: mask !== undefined, updated: [...updates.keys()] },
    point: arrays.map(toValue),
    drawnShapes: leaves.map(({ shape }) => shape),
  };
}

/** What a call leaves beside its outputs. */
export interface Rest {
  /** Which steps of the first output are real, as 0 and 1; `undefined` where it has no mask. */
  readonly mask: NdArray | undefined;
  /** What it adds to the loss. */
  readonly losses: readonly number[];
  /** The weights and states that it changes, by name. */
  readonly updates: Readonly<Record<string, NdArray>>;
}

/** What a call leaves beside its outputs. */
export function restOf(layer: Layer, x: NdArray | readonly NdArray[], call: Call = {}): Rest {
  const { more, point } = layerGraph(layer, x, call);
  const results = run(more, point).map(({ shape, data }) => new NdArray(data, shape));
  const mask = more.isMasked ? results.shift() : undefined;
  const changed = results.splice(results.length - more.updated.length);
  return {
    mask,
    losses: results.map((loss) => loss.at()),
    updates: Object.fromEntries(more.updated.map((name, i) => [name, item(changed, i)])),
  };
}

/** The outputs of a call. */
export function callLayer(
  layer: Layer,
  x: NdArray | readonly NdArray[],
  call: Call = {},
): readonly NdArray[] {
  const { graph, point } = layerGraph(layer, x, call);
  return run(graph, point).map(({ shape, data }) => new NdArray(data, shape));
}

/** The one output of a call. */
export function outputOf(layer: Layer, x: NdArray | readonly NdArray[], call: Call = {}): NdArray {
  return item(callLayer(layer, x, call));
}

/** Numbers in [-1, 1), the same for the same shape. */
export function numbers(shape: Shape, dtype: DType = "float64"): NdArray {
  return new Random(shape.join()).uniform(shape, -1, 1, "float64").astype(dtype);
}

/** What weights a layer has, as `kernel [3, 4]`, once it is built for an input. */
export function weightList(layer: Layer, shape: Shape, dtype: DType = layer.inputDtype): readonly string[] {
  layer.ensureBuilt({ dtype, shape });
  return layer.weights.map((weight) => `${weight.name} [${weight.shape.join(", ")}]`);
}

/** How many numbers a layer learns, once it is built for an input. */
export function parameterCount(layer: Layer, shape: Shape): number {
  layer.ensureBuilt({ dtype: layer.inputDtype, shape });
  return layer.weights.reduce((sum, weight) => sum + weight.shape.reduce((a, b) => a * b, 1), 0);
}
