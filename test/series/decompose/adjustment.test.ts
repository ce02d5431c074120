// Seasons taken off and put back: exactly, in step with the calendar, and drawn towards none where they are uncertain.

import { expect, test } from "vitest";
import {
  adjust,
  findSeason,
  indicesOf,
  withoutSeason,
  withSeason,
} from "../../../src/series/decompose/adjustment.ts";
import { decomposeClassical } from "../../../src/series/decompose/classical.ts";
import { passesM4Test } from "../../../src/series/decompose/season.ts";
import { sliceSeries, timeSeries } from "../../../src/series/observed/series.ts";
import { Random } from "../../../src/tensor/random.ts";
import { airPassengers } from "../air-passengers.ts";

const noise = (seed: number, count: number) =>
  Float64Array.from(new Random(seed).normal([count], 0, 1, "float64").toArray() as number[]);

test("off and on again gives the values back", () => {
  for (const values of [airPassengers, airPassengers.map((value) => value - 300)]) {
    const season = indicesOf(values, 12);
    const back = withSeason(withoutSeason(values, season), season, 0);
    for (const [t, value] of values.entries()) expect(back[t]).toBeCloseTo(value, 10);
  }
});

test("multiplicative where values are positive, additive where they are not or an index would be all but 0", () => {
  expect(indicesOf(airPassengers, 12).composition).toBe("multiplicative");
  expect(
    indicesOf(
      airPassengers.map((value) => value - 300),
      12,
    ).composition,
  ).toBe("additive");
  const nearlyNothing = Float64Array.from({ length: 16 }, (_, t) => (t % 4 === 1 ? 1e-6 : 10));
  expect(indicesOf(nearlyNothing, 4).composition).toBe("additive");
});

test("shrunk indices keep a clear season and lose one that is noise", () => {
  const clear = findSeason({ values: airPassengers, season: 12 }, "shrunk");
  const whole = decomposeClassical(airPassengers, 12, "multiplicative").indices;
  for (const [i, index] of whole.entries()) expect(clear?.indices[i]).toBeCloseTo(index, 1);
  expect(Math.max(...(clear?.indices ?? []))).toBeLessThan(Math.max(...whole));

  const random = findSeason({ values: noise(1, 60).map((x) => 100 + x), season: 12 }, "shrunk");
  for (const index of random?.indices ?? []) expect(Math.abs(index - 1)).toBeLessThan(0.004); // unshrunk up to 0.01
});

test("how much is lost is the share of the variance that the remainder explains", () => {
  const values = Float64Array.from(noise(2, 48), (x, t) => 50 + 3 * x + ([4, -4, 1, -1][t % 4] ?? 0));
  const { indices, remainder } = decomposeClassical(values, 4, "multiplicative");
  const known = remainder.filter((value) => !Number.isNaN(value));
  const residual = known.reduce((sum, value) => sum + (value - 1) ** 2, 0) / (known.length - 4);
  const variance = indices.reduce((sum, index) => sum + (index - 1) ** 2, 0) / 3;
  const kept = 1 - (residual * 4) / known.length / variance;
  const shrunk = findSeason({ values, season: 4 }, "shrunk");
  for (const [i, index] of indices.entries())
    expect(shrunk?.indices[i]).toBeCloseTo(1 + kept * (index - 1), 12);
});

test("no season in fewer than three, nor where none is wanted or the test finds none", () => {
  expect(findSeason({ values: airPassengers.subarray(0, 35), season: 12 }, "shrunk")).toBeUndefined();
  expect(findSeason({ values: airPassengers, season: 12 }, "none")).toBeUndefined();
  expect(findSeason({ values: airPassengers, season: 1 }, "shrunk")).toBeUndefined();
  expect(findSeason({ values: noise(3, 60), season: 12 }, "m4-test")).toBeUndefined();
  expect(findSeason({ values: airPassengers, season: 12 }, "m4-test")).toBeDefined();
});

test("the test of M4 by hand: r4 = 0.36, its limit 1.645 √((1 + 2 · (r1² + r2² + r3²)) / 12)", () => {
  const wave = Float64Array.of(2, 0, -2, 0, 2, 0, -2, 0, 2, 0, -2, 0);
  // Autocorrelations 0, -10/12, 0, 8/12; limit 1.645 √((1 + 2 · 100/144) / 12) = 0.734.
  expect(passesM4Test(wave, 4)).toBe(false);
  const longer = Float64Array.from({ length: 40 }, (_, t) => [2, 0, -2, 0][t % 4] ?? 0);
  // 0, -38/40, 0, 36/40; limit 1.645 √((1 + 2 · 0.9025) / 40) = 0.436.
  expect(passesM4Test(longer, 4)).toBe(true);
});

test.each([
  ["months", { unit: "month", months: 1, day: 1 }, 12],
  ["hours", { unit: "fixed", milliseconds: 3_600_000 }, 24],
  ["business days", { unit: "business-day" }, 5],
  ["counts", { unit: "index", step: 2 }, 7],
] as const)("a part of a series of %s is adjusted in step with the whole", (_, frequency, length) => {
  const season = Array.from({ length }, (_, i) => 1 + Math.sin(i) / 4);
  const values = Array.from({ length: 6 * length }, (_, t) => 10 * (season[t % length] ?? 1));
  const whole = timeSeries(values, {
    frequency,
    season: length,
    start: frequency.unit === "index" ? 6 : Date.UTC(2024, 0, 1),
  });
  const found = indicesOf(whole.values, length);
  const start = whole.times[0] ?? 0;
  const { adjusted } = adjust(whole, found, start);
  for (const from of [1, length - 1, length + 3]) {
    const part = adjust(sliceSeries(whole, from, 4 * length), found, start);
    expect(part.position).toBe(from % length);
    expect(part.adjusted).toEqual(adjusted.slice(from, 4 * length));
  }
});
