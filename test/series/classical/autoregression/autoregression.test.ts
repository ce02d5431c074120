// The autoregression: Burg's coefficients, forecasts by its recursion, several rhythms, odd series.

import { expect, test } from "vitest";
import {
  type AutoregressionState,
  autoregression,
} from "../../../../src/series/classical/autoregression/autoregression.ts";
import { burgAutoregression } from "../../../../src/series/classical/autoregression/burg.ts";
import type { Forecast } from "../../../../src/series/forecasters/local-model.ts";
import { sliceSeries, timeSeries } from "../../../../src/series/observed/series.ts";
import { Random } from "../../../../src/tensor/random.ts";
import { airPassengers } from "../../air-passengers.ts";

const task = { horizon: 12, seed: 0 };
const passengers = timeSeries(airPassengers, { season: 12 });

function forecastOf(state: AutoregressionState, horizon: number): Forecast {
  return autoregression().forecast(JSON.parse(JSON.stringify(state)), { horizon, levels: [80], future: {} });
}

test("Burg's coefficients, order and variance for luteinizing hormone: R's ar(lh, method = 'burg')", () => {
  // biome-ignore format: R's lh
  const lh = [
    2.4, 2.4, 2.4, 2.2, 2.1, 1.5, 2.3, 2.3, 2.5, 2.0, 1.9, 1.7, 2.2, 1.8, 3.2, 3.2, 2.7, 2.2, 2.2, 1.9, 1.9, 1.8, 2.7, 3.0,
    2.3, 2.0, 2.0, 2.9, 2.9, 2.7, 2.7, 2.3, 2.6, 2.4, 1.8, 1.7, 1.5, 1.4, 2.1, 3.3, 3.5, 3.5, 3.1, 2.6, 2.1, 3.4, 3.0, 2.9,
  ];
  const mean = lh.reduce((sum, value) => sum + value, 0) / lh.length;
  const { coefficients, variance } = burgAutoregression(
    Float64Array.from(lh, (value) => value - mean),
    16,
  );
  expect(coefficients.map((phi) => phi.toFixed(4))).toEqual(["0.6588", "-0.0608", "-0.2234"]);
  expect(variance.toFixed(4)).toBe("0.1786");
});

test("coefficients of a simulated autoregression come back", () => {
  const noise = new Random(3).normal([4000], 0, 1, "float64").toArray() as number[];
  const values = new Float64Array(4000);
  for (let t = 2; t < 4000; t++) {
    values[t] = 1.2 * (values[t - 1] ?? 0) - 0.5 * (values[t - 2] ?? 0) + (noise[t] ?? 0);
  }
  const { coefficients, variance } = burgAutoregression(values, 10);
  expect(coefficients[0]).toBeCloseTo(1.2, 1);
  expect(coefficients[1]).toBeCloseTo(-0.5, 1);
  expect(Math.abs(variance - 1)).toBeLessThan(0.07); // three standard errors: 3 √(2 / 4000)
});

test("forecasts are those of the recursion, intervals those of what an error does", () => {
  const model = autoregression({ log: false });
  const state = model.fit(passengers, task);
  const { coefficients, lag, deviation } = state;
  expect(lag).toBe(12);
  const follow = (shock: number): number[] => {
    const all = [...airPassengers];
    for (let h = 0; h < 15; h++) {
      const t = all.length;
      let value = (all[t - 12] ?? 0) + (h === 0 ? shock : 0);
      for (const [j, phi] of coefficients.entries())
        value += phi * ((all[t - 1 - j] ?? 0) - (all[t - 13 - j] ?? 0));
      all.push(value);
    }
    return all.slice(144);
  };
  const { mean, intervals } = forecastOf(state, 15);
  const [plain, shocked] = [follow(0), follow(1)];
  let variance = 0;
  for (let h = 0; h < 15; h++) {
    expect(mean[h]).toBeCloseTo(plain[h] ?? 0, 8);
    variance += ((shocked[h] ?? 0) - (plain[h] ?? 0)) ** 2;
    const width = (intervals[0]?.upper[h] ?? 0) - (mean[h] ?? 0);
    expect(width).toBeCloseTo(1.2815515655446004 * deviation * Math.sqrt(variance), 7);
  }
});

