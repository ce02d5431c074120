// Tests of the activation functions as layers, and of PReLU.

import { describe, expect, test } from "vitest";
import { layers } from "../../../src/nn/layers/index.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { expectClose } from "../../support/check-op.ts";
import { build, elementwise, reduced } from "../../support/naive.ts";
import { numbers, outputOf, weightList } from "./layer-graph.ts";

const float = (value: Parameters<typeof ndarray>[0]) => ndarray(value, { dtype: "float64" });
const x = float([
  [-1, 2],
  [3, -4],
]);

test("activation", () => {
  expect(outputOf(layers.activation({ activation: "relu" }), x).toNested()).toEqual([
    [0, 2],
    [3, 0],
  ]);
  const shares = outputOf(layers.activation({ activation: "softmax" }), x);
  expect(shares.at(0, 0) + shares.at(0, 1)).toBeCloseTo(1, 12);
});

describe("relu", () => {
  // The example of Keras' documentation of ReLU.
  const values = float([[-10, -5, 0, 5, 10]]);

  test("bounded, with a slope below zero", () => {
    const layer = layers.relu({ maxValue: 10, negativeSlope: 0.5, threshold: 0 });
    expect(outputOf(layer, values).toNested()).toEqual([[-5, -2.5, 0, 5, 10]]);
  });

  test("with a threshold: x from it up, and a slope that begins there", () => {
    const formula = (value: number) => (value >= 6 ? 6 : value >= 1 ? value : 0.1 * (value - 1));
    const layer = layers.relu({ maxValue: 6, negativeSlope: 0.1, threshold: 1 });
    const wide = float([[-3, 0, 0.99, 1, 1.01, 5.9, 6, 7]]);
    expectClose(outputOf(layer, wide), elementwise(formula)(wide), "output");
  });

  test("without options is max(x, 0)", () => {
    expect(outputOf(layers.relu(), values).toNested()).toEqual([[0, 0, 0, 5, 10]]);
  });
});

test("leaky relu has the slope 0.3 below zero, elu tends to -alpha", () => {
  expect(outputOf(layers.leakyReLU(), x).toNested()).toEqual([
    [-0.3, 2],
    [3, -1.2],
  ]);
  expectClose(
    outputOf(layers.elu({ alpha: 0.5 }), x),
    elementwise((value) => (value > 0 ? value : 0.5 * (Math.exp(value) - 1)))(x),
    "elu",
  );
});

describe("softmax", () => {
  const scores = numbers([2, 3, 4]);

  test.each<[string, number | readonly number[], readonly number[]]>([
    ["the last axis", -1, [2]],
    ["another axis", 1, [1]],
    ["several axes", [1, 2], [1, 2]],
  ])("over %s", (_, axis, axes) => {
    const powers = elementwise(Math.exp)(scores);
    const sums = reduced(powers, axes, (values) => values.reduce((a, b) => a + b, 0), { keepDims: true });
    const wanted = elementwise((power, sum) => power / sum)(powers, sums);
    expectClose(outputOf(layers.softmax({ axis }), scores), wanted, "shares");
  });

  test("leaves out what a mask of its own shape leaves out", () => {
    const mask = ndarray([[true, false, true]]);
    const row = float([[1, 5, 1]]);
    expect(outputOf(layers.softmax(), row, { mask }).toNested()).toEqual([[0.5, 0, 0.5]]);
    const steps = ndarray([
      [true, false, true],
      [true, true, true],
    ]);
    expectClose(
      outputOf(layers.softmax(), scores, { mask: steps }),
      outputOf(layers.softmax(), scores),
      "masked steps keep their shares",
    );
  });
});

describe("prelu", () => {
  const data = numbers([2, 3, 4]);

  test("learns a slope for each element of a sample", () => {
    const alpha = numbers([3, 4]);
    const wanted = build([2, 3, 4], (b = 0, t = 0, f = 0) => {
      const value = data.at(b, t, f);
      return value > 0 ? value : alpha.at(t, f) * value;
    });
    expectClose(outputOf(layers.prelu(), data, { weights: { alpha } }), wanted, "output");
  });

  test("shares slopes along axes", () => {
    expect(weightList(layers.prelu(), [2, 3, 4])).toEqual(["alpha [3, 4]"]);
    expect(weightList(layers.prelu({ sharedAxes: 1 }), [2, 3, 4])).toEqual(["alpha [1, 4]"]);
    expect(weightList(layers.prelu({ sharedAxes: [1, 2] }), [2, 3, 4])).toEqual(["alpha [1, 1]"]);
  });

  test("serves other lengths where their axis is shared, and no other", () => {
    const layer = layers.prelu({ sharedAxes: [1], name: "slopes" });
    layer.ensureBuilt({ dtype: "float32", shape: [2, 3, 4] });
    expect(() => layer.ensureBuilt({ dtype: "float32", shape: [2, 9, 4] })).not.toThrow();
    expect(() => layer.ensureBuilt({ dtype: "float32", shape: [2, 3, 5] })).toThrow(
      "layer slopes (PReLU) was built for float32 [batch, 3, 4], got float32 [batch, 3, 5]",
    );
  });

  test("wants axes that there are", () => {
    const layer = layers.prelu({ sharedAxes: [3] });
    expect(() => layer.ensureBuilt({ dtype: "float32", shape: [2, 3, 4] })).toThrow(
      "layer PReLU (PReLU) has an axis 3 in sharedAxes, which float32 [batch, 3, 4] lacks",
    );
    expect(() => layers.prelu({ sharedAxes: 0 })).toThrow(
      "PReLU: sharedAxes is an axis from 1 up, or a list of such axes, got 0",
    );
  });
});

test.each<[string, () => unknown, string]>([
  ["relu's bound", () => layers.relu({ maxValue: -1 }), "ReLU: maxValue is a number from 0 up, got -1"],
  [
    "leaky relu's slope",
    () => layers.leakyReLU({ negativeSlope: -0.1 }),
    "LeakyReLU: negativeSlope is a number from 0 up, got -0.1",
  ],
  ["elu's alpha", () => layers.elu({ alpha: Number.NaN }), "ELU: alpha is a number, got NaN"],
  [
    "softmax's axis",
    () => layers.softmax({ axis: 0.5 }),
    "Softmax: axis is a whole number or a list of them, got 0.5",
  ],
])("%s is checked", (_, make, message) => {
  expect(make).toThrow(message);
});
