// The networks that classify series: convolutions, LSTM and GRU, transformer. Each from [B, T, F] to probabilities [B, K].

import { type Functional, model } from "../../model/functional.ts";
import { input } from "../../nn/input.ts";
import type { LayerTensor } from "../../nn/layer.ts";
import { layers } from "../../nn/layers/index.ts";
import { PADDING } from "./padded.ts";
import { RealSteps } from "./real-steps.ts";

export interface ConvShape {
  readonly kind: "conv";
  /** Channels of each convolution. */
  readonly filters: number;
  /** The width of each convolution's windows, one after the other. */
  readonly kernelSizes: readonly number[];
}

export interface RecurrentShape {
  readonly kind: "lstm" | "gru";
  readonly units: number;
  /** How many recurrent layers stand on each other. */
  readonly layers: number;
  /** Whether a second layer reads from the end. */
  readonly bidirectional: boolean;
  /** What is told of a series: the last state, or the mean of all states. */
  readonly pooling: "last" | "mean";
  readonly dropout: number;
}

export interface TransformerShape {
  readonly kind: "transformer";
  /** The width of a step's vector. */
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
  readonly dropout: number;
}

/** What a network is made of. */
export type NetworkShape = ConvShape | RecurrentShape | TransformerShape;

export interface NetworkInput {
  /** T; null where series have different lengths. */
  readonly steps: number | null;
  /** F */
  readonly features: number;
  /** K */
  readonly classes: number;
  readonly seed: number;
}

/** Makes a network, not yet compiled. */
export function networkOf(shape: NetworkShape, { steps, features, classes, seed }: NetworkInput): Functional {
  const start = input({ shape: [steps, features] });
  // Series of one length need no mask, and are faster without.
  const real = steps === null ? layers.masking({ maskValue: PADDING }).apply(start) : start;
  const summary = summaryOf(shape, real, steps === null);
  return model({
    inputs: start,
    outputs: layers.dense({ units: classes, activation: "softmax" }).apply(summary),
    name: shape.kind,
    seed,
  });
}

/** [B, T, F] -> [B, G] */
function summaryOf(shape: NetworkShape, x: LayerTensor, isMasked: boolean): LayerTensor {
  switch (shape.kind) {
    case "conv":
      return convolutions(shape, x, isMasked);
    case "transformer":
      return transformer(shape, x);
    default:
      return recurrent(shape, x);
  }
}

/**
 * Convolutions over time, each with batch normalisation and a rectifier, and the mean over time of what the last one finds (Wang, Yan and
 * Oates, Time series classification from scratch, IJCNN 2017: FCN). The statistics kept for predictions follow the batches faster than
 * there, so that trainings of some hundred steps have them right.
 */
function convolutions({ filters, kernelSizes }: ConvShape, x: LayerTensor, isMasked: boolean): LayerTensor {
  const real = (y: LayerTensor) => (isMasked ? new RealSteps().apply([y, x]) : y);
  const found = kernelSizes.reduce((y, kernelSize) => {
    const convolved = real(layers.conv1D({ filters, kernelSize, padding: "same" }).apply(y));
    const normalized = layers.batchNormalization({ momentum: 0.9 }).apply(convolved);
    return real(layers.activation({ activation: "relu" }).apply(normalized));
  }, x);
  return layers.globalAveragePooling1D().apply(found);
}

/** Recurrent layers, and their last state or the mean of their states. */
function recurrent(shape: RecurrentShape, x: LayerTensor): LayerTensor {
  const { kind, units, bidirectional, pooling, dropout } = shape;
  const read = Array.from({ length: shape.layers }, (_, i) => i).reduce((y, i) => {
    const returnSequences = i < shape.layers - 1 || pooling === "mean";
    const cell = { lstm: layers.lstm, gru: layers.gru }[kind]({ units, returnSequences });
    return (bidirectional ? layers.bidirectional({ layer: cell }) : cell).apply(y);
  }, x);
  const summary = pooling === "mean" ? layers.globalAveragePooling1D().apply(read) : read;
  return dropout > 0 ? layers.dropout({ rate: dropout }).apply(summary) : summary;
}

/** Steps as vectors with their positions, encoder blocks that normalise first, and the mean over time (after Vaswani et al., NeurIPS 2017). */
function transformer({ width, heads, blocks, dropout }: TransformerShape, x: LayerTensor): LayerTensor {
  const embedded = layers.positionalEncoding().apply(layers.dense({ units: width }).apply(x));
  const encoded = Array.from({ length: blocks }).reduce<LayerTensor>(
    (y) =>
      layers
        .transformerEncoder({ intermediateDim: 2 * width, numHeads: heads, dropout, normalizeFirst: true })
        .apply(y),
    embedded,
  );
  return layers.globalAveragePooling1D().apply(layers.layerNormalization().apply(encoded));
}
