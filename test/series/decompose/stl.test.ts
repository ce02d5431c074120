// STL and MSTL against statsmodels 0.15, whose STL is the published program translated, and on series that are known to come apart.

import { expect, test } from "vitest";
import { decomposeMstl } from "../../../src/series/decompose/mstl.ts";
import { decomposeStl } from "../../../src/series/decompose/stl.ts";
import { airPassengers } from "../air-passengers.ts";

const places = [0, 70, 143];

function expectAt(values: Float64Array, expected: readonly number[], digits = 8): void {
  for (const [i, place] of places.entries()) expect(values[place]).toBeCloseTo(expected[i] ?? 0, digits);
}

test("AirPassengers with a seasonal window of 7", () => {
  // STL(y, 12, seasonal=7, trend=23, low_pass=13, seasonal_deg=0, seasonal_jump=1, trend_jump=3, low_pass_jump=2).fit(2, 0)
  const { trend, seasonal, remainder, weights } = decomposeStl(airPassengers, 12, { seasonWindow: 7 });
  expectAt(trend, [122.536917649, 255.016566562, 495.992096826]);
  expectAt(seasonal, [-13.718653527, -54.260353109, -51.527141331]);
  expect(weights.every((weight) => weight === 1)).toBe(true);
  for (const [t, value] of airPassengers.entries())
    expect((trend[t] ?? 0) + (seasonal[t] ?? 0) + (remainder[t] ?? 0)).toBeCloseTo(value, 9);
});

test("AirPassengers, robust", () => {
  // STL(y, 12, seasonal=11, trend=21, low_pass=13, seasonal_deg=0, robust=True, jumps 2, 3, 2).fit(1, 15)
  const { trend, seasonal, weights } = decomposeStl(airPassengers, 12, { robust: true });
  expectAt(trend, [130.289030162, 255.232059319, 501.898123355]);
  expectAt(seasonal, [-20.86866226, -54.286870491, -33.931245769]);
  expect(weights[1]).toBeCloseTo(0.867934058, 8);
  expect(weights[143]).toBe(0);
});

test("two seasons of AirPassengers", () => {
  // MSTL(y, periods=(4, 12), stl_kwargs=dict(seasonal_deg=0, all jumps 1, inner_iter=2, outer_iter=0)).fit()
  const { trend, parts, seasonal } = decomposeMstl(airPassengers, [12, 4], {
    stl: { jump: 1 },
  });
  expect(parts.map(({ season }) => season)).toEqual([4, 12]);
  expectAt(trend, [123.11388516, 254.74314867, 495.77518108], 7);
  expectAt(parts[0]?.values ?? trend, [-3.65839598, 5.39775055, 21.34093217], 7);
  expectAt(parts[1]?.values ?? trend, [-14.92409303, -58.91084885, -54.33675529], 7);
  for (const [t, value] of seasonal.entries())
    expect((parts[0]?.values[t] ?? 0) + (parts[1]?.values[t] ?? 0)).toBeCloseTo(value, 12);
});

test("a straight line with a season that stays comes apart exactly", () => {
  const season = [5, -2, 0, -3];
  const values = Float64Array.from({ length: 40 }, (_, t) => 100 - 3 * t + (season[t % 4] ?? 0));
  const { trend, seasonal, remainder } = decomposeStl(values, 4, { seasonWindow: "periodic", inner: 30 });
  for (let t = 0; t < 40; t++) {
    expect(trend[t]).toBeCloseTo(100 - 3 * t, 4);
    expect(seasonal[t]).toBeCloseTo(season[t % 4] ?? 0, 4);
    expect(remainder[t]).toBeCloseTo(0, 4);
  }
});

test("a periodic season repeats itself", () => {
  const { seasonal } = decomposeStl(airPassengers, 12, { seasonWindow: "periodic" });
  for (let t = 12; t < 144; t++) expect(seasonal[t]).toBe(seasonal[t % 12]);
});

test("a single outlier stays in the remainder of a robust decomposition", () => {
  const values = Float64Array.from(
    { length: 60 },
    (_, t) => 50 + t + 10 * Math.sin((2 * Math.PI * t) / 12) + Math.sin(1.7 * t * t),
  );
  const clean = decomposeStl(values, 12, { robust: true });
  values[30] = (values[30] ?? 0) + 100;
  const { trend, remainder, weights } = decomposeStl(values, 12, { robust: true });
  expect(weights[30]).toBe(0);
  expect(remainder[30]).toBeGreaterThan(95);
  expect(Math.abs((trend[30] ?? 0) - (clean.trend[30] ?? 0))).toBeLessThan(2);
});

test("seasons that are not there twice are left out", () => {
  const values = airPassengers.subarray(0, 30);
  expect(decomposeMstl(values, [4, 24]).parts.map(({ season }) => season)).toEqual([4]);
  expect(() => decomposeMstl(values, [24])).toThrow(
    "MSTL: there are 30 values; wanted at least 48, two seasons of 24",
  );
  expect(() => decomposeMstl(values, [])).toThrow("MSTL: there are no seasons; wanted one at least");
});

test("names options that there are not", () => {
  expect(() => decomposeStl(airPassengers, 12, { window: 7 } as never)).toThrow(
    'STL: there is no option "window"',
  );
  expect(() => decomposeStl(airPassengers, 12, { seasonWindow: 1 })).toThrow(
    "STL: seasonWindow is to be a whole number from 2 up, got 1",
  );
  expect(() => decomposeStl(airPassengers, 12, { trendDegree: 2 as 1 })).toThrow(
    "STL: trendDegree is to be 0 or 1, got 2",
  );
});
