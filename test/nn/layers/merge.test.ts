// Tests of the layers that join inputs: element by element, one after the other, by products.

import { describe, expect, test } from "vitest";
import type { Layer } from "../../../src/nn/layer.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { expectClose } from "../../support/check-op.ts";
import { build, einsumByLoops, elementwise } from "../../support/naive.ts";
import { numbers, outputOf, restOf } from "./layer-graph.ts";

const sum = (...values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const merges: readonly (readonly [string, () => Layer, (...values: readonly number[]) => number])[] = [
  ["add", () => layers.add(), sum],
  ["multiply", () => layers.multiply(), (...values) => values.reduce((a, b) => a * b, 1)],
  ["average", () => layers.average(), (...values) => sum(...values) / values.length],
  ["maximum", () => layers.maximum(), Math.max],
  ["minimum", () => layers.minimum(), Math.min],
];

describe.each(merges)("%s", (_, make, formula) => {
  const [a, b, c] = [
    numbers([2, 5, 3]),
    numbers([5, 2, 3]).reshape([2, 5, 3]),
    numbers([30]).reshape([2, 5, 3]),
  ];

  test("joins any number of inputs", () => {
    expectClose(outputOf(make(), [a, b, c]), elementwise(formula)(a, b, c), "three");
    expectClose(outputOf(make(), [a, b]), elementwise(formula)(a, b), "two");
  });

  test("broadcasts, and gives an input of fewer axes an axis of 1 after the batch", () => {
    const vector = numbers([2, 3]);
    expectClose(outputOf(make(), [a, vector]), elementwise(formula)(a, vector.reshape([2, 1, 3])), "vector");
    const column = numbers([2, 5, 1]);
    expectClose(outputOf(make(), [a, column]), elementwise(formula)(a, column), "column");
  });
});

test("subtract takes two inputs", () => {
  const [a, b] = [numbers([2, 3]), numbers([3, 2]).reshape([2, 3])];
  expectClose(outputOf(layers.subtract(), [a, b]), elementwise((x, y) => x - y)(a, b), "difference");
  expect(() => outputOf(layers.subtract({ name: "minus" }), [a, b, a])).toThrow(
    "layer minus (Subtract) wants 2 inputs, got 3",
  );
  expect(() => outputOf(layers.add(), [a])).toThrow("layer Add (Add) wants at least 2 inputs, got 1");
});

test("inputs that do not fit are named", () => {
  expect(() => outputOf(layers.add({ name: "sum" }), [numbers([2, 3]), numbers([2, 4])])).toThrow(
    "layer sum (Add) wants inputs whose shapes broadcast, got float64 [batch, 3] and float64 [batch, 4]",
  );
  expect(() => outputOf(layers.add(), [numbers([2, 3]), numbers([1, 3])])).toThrow(
    "layer Add (Add) wants inputs of one dtype and one batch",
  );
  const ids = ndarray([[1, 2, 3]], { dtype: "int32" });
  expect(() => outputOf(layers.add(), [numbers([1, 3]), ids])).toThrow(
    "got float64 [batch, 3] and int32 [batch, 3]",
  );
});

describe("masks", () => {
  // The inputs and the results of Keras' own tests, merging_test.py: a masked step of x1 or x2 holds zeros.
  const x1 = ndarray(
    [
      [
        [0, 0],
        [1, 2],
        [0, 0],
        [3, 4],
      ],
    ],
    { dtype: "float64" },
  );
  const x2 = ndarray(
    [
      [
        [0, 0],
        [0, 0],
        [1, 2],
        [3, 4],
      ],
    ],
    { dtype: "float64" },
  );
  const m1 = ndarray([[false, true, false, true]]);
  const m2 = ndarray([[false, false, true, true]]);
  const negative = (x: NdArray) => elementwise((value) => 0 - value)(x);

  test.each<[string, () => Layer, readonly [NdArray, NdArray], number[][], number[][]]>([
    [
      "add",
      () => layers.add(),
      [x1, x2],
      [
        [0, 0],
        [1, 2],
        [1, 2],
        [6, 8],
      ],
      [
        [0, 0],
        [1, 2],
        [1, 2],
        [6, 8],
      ],
    ],
    [
      "subtract",
      () => layers.subtract(),
      [x1, x2],
      [
        [0, 0],
        [1, 2],
        [-1, -2],
        [0, 0],
      ],
      [
        [0, 0],
        [1, 2],
        [-1, -2],
        [0, 0],
      ],
    ],
    [
      "average",
      () => layers.average(),
      [x1, x2],
      [
        [0, 0],
        [0.5, 1],
        [0.5, 1],
        [3, 4],
      ],
      [
        [0, 0],
        [0.5, 1],
        [0.5, 1],
        [3, 4],
      ],
    ],
    [
      "multiply",
      () => layers.multiply(),
      [x1, x2],
      [
        [0, 0],
        [0, 0],
        [1, 2],
        [9, 16],
      ],
      [
        [0, 0],
        [1, 2],
        [1, 2],
        [9, 16],
      ],
    ],
    [
      "maximum",
      () => layers.maximum(),
      [negative(x1), negative(x2)],
      [
        [0, 0],
        [0, 0],
        [-1, -2],
        [-3, -4],
      ],
      [
        [0, 0],
        [-1, -2],
        [-1, -2],
        [-3, -4],
      ],
    ],
    [
      "minimum",
      () => layers.minimum(),
      [x1, x2],
      [
        [0, 0],
        [0, 0],
        [1, 2],
        [3, 4],
      ],
      [
        [0, 0],
        [1, 2],
        [1, 2],
        [3, 4],
      ],
    ],
  ])("%s: of one input, and of both", (_, make, inputs, one, both) => {
    const first = { masks: [m1, undefined] };
    expect(outputOf(make(), inputs, first).toNested()).toEqual([one]);
    expect(restOf(make(), inputs, first).mask).toBeUndefined();
    const all = { masks: [m1, m2] };
    expect(outputOf(make(), inputs, all).toNested()).toEqual([both]);
    expect(restOf(make(), inputs, all).mask?.toNested()).toEqual([[0, 1, 1, 1]]);
    expect(restOf(make(), inputs).mask).toBeUndefined();
  });

  test("concatenate: along the steps they are put together, along the features any counts", () => {
    const steps = layers.concatenate({ axis: 1 });
    const maskOf = (layer: Layer, masks: readonly (NdArray | undefined)[]) =>
      restOf(layer, [x1, x2], { masks }).mask?.toNested();
    expect(maskOf(steps, [m1, m2])).toEqual([[0, 1, 0, 1, 0, 0, 1, 1]]);
    expect(maskOf(steps, [m1, undefined])).toEqual([[0, 1, 0, 1, 1, 1, 1, 1]]);
    expect(maskOf(steps, [undefined, undefined])).toBeUndefined();
    const features = layers.concatenate();
    expect(maskOf(features, [m1, m2])).toEqual([[0, 1, 1, 1]]);
    expect(maskOf(features, [m1, undefined])).toBeUndefined();
  });

  test("dot has none", () => {
    expect(restOf(layers.dot({ axes: 2 }), [x1, x2], { masks: [m1, m2] }).mask).toBeUndefined();
  });
});

describe("concatenate", () => {
  const [a, b] = [numbers([2, 3, 4]), numbers([2, 5, 4])];

  test("puts inputs one after the other", () => {
    const joined = build([2, 8, 4], (n = 0, t = 0, f = 0) => (t < 3 ? a.at(n, t, f) : b.at(n, t - 3, f)));
    expectClose(outputOf(layers.concatenate({ axis: 1 }), [a, b]), joined, "steps");
    expectClose(outputOf(layers.concatenate({ axis: -2 }), [a, b]), joined, "from the end");
    expect(outputOf(layers.concatenate(), [a, a, a]).shape).toEqual([2, 3, 12]);
  });

  test("wants inputs that differ along that axis alone", () => {
    expect(() => outputOf(layers.concatenate({ name: "both" }), [a, b])).toThrow(
      "layer both (Concatenate) wants inputs that differ along axis 2 alone, got float64 [batch, 3, 4] and float64 [batch, 5, 4]",
    );
    expect(() => outputOf(layers.concatenate({ axis: 0 }), [a, b])).toThrow(
      "joins along axis 0, and float64 [batch, 3, 4] has axes 1 to 2 beside the batch",
    );
    expect(() => outputOf(layers.concatenate({ axis: 3 }), [a, b])).toThrow("joins along axis 3");
  });
});

describe("dot", () => {
  test.each<[string, Parameters<typeof layers.dot>[0]["axes"], number[], number[], string]>([
    ["vectors", 1, [2, 4], [2, 4], "bk,bk->b"],
    ["the last axes", -1, [2, 3, 4], [2, 5, 4], "btk,bsk->bts"],
    ["an axis of each", [1, 2], [2, 4, 3], [2, 5, 4], "bkt,bsk->bts"],
    ["a sequence and a vector", [2, 1], [2, 3, 4], [2, 4], "btk,bk->bt"],
    ["a vector and a sequence", [1, 2], [2, 4], [2, 3, 4], "bk,btk->bt"],
    ["more axes", [2, 1], [2, 3, 4, 2], [2, 4, 3], "btkf,bks->btfs"],
  ])("of %s", (_, axes, left, right, equation) => {
    const [a, b] = [numbers(left), numbers(right)];
    const wanted = einsumByLoops(equation, a, b);
    const shaped = wanted.shape.length === 1 ? wanted.reshape([2, 1]) : wanted;
    expectClose(outputOf(layers.dot({ axes }), [a, b]), shaped, "products");
  });

  test("of unit vectors is their cosine, and 0 where one is all zeros", () => {
    const a = ndarray(
      [
        [3, 4],
        [0, 0],
        [1, 0],
      ],
      { dtype: "float64" },
    );
    const b = ndarray(
      [
        [4, 3],
        [1, 1],
        [0, 2],
      ],
      { dtype: "float64" },
    );
    const cosines = outputOf(layers.dot({ axes: 1, normalize: true }), [a, b]).toFloat64();
    expect([...cosines].map((value) => Number(value.toFixed(12)))).toEqual([0.96, 0, 0]);
  });

  test("wants two axes of one length", () => {
    expect(() =>
      outputOf(layers.dot({ axes: 1, name: "scores" }), [numbers([2, 3]), numbers([2, 4])]),
    ).toThrow(
      "layer scores (Dot) wants two inputs of one batch with as many elements along axis 1 and 1, got float64 [batch, 3] and float64 [batch, 4]",
    );
    expect(() => outputOf(layers.dot({ axes: 0 }), [numbers([2, 2]), numbers([2, 2])])).toThrow(
      "axis 0 and 0",
    );
    expect(() => layers.dot({ axes: [1] as unknown as [number, number] })).toThrow(
      "Dot: axes is a whole number or a list of two, got [1]",
    );
  });
});
