// Tests of LayerNormalization, RMSNormalization and GroupNormalization.

import { describe, expect, test } from "vitest";
import { layers } from "../../../src/nn/layers/index.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { expectClose } from "../../support/check-op.ts";
import { build, elementwise, reduced } from "../../support/naive.ts";
import { numbers, outputOf, weightList } from "./layer-graph.ts";

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const varianceOf = (values: readonly number[]) =>
  meanOf(values.map((value) => (value - meanOf(values)) ** 2));

/** (x - mean) / √(variance + epsilon) over the axes. */
function normalized(x: NdArray, axes: readonly number[], epsilon: number): NdArray {
  const options = { keepDims: true };
  return elementwise((value, mean, variance) => (value - mean) / Math.sqrt(variance + epsilon))(
    x,
    reduced(x, axes, meanOf, options),
    reduced(x, axes, varianceOf, options),
  );
}

const affine = elementwise((value, gamma, beta) => value * gamma + beta);
const x = numbers([2, 3, 4]);

describe("layer normalisation", () => {
  test("over the last axis, with gamma and beta", () => {
    const weights = { gamma: numbers([4]), beta: numbers([1, 4]).reshape([4]) };
    const wanted = affine(normalized(x, [2], 1e-3), weights.gamma, weights.beta);
    expectClose(outputOf(layers.layerNormalization(), x, { weights }), wanted, "output");
    expect(weightList(layers.layerNormalization(), [2, 3, 4])).toEqual(["gamma [4]", "beta [4]"]);
  });

  test("over several axes, whatever their order", () => {
    const weights = { gamma: numbers([3, 4]), beta: numbers([4, 3]).reshape([3, 4]) };
    const wanted = affine(normalized(x, [1, 2], 0.01), weights.gamma, weights.beta);
    for (const axis of [
      [1, 2],
      [-1, -2],
    ]) {
      const layer = layers.layerNormalization({ axis, epsilon: 0.01 });
      expectClose(outputOf(layer, x, { weights }), wanted, `axis ${axis}`);
    }
  });

  test("over an axis that is not the last", () => {
    const weights = { gamma: numbers([3]), beta: numbers([1, 3]).reshape([3]) };
    const column = (array: NdArray) => array.reshape([3, 1]);
    const wanted = affine(normalized(x, [1], 1e-3), column(weights.gamma), column(weights.beta));
    expectClose(outputOf(layers.layerNormalization({ axis: 1 }), x, { weights }), wanted, "output");
  });

  test("without gamma or beta", () => {
    const plain = layers.layerNormalization({ center: false, scale: false });
    expectClose(outputOf(plain, x), normalized(x, [2], 1e-3), "neither");
    expect(weightList(layers.layerNormalization({ center: false }), [2, 4])).toEqual(["gamma [4]"]);
    expect(weightList(layers.layerNormalization({ scale: false }), [2, 4])).toEqual(["beta [4]"]);
  });

  test("serves inputs whose normalised axes are as long, and no other", () => {
    const layer = layers.layerNormalization({ axis: [1, 2], name: "norm" });
    layer.ensureBuilt({ dtype: "float32", shape: [2, 3, 4] });
    expect(() => layer.ensureBuilt({ dtype: "float32", shape: [7, 3, 4] })).not.toThrow();
    expect(() => layer.ensureBuilt({ dtype: "float32", shape: [2, 5, 4] })).toThrow(
      "layer norm (LayerNormalization) was built for float32 [batch, 3, 4], got float32 [batch, 5, 4]",
    );
  });

  test("wants axes that there are, beside the batch", () => {
    const built = (axis: number | readonly number[]) => () =>
      outputOf(layers.layerNormalization({ axis }), x);
    expect(built(3)).toThrow(
      "layer LayerNormalization (LayerNormalization) normalises over axis 3, and float64 [batch, 3, 4] has axes 1 to 2 beside the batch",
    );
    expect(built(0)).toThrow("normalises over axis 0");
    expect(built([1, -2])).toThrow("normalises over axis 1 and -2");
    expect(() => layers.layerNormalization({ epsilon: -1 })).toThrow(
      "LayerNormalization: epsilon is a number from 0 up, got -1",
    );
  });
});

