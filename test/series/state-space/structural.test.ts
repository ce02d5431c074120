// Structural models: their transitions, the likelihood's derivatives, the waves of a season.

import { expect, test } from "vitest";
import { kalmanFilter } from "../../../src/series/state-space/kalman-filter.ts";
import { StructuralLikelihood } from "../../../src/series/state-space/structural-likelihood.ts";
import {
  designOf,
  layoutOf,
  type Structure,
  startOf,
  transitionOf,
} from "../../../src/series/state-space/structure.ts";
import { strongestWaves } from "../../../src/series/state-space/waves.ts";
import { Random } from "../../../src/tensor/random.ts";

const noise = (seed: number, count: number) =>
  Float64Array.from(new Random(seed).normal([count], 0, 1, "float64").toArray());

const plain: Structure = { trend: "level", season: "none", period: 1, waves: [], regressors: 0 };

test("waves of all periods and dummies make seasons that come again and sum to nothing", () => {
  for (const period of [2, 5, 6]) {
    for (const season of ["dummy", "trigonometric"] as const) {
      const waves = Array.from({ length: Math.floor(period / 2) }, (_, i) => i + 1);
      const structure: Structure = { ...plain, season, period, waves };
      const { m } = layoutOf(structure);
      expect(m).toBe(period);
      const transition = transitionOf(structure, 1);
      const design = designOf(structure, [], 1);
      let state = Float64Array.from({ length: m }, (_, i) => (i === 0 ? 0 : Math.sin(i))); // a level of 0
      const seen = Array.from({ length: 2 * period }, () => {
        const value = state.reduce((sum, x, i) => sum + x * (design[i] ?? 0), 0);
        state = state.map((_, i) => state.reduce((sum, x, j) => sum + (transition[i * m + j] ?? 0) * x, 0));
        return value;
      });
      expect(seen.slice(0, period).reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
      for (let t = 0; t < period; t++) expect(seen[t + period]).toBeCloseTo(seen[t] ?? 0, 12);
      expect(Math.max(...seen.map(Math.abs))).toBeGreaterThan(0.1);
    }
  }
});

const values = noise(1, 40).map((value, t) => Math.sin(t / 3) + 0.3 * value);
const withGaps = values.map((value, t) => (t === 1 || t === 20 || t === 21 ? Number.NaN : value));
const regressor = noise(2, 40);

test.each<[string, Structure, Float64Array[], Float64Array]>([
  ["a level", plain, [], values],
  ["a trend, with values missing", { ...plain, trend: "linear" }, [], withGaps],
  ["a smooth trend with dummies", { ...plain, trend: "smooth", season: "dummy", period: 4 }, [], values],
  [
    "a damped trend with waves",
    { ...plain, trend: "damped", season: "trigonometric", period: 5, waves: [1, 2] },
    [],
    withGaps,
  ],
  [
    "a drift with some waves",
    { ...plain, trend: "drift", season: "trigonometric", period: 12, waves: [1, 3] },
    [],
    values,
  ],
  ["a level with a regressor", { ...plain, regressors: 1 }, [regressor], withGaps],
])("derivatives of the likelihood of %s are those of differences", (_, structure, columns, series) => {
  const likelihood = new StructuralLikelihood(structure, columns, series);
  const count = likelihood.layout.noises.length;
  const logs = Float64Array.from([-0.3, -1.2, -2.5, -2]).subarray(0, count);
  const damped = structure.trend === "damped";
  const gradient = new Float64Array(count + (damped ? 1 : 0));
  likelihood.evaluate(logs.map(Math.exp), 0.9, gradient);
  const at = (g: number, step: number) =>
    likelihood.evaluate(
      logs.map((log, i) => Math.exp(i === g ? log + step : log)),
      0.9,
    );
  for (let g = 0; g < count; g++)
    expect(gradient[g]).toBeCloseTo((at(g, 1e-4) - at(g, -1e-4)) / 2e-4, structure.period === 12 ? 3 : 5);
  if (!damped) return;
  const slope =
    likelihood.evaluate(logs.map(Math.exp), 0.901) - likelihood.evaluate(logs.map(Math.exp), 0.899);
  expect(gradient[count]).toBeCloseTo(slope / 2e-3, 3);
});

test("the likelihood at its likeliest factor is the filter's, and no other factor's is higher", () => {
  const structure: Structure = { ...plain, trend: "linear" };
  const likelihood = new StructuralLikelihood(structure, [], withGaps);
  const variances = Float64Array.of(1, 0.2, 0.01);
  const { factor, logLikelihood, mean } = likelihood.outcome(variances, 1);
  const filtered = (by: number) =>
    kalmanFilter(
      {
        states: 2,
        transition: Float64Array.of(1, 1, 0, 1),
        design: Float64Array.of(1, 0),
        stateVariance: Float64Array.of(0.2 * factor * by, 0, 0, 0.01 * factor * by),
        observationVariance: factor * by,
      },
      withGaps,
    );
  expect(filtered(1).logLikelihood).toBeCloseTo(logLikelihood, 10);
  expect([...filtered(1).predicted.slice(-2)]).toEqual([...mean].map((value) => expect.closeTo(value, 10)));
  expect(filtered(1.05).logLikelihood).toBeLessThan(logLikelihood);
  expect(filtered(0.95).logLikelihood).toBeLessThan(logLikelihood);
});

test("the profile likelihood of a level is that of the values around their best constant, the noises being correlated", () => {
  // One value more than the start settles: y_1 = μ_0 + η_0 + ε_1, y_2 = μ_0 + η_0 + η_1 + ε_2, with Var η = q, Var ε = 1.
  // Cov = [1 + q, q; q, 1 + 2q]; the likelihood at the best μ_0 and the best factor is worked out here.
  const q = 0.5;
  const pair = Float64Array.of(0.3, 1.1);
  const { profileLogLikelihood } = new StructuralLikelihood(plain, [], pair).outcome(
    Float64Array.of(1, q),
    1,
  );
  const [a, b, c] = [1 + q, q, 1 + 2 * q];
  const determinant = a * c - b * b;
  const [inverseA, inverseB, inverseC] = [c / determinant, -b / determinant, a / determinant];
  const [x, y] = [0.3, 1.1];
  const weight = inverseA + 2 * inverseB + inverseC;
  const best = ((inverseA + inverseB) * x + (inverseB + inverseC) * y) / weight;
  const [u, v] = [x - best, y - best];
  const squares = inverseA * u * u + 2 * inverseB * u * v + inverseC * v * v;
  const expected = -0.5 * (2 * (Math.log((2 * Math.PI * squares) / 2) + 1) + Math.log(determinant));
  expect(profileLogLikelihood).toBeCloseTo(expected, 12);
});

test("states of some waves start with a large variance, all others with an infinite one", () => {
  const some = layoutOf({ ...plain, season: "trigonometric", period: 24, waves: [1, 2] });
  expect(startOf(some, 2).diffuse).toEqual([true, false, false, false, false]);
  expect(startOf(some, 2).variance?.[6]).toBe(2e6);
  const all = layoutOf({ ...plain, season: "trigonometric", period: 4, waves: [1, 2] });
  expect(startOf(all, 2).diffuse).toEqual([true, true, true, true]);
});

test("the strongest waves of a season", () => {
  const week = Float64Array.from(
    { length: 500 },
    (_, t) => 5 * Math.sin((2 * Math.PI * 7 * t) / 168) + 2 * Math.cos((2 * Math.PI * t) / 168) + 0.01 * t,
  );
  expect(strongestWaves(week, 168, 2)).toEqual([1, 7]);
  week[100] = Number.NaN;
  expect(strongestWaves(week, 168, 1)).toEqual([7]);
  expect(strongestWaves(week, 7, 12)).toEqual([1, 2, 3]);
});
