// The Kalman filter and smoother: the Nile of Durbin and Koopman's book, statsmodels' figures, and dense normal distributions.

import { expect, test } from "vitest";
import { cholesky, logDeterminant, multiply, solveLower, transpose } from "../../../src/numeric/matrix.ts";
import { kalmanFilter, kalmanForecast } from "../../../src/series/state-space/kalman-filter.ts";
import { kalmanSmoother } from "../../../src/series/state-space/kalman-smoother.ts";
import type { StateSpace } from "../../../src/series/state-space/state-space.ts";
import { nile, ukGas } from "./published-data.ts";

const of = (...numbers: number[]) => Float64Array.from(numbers);

/** Durbin and Koopman 2012, section 2.2: the local level model with their estimates. */
const localLevel: StateSpace = {
  states: 1,
  transition: of(1),
  design: of(1),
  stateVariance: of(1469.1),
  observationVariance: 15099,
};

/** A local linear trend with a season of four in dummies. */
const basicStructural: StateSpace = {
  states: 5,
  transition: of(1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, -1, -1, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0),
  design: of(1, 0, 1, 0, 0),
  stateVariance: Float64Array.from({ length: 25 }, (_, i) => ({ 0: 1e-4, 6: 1e-5, 12: 1e-3 })[i] ?? 0),
  observationVariance: 2e-4,
};

test("the Nile's log-likelihood, in each convention", () => {
  // Diffuse, with -(n/2) log 2π (Durbin and Koopman 2012, equation 7.4): statsmodels 0.15.0, use_exact_diffuse, gives -633.464563648879;
  // KFAS leaves the constant of the first value out and gives -632.5456.
  const { logLikelihood, settling, unsettled } = kalmanFilter(localLevel, nile);
  expect(logLikelihood).toBeCloseTo(-633.464563648879, 9);
  expect(logLikelihood + Math.log(2 * Math.PI) / 2).toBeCloseTo(-632.5456, 4);
  expect([settling, unsettled]).toEqual([1, 0]);
  // With N(0, 10^7) for the first level: -641.5855784594 (statsmodels' test_kalman.py, after FKF and Ox).
  const initial = { variance: of(1e7), diffuse: [false] };
  expect(kalmanFilter({ ...localLevel, initial }, nile).logLikelihood).toBeCloseTo(-641.5855784594, 9);
  // The concentrated one of the book's table 2.1 at q = 0.0973: -492.07, without the constants (n - 1)/2 (1 + log 2π).
  expect(logLikelihood + 0.5 * Math.log(2 * Math.PI) + (99 / 2) * (1 + Math.log(2 * Math.PI))).toBeCloseTo(
    -492.07,
    2,
  );
});

test("the Nile's level: predicted, filtered and smoothed (statsmodels 0.15.0: UnobservedComponents, llevel, use_exact_diffuse)", () => {
  const { predicted, predictedVariance, filtered, filteredVariance, expected, expectedVariance } =
    kalmanFilter(localLevel, nile);
  expect(filtered[0]).toBe(1120);
  expect(predictedVariance[1]).toBeCloseTo(16568.1, 9); // 15099 + 1469.1
  expect(predicted[2]).toBeCloseTo(1140.927839934822, 9);
  expect(predicted[28]).toBeCloseTo(1133.1262912421244, 9);
  expect(predictedVariance[28]).toBeCloseTo(5501.258206950185, 8);
  expect(filtered[99]).toBeCloseTo(798.3702926084, 9);
  expect(filteredVariance[99]).toBeCloseTo(4032.157941808783, 8);
  expect(expected[28]).toBe(predicted[28]);
  expect(expectedVariance[0]).toBe(Infinity);
  expect(expectedVariance[28]).toBeCloseTo(5501.258206950185 + 15099, 8);
  const smoothed = kalmanSmoother(localLevel, nile);
  expect(smoothed.mean[0]).toBeCloseTo(1111.6683191267957, 8);
  expect(smoothed.variance[0]).toBeCloseTo(4032.1579418084766, 8);
  expect(smoothed.mean[27]).toBeCloseTo(999.585218705269, 8);
  expect(smoothed.variance[27]).toBeCloseTo(2326.756958102708, 8);
  expect(smoothed.mean[99]).toBeCloseTo(798.3702926083578, 8);
});

