// The networks that read a sentence, by name: from the vectors of its tokens to a vector for each, from which its tag is told.

import type { LayerTensor } from "../../nn/layer.ts";
import { count, type OptionKinds } from "../../nn/layer-options.ts";
import { layers } from "../../nn/layers/index.ts";

/** What a network is made for. */
export interface TagNetworkTask {
  /** Share dropped in training. */
  readonly dropout: number;
  /** [B, T, 1] 1 for tokens, 0 for padding: what is filled up is to tell a token nothing. */
  readonly real: LayerTensor;
}

/** A kind of network, with its own options. */
export interface TagNetworkKind<Options extends object> {
  readonly options: { readonly [Name in keyof Options]-?: OptionKinds[string] };
  readonly defaults: Options;
  /** Of Adam, where none is given. */
  readonly learningRate: number;
  /** Vectors of tokens [B, T, E] -> vectors of tokens in their sentence [B, T, U]. */
  build(x: LayerTensor, task: TagNetworkTask, options: Options): LayerTensor;
}

interface RecurrentOptions {
  /** Units of each layer, and of each direction. */
  readonly units: number;
  /** Layers, one upon the other. */
  readonly blocks: number;
}

const recurrent = (loop: "lstm" | "gru", isBoth: boolean): TagNetworkKind<RecurrentOptions> => ({
  options: { units: count, blocks: count },
  defaults: { units: 100, blocks: 1 },
  learningRate: 0.005,
  build(x, { dropout }, { units, blocks }) {
    let hidden = x;
    for (let block = 0; block < blocks; block++) {
      if (block > 0 && dropout > 0) hidden = layers.dropout({ rate: dropout }).apply(hidden);
      const layer = layers[loop]({ units, returnSequences: true });
      hidden = (isBoth ? layers.bidirectional({ layer }) : layer).apply(hidden);
    }
    return hidden;
  },
});

interface ConvOptions {
  readonly filters: number;
  /** Tokens that a filter sees at once. */
  readonly kernelSize: number;
  readonly blocks: number;
}

/** Filters over neighbouring tokens, wider apart from layer to layer: 1, 2, 4, … (Strubell et al., EMNLP 2017). */
const conv: TagNetworkKind<ConvOptions> = {
  options: { filters: count, kernelSize: count, blocks: count },
  defaults: { filters: 128, kernelSize: 3, blocks: 3 },
  learningRate: 0.002,
  build(x, { real }, { filters, kernelSize, blocks }) {
    let hidden = x;
    for (let block = 0; block < blocks; block++) {
      const layer = layers.conv1D({
        filters,
        kernelSize,
        dilationRate: 2 ** block,
        padding: "same",
        activation: "relu",
      });
      hidden = layers.multiply().apply([layer.apply(hidden), real]);
    }
    return hidden;
  },
};

interface TransformerOptions {
  readonly heads: number;
  /** Width of the vectors between the blocks. */
  readonly width: number;
  /** Width of the feed-forward network. */
  readonly units: number;
  readonly blocks: number;
}

/** Blocks of attention over tokens with sines of their positions (Vaswani et al. 2017). */
const transformer: TagNetworkKind<TransformerOptions> = {
  options: { heads: count, width: count, units: count, blocks: count },
  defaults: { heads: 4, width: 128, units: 256, blocks: 2 },
  learningRate: 0.002, // at 0.005 it learns nothing
  build(x, { dropout }, { heads, width, units, blocks }) {
    let hidden = layers.positionalEncoding().apply(layers.dense({ units: width }).apply(x));
    for (let block = 0; block < blocks; block++)
      hidden = layers
        .transformerEncoder({ intermediateDim: units, numHeads: heads, dropout: Math.min(dropout, 0.2) })
        .apply(hidden);
    return hidden;
  },
};

export const tagNetworks = {
  lstm: recurrent("lstm", false),
  gru: recurrent("gru", false),
  bilstm: recurrent("lstm", true),
  conv,
  transformer,
};

export type TagNetworkName = keyof typeof tagNetworks;

export const tagNetworkNames = Object.keys(tagNetworks) as readonly TagNetworkName[];

/** The options of a kind of network, all of which have defaults. */
export type TagNetworkOptions<Name extends TagNetworkName = TagNetworkName> =
  (typeof tagNetworks)[Name] extends TagNetworkKind<infer Options> ? Partial<Options> : never;
