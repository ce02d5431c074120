// GroupNormalization: the features of each sample in groups.

import { add, div, mul, sub } from "../../graph/ops/arithmetic.ts";
import { sqrt, square } from "../../graph/ops/functions.ts";
import { mean } from "../../graph/ops/reduce.ts";
import { reshape } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { type CallContext, Layer, type Weight } from "../layer.ts";
import { checkConfig, formatInput, kind, whole } from "../layer-options.ts";
import {
  makeScaleAndOffset,
  type ScaleAndOffset,
  type ScaleAndOffsetConfig,
  scaleAndOffsetKinds,
} from "./scale-and-offset.ts";

export interface GroupNormalizationConfig extends ScaleAndOffsetConfig {
  /** How many groups the features fall into, which their number must divide into; -1: each is a group of its own. Default 32. */
  readonly groups?: number;
  /** The axis of the features; the batch is axis 0. Default -1, the last. */
  readonly axis?: number;
}

const groups = kind(
  "a positive whole number or -1",
  (value) => Number.isInteger(value) && ((value as number) > 0 || value === -1),
);

/**
 * gamma·(x - mean)/√(variance + epsilon) + beta, with mean and variance over a group of features and over all axes but the batch:
 * [B, ..., F] -> [B, ..., F]. With -1 groups this is instance normalisation. Weights: gamma [F], beta [F].
 * Source: Wu & He, "Group Normalization", ECCV 2018.
 */
export class GroupNormalization extends Layer {
  readonly className = "GroupNormalization";
  override readonly config: GroupNormalizationConfig;
  #affine: ScaleAndOffset | undefined;

  constructor(config: GroupNormalizationConfig = {}) {
    super(config);
    checkConfig("GroupNormalization", config, { groups, axis: whole, ...scaleAndOffsetKinds });
    this.config = config;
  }

  protected override build(input: TensorType): void {
    const { features } = this.#partition(input);
    this.#affine = makeScaleAndOffset(this.config, [features], (...weight) => this.addWeight(...weight));
  }

  protected override fits(built: TensorType, input: TensorType): boolean {
    return this.#partition(built).features === this.#partition(input).features;
  }

  override call(x: Tensor, { value }: CallContext): Tensor {
    if (this.#affine === undefined) throw this.fault("was called before it was built");
    const { axis, groups, features } = this.#partition(x);
    const split = x.shape.toSpliced(axis, 1, groups, features / groups);
    const grouped = reshape(x, split); // [B, ..., G, F/G]
    const over = split.flatMap((_, i) => (i === 0 || i === axis ? [] : [i]));
    const average = mean(grouped, over, { keepDims: true });
    const centred = sub(grouped, average);
    const variance = mean(square(centred), over, { keepDims: true });
    const inverse = div(1, sqrt(add(variance, this.config.epsilon ?? 1e-3)));
    const line = split.map((dimension, i) => (i === axis || i === axis + 1 ? dimension : 1));
    const lineOf = (weight: Weight) => reshape(value(weight), line);
    const { gamma, beta } = this.#affine;
    const y = mul(centred, gamma === undefined ? inverse : mul(inverse, lineOf(gamma)));
    return reshape(beta === undefined ? y : add(y, lineOf(beta)), x.shape);
  }

  #partition(input: TensorType): {
    readonly axis: number;
    readonly groups: number;
    readonly features: number;
  } {
    const { axis = -1, groups = 32 } = this.config;
    const rank = input.shape.length;
    const place = axis < 0 ? axis + rank : axis;
    const features = input.shape[place];
    if (place < 1 || features === undefined)
      throw this.fault(
        `has its features along axis ${axis}, and ${formatInput(input)} has axes 1 to ${rank - 1} beside the batch`,
      );
    const count = groups === -1 ? features : groups;
    if (features % count !== 0)
      throw this.fault(
        `puts features into ${count} groups of one size, and ${formatInput(input)} has ${features}`,
      );
    return { axis: place, groups: count, features };
  }
}
