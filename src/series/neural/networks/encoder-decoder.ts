// An LSTM that reads the past, and a second one that writes the steps ahead from the state of the first.

import { count, flag } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import { dropped, joined, type NetworkKind, repeated, sequenceOf } from "./network.ts";

export interface EncoderDecoderOptions {
  /** Units of encoder and decoder. Default 32. */
  readonly units: number;
  /** Whether the encoder reads the window in both directions. Default false. */
  readonly bidirectional: boolean;
}

/**
 * Encoder and decoder (Sutskever et al., NeurIPS 2014): the decoder starts from the encoder's state and reads, at each step, the
 * encoder's last output and the covariates known ahead. It is not fed its own forecasts, so that errors do not add up over the steps.
 */
export const encoderDecoder: NetworkKind<EncoderDecoderOptions> = {
  name: "encoder-decoder",
  options: { units: count, bidirectional: flag },
  defaults: () => ({ units: 32, bidirectional: false }),
  build(inputs, task, { units, bidirectional }) {
    const { dropout, lookback, steps, outputs } = task;
    const sequence = sequenceOf(inputs, lookback);
    const whole = bidirectional
      ? layers.bidirectional({ layer: layers.lstm({ units, returnSequences: true }) }).apply(sequence)
      : sequence;
    const [summary, ...state] = layers.lstm({ units, returnState: true }).applyAll(whole);
    if (summary === undefined) throw new TypeError("an LSTM has an output");
    const read = joined([repeated(dropped(summary, dropout), steps), inputs.future]);
    const decoder = layers.lstm({ units, returnSequences: true });
    const written = decoder.apply(read, { initialState: state });
    return layers.dense({ units: outputs, kernelInitializer: "zeros" }).apply(dropped(written, dropout));
  },
};
