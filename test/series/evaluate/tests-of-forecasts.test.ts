// The Diebold–Mariano test, residual diagnostics and CRPS, against figures worked out apart from the code.

import { expect, test } from "vitest";
import { normalQuantile } from "../../../src/numeric/distributions.ts";
import { crpsNormal, crpsSamples } from "../../../src/series/evaluate/crps.ts";
import { diagnose, ljungBox } from "../../../src/series/evaluate/diagnostics.ts";
import { dieboldMariano } from "../../../src/series/evaluate/diebold-mariano.ts";
import { Random } from "../../../src/tensor/random.ts";

const first = [1, -2, 0.5, 1.5, -1, 2.5, 0.2, -0.7];
const second = [0.8, -1, 1.5, 0.5, -2, 1, 0.9, -0.1];

test("Diebold–Mariano by the formulas of Harvey, Leybourne and Newbold, worked out in Python", () => {
  const one = dieboldMariano(first, second);
  expect(one.meanDifference).toBeCloseTo(0.2, 12);
  expect(one.statistic).toBeCloseTo(0.5731018651170021, 10);
  expect(dieboldMariano(first, second, { horizon: 3 }).statistic).toBeCloseTo(0.5270462766947298, 10);
  // For two steps the variance is -0.64: it is taken as for one.
  expect(dieboldMariano(first, second, { horizon: 2 }).statistic).toBeCloseTo(one.statistic, 12);
});

test("Diebold–Mariano turns its sign, and tells a clear difference from none", () => {
  expect(dieboldMariano(second, first).statistic).toBeCloseTo(-dieboldMariano(first, second).statistic, 12);
  const noise = [...new Random(1).normal([200]).data].map(Number);
  const worse = noise.map((error) => 2 * error);
  expect(dieboldMariano(noise, worse, { loss: "squared" }).pValue).toBeLessThan(1e-6);
  expect(dieboldMariano(noise, [...noise].reverse()).pValue).toBeGreaterThan(0.05);
  expect(dieboldMariano(noise, noise)).toEqual({ statistic: 0, pValue: 1, meanDifference: 0 });
});

test("Diebold–Mariano asks for errors of the same times", () => {
  expect(() => dieboldMariano([1, 2], [1])).toThrow("2 errors of one forecaster and 1 of the other");
});

test("Ljung–Box by its formula, worked out in Python", () => {
  const residuals = Float64Array.of(0.5, -0.3, 0.8, -0.1, 0.4, -0.9, 0.2, 0.1, -0.6, 0.3);
  const { statistic, pValue } = ljungBox(residuals, 3);
  expect(statistic).toBeCloseTo(5.001666866290608, 10);
  // Chi-squared with 3 degrees of freedom: P(Q > 5.0017) = erfc(√(q/2)) + √(2q/π) e^(-q/2) = 0.171675.
  expect(pValue).toBeCloseTo(0.17167, 4);
});

test("diagnostics see a bias and an autocorrelation, and neither in noise", () => {
  const noise = Float64Array.from(new Random(2).normal([300]).data, Number);
  const clean = diagnose(noise, new Float64Array(300), 12);
  expect(clean?.biasPValue).toBeGreaterThan(0.05);
  expect(clean?.ljungBox.pValue).toBeGreaterThan(0.05);
  expect(clean?.ljungBox.lags).toBe(24);
  const drifting = noise.map((value, t) => value + 0.5 + (noise[t - 1] ?? 0));
  const left = diagnose(drifting, new Float64Array(300), 1);
  expect(left?.biasPValue).toBeLessThan(1e-4);
  expect(left?.ljungBox.pValue).toBeLessThan(1e-4);
  expect(left?.autocorrelations[0]).toBeGreaterThan(left?.limit ?? 1);
});

test("diagnostics of almost nothing, or of a perfect fit, are left out", () => {
  expect(diagnose(Float64Array.of(1, 2, 3), new Float64Array(3), 1)).toBeUndefined();
  const values = Float64Array.of(1, 2, 3, 4, 5, 6);
  expect(diagnose(values, values, 1)).toBeUndefined();
});

test("CRPS: 0.2337 σ for a normal forecast that hits its mean, |y - μ| for a sure one", () => {
  // 2φ(0) - 1/√π = 0.79788 - 0.56419.
  expect(crpsNormal(3, 3, 2)).toBeCloseTo(2 * (2 / Math.sqrt(2 * Math.PI) - 1 / Math.sqrt(Math.PI)), 12);
  expect(crpsNormal(3, 1, 0)).toBe(2);
  expect(crpsSamples(3, [1])).toBe(2);
  // Mean |x - y| = (1 + 0 + 2) / 3, half the mean |x - x'| = (1 + 3 + 2) / 9.
  expect(crpsSamples(1, [0, 1, 3])).toBeCloseTo(1 - 6 / 9, 12);
});

test("the CRPS of many draws comes to that of their distribution", () => {
  const draws = Array.from({ length: 2001 }, (_, i) => 5 + 2 * normalQuantile((i + 0.5) / 2001));
  expect(crpsSamples(6.3, draws)).toBeCloseTo(crpsNormal(6.3, 5, 2), 2);
});
