// Sequential: a stack of layers, each fed by the one before it.

import type { Tensor } from "../graph/tensor.ts";
import { describe } from "../nn/choice.ts";
import { type CallContext, Layer } from "../nn/layer.ts";
import { RecurraError } from "../platform/error.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Shape } from "../tensor/shape.ts";
import { Model } from "./model.ts";
import type { LayerCall, ModelOptions } from "./network.ts";

/** A stack of layers. The first one says the shape of the input: `inputShape`, without the batch axis. */
export class Sequential extends Model {
  readonly className = "Sequential";
  readonly layers: readonly Layer[];
  readonly inputType: { readonly shape: Shape; readonly dtype: DType };

  constructor(layers: readonly Layer[], options: ModelOptions = {}) {
    super(options);
    if (!Array.isArray(layers))
      throw new RecurraError("not-a-layer", `sequential: wants a list of layers, got ${describe(layers)}`);
    const odd = layers.findIndex((layer) => !(layer instanceof Layer));
    if (odd >= 0)
      throw new RecurraError(
        "not-a-layer",
        `sequential: item ${odd} is not a layer but ${describe(layers[odd])}`,
      );
    const [first] = layers as readonly Layer[];
    if (first === undefined)
      throw new RecurraError("empty-model", "sequential: wants at least one layer, got none");
    if (new Set(layers).size < layers.length) {
      throw new RecurraError(
        "repeated-layer",
        "sequential: a layer stands in the stack twice; make a second one",
      );
    }
    const shape = first.config.inputShape;
    if (shape === undefined) {
      throw new RecurraError(
        "no-input-shape",
        `sequential: the first layer (${first.className}) needs inputShape, such as [30, 1]`,
      );
    }
    this.layers = [...layers];
    this.inputType = { shape, dtype: first.inputDtype };
    nameLayers(layers);
  }

  override trace(x: Tensor, context: CallContext): readonly LayerCall[] {
    let current = x;
    let { mask } = context;
    return this.layers.map((layer) => {
      layer.ensureBuilt(current);
      const output = layer.call(current, { ...context, mask });
      if (!("shape" in output)) {
        throw new RecurraError(
          "several-outputs",
          `sequential: layer ${layer.name} gives ${output.length} outputs; a stack carries one`,
        );
      }
      mask = layer.computeMask(current, mask);
      current = output;
      return { layer, output, mask };
    });
  }
}

/** Names those that have none after their class: lstm, lstm_1, … A layer of another model keeps the name that it has there. */
function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set<string>();
  for (const { name } of layers) {
    if (name === "") continue;
    if (taken.has(name)) throw new RecurraError("layer-name", `sequential: two layers are named "${name}"`);
    taken.add(name);
  }
  for (const layer of layers) {
    if (layer.name !== "") continue;
    const base = layer.className.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();
    let name = base;
    for (let count = 1; taken.has(name); count++) name = `${base}_${count}`;
    taken.add(name);
    layer.name = name;
  }
}

/** Makes a stack of layers. */
export function sequential(layers: readonly Layer[], options?: ModelOptions): Sequential {
  return new Sequential(layers, options);
}
