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
  /** Which steps are real, [B, T]. */
  readonly mask?: NdArray;
  readonly initialState?: readonly NdArray[];
  /** Values of weights by name; those left out are drawn. */
  readonly weights?: Readonly<Record<string, NdArray>>;
  /** Values of the random leaves, in order; those left out are drawn as ones and zeros. */
  readonly drawn?: readonly NdArray[];
}

/** A call of a layer as a graph, and the values of its inputs. */
export interface LayerGraph {
  readonly graph: Graph;
  readonly point: readonly Value[];
  /** Shapes of the random leaves, in the order in which the layer draws them. */
  readonly drawnShapes: readonly Shape[];
}

/** float64, so that gradients can be checked; integers, booleans and float64 stay. */
const computed = (array: NdArray): NdArray => (array.dtype === "float32" ? array.astype("float64") : array);

/** Builds a layer for x, if it is not built yet, and calls it. */
export function layerGraph(layer: Layer, x: NdArray, call: Call = {}): LayerGraph {
  const inputs: Tensor[] = [];
  const arrays: NdArray[] = [];
  const given = (name: string, array: NdArray) => {
    const tensor = input(name, computed(array));
    inputs.push(tensor);
    arrays.push(computed(array));
    return tensor;
  };
  const data = given("x", x);
  layer.trace(
    [data],
    [],
    callContext({
      training: false,
      value: (weight) => input(weight.name, { dtype: data.dtype, shape: weight.shape }),
    }),
  );
  const random = new Random(layer.className);
  const draw = (shape: Shape) => random.uniform(shape, -1, 1, "float64");
  const weights = new Map<Weight, Tensor>(
    layer.weights.map((weight) => [
      weight,
      given(weight.name, call.weights?.[weight.name] ?? draw(weight.shape)),
    ]),
  );
  const mask = call.mask && given("mask", call.mask);
  const initialState = call.initialState?.map((state, i) => given(`state${i}`, state));
  const value = (weight: Weight) =>
    item([...weights].flatMap(([key, tensor]) => (key === weight ? [tensor] : [])));
  const context = callContext({ training: call.training ?? false, value });
  const { outputs } = layer.trace(
    [data],
    [mask],
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
  return {
    graph: { inputs, outputs: substitute(outputs, new Map(standIns)) },
    point: arrays.map(toValue),
    drawnShapes: leaves.map(({ shape }) => shape),
  };
}

/** The outputs of a call. */
export function callLayer(layer: Layer, x: NdArray, call: Call = {}): readonly NdArray[] {
  const { graph, point } = layerGraph(layer, x, call);
  return run(graph, point).map(({ shape, data }) => new NdArray(data, shape));
}

/** The one output of a call. */
export function outputOf(layer: Layer, x: NdArray, call: Call = {}): NdArray {
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
