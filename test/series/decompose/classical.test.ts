// Classical decomposition against R, its parts against the values, and what it refuses.

import { expect, test } from "vitest";
import { decomposeClassical } from "../../../src/series/decompose/classical.ts";
import { centredMovingAverage } from "../../../src/series/decompose/moving-average.ts";
import { airPassengers } from "../air-passengers.ts";

test("the seasonal figure of AirPassengers is that of R's decompose(AirPassengers, 'multiplicative')", () => {
  const { indices } = decomposeClassical(airPassengers, 12, "multiplicative");
  const figure = [
    0.9102304, 0.8836253, 1.0073663, 0.975906, 0.981378, 1.1127758, 1.2265555, 1.219911, 1.0604919, 0.9217572,
    0.8011781, 0.8988244,
  ];
  for (const [i, index] of figure.entries()) expect(indices[i]).toBeCloseTo(index, 6);
});

test("the seasonal figure of AirPassengers is that of R's decompose(AirPassengers)", () => {
  const { indices } = decomposeClassical(airPassengers, 12);
  const figure = [
    -24.748737, -36.188131, -2.241162, -8.036616, -4.506313, 35.402778, 63.830808, 62.823232, 16.520202,
    -20.642677, -53.593434, -28.619949,
  ];
  for (const [i, index] of figure.entries()) expect(indices[i]).toBeCloseTo(index, 5);
});

test.each(["additive", "multiplicative"] as const)(
  "the parts of an %s decomposition make the values",
  (kind) => {
    const { trend, seasonal, remainder, composition } = decomposeClassical(airPassengers, 12, kind);
    expect(composition).toBe(kind);
    expect(trend.slice(0, 6).every(Number.isNaN)).toBe(true);
    expect(trend.slice(-6).every(Number.isNaN)).toBe(true);
    for (let t = 6; t < 138; t++) {
      const [a = 0, b = 0, c = 0] = [trend[t], seasonal[t], remainder[t]];
      expect(kind === "additive" ? a + b + c : a * b * c).toBeCloseTo(airPassengers[t] ?? 0, 9);
    }
  },
);

test("a straight line with a season comes apart exactly", () => {
  const season = [3, -1, -2];
  const values = Float64Array.from({ length: 14 }, (_, t) => 10 + 2 * t + (season[t % 3] ?? 0));
  const { trend, indices, remainder } = decomposeClassical(values, 3);
  for (const [i, index] of season.entries()) expect(indices[i]).toBeCloseTo(index, 12);
  for (let t = 1; t < 13; t++) {
    expect(trend[t]).toBeCloseTo(10 + 2 * t, 12);
    expect(remainder[t]).toBeCloseTo(0, 12);
  }
});

test("a moving average of even width counts the ends half", () => {
  const average = centredMovingAverage(Float64Array.of(1, 2, 4, 8, 16), 4);
  expect([...average]).toEqual([Number.NaN, Number.NaN, (0.5 + 2 + 4 + 8 + 8) / 4, Number.NaN, Number.NaN]);
});

test("names what it cannot decompose", () => {
  expect(() => decomposeClassical(new Float64Array(7), 4)).toThrow(
    "classical decomposition: there are 7 values; wanted at least 8, two seasons of 4",
  );
  expect(() => decomposeClassical(new Float64Array(8), 1)).toThrow(
    "classical decomposition: the season is to be a whole number of steps from 2 up, got 1",
  );
  expect(() => decomposeClassical(Float64Array.of(1, 2, 0, 1, 2, 3), 3, "multiplicative")).toThrow(
    "classical decomposition: value 3 of 6 is 0, and a multiplicative season wants values above 0; use an additive one",
  );
  expect(() => decomposeClassical(Float64Array.of(1, 2, Number.NaN, 1), 2)).toThrow(
    "classical decomposition: value 3 of 4 is NaN; wanted finite numbers, fill what is missing before",
  );
});
