// A network as one layer of another: nested models.

import type { Tensor, TensorType } from "../graph/tensor.ts";
import { type CallContext, Layer, type LayerConfig, type Mask } from "../nn/layer.ts";
import { formatInput } from "../nn/layer-options.ts";
import { fitsShape, formatDimensions } from "../nn/open-length.ts";
import type { DType } from "../tensor/dtype.ts";
import type { NetworkLike } from "./network-types.ts";

export interface NetworkLayerConfig extends LayerConfig {
  readonly network: NetworkLike;
}

/** Calls a network: its layers are those of this one. */
export class NetworkLayer extends Layer {
  readonly className: string;
  override readonly config: NetworkLayerConfig;
  #masks: readonly Mask[] = [];

  constructor(config: NetworkLayerConfig) {
    const [first] = config.network.inputs;
    const whole = { ...(first === undefined ? {} : { inputShape: first.shape }), ...config };
    super(whole);
    this.config = whole;
    this.className = config.network.className;
    for (const layer of config.network.layers) this.child(layer.name, layer);
  }

  override get inputDtype(): DType {
    return this.config.network.inputs[0]?.dtype ?? "float32";
  }

  override get inputCount(): readonly [number, number] {
    const { length } = this.config.network.inputs;
    return [length, length];
  }

  /** The layers inside are asked. */
  protected override fits(): boolean {
    return true;
  }

  protected override build(...inputs: readonly TensorType[]): void {
    for (const [i, { name, shape, dtype }] of this.config.network.inputs.entries()) {
      const given = inputs[i];
      if (given !== undefined && (given.dtype !== dtype || !fitsShape(given.shape.slice(1), shape)))
        throw this.fault(
          `wants ${dtype} [batch, ${formatDimensions(shape)}] as ${name}, got ${formatInput(given)}`,
        );
    }
  }

  override call(inputs: Tensor | readonly Tensor[], context: CallContext): readonly Tensor[] {
    const list = Array.isArray(inputs) ? (inputs as readonly Tensor[]) : [inputs as Tensor];
    const { outputs, masks } = this.config.network.trace(list, context.masks, context);
    this.#masks = masks;
    return outputs;
  }

  /** Those that the call before gave. */
  override computeMask(): readonly Mask[] {
    return this.#masks;
  }
}
