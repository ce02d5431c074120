// Constraints: weights in place, against Keras' formulas in plain loops.

import { describe, expect, test } from "vitest";
import { type Constraint, type ConstraintConfig, constraint, constraints } from "../../src/nn/constraints.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import { indicesOf } from "../support/naive.ts";

const held = (choice: Constraint, weight: NdArray): NdArray => {
  const copy = new NdArray((weight.data as Float32Array).slice(), weight.shape);
  constraint(choice)(copy);
  return copy;
};

/** An array in which each number is multiplied by desired(n) / (n + 1e-7), n being the norm along the axes through it. */
function rescaled(weight: NdArray, axes: readonly number[], desired: (norm: number) => number): number[] {
  const indices = indicesOf(weight.shape);
  const isFellow = (a: readonly number[], b: readonly number[]) =>
    a.every((place, axis) => axes.includes(axis) || place === b[axis]);
  return indices.map((index) => {
    const fellows = indices.filter((other) => isFellow(index, other));
    const norm = Math.sqrt(fellows.reduce((sum, other) => sum + weight.at(...other) ** 2, 0));
    return (weight.at(...index) * desired(norm)) / (norm + 1e-7);
  });
}

function expectClose(got: NdArray, wanted: readonly number[]): void {
  for (const [i, value] of got.toArray().entries()) expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 6);
}

const clip = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);
const norms: readonly (readonly [ConstraintConfig, (norm: number) => number])[] = [
  [{ name: "maxNorm" }, (n) => clip(n, 0, 2)],
  [constraints.maxNorm({ maxValue: 1.5 }), (n) => clip(n, 0, 1.5)],
  [constraints.unitNorm(), () => 1],
  [constraints.minMaxNorm(), (n) => clip(n, 0, 1)],
  [constraints.minMaxNorm({ minValue: 1.8, maxValue: 2.5 }), (n) => clip(n, 1.8, 2.5)],
  [
    constraints.minMaxNorm({ minValue: 1.8, maxValue: 2.5, rate: 0.25 }),
    (n) => 0.25 * clip(n, 1.8, 2.5) + 0.75 * n,
  ],
];

describe("norms", () => {
  test.each(norms)("%j", (config, desired) => {
    const weight = new Random(3).normal([4, 5]);
    expectClose(held(config, weight), rescaled(weight, [0], desired));
  });

  test.each([
    [[4, 5], 0, [0]],
    [[4, 5], 1, [1]],
    [[4, 5], -1, [1]],
    [
      [4, 5],
      [0, 1],
      [0, 1],
    ],
    [[6], 0, [0]],
    [[3, 1], 1, [1]],
    [[2, 3, 4], 0, [0]],
    [[2, 3, 4], 1, [1]],
    [
      [2, 3, 4],
      [0, 1],
      [0, 1],
    ],
    [
      [2, 3, 4],
      [0, 2],
      [0, 2],
    ],
    [
      [2, 3, 4],
      [-2, -1],
      [1, 2],
    ],
    [
      [2, 3, 2, 2],
      [0, 1, 2],
      [0, 1, 2],
    ],
    [
      [2, 3, 2, 2],
      [1, 3],
      [1, 3],
    ],
    [[0, 3], 0, [0]],
  ])("of shape %j along axis %j", (shape, axis, axes) => {
    const weight = new Random(4).normal(shape);
    expectClose(
      held({ name: "maxNorm", maxValue: 0.5, axis }, weight),
      rescaled(weight, axes, (n) => Math.min(n, 0.5)),
    );
  });

  test("one constraint holds weights of several shapes", () => {
    const hold = constraint("unitNorm");
    for (const shape of [
      [3, 2],
      [2, 3],
      [3, 2],
    ]) {
      const weight = new Random(5).normal(shape);
      const wanted = rescaled(weight, [0], () => 1);
      hold(weight);
      expectClose(weight, wanted);
    }
  });

  test("test_max_norm of keras/src/constraints/constraints_test.py", () => {
    const weight = ndarray([
      [0, 1, 3, 3],
      [0, 0, 0, 3],
      [0, 0, 0, 3],
    ]);
    const part = 2 / Math.sqrt(3);
    expectClose(held("maxNorm", weight), [0, 1, 2, part, 0, 0, 0, part, 0, 0, 0, part]);
  });

  test("a weight without the axis", () => {
    expect(() => held({ name: "maxNorm", axis: 1 }, ndarray([1, 2]))).toThrow("there is no axis 1");
    expect(() => held({ name: "maxNorm", axis: [0, -2] }, ndarray([[1, 2]]))).toThrow(
      "an axis is named twice",
    );
  });
});

describe("others", () => {
  test("nonNeg", () => {
    expect(
      held(
        "nonNeg",
        ndarray([
          [-1, 2],
          [0, -3],
        ]),
      ).toArray(),
    ).toEqual([0, 2, 0, 0]);
    expect(held("nonNeg", ndarray([Number.NaN, -1])).toArray()).toEqual([Number.NaN, 0]);
  });

  test("a function of one's own", () => {
    expect(held((weight) => weight.data.fill(7 as never), ndarray([1, 2])).toArray()).toEqual([7, 7]);
  });
});

describe("choosing", () => {
  test.each(Object.values(constraints).map((make) => [make()]))("%j is the same after JSON", (config) => {
    const read = JSON.parse(JSON.stringify(config)) as ConstraintConfig;
    const weight = new Random(6).normal([3, 3]);
    expect(held(read, weight)).toEqual(held(config.name, weight));
    expect(held(read, weight)).not.toEqual(weight);
  });

  test.each([
    ["maxNrom", "unknown-name", /there is no constraint "maxNrom"\. Did you mean "maxNorm"\?/],
    [
      { name: "nonNeg", axis: 0 },
      "unknown-option",
      /constraint nonNeg: there is no option "axis"\. It takes none/,
    ],
    [
      { name: "maxNorm", maxValue: -1 },
      "option-value",
      /maxNorm: maxValue is to be a number from 0 up, got -1/,
    ],
    [
      { name: "maxNorm", axis: 0.5 },
      "option-value",
      /maxNorm: axis is to be a whole number or a list of them, got 0.5/,
    ],
    [
      { name: "unitNorm", axis: [] },
      "option-value",
      /unitNorm: axis is to be a whole number or a list of them, got \[\]/,
    ],
    [
      { name: "minMaxNorm", rate: 2 },
      "option-value",
      /minMaxNorm: rate is to be a number from 0 to 1, got 2/,
    ],
    [
      { name: "minMaxNorm", minValue: 3 },
      "option-conflict",
      /minMaxNorm: minValue is to be at most maxValue, got 3 and 1/,
    ],
  ])("%j", (choice, code, message) => {
    expect(() => constraint(choice as Constraint)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
