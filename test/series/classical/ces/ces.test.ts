// Complex exponential smoothing against its recursion in complex numbers, a special case that is known, and odd series.

import { expect, test } from "vitest";
import { type CesModelState, type CesSeasonality, ces } from "../../../../src/series/classical/ces/ces.ts";
import { isStable, runCes, walkCes } from "../../../../src/series/classical/ces/ces-filter.ts";
import type { Forecast } from "../../../../src/series/forecasters/local-model.ts";
import { sliceSeries, timeSeries } from "../../../../src/series/observed/series.ts";
import { airPassengers } from "../../air-passengers.ts";

const seasonalities: readonly CesSeasonality[] = ["none", "simple", "partial", "full", "adjusted"];
const nothing = () => new Float64Array(0);
const values = Float64Array.from({ length: 40 }, (_, t) => 50 + 0.7 * t + 4 * Math.sin(1.3 * t * t));

function forecastOf(state: CesModelState, horizon = 8): Forecast {
  return ces().forecast(JSON.parse(JSON.stringify(state)), { horizon, levels: [80], future: {} });
}

test("with α1 = 1 the level is that of simple exponential smoothing with α0 - 1", () => {
  const state = {
    level: Float64Array.of(50),
    information: Float64Array.of(20),
    season: nothing(),
    seasonInformation: nothing(),
  };
  const expected = new Float64Array(40);
  const squares = runCes("none", [1.3, 1], state, values, 0, false, expected);
  let level = 50;
  let sum = 0;
  for (const [t, value] of values.entries()) {
    expect(expected[t]).toBeCloseTo(level, 9);
    sum += (value - level) ** 2;
    level += 0.3 * (value - level);
  }
  expect(squares).toBeCloseTo(sum, 7);
});

test("the complex level is that of the paper, in complex numbers", () => {
  // Equation 2 of Svetunkov, Kourentzes and Ord 2022: ŷ_{t+1} + i p̂_{t+1} = (α0 + iα1)(y_t + i e_t) + (1 - α0 + i - iα1)(ŷ_t + i p̂_t).
  const [a0, a1] = [1.2, 0.9];
  const state = {
    level: Float64Array.of(48),
    information: Float64Array.of(30),
    season: nothing(),
    seasonInformation: nothing(),
  };
  const expected = new Float64Array(40);
  runCes("none", [a0, a1], state, values, 0, false, expected);
  let [re, im] = [48, 30];
  for (const [t, y] of values.entries()) {
    expect(expected[t]).toBeCloseTo(re, 6);
    const e = y - re;
    const [b0, b1] = [1 - a0, 1 - a1];
    [re, im] = [a0 * y - a1 * e + b0 * re - b1 * im, a1 * y + a0 * e + b0 * im + b1 * re];
  }
});

test("stability is that of the paper's three circles", () => {
  for (let a0 = -0.5; a0 < 3; a0 += 0.097) {
    for (let a1 = -0.5; a1 < 2.5; a1 += 0.097) {
      const inside =
        (a0 - 2.5) ** 2 + a1 ** 2 > 1.25 &&
        (a0 - 0.5) ** 2 + (a1 - 1) ** 2 > 0.25 &&
        (a0 - 1.5) ** 2 + (a1 - 0.5) ** 2 < 1.5;
      expect(isStable(a0, a1), `${a0}, ${a1}`).toBe(inside);
    }
  }
});

test("intervals grow by what an error does to the steps after it", () => {
  const series = timeSeries(airPassengers, { season: 12 });
  for (const seasonality of ["none", "partial", "full"] as const) {
    const state = ces({ seasonality }).fit(series, { horizon: 6, seed: 0 });
    const { mean, intervals } = forecastOf(state, 6);
    const end = {
      level: Float64Array.from(state.level),
      information: Float64Array.from(state.information),
      season: Float64Array.from(state.season),
      seasonInformation: Float64Array.from(state.seasonInformation),
    };
    let variance = 0;
    for (let h = 0; h < 6; h++) {
      const shocked = walkCes(state.kind, state.parameters, end, state.position, h + 1, 1);
      const plain = walkCes(state.kind, state.parameters, end, state.position, h + 1, 0);
      variance += ((shocked[h] ?? 0) - (plain[h] ?? 0)) ** 2;
      const width = (intervals[0]?.upper[h] ?? 0) - (mean[h] ?? 0);
      expect(width).toBeCloseTo(1.2815515655446004 * state.deviation * Math.sqrt(variance), 6);
    }
  }
});

