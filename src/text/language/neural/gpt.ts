// A transformer that reads from left to right, as GPT-2 (Radford et al. 2019) at any size.

import { model as functional } from "../../../model/functional.ts";
import { input } from "../../../nn/input.ts";
import type { LayerTensor } from "../../../nn/layer.ts";
import { count } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import type { NetworkForms, NetworkKind } from "./network.ts";

export interface GptOptions {
  /** Blocks. Default 4. */
  readonly layers: number;
  /** Heads of each block's attention. Default 4. */
  readonly heads: number;
  /** Width of the vectors; `heads` divides it. Default 128. */
  readonly width: number;
}

/** Standard deviation of the weights before training, and of those that write into the residual stream, by GPT-2. */
const deviation = 0.02;

/** Pre-norm blocks of causal attention and a feed-forward network of four times the width, between learned positions and a last norm. */
export const gpt: NetworkKind<GptOptions> = {
  options: { layers: count, heads: count, width: count },
  defaults: { layers: 4, heads: 4, width: 128 },
  recipe: { context: 64, batchSize: 12, learningRate: 0.001, dropout: 0 },
  build({ vocabulary, context, dropout, seed }, options): NetworkForms {
    const normal = { name: "randomNormal", stddev: deviation } as const;
    const make = () => {
      const ids = input({ name: "ids", shape: [context], dtype: "int32" });
      const table = layers.embedding({
        inputDim: vocabulary,
        outputDim: options.width,
        embeddingsInitializer: normal,
        name: "embedding",
      });
      const positions = layers.positionEmbedding({
        sequenceLength: context,
        initializer: normal,
        name: "positions",
      });
      let hidden: LayerTensor = positions.apply(table.apply(ids));
      if (dropout > 0) hidden = layers.dropout({ rate: dropout }).apply(hidden);
      for (let block = 1; block <= options.layers; block++) {
        hidden = layers
          .transformerEncoder({
            intermediateDim: 4 * options.width,
            numHeads: options.heads,
            dropout,
            activation: "gelu",
            normalizeFirst: true,
            causal: true,
            kernelInitializer: normal,
            name: `block_${block}`,
          })
          .apply(hidden);
      }
      hidden = layers.layerNormalization({ epsilon: 1e-5, name: "norm" }).apply(hidden);
      return functional({
        inputs: ids,
        outputs: table.apply(hidden, { reverse: true }),
        name: "language_model",
        seed,
      });
    };
    const training = make();
    return { reads: "block", training, reading: () => training, states: [] };
  },
};
