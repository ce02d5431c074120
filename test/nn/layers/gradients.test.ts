// Float64 checks of the gradients of every layer, with respect to its input, its weights and its initial state.

import { test } from "vitest";
import type { Layer } from "../../../src/nn/layer.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { checkGradient } from "../../support/check-op.ts";
import { type Call, layerGraph, numbers } from "./layer-graph.ts";

type LayerCase = readonly [what: string, layer: () => Layer, x: NdArray, call?: Call];

const sequence = numbers([2, 3, 2]);
const ids = ndarray(
  [
    [0, 3, 3],
    [2, 1, 0],
  ],
  { dtype: "int32" },
);
const mask = ndarray([
  [true, false, true],
  [false, true, true],
]);
const state = numbers([2, 2]);
const training = { training: true };

const plain: readonly LayerCase[] = [
  ["dense", () => layers.dense({ units: 3, activation: "tanh" }), numbers([2, 4])],
  ["dense without bias, over steps", () => layers.dense({ units: 3, useBias: false }), sequence],
  ["dense with softmax", () => layers.dense({ units: 3, activation: "softmax" }), numbers([2, 4])],
  ["activation", () => layers.activation({ activation: "swish" }), numbers([2, 4])],
  ["dropout in training", () => layers.dropout({ rate: 0.5 }), numbers([2, 4]), training],
  ["spatial dropout in training", () => layers.spatialDropout1D({ rate: 0.5 }), sequence, training],
  ["alpha dropout in training", () => layers.alphaDropout({ rate: 0.5 }), numbers([2, 4]), training],
  ["Gaussian dropout in training", () => layers.gaussianDropout({ rate: 0.5 }), numbers([2, 4]), training],
  ["the mean of real steps", () => layers.globalAveragePooling1D(), sequence, { mask }],
  [
    "a convolutional network with dropout and a mask, in training",
    () =>
      layers.tcn({
        filters: 2,
        kernelSize: 2,
        dilations: [1, 2],
        dropout: 0.5,
        activation: "tanh",
      }),
    sequence,
    { mask, ...training },
  ],
  ["flatten", () => layers.flatten(), sequence],
  ["reshape", () => layers.reshape({ targetShape: [2, -1] }), sequence],
  ["embedding", () => layers.embedding({ inputDim: 4, outputDim: 2 }), ids],
  [
    "time-distributed dense",
    () => layers.timeDistributed({ layer: layers.dense({ units: 2, activation: "sigmoid" }) }),
    sequence,
  ],
];

const recurrent: readonly LayerCase[] = Object.entries({
  simpleRNN: layers.simpleRNN,
  lstm: layers.lstm,
  gru: layers.gru,
  "gru with the reset before": (config: Parameters<typeof layers.gru>[0]) =>
    layers.gru({ ...config, resetAfter: false }),
}).flatMap(([name, make]): LayerCase[] => {
  const states = name === "lstm" ? [state, numbers([2, 2, 1]).reshape([2, 2])] : [state];
  return [
    [name, () => make({ units: 2 }), sequence],
    [
      `${name}: all outputs and the state`,
      () => make({ units: 2, returnSequences: true, returnState: true }),
      sequence,
    ],
    [
      `${name}: from an initial state`,
      () => make({ units: 2, returnState: true }),
      sequence,
      { initialState: states },
    ],
    [`${name}: backwards`, () => make({ units: 2, goBackwards: true, returnSequences: true }), sequence],
    [
      `${name}: with a mask`,
      () => make({ units: 2, returnSequences: true, returnState: true }),
      sequence,
      { mask },
    ],
    [
      `${name}: with zeros at masked steps`,
      () => make({ units: 2, returnSequences: true, zeroOutputForMask: true }),
      sequence,
      { mask, initialState: states },
    ],
    [
      `${name}: with dropout`,
      () => make({ units: 2, dropout: 0.5, recurrentDropout: 0.5 }),
      sequence,
      training,
    ],
    [
      `${name}: without bias, with other activations`,
      () => make({ units: 2, useBias: false, activation: "softsign" }),
      sequence,
    ],
  ];
});

for (const [what, layer, x, call] of [...plain, ...recurrent]) {
  test(what, () => {
    const { graph, point } = layerGraph(layer(), x, call);
    checkGradient(graph, point, what);
  });
}
