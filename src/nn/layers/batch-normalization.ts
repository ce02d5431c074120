// BatchNormalization: each feature over the whole batch, with statistics that are kept for inference.

import { add, cast, div, mul, neg, sub } from "../../graph/ops/arithmetic.ts";
import { sqrt, square } from "../../graph/ops/functions.ts";
import { mean } from "../../graph/ops/reduce.ts";
import { expandDims, reshape, sum } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { Initializer } from "../initializers.ts";
import { type CallContext, Layer, type Mask, type Weight } from "../layer.ts";
import { checkConfig, formatInput, initializerKind, kind, whole } from "../layer-options.ts";
import {
  makeScaleAndOffset,
  type ScaleAndOffset,
  type ScaleAndOffsetConfig,
  scaleAndOffsetKinds,
} from "./scale-and-offset.ts";

export interface BatchNormalizationConfig extends ScaleAndOffsetConfig {
  /** The axis of the features, each of which is normalised by itself. Default -1, the last. */
  readonly axis?: number;
  /** Share of the kept statistics that stays at each step, from 0 to 1. Default 0.99. */
  readonly momentum?: number;
  /** Default "zeros". */
  readonly movingMeanInitializer?: Initializer;
  /** Default "ones". */
  readonly movingVarianceInitializer?: Initializer;
}

const momentum = kind(
  "a number from 0 to 1",
  (value) => typeof value === "number" && value >= 0 && value <= 1,
);

/** Keeps a mean over no real steps finite: Keras' epsilon. */
const tiny = 1e-7;

/** Mean and variance of each feature, with axes of 1 in place of the others. */
interface Moments {
  readonly average: Tensor;
  readonly variance: Tensor;
}

/**
 * gamma·(x - mean)/√(variance + epsilon) + beta: [B, ...] -> [B, ...]. In training mean and variance are those of the batch, over all axes
 * but that of the features, and the kept ones follow: moving ← momentum·moving + (1 - momentum)·batch. Outside training, and where the
 * layer is frozen, the kept ones are used. With a mask, real steps alone count. Weights: gamma, beta, moving_mean, moving_variance; the
 * last two are not trainable. Source: Ioffe & Szegedy, ICML 2015; Keras' BatchNormalization.
 */
export class BatchNormalization extends Layer {
  readonly className = "BatchNormalization";
  override readonly config: BatchNormalizationConfig;
  #affine: ScaleAndOffset | undefined;
  #moving: { readonly mean: Weight; readonly variance: Weight } | undefined;

  constructor(config: BatchNormalizationConfig = {}) {
    super(config);
    checkConfig("BatchNormalization", config, {
      axis: whole,
      momentum,
      ...scaleAndOffsetKinds,
      movingMeanInitializer: initializerKind,
      movingVarianceInitializer: initializerKind,
    });
    this.config = config;
  }

  protected override build(input: TensorType): void {
    const shape = [input.shape[this.#axisOf(input)] ?? 0];
    const { movingMeanInitializer = "zeros", movingVarianceInitializer = "ones" } = this.config;
    this.#affine = makeScaleAndOffset(this.config, shape, (...weight) => this.addWeight(...weight));
    const kept = { trainable: false };
    this.#moving = {
      mean: this.addWeight("moving_mean", shape, movingMeanInitializer, kept),
      variance: this.addWeight("moving_variance", shape, movingVarianceInitializer, kept),
    };
  }

  protected override fits(built: TensorType, input: TensorType): boolean {
    return built.shape[this.#axisOf(built)] === input.shape[this.#axisOf(input)];
  }

  override call(x: Tensor, { training, value, update, mask }: CallContext): Tensor {
    if (this.#affine === undefined || this.#moving === undefined)
      throw this.fault("was called before it was built");
    const { momentum = 0.99, epsilon = 1e-3 } = this.config;
    const axis = this.#axisOf(x);
    const line = x.shape.map((dimension, i) => (i === axis ? dimension : 1)); // [1, ..., F]
    const lineOf = (weight: Weight) => reshape(value(weight), line);
    const { mean: movingMean, variance: movingVariance } = this.#moving;
    const { gamma, beta } = this.#affine;
    const slopeOf = (variance: Tensor) => {
      const inverse = div(1, sqrt(add(variance, epsilon)));
      return gamma === undefined ? inverse : mul(lineOf(gamma), inverse);
    };
    const moved = (y: Tensor) => (beta === undefined ? y : add(y, lineOf(beta)));
    if (!training || !this.trainable) {
      // One product and one sum over x; the rest is as small as a row.
      const slope = slopeOf(lineOf(movingVariance));
      return add(mul(x, slope), moved(neg(mul(lineOf(movingMean), slope))));
    }
    const { average, variance } = this.#momentsOf(x, axis, mask);
    const follow = (weight: Weight, now: Tensor) =>
      update(weight, add(mul(value(weight), momentum), mul(reshape(now, weight.shape), 1 - momentum)));
    follow(movingMean, average);
    follow(movingVariance, variance);
    return moved(mul(sub(x, average), slopeOf(variance)));
  }

  #momentsOf(x: Tensor, axis: number, mask: Mask): Moments {
    const others = x.shape.flatMap((_, i) => (i === axis ? [] : [i]));
    const keepDims = true;
    if (mask === undefined) {
      const average = mean(x, others, { keepDims });
      return { average, variance: mean(square(sub(x, average)), others, { keepDims }) };
    }
    if (mask.rank !== x.rank - 1)
      throw this.fault(
        `wants a mask of all axes but the last, got one of ${mask.rank} for ${formatInput(x)}`,
      );
    const real = cast(expandDims(mask, mask.rank), x.dtype); // [B, T, 1]
    const perStep = axis === x.rank - 1 ? 1 : (x.shape.at(-1) ?? 1);
    const count = add(mul(sum(real, others, { keepDims }), perStep), tiny);
    const average = div(sum(mul(x, real), others, { keepDims }), count);
    const squares = mul(square(sub(x, average)), real);
    return { average, variance: div(sum(squares, others, { keepDims }), count) };
  }

  #axisOf(input: TensorType): number {
    const { axis = -1 } = this.config;
    const rank = input.shape.length;
    const place = axis < 0 ? axis + rank : axis;
    if (place > 0 && place < rank) return place;
    throw this.fault(
      `has its features along axis ${axis}, and ${formatInput(input)} has axes 1 to ${rank - 1} beside the batch`,
    );
  }
}
