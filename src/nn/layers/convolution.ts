// What the convolutional layers share: their common options, the bias, and what comes after the product.

import { add } from "../../graph/ops/arithmetic.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { type Activation, activation } from "../activations.ts";
import { type ActivityOption, activityKinds, penalized } from "../activity-penalty.ts";
import type { Initializer } from "../initializers.ts";
import type { CallContext, LayerConfig, Weight } from "../layer.ts";
import { activationKind, checkConfig, flag, type OptionKinds } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";
import { Unmasked } from "./unmasked.ts";

/** One number, also as a list of one. */
export type Single = number | readonly [number];

/** One number for both axes, or one for each. */
export type Pair = number | readonly [number, number];

/** A single number out of its list. */
export function single(given: Single): number {
  return typeof given === "number" ? given : given[0];
}

/** Two numbers. */
export function pair(given: Pair): readonly [number, number] {
  return typeof given === "number" ? [given, given] : given;
}

export interface ConvolutionConfig extends LayerConfig, ActivityOption, WeightRules<"bias"> {
  /** Default "linear". */
  readonly activation?: Activation;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default "zeros". */
  readonly biasInitializer?: Initializer;
}

export const convolutionKinds: OptionKinds = {
  activation: activationKind,
  useBias: flag,
  ...weightKinds("bias"),
  ...activityKinds,
};

/** What each layer has of these, in its own form. */
interface WindowConfig {
  readonly strides?: number | readonly number[];
  readonly dilationRate?: number | readonly number[];
  readonly filters?: number;
  readonly groups?: number;
}

/** A layer that computes activation(convolution + bias). */
export abstract class Convolution extends Unmasked {
  override readonly config: ConvolutionConfig & WindowConfig;
  readonly #activation: (x: Tensor) => Tensor;
  #bias: Weight | undefined;

  constructor(
    className: string,
    config: ConvolutionConfig & WindowConfig,
    kinds: OptionKinds,
    required: readonly string[],
  ) {
    super(config);
    checkConfig(className, config, { ...kinds, ...convolutionKinds }, required);
    const { strides = 1, dilationRate = 1, filters = 1, groups = 1 } = config;
    const most = (given: number | readonly number[]) => Math.max(...[given].flat());
    if (most(strides) > 1 && most(dilationRate) > 1)
      throw new RecurraError(
        "layer-option",
        `${className}: strides and dilationRate are both above 1; one of them is to be 1`,
      );
    if (filters % groups !== 0)
      throw new RecurraError(
        "layer-option",
        `${className}: groups is to divide filters, got ${groups} and ${filters}`,
      );
    this.config = config;
    this.#activation = activation(config.activation);
  }

  /** Makes the bias, unless there is to be none. */
  protected addBias(channels: number): void {
    const { useBias = true, biasInitializer = "zeros" } = this.config;
    if (useBias)
      this.#bias = this.addWeight("bias", [channels], biasInitializer, weightRules(this.config, "bias"));
  }

  /** activation(y + bias) */
  protected finish(y: Tensor, context: CallContext): Tensor {
    const biased = this.#bias === undefined ? y : add(y, context.value(this.#bias));
    return penalized(this.#activation(biased), this.config, context);
  }
}
