// LSTM: long short-term memory, as a cell and as a layer.

import { type LstmGates, lstm, lstmGates, lstmStep } from "../../graph/ops/lstm.ts";
import { fitsRecurrentOp } from "../../graph/ops/recurrent.ts";
import type { RecurrentLayerWeights, RecurrentStep } from "../../graph/ops/recurrent-cell.ts";
import type { Scanned } from "../../graph/ops/scan.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { type Activation, activation } from "../activations.ts";
import { type Initializer, initializer } from "../initializers.ts";
import type { CallContext } from "../layer.ts";
import { activationKind, flag, type OptionKinds } from "../layer-options.ts";
import { GatedCell, type GatedCellConfig, type GatedState, gatedCellKinds } from "./gated-cell.ts";
import { type LoopConfig, Recurrent } from "./recurrent.ts";
import { cellConfig } from "./rnn.ts";

export interface LSTMCellConfig extends GatedCellConfig {
  /** Of the gates. Default "sigmoid". */
  readonly recurrentActivation?: Activation;
  /** Start with a forget gate that is open: its bias is 1. Default true. */
  readonly unitForgetBias?: boolean;
}

export type LSTMConfig = LSTMCellConfig & LoopConfig;

const cellKinds: OptionKinds = { recurrentActivation: activationKind, unitForgetBias: flag };

/**
 * With σ the recurrent activation and z = x_t·W + h_{t-1}·U + b split into four blocks i, f, c̃, o:
 *
 *     c_t = σ(f) ∘ c_{t-1} + σ(i) ∘ tanh(c̃)
 *     h_t = σ(o) ∘ tanh(c_t)
 *
 * Weights: kernel W [F, 4H], recurrent_kernel U [H, 4H], bias b [4H]. The state is h, c.
 * Source: Hochreiter & Schmidhuber, Neural Computation 9 (1997); Gers et al. (2000) for the forget gate; layout as in Keras.
 */
export class LSTMCell extends GatedCell {
  readonly className = "LSTMCell";
  override readonly config: LSTMCellConfig;
  protected readonly gates = 4;
  protected readonly stateCount = 2;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #gate: (x: Tensor) => Tensor;

  constructor(config: LSTMCellConfig) {
    super("LSTMCell", config, cellKinds);
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

  protected override step(weights: RecurrentLayerWeights, drop: (state: Tensor) => Tensor): RecurrentStep {
    return lstmStep(weights, { activation: this.#activation, gate: this.#gate, drop });
  }

  override gatesAt(
    context: CallContext,
  ): (x: Tensor, state: GatedState) => LstmGates & Record<string, Tensor> {
    const gates = lstmGates(this.weightValues(context), { activation: this.#activation, gate: this.#gate });
    return (x, [h = x]) => ({ ...gates(x, h) });
  }

  protected override whole(
    x: Tensor,
    weights: RecurrentLayerWeights,
    options: { readonly initialState: GatedState; readonly reverse: boolean },
  ): Scanned<GatedState, Tensor> | undefined {
    const { activation: own = "tanh", recurrentActivation = "sigmoid" } = this.config;
    if (!fitsRecurrentOp(x, weights, own, recurrentActivation)) return undefined;
    return lstm(x, weights, { ...options, activation: own, recurrentActivation });
  }
}

/** A loop over an {@link LSTMCell}: [B, T, F] -> [B, H], or [B, T, H] with `returnSequences`. */
export class LSTM extends Recurrent {
  readonly className = "LSTM";
  override readonly config: LSTMConfig;

  constructor(config: LSTMConfig) {
    super("LSTM", config, { ...gatedCellKinds, ...cellKinds }, () => new LSTMCell(cellConfig(config)));
    this.config = config;
  }
}