test("what was expected of each value is the one-step forecast from those before it", () => {
  const model = autoregression({ log: true });
  const state = model.fit(passengers, task);
  const expected = model.fitted?.(state, passengers) ?? new Float64Array();
  for (const t of [60, 100, 143]) {
    const before = model.update?.(state, sliceSeries(passengers, 20, t));
    expect(forecastOf(before as AutoregressionState, 1).mean[0]).toBeCloseTo(expected[t] ?? 0, 8);
  }
  expect(expected[10]).toBeNaN();
});

test("logarithms are taken where the likelihood is larger with them", () => {
  expect(autoregression().fit(passengers, task).log).toBe(true);
  const noise = new Random(4).normal([200], 0, 1, "float64").toArray() as number[];
  const level = timeSeries(noise.map((value, t) => 6 + value + Math.sin(t / 4)));
  expect(level.values.every((value) => value > 0)).toBe(true);
  expect(autoregression().fit(level, task).log).toBe(false);
});

test("a day and a week of hours go on", () => {
  const value = (t: number): number =>
    100 + 10 * Math.sin((2 * Math.PI * t) / 24) + (Math.floor(t / 24) % 7 >= 5 ? -20 : 8);
  const noise = new Random(5).normal([1008], 0, 1, "float64").toArray() as number[];
  const hours = timeSeries(
    noise.map((error, t) => value(t) + error),
    { season: 24 },
  );
  const state = autoregression().fit(hours, { horizon: 168, seed: 0 });
  expect(state.coefficients.length).toBeGreaterThanOrEqual(168);
  const { mean } = forecastOf(state, 168);
  const error = mean.reduce((sum, expected, h) => sum + Math.abs(expected - value(1008 + h)) / 168, 0);
  expect(error).toBeLessThan(2); // seasonal naive: 9.2, from the days before and after weekends alone
});

test("without differences the mean is gone back to", () => {
  const noise = new Random(6).normal([300], 0, 1, "float64").toArray() as number[];
  const state = autoregression({ difference: "none", log: false }).fit(
    timeSeries(noise.map((x) => 50 + x)),
    task,
  );
  expect(forecastOf(state, 200).mean[199]).toBeCloseTo(state.mean, 6);
  expect(Math.abs(state.mean - 50)).toBeLessThan(0.2);
});

test.each([
  ["a constant", new Array(30).fill(7), 7, 7],
  ["zeros", new Array(30).fill(0), 0, 0],
  ["the shortest there is", [3, 4, 5, 6, 7, 8], 5, 8],
  ["a season that stays", Array.from({ length: 40 }, (_, t) => 5 + (t % 4)), 5, 8],
  ["negative values", Array.from({ length: 24 }, (_, t) => -10 - (t % 4)), -13, -10],
])("a sensible forecast of %s", (_, given, least, most) => {
  const { mean, intervals } = forecastOf(autoregression().fit(timeSeries(given, { season: 4 }), task), 12);
  for (const [h, value] of mean.entries()) {
    expect(value).toBeGreaterThanOrEqual(least - 1e-9);
    expect(value).toBeLessThanOrEqual(most + 1e-9);
    expect(intervals[0]?.lower[h]).toBeLessThanOrEqual(value);
  }
});

test("what is no option is named, and what logarithms cannot take", () => {
  expect(() => autoregression({ difference: "year" as "step" })).toThrow('there is no ar difference "year"');
  expect(() => autoregression({ order: 3 } as never)).toThrow('ar: there is no option "order"');
  expect(() => autoregression({ maxOrder: -1 })).toThrow(
    "ar: maxOrder is to be a whole number from 0 up, got -1",
  );
  expect(() => autoregression({ log: true }).fit(timeSeries([1, 2, -3, 4, 5]), task)).toThrow(
    'value 3 of 5 is -3, and the logarithms that ar is to take want values above 0; use log: "auto" or false',
  );
  expect(autoregression().need({ season: 12 }, task)).toEqual({
    rows: 14,
    because: "two values that are differences",
  });
});
