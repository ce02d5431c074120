// Layers without weights: Activation, Dropout, Flatten, Reshape.

import { mul } from "../../graph/ops/arithmetic.ts";
import { dropoutMask } from "../../graph/ops/leaf.ts";
import { reshape } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Shape } from "../../tensor/shape.ts";
import { formatShape, sizeOf } from "../../tensor/shape.ts";
import { type Activation as ActivationChoice, activation } from "../activations.ts";
import { type CallContext, Layer, type LayerConfig } from "../layer.ts";
import { activationKind, checkConfig, formatInput, rate, wholeList } from "../layer-options.ts";

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
    checkConfig("Dropout", config, { rate }, ["rate"]);
    this.config = config;
  }

  override call(x: Tensor, { training }: CallContext): Tensor {
    const share = this.config.rate;
    return training && share > 0 ? mul(x, dropoutMask(x.shape, share, x.dtype)) : x;
  }
}

/** Makes one axis of all but the batch: [B, ...] -> [B, n]. */
export class Flatten extends Layer {
  readonly className = "Flatten";

  constructor(config: LayerConfig = {}) {
    super(config);
    checkConfig("Flatten", config, {});
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

const targetShape = wholeList(
  "a list of positive whole numbers, one of which may be -1",
  (dimension) => dimension > 0 || dimension === -1,
);

/** The same elements in another shape: [B, ...] -> [B, ...targetShape]. */
export class Reshape extends Layer {
  readonly className = "Reshape";
  override readonly config: ReshapeConfig;

  constructor(config: ReshapeConfig) {
    super(config);
    checkConfig("Reshape", config, { targetShape }, ["targetShape"]);
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
    const isWhole = shape.every((dimension) => Number.isInteger(dimension) && dimension > 0);
    if (sizeOf(shape) !== sizeOf(rest) || !isWhole) {
      throw this.fault(`cannot give ${formatInput(x)} the shape ${formatShape(targetShape)}`);
    }
    return reshape(x, [batch, ...shape]);
  }

  override computeMask(): undefined {
    return undefined;
  }
}
