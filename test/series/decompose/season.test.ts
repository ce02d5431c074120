// Finding seasons: in what has one, and not in trends, random walks and noise.

import { expect, test } from "vitest";
import { airlinePassengers } from "../../../src/data/packaged.ts";
import { detectSeason, isSeasonal } from "../../../src/series/decompose/season.ts";
import type { Frequency } from "../../../src/series/observed/calendar.ts";
import { calendarSeasons } from "../../../src/series/observed/seasons.ts";
import { Random } from "../../../src/tensor/random.ts";

const MINUTE = 60_000;
const fixed = (minutes: number): Frequency => ({ unit: "fixed", milliseconds: minutes * MINUTE });
const months = (count: number): Frequency => ({ unit: "month", months: count, day: 1 });
const noise = (seed: number, count: number) =>
  Float64Array.from(new Random(seed).normal([count], 0, 1, "float64").toArray());

/** Sums of steps. */
function walk(steps: Float64Array): Float64Array {
  const sums = Float64Array.from(steps);
  for (let t = 1; t < sums.length; t++) sums[t] = (sums[t] ?? 0) + (sums[t - 1] ?? 0);
  return sums;
}

test.each<[string, Frequency, number[]]>([
  ["months", months(1), [12]],
  ["quarters", months(3), [4]],
  ["years", months(12), []],
  ["every five months", months(5), []],
  ["weeks", fixed(7 * 24 * 60), [52]],
  ["days", fixed(24 * 60), [7]],
  ["business days", { unit: "business-day" }, [5]],
  ["hours", fixed(60), [24, 168]],
  ["half hours", fixed(30), [48, 2]],
  ["minutes", fixed(1), [1440, 60]],
  ["a count", { unit: "index", step: 1 }, []],
])("what the calendar suggests for %s", (_, frequency, expected) => {
  expect(calendarSeasons(frequency)).toEqual(expected);
});

test("airline passengers have a season of twelve months", async () => {
  const { values } = await airlinePassengers();
  expect(detectSeason(values, months(1))).toBe(12);
});

test("a season without a trend, one under noise", () => {
  const wave = noise(1, 120).map((value, t) => Math.sin((2 * Math.PI * t) / 12) + 0.5 * value);
  expect(isSeasonal(wave, 12)).toBe(true);
  expect(isSeasonal(wave, 4)).toBe(false);
});

test("of trends and constants none has a season", () => {
  expect(
    isSeasonal(
      Float64Array.from({ length: 60 }, (_, t) => 3 * t),
      12,
    ),
  ).toBe(false);
  expect(isSeasonal(new Float64Array(60).fill(0.1), 12)).toBe(false);
});

test("of 200 random walks and 200 noises about one in twenty seems to have a season, as the test's 5 % on one side say", () => {
  const seasonal = (make: (steps: Float64Array) => Float64Array) =>
    Array.from({ length: 200 }, (_, seed) => make(noise(seed, 120))).filter((values) =>
      isSeasonal(values, 12),
    );
  expect(seasonal(walk).length).toBeLessThan(20);
  expect(seasonal((steps) => steps).length).toBeLessThan(20);
});

test("three seasons that are alike suffice", () => {
  const wave = noise(1, 36).map((value, t) => 5 * Math.sin((2 * Math.PI * t) / 12) + value + t);
  expect(isSeasonal(wave, 12)).toBe(true);
});

test("of 200 random walks over three seasons at most 6 seem to have one", () => {
  const walks = Array.from({ length: 200 }, (_, seed) => walk(noise(seed, 36)));
  expect(walks.filter((values) => isSeasonal(values, 12)).length).toBeLessThanOrEqual(6);
});

test("fewer than three seasons are too few to tell", () => {
  const wave = Float64Array.from({ length: 35 }, (_, t) => Math.sin((2 * Math.PI * t) / 12));
  expect(isSeasonal(wave, 12)).toBe(false);
});
