// Tests of the convolutional layers, against plain loops.

import { describe, expect, test } from "vitest";
import { layers } from "../../../src/nn/layers/index.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { expectClose } from "../../support/check-op.ts";
import { build, elementwise } from "../../support/naive.ts";
import { convByLoops, convTransposeByLoops, type NaiveWindow } from "../../support/naive-windows.ts";
import { numbers, outputOf, weightList } from "./layer-graph.ts";

const biased = (y: NdArray, bias: NdArray, formula: (z: number) => number = (z) => z) =>
  elementwise((value, b) => formula(value + b))(y, bias);
const plain: NaiveWindow = { size: 3, stride: 1, dilation: 1, padding: "valid" };
const x = numbers([2, 9, 4]);

describe("conv1D", () => {
  const bias = numbers([6]);

  test.each<[Partial<NaiveWindow>, number]>([
    [{}, 1],
    [{ stride: 2 }, 1],
    [{ dilation: 2 }, 2],
    [{ padding: "same", size: 4, stride: 3 }, 1],
    [{ padding: "same", dilation: 3 }, 1],
    [{ padding: "causal", dilation: 2 }, 1],
    [{ padding: "causal", stride: 2, size: 2 }, 2],
  ])("%o in %i groups", (options, groups) => {
    const window = { ...plain, ...options };
    const kernel = numbers([window.size, 4 / groups, 6]);
    const layer = layers.conv1D({
      filters: 6,
      kernelSize: window.size,
      strides: window.stride,
      dilationRate: window.dilation,
      padding: window.padding,
      groups,
      activation: "tanh",
    });
    const wanted = biased(convByLoops(x, kernel, [window], groups), bias, Math.tanh);
    expectClose(outputOf(layer, x, { weights: { kernel, bias } }), wanted, "output");
  });

  test("without bias, with sizes in lists of one", () => {
    const kernel = numbers([2, 4, 3]);
    const layer = layers.conv1D({ filters: 3, kernelSize: [2], strides: [1], useBias: false });
    const wanted = convByLoops(x, kernel, [{ ...plain, size: 2 }]);
    expectClose(outputOf(layer, x, { weights: { kernel } }), wanted, "output");
    expect(weightList(layer, [2, 9, 4])).toEqual(["kernel [2, 4, 3]"]);
  });

  test("weights, and the lengths that they serve", () => {
    const layer = layers.conv1D({ filters: 6, kernelSize: 3, groups: 2 });
    expect(weightList(layer, [2, 9, 4])).toEqual(["kernel [3, 2, 6]", "bias [6]"]);
    expect(() => layer.ensureBuilt({ dtype: "float32", shape: [2, 20, 4] })).not.toThrow();
    expect(() => layer.ensureBuilt({ dtype: "float32", shape: [2, 9, 5] })).toThrow(
      "layer Conv1D (Conv1D) was built for float32 [batch, 9, 4], got float32 [batch, 9, 5]",
    );
  });
});

test("depthwise: each feature with kernels of its own", () => {
  const weights = { kernel: numbers([3, 4, 2]), bias: numbers([8]) };
  const layer = layers.depthwiseConv1D({ kernelSize: 3, depthMultiplier: 2, padding: "same", strides: 2 });
  const window: NaiveWindow = { ...plain, padding: "same", stride: 2 };
  const parts = [0, 1, 2, 3].map((f) => {
    const feature = build([2, 9, 1], (b = 0, t = 0) => x.at(b, t, f));
    const kernel = build([3, 1, 2], (k = 0, _f, m = 0) => weights.kernel.at(k, f, m));
    return convByLoops(feature, kernel, [window]);
  });
  const joined = build([2, 5, 8], (b = 0, t = 0, c = 0) => parts[Math.floor(c / 2)]?.at(b, t, c % 2) ?? 0);
  expectClose(outputOf(layer, x, { weights }), biased(joined, weights.bias), "output");
  expect(weightList(layer, [2, 9, 4])).toEqual(["kernel [3, 4, 2]", "bias [8]"]);
});

test("separable: depthwise, then across features", () => {
  const weights = {
    depthwise_kernel: numbers([3, 4, 2]),
    pointwise_kernel: numbers([1, 8, 5]),
    bias: numbers([5]),
  };
  const options = { kernelSize: 3, depthMultiplier: 2, padding: "causal", dilationRate: 2 } as const;
  const layer = layers.separableConv1D({ ...options, filters: 5, activation: "relu" });
  const each = outputOf(layers.depthwiseConv1D({ ...options, useBias: false }), x, {
    weights: { kernel: weights.depthwise_kernel },
  });
  const across = convByLoops(each, weights.pointwise_kernel, [{ ...plain, size: 1 }]);
  const wanted = biased(across, weights.bias, (z) => Math.max(z, 0));
  expectClose(outputOf(layer, x, { weights }), wanted, "output");
  expect(weightList(layer, [2, 9, 4])).toEqual([
    "depthwise_kernel [3, 4, 2]",
    "pointwise_kernel [1, 8, 5]",
    "bias [5]",
  ]);
});

