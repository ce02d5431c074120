// Activation functions as layers: Activation, ReLU, LeakyReLU, ELU, Softmax.

import { greaterEqual, mul, select, sub } from "../../graph/ops/arithmetic.ts";
import { exp, relu } from "../../graph/ops/functions.ts";
import { logSumExp, softmax } from "../../graph/ops/reduce.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { sameShape } from "../../tensor/shape.ts";
import { type Activation as ActivationChoice, activation, elu, leakyRelu } from "../activations.ts";
import { type CallContext, Layer, type LayerConfig } from "../layer.ts";
import {
  activationKind,
  checkConfig,
  either,
  finite,
  notNegative,
  whole,
  wholeList,
} from "../layer-options.ts";

export interface ActivationConfig extends LayerConfig {
  readonly activation: ActivationChoice;
}

/** Applies an activation function, element by element (softmax: over the last axis). */
export class Activation extends Layer {
  readonly className = "Activation";
  override readonly config: ActivationConfig;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(config: ActivationConfig) {
    super(config);
    checkConfig("Activation", config, { activation: activationKind }, ["activation"]);
    this.config = config;
    this.#activation = activation(config.activation);
  }

  override call(x: Tensor): Tensor {
    return this.#activation(x);
  }
}

export interface ReLUConfig extends LayerConfig {
  /** The largest value that comes out. Default: there is none. */
  readonly maxValue?: number;
  /** Slope below the threshold. Default 0. */
  readonly negativeSlope?: number;
  /** Values below it count as small. Default 0. */
  readonly threshold?: number;
}

/** x from the threshold up, but at most `maxValue`; `negativeSlope`·(x - threshold) below it. */
export class ReLU extends Layer {
  readonly className = "ReLU";
  override readonly config: ReLUConfig;

  constructor(config: ReLUConfig = {}) {
    super(config);
    const kinds = { maxValue: notNegative, negativeSlope: notNegative, threshold: notNegative };
    checkConfig("ReLU", config, kinds);
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    const { maxValue, negativeSlope = 0, threshold = 0 } = this.config;
    const isPlain = negativeSlope === 0 && threshold === 0;
    const below = negativeSlope === 0 ? 0 : mul(sub(x, threshold), negativeSlope);
    const y = isPlain ? relu(x) : select(greaterEqual(x, threshold), x, below);
    return maxValue === undefined ? y : select(greaterEqual(x, maxValue), maxValue, y);
  }
}

export interface LeakyReLUConfig extends LayerConfig {
  /** Slope for x < 0. Default 0.3. */
  readonly negativeSlope?: number;
}

/** x for x > 0, else `negativeSlope`·x. Source: Maas et al., ICML 2013. */
export class LeakyReLU extends Layer {
  readonly className = "LeakyReLU";
  override readonly config: LeakyReLUConfig;

  constructor(config: LeakyReLUConfig = {}) {
    super(config);
    checkConfig("LeakyReLU", config, { negativeSlope: notNegative });
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    return leakyRelu(x, { negativeSlope: this.config.negativeSlope ?? 0.3 });
  }
}

export interface ELUConfig extends LayerConfig {
  /** What it tends to, negated, for x -> -∞. Default 1. */
  readonly alpha?: number;
}

/** x for x > 0, else `alpha`·(exp x - 1). Source: Clevert et al., ICLR 2016. */
export class ELU extends Layer {
  readonly className = "ELU";
  override readonly config: ELUConfig;

  constructor(config: ELUConfig = {}) {
    super(config);
    checkConfig("ELU", config, { alpha: finite });
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    return elu(x, { alpha: this.config.alpha ?? 1 });
  }
}

export interface SoftmaxConfig extends LayerConfig {
  /** The axes over which the outputs sum to 1; the batch is axis 0. Default -1, the last. */
  readonly axis?: number | readonly number[];
}

/** Keras takes this off the inputs that a mask leaves out. */
const far = 1e9;

/** exp x / Σ exp x over an axis or several. A mask of the input's own shape leaves elements out. */
export class Softmax extends Layer {
  readonly className = "Softmax";
  override readonly config: SoftmaxConfig;

  constructor(config: SoftmaxConfig = {}) {
    super(config);
    const axis = either("a whole number or a list of them", whole, wholeList("whole numbers"));
    checkConfig("Softmax", config, { axis });
    this.config = config;
  }

  override call(x: Tensor, { mask }: CallContext): Tensor {
    const { axis = -1 } = this.config;
    const isFitting = mask !== undefined && sameShape(mask.shape, x.shape);
    const scores = isFitting ? select(mask, x, sub(x, far)) : x;
    return typeof axis === "number"
      ? softmax(scores, axis)
      : exp(sub(scores, logSumExp(scores, axis, { keepDims: true })));
  }
}
