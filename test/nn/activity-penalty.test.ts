// Tests of the penalties on layers' outputs.

import { expect, test } from "vitest";
import { sequential } from "../../src/index.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { type NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import { callLayer, numbers, restOf } from "./layers/layer-graph.ts";

const activityRegularizer = { name: "l2", l2: 0.1 } as const;
const squares = (array: NdArray) => array.toFloat64().reduce((sum, value) => sum + value ** 2, 0);
const ids = ndarray(
  [
    [0, 2],
    [1, 1],
    [2, 0],
  ],
  { dtype: "int32" },
);

// 0.1·Σy² over the batch size, as `Layer.__call__` of Keras 3.15 has it.
test.each<[string, () => Layer, NdArray]>([
  ["dense", () => layers.dense({ units: 2, activation: "tanh", activityRegularizer }), numbers([3, 4])],
  ["embedding", () => layers.embedding({ inputDim: 3, outputDim: 2, activityRegularizer }), ids],
  ["conv1D", () => layers.conv1D({ filters: 2, kernelSize: 2, activityRegularizer }), numbers([3, 4, 2])],
  [
    "separable",
    () => layers.separableConv1D({ filters: 2, kernelSize: 2, activityRegularizer }),
    numbers([3, 4, 2]),
  ],
  ["lstm", () => layers.lstm({ units: 2, activityRegularizer }), numbers([3, 4, 2])],
  [
    "gru with its state",
    () => layers.gru({ units: 2, returnSequences: true, returnState: true, activityRegularizer }),
    numbers([3, 4, 2]),
  ],
  ["the layer for it", () => layers.activityRegularization({ l2: 0.1 }), numbers([3, 4])],
])("%s: each output adds its penalty by batch size", (_, make, x) => {
  const layer = make();
  const outputs = callLayer(layer, x);
  const { losses } = restOf(layer, x);
  expect(losses).toHaveLength(outputs.length);
  for (const [i, output] of outputs.entries()) expect(losses[i]).toBeCloseTo((0.1 * squares(output)) / 3, 12);
});

test("both directions of a bidirectional layer add theirs", () => {
  const layer = layers.bidirectional({ layer: layers.simpleRNN({ units: 2, activityRegularizer }) });
  const x = numbers([3, 4, 2]);
  const [output] = callLayer(layer, x);
  const { losses } = restOf(layer, x);
  expect(losses).toHaveLength(2);
  const total = losses.reduce((sum, loss) => sum + loss, 0);
  expect(total).toBeCloseTo((0.1 * squares(output as NdArray)) / 3, 12);
});

test("the layer for it adds l1·Σ|x| as well, and passes its input on", () => {
  const x = numbers([2, 5]);
  const layer = layers.activityRegularization({ l1: 0.5, l2: 0.25 });
  const sum = x.toFloat64().reduce((total, value) => total + Math.abs(value), 0);
  expect(restOf(layer, x).losses[0]).toBeCloseTo((0.5 * sum + 0.25 * squares(x)) / 2, 12);
  expect(callLayer(layer, x)[0]?.toNested()).toEqual(x.toNested());
});

test("is part of a model's loss", async () => {
  const x = new Random(1).normal([8, 3]).astype("float32");
  const y = new Random(2).normal([8, 2]).astype("float32");
  const model = sequential([layers.dense({ units: 2, activityRegularizer, inputShape: [3] })], { seed: 1 });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const predicted = await model.predict(x);
  const difference = predicted.toFloat64().map((value, i) => value - (y.toFloat64()[i] ?? 0));
  const error = difference.reduce((sum, value) => sum + value ** 2, 0) / 16;
  const { loss } = await model.evaluate(x, y);
  expect(loss).toBeCloseTo(error + (0.1 * squares(predicted)) / 8, 5);
});
