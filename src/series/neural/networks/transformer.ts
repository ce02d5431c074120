// A transformer encoder: blocks of attention and a convolutional feed-forward network, averaged over time, and a perceptron.

import type { LayerTensor } from "../../../nn/layer.ts";
import { count } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import { dropped, type NetworkKind, readout, sequenceOf } from "./network.ts";

export interface TransformerOptions {
  /** Width of every step within the blocks. Default 32. */
  readonly width: number;
  /** Heads of the attention. Default 4. */
  readonly heads: number;
  /** Blocks, one upon the other. Default 2. */
  readonly blocks: number;
  /** Filters of the feed-forward network. Default 64. */
  readonly feedForward: number;
  /** Width of the perceptron between the average and the forecast. Default 64. */
  readonly units: number;
}

/**
 * The encoder of the Keras example "Timeseries classification with a transformer" (Ntakouris 2021), for forecasting: every step is first
 * brought to a width and told its position, which the example leaves out.
 */
export const transformer: NetworkKind<TransformerOptions> = {
  name: "transformer",
  options: { width: count, heads: count, blocks: count, feedForward: count, units: count },
  defaults: () => ({ width: 32, heads: 4, blocks: 2, feedForward: 64, units: 64 }),
  build(inputs, task, { width, heads, blocks, feedForward, units }) {
    const { dropout, lookback } = task;
    let x = layers.dense({ units: width }).apply(sequenceOf(inputs, lookback));
    x = layers.positionEmbedding({ sequenceLength: lookback }).apply(x);
    for (let block = 0; block < blocks; block++) {
      const attended = layers
        .multiHeadAttention({ numHeads: heads, keyDim: Math.max(1, Math.floor(width / heads)), dropout })
        .apply(normalized(x));
      x = layers.add().apply([x, dropped(attended, dropout)]);
      const wide = layers
        .conv1D({ filters: feedForward, kernelSize: 1, activation: "relu" })
        .apply(normalized(x));
      const narrow = layers.conv1D({ filters: width, kernelSize: 1 }).apply(dropped(wide, dropout));
      x = layers.add().apply([x, narrow]);
    }
    const average = layers.globalAveragePooling1D().apply(normalized(x));
    const hidden = layers.dense({ units, activation: "relu" }).apply(average);
    return readout(dropped(hidden, dropout), inputs, task);
  },
};

function normalized(x: LayerTensor): LayerTensor {
  return layers.layerNormalization({ epsilon: 1e-6 }).apply(x);
}