test("the Nile with the years 21 to 40 and 61 to 80 missing, as in section 2.7 of the book (statsmodels 0.15.0)", () => {
  const values = nile.map((value, t) => ((t >= 20 && t < 40) || (t >= 60 && t < 80) ? Number.NaN : value));
  const { logLikelihood, filtered, filteredVariance } = kalmanFilter(localLevel, values);
  const { mean, variance } = kalmanSmoother(localLevel, values);
  expect(logLikelihood).toBeCloseTo(-381.5060013085083, 9);
  const expected: readonly [number, number, number, number, number][] = [
    [19, 1026.1415550709821, 4032.1961601072726, 999.712684084174, 3614.403429863737],
    [29, 1026.1415550709821, 18723.196160107273, 903.4211029581046, 9715.005902461404],
    [39, 1026.1415550709821, 33414.19616010726, 807.1295218320352, 4723.597453062563],
    [40, 889.9497195282602, 10537.78896100097, 797.5003637194282, 3614.3960074128718],
    [79, 834.2614178148168, 33414.18679745049, 839.4652661400187, 4723.604168613343],
    [99, 798.3151146180785, 4032.1867974482548, 798.3151146180785, 4032.1867974482548],
  ];
  for (const [t, a, p, alpha, v] of expected) {
    expect(filtered[t]).toBeCloseTo(a, 8);
    expect(filteredVariance[t]).toBeCloseTo(p, 7);
    expect(mean[t]).toBeCloseTo(alpha, 8);
    expect(variance[t]).toBeCloseTo(v, 7);
  }
});

test("thirty years ahead of the Nile: flat, with a variance that grows by that of the level each year (section 2.8)", () => {
  const { predicted, predictedVariance } = kalmanFilter(localLevel, nile);
  const { mean, variance } = kalmanForecast(localLevel, predicted.slice(-1), predictedVariance.slice(-1), 30);
  expect(new Set(mean)).toEqual(new Set([predicted[100]]));
  expect(mean[0]).toBeCloseTo(798.3702926084, 9);
  expect(variance[0]).toBeCloseTo(20600.257941809, 8);
  expect(variance[29]).toBeCloseTo(20600.257941809 + 29 * 1469.1, 7);
});

test("five diffuse states, with values missing while they settle (statsmodels 0.15.0: UnobservedComponents, lltrend, seasonal=4)", () => {
  const values = ukGas
    .map(Math.log10)
    .map((value, t) => ([1, 2, 6, 40, 41, 42].includes(t) ? Number.NaN : value));
  const found = kalmanFilter(basicStructural, values);
  // statsmodels gives 153.65545010733: it stops treating P_∞ as such a little earlier.
  expect(found.logLikelihood).toBeCloseTo(153.65545, 4);
  expect([found.settling, found.unsettled]).toEqual([5, 0]);
  const { mean, variance } = kalmanSmoother(basicStructural, values);
  const expected: readonly [number, number[], number[]][] = [
    [
      0,
      [2.0659275, 0.00332967251, 0.137613549, -0.00141590611, -0.150923712],
      [1.28354316e-3, 5.8580323e-5, 1.31177418e-3],
    ],
    [
      2,
      [2.07177908, 0.003457215, -0.150923712, 0.0147260694, 0.137613549],
      [6.76207783e-4, 4.23320647e-5, 3.45511841e-3],
    ],
    [
      6,
      [2.08542477, 0.0043908316, -0.141441974, 0.0189774869, 0.129110714],
      [2.55956361e-4, 2.32316572e-5, 1.58211783e-3],
    ],
    [
      107,
      [2.84121242, 0.0110777687, 0.0551257158, -0.294083068, -0.0342644757],
      [2.9537992e-4, 5.3117632e-5, 3.6781103e-4],
    ],
  ];
  for (const [t, means, variances] of expected) {
    for (const [i, value] of means.entries()) expect(mean[t * 5 + i]).toBeCloseTo(value, 7);
    for (const [i, value] of variances.entries()) expect(variance[t * 25 + i * 6]).toBeCloseTo(value, 9);
  }
  const m = 5;
  const ahead = kalmanForecast(
    basicStructural,
    found.predicted.slice(-m),
    found.predictedVariance.slice(-m * m),
    4,
  );
  for (const [h, value] of [3.12551202, 2.82910349, 2.58036266, 2.94064922].entries())
    expect(ahead.mean[h]).toBeCloseTo(value, 7);
  for (const [h, value] of [0.00337196, 0.00337202, 0.00365822, 0.00386515].entries())
    expect(ahead.variance[h]).toBeCloseTo(value, 7);
});

