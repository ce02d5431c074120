// ActivityRegularization: passes its input on, and adds a penalty on it to the loss.

import type { Tensor } from "../../graph/tensor.ts";
import { penalized } from "../activity-penalty.ts";
import { type CallContext, Layer, type LayerConfig } from "../layer.ts";
import { checkConfig, notNegative } from "../layer-options.ts";

export interface ActivityRegularizationConfig extends LayerConfig {
  /** Factor of Σ|x|. Default 0. */
  readonly l1?: number;
  /** Factor of Σx². Default 0. */
  readonly l2?: number;
}

/** Adds (l1·Σ|x| + l2·Σx²) / batch size to the loss. */
export class ActivityRegularization extends Layer {
  readonly className = "ActivityRegularization";
  override readonly config: ActivityRegularizationConfig;

  constructor(config: ActivityRegularizationConfig = {}) {
    super(config);
    checkConfig("ActivityRegularization", config, { l1: notNegative, l2: notNegative });
    this.config = config;
  }

  override call(x: Tensor, context: CallContext): Tensor {
    const { l1 = 0, l2 = 0 } = this.config;
    return penalized(x, { activityRegularizer: { name: "l1l2", l1, l2 } }, context);
  }
}
