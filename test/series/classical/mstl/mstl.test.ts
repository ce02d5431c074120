// Forecasts by MSTL: the parts put together again, several seasons, logarithms, inner models.

import { expect, test } from "vitest";
import { mstl } from "../../../../src/series/classical/mstl/mstl.ts";
import { drift } from "../../../../src/series/classical/naive/drift.ts";
import { naive } from "../../../../src/series/classical/naive/naive.ts";
import { theta } from "../../../../src/series/classical/theta/theta.ts";
import { decomposeStl } from "../../../../src/series/decompose/stl.ts";
import type { LocalModel } from "../../../../src/series/forecasters/local-model.ts";
import { sliceSeries, timeSeries } from "../../../../src/series/observed/series.ts";
import { airPassengers } from "../../air-passengers.ts";

const task = { horizon: 12, seed: 0 };
const ask = { horizon: 12, levels: [80], future: {} };
const passengers = timeSeries(airPassengers, { season: 12 });

test("the inner forecast of the adjusted series, and the last year of the season", () => {
  const inner = drift() as LocalModel;
  const model = mstl({ inner });
  const { seasonal } = decomposeStl(airPassengers, 12);
  const adjusted = timeSeries(airPassengers.map((value, t) => value - (seasonal[t] ?? 0)));
  const plain = inner.forecast(inner.fit(adjusted, task), ask);
  const state = model.fit(passengers, task);
  const { mean, intervals } = model.forecast(JSON.parse(JSON.stringify(state)), ask);
  for (let h = 0; h < 12; h++) {
    expect(mean[h]).toBeCloseTo((plain.mean[h] ?? 0) + (seasonal[132 + h] ?? 0), 9);
    expect(intervals[0]?.upper[h]).toBeCloseTo(
      (plain.intervals[0]?.upper[h] ?? 0) + (seasonal[132 + h] ?? 0),
      9,
    );
  }
  expect(model.describe?.(state)).toMatchObject({ seasons: "12", inner: "drift", log: false });
});

test("logarithms make the season grow with the level", () => {
  const model = mstl({
    inner: theta({ seasonality: "none" }) as LocalModel,
    log: "auto",
    seasonWindows: ["periodic"],
  });
  const state = model.fit(sliceSeries(passengers, 0, 132), task);
  const { mean } = model.forecast(state, ask);
  const error = mean.reduce(
    (sum, value, h) => sum + Math.abs(value / (airPassengers[132 + h] ?? 1) - 1) / 12,
    0,
  );
  expect(error).toBeLessThan(0.04);
  expect(model.describe?.(state)).toMatchObject({ log: true, variant: "DOTM" });
});

test("a day and a week of hours come apart and go on exactly", () => {
  const value = (t: number): number =>
    100 + 10 * Math.sin((2 * Math.PI * t) / 24) + (Math.floor(t / 24) % 7 >= 5 ? -20 : 8) + 0.01 * t;
  const hours = timeSeries(
    Float64Array.from({ length: 24 * 7 * 6 }, (_, t) => value(t)),
    { season: 24 },
  );
  const model = mstl({ seasonWindows: ["periodic", "periodic"] });
  const state = model.fit(hours, { horizon: 168, seed: 0 });
  expect(state.cycles.map((cycle) => cycle.length)).toEqual([24, 168]);
  const { mean } = model.forecast(state, { horizon: 168, levels: [], future: {} });
  for (const [h, expected] of mean.entries()) expect(Math.abs(expected - value(1008 + h))).toBeLessThan(1.5);
});

test("seasons given, and none", () => {
  expect(
    mstl({ seasons: [3, 12] })
      .fit(passengers, task)
      .cycles.map((cycle) => cycle.length),
  ).toEqual([3, 12]);
  const model = mstl({ inner: naive() as LocalModel });
  const state = model.fit(timeSeries([1, 2, 3, 4], { season: 12 }), task);
  expect(state.cycles).toEqual([]);
  expect(model.forecast(state, { horizon: 2, levels: [], future: {} }).mean).toEqual(Float64Array.of(4, 4));
  expect(model.describe?.(state)).toMatchObject({ seasons: "none" });
});

test("what was expected of each value, and other values of the same series", () => {
  const model = mstl({ inner: naive() as LocalModel });
  const state = model.fit(sliceSeries(passengers, 0, 120), task);
  const expected = model.fitted?.(state, sliceSeries(passengers, 0, 120)) ?? new Float64Array();
  const { seasonal } = decomposeStl(airPassengers.subarray(0, 120), 12);
  expect(expected[0]).toBeNaN();
  expect(expected[50]).toBeCloseTo((airPassengers[49] ?? 0) - (seasonal[49] ?? 0) + (seasonal[50] ?? 0), 9);
  const later = model.update?.(state, passengers);
  expect(later?.cycles).toEqual(model.fit(passengers, task).cycles);
});

test("names what it cannot do", () => {
  const negative = timeSeries([1, -2, 3, 4], { season: 2 });
  expect(() => mstl({ log: true }).fit(negative, task)).toThrow(
    'value 2 of 4 is -2, and the logarithms that mstl is to take want values above 0; use log: "auto" or false',
  );
  expect(mstl({ log: "auto" }).fit(negative, task).log).toBe(false);
  expect(() => mstl({ seasons: [1] })).toThrow("mstl: seasons is to be whole numbers from 2 up, got 1");
  expect(() => mstl({ season: 12 } as never)).toThrow('mstl: there is no option "season"');
});
