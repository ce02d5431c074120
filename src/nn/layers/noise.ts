// Noise that is there in training only: GaussianNoise, GaussianDropout.

import { add, mul } from "../../graph/ops/arithmetic.ts";
import { randomNormal } from "../../graph/ops/leaf.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerConfig } from "../layer.ts";
import { checkConfig, notNegative, rate } from "../layer-options.ts";

export interface GaussianNoiseConfig extends LayerConfig {
  /** Standard deviation of what is added. */
  readonly stddev: number;
}

/** Adds normal noise of mean 0 while training. */
export class GaussianNoise extends Layer {
  readonly className = "GaussianNoise";
  override readonly config: GaussianNoiseConfig;

  constructor(config: GaussianNoiseConfig) {
    super(config);
    checkConfig("GaussianNoise", config, { stddev: notNegative }, ["stddev"]);
    this.config = config;
  }

  override call(x: Tensor, { training }: CallContext): Tensor {
    const { stddev } = this.config;
    return training && stddev > 0 ? add(x, randomNormal(x.shape, 0, stddev, x.dtype)) : x;
  }
}

export interface GaussianDropoutConfig extends LayerConfig {
  /** As a dropout's: the factors have the standard deviation √(rate / (1 - rate)). In [0, 1). */
  readonly rate: number;
}

/** Multiplies by normal noise of mean 1 while training. Source: Srivastava et al., JMLR 15 (2014), section 10. */
export class GaussianDropout extends Layer {
  readonly className = "GaussianDropout";
  override readonly config: GaussianDropoutConfig;

  constructor(config: GaussianDropoutConfig) {
    super(config);
    checkConfig("GaussianDropout", config, { rate }, ["rate"]);
    this.config = config;
  }

  override call(x: Tensor, { training }: CallContext): Tensor {
    const share = this.config.rate;
    if (!training || share === 0) return x;
    return mul(x, randomNormal(x.shape, 1, Math.sqrt(share / (1 - share)), x.dtype));
  }
}
