// Focal losses: formulas in plain loops, gradients, Keras' numbers, and extreme predictions.

import { describe, expect, test } from "vitest";
import { sigmoid, sigmoidOp } from "../../../src/graph/ops/functions.ts";
import { input } from "../../../src/graph/ops/leaf.ts";
import { softmax, softmaxOp } from "../../../src/graph/ops/reduce.ts";
import { ones } from "../../../src/graph/ops/sum.ts";
import { nodesOf } from "../../../src/graph/rewrite.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { vjp } from "../../../src/graph/vjp.ts";
import { loss, losses } from "../../../src/nn/losses.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { checkOp, evaluate, evaluateOne, expectClose, reals } from "../../support/check-op.ts";
import { alongAxis, build, elementwise, reduced } from "../../support/naive.ts";

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const total = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0);
const logistic = (x: number) => 1 / (1 + Math.exp(-x));

describe("binaryFocalCrossentropy", () => {
  const formula =
    ({ gamma = 2, alpha = 0.5, labelSmoothing = 0 } = {}) =>
    (target: number, p: number) => {
      const y = target * (1 - labelSmoothing) + labelSmoothing / 2;
      const right = y * p + (1 - y) * (1 - p);
      const weight = 2 * (y * alpha + (1 - y) * (1 - alpha));
      return -weight * (1 - right) ** gamma * (y * Math.log(p) + (1 - y) * Math.log(1 - p));
    };

  test.each([
    [{}, {}, -1, 1],
    [{ gamma: 0.5 }, { gamma: 0.5 }, -1, 1],
    [{ gamma: 0 }, { gamma: 0 }, -1, 1],
    [{ labelSmoothing: 0.2, axis: 1 }, { labelSmoothing: 0.2 }, 1, 1],
    [{ applyClassBalancing: true, alpha: 0.3 }, { alpha: 0.3 }, -1, 0.5],
    [{ applyClassBalancing: true }, { alpha: 0.25 }, -1, 0.5],
    [{ alpha: 0.3 }, {}, -1, 1],
  ])("with %j", (options, plain, axis, scale) => {
    for (const fromLogits of [false, true]) {
      const over = axis < 0 ? 2 : axis;
      checkOp({
        name: JSON.stringify({ ...options, fromLogits }),
        inputs: [
          reals([2, 3, 4], 0.1, 0.9),
          fromLogits ? reals([2, 3, 4], -3, 3) : reals([2, 3, 4], 0.1, 0.9),
        ],
        compute: (y, p) =>
          loss(losses.binaryFocalCrossentropy({ ...options, fromLogits })).call(y as Tensor, p as Tensor),
        expected: (y, p) => {
          const each = elementwise((a = 0, b = 0) => scale * formula(plain)(a, fromLogits ? logistic(b) : b));
          return reduced(each(y as NdArray, p as NdArray), [over], mean);
        },
        noSecondGradient: "the factor's power is checked where it is an op",
      });
    }
  });

  /** keras 3.15.1: the example in the documentation of keras.losses.binary_focal_crossentropy, gamma 2. */
  test("is Keras'", () => {
    const y = ndarray([
      [0, 1],
      [0, 0],
    ]);
    const p = ndarray([
      [0.6, 0.4],
      [0.4, 0.6],
    ]);
    const values = evaluateOne(
      (a, b) => loss("binaryFocalCrossentropy").call(a as Tensor, b as Tensor),
      y,
      p,
    );
    expectClose(values, ndarray(Float64Array.of(0.33, 0.206)), "Keras", 1e-3);
  });
});

