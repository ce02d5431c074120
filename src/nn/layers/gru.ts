// GRU: the gated recurrent unit.

import { add, mul, sub } from "../../graph/ops/arithmetic.ts";
import { slice, split, take } from "../../graph/ops/layout.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type Activation, activation } from "../activations.ts";
import { affine, Recurrent, type RecurrentConfig, type RecurrentWeights, type Step } from "./recurrent.ts";

export interface GRUConfig extends RecurrentConfig {
  /** Of the gates. Default "sigmoid". */
  readonly recurrentActivation?: Activation;
  /** Apply the reset gate after the recurrent product (as cuDNN does) instead of before. Default true. */
  readonly resetAfter?: boolean;
}

/**
 * With σ the recurrent activation, update gate z, reset gate r and ∘ the elementwise product:
 *
 *     z = σ(x·W_z + h·U_z + b_z),  r = σ(x·W_r + h·U_r + b_r)
 *     h̃ = tanh(x·W_h + b_h + r ∘ (h·U_h + b'_h))      resetAfter
 *     h̃ = tanh(x·W_h + b_h + (r ∘ h)·U_h)              otherwise
 *     h' = z ∘ h + (1 - z) ∘ h̃
 *
 * Weights: kernel [F, 3H], recurrent_kernel [H, 3H], bias [2, 3H] (with the input, with the recurrent product) or, with the reset
 * before, [3H]; gates in the order z, r, h. Source: Cho et al., EMNLP 2014; layout as in Keras.
 */
export class GRU extends Recurrent {
  readonly className = "GRU";
  override readonly config: GRUConfig;
  protected readonly gates = 3;
  protected readonly stateCount = 1;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #gate: (x: Tensor) => Tensor;

  constructor(config: GRUConfig) {
    super("GRU", config, ["recurrentActivation", "resetAfter"]);
    this.config = config;
    this.#activation = activation(config.activation ?? "tanh");
    this.#gate = activation(config.recurrentActivation ?? "sigmoid");
  }

  get #resetAfter(): boolean {
    return this.config.resetAfter ?? true;
  }

  protected override biasShape(): readonly number[] {
    const columns = 3 * this.config.units;
    return this.#resetAfter ? [2, columns] : [columns];
  }

  protected override step(
    { kernel, recurrentKernel, bias }: RecurrentWeights,
    drop: (state: Tensor) => Tensor,
  ): Step {
    const { units } = this.config;
    const parts = [2 * units, units];
    if (this.#resetAfter) {
      const [inputBias, recurrentBias] = bias === undefined ? [] : [take(bias, 0), take(bias, 1)];
      return (x, [h = x]) => {
        const input = affine(x, kernel, inputBias); // [B, 3H]
        const recurrent = affine(drop(h), recurrentKernel, recurrentBias); // [B, 3H]
        const [gatesX = input, candidateX = input] = split(input, parts, -1);
        const [gatesH = recurrent, candidateH = recurrent] = split(recurrent, parts, -1);
        const [z = h, r = h] = split(this.#gate(add(gatesX, gatesH)), 2, -1);
        const candidate = this.#activation(add(candidateX, mul(r, candidateH)));
        return [add(mul(z, h), mul(sub(1, z), candidate))];
      };
    }
    const gateKernel = slice(recurrentKernel, 1, 0, 2 * units);
    const candidateKernel = slice(recurrentKernel, 1, 2 * units);
    return (x, [h = x]) => {
      const dropped = drop(h);
      const input = affine(x, kernel, bias);
      const [gatesX = input, candidateX = input] = split(input, parts, -1);
      const [z = h, r = h] = split(this.#gate(add(gatesX, matmul(dropped, gateKernel))), 2, -1);
      const candidate = this.#activation(add(candidateX, matmul(mul(r, dropped), candidateKernel)));
      return [add(mul(z, h), mul(sub(1, z), candidate))];
    };
  }
}
