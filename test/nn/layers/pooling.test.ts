// Tests of pooling over windows and over everything, against plain loops.

import { describe, expect, test } from "vitest";
import type { Layer } from "../../../src/nn/layer.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { expectClose } from "../../support/check-op.ts";
import { build, reduced } from "../../support/naive.ts";
import { meanOf, type NaiveWindow, poolByLoops } from "../../support/naive-windows.ts";
import { numbers, outputOf } from "./layer-graph.ts";

const largest = (values: readonly number[]) => Math.max(...values);
const x = numbers([2, 9, 3]);
const image = numbers([2, 5, 6, 3]);

const window = (size: number, stride: number, padding: NaiveWindow["padding"]): NaiveWindow => ({
  size,
  stride,
  dilation: 1,
  padding,
});

describe("over windows of steps", () => {
  test("of two, side by side, where nothing else is said", () => {
    const windows = [window(2, 2, "valid")];
    expectClose(outputOf(layers.maxPooling1D(), x), poolByLoops(x, windows, largest), "largest");
    expectClose(outputOf(layers.averagePooling1D(), x), poolByLoops(x, windows, meanOf), "mean");
  });

  test.each([
    [3, 2, "valid"],
    [3, 2, "same"],
    [4, 1, "same"],
    [2, 3, "valid"],
    [2, 40, "valid"],
    [40, 1, "same"],
    [25, 4, "same"],
  ] as const)("of %i, %i apart, %s", (poolSize, strides, padding) => {
    const windows = [window(poolSize, strides, padding)];
    const options = { poolSize, strides, padding };
    expectClose(outputOf(layers.maxPooling1D(options), x), poolByLoops(x, windows, largest), "largest");
    expectClose(outputOf(layers.averagePooling1D(options), x), poolByLoops(x, windows, meanOf), "mean");
  });
});

test("a window far longer than the sequence costs no more than the sequence", () => {
  const whole = outputOf(layers.maxPooling1D({ poolSize: 1e9, strides: 1e9, padding: "same" }), x);
  expectClose(whole, reduced(x, [1], largest, { keepDims: true }), "output");
});

test("over windows of rows and columns", () => {
  const windows = [window(2, 1, "same"), window(3, 2, "same")];
  const options = { poolSize: [2, 3], strides: [1, 2], padding: "same" } as const;
  expectClose(outputOf(layers.maxPooling2D(options), image), poolByLoops(image, windows, largest), "largest");
  expectClose(outputOf(layers.averagePooling2D(options), image), poolByLoops(image, windows, meanOf), "mean");
  expect(outputOf(layers.maxPooling2D(), image).shape).toEqual([2, 2, 3, 3]);
});

describe("over everything", () => {
  test.each<[string, (keepdims: boolean) => Layer, boolean, typeof largest]>([
    ["largest step", (keepdims) => layers.globalMaxPooling1D({ keepdims }), false, largest],
    ["mean step", (keepdims) => layers.globalAveragePooling1D({ keepdims }), false, meanOf],
    ["largest pixel", (keepdims) => layers.globalMaxPooling2D({ keepdims }), true, largest],
    ["mean pixel", (keepdims) => layers.globalAveragePooling2D({ keepdims }), true, meanOf],
  ])("%s", (_, make, isImage, formula) => {
    const data = isImage ? image : x;
    const axes = isImage ? [1, 2] : [1];
    for (const keepDims of [false, true])
      expectClose(outputOf(make(keepDims), data), reduced(data, axes, formula, { keepDims }), "output");
  });

  test("the mean with a mask is that of the real steps, and 0 where there are none", () => {
    const data = build([3, 4, 2], (b = 0, t = 0, f = 0) =>
      b === 0 && t === 3 ? Number.NaN : numbers([3, 4, 2]).at(b, t, f),
    );
    const mask = ndarray([
      [true, true, false, false],
      [false, true, true, true],
      [false, false, false, false],
    ]);
    const wanted = build([3, 2], (b = 0, f = 0) => {
      const steps = [0, 1, 2, 3].filter((t) => mask.at(b, t));
      return steps.length === 0 ? 0 : meanOf(steps.map((t) => data.at(b, t, f)));
    });
    expectClose(outputOf(layers.globalAveragePooling1D(), data, { mask }), wanted, "output");
    const kept = outputOf(layers.globalAveragePooling1D({ keepdims: true }), data, { mask });
    expectClose(kept, wanted.reshape([3, 1, 2]), "with keepdims");
  });
});

test.each<[string, () => unknown, string]>([
  [
    "a size of 0",
    () => layers.maxPooling1D({ poolSize: 0 }),
    "MaxPooling1D: poolSize is a positive whole number or a list of 1 of them, got 0",
  ],
  [
    "a pair for one axis",
    () => layers.averagePooling1D({ strides: [1, 2] as unknown as [number] }),
    "AveragePooling1D: strides is a positive whole number or a list of 1 of them, got [1, 2]",
  ],
  [
    "causal pooling",
    () => layers.maxPooling1D({ padding: "causal" as "same" }),
    'MaxPooling1D: padding is one of "valid", "same", got "causal"',
  ],
  [
    "an image for a sequence",
    () => outputOf(layers.globalAveragePooling1D({ name: "mean" }), image),
    "layer mean (GlobalAveragePooling1D) wants [batch, steps, features], got float64 [batch, 5, 6, 3]",
  ],
  [
    "a sequence for an image",
    () => outputOf(layers.maxPooling2D(), x),
    "layer MaxPooling2D (MaxPooling2D) wants [batch, rows, columns, features], got float64 [batch, 9, 3]",
  ],
  [
    "a sequence shorter than a window",
    () => outputOf(layers.maxPooling1D({ poolSize: 10 }), x),
    "9 steps are fewer than a window of 10",
  ],
])("%s is an error", (_, make, message) => {
  expect(make).toThrow(message);
});
