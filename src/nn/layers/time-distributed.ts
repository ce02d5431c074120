// TimeDistributed: the same layer at every time step.

import { reshape } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { describe } from "../choice.ts";
import { type CallContext, Layer, type LayerConfig } from "../layer.ts";
import { anything, checkConfig, formatInput } from "../layer-options.ts";

export interface TimeDistributedConfig extends LayerConfig {
  /** The layer to apply at each step. */
  readonly layer: Layer;
}

/** Applies a layer to each step, as one larger batch: [B, T, ...] -> [B, T, ...]. Its weights are those of the inner layer. */
export class TimeDistributed extends Layer {
  readonly className = "TimeDistributed";
  override readonly config: TimeDistributedConfig;
  readonly #layer: Layer;

  constructor(config: TimeDistributedConfig) {
    super(config);
    checkConfig("TimeDistributed", config, { layer: anything }, ["layer"]);
    if (!(config.layer instanceof Layer)) {
      throw new RecurraError(
        "layer-option",
        `TimeDistributed: layer is the layer to apply at each step, got ${describe(config.layer)}`,
      );
    }
    this.config = config;
    this.#layer = this.child("layer", config.layer);
  }

  override get inputDtype(): DType {
    return this.#layer.inputDtype;
  }

  override ensureBuilt(...inputs: readonly TensorType[]): void {
    for (const input of inputs) {
      const [batch = 0, steps = 0, ...rest] = input.shape;
      if (input.shape.length < 3) throw this.fault(`wants [batch, steps, ...], got ${formatInput(input)}`);
      this.#layer.ensureBuilt({ dtype: input.dtype, shape: [batch * steps, ...rest] });
    }
  }

  override call(x: Tensor, context: CallContext): Tensor {
    const [batch = 0, steps = 0, ...rest] = x.shape;
    const y = this.#layer.compute(reshape(x, [batch * steps, ...rest]), { ...context, mask: undefined });
    return reshape(y, [batch, steps, ...y.shape.slice(1)]);
  }
}
