// Recurrent networks: SimpleRNN, LSTM and GRU, stacked, with a linear layer from the last state to all steps.

import type { LayerTensor } from "../../../nn/layer.ts";
import { count, flag } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import { dropped, type NetworkKind, readout, sequenceOf } from "./network.ts";

export interface RecurrentOptions {
  /** Units of each layer. Default 32. */
  readonly units: number;
  /** Layers, one upon the other. Default 1. */
  readonly layers: number;
  /** Whether each layer reads the window in both directions. Default false. */
  readonly bidirectional: boolean;
}

const makers = { rnn: layers.simpleRNN, lstm: layers.lstm, gru: layers.gru };

/** A stack of recurrent layers: [L, C] -> [U], or [L, U] with `returnSequences`. Dropout stands between them and after the last. */
export function stacked(
  kind: keyof typeof makers,
  sequence: LayerTensor,
  options: RecurrentOptions,
  { dropout, returnSequences }: { readonly dropout: number; readonly returnSequences: boolean },
): LayerTensor {
  let hidden = sequence;
  for (let layer = 1; layer <= options.layers; layer++) {
    const config = { units: options.units, returnSequences: returnSequences || layer < options.layers };
    const recurrent = makers[kind](config);
    hidden = (options.bidirectional ? layers.bidirectional({ layer: recurrent }) : recurrent).apply(hidden);
    hidden = dropped(hidden, dropout);
  }
  return hidden;
}

function recurrentKind(name: keyof typeof makers): NetworkKind<RecurrentOptions> {
  return {
    name,
    options: { units: count, layers: count, bidirectional: flag },
    defaults: () => ({ units: 32, layers: 1, bidirectional: false }),
    build(inputs, task, options) {
      const { dropout, lookback } = task;
      const sequence = sequenceOf(inputs, lookback);
      const summary = stacked(name, sequence, options, { dropout, returnSequences: false });
      return readout(summary, inputs, task);
    },
  };
}

/** A simple recurrent network (Elman 1990). */
export const rnn = recurrentKind("rnn");
/** Long short-term memory (Hochreiter & Schmidhuber 1997). */
export const lstm = recurrentKind("lstm");
/** Gated recurrent units (Cho et al. 2014). */
export const gru = recurrentKind("gru");
