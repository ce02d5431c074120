// PReLU: a rectifier whose slope below zero is learned.

import { mul, neg, sub } from "../../graph/ops/arithmetic.ts";
import { relu } from "../../graph/ops/functions.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { Initializer } from "../initializers.ts";
import { type CallContext, Layer, type LayerConfig, type Weight } from "../layer.ts";
import { checkConfig, count, either, formatInput, wholeList } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";

export interface PReLUConfig extends LayerConfig, WeightRules<"alpha"> {
  /** Default "zeros". */
  readonly alphaInitializer?: Initializer;
  /** Axes along which the slopes are the same; 1 is the first after the batch. Default: none. */
  readonly sharedAxes?: number | readonly number[];
}

const axes = either(
  "an axis from 1 up, or a list of such axes",
  count,
  wholeList("axes", (axis) => axis > 0),
);

/**
 * x for x ≥ 0, else alpha·x: [B, ...] -> [B, ...]. Weights: alpha, of the shape of a sample with 1 in place of the shared axes.
 * Source: He et al., ICCV 2015.
 */
export class PReLU extends Layer {
  readonly className = "PReLU";
  override readonly config: PReLUConfig;
  #alpha: Weight | undefined;

  constructor(config: PReLUConfig = {}) {
    super(config);
    checkConfig("PReLU", config, { ...weightKinds("alpha"), sharedAxes: axes });
    this.config = config;
  }

  protected override build(input: TensorType): void {
    const { alphaInitializer = "zeros" } = this.config;
    const odd = this.#shared.find((axis) => axis < 1 || axis >= input.shape.length);
    if (odd !== undefined)
      throw this.fault(`has an axis ${odd} in sharedAxes, which ${formatInput(input)} lacks`);
    this.#alpha = this.addWeight(
      "alpha",
      this.#slopes(input),
      alphaInitializer,
      weightRules(this.config, "alpha"),
    );
  }

  protected override fits(built: TensorType, input: TensorType): boolean {
    return this.#slopes(built).join() === this.#slopes(input).join();
  }

  override call(x: Tensor, { value }: CallContext): Tensor {
    if (this.#alpha === undefined) throw this.fault("was called before it was built");
    return sub(relu(x), mul(value(this.#alpha), relu(neg(x))));
  }

  get #shared(): readonly number[] {
    const { sharedAxes = [] } = this.config;
    return typeof sharedAxes === "number" ? [sharedAxes] : sharedAxes;
  }

  /** Shape of the slopes. */
  #slopes({ shape }: TensorType): readonly number[] {
    return shape.slice(1).map((dimension, i) => (this.#shared.includes(i + 1) ? 1 : dimension));
  }
}
