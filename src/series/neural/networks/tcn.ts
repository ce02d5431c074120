// A temporal convolutional network: dilated causal convolutions that see the whole window.

import { count } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import { dropped, type NetworkKind, readout, sequenceOf } from "./network.ts";

export interface TcnOptions {
  /** Channels of every convolution. Default 32. */
  readonly filters: number;
  /** Steps of a convolution's window. Default 3. */
  readonly kernelSize: number;
}

/** Source: Bai, Kolter, Koltun, arXiv:1803.01271. Dilations double from block to block until the last step sees the whole window. */
export const tcn: NetworkKind<TcnOptions> = {
  name: "tcn",
  options: { filters: count, kernelSize: count },
  defaults: () => ({ filters: 32, kernelSize: 3 }),
  build(inputs, task, { filters, kernelSize }) {
    const { dropout, lookback } = task;
    const dilations = [1];
    // A block has two convolutions: 1 + 2·(kernelSize - 1)·Σ dilations steps are seen.
    while (1 + 2 * (kernelSize - 1) * (2 ** dilations.length - 1) < lookback && kernelSize > 1)
      dilations.push(2 ** dilations.length);
    const summary = layers
      .tcn({ filters, kernelSize, dilations, dropout })
      .apply(sequenceOf(inputs, lookback));
    return readout(dropped(summary, dropout), inputs, task);
  },
};
