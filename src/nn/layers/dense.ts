// Dense: a matrix product over the last axis.

import { add } from "../../graph/ops/arithmetic.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { type Activation, activation } from "../activations.ts";
import type { Initializer } from "../initializers.ts";
import {
  type CallContext,
  checkOptions,
  commonOptions,
  formatInput,
  Layer,
  type LayerConfig,
  positiveInteger,
  type Weight,
} from "../layer.ts";

export interface DenseConfig extends LayerConfig {
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

const options = [...commonOptions, "units", "activation", "useBias", "kernelInitializer", "biasInitializer"];

/** y = activation(x · kernel + bias): [B, ..., F] -> [B, ..., units]. Weights: kernel [F, units], bias [units]. */
export class Dense extends Layer {
  readonly className = "Dense";
  override readonly config: DenseConfig;
  readonly #activation: (x: Tensor) => Tensor;
  #kernel: Weight | undefined;
  #bias: Weight | undefined;

  constructor(config: DenseConfig) {
    super(config);
    checkOptions("Dense", config, options);
    positiveInteger("Dense", "units", config.units);
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
    this.#kernel = this.addWeight("kernel", [features, units], kernelInitializer);
    if (useBias) this.#bias = this.addWeight("bias", [units], biasInitializer);
  }

  override call(x: Tensor, { value }: CallContext): Tensor {
    if (this.#kernel === undefined) throw this.fault("was called before it was built");
    const y = matmul(x, value(this.#kernel));
    return this.#activation(this.#bias === undefined ? y : add(y, value(this.#bias)));
  }
}