describe("root-mean-square normalisation", () => {
  const rms = (axes: readonly number[], epsilon: number) =>
    elementwise((value, square) => value / Math.sqrt(square + epsilon))(
      x,
      reduced(x, axes, (values) => meanOf(values.map((value) => value ** 2)), { keepDims: true }),
    );

  test("divides by the root of the mean square, and scales", () => {
    const scale = numbers([4]);
    const wanted = elementwise((value, factor) => value * factor)(rms([2], 1e-6), scale);
    expectClose(outputOf(layers.rmsNormalization(), x, { weights: { scale } }), wanted, "output");
    expect(weightList(layers.rmsNormalization(), [2, 3, 4])).toEqual(["scale [4]"]);
  });

  test("over several axes", () => {
    const scale = numbers([3, 4]);
    const wanted = elementwise((value, factor) => value * factor)(rms([1, 2], 0.1), scale);
    const layer = layers.rmsNormalization({ axis: [1, 2], epsilon: 0.1 });
    expectClose(outputOf(layer, x, { weights: { scale } }), wanted, "output");
  });
});

describe("group normalisation", () => {
  const image = numbers([2, 3, 2, 6]);

  /** Over all axes but the batch and the group. */
  function grouped(data: NdArray, groups: number, epsilon: number): NdArray {
    const features = data.shape.at(-1) ?? 0;
    const split = [...data.shape.slice(0, -1), groups, features / groups];
    const over = split.flatMap((_, axis) => (axis === 0 || axis === split.length - 2 ? [] : [axis]));
    return normalized(data.reshape(split), over, epsilon).reshape(data.shape);
  }

  test.each([
    [1, 1e-3],
    [2, 1e-3],
    [3, 0.1],
  ])("in %i groups", (groups, epsilon) => {
    const weights = { gamma: numbers([6]), beta: numbers([1, 6]).reshape([6]) };
    const wanted = affine(grouped(image, groups, epsilon), weights.gamma, weights.beta);
    expectClose(
      outputOf(layers.groupNormalization({ groups, epsilon }), image, { weights }),
      wanted,
      "output",
    );
  });

  test("with a group for each feature", () => {
    const layer = layers.groupNormalization({ groups: -1, center: false, scale: false });
    expectClose(outputOf(layer, image), normalized(image, [1, 2], 1e-3), "instance normalisation");
  });

  test("of features along another axis", () => {
    const layer = layers.groupNormalization({ groups: 1, axis: 1, center: false, scale: false });
    expectClose(outputOf(layer, x), normalized(x, [1, 2], 1e-3), "output");
    const weights = { gamma: numbers([3]), beta: numbers([1, 3]).reshape([3]) };
    const scaled = outputOf(layers.groupNormalization({ groups: 3, axis: 1 }), x, { weights });
    const wanted = build(
      [2, 3, 4],
      (b = 0, t = 0, f = 0) =>
        normalized(x, [2], 1e-3).at(b, t, f) * weights.gamma.at(t) + weights.beta.at(t),
    );
    expectClose(scaled, wanted, "with gamma and beta along it");
  });

  test("wants groups of one size", () => {
    expect(() => outputOf(layers.groupNormalization({ groups: 4, name: "groups" }), image)).toThrow(
      "layer groups (GroupNormalization) puts features into 4 groups of one size, and float64 [batch, 3, 2, 6] has 6",
    );
    expect(() => outputOf(layers.groupNormalization(), image)).toThrow("puts features into 32 groups");
    expect(() => layers.groupNormalization({ groups: 0 })).toThrow(
      "GroupNormalization: groups is a positive whole number or -1, got 0",
    );
    expect(() => outputOf(layers.groupNormalization({ axis: 0 }), image)).toThrow(
      "has its features along axis 0",
    );
  });
});
