// Tests of normalisation beyond values and gradients: numbers far from 0, constant rows, and errors.

import { expect, test } from "vitest";
import { input } from "../../src/graph/ops/leaf.ts";
import { layerNorm, rmsNorm } from "../../src/graph/ops/normalize.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { grad } from "../../src/graph/trace.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";
import { evaluateOne } from "../support/check-op.ts";

test("a row of equal numbers becomes the offset, and its gradient is finite", () => {
  const [x, offset] = [ndarray([5, 5, 5], { dtype: "float64" }), ndarray([1, 2, 3], { dtype: "float64" })];
  const shifted = evaluateOne((a, b) => layerNorm(a as Tensor, { offset: b }), x, offset);
  expect(shifted.toArray()).toEqual([1, 2, 3]);
  expect(evaluateOne((a) => grad((b: Tensor) => sum(layerNorm(b)))(a), x).toArray()).toEqual([0, 0, 0]);
});

test("numbers far from 0 keep their differences", () => {
  const x = ndarray([1e8 - 1, 1e8, 1e8 + 1], { dtype: "float64" });
  const wanted = Math.sqrt(3 / 2); // 1/σ for the deviations -1, 0, 1
  for (const [i, value] of evaluateOne((a) => layerNorm(a, { epsilon: 0 }), x)
    .toFloat64()
    .entries())
    expect(value).toBeCloseTo((i - 1) * wanted, 10);
});

test("a row of zeros stays zero under rmsNorm", () => {
  expect(evaluateOne((a) => rmsNorm(a), ndarray([0, 0], { dtype: "float64" })).toArray()).toEqual([0, 0]);
});

const f32 = (...shape: number[]) => input("x", { dtype: "float32", shape });

test.each<[string, () => unknown, string]>([
  [
    "whole numbers",
    () => layerNorm(input("x", { dtype: "int32", shape: [2] })),
    "layerNorm: wants a float tensor, got int32[2]",
  ],
  [
    "a scale of another shape",
    () => layerNorm(f32(2, 3), { scale: f32(2) }),
    "layerNorm: the scale is to be float32[3], as the normalised axes are, got float32[2]",
  ],
  [
    "an offset for other axes",
    () => layerNorm(f32(2, 3, 4), { axis: [1, 2], offset: f32(4) }),
    "layerNorm: the offset is to be float32[3, 4], as the normalised axes are, got float32[4]",
  ],
  [
    "no axis",
    () => layerNorm(f32(2, 3), { axis: [] }),
    "layerNorm: wants at least one axis of [2, 3], got none",
  ],
  ["an axis that is not there", () => rmsNorm(f32(2), { axis: 1 }), "rmsNorm"],
  [
    "a negative epsilon",
    () => rmsNorm(f32(2), { epsilon: -1 }),
    "rmsNorm: epsilon is a number from 0 up, got -1",
  ],
  [
    "a scale of rmsNorm of another dtype",
    () => rmsNorm(f32(2), { scale: input("scale", { dtype: "float64", shape: [2] }) }),
    "rmsNorm: the scale is to be float32[2], as the normalised axes are, got float64[2]",
  ],
])("%s", (_, attempt, message) => {
  expect(attempt).toThrow(message);
});
