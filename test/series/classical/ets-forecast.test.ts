// Forecasts and intervals of exponential smoothing: closed forms, and the variances against simulated paths.

import { expect, test } from "vitest";
import { forecastEts } from "../../../src/series/classical/ets/forecast.ts";
import type { EtsState } from "../../../src/series/classical/ets/state.ts";
import { Random } from "../../../src/tensor/random.ts";

const state: EtsState = {
  form: { error: "A", trend: "N", season: "N" },
  period: 1,
  alpha: 0.3,
  beta: 0,
  gamma: 0,
  phi: 1,
  initial: { level: 100, slope: 0, season: [] },
  last: { level: 100, slope: 0, season: [] },
  sigma: 5,
  observed: 50,
  logLikelihood: -100,
  aic: 206,
  aicc: 206.5,
  bic: 210,
};

/** Half of an interval's width in standard deviations of 1. */
const Z95 = 1.959963984540054;

test("the variance of simple smoothing is σ²(1 + (h − 1)α²)", () => {
  // Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 8.7.
  const { mean, intervals } = forecastEts(state, 4, [95]);
  expect([...mean]).toEqual([100, 100, 100, 100]);
  for (let h = 0; h < 4; h++) {
    const width = Z95 * 5 * Math.sqrt(1 + h * 0.09);
    expect(intervals[0]?.upper[h]).toBeCloseTo(100 + width, 9);
    expect(intervals[0]?.lower[h]).toBeCloseTo(100 - width, 9);
  }
});

test("the variance of Holt and Winters' additive method", () => {
  // The same section: σ²[1 + (h−1)(α² + αβh + β²h(2h−1)/6) + γk(2α + γ + βm(k+1))], k the whole seasons before step h.
  const [alpha, beta, gamma, m] = [0.3, 0.05, 0.2, 4];
  const seasonal: EtsState = {
    ...state,
    form: { error: "A", trend: "A", season: "A" },
    period: m,
    alpha,
    beta,
    gamma,
    last: { level: 100, slope: 2, season: [1, -2, 3, -2] },
  };
  const { mean, intervals } = forecastEts(seasonal, 10, [95]);
  for (let h = 1; h <= 10; h++) {
    const k = Math.floor((h - 1) / m);
    const variance =
      25 *
      (1 +
        (h - 1) * (alpha ** 2 + alpha * beta * h + (beta ** 2 * h * (2 * h - 1)) / 6) +
        gamma * k * (2 * alpha + gamma + beta * m * (k + 1)));
    expect(mean[h - 1]).toBeCloseTo(100 + 2 * h + ([1, -2, 3, -2][(h - 1) % m] ?? 0), 9);
    expect(intervals[0]?.upper[h - 1]).toBeCloseTo((mean[h - 1] ?? 0) + Z95 * Math.sqrt(variance), 9);
  }
});

test("a damped trend levels off at φb/(1 − φ)", () => {
  const damped: EtsState = {
    ...state,
    form: { error: "A", trend: "Ad", season: "N" },
    phi: 0.9,
    beta: 0.1,
    last: { level: 100, slope: 2, season: [] },
  };
  const { mean } = forecastEts(damped, 200, []);
  expect(mean[0]).toBeCloseTo(101.8, 9);
  expect(mean[1]).toBeCloseTo(103.42, 9);
  expect(mean[199]).toBeCloseTo(118, 6);
});

test.each([
  { season: "A" as const, states: [8, -5, 2, -5], trend: "Ad" as const, phi: 0.95 },
  { season: "M" as const, states: [1.2, 0.9, 1, 0.9], trend: "A" as const, phi: 1 },
])("with multiplicative errors and season $season the variances are those of simulated paths", (form) => {
  const { season, states, trend, phi } = form;
  const model: EtsState = {
    ...state,
    form: { error: "M", trend, season },
    period: 4,
    alpha: 0.5,
    beta: 0.1,
    gamma: 0.15,
    phi,
    sigma: 0.06,
    last: { level: 100, slope: 1.5, season: states },
  };
  const [paths, horizon] = [20_000, 12];
  const noise = new Random(3).normal([paths * horizon], 0, 0.06, "float64").data as Float64Array;
  const sums = new Float64Array(horizon);
  const squares = new Float64Array(horizon);
  for (let path = 0; path < paths; path++) {
    let { level, slope } = model.last;
    const now = [...states];
    for (let h = 0; h < horizon; h++) {
      const s = now[h % 4] ?? 0;
      const q = level + phi * slope;
      const f = season === "A" ? q + s : q * s;
      const e = f * (noise[path * horizon + h] ?? 0);
      const d = season === "A" ? e : e / s;
      level = q + model.alpha * d;
      slope = phi * slope + model.beta * d;
      now[h % 4] = s + model.gamma * (season === "A" ? e : e / q);
      sums[h] = (sums[h] ?? 0) + f + e;
      squares[h] = (squares[h] ?? 0) + (f + e) ** 2;
    }
  }
  const { mean, intervals } = forecastEts(model, horizon, [95]);
  for (let h = 0; h < horizon; h++) {
    const average = (sums[h] ?? 0) / paths;
    const deviation = Math.sqrt((squares[h] ?? 0) / paths - average ** 2);
    const found = ((intervals[0]?.upper[h] ?? 0) - (mean[h] ?? 0)) / Z95;
    expect((mean[h] ?? 0) / average).toBeCloseTo(1, 2);
    expect(Math.abs(found / deviation - 1)).toBeLessThan(0.02); // a deviation of 20,000 paths is known to 0.5 %
  }
});
