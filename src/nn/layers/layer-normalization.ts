// LayerNormalization and RMSNormalization: each step of each sample by itself.

import { layerNorm, rmsNorm } from "../../graph/ops/normalize.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { type Shape, sameShape } from "../../tensor/shape.ts";
import { type CallContext, Layer, type LayerConfig, type Weight } from "../layer.ts";
import { checkConfig, either, formatInput, notNegative, whole, wholeList } from "../layer-options.ts";
import {
  makeScaleAndOffset,
  type ScaleAndOffset,
  type ScaleAndOffsetConfig,
  scaleAndOffsetKinds,
} from "./scale-and-offset.ts";

/** One axis or several; the batch, axis 0, is none of them. */
type Axis = number | readonly number[];

const axisKind = either("a whole number or a list of them", whole, wholeList(""));

/** The axes in ascending order. `undefined` for what an input does not have. */
function axesOf({ shape }: TensorType, axis: Axis): readonly number[] | undefined {
  const list = typeof axis === "number" ? [axis] : axis;
  const places = list.map((place) => (place < 0 ? place + shape.length : place));
  const fits =
    places.length > 0 &&
    new Set(places).size === places.length &&
    places.every((place) => place > 0 && place < shape.length);
  return fits ? places.toSorted((a, b) => a - b) : undefined;
}

/** A layer that normalises over axes and has weights of their lengths. */
abstract class AxesNormalization extends Layer {
  abstract override readonly config: LayerConfig & { readonly axis?: Axis };

  protected axesFor(input: TensorType): readonly number[] {
    const { axis = -1 } = this.config;
    const axes = axesOf(input, axis);
    if (axes === undefined)
      throw this.fault(
        `normalises over axis ${typeof axis === "number" ? axis : axis.join(" and ")}, and ${formatInput(input)} has axes 1 to ${input.shape.length - 1} beside the batch`,
      );
    return axes;
  }

  protected widthFor(input: TensorType): Shape {
    return this.axesFor(input).map((axis) => input.shape[axis] ?? 0);
  }

  protected override fits(built: TensorType, input: TensorType): boolean {
    return sameShape(this.widthFor(built), this.widthFor(input));
  }
}

export interface LayerNormalizationConfig extends ScaleAndOffsetConfig {
  /** The axes over which mean and variance are taken; the batch is axis 0. Default -1, the last. */
  readonly axis?: Axis;
}

/**
 * gamma·(x - mean)/√(variance + epsilon) + beta, with mean and variance over the axes: [B, ...] -> [B, ...]. Weights: gamma, beta, of the
 * lengths of the axes in ascending order. Source: Ba, Kiros, Hinton, "Layer Normalization", 2016.
 */
export class LayerNormalization extends AxesNormalization {
  readonly className = "LayerNormalization";
  override readonly config: LayerNormalizationConfig;
  #weights: ScaleAndOffset | undefined;

  constructor(config: LayerNormalizationConfig = {}) {
    super(config);
    checkConfig("LayerNormalization", config, { axis: axisKind, ...scaleAndOffsetKinds });
    this.config = config;
  }

  protected override build(input: TensorType): void {
    this.#weights = makeScaleAndOffset(this.config, this.widthFor(input), (...weight) =>
      this.addWeight(...weight),
    );
  }

  override call(x: Tensor, { value }: CallContext): Tensor {
    if (this.#weights === undefined) throw this.fault("was called before it was built");
    const { gamma, beta } = this.#weights;
    return layerNorm(x, {
      axis: this.axesFor(x),
      epsilon: this.config.epsilon ?? 1e-3,
      scale: gamma && value(gamma),
      offset: beta && value(beta),
    });
  }
}

export interface RMSNormalizationConfig extends LayerConfig {
  /** The axes over which squares are averaged; the batch is axis 0. Default -1, the last. */
  readonly axis?: Axis;
  /** Is added to the mean square. Default 1e-6. */
  readonly epsilon?: number;
}

/**
 * scale·x/√(mean(x²) + epsilon), with the mean over the axes: [B, ...] -> [B, ...]. Weights: scale, of the lengths of the axes in
 * ascending order. Source: Zhang, Sennrich, "Root Mean Square Layer Normalization", NeurIPS 2019.
 */
export class RMSNormalization extends AxesNormalization {
  readonly className = "RMSNormalization";
  override readonly config: RMSNormalizationConfig;
  #scale: Weight | undefined;

  constructor(config: RMSNormalizationConfig = {}) {
    super(config);
    checkConfig("RMSNormalization", config, { axis: axisKind, epsilon: notNegative });
    this.config = config;
  }

  protected override build(input: TensorType): void {
    this.#scale = this.addWeight("scale", this.widthFor(input), "ones");
  }

  override call(x: Tensor, { value }: CallContext): Tensor {
    if (this.#scale === undefined) throw this.fault("was called before it was built");
    const { epsilon = 1e-6 } = this.config;
    return rmsNorm(x, { axis: this.axesFor(x), epsilon, scale: value(this.#scale) });
  }
}
