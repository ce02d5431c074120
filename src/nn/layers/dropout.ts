// Dropout and its kin, which are there in training only: Dropout, SpatialDropout1D, AlphaDropout.

import { add, mul } from "../../graph/ops/arithmetic.ts";
import { dropoutMask } from "../../graph/ops/leaf.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { formatShape, type Shape } from "../../tensor/shape.ts";
import { type CallContext, Layer, type LayerConfig } from "../layer.ts";
import { checkConfig, formatInput, kind, rate } from "../layer-options.ts";

export interface DropoutConfig extends LayerConfig {
  /** Share of the elements that are set to 0 in training, in [0, 1); the others are scaled up by 1/(1-rate). */
  readonly rate: number;
  /**
   * The shape of what is drawn, batch included; null: as the input has it. Where it is 1, the same is dropped all along that axis:
   * `[null, 1, null]` drops a feature at all steps. Default: an element each.
   */
  readonly noiseShape?: readonly (number | null)[];
}

const noiseShape = kind(
  "a list of positive whole numbers and nulls",
  (value) =>
    Array.isArray(value) &&
    value.every((part) => part === null || (Number.isInteger(part) && (part as number) > 0)),
);

const kinds = { rate, noiseShape };

/** The shape of what is drawn for an input. Fails for one that does not broadcast to it. */
function drawnShape(
  { shape }: TensorType,
  { noiseShape: given }: DropoutConfig,
  fault: (shape: string) => Error,
): Shape {
  if (given === undefined) return shape;
  const drawn = shape.map((dimension, axis) => given[axis] ?? dimension);
  const fits = given.length === shape.length && drawn.every((n, axis) => n === 1 || n === shape[axis]);
  if (!fits) throw fault(formatShape(given.map((n) => n ?? Number.NaN)).replaceAll("NaN", "null"));
  return drawn;
}

/** What dropout layers share: the share, the shape of what is drawn, and that nothing is outside training. */
abstract class RandomDrop extends Layer {
  override readonly config: DropoutConfig;

  constructor(className: string, config: DropoutConfig) {
    super(config);
    checkConfig(className, config, kinds, ["rate"]);
    this.config = config;
  }

  /** Drops a share of the elements, with numbers drawn in the given shape. */
  protected abstract drop(x: Tensor, share: number, shape: Shape): Tensor;

  override call(x: Tensor, { training }: CallContext): Tensor {
    const share = this.config.rate;
    if (!training || share === 0) return x;
    const shape = drawnShape(x, this.config, (noise) =>
      this.fault(`has the noiseShape ${noise}, which does not fit ${formatInput(x)}`),
    );
    return this.drop(x, share, shape);
  }
}

/** Sets elements to 0 at random while training. Source: Srivastava et al., JMLR 15 (2014). */
export class Dropout extends RandomDrop {
  readonly className = "Dropout";

  constructor(config: DropoutConfig) {
    super("Dropout", config);
  }

  protected override drop(x: Tensor, share: number, shape: Shape): Tensor {
    return mul(x, dropoutMask(shape, share, x.dtype));
  }
}

export interface SpatialDropout1DConfig extends LayerConfig {
  /** Share of the features that are set to 0 in training, at all steps; in [0, 1). */
  readonly rate: number;
}

/** Sets whole features to 0 while training: [B, T, F] -> [B, T, F]. Source: Tompson et al., CVPR 2015. */
export class SpatialDropout1D extends Layer {
  readonly className = "SpatialDropout1D";
  override readonly config: SpatialDropout1DConfig;

  constructor(config: SpatialDropout1DConfig) {
    super(config);
    checkConfig("SpatialDropout1D", config, { rate }, ["rate"]);
    this.config = config;
  }

  override call(x: Tensor, { training }: CallContext): Tensor {
    this.expectRank(x, 3, "[batch, steps, features]");
    const [batch = 0, , features = 0] = x.shape;
    const share = this.config.rate;
    return training && share > 0 ? mul(x, dropoutMask([batch, 1, features], share, x.dtype)) : x;
  }
}

/** What selu tends to for x -> -∞: -1.0507·1.6733. */
const saturated = -1.0507009873554805 * 1.6732632423543772;

/**
 * Dropout for networks of `selu`: dropped elements become -1.758, and all are scaled and moved so that mean 0 and variance 1 stay.
 * Source: Klambauer et al., NIPS 2017.
 */
export class AlphaDropout extends RandomDrop {
  readonly className = "AlphaDropout";

  constructor(config: DropoutConfig) {
    super("AlphaDropout", config);
  }

  protected override drop(x: Tensor, share: number, shape: Shape): Tensor {
    // With k the mask: a·(x·k + s·(1 - k)) + b, of variance 1 and mean 0 again.
    const a = ((1 - share) * (1 + share * saturated ** 2)) ** -0.5;
    const b = -a * saturated * share;
    const kept = mul(dropoutMask(shape, share, x.dtype), a * (1 - share)); // a or 0
    return add(mul(add(x, -saturated), kept), a * saturated + b);
  }
}
