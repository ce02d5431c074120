// SimpleRNN: the fully connected recurrent layer.

import { add } from "../../graph/ops/arithmetic.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { activation } from "../activations.ts";
import { affine, Recurrent, type RecurrentConfig, type RecurrentWeights, type Step } from "./recurrent.ts";

export type SimpleRNNConfig = RecurrentConfig;

/**
 * h_t = activation(x_t·W + h_{t-1}·U + b). Weights: kernel W [F, H], recurrent_kernel U [H, H], bias b [H].
 * Source: Elman, Cognitive Science 14 (1990); Keras' SimpleRNN.
 */
export class SimpleRNN extends Recurrent {
  readonly className = "SimpleRNN";
  protected readonly gates = 1;
  protected readonly stateCount = 1;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(config: SimpleRNNConfig) {
    super("SimpleRNN", config);
    this.#activation = activation(config.activation ?? "tanh");
  }

  protected override step(
    { kernel, recurrentKernel, bias }: RecurrentWeights,
    drop: (state: Tensor) => Tensor,
  ): Step {
    return (x, [h = x]) => [this.#activation(add(affine(x, kernel, bias), matmul(drop(h), recurrentKernel)))];
  }
}
