// The networks that read a text as a whole, by name: from ids to a vector, from which the classes are told.

import type { LayerTensor } from "../../nn/layer.ts";
import { count, type OptionKinds } from "../../nn/layer-options.ts";
import { layers } from "../../nn/layers/index.ts";

/** What a network is made for. */
export interface NetworkTask {
  /** T: tokens of a text, after padding. */
  readonly length: number;
  /** Share dropped in training. */
  readonly dropout: number;
}

/** A kind of network, with its own options. */
export interface NetworkKind<Options extends object> {
  readonly options: { readonly [Name in keyof Options]-?: OptionKinds[string] };
  readonly defaults: Options;
  /** Vectors of tokens [B, T, E] -> a vector of the text [B, U]. */
  build(x: LayerTensor, task: NetworkTask, options: Options): LayerTensor;
}

interface UnitsOptions {
  /** Units of its layers. */
  readonly units: number;
}

const unitsOnly = { units: count };

/** The mean of the vectors, and a hidden layer: what is left of a text without the order of its words. */
const mlp: NetworkKind<UnitsOptions> = {
  options: unitsOnly,
  defaults: { units: 64 },
  build: (x, _task, { units }) =>
    layers.dense({ units, activation: "relu" }).apply(layers.globalAveragePooling1D().apply(x)),
};

type Loop = "simpleRNN" | "lstm" | "gru";

const recurrent = (loop: Loop): NetworkKind<UnitsOptions> => ({
  options: unitsOnly,
  defaults: { units: 128 },
  build: (x, _task, { units }) => layers[loop]({ units }).apply(x),
});

/** An LSTM from each end, and the two last states side by side (Graves & Schmidhuber 2005). */
const bilstm: NetworkKind<UnitsOptions> = {
  options: unitsOnly,
  defaults: { units: 64 },
  build: (x, _task, { units }) => layers.bidirectional({ layer: layers.lstm({ units }) }).apply(x),
};

interface ConvOptions {
  /** Filters of each width. */
  readonly filters: number;
}

/** Filters over 3, 4 and 5 tokens and the strongest answer of each (Kim, EMNLP 2014). */
const conv: NetworkKind<ConvOptions> = {
  options: { filters: count },
  defaults: { filters: 100 },
  build(x, { length }, { filters }) {
    const widths = [3, 4, 5].filter((width) => width <= length);
    const answers = (widths.length === 0 ? [1] : widths).map((kernelSize) =>
      layers.globalMaxPooling1D().apply(layers.conv1D({ filters, kernelSize, activation: "relu" }).apply(x)),
    );
    return answers.length === 1 ? (answers[0] as LayerTensor) : layers.concatenate().apply(answers);
  },
};

interface ConvRnnOptions extends UnitsOptions {
  readonly filters: number;
  readonly kernelSize: number;
}

/** Filters over neighbouring tokens, pooled by pairs, then read from left to right. */
const convRnn: NetworkKind<ConvRnnOptions> = {
  options: { units: count, filters: count, kernelSize: count },
  defaults: { units: 32, filters: 64, kernelSize: 3 },
  build(x, { length }, { units, filters, kernelSize }) {
    const width = Math.min(kernelSize, length);
    let filtered = layers.conv1D({ filters, kernelSize: width, activation: "relu" }).apply(x);
    if (length - width + 1 >= 4) filtered = layers.maxPooling1D({ poolSize: 2 }).apply(filtered);
    return layers.simpleRNN({ units }).apply(filtered);
  },
};

interface TransformerOptions {
  readonly heads: number;
  /** Width of the feed-forward network. */
  readonly units: number;
  readonly blocks: number;
}

/** Blocks of attention over learned positions, and the mean of what comes out (Vaswani et al. 2017; Keras' text example). */
const transformer: NetworkKind<TransformerOptions> = {
  options: { heads: count, units: count, blocks: count },
  defaults: { heads: 2, units: 64, blocks: 1 },
  build(x, { length, dropout }, { heads, units, blocks }) {
    let hidden = layers.positionEmbedding({ sequenceLength: length }).apply(x);
    for (let block = 0; block < blocks; block++)
      hidden = layers
        .transformerEncoder({ intermediateDim: units, numHeads: heads, dropout: Math.min(dropout, 0.2) })
        .apply(hidden);
    return layers.globalAveragePooling1D().apply(hidden);
  },
};

export const textNetworks = {
  mlp,
  rnn: recurrent("simpleRNN"),
  lstm: recurrent("lstm"),
  gru: recurrent("gru"),
  bilstm,
  conv,
  "conv-rnn": convRnn,
  transformer,
};

export type TextNetworkName = keyof typeof textNetworks;

export const textNetworkNames = Object.keys(textNetworks) as readonly TextNetworkName[];

/** The options of a kind of network, all of which have defaults. */
export type TextNetworkOptions<Name extends TextNetworkName = TextNetworkName> =
  (typeof textNetworks)[Name] extends NetworkKind<infer Options> ? Partial<Options> : never;
