// The KPSS test: by hand, by its distribution, and by the differences that R's forecast package takes.

import { expect, test } from "vitest";
import { differencesNeeded, isConstant, KPSS_CRITICAL, kpss } from "../../src/numeric/unit-root.ts";
import { airPassengers } from "../series/air-passengers.ts";
import { wwwUsage } from "../series/classical/arima/published-data.ts";
import { normals } from "../series/classical/arima/random.ts";

const fourSteps = Float64Array.of(1, 2, 3, 4);

// Residuals -1.5, -.5, .5, 1.5; partial sums -1.5, -2, -1.5, 0 with squares 8.5; variance 5/4, autocovariance at lag 1 1.25/4.
test.each([
  [0, 8.5 / (16 * 1.25)],
  [1, 8.5 / (16 * (1.25 + 2 * 0.5 * (1.25 / 4)))],
])("the statistic of 1, 2, 3, 4 with %i lags, by hand", (lags, expected) => {
  expect(kpss(fourSteps, { lags })).toBeCloseTo(expected, 12);
});

test("around a trend, a line with a bend: residuals 1, -1, -1, 1 have partial sums 1, 0, -1, 0", () => {
  const values = Float64Array.of(1, 2, 5, 10);
  expect(kpss(values, { around: "trend", lags: 0 })).toBeCloseTo(2 / 16, 12);
});

test("of a constant and of a line around a trend the statistic is 0", () => {
  expect(kpss(new Float64Array(9).fill(3))).toBe(0);
  expect(kpss(Float64Array.of(2, 4, 6, 8, 10), { around: "trend" })).toBe(0);
});

test("noise exceeds the critical values as often as they say", () => {
  const statistics = Array.from({ length: 2000 }, (_, i) => kpss(normals(200, 100 + i), { lags: 0 }));
  for (const level of [0.1, 0.05, 0.025, 0.01] as const) {
    const share = statistics.filter((value) => value > KPSS_CRITICAL[level]).length / 2000;
    expect(Math.abs(share - level)).toBeLessThan(3.5 * Math.sqrt((level * (1 - level)) / 2000));
  }
});

// The examples of ndiffs in R's forecast package.
test("internet users need one difference, as in R", () => {
  expect(differencesNeeded(wwwUsage)).toBe(1);
});

test("logarithms of airline passengers need one more after the seasonal one, as in R", () => {
  const logs = airPassengers.map(Math.log);
  expect(differencesNeeded(logs.subarray(12).map((value, t) => value - (logs[t] ?? 0)))).toBe(1);
});

test("no more differences are taken than there are critical values", () => {
  const cubes = Float64Array.from({ length: 60 }, (_, t) => t ** 3);
  expect(differencesNeeded(cubes)).toBe(2);
  expect(differencesNeeded(cubes, [0.463])).toBe(1);
  expect(differencesNeeded(cubes, [])).toBe(0);
});

test("a line needs one difference: what is left is constant but for rounding", () => {
  expect(differencesNeeded(Float64Array.from({ length: 40 }, (_, t) => 1e6 + 0.1 * t))).toBe(1);
});

test("constants, by the size of what they came from", () => {
  expect(isConstant(Float64Array.of(1e-9, 2e-9))).toBe(false);
  expect(isConstant(Float64Array.of(1e-9, 2e-9), 1e6)).toBe(true);
  expect(isConstant(new Float64Array(0))).toBe(true);
});
