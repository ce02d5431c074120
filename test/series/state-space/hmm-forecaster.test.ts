// The hidden Markov model as a forecaster: means and intervals of mixtures.

import { expect, test } from "vitest";
import { timeSeries } from "../../../src/series/observed/series.ts";
import {
  FittedHiddenMarkovModel,
  type HiddenMarkovState,
} from "../../../src/series/state-space/hidden-markov-model.ts";
import { type HmmForecasterState, hmm } from "../../../src/series/state-space/hmm-forecaster.ts";

const task = { horizon: 12, seed: 0 };

const regimes = {
  hmm: {
    states: 2,
    dimensions: 1,
    covariance: "diagonal",
    start: [0.5, 0.5],
    transition: [0.9, 0.1, 0.2, 0.8],
    means: [0, 10],
    covariances: [1, 4],
  },
} as unknown as HiddenMarkovState;

const { values } = new FittedHiddenMarkovModel(regimes).sample(600, 4);

test("the mean goes from the last regime's to the long run's: 2/3 · 0 + 1/3 · 10", () => {
  const model = hmm();
  const state = { ...regimes, last: [0, 1] } as HmmForecasterState;
  const { mean, intervals } = model.forecast(state, { horizon: 200, levels: [80], future: {} });
  expect(mean[0]).toBeCloseTo(8, 12); // 0.8 · 10
  expect(mean[1]).toBeCloseTo(6.6, 12); // 0.8 · 0.8 + 0.2 · 0.1 = 0.66
  expect(mean[199]).toBeCloseTo(10 / 3, 9);
  // In the long run: P(x < upper) = 0.9 is P(N(10, 2) < upper) = 0.7 where the low regime lies below for sure: 10 + 2 · 0.5244.
  expect(intervals[0]?.upper[199]).toBeCloseTo(10 + 2 * 0.524401, 4);
  // P(x < lower) = 0.1 is P(N(0, 1) < lower) = 0.15, as the high regime lies above: -1.03643.
  expect(intervals[0]?.lower[199]).toBeCloseTo(-1.03643, 3);
});

test("regimes of a sample, their number by BIC, and a forecast that knows the last one", () => {
  const model = hmm();
  const series = timeSeries(values);
  const state = model.fit(series, task);
  const figures = model.describe?.(state) ?? {};
  expect(figures.model).toBe("hidden Markov model of 2 states");
  const ahead = model.forecast(state, { horizon: 1, levels: [95], future: {} });
  const last = values.at(-1) ?? 0;
  expect(Math.abs((ahead.mean[0] ?? 0) - (last > 5 ? 8 : 1))).toBeLessThan(1);
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);

  const fitted = model.fitted?.(state, series) ?? new Float64Array();
  const error = (expected: (t: number) => number) =>
    values.reduce((sum, value, t) => sum + (value - expected(t)) ** 2, 0) / values.length;
  const average = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(error((t) => fitted[t] ?? 0)).toBeLessThan(0.7 * error(() => average));
  const earlier = model.update?.(state, timeSeries(values.slice(0, 300))) ?? state;
  expect(model.forecast(earlier, { horizon: 1, levels: [], future: {} }).mean[0]).toBeCloseTo(
    fitted[300] ?? 0,
    9,
  );
});

test("80 % intervals one step ahead hold about 80 % of what comes", () => {
  const model = hmm({ states: 2 });
  const state = model.fit(timeSeries(values.slice(0, 400)), task);
  let held = 0;
  for (let t = 400; t < 600; t++) {
    const now = model.update?.(state, timeSeries(values.slice(0, t))) ?? state;
    const { intervals } = model.forecast(now, { horizon: 1, levels: [80], future: {} });
    const value = values[t] ?? 0;
    if (value >= (intervals[0]?.lower[0] ?? 0) && value <= (intervals[0]?.upper[0] ?? 0)) held++;
  }
  expect(held / 200).toBeGreaterThan(0.72);
  expect(held / 200).toBeLessThan(0.88);
});

test("a constant goes on; missing values are passed over; too few are refused", () => {
  const model = hmm();
  const constant = model.fit(timeSeries([4, 4, Number.NaN, 4, 4]), task);
  const { mean, intervals } = model.forecast(constant, { horizon: 2, levels: [80], future: {} });
  expect([...mean, ...(intervals[0]?.lower ?? []), ...(intervals[0]?.upper ?? [])]).toEqual([
    4, 4, 4, 4, 4, 4,
  ]);
  const gaps = values.map((value, t) => (t % 5 === 1 || t > 595 ? Number.NaN : value));
  expect(model.describe?.(model.fit(timeSeries(gaps), task)).states).toBe(2);
  expect(() => model.fit(timeSeries([1, 2, Number.NaN, 3, 4]), task)).toThrow(
    "it has 4 values, and hmm needs at least 5. Give more rows, or another model",
  );
  expect(model.need({ season: 1 }, task)).toEqual({ rows: 5, because: "5 for each of 1 state" });
  expect(() => hmm({ covariance: "full" } as object)).toThrow('hmm: there is no option "covariance"');
  expect(() => hmm({ states: 1.5 })).toThrow(
    "hidden Markov model: states is to be a positive whole number, got 1.5",
  );
});
