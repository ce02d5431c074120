// The naive family by hand: forecasts, intervals, missing values, other values of the same series.

import { expect, test } from "vitest";
import { mean, movingAverage } from "../../../../src/series/classical/naive/average.ts";
import { drift } from "../../../../src/series/classical/naive/drift.ts";
import { naive, seasonalNaive } from "../../../../src/series/classical/naive/naive.ts";
import { naive2 } from "../../../../src/series/classical/naive/naive-2.ts";
import type { Forecast, LocalModel } from "../../../../src/series/forecasters/local-model.ts";
import { sliceSeries, timeSeries } from "../../../../src/series/observed/series.ts";
import { airPassengers } from "../../air-passengers.ts";

const { NaN: missing } = Number;
const z80 = 1.2815515655446004; // the normal quantile at 0.9

function forecastOf(model: LocalModel, values: readonly number[], horizon: number, season = 1): Forecast {
  const series = timeSeries(values, { season });
  const state = model.fit(series, { horizon, seed: 0 });
  // A state is plain data: it goes through JSON.
  return model.forecast(JSON.parse(JSON.stringify(state)), { horizon, levels: [80], future: {} });
}

/** How far the upper ends lie above the forecast, in units of the quantile. */
function spreads({ mean: middle, intervals }: Forecast): number[] {
  const [interval] = intervals;
  return Array.from(middle, (value, h) => ((interval?.upper[h] ?? 0) - value) / z80);
}

function expectAll(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 10);
}

test("naive: the last value, errors of a random walk", () => {
  const forecast = forecastOf(naive(), [3, 5, 4, 6], 3);
  expectAll(forecast.mean, [6, 6, 6]);
  const sigma = Math.sqrt((4 + 1 + 4) / 3);
  expectAll(spreads(forecast), [sigma, sigma * Math.SQRT2, sigma * Math.sqrt(3)]);
  expect(forecast.intervals[0]?.level).toBe(80);
  expect(
    naive().fitted?.(naive().fit(timeSeries([3, 5, 4]), { horizon: 1, seed: 0 }), timeSeries([3, 5, 4])),
  ).toEqual(Float64Array.of(missing, 3, 5));
});

test("seasonal naive: the last season, over and over, errors that grow from season to season", () => {
  const forecast = forecastOf(seasonalNaive(), [1, 2, 3, 2, 4, 3], 4, 3);
  expectAll(forecast.mean, [2, 4, 3, 2]);
  const sigma = Math.sqrt((1 + 4 + 0) / 3);
  expectAll(spreads(forecast), [sigma, sigma, sigma, sigma * Math.SQRT2]);
  expect(seasonalNaive().need({ season: 3 }, { horizon: 1, seed: 0 })).toEqual({
    rows: 3,
    because: "one season of 3",
  });
});

test("seasonal naive of a season of 1 is naive", () => {
  expect(forecastOf(seasonalNaive(), [1, 7, 2], 2)).toEqual(forecastOf(naive(), [1, 7, 2], 2));
});

test("a missing last value: the one before, and wider intervals", () => {
  const forecast = forecastOf(naive(), [3, 5, 4, missing], 1);
  expectAll(forecast.mean, [4]);
  expectAll(spreads(forecast), [Math.sqrt((4 + 1) / 2) * Math.SQRT2]);
  expectAll(forecastOf(seasonalNaive(), [1, 2, 3, missing, 2, 4], 3, 3).mean, [1, 2, 4]);
  expectAll(forecastOf(seasonalNaive(), [missing, 2, 3, missing, 2, 4], 3, 3).mean, [2, 2, 4]);
});

