import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { automatic } from "../../../src/series/compose/automatic.ts";
import { combination, combineForecasts } from "../../../src/series/compose/combination.ts";
import { conformal } from "../../../src/series/compose/conformal.ts";
import {
  lastFolds,
  withCombination,
  withConformalIntervals,
} from "../../../src/series/compose/fold-forecasts.ts";
import { poolQuantile } from "../../../src/series/compose/linear-pool.ts";
import { weightsOf } from "../../../src/series/compose/weights.ts";
import type { Fold } from "../../../src/series/evaluate/backtest.ts";
import type { Forecast } from "../../../src/series/forecasters/local-model.ts";
import { timeSeries } from "../../../src/series/observed/series.ts";
import { loadForecaster, makeForecaster } from "../../../src/series/registry.ts";
import { Random } from "../../../src/tensor/random.ts";
import { growthStandIn } from "../stand-in.ts";

const of = (...values: number[]) => Float64Array.from(values);
const plain = (...mean: number[]): Forecast => ({ mean: of(...mean), intervals: [] });

function walk(length: number, seed: number) {
  const steps = new Random(seed).normal([length]).data;
  let level = 100;
  return timeSeries(
    Array.from({ length }, (_, t) => (level += Number(steps[t]))),
    { name: `walk ${seed}` },
  );
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "recurra-compose-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return join(path, "saved");
}

test("the mean, the weighted mean and the median of forecasts", () => {
  const forecasts = [plain(1), plain(2), undefined, plain(9)];
  expect(combineForecasts(forecasts, "mean")).toEqual(plain(4));
  expect(combineForecasts(forecasts, "mean", [0.5, 0.25, 9, 0.25])?.mean[0]).toBeCloseTo(3.25, 12);
  expect(combineForecasts(forecasts, "mean", [0, 0, 1, 0])?.mean).toEqual(of(4));
  expect(combineForecasts(forecasts, "median")).toEqual(plain(2));
  expect(combineForecasts([plain(1), plain(4)], "median")).toEqual(plain(2.5));
  expect(combineForecasts([undefined], "mean")).toBeUndefined();
});

test("the interval of a mixture: that of one where all agree, wider where they do not", () => {
  const interval = { level: 80, lower: of(-1.2815515655446004), upper: of(1.2815515655446004) };
  const same = combineForecasts(
    [0, 0].map(() => ({ mean: of(0), intervals: [interval] })),
    "mean",
  );
  expect(same?.intervals[0]?.upper[0]).toBeCloseTo(1.28155, 5);
  // Half N(-3, 1) and half N(3, 1): their 90 % point q has Φ(q - 3) + Φ(q + 3) = 1.8, so that q = 3 + Φ⁻¹(0.8) = 3.84162.
  const apart = combineForecasts(
    [-3, 3].map((mean) => ({
      mean: of(mean),
      intervals: [{ level: 80, lower: of(mean - 1.2815515655446004), upper: of(mean + 1.2815515655446004) }],
    })),
    "mean",
  );
  expect(apart?.mean).toEqual(of(0));
  expect(apart?.intervals[0]?.upper[0]).toBeCloseTo(3.84162, 4);
  expect(apart?.intervals[0]?.lower[0]).toBeCloseTo(-3.84162, 4);
});

test("a sure member of a mixture is a step", () => {
  const members = [
    { weight: 0.5, middle: 1, below: 0, above: 0 },
    { weight: 0.5, middle: 1, below: 2, above: 4 },
  ];
  expect(poolQuantile(members, 80, 0.5)).toBeCloseTo(1, 9);
  expect(poolQuantile(members, 80, 0.9)).toBeGreaterThan(1);
  expect(poolQuantile(members, 80, 0.9)).toBeLessThan(5);
});

test("a combination leaves out the member that cannot be fitted, series by series", async () => {
  const series = [walk(30, 1), timeSeries([1, 2, 3], { name: "short" })];
  const both = combination([makeForecaster("naive"), growthStandIn("growth", 20)]);
  const fitted = await both.fit(series, { horizon: 2 });
  const [long, short] = await fitted.predict();
  expect(fitted.failures).toEqual([]);
  expect(short?.mean).toEqual(of(3, 3));
  expect(long?.mean).not.toEqual(of(long?.mean[0] ?? 0, long?.mean[0] ?? 0, 0));
  const none = combination([growthStandIn("growth", 20)]);
  await expect(none.fit(series, { horizon: 2 })).rejects.toThrow(/"short".*at least 22/);
  expect(
    (await none.fit(series, { horizon: 2, onError: "skip" })).failures.map(({ index }) => index),
  ).toEqual([1]);
});

