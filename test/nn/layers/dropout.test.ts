// Tests of the layers that are there in training only: dropout of several kinds, and noise.

import { describe, expect, test } from "vitest";
import { isOp } from "../../../src/graph/op.ts";
import { input as leaf, randomOp } from "../../../src/graph/ops/leaf.ts";
import { nodesOf } from "../../../src/graph/rewrite.ts";
import { callContext, type Layer } from "../../../src/nn/layer.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { expectClose } from "../../support/check-op.ts";
import { elementwise } from "../../support/naive.ts";
import { layerGraph, numbers, outputOf } from "./layer-graph.ts";

const float = (value: Parameters<typeof ndarray>[0]) => ndarray(value, { dtype: "float64" });
const training = { training: true };

test.each<[string, () => Layer]>([
  ["dropout", () => layers.dropout({ rate: 0.5 })],
  ["dropout of whole features", () => layers.spatialDropout1D({ rate: 0.5 })],
  ["alpha dropout", () => layers.alphaDropout({ rate: 0.5 })],
  ["Gaussian noise", () => layers.gaussianNoise({ stddev: 0.5 })],
  ["Gaussian dropout", () => layers.gaussianDropout({ rate: 0.5 })],
])("%s passes its input on outside training", (_, make) => {
  const x = numbers([2, 3, 4]);
  expect(outputOf(make(), x).toNested()).toEqual(x.toNested());
  expect(layerGraph(make(), x).drawnShapes).toEqual([]);
});

describe("dropout", () => {
  const x = float([
    [-1, 2],
    [3, -4],
  ]);

  test("scales what it keeps", () => {
    const layer = layers.dropout({ rate: 0.75 });
    const drawn = [
      float([
        [0, 4],
        [4, 0],
      ]),
    ];
    expect(layerGraph(layer, x, training).drawnShapes).toEqual([[2, 2]]);
    expect(outputOf(layer, x, { ...training, drawn }).toNested()).toEqual([
      [-0, 8],
      [12, -0],
    ]);
    expect(layerGraph(layers.dropout({ rate: 0 }), x, training).drawnShapes).toEqual([]);
  });

  test("drops the same along axes where the noise has length 1", () => {
    const data = numbers([2, 3, 4]);
    const drawnFor = (noiseShape: readonly (number | null)[]) =>
      layerGraph(layers.dropout({ rate: 0.5, noiseShape }), data, training).drawnShapes;
    expect(drawnFor([null, 1, null])).toEqual([[2, 1, 4]]);
    expect(drawnFor([1, 3, null])).toEqual([[1, 3, 4]]);
    const drawn = [numbers([2, 1, 4])];
    const layer = layers.dropout({ rate: 0.5, noiseShape: [null, 1, null] });
    const wanted = elementwise((a, b) => a * b)(data, numbers([2, 1, 4]));
    expectClose(outputOf(layer, data, { ...training, drawn }), wanted, "output");
  });

  test("rejects noise that does not fit", () => {
    const dropped = (noiseShape: readonly (number | null)[]) => () =>
      outputOf(layers.dropout({ rate: 0.5, noiseShape, name: "drop" }), numbers([2, 3, 4]), training);
    expect(dropped([null, 2, null])).toThrow(
      "layer drop (Dropout) has the noiseShape [null, 2, null], which does not fit float64 [batch, 3, 4]",
    );
    expect(dropped([null, 1])).toThrow("noiseShape [null, 1], which does not fit");
    expect(() => layers.dropout({ rate: 0.5, noiseShape: [0] })).toThrow(
      "Dropout: noiseShape is a list of positive whole numbers and nulls, got [0]",
    );
  });
});

describe("dropout of whole features", () => {
  test("draws one number for a feature of a sequence", () => {
    const x = numbers([2, 3, 4]);
    const layer = layers.spatialDropout1D({ rate: 0.25 });
    expect(layerGraph(layer, x, training).drawnShapes).toEqual([[2, 1, 4]]);
    const drawn = [numbers([2, 1, 4])];
    const wanted = elementwise((a, b) => a * b)(x, numbers([2, 1, 4]));
    expectClose(outputOf(layer, x, { ...training, drawn }), wanted, "output");
  });

  test("wants steps and features", () => {
    expect(() => outputOf(layers.spatialDropout1D({ rate: 0.25 }), numbers([2, 3]))).toThrow(
      "layer SpatialDropout1D (SpatialDropout1D) wants [batch, steps, features], got float64 [batch, 3]",
    );
  });
});