test("drift: the line through the first value and the last", () => {
  const forecast = forecastOf(drift(), [1, 4, 3, 7], 2);
  expectAll(forecast.mean, [9, 11]);
  const sigma = Math.sqrt((1 + 9 + 4) / 3); // steps 3, -1, 4, less the mean step of 2
  expectAll(spreads(forecast), [sigma * Math.sqrt(1 + 1 / 3), sigma * Math.sqrt(2 * (1 + 2 / 3))]);
  expectAll(forecastOf(drift(), [missing, 1, missing, 5, missing], 2).mean, [9, 11]);
  expect(drift().need({ season: 12 }, { horizon: 1, seed: 0 }).rows).toBe(2);
});

test("mean: of all known values", () => {
  const forecast = forecastOf(mean(), [2, 4, missing, 6], 2);
  expectAll(forecast.mean, [4, 4]);
  expectAll(spreads(forecast), [2 * Math.sqrt(4 / 3), 2 * Math.sqrt(4 / 3)]);
  const series = timeSeries([2, 4, 6]);
  expect(mean().fitted?.(mean().fit(series, { horizon: 1, seed: 0 }), series)).toEqual(
    Float64Array.of(missing, 2, 3),
  );
});

test("moving average: of the last values, with the errors that it made so many steps ahead", () => {
  const forecast = forecastOf(movingAverage({ window: 2 }), [1, 3, 5, 7, 9], 2);
  expectAll(forecast.mean, [8, 8]);
  expect(spreads(forecast)[0]).toBeCloseTo(3, 10); // each value is 3 above the mean of the two before
  expectAll(forecastOf(movingAverage(), [0, 3, 3, 6], 1).mean, [4]);
  expectAll(forecastOf(movingAverage(), [0, 3, 3, 6, 2], 1, 4).mean, [3.5]);
  expect(() => movingAverage({ window: 0 })).toThrow(
    "moving-average: window is to be a positive whole number, got 0",
  );
  expect(() => movingAverage({ length: 3 } as never)).toThrow('moving-average: there is no option "length"');
});

test("naive-2: the last value without its season, with that of the step put back", () => {
  const season = [1.5, 0.5, 1];
  const values = Array.from({ length: 12 }, (_, t) => 10 * (season[t % 3] ?? 0));
  expectAll(forecastOf(naive2(), values, 4, 3).mean, [15, 5, 10, 15]);
  // Too few seasons for the test: naive.
  expectAll(forecastOf(naive2(), values.slice(0, 8), 2, 3).mean, [5, 5]);
});

test("naive-2 of values that are not positive takes an additive season", () => {
  const season = [4, -4, 0];
  const values = Array.from({ length: 15 }, (_, t) => season[t % 3] ?? 0);
  const forecast = forecastOf(naive2(), values, 3, 3);
  expectAll(forecast.mean, season);
  const state = naive2().fit(timeSeries(values, { season: 3 }), { horizon: 3, seed: 0 });
  expect(naive2().describe?.(state)).toMatchObject({ seasonality: "additive" });
});

test.each([naive(), seasonalNaive(), drift(), mean(), movingAverage(), naive2()] as LocalModel[])(
  "$name of a constant stays there, with no width",
  (model) => {
    const forecast = forecastOf(model, new Array(30).fill(4), 5, 6);
    expectAll(forecast.mean, [4, 4, 4, 4, 4]);
    expectAll(spreads(forecast), [0, 0, 0, 0, 0]);
  },
);

test.each([naive(), seasonalNaive(), drift(), movingAverage(), naive2()] as LocalModel[])(
  "$name goes on from other values of the same series, wherever they begin",
  (model) => {
    const series = timeSeries(airPassengers, { season: 12 });
    const state = model.fit(sliceSeries(series, 0, 100), { horizon: 6, seed: 0 });
    const ask = { horizon: 6, levels: [], future: {} };
    const whole = model.forecast(model.update?.(state, series), ask).mean;
    const part = model.forecast(model.update?.(state, sliceSeries(series, 41, 144)), ask).mean;
    expect(part).toEqual(whole);
    expect(whole).not.toEqual(model.forecast(state, ask).mean);
  },
);
