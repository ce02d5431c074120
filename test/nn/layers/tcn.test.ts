// Tests of TCN: its formulas, what its outputs depend on, masks, and training.

import { describe, expect, test } from "vitest";
import { sequential } from "../../../src/index.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { expectClose } from "../../support/check-op.ts";
import { build, elementwise } from "../../support/naive.ts";
import { convByLoops } from "../../support/naive-windows.ts";
import { layerGraph, numbers, outputOf, restOf, weightList } from "./layer-graph.ts";

const x = numbers([2, 7, 3]);
const sum = elementwise((...values) => values.reduce((a, b) => a + b, 0));
const relu = elementwise((value) => Math.max(value, 0));
const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

/** Arrays of some shapes, each with numbers of its own. */
const drawn = (...shapes: readonly (readonly number[])[]): readonly NdArray[] =>
  shapes.map((shape, i) => new Random(i).uniform(shape, -1, 1, "float64"));

/** A causal convolution with a bias. */
function causal(data: NdArray, [kernel, bias]: readonly NdArray[], dilation = 1): NdArray {
  const [size = 0] = kernel?.shape ?? [];
  const padding = "causal";
  return sum(convByLoops(data, kernel as NdArray, [{ size, stride: 1, dilation, padding }]), bias as NdArray);
}

describe("residual blocks", () => {
  const options = { filters: 4, kernelSize: 2, dilations: [1, 2], returnSequences: true };

  test("are two convolutions each, beside the input", () => {
    const weights = drawn(
      ...[[2, 3, 4], [4], [2, 4, 4], [4], [1, 3, 4], [4]], // with a projection from 3 to 4 channels
      ...[[2, 4, 4], [4], [2, 4, 4], [4]],
    );
    const pair = (i: number) => weights.slice(i, i + 2);
    const first = relu(causal(relu(causal(x, pair(0))), pair(2)));
    const between = relu(sum(causal(x, pair(4)), first));
    const second = relu(causal(relu(causal(between, pair(6), 2)), pair(8), 2));
    const wanted = relu(sum(between, second));
    expectClose(outputOf(layers.tcn(options), x, { weights }), wanted, "all steps");
    const last = outputOf(layers.tcn({ ...options, returnSequences: false }), x, { weights });
    expectClose(
      last,
      build([2, 4], (b = 0, f = 0) => wanted.at(b, 6, f)),
      "the last step",
    );
  });

  test("weights", () => {
    expect(weightList(layers.tcn({ filters: 3, kernelSize: 2, dilations: [1] }), [2, 7, 3])).toEqual([
      "kernel [2, 3, 3]",
      "bias [3]",
      "kernel [2, 3, 3]",
      "bias [3]",
    ]);
    const normalized = layers.tcn({ filters: 4, dilations: [1], normalization: "layer" });
    expect(weightList(normalized, [2, 7, 3])).toEqual([
      "kernel [3, 3, 4]",
      "bias [4]",
      "gamma [4]",
      "beta [4]",
      "kernel [3, 4, 4]",
      "bias [4]",
      "gamma [4]",
      "beta [4]",
      "kernel [1, 3, 4]",
      "bias [4]",
    ]);
  });

  test("drop channels at all steps in training", () => {
    const layer = layers.tcn({ ...options, dropout: 0.2 });
    const { drawnShapes } = layerGraph(layer, x, { training: true });
    expect(drawnShapes).toEqual(Array.from({ length: 4 }, () => [2, 1, 4]));
  });
});

test("gated blocks sum up what each gives", () => {
  const options = { filters: 3, kernelSize: 2, dilations: [1, 2], gated: true, returnSequences: true };
  const weights = drawn(
    ...[[2, 3, 6], [6], [1, 3, 3], [3], [1, 3, 3], [3]], // the convolution, the skip, the residual
    ...[[2, 3, 6], [6], [1, 3, 3], [3]], // no residual in the last one
  );
  const pair = (i: number) => weights.slice(i, i + 2);
  const gate = (data: NdArray, place: number, dilation: number) => {
    const y = causal(data, pair(place), dilation);
    return build([2, 7, 3], (b = 0, t = 0, f = 0) => Math.tanh(y.at(b, t, f)) * sigmoid(y.at(b, t, f + 3)));
  };
  const first = gate(x, 0, 1);
  const second = gate(sum(x, causal(first, pair(4))), 6, 2);
  const wanted = relu(sum(causal(first, pair(2)), causal(second, pair(8))));
  expectClose(outputOf(layers.tcn(options), x, { weights }), wanted, "output");
});

