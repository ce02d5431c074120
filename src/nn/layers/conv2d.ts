// Conv2D: convolution over rows and columns.

import { conv2d } from "../../graph/ops/conv.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { Initializer } from "../initializers.ts";
import type { CallContext, Weight } from "../layer.ts";
import { count, countOrList, formatInput, oneOf } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";
import { Convolution, type ConvolutionConfig, type Pair, pair } from "./convolution.ts";

export interface Conv2DConfig extends ConvolutionConfig, WeightRules<"kernel"> {
  /** Channels of the output. */
  readonly filters: number;
  /** Rows and columns of a window. */
  readonly kernelSize: Pair;
  /** Rows and columns from a window to the next. Default 1. */
  readonly strides?: Pair;
  /** "same": as many rows and columns as before, over strides. Default "valid": whole windows only. */
  readonly padding?: "valid" | "same";
  /** Rows and columns between the elements of a window; 1 where strides are more. Default 1. */
  readonly dilationRate?: Pair;
  /** Into how many groups features and filters are cut, each convolved by itself. Default 1. */
  readonly groups?: number;
  /** Default "glorotUniform". */
  readonly kernelInitializer?: Initializer;
}

const kinds = {
  filters: count,
  kernelSize: countOrList(2),
  strides: countOrList(2),
  padding: oneOf("valid", "same"),
  dilationRate: countOrList(2),
  groups: count,
  ...weightKinds("kernel"),
};

/**
 * activation(x * kernel + bias): [B, H, W, F] -> [B, H', W', filters]. Weights: kernel [rows, columns, F / groups, filters], bias [filters].
 */
export class Conv2D extends Convolution {
  readonly className = "Conv2D";
  override readonly config: Conv2DConfig;
  #kernel: Weight | undefined;

  constructor(config: Conv2DConfig) {
    super("Conv2D", config, kinds, ["filters", "kernelSize"]);
    this.config = config;
  }

  protected override build(input: TensorType): void {
    this.expectRank(input, 4, "[batch, rows, columns, features]");
    const { filters, kernelSize, groups = 1, kernelInitializer = "glorotUniform" } = this.config;
    const features = input.shape[3] ?? 0;
    if (features % groups !== 0)
      throw this.fault(`wants features that ${groups} groups divide, got ${formatInput(input)}`);
    const shape = [...pair(kernelSize), features / groups, filters];
    const options = weightRules(this.config, "kernel");
    this.#kernel = this.addWeight("kernel", shape, kernelInitializer, options);
    this.addBias(filters);
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (this.#kernel === undefined) throw this.fault("was called before it was built");
    this.expectRank(x, 4, "[batch, rows, columns, features]");
    const { strides = 1, padding = "valid", dilationRate = 1, groups = 1 } = this.config;
    const options = { strides: pair(strides), dilations: pair(dilationRate), padding, groups };
    return this.finish(conv2d(x, context.value(this.#kernel), options), context);
  }
}
