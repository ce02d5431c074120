// LSTM: long short-term memory.

import { add, mul } from "../../graph/ops/arithmetic.ts";
import { split } from "../../graph/ops/layout.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { type Activation, activation } from "../activations.ts";
import { type Initializer, initializer } from "../initializers.ts";
import { affine, Recurrent, type RecurrentConfig, type RecurrentWeights, type Step } from "./recurrent.ts";

export interface LSTMConfig extends RecurrentConfig {
  /** Of the gates. Default "sigmoid". */
  readonly recurrentActivation?: Activation;
  /** Start with a forget gate that is open: its bias is 1. Default true. */
  readonly unitForgetBias?: boolean;
}

/**
 * With σ the recurrent activation and z = x_t·W + h_{t-1}·U + b split into four blocks i, f, c̃, o:
 *
 *     c_t = σ(f) ∘ c_{t-1} + σ(i) ∘ tanh(c̃)
 *     h_t = σ(o) ∘ tanh(c_t)
 *
 * Weights: kernel W [F, 4H], recurrent_kernel U [H, 4H], bias b [4H]. The state is h, c.
 * Source: Hochreiter & Schmidhuber, Neural Computation 9 (1997); Gers et al. (2000) for the forget gate; layout as in Keras.
 */
export class LSTM extends Recurrent {
  readonly className = "LSTM";
  override readonly config: LSTMConfig;
  protected readonly gates = 4;
  protected readonly stateCount = 2;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #gate: (x: Tensor) => Tensor;

  constructor(config: LSTMConfig) {
    super("LSTM", config, ["recurrentActivation", "unitForgetBias"]);
    this.config = config;
    this.#activation = activation(config.activation ?? "tanh");
    this.#gate = activation(config.recurrentActivation ?? "sigmoid");
  }

  protected override biasInitializer(): Initializer {
    const { units, unitForgetBias = true } = this.config;
    const base = super.biasInitializer();
    if (!unitForgetBias) return base;
    return (shape, random) => {
      const bias = NdArray.zeros(shape);
      const blocks = [units, 2 * units].map((size) => initializer(base)([size], random).data as Float32Array);
      const [input = new Float32Array(), rest = new Float32Array()] = blocks;
      const data = bias.data as Float32Array;
      data.set(input, 0);
      data.fill(1, units, 2 * units);
      data.set(rest, 2 * units);
      return bias;
    };
  }

  protected override step(
    { kernel, recurrentKernel, bias }: RecurrentWeights,
    drop: (state: Tensor) => Tensor,
  ): Step {
    return (x, [h = x, c = x]) => {
      const z = add(affine(x, kernel, bias), matmul(drop(h), recurrentKernel)); // [B, 4H]
      const [i = z, f = z, candidate = z, o = z] = split(z, 4, -1);
      const cell = add(mul(this.#gate(f), c), mul(this.#gate(i), this.#activation(candidate)));
      return [mul(this.#gate(o), this.#activation(cell)), cell];
    };
  }
}