test("what is saved forecasts the same when it is read", async () => {
  const series = [walk(60, 1), walk(60, 2)];
  const inner = combination([makeForecaster("drift"), makeForecaster("naive")], {
    name: "pair",
    method: "median",
  });
  for (const forecaster of [
    makeForecaster("naive-2"),
    inner,
    conformal(makeForecaster("mean"), { folds: 2 }),
  ]) {
    const fitted = await forecaster.fit(series, { horizon: 4, seed: 1 });
    const path = await folder();
    await fitted.save(path);
    const again = await loadForecaster(path);
    const options = { horizon: 4, levels: [80, 95] };
    expect(await again.predict(options)).toEqual(await fitted.predict(options));
    expect(again.forecaster.config).toEqual(forecaster.config);
  }
});

test("a folder that holds no forecaster is refused", async () => {
  await expect(loadForecaster(join(tmpdir(), "recurra-nothing-there"))).rejects.toMatchObject({
    code: "file-not-found",
  });
});

test("an unknown forecaster is answered with the nearest name", () => {
  expect(() => makeForecaster({ name: "niave" })).toThrow('Did you mean "naive"?');
});

test("conformal intervals hold their level on random walks that come later", async () => {
  const series = Array.from({ length: 60 }, (_, i) => walk(80, i));
  const training = series.map((one) => ({
    ...one,
    times: one.times.subarray(0, 72),
    values: one.values.subarray(0, 72),
  }));
  const fitted = await conformal(makeForecaster("naive"), { folds: 3 }).fit(training, { horizon: 8 });
  const forecasts = await fitted.predict({ levels: [80] });
  let inside = 0;
  for (const [i, forecast] of forecasts.entries()) {
    const [interval] = forecast?.intervals ?? [];
    for (let h = 0; h < 8; h++) {
      const value = series[i]?.values[72 + h] ?? Number.NaN;
      if (value >= (interval?.lower[h] ?? 0) && value <= (interval?.upper[h] ?? 0)) inside++;
    }
  }
  expect(inside / 480).toBeGreaterThan(0.7);
  expect(inside / 480).toBeLessThan(0.9);
});

/** A fold in which forecasters miss the value 10 by so much; the naive error in the data before was 1. */
function fold(number: number, misses: Readonly<Record<string, number>>): Fold {
  return {
    index: 0,
    series: "a",
    fold: number,
    origin: 10 + number,
    times: of(number),
    actual: of(10),
    scale: { absolute: 1, squared: 1 },
    forecasts: new Map(Object.entries(misses).map(([name, miss]) => [name, plain(10 + miss)])),
  };
}

test("weights fall with the fourth power of the error, and rest on the folds before alone", () => {
  const folds = [fold(0, { a: 1, b: 2 }), fold(1, { a: 3, b: 2 }), fold(2, { a: 1, b: 2 })];
  expect(weightsOf([], ["a", "b"])).toEqual([0.5, 0.5]);
  const [a = 0, b = 0] = weightsOf(folds.slice(0, 1), ["a", "b"]);
  expect([a + b, a / b]).toEqual([1, 16]);
  expect(weightsOf(folds.slice(0, 2), ["a", "b"])).toEqual([0.5, 0.5]);
  expect(weightsOf(folds, ["a", "none"])).toEqual([1, 0]);
  // The errors are 1 and 2 before, 3 and 2 now: 16/17 of 13 and 1/17 of 12.
  const [first, second] = withCombination(folds, ["a", "b"], "both");
  expect(first?.forecasts.get("both")?.mean[0]).toBeCloseTo(11.5, 12);
  expect(second?.forecasts.get("both")?.mean[0]).toBeCloseTo((16 * 13 + 12) / 17, 12);
});

test("a forecaster that never errs does not make the others' weights NaN", () => {
  expect(weightsOf([fold(0, { a: 0, b: 0 })], ["a", "b"])).toEqual([0.5, 0.5]);
  const [a = 0, b = 0] = weightsOf([fold(0, { a: 0, b: 1 })], ["a", "b"]);
  expect(a).toBeGreaterThan(0.999);
  expect(a + b).toBeCloseTo(1, 12);
});

test("intervals of a fold come from the errors of the folds before it", () => {
  const folds = [fold(0, { a: 2 }), fold(1, { a: -3 }), fold(2, { a: 100 })];
  const [first, second, third] = withConformalIntervals(folds, [50]);
  expect(first?.forecasts.get("a")?.intervals).toEqual([]);
  const halfWidth = (of: Fold | undefined) => {
    const { mean, intervals } = of?.forecasts.get("a") ?? plain();
    return (intervals[0]?.upper[0] ?? 0) - (mean[0] ?? 0);
  };
  expect(halfWidth(second)).toBeCloseTo(2, 9);
  expect(halfWidth(third)).toBeGreaterThanOrEqual(2);
  expect(halfWidth(third)).toBeLessThan(4);
  expect(lastFolds(folds, 2).map((one) => one.fold)).toEqual([1, 2]);
});

test("automatic fits the candidate that did best on the training data", async () => {
  const trend = timeSeries(Array.from({ length: 60 }, (_, t) => 3 * t + Math.sin(t)));
  const fitted = await automatic([makeForecaster("naive"), makeForecaster("drift")]).fit([trend], {
    horizon: 4,
  });
  expect(fitted.forecaster.name).toBe("drift");
});
