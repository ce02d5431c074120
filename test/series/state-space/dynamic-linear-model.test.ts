// Dynamic linear models: published estimates, components, covariates, gaps, the automatic choice, odd series.

import { expect, test } from "vitest";
import { airlinePassengers } from "../../../src/data/packaged.ts";
import type { Ask } from "../../../src/series/forecasters/local-model.ts";
import { type Series, timeSeries } from "../../../src/series/observed/series.ts";
import { components } from "../../../src/series/state-space/components.ts";
import { type StateSpaceConfig, stateSpace } from "../../../src/series/state-space/dynamic-linear-model.ts";
import { Random } from "../../../src/tensor/random.ts";
import { drivers, nile, petrolPrice, ukGas } from "./published-data.ts";

const task = { horizon: 12, seed: 0 };
const ask = (horizon: number, future: Ask["future"] = {}): Ask => ({ horizon, levels: [80, 95], future });
const noise = (seed: number, count: number) =>
  Float64Array.from(new Random(seed).normal([count], 0, 1, "float64").toArray());

function fitTo(series: Series, config: StateSpaceConfig) {
  const model = stateSpace(config);
  const state = model.fit(series, task);
  return { model, state, figures: model.describe?.(state) ?? {} };
}

test("the Nile: the estimates of Durbin and Koopman 2012, section 2.10", () => {
  const { model, state, figures } = fitTo(timeSeries(nile), { trend: "level", log: false });
  expect(figures.irregularVariance).toBeCloseTo(15099, -1);
  expect(figures.levelVariance).toBeCloseTo(1469.1, 0);
  expect(figures.logLikelihood).toBeCloseTo(-633.4645636, 6);
  const { mean, intervals } = model.forecast(state, ask(3));
  expect([...mean]).toEqual(new Array(3).fill(expect.closeTo(798.37, 1)));
  // ± 1.2816 √(20600.3) at 80 % (the variance of kalman.test.ts).
  expect((intervals[0]?.upper[0] ?? 0) - (mean[0] ?? 0)).toBeCloseTo(1.28155 * Math.sqrt(20600), 0);
});

/** Commandeur and Koopman 2007, An Introduction to State Space Time Series Analysis: log of UK drivers killed or seriously injured. */
const law = drivers.map((_, t) => (t >= 169 ? 1 : 0));
const ukDrivers = timeSeries(drivers.map(Math.log), {
  season: 12,
  covariates: { future: { petrol: petrolPrice.map(Math.log), law } },
});

test.each<[string, StateSpaceConfig, Record<string, number>]>([
  [
    "section 2.2: a level",
    { trend: "level", season: "none", covariates: "none" },
    { irregularVariance: 0.00222157, levelVariance: 0.011866 },
  ],
  [
    "section 3.2: a linear trend, whose slope comes out constant",
    { trend: "linear", season: "none", covariates: "none" },
    { irregularVariance: 0.00211807, levelVariance: 0.0121285, slopeVariance: 0 },
  ],
  [
    "section 4.2: a level and a season of dummies, which comes out constant",
    { trend: "level", season: "dummy", covariates: "none" },
    { irregularVariance: 0.00351385, levelVariance: 0.000945723, seasonVariance: 0 },
  ],
  [
    "section 7.3: waves, the price of petrol and the seat belt law",
    { trend: "level", season: "trigonometric" },
    { irregularVariance: 0.00378629, levelVariance: 0.000267632, seasonVariance: 0.00000116 },
  ],
])("UK drivers, %s", (_, config, published) => {
  const { figures } = fitTo(ukDrivers, { ...config, log: false });
  for (const [name, value] of Object.entries(published))
    expect(Math.abs(Number(figures[name]) - value), name).toBeLessThanOrEqual(2e-3 * value); // 0 is to be 0
});

