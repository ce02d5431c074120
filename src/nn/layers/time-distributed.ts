// TimeDistributed: the same layer at every time step.

import { reshape } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import {
  type CallContext,
  checkOptions,
  commonOptions,
  formatInput,
  Layer,
  type LayerConfig,
  type Weight,
} from "../layer.ts";

export interface TimeDistributedConfig extends LayerConfig {
  /** The layer to apply at each step. */
  readonly layer: Layer;
}

/** Applies a layer to each step, as one larger batch: [B, T, ...] -> [B, T, ...]. Its weights are those of the inner layer. */
export class TimeDistributed extends Layer {
  readonly className = "TimeDistributed";
  override readonly config: TimeDistributedConfig;

  constructor(config: TimeDistributedConfig) {
    super(config);
    checkOptions("TimeDistributed", config, [...commonOptions, "layer"]);
    if (!(config.layer instanceof Layer))
      throw this.fault(`wants a layer to apply, got ${String(config.layer)}`);
    this.config = config;
  }

  /** Those of the inner layer, unless either of the two is frozen. */
  override get trainableWeights(): readonly Weight[] {
    return this.trainable ? this.config.layer.trainableWeights : [];
  }

  override get inputDtype(): DType {
    return this.config.layer.inputDtype;
  }

  override ensureBuilt(input: TensorType): void {
    const [batch = 0, steps = 0, ...rest] = input.shape;
    if (input.shape.length < 3) throw this.fault(`wants [batch, steps, ...], got ${formatInput(input)}`);
    this.config.layer.ensureBuilt({ dtype: input.dtype, shape: [batch * steps, ...rest] });
    super.ensureBuilt(input);
  }

  protected override build(): void {
    this.adoptWeights(this.config.layer);
  }

  /** The inner layer has been asked. */
  protected override fits(): boolean {
    return true;
  }

  override call(x: Tensor, context: CallContext): Tensor {
    const [batch = 0, steps = 0, ...rest] = x.shape;
    const y = this.config.layer.call(reshape(x, [batch * steps, ...rest]), { ...context, mask: undefined });
    if (!("shape" in y)) throw this.fault("wants a layer of one output");
    return reshape(y, [batch, steps, ...y.shape.slice(1)]);
  }
}
