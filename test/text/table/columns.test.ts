// Columns as numbers, and scores: cases worked by hand.

import { expect, test } from "vitest";
import {
  categoryRows,
  fitColumns,
  numberRows,
  vectorWidth,
  widthOf,
} from "../../../src/text/table/columns.ts";
import { baselineScores, numberScores, targetMeans } from "../../../src/text/table/scores.ts";

const rows = {
  numbers: { width: [1, Number.NaN, 3], height: [5, 5, 5] },
  categories: { kind: ["chair", "bed", "chair"] },
};

test("numbers are scaled, a missing one is the mean with a flag, and a constant stays finite", () => {
  const columns = fitColumns(rows, 2);
  // width: mean (1 + 3) / 2 = 2, standard deviation 1
  expect(columns.numbers).toEqual([
    { name: "width", mean: 2, scale: 1, isFlagged: true },
    { name: "height", mean: 5, scale: 1, isFlagged: false },
  ]);
  expect(widthOf(columns)).toBe(3);
  expect(Array.from(numberRows(rows, columns, 3).data as Float32Array)).toEqual([-1, 0, 0, 0, 1, 0, 1, 0, 0]);
  // A value that training always had is taken for the mean where it is missing.
  const later = { numbers: { width: [4], height: [Number.NaN] } };
  expect(Array.from(numberRows(later, columns, 1).data as Float32Array)).toEqual([2, 0, 0]);
});

test("categories have ids from 1, and share 0 where they are rare, unknown or missing", () => {
  const { categories } = fitColumns(rows, 2);
  expect(categories).toEqual([{ name: "kind", categories: ["chair"] }]);
  const [kind] = categories;
  if (kind === undefined) throw new Error("there is a column");
  const given = { categories: { kind: ["chair", "bed", "", "sofa"] } };
  expect(Array.from(categoryRows(given, kind, 4).data as Int32Array)).toEqual([1, 0, 0, 0]);
  expect(fitColumns(rows, 1).categories[0]?.categories).toEqual(["bed", "chair"]);
  expect([vectorWidth(1), vectorWidth(17), vectorWidth(10_000)]).toEqual([2, 8, 32]);
});

test("scores of numbers", () => {
  // errors 1, -2, 0: MAE 1, RMSE √(5/3); Σ(y - 2)² = 8; ratios 1/4 and 2/2, the row of 0 is left out
  const scores = numberScores([4, 2, 0], [3, 4, 0]);
  expect(scores.mae).toBe(1);
  expect(scores.rmse).toBeCloseTo(Math.sqrt(5 / 3), 12);
  expect(scores.r2).toBeCloseTo(1 - 5 / 8, 12);
  expect(scores.mape).toBeCloseTo((0.25 + 1) / 2, 12);
  expect(numberScores([1, 1], [1, 2]).r2).toBeNaN();
  expect(numberScores([0], [1]).mape).toBeNaN();
  expect(() => numberScores([], [])).toThrow("there are 0 values and 0 told ones");
});

test("means are those of training, of an unknown category that of all", () => {
  const means = targetMeans(rows, [10, 40, 20]);
  expect(means.mean).toBeCloseTo(70 / 3, 12);
  const scores = baselineScores(means, { categories: { kind: ["chair", "bed", "sofa"] } }, [15, 30, 70 / 3]);
  expect(scores["mean by kind"]?.mae).toBeCloseTo(10 / 3, 12); // errors 0, 10, 0
  expect(scores.mean?.mae).toBeCloseTo((25 / 3 + 20 / 3) / 3, 12);
});