test("UK drivers: log-likelihoods per month of the book, which counts the constants of n - d values", () => {
  const perMonth = (config: StateSpaceConfig, diffuse: number) => {
    const { figures } = fitTo(ukDrivers, { ...config, log: false, season: "none", covariates: "none" });
    return (Number(figures.logLikelihood) + (diffuse / 2) * Math.log(2 * Math.PI)) / 192;
  };
  expect(perMonth({ trend: "level" }, 1)).toBeCloseTo(0.645196, 6);
  expect(perMonth({ trend: "linear" }, 2)).toBeCloseTo(0.6247935, 6);
});

test("UK drivers: the effects of petrol and of the law, -0.291 and -0.238 in the book's section 7.3", () => {
  const { state } = fitTo(ukDrivers, { trend: "level", season: "trigonometric", log: false });
  const { coefficients } = components(state, ukDrivers);
  expect(coefficients.petrol?.mean).toBeCloseTo(-0.2914, 3);
  expect(coefficients.law?.mean).toBeCloseTo(-0.2377, 4);
  expect(Math.sqrt(coefficients.law?.variance ?? 0)).toBeCloseTo(0.0463, 3);
});

test("UK gas: the variances that statsmodels 0.15.0 finds (lltrend, seasonal=4, exact diffuse)", () => {
  const { figures } = fitTo(timeSeries(ukGas.map(Math.log10), { season: 4 }), {
    trend: "linear",
    season: "dummy",
    log: false,
  });
  expect(figures.irregularVariance).toBeCloseTo(0.00034327, 6);
  expect(figures.levelVariance).toBe(0);
  expect(figures.slopeVariance).toBeCloseTo(1.5027e-6, 7);
  expect(figures.seasonVariance).toBeCloseTo(0.000624, 5);
  // 165.0978967 there, where a level variance of 6e-11 is left.
  expect(figures.logLikelihood).toBeCloseTo(165.0979, 3);
});

test("the parts sum to the series, with variances, slopes and gaps", () => {
  const values = ukGas.map((value, t) => (t >= 50 && t < 56 ? Number.NaN : value));
  const series = timeSeries(values, { season: 4, covariates: { future: { shock: noise(3, 120) } } });
  const { state } = fitTo(series, { trend: "linear", season: "trigonometric", log: true });
  const parts = components(state, series);
  expect(parts.log).toBe(true);
  for (const [t, value] of values.entries()) {
    const sum =
      (parts.level.mean[t] ?? 0) +
      (parts.season?.mean[t] ?? 0) +
      (parts.covariates?.mean[t] ?? 0) +
      (parts.irregular[t] ?? 0);
    expect(sum).toEqual(Number.isNaN(value) ? Number.NaN : expect.closeTo(Math.log(value), 9));
  }
  // In the gap the level is known less well, and goes on by its slope.
  expect(parts.level.variance[53]).toBeGreaterThan(1.5 * (parts.level.variance[30] ?? 0));
  expect(parts.slope?.mean[53]).toBeCloseTo((parts.level.mean[54] ?? 0) - (parts.level.mean[53] ?? 0), 2);
});

test("a season, a trend and logarithms are found where they are, and not elsewhere", async () => {
  const airline = fitTo(timeSeries((await airlinePassengers()).values, { season: 12 }), {}).state;
  expect([airline.structure.season, airline.log]).toEqual(["trigonometric", true]);
  expect(airline.structure.trend).not.toBe("level");
  const white = fitTo(
    timeSeries(
      noise(4, 120).map((value) => 100 + value),
      { season: 12 },
    ),
    {},
  ).state;
  expect([white.structure.trend, white.structure.season]).toEqual(["level", "none"]);
  const line = timeSeries(noise(5, 60).map((value, t) => 3 * t + value - 50));
  expect(fitTo(line, {}).state.structure.trend).toBe("drift");
});

