// Regularisers: penalties against Keras' formulas in plain loops, gradients against finite differences.

import { describe, expect, test } from "vitest";
import { mul } from "../../src/graph/ops/arithmetic.ts";
import { square } from "../../src/graph/ops/functions.ts";
import { sum as sumOf } from "../../src/graph/ops/sum.ts";
import {
  type Regularizer,
  type RegularizerConfig,
  regularizer,
  regularizers,
} from "../../src/nn/regularizers.ts";
import { type NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { checkOp, evaluateOne, gradientGraph, graphOf, run, spaced } from "../support/check-op.ts";

const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0);
const magnitude = (w: NdArray) => sum(w.toArray().map(Math.abs));
const squares = (w: NdArray) => sum(w.toArray().map((x) => x * x));

/** Keras' OrthogonalRegularizer: half the sum of |cos| off the diagonal, over the number of pairs. */
function orthogonal(vectors: readonly (readonly number[])[]): number {
  const unit = vectors.map((v) => v.map((x) => x / Math.hypot(...v)));
  const cosines = unit.flatMap((a, i) =>
    unit.flatMap((b, j) => (i === j ? [] : [Math.abs(sum(a.map((x, k) => x * (b[k] ?? Number.NaN))))])),
  );
  return (0.5 * sum(cosines)) / ((vectors.length * (vectors.length - 1)) / 2);
}

const rowsOf = (w: NdArray) => w.toNested() as number[][];
const columnsOf = (w: NdArray) =>
  Array.from({ length: w.shape[1] ?? 0 }, (_, j) => rowsOf(w).map((row) => row[j] ?? Number.NaN));

const cases: readonly (readonly [Regularizer, (w: NdArray) => number])[] = [
  ["l1", (w) => 0.01 * magnitude(w)],
  [regularizers.l1({ l1: 0.3 }), (w) => 0.3 * magnitude(w)],
  ["l2", (w) => 0.01 * squares(w)],
  [{ name: "l2", l2: 0.2 }, (w) => 0.2 * squares(w)],
  ["l1l2", (w) => 0.01 * magnitude(w) + 0.01 * squares(w)],
  [regularizers.l1l2({ l1: 0.1, l2: 0.2 }), (w) => 0.1 * magnitude(w) + 0.2 * squares(w)],
  [regularizers.l1l2({ l2: 0.2 }), (w) => 0.2 * squares(w)],
  [regularizers.l1l2({ l1: 0.2 }), (w) => 0.2 * magnitude(w)],
  ["orthogonal", (w) => 0.01 * orthogonal(rowsOf(w))],
  [regularizers.orthogonal({ factor: 2, mode: "columns" }), (w) => 2 * orthogonal(columnsOf(w))],
];

describe("penalties", () => {
  test.each(cases.map(([choice, formula]) => [JSON.stringify(choice), choice, formula] as const))(
    "%s",
    (name, choice, formula) => {
      const compute = regularizer(choice);
      checkOp({
        name: `regularizer ${name}`,
        inputs: [spaced([3, 4])],
        compute,
        expected: (w) => ndarray(formula(w), { dtype: "float64" }),
      });
    },
  );

  test("weights of any shape, but for orthogonal ones", () => {
    for (const shape of [[5], [2, 3, 2], []]) {
      const w = ndarray(
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i - 2),
        { shape, dtype: "float64" },
      );
      expect(evaluateOne(regularizer("l1l2"), w).item()).toBeCloseTo(0.01 * (magnitude(w) + squares(w)), 12);
    }
    expect(() => evaluateOne(regularizer("orthogonal"), ndarray([1, 2]))).toThrow(
      "regularizer orthogonal: wants a matrix, got float32[2]",
    );
  });

  test("orthogonal rows cost nothing, equal ones the whole factor; a row of zeros or a single row is no trouble", () => {
    const penalty = (rows: number[][]) =>
      evaluateOne(regularizer({ name: "orthogonal", factor: 1 }), ndarray(rows, { dtype: "float64" })).item();
    expect(
      penalty([
        [0, 2],
        [3, 0],
      ]),
    ).toBeCloseTo(0, 12);
    expect(
      penalty([
        [1, 2],
        [2, 4],
        [-1, -2],
      ]),
    ).toBeCloseTo(1, 12);
    expect(
      penalty([
        [1, 2],
        [0, 0],
      ]),
    ).toBe(0);
    expect(penalty([[1, 2]])).toBe(0);
  });

  test("the gradient of a row of zeros is 0", () => {
    const graph = graphOf(regularizer("orthogonal"), [{ dtype: "float64", shape: [2, 2] }]);
    const [gradient] = run(gradientGraph(graph), [{ shape: [2, 2], data: Float64Array.of(1, 2, 0, 0) }]);
    expect(Array.from(gradient?.data ?? []).slice(2)).toEqual([0, 0]);
    expect(Array.from(gradient?.data ?? []).every(Number.isFinite)).toBe(true);
  });

  test("a function of one's own", () => {
    const own = regularizer((w) => mul(sumOf(square(w)), 3));
    expect(evaluateOne(own, ndarray([1, 2])).item()).toBe(15);
    const wrong = regularizer(function rowwise(w) {
      return sumOf(w, 1);
    });
    expect(() => evaluateOne(wrong, ndarray([[1, 2]]))).toThrow(
      "regularizer rowwise: is to give one number, of shape [], got float32[1]",
    );
  });
});

describe("choosing", () => {
  test.each(Object.values(regularizers).map((make) => [make()]))("%j is the same after JSON", (config) => {
    const read = JSON.parse(JSON.stringify(config)) as RegularizerConfig;
    const w = ndarray([
      [1, -2],
      [3, 4],
    ]);
    expect(evaluateOne(regularizer(read), w)).toEqual(evaluateOne(regularizer(config.name), w));
  });

  test.each([
    [
      "l3",
      "unknown-name",
      /there is no regularizer "l3"\. Did you mean "l1"\? There are l1, l2, l1l2, orthogonal/,
    ],
    [{ name: "l2", l1: 1 }, "unknown-option", /regularizer l2: there is no option "l1"/],
    [{ name: "l2", l2: -1 }, "option-value", /regularizer l2: l2 is to be a number from 0 up, got -1/],
    [
      { name: "l1", l1: Number.NaN },
      "option-value",
      /regularizer l1: l1 is to be a number from 0 up, got NaN/,
    ],
    [
      { name: "orthogonal", mode: "row" },
      "option-value",
      /orthogonal: mode is to be "rows" or "columns", got "row"/,
    ],
    [
      { name: "orthogonal", factor: "1" },
      "option-value",
      /orthogonal: factor is to be a number from 0 up, got "1"/,
    ],
    [undefined, "unknown-name", /regularizer: wants a name, a config .* or a function, got undefined/],
  ])("%j", (choice, code, message) => {
    expect(() => regularizer(choice as Regularizer)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
