// Layers without weights: Activation, Dropout, Flatten, Reshape.

import { mul } from "../../graph/ops/arithmetic.ts";
import { dropoutMask } from "../../graph/ops/leaf.ts";
import { reshape } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Shape } from "../../tensor/shape.ts";
import { formatShape, sizeOf } from "../../tensor/shape.ts";
import { type Activation as ActivationChoice, activation } from "../activations.ts";
import {
  type CallContext,
  checkOptions,
  commonOptions,
  formatInput,
  Layer,
  type LayerConfig,
  rateOf,
} from "../layer.ts";

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
    checkOptions("Activation", config, [...commonOptions, "activation"]);
    this.config = config;
    this.#activation = activation(config.activation);
  }

  override call(x: Tensor): Tensor {
    return this.#activation(x);
  }
}

export interface DropoutConfig extends LayerConfig {
  /** Share of the elements that are set to 0 in training, in [0, 1); the others are scaled up by 1/(1-rate). */
  readonly rate: number;
}

/** Sets elements to 0 at random while training. Source: Srivastava et al., JMLR 15 (2014). */
export class Dropout extends Layer {
  readonly className = "Dropout";
  override readonly config: DropoutConfig;

  constructor(config: DropoutConfig) {
    super(config);
    checkOptions("Dropout", config, [...commonOptions, "rate"]);
    rateOf("Dropout", "rate", config.rate);
    this.config = config;
  }

  override call(x: Tensor, { training }: CallContext): Tensor {
    const { rate } = this.config;
    return training && rate > 0 ? mul(x, dropoutMask(x.shape, rate, x.dtype)) : x;
  }
}

/** Makes one axis of all but the batch: [B, ...] -> [B, n]. */
export class Flatten extends Layer {
  readonly className = "Flatten";

  constructor(config: LayerConfig = {}) {
    super(config);
    checkOptions("Flatten", config, commonOptions);
  }

  override call(x: Tensor): Tensor {
    const [batch = 0, ...rest] = x.shape;
    return reshape(x, [batch, sizeOf(rest)]);
  }

  override computeMask(): undefined {
    return undefined;
  }
}

export interface ReshapeConfig extends LayerConfig {
  /** The shape of one sample; one dimension may be -1, and is then worked out. */
  readonly targetShape: Shape;
}

/** The same elements in another shape: [B, ...] -> [B, ...targetShape]. */
export class Reshape extends Layer {
  readonly className = "Reshape";
  override readonly config: ReshapeConfig;

  constructor(config: ReshapeConfig) {
    super(config);
    checkOptions("Reshape", config, [...commonOptions, "targetShape"]);
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    const [batch = 0, ...rest] = x.shape;
    const { targetShape } = this.config;
    const open = targetShape.indexOf(-1);
    const known = targetShape.reduce(
      (product, dimension) => (dimension === -1 ? product : product * dimension),
      1,
    );
    const shape = open < 0 ? targetShape : targetShape.with(open, sizeOf(rest) / known);
    if (sizeOf(shape) !== sizeOf(rest) || shape.some((dimension) => !Number.isInteger(dimension))) {
      throw this.fault(`cannot give ${formatInput(x)} the shape ${formatShape(targetShape)}`);
    }
    return reshape(x, [batch, ...shape]);
  }

  override computeMask(): undefined {
    return undefined;
  }
}