describe("conv1DTranspose", () => {
  const short = numbers([2, 4, 3]);
  const weights = { kernel: numbers([3, 5, 3]), bias: numbers([5]) };

  // Lengths and cuts by Keras' rules: "valid" (T-1)·s + k and nothing cut; "same" T·s, cut as "same" pads the other way.
  test.each<["valid" | "same", number, number | undefined, number, number]>([
    ["valid", 1, undefined, 6, 0],
    ["valid", 2, undefined, 9, 0],
    ["valid", 2, 1, 10, 0],
    ["same", 1, undefined, 4, 1],
    ["same", 2, undefined, 8, 0],
  ])("%s, stride %i, output padding %o", (padding, strides, outputPadding, length, cut) => {
    const layer = layers.conv1DTranspose({
      filters: 5,
      kernelSize: 3,
      strides,
      padding,
      ...(outputPadding === undefined ? {} : { outputPadding }),
    });
    const form = { stride: strides, dilation: 1, cut, length };
    const wanted = biased(convTransposeByLoops(short, weights.kernel, form), weights.bias);
    expectClose(outputOf(layer, short, { weights }), wanted, "output");
  });

  test("weights", () => {
    const layer = layers.conv1DTranspose({ filters: 5, kernelSize: 3 });
    expect(weightList(layer, [2, 4, 3])).toEqual(["kernel [3, 5, 3]", "bias [5]"]);
  });
});

describe("conv2D", () => {
  const image = numbers([2, 5, 6, 4]);

  test.each<[Partial<NaiveWindow>, Partial<NaiveWindow>, number]>([
    [{}, { size: 2 }, 1],
    [{ stride: 2 }, {}, 2],
    [{ padding: "same" }, { padding: "same", size: 2 }, 1],
    [{ dilation: 2 }, {}, 1],
  ])("rows %o, columns %o, %i groups", (first, second, groups) => {
    const windows = [
      { ...plain, ...first },
      { ...plain, ...second },
    ] as const;
    const [rows, columns] = windows;
    const weights = { kernel: numbers([rows.size, columns.size, 4 / groups, 6]), bias: numbers([6]) };
    const layer = layers.conv2D({
      filters: 6,
      kernelSize: [rows.size, columns.size],
      strides: [rows.stride, columns.stride],
      dilationRate: [rows.dilation, columns.dilation],
      padding: rows.padding === "same" ? "same" : "valid",
      groups,
    });
    const wanted = biased(convByLoops(image, weights.kernel, windows, groups), weights.bias);
    expectClose(outputOf(layer, image, { weights }), wanted, "output");
  });

  test("weights; one size stands for both axes", () => {
    const layer = layers.conv2D({ filters: 6, kernelSize: 3 });
    expect(weightList(layer, [2, 5, 6, 4])).toEqual(["kernel [3, 3, 4, 6]", "bias [6]"]);
  });
});

test.each<[string, () => unknown, string]>([
  [
    "filters that are missing",
    () => layers.conv1D({ kernelSize: 3 } as never),
    "Conv1D: filters is a positive whole number, got undefined",
  ],
  [
    "a size that is missing",
    () => layers.depthwiseConv1D({} as never),
    "DepthwiseConv1D: kernelSize is a positive whole number or a list of 1 of them, got undefined",
  ],
  [
    "strides and dilation at once",
    () => layers.conv1D({ filters: 2, kernelSize: 3, strides: 2, dilationRate: 2 }),
    "Conv1D: strides and dilationRate are both above 1; one of them is to be 1",
  ],
  [
    "strides and dilation of two axes",
    () => layers.conv2D({ filters: 2, kernelSize: 3, strides: [1, 2], dilationRate: [2, 1] }),
    "Conv2D: strides and dilationRate are both above 1",
  ],
  [
    "groups that do not divide",
    () => layers.conv1D({ filters: 3, kernelSize: 3, groups: 2 }),
    "Conv1D: groups is to divide filters, got 2 and 3",
  ],
  [
    "a causal image",
    () => layers.conv2D({ filters: 3, kernelSize: 3, padding: "causal" as "same" }),
    'Conv2D: padding is one of "valid", "same", got "causal"',
  ],
  [
    "output padding as long as a stride",
    () => layers.conv1DTranspose({ filters: 3, kernelSize: 3, strides: 2, outputPadding: 2 }),
    "Conv1DTranspose: outputPadding is to be less than strides, got 2 and 2",
  ],
  [
    "an option of another layer",
    () => layers.separableConv1D({ filters: 3, kernelSize: 3, groups: 2 } as never),
    'SeparableConv1D: there is no option "groups"',
  ],
  [
    "a sequence of no features",
    () => outputOf(layers.conv1D({ filters: 2, kernelSize: 3, name: "windows" }), numbers([2, 9])),
    "layer windows (Conv1D) wants [batch, steps, features], got float64 [batch, 9]",
  ],
  [
    "features that groups do not divide",
    () => outputOf(layers.conv1D({ filters: 6, kernelSize: 3, groups: 3 }), x),
    "layer Conv1D (Conv1D) wants features that 3 groups divide, got float64 [batch, 9, 4]",
  ],
  [
    "a sequence shorter than a window",
    () => outputOf(layers.conv1D({ filters: 2, kernelSize: 3, dilationRate: 5 }), x),
    "9 steps are fewer than a window of 11",
  ],
])("%s is an error", (_, make, message) => {
  expect(make).toThrow(message);
});
