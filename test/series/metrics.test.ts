// Metrics by hand, and the baselines on the airline passengers.

import { expect, test } from "vitest";
import { airlinePassengers } from "../../src/data/packaged.ts";
import { backtest, bestOf, foldsThatFit, metricsOf } from "../../src/series/backtest.ts";
import { naive, seasonalNaive } from "../../src/series/baselines.ts";
import { metrics, PooledErrors } from "../../src/series/metrics.ts";
import { seriesOf } from "../../src/series/series.ts";

const of = (...values: number[]) => Float64Array.from(values);

test("metrics of one forecast", () => {
  // Errors 1 and 2. sMAPE: (200·1/3 + 200·2/10) / 2. The training steps are 2, 1 and 3, their mean is 2.
  const found = metrics(of(2, 4), of(1, 6), of(1, 3, 2, 5), 1);
  expect(found.mae).toBeCloseTo(1.5, 12);
  expect(found.rmse).toBeCloseTo(Math.sqrt(2.5), 12);
  expect(found.smape).toBeCloseTo((200 / 3 + 40) / 2, 12);
  expect(found.mase).toBeCloseTo(0.75, 12);
  // Over a season of two the training steps are 1 and 2, their mean is 1.5.
  expect(metrics(of(2, 4), of(1, 6), of(1, 3, 2, 5), 2).mase).toBeCloseTo(1, 12);
});

test("sMAPE reaches from 0 to 200, and nothing forecast as nothing is right", () => {
  expect(metrics(of(0, 0), of(0, 0), of(1, 2), 1).smape).toBe(0);
  expect(metrics(of(1), of(-1), of(1, 2), 1).smape).toBe(200);
});

test("MASE of a constant is undefined", () => {
  expect(metrics(of(5), of(5), of(5, 5, 5), 1)).toEqual({ mae: 0, rmse: 0, smape: 0, mase: Number.NaN });
});

test("pooling weighs every point alike, each with the scale of its own training data", () => {
  const pool = new PooledErrors();
  pool.add(of(1, 1, 1), of(2, 2, 2), 2);
  pool.add(of(1), of(5), 4);
  expect(pool.metrics).toMatchObject({ mae: 7 / 4, rmse: Math.sqrt(19 / 4), mase: (1.5 + 1) / 4 });
});

test("a forecast of another length is refused", () => {
  expect(() => metrics(of(1, 2), of(1), of(1, 2), 1)).toThrow(
    "metrics: 1 values were forecast for 2 that came",
  );
});

test("the baselines on the airline passengers of 1958, 1959 and 1960", async () => {
  const { series } = seriesOf(await airlinePassengers());
  const [passengers] = series;
  if (passengers === undefined) throw new Error("no series");
  const folds = await backtest(passengers, [naive, seasonalNaive], {
    folds: 3,
    horizon: 12,
    season: 12,
    seed: 0,
  });
  expect(folds.map(({ origin }) => origin)).toEqual([108, 120, 132]);
  const pooled = metricsOf(folds);
  // 41.98 = √((Σ over 36 months of (y_t - y_{t-12})²) / 36); issue 2 gives it as 42.0.
  expect(pooled.get("seasonal-naive")?.rmse).toBeCloseTo(41.979, 3);
  const { values } = passengers;
  const squares = Array.from({ length: 36 }, (_, i) => ((values[108 + i] ?? 0) - (values[96 + i] ?? 0)) ** 2);
  expect(pooled.get("seasonal-naive")?.rmse).toBeCloseTo(
    Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / 36),
    12,
  );
  expect(bestOf(pooled)).toBe("seasonal-naive");
});

test("a fold knows nothing of what comes after its origin", async () => {
  const series = seriesOf(await airlinePassengers()).series[0];
  if (series === undefined) throw new Error("no series");
  const options = { folds: 3, horizon: 12, season: 12, seed: 0 };
  const [first] = await backtest(series, [naive, seasonalNaive], options);
  const shuffled = { ...series, values: series.values.map((value, t) => (t < 108 ? value : -value)) };
  const [again] = await backtest(shuffled, [naive, seasonalNaive], options);
  expect(again?.predictions).toEqual(first?.predictions);
  expect(again?.scale).toBe(first?.scale);
});

test("folds that fit", () => {
  expect(foldsThatFit(144, 12, 3, 24)).toBe(3);
  expect(foldsThatFit(50, 12, 3, 24)).toBe(2);
  expect(foldsThatFit(30, 12, 3, 24)).toBe(0);
});
