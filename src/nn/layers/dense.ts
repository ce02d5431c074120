// Dense: a matrix product over the last axis.

import { add } from "../../graph/ops/arithmetic.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { type Activation, activation } from "../activations.ts";
import { type ActivityOption, activityKinds, penalized } from "../activity-penalty.ts";
import type { Initializer } from "../initializers.ts";
import { type CallContext, Layer, type LayerConfig, type Weight } from "../layer.ts";
import { activationKind, checkConfig, count, flag, formatInput } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";

export interface DenseConfig extends LayerConfig, ActivityOption, WeightRules<"kernel">, WeightRules<"bias"> {
  /** Width of the output. */
  readonly units: number;
  /** Default "linear". */
  readonly activation?: Activation;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default "glorotUniform". */
  readonly kernelInitializer?: Initializer;
  /** Default "zeros". */
  readonly biasInitializer?: Initializer;
}

const kinds = {
  units: count,
  activation: activationKind,
  useBias: flag,
  ...weightKinds("kernel", "bias"),
  ...activityKinds,
};

/** y = activation(x · kernel + bias): [B, ..., F] -> [B, ..., units]. Weights: kernel [F, units], bias [units]. */
export class Dense extends Layer {
  readonly className = "Dense";
  override readonly config: DenseConfig;
  readonly #activation: (x: Tensor) => Tensor;
  #kernel: Weight | undefined;
  #bias: Weight | undefined;

  constructor(config: DenseConfig) {
    super(config);
    checkConfig("Dense", config, kinds, ["units"]);
    this.config = config;
    this.#activation = activation(config.activation);
  }

  protected override build(input: TensorType): void {
    const features = input.shape.at(-1);
    if (input.shape.length < 2 || features === undefined) {
      throw this.fault(`wants [batch, ..., features], got ${formatInput(input)}`);
    }
    const {
      units,
      useBias = true,
      kernelInitializer = "glorotUniform",
      biasInitializer = "zeros",
    } = this.config;
    const rules = weightRules(this.config, "kernel");
    this.#kernel = this.addWeight("kernel", [features, units], kernelInitializer, rules);
    if (useBias)
      this.#bias = this.addWeight("bias", [units], biasInitializer, weightRules(this.config, "bias"));
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (this.#kernel === undefined) throw this.fault("was called before it was built");
    const y = matmul(x, context.value(this.#kernel));
    const biased = this.#bias === undefined ? y : add(y, context.value(this.#bias));
    return penalized(this.#activation(biased), this.config, context);
  }
}
