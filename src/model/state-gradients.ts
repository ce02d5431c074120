// How much the loss depends on the hidden states of recurrent layers, step by step: where gradients explode or vanish.

import { sqrt, square } from "../graph/ops/functions.ts";
import { scalar } from "../graph/ops/leaf.ts";
import { broadcastTo, sum } from "../graph/ops/sum.ts";
import type { Tensor } from "../graph/tensor.ts";
import { vjp } from "../graph/vjp.ts";
import type { Layer, LayerState } from "../nn/layer.ts";
import { Compiled, type CompileOptions } from "../runtime/compile.ts";
import type { Named } from "../runtime/onnx/lower.ts";
import { traceLoss } from "./loss-graph.ts";
import type { Network } from "./network.ts";
import type { Rows } from "./rows.ts";
import type { Head } from "./setup.ts";
import type { NamedWeight } from "./weights.ts";

/** A graph whose outputs are, for each recurrent layer, ‖∂L/∂h_t‖ over batch and units: [T]. */
export interface StateGradients {
  readonly compiled: Compiled;
  readonly states: readonly LayerState[];
  readonly layers: readonly string[];
}

/** The graph for batches of the rows' types; it reads what a step reads. `undefined` where no layer is recurrent. */
export async function stateGradients(
  model: Network,
  heads: readonly Head[],
  weights: readonly NamedWeight[],
  rows: Rows,
  options: CompileOptions,
): Promise<StateGradients | undefined> {
  const probes: { readonly layer: object; readonly zeros: Tensor }[] = [];
  const graph = traceLoss(model, heads, weights, rows, {
    training: true,
    probe(layer, { dtype, shape }) {
      const zeros = broadcastTo(scalar(0, dtype), shape); // [T, B, H]
      probes.push({ layer, zeros });
      return zeros;
    },
  });
  if (probes.length === 0) return undefined;
  const wanted = probes.map(({ zeros }) => zeros);
  const found = vjp([graph.total], [scalar(1, graph.total.dtype)], wanted);
  const paths: ReadonlyMap<object, string> = pathsOf(model.layers);
  const counts = new Map<string, number>();
  const layers = probes.map(({ layer }) => {
    const path = paths.get(layer) ?? "layer";
    const count = counts.get(path) ?? 0;
    counts.set(path, count + 1);
    return count === 0 ? path : `${path}#${count + 1}`; // a shared layer is read more than once
  });
  const outputs = wanted.map((zeros, i): Named => {
    const gradient = found[i] ?? zeros;
    const axes = gradient.shape.map((_, axis) => axis).slice(1);
    return [`norms${i}`, sqrt(sum(square(gradient), axes))];
  });
  return {
    compiled: await Compiled.from(graph.inputs, outputs, options),
    states: [...graph.stateInputs.keys()],
    layers,
  };
}

/** The path of each layer: `bidirectional/forward_layer`. */
function pathsOf(layers: readonly Layer[]): ReadonlyMap<Layer, string> {
  const paths = new Map<Layer, string>();
  const walk = (layer: Layer, path: string) => {
    paths.set(layer, path);
    for (const { name, layer: inner } of layer.children) walk(inner, name === "" ? path : `${path}/${name}`);
  };
  for (const layer of layers) walk(layer, layer.name);
  return paths;
}