test("airline passengers: 12 months ahead from 1959, within 4 %", async () => {
  const { values } = await airlinePassengers();
  const { model, state } = fitTo(timeSeries(values.slice(0, 132), { season: 12 }), {});
  const { mean, intervals } = model.forecast(state, ask(12));
  const actual = values.slice(132);
  const errors = actual.map((value, h) => Math.abs(value / (mean[h] ?? 0) - 1));
  expect(errors.reduce((sum, error) => sum + error, 0) / 12).toBeLessThan(0.04);
  const [inner, outer] = intervals;
  for (let h = 0; h < 12; h++) {
    expect(outer?.lower[h]).toBeLessThan(inner?.lower[h] ?? 0);
    expect(inner?.lower[h]).toBeLessThan(mean[h] ?? 0);
    expect(mean[h]).toBeLessThan(inner?.upper[h] ?? 0);
  }
});

test("a covariate known ahead moves the forecast by its coefficient", () => {
  const promotion = Float64Array.from({ length: 112 }, (_, t) => (t % 9 === 0 || t === 105 ? 1 : 0));
  const values = noise(6, 100).map((value, t) => 50 + value + 20 * (promotion[t] ?? 0));
  const series = timeSeries(values, { covariates: { future: { promotion, never: new Float64Array(112) } } });
  const { model, state } = fitTo(series, { trend: "level", log: false });
  expect(state.regressors.map(({ name }) => name)).toEqual(["promotion"]); // `never` tells nothing
  expect(components(state, series).coefficients.promotion?.mean).toBeCloseTo(20, 0);
  const { mean } = model.forecast(state, ask(12, { promotion: promotion.subarray(100) }));
  expect((mean[5] ?? 0) - (mean[4] ?? 0)).toBeCloseTo(20, 0);
  expect((mean[8] ?? 0) - (mean[7] ?? 0)).toBeCloseTo(20, 0);
  expect(() => model.forecast(state, ask(12))).toThrow(
    'the covariate "promotion", which the model was fitted with, is missing',
  );
  expect(() => model.forecast(state, ask(14, { promotion: promotion.subarray(100) }))).toThrow(
    'the covariate "promotion" is known for 12 of the 14 steps ahead; wanted all of them',
  );
  expect(() => fitTo(series, { covariates: ["price"] })).toThrow(
    'there is no covariate "price" that is known ahead. There are promotion, never',
  );
});

test("missing values: forecasts through gaps, at the end too", () => {
  const wave = Float64Array.from({ length: 96 }, (_, t) => 10 + 3 * Math.sin((2 * Math.PI * t) / 12));
  const values = wave.map((value, t) =>
    t % 7 === 3 || t > 90 ? Number.NaN : value + 0.01 * Math.cos(t * t),
  );
  const { model, state } = fitTo(timeSeries(values, { season: 12 }), { log: false });
  const { mean } = model.forecast(state, ask(12));
  for (let h = 0; h < 12; h++) expect(mean[h]).toBeCloseTo(wave[h] ?? 0, 1); // 96 steps are 8 seasons
});

test("fitted values, saving as JSON, and going on with newer values", () => {
  const series = timeSeries(ukGas, { season: 4 });
  const { model, state } = fitTo(series, {});
  const saved = JSON.parse(JSON.stringify(state)) as typeof state;
  expect(saved).toEqual(state);
  expect(model.forecast(saved, ask(8))).toEqual(model.forecast(state, ask(8)));

  const fitted = model.fitted?.(state, series) ?? new Float64Array();
  expect(fitted.findIndex((value) => !Number.isNaN(value))).toBeGreaterThan(1);
  const errors = fitted
    .map((value, t) => Math.abs(value / (ukGas[t] ?? 0) - 1))
    .filter((error) => !Number.isNaN(error));
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.1);

  // The same values lead to the same state; the fitted value at t is the forecast from before t.
  const again = model.update?.(state, series) ?? state;
  for (const [i, value] of again.mean.entries()) expect(value).toBeCloseTo(state.mean[i] ?? 0, 8);
  const earlier = model.update?.(state, timeSeries(ukGas.slice(0, 100), { season: 4 })) ?? state;
  expect(model.forecast(earlier, ask(1)).mean[0]).toBeCloseTo(fitted[100] ?? 0, 6);
});