/** Three states with covariances between them, and regressors that change in time. */
const general = {
  states: 3,
  transition: of(0.9, 0.2, 0, -0.1, 0.7, 0.3, 0, 0, 1),
  stateVariance: of(0.5, 0.1, 0, 0.1, 0.3, 0, 0, 0, 0),
  observationVariance: 0.4,
} as const;
const start = { mean: of(1, -1, 0.5), variance: of(2, 0.3, 0, 0.3, 1, 0.2, 0, 0.2, 4) } as const;
const steps = 12;
const design = Float64Array.from({ length: steps * 3 }, (_, i) => Math.cos(i * 1.7) + (i % 3 === 0 ? 1 : 0));
const series = Float64Array.from({ length: steps }, (_, t) =>
  t === 4 || t === 7 ? Number.NaN : Math.sin(t * t),
);

/** The joint normal distribution of all states and the values that are seen, without a filter. */
function joint(initial: { readonly mean: Float64Array; readonly variance: Float64Array }) {
  const m = 3;
  const size = steps * m;
  const mean = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  let [a, p] = [initial.mean, initial.variance];
  for (let t = 0; t < steps; t++) {
    mean.set(a, t * m);
    let across = p; // Cov(α_s, α_t) = T^{s-t} Var(α_t)
    for (let s = t; s < steps; s++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < m; j++) {
          covariance[(s * m + i) * size + t * m + j] = across[i * m + j] ?? 0;
          covariance[(t * m + j) * size + s * m + i] = across[i * m + j] ?? 0;
        }
      }
      across = multiply(general.transition, across, m);
    }
    a = multiply(general.transition, a, m);
    p = multiply(multiply(general.transition, p, m), transpose(general.transition, m), m).map(
      (value, i) => value + (general.stateVariance[i] ?? 0),
    );
  }
  const seen = [...series.keys()].filter((t) => !Number.isNaN(series[t]));
  const observe = new Float64Array(seen.length * size);
  for (const [row, t] of seen.entries())
    for (let i = 0; i < m; i++) observe[row * size + t * m + i] = design[t * m + i] ?? 0;
  const cross = multiply(observe, covariance, seen.length, size); // Cov(y, α)
  const variance = multiply(cross, transpose(observe, seen.length, size), seen.length, size);
  for (let i = 0; i < seen.length; i++)
    variance[i * (seen.length + 1)] = (variance[i * (seen.length + 1)] ?? 0) + general.observationVariance;
  const difference = multiply(observe, mean, seen.length, size).map(
    (value, i) => (series[seen[i] ?? 0] ?? 0) - value,
  );
  return { mean, covariance, cross, variance, difference, seen: seen.length, size };
}

