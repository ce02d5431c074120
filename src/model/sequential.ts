// Sequential: a stack of layers, each fed by the one before it.

import type { Tensor } from "../graph/tensor.ts";
import { describe } from "../nn/choice.ts";
import { type CallContext, Layer, type Mask } from "../nn/layer.ts";
import { RecurraError } from "../platform/error.ts";
import { nameLayers } from "./layer-names.ts";
import { Model } from "./model.ts";
import { type ModelOptions, Network } from "./network.ts";
import type { LayerCall, NetworkInput, NetworkTrace, TensorSource } from "./network-types.ts";
import { idsOf } from "./table-ids.ts";

/** A stack of layers. The first one says the shape of the input: `inputShape`, without the batch axis. */
export class Sequential extends Model {
  readonly className = "Sequential";
  readonly layers: readonly Layer[];
  readonly inputs: readonly NetworkInput[];

  /** @param stack layers, or whole models that then are layers of this one */
  constructor(stack: readonly (Layer | Network)[], options: ModelOptions = {}) {
    super(options, "sequential");
    if (!Array.isArray(stack))
      throw new RecurraError("not-a-layer", `sequential: wants a list of layers, got ${describe(stack)}`);
    const odd = stack.findIndex((item) => !(item instanceof Layer) && !(item instanceof Network));
    if (odd >= 0)
      throw new RecurraError(
        "not-a-layer",
        `sequential: item ${odd} is not a layer but ${describe(stack[odd])}`,
      );
    const layers = (stack as readonly (Layer | Network)[]).map((item) =>
      item instanceof Network ? item.asLayer() : item,
    );
    const [first] = layers;
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
    nameLayers("sequential", layers);
    this.layers = layers;
    this.inputs = [{ name: "x", shape, dtype: first.inputDtype, reader: first.name, ids: idsOf(first) }];
  }

  get structure(): undefined {
    return undefined;
  }

  get outputNames(): readonly string[] {
    return ["y"];
  }

  override trace([x]: readonly Tensor[], [xMask]: readonly Mask[], context: CallContext): NetworkTrace {
    let outputs = x === undefined ? [] : [x];
    let masks: readonly Mask[] = [xMask];
    let from: readonly TensorSource[] = this.inputs.map(({ name }) => ({ name, call: 0, output: 0 }));
    const calls = this.layers.map((layer): LayerCall => {
      if (outputs.length > 1) {
        throw new RecurraError(
          "several-outputs",
          `sequential: layer ${from[0]?.name} gives ${outputs.length} outputs; a stack carries one`,
        );
      }
      const traced = layer.trace(outputs, masks, context);
      const call = { layer, from, ...traced };
      outputs = [...traced.outputs];
      masks = traced.masks;
      from = [{ name: layer.name, call: 0, output: 0 }];
      return call;
    });
    if (outputs.length > 1) {
      throw new RecurraError(
        "several-outputs",
        `sequential: layer ${from[0]?.name} gives ${outputs.length} outputs; a stack carries one`,
      );
    }
    return { calls, outputs, masks };
  }
}

/**
 * A stack of layers.
 *
 * @throws RecurraError where the list is empty, holds what is not a layer, or the first layer lacks `inputShape`
 */
export function sequential(layers: readonly (Layer | Network)[], options?: ModelOptions): Sequential {
  return new Sequential(layers, options);
}