test.each(seasonalities)("%s: errors of what was expected are those of the deviation", (seasonality) => {
  const series = timeSeries(airPassengers, { season: 12 });
  const model = ces({ seasonality });
  const state = model.fit(series, { horizon: 12, seed: 0 });
  expect(model.describe?.(state)).toMatchObject({ seasonality });
  const expected = model.fitted?.(state, series) ?? nothing();
  const squares = expected.reduce((sum, value, t) => sum + (value - (airPassengers[t] ?? 0)) ** 2, 0);
  // Far better than last month's value, whose root mean squared error is 33.6; 52.3 for the value of a year before.
  expect(Math.sqrt(squares / 144)).toBeLessThan(seasonality === "none" || seasonality === "simple" ? 40 : 17);
  expect(model.update?.(state, series)).toEqual(state);
});

test("AirPassengers: a year held out is forecast to 6 % on average", () => {
  const series = sliceSeries(timeSeries(airPassengers, { season: 12 }), 0, 132);
  for (const seasonality of ["partial", "full", "adjusted", undefined] as const) {
    const { mean } = forecastOf(ces({ seasonality }).fit(series, { horizon: 12, seed: 0 }), 12);
    const error = mean.reduce(
      (sum, value, h) => sum + Math.abs(value / (airPassengers[132 + h] ?? 1) - 1) / 12,
      0,
    );
    expect(error, seasonality).toBeLessThan(
      seasonality === "adjusted" || seasonality === undefined ? 0.06 : 0.12,
    );
  }
});

test("automatic takes the smallest AICc", () => {
  const wave = Float64Array.from(
    { length: 60 },
    (_, t) => 100 + 20 * Math.sin((2 * Math.PI * t) / 6) + Math.sin(t * t),
  );
  const series = timeSeries(wave, { season: 6 });
  const chosen = ces({ seasonality: "automatic" }).fit(series, { horizon: 6, seed: 0 });
  expect(chosen.seasonal !== null || chosen.kind !== "none").toBe(true);
  const noise = timeSeries(values, { season: 6 });
  const state = ces({ seasonality: "automatic" }).fit(noise, { horizon: 6, seed: 0 });
  expect(forecastOf(state).mean.every(Number.isFinite)).toBe(true);
});

test.each([
  ["a constant", new Array(30).fill(7), 7, 7],
  ["zeros", new Array(30).fill(0), 0, 0],
  ["the shortest there is", [3, 4, 5, 6, 7], 0, 20],
  ["negative values", Array.from({ length: 24 }, (_, t) => -10 - (t % 4)), -14, -9],
  ["tiny numbers", Array.from({ length: 24 }, (_, t) => 1e-9 * (5 + (t % 4))), 4e-9, 9e-9],
])("a sensible forecast of %s", (_, given, least, most) => {
  for (const seasonality of [...seasonalities, "automatic", undefined] as const) {
    const series = timeSeries(given, { season: 4 });
    const { mean, intervals } = forecastOf(ces({ seasonality }).fit(series, { horizon: 8, seed: 0 }));
    for (const [h, value] of mean.entries()) {
      expect(value).toBeGreaterThanOrEqual(least - 1e-9);
      expect(value).toBeLessThanOrEqual(most + 1e-9);
      expect(intervals[0]?.lower[h]).toBeLessThanOrEqual(value);
    }
  }
});

test("what is no option is named", () => {
  expect(() => ces({ seasonality: "yearly" as "none" })).toThrow('there is no ces seasonality "yearly"');
  expect(() => ces({ model: "Z" } as never)).toThrow('ces: there is no option "model"');
  expect(ces().need({ season: 12 }, { horizon: 1, seed: 0 }).rows).toBe(5);
});