describe("the receptive field", () => {
  test("is what the outputs depend on, and no step sees a later one", () => {
    for (const gated of [false, true]) {
      const layer = layers.tcn({
        filters: 2,
        kernelSize: 2,
        dilations: [1, 2],
        gated,
        activation: "tanh",
        returnSequences: true,
      });
      expect(layer.receptiveField).toBe(gated ? 4 : 7);
      const steps = 12;
      const data = numbers([1, steps, 2]);
      const base = outputOf(layer, data);
      for (let t = 0; t < steps; t++) {
        const moved = build([1, steps, 2], (b = 0, s = 0, f = 0) => data.at(b, s, f) + (s === t ? 0.5 : 0));
        const changed = outputOf(layer, moved);
        const seen = Array.from({ length: steps }, (_, s) => changed.at(0, s, 0) !== base.at(0, s, 0));
        const wanted = Array.from({ length: steps }, (_, s) => s >= t && s - t < layer.receptiveField);
        expect(seen, `gated ${gated}, step ${t}`).toEqual(wanted);
      }
    }
  });

  test("of the defaults", () => {
    expect(layers.tcn({ filters: 2 }).receptiveField).toBe(1 + 2 * 2 * 63);
    expect(layers.tcn({ filters: 2, gated: true }).receptiveField).toBe(1 + 2 * 63);
  });
});

test("with a mask gives the last real step, as if the padding on the right were not there", () => {
  const mask = ndarray([
    [true, true, true, true, false, false, false],
    [false, false, false, false, false, false, false],
  ]);
  for (const normalization of [undefined, "layer"] as const) {
    const layer = layers.tcn({ filters: 4, dilations: [1, 2], ...(normalization && { normalization }) });
    const masked = outputOf(layer, x, { mask });
    const short = outputOf(
      layer,
      build([1, 4, 3], (_b, t = 0, f = 0) => x.at(0, t, f)),
    );
    for (let f = 0; f < 4; f++) {
      expect(masked.at(0, f)).toBeCloseTo(short.at(0, f), 12);
      expect(masked.at(1, f)).toBe(0);
    }
  }
});

test("learns to tell what came some steps ago", async () => {
  // The sign of step 3 of 12, which is 8 steps before the last one, amid noise.
  const random = new Random(5);
  const data = random.normal([256, 12, 1]).astype("float32");
  const target = ndarray(
    Array.from({ length: 256 }, (_, row) => [data.at(row, 3, 0) > 0 ? 1 : 0]),
    { dtype: "float32" },
  );
  const model = sequential(
    [
      layers.tcn({ filters: 8, kernelSize: 2, dilations: [1, 2, 4], inputShape: [12, 1] }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
    { seed: 1 },
  );
  model.compile({
    optimizer: { name: "adam", learningRate: 0.02 },
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(data, target, { epochs: 15, batchSize: 32, verbose: "silent" });
  const { accuracy } = await model.evaluate(data, target);
  expect(accuracy).toBeGreaterThan(0.95);
});

test.each<[string, () => unknown, string]>([
  ["no filters", () => layers.tcn({} as never), "TCN: filters is a positive whole number, got undefined"],
  [
    "no dilations",
    () => layers.tcn({ filters: 2, dilations: [] }),
    "TCN: dilations is a list of positive whole numbers, one for each block, got []",
  ],
  [
    "another normalisation",
    () => layers.tcn({ filters: 2, normalization: "group" as "layer" }),
    'TCN: normalization is one of "layer", "batch", got "group"',
  ],
  [
    "no features",
    () => outputOf(layers.tcn({ filters: 2, name: "past" }), numbers([2, 7])),
    "layer past (TCN) wants [batch, steps, features], got float64 [batch, 7]",
  ],
])("%s is an error", (_, make, message) => {
  expect(make).toThrow(message);
});

test("a batch normalisation in it keeps its statistics", () => {
  const layer = layers.tcn({ filters: 2, dilations: [1], normalization: "batch" });
  const { updates } = restOf(layer, numbers([2, 7, 2]), { training: true });
  expect(Object.keys(updates)).toEqual(["moving_mean", "moving_variance"]);
  expect(layer.trainableWeights.map(({ name }) => name)).not.toContain("moving_mean");
  expect(layer.weights.map(({ name }) => name)).toContain("moving_mean");
});
