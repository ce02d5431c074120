// TimeDistributed: the same layer at every time step.

import { cast, greater } from "../../graph/ops/arithmetic.ts";
import { reshape, sum } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { describe } from "../choice.ts";
import { type CallContext, Layer, type LayerConfig, type Mask } from "../layer.ts";
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
    // A mask of the steps is for the layers after this one; one of steps within steps is for the layer inside.
    const { mask: given } = context;
    const mask =
      given === undefined || given.rank < 3
        ? undefined
        : reshape(given, [batch * steps, ...given.shape.slice(2)]);
    const y = this.#layer.compute(reshape(x, [batch * steps, ...rest]), { ...context, mask });
    return reshape(y, [batch, steps, ...y.shape.slice(1)]);
  }

  /** A step of which something is real is real. */
  override computeMask(_x: Tensor, mask: Mask): Mask {
    if (mask === undefined || mask.rank < 3) return mask;
    const inner = mask.shape.map((_, axis) => axis).slice(2);
    return greater(sum(cast(mask, "float32"), inner), 0);
  }
}
