import { expect, test } from "vitest";
import { backtest, foldsThatFit } from "../../../src/series/evaluate/backtest.ts";
import type { Forecaster } from "../../../src/series/forecasters/forecaster.ts";
import { timeSeries } from "../../../src/series/observed/series.ts";
import { Random } from "../../../src/tensor/random.ts";
import { growthStandIn } from "../stand-in.ts";

const wave = (length: number, seed = 1) => {
  const noise = new Random(seed).normal([length]).data;
  return Float64Array.from(
    { length },
    (_, t) => 100 + t + 10 * Math.sin((2 * Math.PI * t) / 12) + Number(noise[t]),
  );
};

/** A forecaster that notes what it was given. */
function spy(seen: number[][]): Forecaster {
  const inner = growthStandIn("spy", 2);
  return {
    ...inner,
    name: "spy",
    config: inner.config,
    takesMissing: false,
    need: inner.need.bind(inner),
    fit(training, options) {
      for (const { values } of training) seen.push([...values]);
      return inner.fit(training, options);
    },
  };
}

test("each origin knows what came before it, and nothing else", async () => {
  const values = wave(40);
  const seen: number[][] = [];
  const result = await backtest([timeSeries(values, { season: 12 })], [spy(seen)], { horizon: 6, folds: 3 });
  expect(seen.map((training) => training.length)).toEqual([22, 28, 34]);
  for (const training of seen) expect(training).toEqual([...values.subarray(0, training.length)]);
  expect(result.folds.map(({ origin }) => origin)).toEqual([22, 28, 34]);
  for (const fold of result.folds)
    expect([...fold.actual]).toEqual([...values.subarray(fold.origin, fold.origin + 6)]);
});

test("shuffling the future changes no forecast of the past", async () => {
  const values = wave(60);
  const shuffled = Float64Array.from(values);
  shuffled.subarray(48).reverse();
  const options = { horizon: 6, folds: 3, levels: [80] };
  const run = (of: Float64Array) =>
    backtest([timeSeries(of, { season: 12 })], [growthStandIn("lstm", 2)], options);
  const [one, other] = [await run(values), await run(shuffled)];
  const forecastsBefore = (of: typeof one) =>
    of.folds.filter(({ origin }) => origin <= 48).map(({ forecasts }) => forecasts);
  expect(forecastsBefore(one)).toHaveLength(2);
  expect(forecastsBefore(other)).toEqual(forecastsBefore(one));
  expect(other.folds[2]?.forecasts).not.toEqual(one.folds[2]?.forecasts);
});

test("a window slides, and origins may lie closer than the horizon", async () => {
  const values = wave(40);
  const seen: number[][] = [];
  await backtest([timeSeries(values)], [spy(seen)], { horizon: 6, folds: 4, step: 2, window: 10 });
  expect(seen).toEqual([28, 30, 32, 34].map((origin) => [...values.subarray(origin - 10, origin)]));
});

test("series with fewer folds take part in the last ones", async () => {
  const series = [timeSeries(wave(40), { name: "long" }), timeSeries(wave(20, 2), { name: "short" })];
  const { folds } = await backtest(series, [growthStandIn("lstm", 2)], { horizon: 4, foldsOf: [3, 1] });
  expect(folds.map(({ series, fold, origin }) => [series, fold, origin])).toEqual([
    ["long", 0, 28],
    ["long", 1, 32],
    ["long", 2, 36],
    ["short", 2, 16],
  ]);
});

test("a series that cannot be fitted is named, or left out", async () => {
  const series = [
    timeSeries(wave(40), { name: "good" }),
    timeSeries(wave(40).fill(Number.NaN, 3, 5), { name: "holed" }),
  ];
  const options = { horizon: 4, folds: 1 };
  await expect(backtest(series, [growthStandIn()], options)).rejects.toThrow(
    /"holed".*2 values of 36 are missing/,
  );
  const { folds, failures } = await backtest(series, [growthStandIn()], { ...options, onError: "skip" });
  expect(failures.map(({ series, forecaster }) => [series, forecaster])).toEqual([["holed", "lstm"]]);
  expect(folds.map(({ forecasts }) => forecasts.size)).toEqual([1, 0]);
});

test("how many folds fit", () => {
  expect(foldsThatFit(144, 12, 3, 24)).toBe(3);
  expect(foldsThatFit(40, 12, 3, 24)).toBe(1);
  expect(foldsThatFit(35, 12, 3, 24)).toBe(0);
  expect(foldsThatFit(40, 12, 9, 24, 1)).toBe(5);
});
