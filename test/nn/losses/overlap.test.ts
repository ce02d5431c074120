// Dice and Tversky losses: formulas in plain loops, axes, masks, gradients.

import { describe, expect, test } from "vitest";
import { input } from "../../../src/graph/ops/leaf.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { type LossConfig, loss, losses, reduceLoss } from "../../../src/nn/losses.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { checkOp, evaluateOne, expectClose, reals } from "../../support/check-op.ts";
import { elementwise, reduced } from "../../support/naive.ts";

const total = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0);

const index =
  (alpha: number, beta: number, slack: number) =>
  (both: number, missed: number, wrong: number): number =>
    1 - both / (both + alpha * missed + beta * wrong + slack);

const cases: readonly (readonly [LossConfig, readonly number[], ReturnType<typeof index>])[] = [
  [losses.dice(), [0, 1, 2], index(0.5, 0.5, 5e-8)],
  [losses.dice({ axis: [1, 2] }), [1, 2], index(0.5, 0.5, 5e-8)],
  [losses.dice({ axis: -1 }), [2], index(0.5, 0.5, 5e-8)],
  [losses.tversky(), [0, 1, 2], index(0.5, 0.5, 1e-7)],
  [losses.tversky({ alpha: 0.3, beta: 0.9 }), [0, 1, 2], index(0.3, 0.9, 1e-7)],
  [losses.tversky({ alpha: 0.7, beta: 0, axis: [1] }), [1], index(0.7, 0, 1e-7)],
];

test.each(cases)("%j", (config, axes, formula) => {
  checkOp({
    name: JSON.stringify(config),
    inputs: [reals([2, 3, 4], 0, 1), reals([2, 3, 4], 0.1, 0.9)],
    compute: (y, p) => loss(config).call(y as Tensor, p as Tensor),
    expected: (y, p) => {
      const sum = (term: (y: number, p: number) => number) =>
        reduced(elementwise((a = 0, b = 0) => term(a, b))(y as NdArray, p as NdArray), axes, total);
      return elementwise((both = 0, missed = 0, wrong = 0) => formula(both, missed, wrong))(
        sum((a, b) => a * b),
        sum((a, b) => a * (1 - b)),
        sum((a, b) => (1 - a) * b),
      );
    },
    noSecondGradient: "products and quotients have theirs checked",
  });
});

/** keras 3.15.1: the examples in the documentation of keras.losses.dice. */
test("is that of Keras", () => {
  const y = ndarray(
    [
      [
        [[1], [1]],
        [[0], [0]],
      ],
      [
        [[1], [1]],
        [[0], [0]],
      ],
    ],
    { dtype: "float64" },
  );
  const p = ndarray(
    [
      [
        [[0], [1]],
        [[0], [1]],
      ],
      [
        [[0.4], [0]],
        [[0], [0.9]],
      ],
    ],
    { dtype: "float64" },
  );
  const value = (config: LossConfig) =>
    evaluateOne((a, b) => loss(config).call(a as Tensor, b as Tensor), y, p);
  expectClose(
    value(losses.dice({ axis: [1, 2, 3] })),
    ndarray(Float64Array.of(0.5, 0.75757575)),
    "rows",
    1e-7,
  );
  expect(value(losses.dice()).item()).toBeCloseTo(0.6164384, 6);
});

describe("masks", () => {
  test.each([losses.dice(), losses.tversky({ alpha: 0.2, beta: 0.4 })])(
    "%j leaves masked steps out",
    (config) => {
      const y = ndarray(
        [
          [
            [1, 0],
            [0, 1],
            [1, 1],
          ],
        ],
        { dtype: "float64" },
      );
      const p = ndarray(
        [
          [
            [0.6, 0.2],
            [0.3, 0.9],
            [0.1, 0.2],
          ],
        ],
        { dtype: "float64" },
      );
      const mask = ndarray([[true, true, false]]);
      const { call } = loss(config);
      const masked = evaluateOne((a, b, m) => call(a as Tensor, b as Tensor, { mask: m }), y, p, mask);
      const first = (array: NdArray) => array.reshape([3, 2]).rows(0, 2).reshape([1, 2, 2]);
      expect(masked.item()).toBeCloseTo(
        evaluateOne((a, b) => call(a as Tensor, b as Tensor), first(y), first(p)).item(),
        12,
      );
    },
  );

  test("a loss for the whole batch takes no sample weights", () => {
    const x = input("x", { dtype: "float32", shape: [4, 3] });
    const sampleWeight = input("w", { dtype: "float32", shape: [4] });
    expect(() => reduceLoss(loss("dice").call(x, x), { sampleWeight })).toThrow(
      "does not fit losses float32[]",
    );
  });
});
