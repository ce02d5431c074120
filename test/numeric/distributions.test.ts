// Distributions against values of mpmath 1.3 (40 digits): ncdf, erfinv, betainc, gammainc, loggamma, and roots of the first.

import { expect, test } from "vitest";
import {
  chiSquaredCdf,
  incompleteBeta,
  incompleteGamma,
  logGamma,
  normalCdf,
  normalQuantile,
  studentTCdf,
  studentTQuantile,
} from "../../src/numeric/distributions.ts";

/** Alike to a relative error. */
function expectAlike(actual: number, expected: number, relative: number, what: string): void {
  const error = Math.abs(actual - expected) / Math.abs(expected);
  expect(error, `${what}: ${actual}, not ${expected}`).toBeLessThan(relative);
}

test.each([
  [-37.5, 4.605353009581955e-308],
  [-10, 7.619853024160525e-24],
  [-6, 9.86587645037698e-10],
  [-3, 0.0013498980316300946],
  [-1.96, 0.024997895148220435],
  [-0.5, 0.3085375387259869],
  [0.3, 0.6179114221889527],
  [1, 0.8413447460685429],
  [2.5, 0.9937903346742238],
  [5.5, 0.9999999810104375],
])("the normal distribution below %d", (x, p) => {
  expectAlike(normalCdf(x), p, 2e-14, `normalCdf(${x})`);
});

test.each([
  [1e-10, -6.361340902404057],
  [0.0001, -3.7190164854556804],
  [0.025, -1.9599639845400543],
  [0.1, -1.2815515655446006],
  [0.4, -0.2533471031357998],
  [0.8, 0.8416212335729142],
  [0.975, 1.9599639845400543],
  [0.999, 3.0902323061678136],
])("the normal quantile at %d", (p, x) => {
  expectAlike(normalQuantile(p), x, 5e-15, `normalQuantile(${p})`);
});

test.each([
  [-2, 3, 0.0696629842794216],
  [0.5, 1, 0.6475836176504333],
  [2.2281388519862744, 10, 0.975],
  [-6, 5, 0.0009230691447970072],
  [1.5, 2.5, 0.8760817734568519],
  [-30, 4, 3.6764280488306612e-6],
  [1.96, 1000, 0.9748634075221256],
  [0.01, 7, 0.5038498411781891],
  [-3, 100_000, 0.0013502304420323595],
])("Student's t below %d, %d degrees of freedom", (x, df, p) => {
  expectAlike(studentTCdf(x, df), p, 1e-12, `studentTCdf(${x}, ${df})`);
});

test.each([
  [0.975, 3, 3.1824463052837095],
  [0.9, 1.5, 2.1963984175655376],
  [0.995, 10, 3.1692726726169513],
  [0.6, 30, 0.2556053649519128],
  [0.001, 4, -7.1731822197823085],
  [0.025, 250, -1.9694983934211536],
  [1e-8, 3, -479.5250695797383],
  [0.01, 0.5, -1028.4910104716218],
])("Student's t quantile at %d, %d degrees of freedom", (p, df, x) => {
  expectAlike(studentTQuantile(p, df), x, 1e-12, `studentTQuantile(${p}, ${df})`);
});

test.each([
  [3.841458820694124, 1, 0.95],
  [10, 10, 0.5595067149347875],
  [0.1, 4, 0.0012091042742502906],
  [30, 12, 0.997207570667299],
  [200, 150, 0.9960268140291784],
  [18.307038053275146, 10, 0.95],
  [0.5, 0.7, 0.6490247029684167],
])("chi-squared below %d, %d degrees of freedom", (x, df, p) => {
  expectAlike(chiSquaredCdf(x, df), p, 1e-12, `chiSquaredCdf(${x}, ${df})`);
});

test.each([
  [0.01, 4.599479878042022],
  [0.5, 0.5723649429247001],
  [1.5, -0.12078223763524522],
  [3, Math.LN2],
  [10.5, 13.940625219403763],
  [100, 359.1342053695754],
  [1e6, 12_815_504.569_147_613],
])("the logarithm of the gamma function at %d", (x, value) => {
  expectAlike(logGamma(x), value, 1e-13, `logGamma(${x})`);
});

test("ends and what lies outside", () => {
  expect([normalQuantile(0), normalQuantile(1), normalQuantile(1.1)]).toEqual([
    -Infinity,
    Infinity,
    Number.NaN,
  ]);
  expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(Number.NaN)]).toEqual([0, 1, Number.NaN]);
  expect([studentTQuantile(0, 5), studentTQuantile(0.5, 5), studentTQuantile(1, 5)]).toEqual([
    -Infinity,
    0,
    Infinity,
  ]);
  expect([studentTCdf(-Infinity, 5), studentTCdf(Infinity, 5)]).toEqual([0, 1]);
  expect(studentTQuantile(0.5, 0)).toBeNaN();
  expect(studentTCdf(1.5, Infinity)).toBe(normalCdf(1.5));
  expect([chiSquaredCdf(-1, 3), chiSquaredCdf(Infinity, 3)]).toEqual([0, 1]);
  expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3), incompleteBeta(2, 2, 3)]).toEqual([
    0,
    1,
    Number.NaN,
  ]);
  expect([incompleteGamma(2, 0), incompleteGamma(-1, 1)]).toEqual([0, Number.NaN]);
  expect(logGamma(0)).toBeNaN();
});

test("quantiles and probabilities undo each other", () => {
  for (const p of [1e-6, 0.013, 0.2, 0.77, 0.9999]) {
    expectAlike(normalCdf(normalQuantile(p)), p, 1e-13, `normal at ${p}`);
    for (const df of [0.7, 3.3, 41])
      expectAlike(studentTCdf(studentTQuantile(p, df), df), p, 1e-11, `t at ${p}`);
  }
});