test("likelihood and smoothed states of a general model are those of the dense normal distribution", () => {
  const { mean, covariance, cross, variance, difference, seen, size } = joint(start);
  const factor = cholesky(variance, seen) ?? new Float64Array();
  const whitened = difference.slice();
  solveLower(factor, whitened, seen);
  const squares = whitened.reduce((sum, value) => sum + value * value, 0);
  const logLikelihood = -0.5 * (seen * Math.log(2 * Math.PI) + logDeterminant(factor, seen) + squares);
  const model: StateSpace = { ...general, design, initial: { ...start, diffuse: [false, false, false] } };
  expect(kalmanFilter(model, series).logLikelihood).toBeCloseTo(logLikelihood, 10);

  const smoothed = kalmanSmoother(model, series);
  for (let s = 0; s < size; s++) {
    const column = Float64Array.from({ length: seen }, (_, i) => cross[i * size + s] ?? 0);
    solveLower(factor, column, seen);
    const along = column.reduce((sum, value, i) => sum + value * (whitened[i] ?? 0), 0);
    const known = column.reduce((sum, value) => sum + value * value, 0);
    expect(smoothed.mean[s]).toBeCloseTo((mean[s] ?? 0) + along, 10);
    const [t, i] = [Math.floor(s / 3), s % 3];
    expect(smoothed.variance[t * 9 + i * 4]).toBeCloseTo((covariance[s * (size + 1)] ?? 0) - known, 10);
  }
});

test("two diffuse states are the limit of large variances", () => {
  const diffuse = [true, false, true];
  const finite = (kappa: number): StateSpace => ({
    ...general,
    design,
    initial: { variance: of(kappa, 0, 0, 0, 1, 0, 0, 0, kappa), diffuse: [false, false, false] },
  });
  const exact: StateSpace = {
    ...general,
    design,
    initial: { variance: of(0, 0, 0, 0, 1, 0, 0, 0, 0), diffuse },
  };
  const kappa = 1e8;
  expect(kalmanFilter(exact, series).logLikelihood).toBeCloseTo(
    kalmanFilter(finite(kappa), series).logLikelihood + Math.log(kappa), // (d/2) log κ with d = 2
    5,
  );
  // A smaller one leaves variances of the size of 1 more digits.
  const [limit, near] = [kalmanSmoother(exact, series), kalmanSmoother(finite(1e5), series)];
  for (const [i, value] of limit.mean.entries()) expect(value).toBeCloseTo(near.mean[i] ?? 0, 3);
  for (const [i, value] of limit.variance.entries()) expect(value).toBeCloseTo(near.variance[i] ?? 0, 3);
});

test("a state that is never seen stays unsettled, and the rest is as without it", () => {
  const both: StateSpace = {
    states: 2,
    transition: of(1, 0, 0, 1),
    design: of(1, 0),
    stateVariance: of(1469.1, 0, 0, 0),
    observationVariance: 15099,
  };
  const found = kalmanFilter(both, nile);
  expect([found.settling, found.unsettled]).toEqual([1, 1]);
  expect(found.logLikelihood).toBeCloseTo(-633.464563648879, 9);
});

test("all values missing: nothing is settled, the likelihood is 1", () => {
  const found = kalmanFilter(localLevel, new Float64Array(5).fill(Number.NaN));
  expect([found.logLikelihood, found.settling, found.unsettled]).toEqual([-0, 0, 1]);
  expect([...found.expectedVariance]).toEqual(new Array(5).fill(Infinity));
});

test.each<[string, Partial<StateSpace>, string]>([
  ["no states", { states: 0 }, "a state-space model wants 1 or more states, got 0"],
  ["a transition of another size", { transition: of(1, 0) }, "transition: wants 1 numbers, got 2"],
  ["a design of neither length", { design: of(1, 1) }, "design: wants 1 or 100 numbers, got 2"],
  ["a negative variance", { stateVariance: of(-1) }, "stateVariance: variance 0 is -1, wanted one from 0 up"],
  [
    "a noise that is none",
    { observationVariance: Number.NaN },
    "observationVariance: variance 0 is NaN, wanted one from 0 up",
  ],
  [
    "numbers that are not finite",
    { transition: of(Infinity) },
    "transition: number 0 is Infinity, wanted a finite one",
  ],
  ["flags of another length", { initial: { diffuse: [] } }, "initial.diffuse: wants 1 flags, got 0"],
])("refused: %s", (_, change, message) => {
  expect(() => kalmanFilter({ ...localLevel, ...change }, nile)).toThrow(message);
});
