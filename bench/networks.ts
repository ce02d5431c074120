// The networks of the workloads, compiled for training.

import { take } from "../src/entry/graph.ts";
import {
  input,
  type LayerTensor,
  layers,
  type Model,
  model,
  type Sequential,
  sequential,
} from "../src/index.ts";

export function stockLstm(): Sequential {
  const net = sequential([
    layers.lstm({ units: 50, returnSequences: true, inputShape: [30, 1] }),
    layers.dropout({ rate: 0.2 }),
    layers.lstm({ units: 50, returnSequences: true }),
    layers.dropout({ rate: 0.2 }),
    layers.lstm({ units: 50 }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 1 }),
  ]);
  net.compile({ optimizer: "adam", loss: "meanSquaredError" });
  return net;
}

export function imdbLstm(): Sequential {
  const net = sequential([
    layers.embedding({ inputDim: 20000, outputDim: 128, inputShape: [80] }),
    layers.lstm({ units: 128 }),
    layers.dropout({ rate: 0.7 }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  net.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  return net;
}

export function nietzscheLstm(): Sequential {
  const net = sequential([
    layers.lstm({ units: 128, inputShape: [40, 57] }),
    layers.dense({ units: 57, activation: "softmax" }),
  ]);
  net.compile({ optimizer: "rmsprop", loss: "categoricalCrossentropy" });
  return net;
}

export function airlineGru(): Sequential {
  const net = sequential([layers.gru({ units: 32, inputShape: [12, 1] }), layers.dense({ units: 1 })]);
  net.compile({ optimizer: "adam", loss: "meanSquaredError" });
  return net;
}

export function yelpConvRnn(): Sequential {
  const net = sequential([
    layers.embedding({ inputDim: 10001, outputDim: 50, inputShape: [100] }),
    layers.conv1D({ filters: 5, kernelSize: 2 }),
    layers.simpleRNN({ units: 10, returnSequences: true }),
    layers.simpleRNN({ units: 1, activation: "sigmoid" }),
  ]);
  net.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  return net;
}

export function bilstmTagger(): Sequential {
  const net = sequential([
    layers.bidirectional({
      layer: layers.lstm({ units: 100, returnSequences: true }),
      inputShape: [50, 100],
    }),
    layers.dense({ units: 9, activation: "softmax" }),
  ]);
  net.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  return net;
}

/** A block of Keras' time-series classification example. */
function seriesBlock(x: LayerTensor, features: number): LayerTensor {
  const attention = layers.multiHeadAttention({ numHeads: 4, keyDim: 256, dropout: 0.25 });
  const attended = layers.dropout({ rate: 0.25 }).apply(attention.apply([x, x]));
  const residual = layers.add().apply([layers.layerNormalization({ epsilon: 1e-6 }).apply(attended), x]);
  const wide = layers.conv1D({ filters: 4, kernelSize: 1, activation: "relu" }).apply(residual);
  const narrow = layers
    .conv1D({ filters: features, kernelSize: 1 })
    .apply(layers.dropout({ rate: 0.25 }).apply(wide));
  return layers.add().apply([layers.layerNormalization({ epsilon: 1e-6 }).apply(narrow), residual]);
}

export function tsTransformer(): Model {
  const start = input({ shape: [30, 1] });
  let x = start;
  for (let i = 0; i < 4; i++) x = seriesBlock(x, 1);
  x = layers.globalAveragePooling1D().apply(x);
  x = layers.dropout({ rate: 0.4 }).apply(layers.dense({ units: 128, activation: "relu" }).apply(x));
  const net = model({ inputs: start, outputs: layers.dense({ units: 1 }).apply(x) });
  net.compile({ optimizer: "adam", loss: "meanSquaredError" });
  return net;
}

export function bert2Layer(): Model {
  const width = 768;
  const ids = input({ shape: [128], dtype: "int32" });
  const words = layers.embedding({ inputDim: 30522, outputDim: width }).apply(ids);
  const placed = layers.positionEmbedding({ sequenceLength: 512 }).apply(words);
  const zeros = layers.lambda({ function: (x) => x.mul(0) }).apply(ids);
  const segments = layers.embedding({ inputDim: 2, outputDim: width }).apply(zeros);
  let x = layers.layerNormalization({ epsilon: 1e-12 }).apply(layers.add().apply([placed, segments]));
  x = layers.dropout({ rate: 0.1 }).apply(x);
  for (let i = 0; i < 2; i++) {
    x = layers
      .transformerEncoder({ numHeads: 12, intermediateDim: 3072, activation: "gelu", dropout: 0.1 })
      .apply(x);
  }
  const first = layers.lambda({ function: (y) => take(y, 0, 1) }).apply(x);
  const net = model({ inputs: ids, outputs: layers.dense({ units: 2 }).apply(first) });
  net.compile({
    optimizer: "adamw",
    loss: { name: "sparseCategoricalCrossentropy", fromLogits: true },
  });
  return net;
}
