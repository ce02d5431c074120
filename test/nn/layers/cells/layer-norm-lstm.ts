// A cell of a user's own: the layer-normalised LSTM, made of other layers.

import { type Tensor, zeros } from "../../../../src/entry/graph.ts";
import {
  type CallContext,
  Cell,
  type DType,
  type LayerConfig,
  layers,
  type Step,
} from "../../../../src/index.ts";
import type { LSTMState } from "./peephole-lstm.ts";

export interface LayerNormLSTMCellConfig extends LayerConfig {
  readonly units: number;
  /** Is added to the variances. Default 1e-3. */
  readonly epsilon?: number;
}

/**
 * With LN the layer normalisation, each with a scale and an offset of its own:
 *
 *     z = LN(x_t·W) + LN(h_{t-1}·U) + b, in four blocks f, i, o, g
 *     c_t = σ(f) ∘ c_{t-1} + σ(i) ∘ tanh(g)
 *     h_t = σ(o) ∘ tanh(LN(c_t))
 *
 * Source: Ba, Kiros & Hinton, "Layer normalization" (2016), equations 20 to 22. The bias b is the offset of the second LN.
 */
export class LayerNormLSTMCell extends Cell<LSTMState> {
  readonly className = "LayerNormLSTMCell";
  override readonly config: LayerNormLSTMCellConfig;
  readonly #fromInput;
  readonly #fromState;
  readonly #normInput;
  readonly #normState;
  readonly #normCell;

  constructor(config: LayerNormLSTMCellConfig) {
    super(config);
    this.config = config;
    const units = 4 * config.units;
    const { epsilon = 1e-3 } = config;
    this.#fromInput = this.child("from_input", layers.dense({ units, useBias: false }));
    this.#fromState = this.child(
      "from_state",
      layers.dense({ units, useBias: false, kernelInitializer: "orthogonal" }),
    );
    this.#normInput = this.child("norm_input", layers.layerNormalization({ epsilon, center: false }));
    this.#normState = this.child("norm_state", layers.layerNormalization({ epsilon }));
    this.#normCell = this.child("norm_cell", layers.layerNormalization({ epsilon }));
  }

  override zeroState(batch: number, dtype: DType): LSTMState {
    const { units } = this.config;
    return { h: zeros([batch, units], dtype), c: zeros([batch, units], dtype) };
  }

  override steps(context: CallContext): Step<LSTMState> {
    return (x, { h, c }) => {
      const input = this.#normInput.compute(this.#fromInput.compute(x, context), context);
      const state = this.#normState.compute(this.#fromState.compute(h, context), context);
      const [f, i, o, g] = input.add(state).split(4, -1) as [Tensor, Tensor, Tensor, Tensor];
      const cell = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
      const output = o.sigmoid().mul(this.#normCell.compute(cell, context).tanh());
      return { output, state: { c: cell, h: output } };
    };
  }
}
