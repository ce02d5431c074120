// What reports of tables say of numbers: baselines, advantages, errors by size, the weights of columns. By hand.

import { expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { columnWeights } from "../../../src/text/report/column-weights.ts";
import { isBetterAsLog, medianOf, numberBaselines } from "../../../src/text/report/number-baselines.ts";
import { advantageOf, errorBands } from "../../../src/text/report/table-errors.ts";
import type { TextTableRows } from "../../../src/text/table/rows.ts";
import type { TextTable } from "../../../src/text/table/text-table.ts";

test("means and medians, of all rows and by category; an unknown category has those of all", () => {
  const training = { categories: { brand: ["a", "a", "a", "b"] } };
  const rows = { categories: { brand: ["a", "b", "c"] } };
  const told = numberBaselines(training, Float64Array.from([1, 2, 6, 11]), rows, 3);
  expect(Object.fromEntries(told.map(({ name, values }) => [name, [...values]]))).toEqual({
    "mean of all": [5, 5, 5],
    "mean by brand": [3, 11, 5],
    "median of all": [4, 4, 4],
    "median by brand": [2, 11, 4],
  });
  expect(medianOf([3, 1, 2])).toBe(2);
});

test("logarithms are for positive numbers with a long tail", () => {
  const normal = new Random(1).normal([400], 0, 1).data as Float32Array;
  expect(isBetterAsLog(Float64Array.from(normal, (value) => Math.exp(value)))).toBe(true);
  expect(isBetterAsLog(Float64Array.from(normal, (value) => 20 + value))).toBe(false);
  expect(isBetterAsLog(Float64Array.from(normal, (value) => Math.exp(value) - 1))).toBe(false);
});

test("the advantage is the mean of differences, ± 1.96 standard errors", () => {
  // Differences 1, 2, 3: mean 2, s = 1, 1.96 / √3 = 1.1316.
  const { mean, low, high } = advantageOf(Float64Array.from([1, 1, 1]), Float64Array.from([2, 3, 4]));
  expect([mean, low, high].map((value) => Number(value.toFixed(4)))).toEqual([2, 0.8684, 3.1316]);
});

test("bands hold as many rows each; rows of the same number are together", () => {
  const actual = Float64Array.from({ length: 10 }, (_, i) => i + 1);
  const bands = errorBands(actual, [actual]);
  expect(bands.map(({ label }) => label)).toEqual(["1 – 2", "3 – 4", "5 – 6", "7 – 8", "9 – 10"]);
  expect(bands.map(({ errors }) => errors[0])).toEqual([1.5, 3.5, 5.5, 7.5, 9.5]);
  const same = Float64Array.from([1, 1, 1, 1, 1, 1, 1, 9]);
  const labels = errorBands(same, [same]).map(({ label }) => label);
  expect(labels).toEqual(["1", "9"]);
  expect(errorBands(new Float64Array(4).fill(2), [same]).length).toBe(1);
});

test("shuffling a column that the model goes by costs, another does not", async () => {
  // Stands in for a model that tells the column `size`.
  const model = {
    predict: async ({ numbers }: TextTableRows) => ({
      kind: "numbers",
      values: Float64Array.from(numbers?.size ?? []),
    }),
  } as unknown as TextTable;
  const size = Float64Array.from({ length: 50 }, (_, i) => i);
  const rows = { texts: Array.from(size, String), numbers: { size, other: size } };
  const weights = await columnWeights(model, rows, size, "title");
  expect(weights.map(({ name }) => name)).toEqual(["title", "size", "other"]);
  expect(weights.map(({ loss }) => loss > 5)).toEqual([false, true, false]);
  expect(weights[0]?.loss).toBe(0);
});
