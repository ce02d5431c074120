// Occlusion: what a prediction loses by hand, windows and strides, and a background that stands for what is hidden.

import { expect, test } from "vitest";
import { occlusionExplainer } from "../../src/explain/explainers.ts";
import { stepGroups } from "../../src/explain/feature-groups.ts";
import { type NdArray, ndarray } from "../../src/tensor/nd-array.ts";

/** 1·a + 2·b + 3·c + 4·d, and a·b on top. */
const predict = (x: NdArray) =>
  (x.reshape([x.shape[0] ?? 0, -1]).toNested() as number[][]).map(
    ([a = 0, b = 0, c = 0, d = 0]) => a + 2 * b + 3 * c + 4 * d + a * b,
  );
const zeros = [[0, 0, 0, 0]];
const rows = ndarray([[1, 2, 3, 4]], { dtype: "float64" });

const valuesOf = async (options: object, background: unknown = zeros) => {
  const explanation = await occlusionExplainer(predict, background as number[][], options).explain(rows);
  return explanation.values.toArray();
};

test("one feature at a time: what two do together is counted with each", async () => {
  // f = 1 + 4 + 9 + 16 + 2 = 32; without b, for instance, 26.
  expect(await valuesOf({})).toEqual([3, 6, 9, 16]);
});

test("windows of two: the mean of what is lost in the windows that a feature is in", async () => {
  // Without a and b 7 are lost, without b and c 15, without c and d 25.
  expect(await valuesOf({ window: 2 })).toEqual([7, 11, 20, 25]);
  expect(await valuesOf({ window: 2, stride: 2 })).toEqual([7, 7, 25, 25]);
  // The last window ends with the last feature: {a, b, c}, {b, c, d}.
  expect(await valuesOf({ window: 3, stride: 3 })).toEqual([16, (16 + 31) / 2, (16 + 31) / 2, 31]);
  expect(await valuesOf({ window: 9 })).toEqual([32, 32, 32, 32]);
  expect(await valuesOf({ stride: 2 })).toEqual([3, 0, 9, 16]);
});

test("what is hidden takes the values of the background, on average", async () => {
  const background = [
    [0, 0, 1, 0],
    [2, 0, 3, 0],
  ];
  // c: 9 - 3·2; a is 0 or 2 with b = 2: (3 - (0 + 6)/2)
  expect(await valuesOf({}, background)).toEqual([0, 6, 3, 16]);
});

test("steps of a window of two features", async () => {
  const series = rows.reshape([1, 2, 2]);
  const explainer = occlusionExplainer(
    predict,
    ndarray(
      [
        [
          [0, 0],
          [0, 0],
        ],
      ],
      { dtype: "float64" },
    ),
    {
      groups: stepGroups(2, 2),
    },
  );
  const explanation = await explainer.explain(series);
  expect(explanation.names).toEqual(["t-1", "t"]);
  expect(explanation.values.toArray()).toEqual([7, 25]);
});

test("bad input is named", () => {
  expect(() => occlusionExplainer(predict, zeros, { window: 0 })).toThrow(
    "occlusionExplainer: window is to be a positive whole number, got 0",
  );
  expect(() => occlusionExplainer(predict, zeros, { samples: 10 } as never)).toThrow(
    'occlusionExplainer: there is no option "samples"',
  );
});
