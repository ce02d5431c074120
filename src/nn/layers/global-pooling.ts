// Pooling over all steps, or all rows and columns: one number for each feature.

import { cast, div, maximum, select } from "../../graph/ops/arithmetic.ts";
import { max, mean } from "../../graph/ops/reduce.ts";
import { expandDims, sum } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { CallContext, LayerConfig } from "../layer.ts";
import { checkConfig, flag } from "../layer-options.ts";
import { Unmasked } from "./unmasked.ts";

export interface GlobalPoolingConfig extends LayerConfig {
  /** Keep the axes that are pooled, with length 1. Default false. */
  readonly keepdims?: boolean;
}

abstract class GlobalPooling extends Unmasked {
  override readonly config: GlobalPoolingConfig;

  constructor(className: string, config: GlobalPoolingConfig) {
    super(config);
    checkConfig(className, config, { keepdims: flag });
    this.config = config;
  }

  protected get options(): { readonly keepDims: boolean } {
    return { keepDims: this.config.keepdims ?? false };
  }
}

/** The largest of each feature: [B, T, F] -> [B, F]. A mask is not heeded, as in Keras. */
export class GlobalMaxPooling1D extends GlobalPooling {
  readonly className = "GlobalMaxPooling1D";

  constructor(config: GlobalPoolingConfig = {}) {
    super("GlobalMaxPooling1D", config);
  }

  override call(x: Tensor): Tensor {
    this.expectRank(x, 3, "[batch, steps, features]");
    return max(x, 1, this.options);
  }
}

/** The mean of each feature over the steps that are real: [B, T, F] -> [B, F]; 0 where none is. */
export class GlobalAveragePooling1D extends GlobalPooling {
  readonly className = "GlobalAveragePooling1D";

  constructor(config: GlobalPoolingConfig = {}) {
    super("GlobalAveragePooling1D", config);
  }

  override call(x: Tensor, { mask }: CallContext): Tensor {
    this.expectRank(x, 3, "[batch, steps, features]");
    if (mask === undefined) return mean(x, 1, this.options);
    const real = expandDims(mask, 2); // [B, T, 1]
    const total = sum(select(real, x, 0), 1, this.options);
    return div(total, maximum(sum(cast(real, x.dtype), 1, this.options), 1));
  }
}

/** The largest of each feature: [B, H, W, F] -> [B, F]. */
export class GlobalMaxPooling2D extends GlobalPooling {
  readonly className = "GlobalMaxPooling2D";

  constructor(config: GlobalPoolingConfig = {}) {
    super("GlobalMaxPooling2D", config);
  }

  override call(x: Tensor): Tensor {
    this.expectRank(x, 4, "[batch, rows, columns, features]");
    return max(x, [1, 2], this.options);
  }
}

/** The mean of each feature: [B, H, W, F] -> [B, F]. */
export class GlobalAveragePooling2D extends GlobalPooling {
  readonly className = "GlobalAveragePooling2D";

  constructor(config: GlobalPoolingConfig = {}) {
    super("GlobalAveragePooling2D", config);
  }

  override call(x: Tensor): Tensor {
    this.expectRank(x, 4, "[batch, rows, columns, features]");
    return mean(x, [1, 2], this.options);
  }
}
