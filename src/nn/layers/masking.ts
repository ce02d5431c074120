// Masking: steps that hold nothing but one value are left out by the layers that follow.

import { cast, greater, mul, notEqual } from "../../graph/ops/arithmetic.ts";
import { max } from "../../graph/ops/reduce.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerConfig } from "../layer.ts";
import { checkConfig, finite, formatInput } from "../layer-options.ts";

export interface MaskingConfig extends LayerConfig {
  /** A step whose features all have this value is padding. Default 0. */
  readonly maskValue?: number;
}

/** Makes the mask [B, T] of the steps that are real, and sets the others to 0: [B, T, F] -> [B, T, F]. */
export class Masking extends Layer {
  readonly className = "Masking";
  override readonly config: MaskingConfig;

  constructor(config: MaskingConfig = {}) {
    super(config);
    checkConfig("Masking", config, { maskValue: finite });
    this.config = config;
  }

  override call(x: Tensor, _context: CallContext): Tensor {
    if (x.rank < 2) throw this.fault(`wants [batch, ..., features], got ${formatInput(x)}`);
    return mul(x, this.#real(x, true));
  }

  override computeMask(x: Tensor): Tensor {
    return greater(this.#real(x, false), 0);
  }

  /** 1 for the steps where any feature differs from the value, else 0. */
  #real(x: Tensor, keepDims: boolean): Tensor {
    return max(cast(notEqual(x, this.config.maskValue ?? 0), x.dtype), -1, { keepDims });
  }
}
