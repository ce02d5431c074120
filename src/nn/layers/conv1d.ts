// Conv1D and Conv1DTranspose: convolution over time, and the way back.

import { conv1d, conv1dTranspose } from "../../graph/ops/conv.ts";
import type { Padding } from "../../graph/ops/window.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Initializer } from "../initializers.ts";
import type { CallContext, Weight } from "../layer.ts";
import { count, countOrList, countOrZero, either, formatInput, kind, oneOf } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";
import { Convolution, type ConvolutionConfig, type Single, single } from "./convolution.ts";

export interface Conv1DConfig extends ConvolutionConfig, WeightRules<"kernel"> {
  /** Channels of the output. */
  readonly filters: number;
  /** Steps of a window. */
  readonly kernelSize: Single;
  /** Steps from a window to the next. Default 1. */
  readonly strides?: Single;
  /** "same": as many steps as before, over strides; "causal": so too, and no step sees a later one. Default "valid": whole windows only. */
  readonly padding?: Padding;
  /** Steps between the elements of a window; 1 where strides are more. Default 1. */
  readonly dilationRate?: Single;
  /** Into how many groups features and filters are cut, each convolved by itself. Default 1. */
  readonly groups?: number;
  /** Default "glorotUniform". */
  readonly kernelInitializer?: Initializer;
}

const kinds = {
  filters: count,
  kernelSize: countOrList(1),
  strides: countOrList(1),
  padding: oneOf("valid", "same", "causal"),
  dilationRate: countOrList(1),
  groups: count,
  ...weightKinds("kernel"),
};

/**
 * activation(x * kernel + bias), * being convolution over time (without turning the kernel round): [B, T, F] -> [B, T', filters].
 * Weights: kernel [kernelSize, F / groups, filters], bias [filters].
 */
export class Conv1D extends Convolution {
  readonly className = "Conv1D";
  override readonly config: Conv1DConfig;
  #kernel: Weight | undefined;

  constructor(config: Conv1DConfig) {
    super("Conv1D", config, kinds, ["filters", "kernelSize"]);
    this.config = config;
  }

  protected override build(input: TensorType): void {
    this.expectRank(input, 3, "[batch, steps, features]");
    const { filters, kernelSize, groups = 1, kernelInitializer = "glorotUniform" } = this.config;
    const features = input.shape[2] ?? 0;
    if (features % groups !== 0)
      throw this.fault(`wants features that ${groups} groups divide, got ${formatInput(input)}`);
    const shape = [single(kernelSize), features / groups, filters];
    const options = weightRules(this.config, "kernel");
    this.#kernel = this.addWeight("kernel", shape, kernelInitializer, options);
    this.addBias(filters);
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (this.#kernel === undefined) throw this.fault("was called before it was built");
    this.expectRank(x, 3, "[batch, steps, features]");
    const { strides = 1, padding = "valid", dilationRate = 1, groups = 1 } = this.config;
    const options = { stride: single(strides), dilation: single(dilationRate), padding, groups };
    return this.finish(conv1d(x, context.value(this.#kernel), options), context);
  }
}

export interface Conv1DTransposeConfig extends ConvolutionConfig, WeightRules<"kernel"> {
  /** Channels of the output. */
  readonly filters: number;
  /** Steps over which each step is spread. */
  readonly kernelSize: Single;
  /** Steps of the output for one of the input. Default 1. */
  readonly strides?: Single;
  /** "same": T·strides steps come out. Default "valid": all steps that are reached. */
  readonly padding?: "valid" | "same";
  /** Steps that are added in the end, fewer than strides. Default: as many as make the lengths above. */
  readonly outputPadding?: Single;
  /** Steps between the elements of the kernel; 1 where strides are more. Default 1. */
  readonly dilationRate?: Single;
  /** Default "glorotUniform". */
  readonly kernelInitializer?: Initializer;
}

const isSingleOrZero = kind(
  "",
  (value) => Array.isArray(value) && value.length === 1 && countOrZero(value[0]) === undefined,
);

const transposeKinds = {
  filters: count,
  kernelSize: countOrList(1),
  strides: countOrList(1),
  padding: oneOf("valid", "same"),
  outputPadding: either("a whole number from 0 up", countOrZero, isSingleOrZero),
  dilationRate: countOrList(1),
  ...weightKinds("kernel"),
};

/**
 * The transpose of a convolution: what the gradient of one would be, with a bias and an activation: [B, T, F] -> [B, T', filters].
 * Weights: kernel [kernelSize, filters, F], bias [filters].
 */
export class Conv1DTranspose extends Convolution {
  readonly className = "Conv1DTranspose";
  override readonly config: Conv1DTransposeConfig;
  #kernel: Weight | undefined;

  constructor(config: Conv1DTransposeConfig) {
    super("Conv1DTranspose", config, transposeKinds, ["filters", "kernelSize"]);
    const { strides = 1, outputPadding = 0 } = config;
    if (single(outputPadding) >= single(strides) && single(outputPadding) > 0)
      throw new RecurraError(
        "layer-option",
        `Conv1DTranspose: outputPadding is to be less than strides, got ${single(outputPadding)} and ${single(strides)}`,
      );
    this.config = config;
  }

  protected override build(input: TensorType): void {
    this.expectRank(input, 3, "[batch, steps, features]");
    const { filters, kernelSize, kernelInitializer = "glorotUniform" } = this.config;
    const shape = [single(kernelSize), filters, input.shape[2] ?? 0];
    const options = weightRules(this.config, "kernel");
    this.#kernel = this.addWeight("kernel", shape, kernelInitializer, options);
    this.addBias(filters);
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (this.#kernel === undefined) throw this.fault("was called before it was built");
    this.expectRank(x, 3, "[batch, steps, features]");
    const { strides = 1, padding = "valid", outputPadding, dilationRate = 1 } = this.config;
    const options = {
      stride: single(strides),
      dilation: single(dilationRate),
      padding,
      ...(outputPadding === undefined ? {} : { outputPadding: single(outputPadding) }),
    };
    return this.finish(conv1dTranspose(x, context.value(this.#kernel), options), context);
  }
}
