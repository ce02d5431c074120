// Lesson: an engine's noise classified by a transformer, the one of Keras' example.
//
//     node --conditions=source lessons/forda-transformer.ts [--data DIR] [--out DIR] [--quick]
//
// Four blocks, each attention of 4 heads of width 256 among all 500 measurements and two 1 × 1 convolutions; the mean over time; a
// layer of 128. Dropout 0.25 in the blocks and 0.4 behind them, Adam at 1e-4. Source: "Timeseries classification with a Transformer
// model", keras.io (Ntakouris, 2021), after Vaswani et al., NeurIPS 2017.
//
// It does not learn this task, and why is the lesson. The series has one channel, so each layer normalisation divides one number by
// itself: what comes out is its offset, whatever attention found, and no gradient reaches attention. What is left is the mean of the
// series over time, which is 0 for every row, since the rows are normalised. Compare it with the convolutions of the other lesson. (With
// several channels the same blocks learn: the golden cases of test/conformance have one of four.)

import { EarlyStopping, input, type LayerTensor, layers, model } from "recurra";
import { historySpec } from "recurra/plot";
import { fordA } from "./forda-data.ts";
import { draw, expectFigure, options } from "./support.ts";

const { training, validation, test } = fordA();
console.log(`${training.y.size} rows to train on, ${validation.y.size} held out, ${test.y.size} to test`);

/** Attention, then two convolutions, each with dropout, normalisation and a residual: [B, T, F] -> [B, T, F]. */
function block(x: LayerTensor): LayerTensor {
  const features = x.shape.at(-1) ?? 1;
  const attention = layers.multiHeadAttention({ numHeads: 4, keyDim: 256, dropout: 0.25 });
  const attended = layers.dropout({ rate: 0.25 }).apply(attention.apply([x, x]));
  const residual = layers.add().apply([layers.layerNormalization({ epsilon: 1e-6 }).apply(attended), x]);
  const wide = layers.conv1D({ filters: 4, kernelSize: 1, activation: "relu" }).apply(residual);
  const narrow = layers
    .conv1D({ filters: features, kernelSize: 1 })
    .apply(layers.dropout({ rate: 0.25 }).apply(wide));
  return layers.add().apply([layers.layerNormalization({ epsilon: 1e-6 }).apply(narrow), residual]);
}

const start = input({ shape: [500, 1] });
let x = start;
for (let i = 0; i < 4; i++) x = block(x);
x = layers.globalAveragePooling1D().apply(x);
x = layers.dropout({ rate: 0.4 }).apply(layers.dense({ units: 128, activation: "relu" }).apply(x));
const net = model({
  inputs: start,
  outputs: layers.dense({ units: 2, activation: "softmax" }).apply(x),
  seed: 1,
});
console.log(`${net.countParams().toLocaleString("en-US")} parameters`);

net.compile({
  optimizer: { name: "adam", learningRate: 1e-4 },
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});
const stopping = new EarlyStopping({ patience: 5, minDelta: 1e-4, restoreBestWeights: true });
const began = performance.now();
const history = await net.fit(training.x, training.y, {
  epochs: options.quick ? 1 : 30,
  batchSize: 64,
  validationData: [validation.x, validation.y],
  callbacks: [stopping],
  verbose: options.quick ? "silent" : "auto",
});
const seconds = (performance.now() - began) / 1000;
const { accuracy = Number.NaN } = await net.evaluate(test.x, test.y);
console.log(
  `${history.epochs.length} epochs in ${seconds.toFixed(0)} s, the best ${(stopping.bestEpoch ?? 0) + 1}; test accuracy ${accuracy.toFixed(3)}`,
);
await draw(
  "forda-transformer",
  historySpec({
    history,
    title: "FordA by a transformer",
    ...(stopping.bestEpoch === undefined ? {} : { best: stopping.bestEpoch }),
  }),
);
const losses = history.logs.loss ?? [];
expectFigure(
  `the training loss falls: ${losses[0]?.toFixed(4)} to ${losses.at(-1)?.toFixed(4)}`,
  options.quick ? Number.isFinite(losses[0]) : (losses.at(-1) ?? 1) < (losses[0] ?? 0),
);
