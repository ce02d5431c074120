// Non-linear least squares against certified values.

import { expect, test } from "vitest";
import { levenbergMarquardt } from "../../src/numeric/levenberg-marquardt.ts";

// Misra1a of NIST's Statistical Reference Datasets (Misra 1978): y = b1 (1 - exp(-b2 x)).
const misraX = [77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760];
const misraY = [
  10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78,
];

/** b1 in hundreds, b2 in thousandths, which brings both to the size of 1. */
function misra([b1 = 0, b2 = 0]: Float64Array, out: Float64Array): number {
  for (const [n, x] of misraX.entries())
    out[n] = (misraY[n] ?? 0) - 100 * b1 * (1 - Math.exp(-(b2 / 1000) * x));
  return out.reduce((sum, value) => sum + value * value, 0);
}

test.each([
  [5, 0.1],
  [2.5, 0.5],
])("Misra1a from (%d, %d) has the certified parameters", (b1, b2) => {
  const fit = levenbergMarquardt(misra, Float64Array.of(b1, b2), misraX.length, { tolerance: 1e-12 });
  expect(fit.converged).toBe(true);
  expect(fit.parameters[0]).toBeCloseTo(2.3894212918, 6);
  expect(fit.parameters[1]).toBeCloseTo(0.55015643181, 6);
  expect(fit.sumOfSquares).toBeCloseTo(0.12455138894, 9);
});

test("a parameter without effect stays where it was, and does not keep the others", () => {
  const residuals = ([a = 0]: Float64Array, out: Float64Array): number => {
    out.set([a - 3, 2 * (a - 3)]);
    return 5 * (a - 3) ** 2 + 1e-30;
  };
  const fit = levenbergMarquardt(residuals, Float64Array.of(0, 7), 2);
  expect(fit.parameters[0]).toBeCloseTo(3, 6);
  expect(fit.parameters[1]).toBe(7);
});

test("where a step leads to nothing it goes a shorter way", () => {
  const residuals = ([a = 0]: Float64Array, out: Float64Array): number => {
    if (a <= 0) return Number.POSITIVE_INFINITY;
    out[0] = Math.log(a) - Math.log(1e-3);
    return (out[0] ?? 0) ** 2;
  };
  const fit = levenbergMarquardt(residuals, Float64Array.of(2), 1, { tolerance: 1e-14, longestStep: 100 });
  expect(fit.parameters[0]).toBeCloseTo(1e-3, 6);
});

test("a start that has no sum of squares is told", () => {
  const fit = levenbergMarquardt(() => Number.POSITIVE_INFINITY, Float64Array.of(1), 1);
  expect(fit).toMatchObject({ converged: false, sumOfSquares: Number.POSITIVE_INFINITY, iterations: 0 });
});