test("a scale of 1e-9 or 1e12 and a shift change nothing else", () => {
  const base = noise(7, 80).map((value, t) => Math.sin(t / 5) + 0.2 * value);
  const { model, state } = fitTo(timeSeries(base), { log: false });
  const plain = model.forecast(state, ask(5));
  for (const [scale, shift] of [
    [1e-9, 0],
    [1e12, 1e15],
  ] as const) {
    const other = model.fit(timeSeries(base.map((value) => shift + scale * value)), task);
    const { mean, intervals } = model.forecast(other, ask(5));
    for (let h = 0; h < 5; h++) {
      expect(((mean[h] ?? 0) - shift) / scale).toBeCloseTo(plain.mean[h] ?? 0, 2);
      expect(((intervals[1]?.upper[h] ?? 0) - shift) / scale).toBeCloseTo(
        plain.intervals[1]?.upper[h] ?? 0,
        2,
      );
    }
  }
});

test.each([0, 5, -3e8])("a constant of %d goes on, without a spread", (constant) => {
  const { model, state } = fitTo(timeSeries(new Float64Array(30).fill(constant), { season: 12 }), {});
  const { mean, intervals } = model.forecast(state, ask(4));
  for (let h = 0; h < 4; h++) {
    expect(mean[h]).toBeCloseTo(constant, 6);
    expect(intervals[1]?.upper[h]).toBeCloseTo(constant, 6);
  }
});

test("short series: three values have a forecast, fewer are too few", () => {
  const model = stateSpace();
  expect(model.need({ season: 12 }, task)).toEqual({
    rows: 3,
    because: "one for each state of a local level, and two more",
  });
  const { mean, intervals } = model.forecast(model.fit(timeSeries([3, 5, 4]), task), ask(2));
  expect(mean[0]).toBeGreaterThan(3);
  expect(mean[0]).toBeLessThan(5);
  expect(intervals[0]?.upper[1]).toBeGreaterThan(mean[1] ?? 0);
  expect(() => model.fit(timeSeries([1, Number.NaN, 2]), task)).toThrow(
    "it has 2 values, and local level needs at least 3. Give more rows, or a simpler model",
  );
  expect(() =>
    fitTo(timeSeries(nile.slice(0, 12), { season: 12 }), { trend: "linear", season: "dummy" }),
  ).toThrow(
    "it has 12 values, and local linear trend + season of 12 (dummies) needs at least 15. Give more rows, or a simpler model",
  );
});

test("values without a logarithm, where one is asked for", () => {
  expect(() => fitTo(timeSeries([1, 2, 0, 3, 4]), { log: true })).toThrow(
    "value 3 of 5 is 0, which has no logarithm; wanted positive values, or log: false",
  );
});

test.each<[string, unknown, string]>([
  [
    "an option that there is not",
    { trends: "level" },
    'state-space: there is no option "trends". Did you mean "trend"?',
  ],
  [
    "a trend that there is not",
    { trend: "holt" },
    'state-space: trend is to be one of auto, level, drift, linear, smooth, damped, got "holt"',
  ],
  [
    "a season that there is not",
    { season: 12 },
    "state-space: season is to be one of auto, none, dummy, trigonometric, got 12",
  ],
  ["no waves", { harmonics: 0 }, "state-space: harmonics is to be a positive whole number, got 0"],
  [
    "covariates by number",
    { covariates: [1] },
    'state-space: covariates is to be "all", "none" or a list of names, got [1]',
  ],
  ["a logarithm by name", { log: "yes" }, 'state-space: log is to be true, false or "auto", got "yes"'],
])("refused: %s", (_, config, message) => {
  expect(() => stateSpace(config as StateSpaceConfig)).toThrow(message);
});
