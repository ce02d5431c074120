// The order in which Keras counts the layers of a functional model, on which their places in a weights file rest.
//
// Source: keras 3.15.1, keras/src/ops/function.py, map_graph: layers further from the outputs first; those that are as far in the order
// in which a depth-first walk from the outputs meets them. Operations that compute masks count there as well; they are not followed here,
// so that the order may be another where masks are joined (Concatenate, Add) before a layer that reads them.

import type { Layer, LayerApplication, LayerTensor } from "../../nn/layer.ts";
import { tensorsOf } from "../../nn/symbolic.ts";
import { snakeCase } from "./naming.ts";

/**
 * The layers on the way to the outputs in Keras' order.
 *
 * @param ends the outputs
 */
export function kerasOrder(ends: readonly LayerTensor[]): readonly Layer[] {
  const met: Layer[] = [];
  const calls: LayerApplication[] = []; // each after those that it reads
  walk(ends, met, calls);
  const depths = new Map<LayerApplication, number>();
  const layerDepths = new Map<Layer, number>();
  for (const call of calls.toReversed()) {
    const depth = Math.max(depths.get(call) ?? 0, layerDepths.get(call.layer) ?? 0);
    layerDepths.set(call.layer, depth);
    for (const before of readBy(call)) depths.set(before, Math.max(depth + 1, depths.get(before) ?? 0));
  }
  const depthOf = (layer: Layer) => layerDepths.get(layer) ?? 0;
  return met.toSorted((a, b) => depthOf(b) - depthOf(a)); // which keeps the order of those that are as deep
}

/** Meets the calls before the outputs: a call before those that it reads, and notes it after them. */
function walk(ends: readonly LayerTensor[], met: Layer[], calls: LayerApplication[]): void {
  const state = new Map<LayerApplication, "open" | "done">();
  const open = callsOf(ends).toReversed();
  for (let call = open.at(-1); call !== undefined; call = open.at(-1)) {
    if (state.get(call) === undefined) {
      state.set(call, "open");
      if (!met.includes(call.layer)) met.push(call.layer);
      open.push(...readBy(call).toReversed());
      continue;
    }
    open.pop();
    if (state.get(call) === "open") {
      state.set(call, "done");
      calls.push(call);
    }
  }
}

/** The calls that a call reads, those among its options by the names that these have in Keras. */
function readBy({ inputs, options }: LayerApplication): readonly LayerApplication[] {
  const sorted = Object.entries(options).sort(([a], [b]) => (snakeCase(a) < snakeCase(b) ? -1 : 1));
  return callsOf([...inputs, ...tensorsOf<Layer>(Object.fromEntries(sorted))]);
}

function callsOf(tensors: readonly LayerTensor[]): LayerApplication[] {
  return tensors.flatMap(({ source }) => ("layer" in source ? [source] : []));
}
