// Tests of Masking, and of which layers hand a mask on.

import { describe, expect, test } from "vitest";
import type { Layer } from "../../../src/nn/layer.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { build } from "../../support/naive.ts";
import { numbers, outputOf, restOf } from "./layer-graph.ts";

const float = (value: Parameters<typeof ndarray>[0]) => ndarray(value, { dtype: "float64" });

describe("masking", () => {
  const x = float([
    [
      [1, 2],
      [0, 0],
      [0, 3],
    ],
    [
      [-1, -1],
      [0, -1],
      [4, 4],
    ],
  ]);

  test("leaves out steps that hold the value alone, and sets them to 0", () => {
    expect(restOf(layers.masking(), x).mask?.toNested()).toEqual([
      [1, 0, 1],
      [1, 1, 1],
    ]);
    expect(outputOf(layers.masking(), x).toNested()).toEqual(x.toNested());
    const other = layers.masking({ maskValue: -1 });
    expect(restOf(other, x).mask?.toNested()).toEqual([
      [1, 1, 1],
      [0, 1, 1],
    ]);
    expect(outputOf(other, x).at(1, 0, 0)).toBe(-0);
    expect(outputOf(other, x).at(1, 1, 1)).toBe(-1);
  });

  test("wants features, and a number", () => {
    expect(() => outputOf(layers.masking(), numbers([3]))).toThrow(
      "layer Masking (Masking) wants [batch, ..., features], got float64 [batch]",
    );
    expect(() => layers.masking({ maskValue: "0" as unknown as number })).toThrow(
      'Masking: maskValue is a number, got "0"',
    );
  });

  test("lets a recurrent layer skip what it masks", () => {
    const data = build([2, 3, 2], (b = 0, t = 0, f = 0) =>
      b === 1 && t > 0 ? 0 : numbers([2, 3, 2]).at(b, t, f),
    );
    const lstm = layers.lstm({ units: 3 });
    const { mask } = restOf(layers.masking(), data);
    const read = outputOf(lstm, data, { mask: mask?.astype("bool") });
    const first = outputOf(
      lstm,
      build([1, 1, 2], (_b, _t, f = 0) => data.at(1, 0, f)),
    );
    for (let unit = 0; unit < 3; unit++) expect(read.at(1, unit)).toBeCloseTo(first.at(0, unit), 12);
  });
});

const mask = ndarray([
  [true, false, true, true],
  [false, true, true, false],
]);
const sequence = numbers([2, 4, 6]);

test.each<[string, () => Layer]>([
  ["Activation", () => layers.activation({ activation: "relu" })],
  ["ReLU", () => layers.relu()],
  ["LeakyReLU", () => layers.leakyReLU()],
  ["ELU", () => layers.elu()],
  ["PReLU", () => layers.prelu()],
  ["Softmax", () => layers.softmax()],
  ["Dense", () => layers.dense({ units: 2 })],
  ["Dropout", () => layers.dropout({ rate: 0.1 })],
  ["SpatialDropout1D", () => layers.spatialDropout1D({ rate: 0.1 })],
  ["AlphaDropout", () => layers.alphaDropout({ rate: 0.1 })],
  ["GaussianNoise", () => layers.gaussianNoise({ stddev: 0.1 })],
  ["GaussianDropout", () => layers.gaussianDropout({ rate: 0.1 })],
  ["ActivityRegularization", () => layers.activityRegularization()],
  ["LayerNormalization", () => layers.layerNormalization()],
  ["RMSNormalization", () => layers.rmsNormalization()],
  ["BatchNormalization", () => layers.batchNormalization()],
  ["GroupNormalization", () => layers.groupNormalization({ groups: 2 })],
  ["TCN", () => layers.tcn({ filters: 2, dilations: [1], returnSequences: true })],
])("%s hands the mask on", (_, make) => {
  expect(restOf(make(), sequence, { mask }).mask?.toNested()).toEqual([
    [1, 0, 1, 1],
    [0, 1, 1, 0],
  ]);
});

test.each<[string, () => Layer]>([
  ["Flatten", () => layers.flatten()],
  ["Reshape", () => layers.reshape({ targetShape: [2, -1] })],
  ["Permute", () => layers.permute({ dims: [2, 1] })],
  ["Conv1D", () => layers.conv1D({ filters: 2, kernelSize: 2, padding: "same" })],
  ["DepthwiseConv1D", () => layers.depthwiseConv1D({ kernelSize: 2 })],
  ["SeparableConv1D", () => layers.separableConv1D({ filters: 2, kernelSize: 2 })],
  ["Conv1DTranspose", () => layers.conv1DTranspose({ filters: 2, kernelSize: 2 })],
  ["MaxPooling1D", () => layers.maxPooling1D()],
  ["AveragePooling1D", () => layers.averagePooling1D()],
  ["GlobalMaxPooling1D", () => layers.globalMaxPooling1D()],
  ["GlobalAveragePooling1D", () => layers.globalAveragePooling1D()],
  ["UpSampling1D", () => layers.upSampling1D()],
  ["ZeroPadding1D", () => layers.zeroPadding1D()],
  ["Cropping1D", () => layers.cropping1D()],
  ["TCN, of the last step", () => layers.tcn({ filters: 2, dilations: [1] })],
  ["Lambda", () => layers.lambda({ function: (x) => x })],
])("%s drops the mask", (_, make) => {
  expect(restOf(make(), sequence, { mask }).mask).toBeUndefined();
});
