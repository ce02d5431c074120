// k-means backgrounds: centres, weights and rounding; rows drawn at random.

import { expect, test } from "vitest";
import { sampleRows } from "../../src/explain/background.ts";
import { kMeansBackground } from "../../src/explain/k-means.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";

/** Three heaps of 30, 20 and 10 rows, far from each other. */
const middles = [
  [0, 0],
  [10, 0],
  [0, 10],
];
const noise = new Random(7).normal([60, 2], 0, 0.5, "float64").data as Float64Array;
const rows = ndarray(
  Float64Array.from({ length: 120 }, (_, i) => {
    const n = Math.floor(i / 2);
    const heap = n < 30 ? 0 : n < 50 ? 1 : 2;
    return (middles[heap]?.[i % 2] ?? 0) + (noise[i] ?? 0);
  }),
  { shape: [60, 2] },
);

test("three heaps: their means, weighted by their rows", () => {
  const { rows: centres, weights } = kMeansBackground(rows, 3, { round: false });
  const found = Array.from({ length: 3 }, (_, c) => ({
    centre: [centres.at(c, 0), centres.at(c, 1)],
    weight: weights[c] ?? 0,
  })).sort((a, b) => b.weight - a.weight);
  expect(found.map(({ weight }) => weight)).toEqual([
    expect.closeTo(0.5, 12),
    expect.closeTo(1 / 3, 12),
    expect.closeTo(1 / 6, 12),
  ]);
  const data = rows.toNested() as number[][];
  for (const [heap, [from, to]] of [
    [0, 30],
    [30, 50],
    [50, 60],
  ].entries()) {
    const part = data.slice(from, to);
    for (const axis of [0, 1]) {
      const mean = part.reduce((sum, row) => sum + (row[axis] ?? 0), 0) / part.length;
      expect(found[heap]?.centre[axis]).toBeCloseTo(mean, 9);
    }
  }
});

test("rounded, each feature of a centre is one that a row has; shape and dtype stay", () => {
  const { rows: centres } = kMeansBackground(rows, 3);
  const data = rows.toNested() as number[][];
  for (const centre of centres.toNested() as number[][])
    for (const axis of [0, 1]) expect(data.map((row) => row[axis])).toContain(centre[axis]);
  const ids = new Random(1).integers([20, 3, 2], 0, 5);
  const background = kMeansBackground(ids, 4, { round: false });
  expect([background.rows.dtype, ...background.rows.shape]).toEqual(["int32", 4, 3, 2]);
  expect(background.weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
});

test("as many centres as rows are the rows; rows that are all alike are one", () => {
  const few = rows.rows(0, 4);
  const { rows: centres, weights } = kMeansBackground(few, 4, { round: false });
  const sorted = (nested: unknown) => (nested as number[][]).map(String).sort();
  expect(sorted(centres.toNested())).toEqual(sorted(few.toNested()));
  expect([...weights]).toEqual([0.25, 0.25, 0.25, 0.25]);
  const same = ndarray([
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  const alike = kMeansBackground(same, 2);
  expect(alike.weights.reduce((a, b) => a + b, 0)).toBe(1);
  expect(alike.rows.toNested()).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

test("rows drawn at random: each at most once, the same for a seed", () => {
  const drawn = sampleRows(rows, 10, { seed: 3 }).toNested() as number[][];
  expect(new Set(drawn.map(String)).size).toBe(10);
  const all = (rows.toNested() as number[][]).map(String);
  expect(drawn.filter((row) => !all.includes(String(row)))).toEqual([]);
  expect(sampleRows(rows, 10, { seed: 3 }).toNested()).toEqual(drawn);
  expect(sampleRows(rows, 100).shape).toEqual([60, 2]);
});

test("bad input is named", () => {
  expect(() => kMeansBackground(rows, 61)).toThrow("kMeansBackground: k is 61, but there are 60 rows");
  expect(() => kMeansBackground(rows, 0)).toThrow(
    "kMeansBackground: k is to be a positive whole number, got 0",
  );
  expect(() => kMeansBackground([], 1)).toThrow("kMeansBackground: there are no rows");
  expect(() => kMeansBackground([[1, Number.NaN]], 1)).toThrow(
    "kMeansBackground: row 0 holds NaN; wanted finite numbers: fill or leave out such rows",
  );
  expect(() => sampleRows(rows, 1.5)).toThrow("sampleRows: count is to be a positive whole number, got 1.5");
});