describe("categoricalFocalCrossentropy", () => {
  const formula =
    ({ gamma = 2, alpha = 0.25 as number | readonly number[], labelSmoothing = 0 } = {}) =>
    (y: readonly number[], p: readonly number[]) =>
      -total(
        p.map((value, i) => {
          const share = value / total(p);
          const target = (y[i] ?? 0) * (1 - labelSmoothing) + labelSmoothing / p.length;
          const weight = typeof alpha === "number" ? alpha : (alpha[i] ?? 0);
          return weight * (1 - share) ** gamma * target * Math.log(share);
        }),
      );

  test.each([
    [{}],
    [{ gamma: 1.5 }],
    [{ gamma: 0, alpha: 1 }],
    [{ labelSmoothing: 0.2 }],
    [{ alpha: [0.1, 0.2, 0.3, 0.4] }],
    [{ alpha: [0.5, 0.2, 0.3], axis: 1 }],
  ])("with %j", (options) => {
    const axis = "axis" in options ? 1 : 2;
    for (const fromLogits of [false, true]) {
      checkOp({
        name: JSON.stringify({ ...options, fromLogits }),
        inputs: [
          reals([2, 3, 4], 0.1, 0.9),
          fromLogits ? reals([2, 3, 4], -2, 2) : reals([2, 3, 4], 0.1, 0.9),
        ],
        compute: (y, p) =>
          loss(losses.categoricalFocalCrossentropy({ ...options, fromLogits })).call(
            y as Tensor,
            p as Tensor,
          ),
        expected: (y, p) => {
          const probabilities = fromLogits
            ? alongAxis(p as NdArray, axis, (line) => line.map(Math.exp))
            : (p as NdArray);
          const at = (array: NdArray, index: readonly number[]) =>
            Array.from({ length: array.shape[axis] ?? 0 }, (_, i) =>
              array.at(...index.toSpliced(axis, 0, i)),
            );
          return build(probabilities.shape.toSpliced(axis, 1), (...index) =>
            formula(options)(at(y as NdArray, index), at(probabilities, index)),
          );
        },
        noSecondGradient: "the factor's power is checked where it is an op",
      });
    }
  });

  /** keras 3.15.1: the example in the documentation of keras.losses.categorical_focal_crossentropy. */
  test("is Keras'", () => {
    const y = ndarray(
      [
        [0, 1, 0],
        [0, 0, 1],
      ],
      { dtype: "float64" },
    );
    const p = ndarray(
      [
        [0.05, 0.9, 0.05],
        [0.1, 0.85, 0.05],
      ],
      { dtype: "float64" },
    );
    const values = evaluateOne(
      (a, b) => loss("categoricalFocalCrossentropy").call(a as Tensor, b as Tensor),
      y,
      p,
    );
    expectClose(values, ndarray(Float64Array.of(2.63401289e-4, 6.75912094e-1)), "Keras", 1e-8);
  });

  test("wants a weight for each class", () => {
    const call = () =>
      loss(losses.categoricalFocalCrossentropy({ alpha: [0.5, 0.5] })).call(
        input("y", { dtype: "float32", shape: [4, 3] }),
        input("p", { dtype: "float32", shape: [4, 3] }),
      );
    expect(call).toThrow(
      "loss categoricalFocalCrossentropy: alpha has 2 weights, the predictions float32[4, 3] have 3 classes",
    );
  });
});

describe("extreme predictions", () => {
  const logits = ndarray(Float64Array.of(-200, -40, 0, 40, 200, 100), { shape: [2, 3] });
  const y = ndarray(Float64Array.of(0, 1, 1, 0, 0, 1), { shape: [2, 3] });

  test.each(["binaryFocalCrossentropy", "categoricalFocalCrossentropy"] as const)(
    "%s stays finite, with its gradient, for any exponent",
    (name) => {
      for (const gamma of [0, 0.5, 2]) {
        const results = evaluate(
          (a, b) => {
            const value = loss(losses[name]({ gamma, fromLogits: true })).call(a as Tensor, b as Tensor);
            return [value, ...(vjp([value], [ones(value.shape, value.dtype)], [b as Tensor]) as Tensor[])];
          },
          y,
          logits,
        );
        for (const result of results) expect([...result.toFloat64()].every(Number.isFinite)).toBe(true);
      }
    },
  );

  test("of probabilities straight from a sigmoid or a softmax are computed from its input", () => {
    const x = input("x", { dtype: "float32", shape: [2, 3] });
    const target = input("y", { dtype: "float32", shape: [2, 3] });
    const uses = (tensor: Tensor, name: string) => nodesOf([tensor]).some(({ op }) => op.name === name);
    expect(uses(loss("categoricalFocalCrossentropy").call(target, softmax(x)), softmaxOp.name)).toBe(false);
    const binary = loss("binaryFocalCrossentropy").call(target, sigmoid(x));
    const count = nodesOf([binary]).filter(({ op }) => op.name === sigmoidOp.name).length;
    expect(count).toBe(2); // p and 1 - p, of the logits and of their opposite
  });
});
