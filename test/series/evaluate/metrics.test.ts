// Metrics by hand.

import { expect, test } from "vitest";
import { metrics, naiveScale, owa, PooledErrors, pinballLoss } from "../../../src/series/evaluate/metrics.ts";

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

test("MASE and RMSSE of a constant are undefined, and such series do not count in a pool", () => {
  const constant = metrics(of(5), of(5), of(5, 5, 5), 1);
  expect(constant).toMatchObject({ mae: 0, rmse: 0, smape: 0, mase: Number.NaN, rmsse: Number.NaN });
  const pool = new PooledErrors();
  pool.add(of(6), { mean: of(5), intervals: [] }, naiveScale(of(5, 5, 5), 1));
  pool.add(of(6), { mean: of(5), intervals: [] }, naiveScale(of(1, 3, 5), 1));
  expect(pool.metrics).toMatchObject({ mae: 1, mase: 0.5, rmsse: 0.5 });
});

test("MAPE leaves out zeros, the bias has a sign, RMSSE is relative to naive squares", () => {
  // Errors f - y: 1, -2 and 3; naive steps 2, 1 and 3, whose squares have the mean 14/3.
  const found = metrics(of(0, 4, 5), of(1, 2, 8), of(1, 3, 2, 5), 1);
  expect(found.mape).toBeCloseTo(100 * ((2 / 4 + 3 / 5) / 2), 12);
  expect(found.bias).toBeCloseTo(2 / 3, 12);
  expect(found.rmsse).toBeCloseTo(Math.sqrt(14 / 3 / (14 / 3)), 12);
});

test("missing values neither count in errors nor in scales", () => {
  const { NaN: missing } = Number;
  expect(metrics(of(2, missing), of(1, 6), of(1, 3, 2, 5), 1).mae).toBe(1);
  expect(naiveScale(of(1, missing, 2, 5), 1)).toEqual({ absolute: 3, squared: 9 });
});

test("coverage and pinball loss of intervals", () => {
  const interval = { level: 80, lower: of(0, 0), upper: of(2, 2) };
  const found = metrics(of(1, 3), { mean: of(1, 1), intervals: [interval] }, of(1, 2), 1);
  expect(found.coverage).toEqual({ 80: 50 });
  // Quantiles 0.1, 0.5, 0.9 at 0, 1, 2. y = 1: 0.1, 0, 0.1; y = 3: 0.3, 1, 0.9.
  expect(found.pinball).toBeCloseTo((0.1 + 0 + 0.1 + 0.3 + 1 + 0.9) / 6, 12);
  expect(pinballLoss(3, 1, 0.9)).toBeCloseTo(1.8, 12);
  expect(pinballLoss(1, 3, 0.9)).toBeCloseTo(0.2, 12);
});

test("OWA is relative to naive-2", () => {
  const own = metrics(of(2, 4), of(1, 6), of(1, 3, 2, 5), 1);
  expect(owa(own, own)).toBe(1);
  expect(owa({ ...own, mase: own.mase / 2 }, own)).toBeCloseTo(0.75, 12);
});

test("pooling weighs every point alike, each with the scale of its own training data", () => {
  const pool = new PooledErrors();
  pool.add(of(1, 1, 1), { mean: of(2, 2, 2), intervals: [] }, { absolute: 2, squared: 4 });
  pool.add(of(1), { mean: of(5), intervals: [] }, { absolute: 4, squared: 16 });
  expect(pool.metrics).toMatchObject({ mae: 7 / 4, rmse: Math.sqrt(19 / 4), mase: (1.5 + 1) / 4 });
});

test("a forecast of another length is refused", () => {
  expect(() => metrics(of(1, 2), of(1), of(1, 2), 1)).toThrow(
    "metrics: 1 values were forecast for 2 that came",
  );
});
