// DepthwiseConv1D and SeparableConv1D: convolution over time of each feature by itself, and then across features.

import { conv1d, depthwiseConv1d } from "../../graph/ops/conv.ts";
import type { Padding } from "../../graph/ops/window.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { Initializer } from "../initializers.ts";
import type { CallContext, Weight } from "../layer.ts";
import { count, countOrList, oneOf } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";
import { Convolution, type ConvolutionConfig, type Single, single } from "./convolution.ts";

export interface DepthwiseConv1DConfig extends ConvolutionConfig, WeightRules<"depthwise"> {
  /** Steps of a window. */
  readonly kernelSize: Single;
  /** Channels that each feature gives. Default 1. */
  readonly depthMultiplier?: number;
  /** Steps from a window to the next. Default 1. */
  readonly strides?: Single;
  /** As a Conv1D's. Default "valid". */
  readonly padding?: Padding;
  /** Steps between the elements of a window; 1 where strides are more. Default 1. */
  readonly dilationRate?: Single;
  /** Default "glorotUniform". */
  readonly depthwiseInitializer?: Initializer;
}

const depthwiseKinds = {
  kernelSize: countOrList(1),
  depthMultiplier: count,
  strides: countOrList(1),
  padding: oneOf("valid", "same", "causal"),
  dilationRate: countOrList(1),
  ...weightKinds("depthwise"),
};

function windowOf({ strides = 1, padding = "valid", dilationRate = 1 }: DepthwiseConv1DConfig) {
  return { stride: single(strides), dilation: single(dilationRate), padding };
}

/**
 * Convolves each feature with kernels of its own: [B, T, F] -> [B, T', F·depthMultiplier], the channels of a feature together.
 * Weights: kernel [kernelSize, F, depthMultiplier], bias [F·depthMultiplier].
 */
export class DepthwiseConv1D extends Convolution {
  readonly className = "DepthwiseConv1D";
  override readonly config: DepthwiseConv1DConfig;
  #kernel: Weight | undefined;

  constructor(config: DepthwiseConv1DConfig) {
    super("DepthwiseConv1D", config, depthwiseKinds, ["kernelSize"]);
    this.config = config;
  }

  protected override build(input: TensorType): void {
    this.expectRank(input, 3, "[batch, steps, features]");
    const { kernelSize, depthMultiplier = 1, depthwiseInitializer = "glorotUniform" } = this.config;
    const [, , features = 0] = input.shape;
    const shape = [single(kernelSize), features, depthMultiplier];
    const options = weightRules(this.config, "depthwise");
    this.#kernel = this.addWeight("kernel", shape, depthwiseInitializer, options);
    this.addBias(features * depthMultiplier);
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (this.#kernel === undefined) throw this.fault("was called before it was built");
    this.expectRank(x, 3, "[batch, steps, features]");
    return this.finish(depthwiseConv1d(x, context.value(this.#kernel), windowOf(this.config)), context);
  }
}

export interface SeparableConv1DConfig extends DepthwiseConv1DConfig, WeightRules<"pointwise"> {
  /** Channels of the output. */
  readonly filters: number;
  /** Default "glorotUniform". */
  readonly pointwiseInitializer?: Initializer;
}

const separableKinds = { filters: count, ...depthwiseKinds, ...weightKinds("pointwise") };

/**
 * A depthwise convolution, then a product across its channels: [B, T, F] -> [B, T', filters]. Weights: depthwise_kernel [kernelSize, F,
 * depthMultiplier], pointwise_kernel [1, F·depthMultiplier, filters], bias [filters]. Source: Chollet, "Xception", CVPR 2017.
 */
export class SeparableConv1D extends Convolution {
  readonly className = "SeparableConv1D";
  override readonly config: SeparableConv1DConfig;
  #kernels: { readonly depthwise: Weight; readonly pointwise: Weight } | undefined;

  constructor(config: SeparableConv1DConfig) {
    super("SeparableConv1D", config, separableKinds, ["filters", "kernelSize"]);
    this.config = config;
  }

  protected override build(input: TensorType): void {
    this.expectRank(input, 3, "[batch, steps, features]");
    const { filters, kernelSize, depthMultiplier = 1 } = this.config;
    const { depthwiseInitializer = "glorotUniform", pointwiseInitializer = "glorotUniform" } = this.config;
    const [, , features = 0] = input.shape;
    this.#kernels = {
      depthwise: this.addWeight(
        "depthwise_kernel",
        [single(kernelSize), features, depthMultiplier],
        depthwiseInitializer,
        weightRules(this.config, "depthwise"),
      ),
      pointwise: this.addWeight(
        "pointwise_kernel",
        [1, features * depthMultiplier, filters],
        pointwiseInitializer,
        weightRules(this.config, "pointwise"),
      ),
    };
    this.addBias(filters);
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (this.#kernels === undefined) throw this.fault("was called before it was built");
    this.expectRank(x, 3, "[batch, steps, features]");
    const { depthwise, pointwise } = this.#kernels;
    const each = depthwiseConv1d(x, context.value(depthwise), windowOf(this.config));
    return this.finish(conv1d(each, context.value(pointwise)), context);
  }
}
