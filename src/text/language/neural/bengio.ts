// The neural probabilistic language model: a word from the vectors of the words before it (Bengio et al., JMLR 3, 2003).

import { model as functional } from "../../../model/functional.ts";
import { input } from "../../../nn/input.ts";
import { count, flag } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import type { NetworkForms, NetworkKind } from "./network.ts";

export interface BengioOptions {
  /** m: width of the vectors of words. Default 60. */
  readonly embedding: number;
  /** h: hidden units. Default 100. */
  readonly units: number;
  /** Whether vectors reach the output without the hidden layer, too. Default true. */
  readonly direct: boolean;
}

/** y = b + W·x + U·tanh(d + H·x), x being the vectors of the last n - 1 words, one after the other. */
export const bengio: NetworkKind<BengioOptions> = {
  options: { embedding: count, units: count, direct: flag },
  defaults: { embedding: 60, units: 100, direct: true },
  recipe: { context: 5, batchSize: 128, learningRate: 0.001, dropout: 0 },
  build({ vocabulary, context, dropout, seed }, { embedding, units, direct }): NetworkForms {
    const ids = input({ name: "ids", shape: [context], dtype: "int32" });
    const x = layers
      .flatten()
      .apply(
        layers.embedding({ inputDim: vocabulary + 1, outputDim: embedding, name: "embedding" }).apply(ids),
      );
    let hidden = layers.dense({ units, activation: "tanh", name: "hidden" }).apply(x);
    if (dropout > 0) hidden = layers.dropout({ rate: dropout }).apply(hidden);
    const scores = layers.dense({ units: vocabulary, name: "logits" }).apply(hidden);
    const outputs = direct
      ? layers
          .add()
          .apply([scores, layers.dense({ units: vocabulary, useBias: false, name: "direct" }).apply(x)])
      : scores;
    const training = functional({ inputs: ids, outputs, name: "language_model", seed });
    return { reads: "window", training, reading: () => training, states: [] };
  },
};
