// GRU: the gated recurrent unit, as a cell and as a layer.

import { type GruGates, gru, gruGates, gruStep } from "../../graph/ops/gru.ts";
import { fitsRecurrentOp } from "../../graph/ops/recurrent.ts";
import type { RecurrentLayerWeights, RecurrentStep } from "../../graph/ops/recurrent-cell.ts";
import type { Scanned } from "../../graph/ops/scan.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type Activation, activation } from "../activations.ts";
import type { CallContext } from "../layer.ts";
import { activationKind, flag, type OptionKinds } from "../layer-options.ts";
import { GatedCell, type GatedCellConfig, type GatedState, gatedCellKinds } from "./gated-cell.ts";
import { type LoopConfig, Recurrent } from "./recurrent.ts";
import { cellConfig } from "./rnn.ts";

export interface GRUCellConfig extends GatedCellConfig {
  /** Of the gates. Default "sigmoid". */
  readonly recurrentActivation?: Activation;
  /** Apply the reset gate after the recurrent product (as cuDNN does) instead of before. Default true. */
  readonly resetAfter?: boolean;
}

export type GRUConfig = GRUCellConfig & LoopConfig;

const cellKinds: OptionKinds = { recurrentActivation: activationKind, resetAfter: flag };

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
export class GRUCell extends GatedCell {
  readonly className = "GRUCell";
  override readonly config: GRUCellConfig;
  protected readonly gates = 3;
  protected readonly stateCount = 1;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #gate: (x: Tensor) => Tensor;

  constructor(config: GRUCellConfig) {
    super("GRUCell", config, cellKinds);
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

  protected override step(weights: RecurrentLayerWeights, drop: (state: Tensor) => Tensor): RecurrentStep {
    return gruStep(weights, {
      activation: this.#activation,
      gate: this.#gate,
      resetAfter: this.#resetAfter,
      drop,
    });
  }

  override gatesAt(
    context: CallContext,
  ): (x: Tensor, state: GatedState) => GruGates & Record<string, Tensor> {
    const gates = gruGates(this.weightValues(context), {
      activation: this.#activation,
      gate: this.#gate,
      resetAfter: this.#resetAfter,
    });
    return (x, [h = x]) => ({ ...gates(x, h) });
  }

  protected override whole(
    x: Tensor,
    weights: RecurrentLayerWeights,
    options: { readonly initialState: GatedState; readonly reverse: boolean },
  ): Scanned<GatedState, Tensor> | undefined {
    const { activation: own = "tanh", recurrentActivation = "sigmoid" } = this.config;
    if (!fitsRecurrentOp(x, weights, own, recurrentActivation)) return undefined;
    return gru(x, weights, {
      ...options,
      activation: own,
      recurrentActivation,
      resetAfter: this.#resetAfter,
    });
  }
}

/** A loop over a {@link GRUCell}: [B, T, F] -> [B, H], or [B, T, H] with `returnSequences`. */
export class GRU extends Recurrent {
  readonly className = "GRU";
  override readonly config: GRUConfig;

  constructor(config: GRUConfig) {
    super("GRU", config, { ...gatedCellKinds, ...cellKinds }, () => new GRUCell(cellConfig(config)));
    this.config = config;
  }
}
