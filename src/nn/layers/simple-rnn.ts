// SimpleRNN: the fully connected recurrent layer, and its cell.

import { fitsRecurrentOp } from "../../graph/ops/recurrent.ts";
import type { RecurrentLayerWeights, RecurrentStep } from "../../graph/ops/recurrent-cell.ts";
import type { Scanned } from "../../graph/ops/scan.ts";
import { simpleRnn, simpleRnnStep } from "../../graph/ops/simple-rnn.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { activation } from "../activations.ts";
import { GatedCell, type GatedCellConfig, type GatedState, gatedCellKinds } from "./gated-cell.ts";
import { type LoopConfig, Recurrent } from "./recurrent.ts";
import { cellConfig } from "./rnn.ts";

export type SimpleRNNConfig = GatedCellConfig & LoopConfig;

/**
 * h_t = activation(x_t·W + h_{t-1}·U + b). Weights: kernel W [F, H], recurrent_kernel U [H, H], bias b [H].
 * Source: Elman, Cognitive Science 14 (1990); Keras' SimpleRNNCell.
 */
export class SimpleRNNCell extends GatedCell {
  readonly className = "SimpleRNNCell";
  protected readonly gates = 1;
  protected readonly stateCount = 1;
  readonly #activation: (x: Tensor) => Tensor;

  constructor(config: GatedCellConfig) {
    super("SimpleRNNCell", config);
    this.#activation = activation(config.activation ?? "tanh");
  }

  protected override step(weights: RecurrentLayerWeights, drop: (state: Tensor) => Tensor): RecurrentStep {
    return simpleRnnStep(weights, { activation: this.#activation, drop });
  }

  protected override whole(
    x: Tensor,
    weights: RecurrentLayerWeights,
    options: { readonly initialState: GatedState; readonly reverse: boolean },
  ): Scanned<GatedState, Tensor> | undefined {
    const { activation: own = "tanh" } = this.config;
    return fitsRecurrentOp(x, weights, own)
      ? simpleRnn(x, weights, { ...options, activation: own })
      : undefined;
  }
}

/** A loop over a {@link SimpleRNNCell}: [B, T, F] -> [B, H], or [B, T, H] with `returnSequences`. */
export class SimpleRNN extends Recurrent {
  readonly className = "SimpleRNN";
  override readonly config: SimpleRNNConfig;

  constructor(config: SimpleRNNConfig) {
    super("SimpleRNN", config, gatedCellKinds, () => new SimpleRNNCell(cellConfig(config)));
    this.config = config;
  }
}
