// Tests of the layers that give the same elements another shape, or a sequence another length.

import { describe, expect, test } from "vitest";
import { anyBatch } from "../../../src/graph/batch.ts";
import { item } from "../../../src/graph/op.ts";
import { input } from "../../../src/graph/ops/leaf.ts";
import { callContext, type Layer } from "../../../src/nn/layer.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { expectClose } from "../../support/check-op.ts";
import { build, permuted } from "../../support/naive.ts";
import { numbers, outputOf } from "./layer-graph.ts";

const x = numbers([2, 3, 4]);

test("flatten", () => {
  expect(outputOf(layers.flatten(), x).shape).toEqual([2, 12]);
  expect(outputOf(layers.flatten(), numbers([2])).shape).toEqual([2, 1]);
  expect(outputOf(layers.flatten(), x).toFloat64()).toEqual(x.toFloat64());
});

describe("reshape", () => {
  test("to any shape of as many elements", () => {
    const sized = (targetShape: readonly number[]) => outputOf(layers.reshape({ targetShape }), x).shape;
    expect(sized([4, 3])).toEqual([2, 4, 3]);
    expect(sized([12])).toEqual([2, 12]);
    expect(sized([-1, 2])).toEqual([2, 6, 2]);
    expect(sized([2, -1, 3])).toEqual([2, 2, 2, 3]);
  });

  test("that does not come out even is an error", () => {
    const fault = (targetShape: readonly number[]) => () =>
      outputOf(layers.reshape({ targetShape, name: "fold" }), x);
    expect(fault([5, 2])).toThrow("layer fold (Reshape) cannot give float64 [batch, 3, 4] the shape [5, 2]");
    expect(fault([-1, 5])).toThrow("cannot give float64 [batch, 3, 4] the shape [-1, 5]");
    expect(fault([-1, -1])).toThrow("cannot give float64 [batch, 3, 4] the shape [-1, -1]");
  });
});

describe("permute", () => {
  test("puts the axes of a sample in another order", () => {
    const four = numbers([2, 3, 4, 5]);
    expectClose(outputOf(layers.permute({ dims: [2, 1] }), x), permuted(x, [0, 2, 1]), "two axes");
    expectClose(
      outputOf(layers.permute({ dims: [3, 1, 2] }), four),
      permuted(four, [0, 3, 1, 2]),
      "three axes",
    );
  });

  test("names each axis once, and as many as there are", () => {
    const wanted = "Permute: dims is the axes from 1 up in some order, each once, got";
    expect(() => layers.permute({ dims: [2, 2] })).toThrow(`${wanted} [2, 2]`);
    expect(() => layers.permute({ dims: [0, 1] })).toThrow(`${wanted} [0, 1]`);
    expect(() => layers.permute({ dims: [] })).toThrow(`${wanted} []`);
    expect(() => outputOf(layers.permute({ dims: [1] }), x)).toThrow(
      "layer Permute (Permute) puts 1 axes in order, [1], got float64 [batch, 3, 4]",
    );
  });
});

test("repeat vector", () => {
  const vectors = numbers([2, 4]);
  const wanted = build([2, 3, 4], (b = 0, _t, f = 0) => vectors.at(b, f));
  expectClose(outputOf(layers.repeatVector({ n: 3 }), vectors), wanted, "output");
  expect(() => outputOf(layers.repeatVector({ n: 3 }), x)).toThrow(
    "layer RepeatVector (RepeatVector) wants [batch, features], got float64 [batch, 3, 4]",
  );
  expect(() => layers.repeatVector({ n: 0 })).toThrow("RepeatVector: n is a positive whole number, got 0");
});

describe("a sequence made longer or shorter", () => {
  const at = (b: number, t: number, f: number) => (t >= 0 && t < 3 ? x.at(b, t, f) : 0);

  test("by zeros at both ends", () => {
    const padded = build([2, 6, 4], (b = 0, t = 0, f = 0) => at(b, t - 1, f));
    expectClose(outputOf(layers.zeroPadding1D({ padding: [1, 2] }), x), padded, "one and two");
    const both = build([2, 5, 4], (b = 0, t = 0, f = 0) => at(b, t - 1, f));
    expectClose(outputOf(layers.zeroPadding1D(), x), both, "one each");
  });

  test("by taking steps off", () => {
    const long = numbers([2, 6, 4]);
    const cut = build([2, 3, 4], (b = 0, t = 0, f = 0) => long.at(b, t + 1, f));
    expectClose(outputOf(layers.cropping1D({ cropping: [1, 2] }), long), cut, "one and two");
    expect(outputOf(layers.cropping1D(), long).shape).toEqual([2, 4, 4]);
    expect(outputOf(layers.cropping1D({ cropping: [5, 0] }), long).shape).toEqual([2, 1, 4]);
    expect(() => outputOf(layers.cropping1D({ cropping: 3 }), long)).toThrow(
      "layer Cropping1D (Cropping1D) takes 3 and 3 steps off, and float64 [batch, 6, 4] has no more",
    );
  });

  test("by repeating each step", () => {
    const repeated = build([2, 9, 4], (b = 0, t = 0, f = 0) => x.at(b, Math.floor(t / 3), f));
    expectClose(outputOf(layers.upSampling1D({ size: 3 }), x), repeated, "output");
    expect(outputOf(layers.upSampling1D(), x).shape).toEqual([2, 6, 4]);
  });

  test("has its options checked", () => {
    const ends = "a whole number from 0 up, or a list of two: at the start and at the end, got";
    expect(() => layers.zeroPadding1D({ padding: -1 })).toThrow(`ZeroPadding1D: padding is ${ends} -1`);
    expect(() => layers.cropping1D({ cropping: [1, 2, 3] as unknown as [number, number] })).toThrow(
      `Cropping1D: cropping is ${ends} [1, 2, 3]`,
    );
    expect(() => layers.upSampling1D({ size: 1.5 })).toThrow(
      "UpSampling1D: size is a positive whole number, got 1.5",
    );
  });
});

test("any batch size stays any batch size", () => {
  const data = input("x", { dtype: "float32", shape: [anyBatch, 3, 4] });
  const shapeOf = (layer: Layer) =>
    item(layer.trace([data], [], callContext({ training: true, value: () => data })).outputs).shape;
  expect(shapeOf(layers.flatten())).toEqual([anyBatch, 12]);
  expect(shapeOf(layers.reshape({ targetShape: [-1] }))).toEqual([anyBatch, 12]);
  expect(shapeOf(layers.permute({ dims: [2, 1] }))).toEqual([anyBatch, 4, 3]);
  expect(shapeOf(layers.upSampling1D())).toEqual([anyBatch, 6, 4]);
  expect(shapeOf(layers.dropout({ rate: 0.5 }))).toEqual([anyBatch, 3, 4]);
});
