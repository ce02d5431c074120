// What is done to series before a network sees them, and undone after.

import { expect, test } from "vitest";
import { airlinePassengers } from "../../../src/data/packaged.ts";
import {
  chooseTransform,
  meanChange,
  prefersLog,
  restored,
  seriesScale,
  transformed,
} from "../../../src/series/neural/preparation.ts";
import { timeSeries } from "../../../src/series/observed/series.ts";
import { noise } from "./sources.ts";

const auto = { log: "auto", seasonality: "detected" } as const;

test("airline passengers: logarithms and a multiplicative season, undone exactly", async () => {
  const { values } = await airlinePassengers();
  const series = timeSeries(values, { season: 12 });
  const transform = chooseTransform(series, 132, auto);
  expect(transform.log).toBe(true);
  expect(transform.season?.composition).toBe("multiplicative");
  const plain = transformed(series.values, transform);
  for (const [t, value] of restored(plain.slice(100), transform, 100).entries())
    expect(value).toBeCloseTo(series.values[100 + t] ?? 0, 8);
  // Values after the end play no part.
  const altered = timeSeries(
    values.map((value, t) => (t < 132 ? value : 1)),
    { season: 12 },
  );
  expect(chooseTransform(altered, 132, auto)).toEqual(transform);
});

test("no logarithm of what is not positive, no season of what has gaps or none", () => {
  const series = (values: Float64Array) => timeSeries(values, { season: 4 });
  expect(chooseTransform(series(noise(1, 60)), 60, { log: true, seasonality: "none" }).log).toBe(false);
  expect(chooseTransform(series(noise(1, 60)), 60, auto)).toEqual({ log: false, season: null });
  const wave = Float64Array.from({ length: 60 }, (_, t) => 10 + Math.sin((Math.PI * t) / 2));
  expect(chooseTransform(series(wave), 60, auto).season).not.toBeNull();
  expect(chooseTransform(series(wave.with(30, Number.NaN)), 60, auto).season).toBeNull();
});

test("logarithms are for spreads that grow with the level", () => {
  const level = Float64Array.from({ length: 96 }, (_, t) => 100 + 5 * t);
  const wave = level.map((_, t) => Math.sin((Math.PI * t) / 6));
  expect(
    prefersLog(
      level.map((value, t) => value * (1 + 0.1 * (wave[t] ?? 0))),
      12,
    ),
  ).toBe(true);
  expect(
    prefersLog(
      level.map((value, t) => value + 20 * (wave[t] ?? 0)),
      12,
    ),
  ).toBe(false);
  expect(
    prefersLog(
      level.map((value) => value - 100),
      12,
    ),
  ).toBe(false);
});

test("scales of series", () => {
  const values = Float64Array.of(1, Number.NaN, 3, 5);
  expect(seriesScale(values, "none")).toEqual({ location: 0, scale: 1 });
  expect(seriesScale(values, "min-max")).toEqual({ location: 1, scale: 4 });
  expect(seriesScale(values, "standard")).toEqual({ location: 3, scale: Math.sqrt(8 / 3) });
  expect(seriesScale(Float64Array.of(4, 4), "standard")).toEqual({ location: 4, scale: 4 });
  expect(seriesScale(Float64Array.of(0, 0), "last")).toEqual({ location: 0, scale: 1 });
  expect(meanChange(Float64Array.of(1, 2, 4, 2), 2)).toBe(1.5);
  expect(meanChange(values, 1)).toBe(2);
});
