// Linear least squares against certified values, and its ways with dependent columns.

import { expect, test } from "vitest";
import { leastSquares } from "../../src/numeric/least-squares.ts";

// Longley's data (1967), with the certified coefficients of NIST's Statistical Reference Datasets, which are hard: the columns are all
// but dependent.
const longley = [
  [60323, 83.0, 234289, 2356, 1590, 107608, 1947],
  [61122, 88.5, 259426, 2325, 1456, 108632, 1948],
  [60171, 88.2, 258054, 3682, 1616, 109773, 1949],
  [61187, 89.5, 284599, 3351, 1650, 110929, 1950],
  [63221, 96.2, 328975, 2099, 3099, 112075, 1951],
  [63639, 98.1, 346999, 1932, 3594, 113270, 1952],
  [64989, 99.0, 365385, 1870, 3547, 115094, 1953],
  [63761, 100.0, 363112, 3578, 3350, 116219, 1954],
  [66019, 101.2, 397469, 2904, 3048, 117388, 1955],
  [67857, 104.6, 419180, 2822, 2857, 118734, 1956],
  [68169, 108.4, 442769, 2936, 2798, 120445, 1957],
  [66513, 110.8, 444546, 4681, 2637, 121950, 1958],
  [68655, 112.6, 482704, 3813, 2552, 123366, 1959],
  [69564, 114.2, 502601, 3931, 2514, 125368, 1960],
  [69331, 115.7, 518173, 4806, 2572, 127852, 1961],
  [70551, 116.9, 554894, 4007, 2827, 130081, 1962],
];
const certified = [
  -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359,
  -0.0511041056535807, 1829.15146461355,
];
const column = (k: number): Float64Array => Float64Array.from(longley, (row) => row[k] ?? 0);
const ones = new Float64Array(16).fill(1);

test("Longley's data have the certified coefficients and residuals", () => {
  const { coefficients, residuals, dependent } = leastSquares(
    [ones, ...[1, 2, 3, 4, 5, 6].map(column)],
    column(0),
  );
  for (const [k, value] of certified.entries())
    expect(Math.abs((coefficients[k] ?? 0) / value - 1)).toBeLessThan(1e-7);
  // Certified residual sum of squares.
  expect(residuals.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(836424.055505915, 2);
  expect(dependent).toEqual([]);
});

test("a column that is a sum of columns before has no part in it, and is named", () => {
  const line = Float64Array.from({ length: 16 }, (_, t) => t);
  const sum = line.map((value) => 3 * value - 2);
  const { coefficients, dependent } = leastSquares(
    [ones, line, sum],
    line.map((value) => 5 + 2 * value),
  );
  expect(dependent).toEqual([2]);
  expect([...coefficients].map((value) => Math.round(value * 1e9) / 1e9)).toEqual([5, 2, 0]);
});

test("what it is given stays as it is", () => {
  const y = column(0);
  leastSquares([ones], y);
  expect([...y]).toEqual([...column(0)]);
  expect(ones.every((value) => value === 1)).toBe(true);
});
