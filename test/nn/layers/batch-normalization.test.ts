// Tests of BatchNormalization: its formulas, its gradients in training, and its statistics over training, saving and loading.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadModel, sequential } from "../../../src/index.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { checkGradient, expectClose } from "../../support/check-op.ts";
import { build, elementwise, reduced } from "../../support/naive.ts";
import { layerGraph, numbers, outputOf, restOf, weightList } from "./layer-graph.ts";

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const varianceOf = (values: readonly number[]) =>
  meanOf(values.map((value) => (value - meanOf(values)) ** 2));
const normal = (epsilon: number) =>
  elementwise(
    (value, mean, variance, gamma, beta) => ((value - mean) / Math.sqrt(variance + epsilon)) * gamma + beta,
  );

const x = numbers([3, 4, 2]);
const weights = {
  gamma: numbers([2]),
  beta: numbers([1, 2]).reshape([2]),
  moving_mean: numbers([2, 1]).reshape([2]),
  moving_variance: ndarray([0.5, 2], { dtype: "float64" }),
};

test("weights, in Keras' order", () => {
  expect(weightList(layers.batchNormalization(), [3, 4, 2])).toEqual([
    "gamma [2]",
    "beta [2]",
    "moving_mean [2]",
    "moving_variance [2]",
  ]);
  const layer = layers.batchNormalization({ center: false, scale: false, axis: 1 });
  expect(weightList(layer, [3, 4, 2])).toEqual(["moving_mean [4]", "moving_variance [4]"]);
  expect(layer.trainableWeights).toEqual([]);
});

test("outside training uses the statistics that were kept, and leaves them", () => {
  const layer = layers.batchNormalization({ epsilon: 0.1 });
  const { gamma, beta, moving_mean, moving_variance } = weights;
  const wanted = normal(0.1)(x, moving_mean, moving_variance, gamma, beta);
  expectClose(outputOf(layer, x, { weights }), wanted, "output");
  expect(restOf(layer, x, { weights }).updates).toEqual({});
});

describe("in training", () => {
  const training = true;

  test("uses the statistics of the batch, and the kept ones follow", () => {
    const layer = layers.batchNormalization({ momentum: 0.9 });
    const [mean, variance] = [reduced(x, [0, 1], meanOf), reduced(x, [0, 1], varianceOf)];
    const wanted = normal(1e-3)(x, mean, variance, weights.gamma, weights.beta);
    expectClose(outputOf(layer, x, { weights, training }), wanted, "output");
    const { updates } = restOf(layer, x, { weights, training });
    const follow = elementwise((kept, now) => 0.9 * kept + 0.1 * now);
    expect(Object.keys(updates)).toEqual(["moving_mean", "moving_variance"]);
    expectClose(updates.moving_mean as NdArray, follow(weights.moving_mean, mean), "mean");
    expectClose(updates.moving_variance as NdArray, follow(weights.moving_variance, variance), "variance");
  });

  test("with features along another axis", () => {
    const layer = layers.batchNormalization({ axis: 1, center: false, scale: false });
    const keepDims = { keepDims: true };
    const [mean, variance] = [reduced(x, [0, 2], meanOf, keepDims), reduced(x, [0, 2], varianceOf, keepDims)];
    const wanted = elementwise((value, m, v) => (value - m) / Math.sqrt(v + 1e-3))(x, mean, variance);
    expectClose(outputOf(layer, x, { training }), wanted, "output");
  });

  const mask = ndarray([
    [true, true, false, false],
    [false, true, true, true],
    [false, false, false, true],
  ]);

  test("with a mask counts real steps alone", () => {
    const layer = layers.batchNormalization({ momentum: 0 });
    const { updates } = restOf(layer, x, { weights, mask, training });
    for (let f = 0; f < 2; f++) {
      const real = build([3, 4], (b = 0, t = 0) => (mask.at(b, t) ? x.at(b, t, f) : Number.NaN));
      const values = [...real.toFloat64()].filter((value) => !Number.isNaN(value));
      // Keras adds 1e-7 to the number of steps, here 6, of which both statistics are off by 2e-8.
      expect(updates.moving_mean?.at(f)).toBeCloseTo(meanOf(values), 6);
      expect(updates.moving_variance?.at(f)).toBeCloseTo(varianceOf(values), 6);
    }
    expect(() => outputOf(layer, x, { mask: ndarray([true, false, true]), training })).toThrow(
      "wants a mask of all axes but the last, got one of 1 for float64 [batch, 4, 2]",
    );
  });

  test("with a mask and features along the axis of the steps", () => {
    const layer = layers.batchNormalization({ axis: 1, momentum: 0 });
    const { updates } = restOf(layer, x, { mask, training });
    // Step 1 is real in the first two samples.
    const values = [0, 1].flatMap((b) => [x.at(b, 1, 0), x.at(b, 1, 1)]);
    expect(updates.moving_mean?.at(1)).toBeCloseTo(meanOf(values), 6);
    expect(updates.moving_variance?.at(1)).toBeCloseTo(varianceOf(values), 6);
  });

  test("frozen, it stays as it was", () => {
    const layer = layers.batchNormalization({ trainable: false });
    expectClose(
      outputOf(layer, x, { weights, training }),
      outputOf(layers.batchNormalization(), x, { weights }),
      "output",
    );
    expect(restOf(layer, x, { weights, training }).updates).toEqual({});
  });

  test.each([
    ["all steps", {}],
    ["real steps", { mask }],
  ])("has the gradients of finite differences over %s", (what, call) => {
    const { graph, point } = layerGraph(layers.batchNormalization(), x, { weights, training, ...call });
    checkGradient(graph, point, what);
  });
});