describe("alpha dropout", () => {
  const rate = 0.2;
  // Formulas of Klambauer et al. (2017), section 3: x·d + α'·(1 - d), then a·x + b.
  const saturated = -1.7580993408473766;
  const a = (1 - rate + saturated ** 2 * rate * (1 - rate)) ** -0.5;
  const b = -a * (rate * saturated);

  test("is the paper's affine map of the kept and of the saturated", () => {
    const x = numbers([3, 4]);
    const kept = new Random(1).bernoulli([3, 4], 1 - rate).astype("float64");
    const drawn = [elementwise((d) => d / (1 - rate))(kept)];
    const wanted = elementwise((value, d) => a * (d === 1 ? value : saturated) + b)(x, kept);
    const got = outputOf(layers.alphaDropout({ rate }), x, { ...training, drawn });
    expectClose(got, wanted, "output");
  });

  test("keeps mean 0 and variance 1", () => {
    const x = new Random(2).normal([100_000], 0, 1, "float64");
    const kept = new Random(3).bernoulli([100_000], 1 - rate).astype("float64");
    const drawn = [elementwise((d) => d / (1 - rate))(kept)];
    const y = outputOf(layers.alphaDropout({ rate }), x, { ...training, drawn }).toFloat64();
    const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
    const variance = y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / y.length;
    // Standard errors: 0.003 and, for a variance of 1 and a fourth moment below 5, 0.006.
    expect(Math.abs(mean)).toBeLessThan(0.015);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  });
});

describe("noise", () => {
  const x = numbers([2, 3]);
  const noise = numbers([3, 2]).reshape([2, 3]);
  const drawn = [noise];
  const drawOf = (layer: Layer) => layerGraph(layer, x, training).drawnShapes;

  test("is added, or multiplied", () => {
    const sum = elementwise((a, b) => a + b)(x, noise);
    const product = elementwise((a, b) => a * b)(x, noise);
    expectClose(outputOf(layers.gaussianNoise({ stddev: 0.1 }), x, { ...training, drawn }), sum, "sum");
    expectClose(
      outputOf(layers.gaussianDropout({ rate: 0.1 }), x, { ...training, drawn }),
      product,
      "product",
    );
    expect(drawOf(layers.gaussianNoise({ stddev: 0.1 }))).toEqual([[2, 3]]);
  });

  test("has the mean and the deviation that the options say", () => {
    const normalOf = (layer: Layer) => {
      const { outputs } = layer.trace(
        [leaf("x", x)],
        [],
        callContext({ training: true, value: () => leaf("w", x) }),
      );
      return nodesOf(outputs).flatMap((node) => (isOp(node, randomOp) ? [node.attributes.draw] : []));
    };
    expect(normalOf(layers.gaussianNoise({ stddev: 0.3 }))).toEqual([
      { kind: "normal", mean: 0, stddev: 0.3 },
    ]);
    // √(0.2 / 0.8)
    expect(normalOf(layers.gaussianDropout({ rate: 0.2 }))).toEqual([
      { kind: "normal", mean: 1, stddev: 0.5 },
    ]);
  });

  test("of no strength draws nothing", () => {
    expect(drawOf(layers.gaussianNoise({ stddev: 0 }))).toEqual([]);
    expect(drawOf(layers.gaussianDropout({ rate: 0 }))).toEqual([]);
  });

  test("has its options checked", () => {
    expect(() => layers.gaussianNoise({ stddev: -1 })).toThrow(
      "GaussianNoise: stddev is a number from 0 up, got -1",
    );
    expect(() => layers.gaussianDropout({ rate: 1 })).toThrow("GaussianDropout: rate is in [0, 1), got 1");
  });
});