describe("over several steps of training", () => {
  const rows = 10;
  const batchSize = 4; // the last batch of an epoch has 2 rows
  const data = new Random(1).normal([rows, 3, 2], 1.5, 2, "float64").astype("float32");
  const target = new Random(2).normal([rows, 1]).astype("float32");

  async function trained() {
    const model = sequential(
      [
        layers.batchNormalization({ momentum: 0.8, epsilon: 0.01, inputShape: [3, 2] }),
        layers.flatten(),
        layers.dense({ units: 1 }),
      ],
      { seed: 4 },
    );
    model.compile({ optimizer: "adam", loss: "meanSquaredError" });
    await model.fit(data, target, { epochs: 3, batchSize, shuffle: false, verbose: "silent" });
    return model;
  }

  /** The kept statistics by the formulas, batch by batch, in float64. */
  function plain() {
    const kept = { mean: [0, 0], variance: [1, 1] };
    for (let epoch = 0; epoch < 3; epoch++) {
      for (let first = 0; first < rows; first += batchSize) {
        const size = Math.min(batchSize, rows - first);
        const batch = build([size, 3, 2], (b = 0, t = 0, f = 0) => data.at(first + b, t, f));
        const [mean, variance] = [reduced(batch, [0, 1], meanOf), reduced(batch, [0, 1], varianceOf)];
        kept.mean = kept.mean.map((value, f) => 0.8 * value + 0.2 * mean.at(f));
        kept.variance = kept.variance.map((value, f) => 0.8 * value + 0.2 * variance.at(f));
      }
    }
    return kept;
  }

  test("keeps what the formulas say, and uses it for inference, also after it was saved", async () => {
    const model = await trained();
    const { mean, variance } = plain();
    const value = (name: string) =>
      model.weights.find((entry) => entry.name.endsWith(name))?.weight.value ?? NdArray.zeros([0]);
    for (let f = 0; f < 2; f++) {
      expect(value("moving_mean").at(f)).toBeCloseTo(mean[f] ?? Number.NaN, 5);
      expect(value("moving_variance").at(f)).toBeCloseTo(variance[f] ?? Number.NaN, 4);
    }
    const [gamma, beta, kernel, bias] = ["gamma", "beta", "kernel", "bias"].map(value) as NdArray[];
    const wanted = build([rows], (row = 0) => {
      let sum = bias?.at(0) ?? Number.NaN;
      for (let t = 0; t < 3; t++)
        for (let f = 0; f < 2; f++) {
          const unit = (data.at(row, t, f) - (mean[f] ?? 0)) / Math.sqrt((variance[f] ?? 0) + 0.01);
          sum += (unit * (gamma?.at(f) ?? 0) + (beta?.at(f) ?? 0)) * (kernel?.at(2 * t + f, 0) ?? 0);
        }
      return sum;
    });
    const predicted = await model.predict(data);
    for (let row = 0; row < rows; row++) expect(predicted.at(row, 0)).toBeCloseTo(wanted.at(row), 4);

    const folder = await mkdtemp(join(tmpdir(), "recurra-batch-norm-"));
    try {
      await model.save(join(folder, "model"));
      const again = await loadModel(join(folder, "model"));
      expect((await again.predict(data)).data).toEqual(predicted.data);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("evaluates with what it keeps", async () => {
    const model = await trained();
    const before = model.snapshotWeights();
    const predicted = await model.predict(data);
    const { loss } = await model.evaluate(data, target);
    const wanted = meanOf(
      Array.from({ length: rows }, (_, row) => (predicted.at(row, 0) - target.at(row, 0)) ** 2),
    );
    expect(loss).toBeCloseTo(wanted, 4);
    expect(model.snapshotWeights()).toEqual(before);
  });
});

test("wants options and inputs that fit", () => {
  expect(() => layers.batchNormalization({ momentum: 1.5 })).toThrow(
    "BatchNormalization: momentum is a number from 0 to 1, got 1.5",
  );
  expect(() => outputOf(layers.batchNormalization({ axis: 3, name: "norm" }), x)).toThrow(
    "layer norm (BatchNormalization) has its features along axis 3, and float64 [batch, 4, 2] has axes 1 to 2 beside the batch",
  );
  const layer = layers.batchNormalization({ axis: 1 });
  layer.ensureBuilt({ dtype: "float32", shape: [3, 4, 2] });
  expect(() => layer.ensureBuilt({ dtype: "float32", shape: [3, 4, 9] })).not.toThrow();
  expect(() => layer.ensureBuilt({ dtype: "float32", shape: [3, 5, 2] })).toThrow(
    "was built for float32 [batch, 4, 2], got float32 [batch, 5, 2]",
  );
});
