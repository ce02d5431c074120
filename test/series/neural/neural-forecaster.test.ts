// Neural forecasters: fitting, predicting, saving, on simulated series small enough for a few steps of training.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readRecord } from "../../../src/series/forecasters/record.ts";
import { loadNeural } from "../../../src/series/neural/load-neural.ts";
import { networkNames } from "../../../src/series/neural/networks/table.ts";
import type { NeuralFitted } from "../../../src/series/neural/neural-fitted.ts";
import { NeuralForecaster } from "../../../src/series/neural/neural-forecaster.ts";
import type { NeuralConfig } from "../../../src/series/neural/settings.ts";
import { type Series, sliceSeries, timeSeries } from "../../../src/series/observed/series.ts";
import { noise } from "./sources.ts";

const folder = mkdtempSync(join(tmpdir(), "recurra-neural-"));
afterAll(() => rmSync(folder, { recursive: true }));

const horizon = 4;

/** Waves with a season of 6 steps around levels of their own. */
const waves = [0, 1, 2].map((i) =>
  timeSeries(
    noise(i + 1, 60).map((value, t) => 100 * (i + 1) + 10 * Math.sin((2 * Math.PI * t) / 6 + i) + value),
    { name: `wave ${i}`, season: 6 },
  ),
);

function trained(config: NeuralConfig, series: readonly Series[] = waves, seed = 0): Promise<NeuralFitted> {
  return new NeuralForecaster({ steps: 20, ...config }).fit(series, { horizon, seed });
}

async function means(fitted: NeuralFitted, options = {}): Promise<number[][]> {
  return (await fitted.predict(options)).map((forecast) => Array.from(forecast?.mean ?? []));
}

let saved = 0;
async function reloaded(fitted: NeuralFitted): Promise<NeuralFitted> {
  const path = join(folder, `${saved++}`);
  await fitted.save(path);
  return loadNeural(await readRecord(path), path);
}

describe.each(networkNames)("%s", (name) => {
  test("forecasts as before once it is saved and read, other series too", async () => {
    const fitted = await trained({ name, lookback: 8 });
    const back = await reloaded(fitted);
    expect(await means(back)).toEqual(await means(fitted));
    expect(back.describe()).toEqual(fitted.describe());
    const others = { series: [timeSeries(noise(9, 30), { name: "new", season: 6 })], horizon: 3 };
    expect(await means(back, others)).toEqual(await means(fitted, others));
    const [[first = Number.NaN] = []] = await means(fitted);
    expect(Math.abs(first - 100)).toBeLessThan(20);
  });
});

test("the seed alone decides", async () => {
  const config = { name: "lstm", lookback: 6, dropout: 0.1 } as const;
  const [a, b, c] = [await trained(config), await trained(config), await trained(config, waves, 1)];
  expect(await means(a)).toEqual(await means(b));
  expect(await means(a)).not.toEqual(await means(c));
});

test("what comes after the training part plays no role", async () => {
  const part = (future: number) =>
    waves.map((series) => {
      const values = series.values.slice();
      values.fill(future, 40);
      return sliceSeries({ ...series, values }, 0, 40);
    });
  const config = { name: "nhits", lookback: 6, validation: 4 } as const;
  expect(await means(await trained(config, part(1e6)))).toEqual(await means(await trained(config, part(0))));
});

test("a network learns a season that was not taken off", async () => {
  const fitted = await trained({
    name: "nlinear",
    lookback: 12,
    seasonality: "none",
    steps: 300,
    log: false,
  });
  for (const [i, forecast] of (await means(fitted)).entries()) {
    for (const [h, value] of forecast.entries()) {
      const expected = 100 * (i + 1) + 10 * Math.sin((2 * Math.PI * (60 + h)) / 6 + i);
      expect(Math.abs(value - expected)).toBeLessThan(3);
    }
  }
});

describe("covariates", () => {
  /** A series that repeats what a covariate said two steps before, which the values themselves do not tell. */
  const driven = (ahead: boolean) => {
    const driver = noise(5, 244);
    const values = noise(6, 240).map((value, t) => 5 * (driver[ahead ? t : t - 2] ?? 0) + 0.1 * value);
    const covariates = ahead ? { future: { driver } } : { past: { driver: driver.slice(0, 240) } };
    return { series: timeSeries(values, { covariates }), driver };
  };
  const errorOf = (forecast: readonly number[], expected: readonly number[]) =>
    Math.max(...expected.map((value, h) => Math.abs(value - (forecast[h] ?? Number.NaN))));

  test.each(["nlinear", "nhits", "lstm"] as const)("%s uses what is known ahead", async (name) => {
    const { series, driver } = driven(true);
    const fitted = await trained({ name, lookback: 4, steps: 400, scaling: "standard", learningRate: 0.01 }, [
      series,
    ]);
    const [forecast = []] = await means(fitted);
    const expected = Array.from(driver.slice(240), (value) => 5 * value);
    expect(errorOf(forecast, expected)).toBeLessThan(2.5);
    expect(await means(await reloaded(fitted))).toEqual([forecast]);
  });

  test("a network uses what is known up to the end", async () => {
    const { series, driver } = driven(false);
    const fitted = await trained(
      { name: "nlinear", lookback: 4, steps: 400, scaling: "standard", learningRate: 0.01 },
      [series],
    );
    const [forecast = []] = await means(fitted);
    expect(errorOf(forecast.slice(0, 2), [5 * (driver[238] ?? 0), 5 * (driver[239] ?? 0)])).toBeLessThan(1);
  });

  test("a network tells series apart by what is known of them as a whole", async () => {
    // Two kinds: those that go up after a flat window, and those that go down.
    const kinds = Array.from({ length: 8 }, (_, i) =>
      timeSeries(
        Float64Array.from({ length: 40 }, (__, t) => (t % 10 < 5 ? 0 : i % 2 === 0 ? 1 : -1)),
        { name: `${i}`, covariates: { static: { kind: i % 2 === 0 ? "up" : "down", size: i } } },
      ),
    );
    const config = { name: "nhits", lookback: 5, steps: 300, scaling: "none", log: false } as const;
    const fitted = await trained(config, kinds);
    const forecasts = await means(fitted, { series: kinds.map((series) => sliceSeries(series, 0, 35)) });
    for (const [i, [first = 0]] of forecasts.entries()) expect(first).toBeCloseTo(i % 2 === 0 ? 1 : -1, 0);
  });

  test("one that is missing or ends too early is named", async () => {
    const { series } = driven(true);
    const short = {
      ...series,
      name: "short",
      covariates: { past: {}, static: {}, future: { driver: noise(5, 242) } },
    };
    await expect(trained({ name: "nlinear" }, [series, waves[0] as Series])).rejects.toThrow(
      /Series "wave 0": it has no covariate "driver"/,
    );
    const fitted = await trained({ name: "nlinear" }, [series, short]);
    await expect(fitted.predict()).rejects.toThrow(
      /Series "short": the covariate "driver" ends 2 steps after the last value, and 4 are forecast/,
    );
  });
});

describe("intervals", () => {
  /** White noise: its quantiles are those of the normal distribution. */
  const plain = Array.from({ length: 20 }, (_, i) => timeSeries(noise(i + 20, 80), { name: `${i}` }));
  const shared = { lookback: 4, scaling: "standard", steps: 400, learningRate: 0.005 } as const;

  test.each([
    { ...shared, name: "nlinear", head: "quantiles" },
    { ...shared, name: "nlinear", head: "gaussian" },
    { ...shared, name: "nlinear", head: "student-t" },
    { ...shared, name: "nhits", units: 16, dropout: 0.2, monteCarloDropout: 20 },
  ] as const)("of $head $monteCarloDropout cover about what they say", async (config) => {
    const fitted = await trained(
      config,
      plain.map((series) => sliceSeries(series, 0, 76)),
    );
    const forecasts = await fitted.predict({ levels: [50, 80] });
    for (const [place, level] of [50, 80].entries()) {
      let inside = 0;
      for (const [i, forecast] of forecasts.entries()) {
        const interval = forecast?.intervals[place];
        expect(interval?.level).toBe(level);
        for (let h = 0; h < horizon; h++) {
          const value = plain[i]?.values[76 + h] ?? Number.NaN;
          if (value >= (interval?.lower[h] ?? 0) && value <= (interval?.upper[h] ?? 0)) inside++;
        }
      }
      // Of 80 values: four standard deviations of a binomial are about 18 of them.
      expect(Math.abs((100 * inside) / (20 * horizon) - level)).toBeLessThan(22);
    }
  });

  test("a point has none, quantiles none beyond those learned", async () => {
    const [forecast] = await (await trained({ name: "nlinear" })).predict({ levels: [80] });
    expect(forecast?.intervals).toEqual([]);
    const fitted = await trained({ name: "nlinear", head: "quantiles", quantiles: [0.1, 0.5, 0.9] });
    const [quantiles] = await fitted.predict({ levels: [80, 95] });
    expect(quantiles?.intervals.map(({ level }) => level)).toEqual([80]);
  });
});

describe("strategies", () => {
  test("a network of one step goes as far as it is asked to", async () => {
    const config = {
      name: "lstm",
      lookback: 12,
      strategy: "recursive",
      seasonality: "none",
      steps: 200,
    } as const;
    const fitted = await trained(config);
    const [short, long] = [await means(fitted), await means(fitted, { horizon: 9 })];
    expect(long.map((forecast) => forecast.slice(0, 4))).toEqual(short);
    expect(long[0]).toHaveLength(9);
    expect(new Set(long[0]).size).toBe(9);
    const back = await reloaded(fitted);
    expect(await means(back, { horizon: 9 })).toEqual(long);
  });

  test("a network for each step, and ensembles of them", async () => {
    const fitted = await trained({
      name: "nlinear",
      lookback: 12,
      strategy: "per-step",
      ensembleSize: 2,
      steps: 100,
    });
    expect(fitted.describe().networks).toBe(8);
    const forecasts = await means(fitted);
    for (const [i, forecast] of forecasts.entries()) {
      for (const [h, value] of forecast.entries())
        expect(
          Math.abs(value - 100 * (i + 1) - 10 * Math.sin((2 * Math.PI * (60 + h)) / 6 + i)),
        ).toBeLessThan(5);
    }
    expect(await means(await reloaded(fitted))).toEqual(forecasts);
  });

  test("a longer horizon than that of the fit is refused", async () => {
    const fitted = await trained({ name: "nlinear" });
    await expect(fitted.predict({ horizon: 5 })).rejects.toThrow(/fitted for 4 steps, 5 are asked for/);
  });
});

test("a network for each series knows its own series alone", async () => {
  const fitted = await trained({ name: "nlinear", lookback: 6, perSeries: true });
  const [first] = await means(await trained({ name: "nlinear", lookback: 6 }, waves.slice(0, 1)));
  expect((await means(fitted))[0]).toEqual(first);
  expect(await means(await reloaded(fitted))).toEqual(await means(fitted));
  await expect(fitted.predict({ series: waves.slice(1) })).rejects.toThrow(
    /a network for each of 3 series, and 2 others are given/,
  );
});

test("missing values and short series are taken, empty ones named or skipped", async () => {
  const [a, b] = waves as [Series, Series];
  const gaps = { ...a, name: "gaps", values: a.values.map((value, t) => (t % 7 === 0 ? Number.NaN : value)) };
  const short = { ...sliceSeries(b, 0, 5), name: "short" };
  const empty = { ...a, name: "empty", values: a.values.map(() => Number.NaN) };
  const forecaster = new NeuralForecaster({ name: "lstm", lookback: 8, steps: 20 });
  await expect(forecaster.fit([a, empty], { horizon })).rejects.toThrow(
    /Series "empty": all of its values are missing/,
  );
  const fitted = await forecaster.fit([a, empty, gaps, short], { horizon, onError: "skip" });
  expect(fitted.failures.map(({ index, series }) => [index, series])).toEqual([[1, "empty"]]);
  const forecasts = await fitted.predict();
  expect(forecasts.map((forecast) => forecast?.mean.every(Number.isFinite))).toEqual([
    true,
    undefined,
    true,
    true,
  ]);
  const back = await reloaded(fitted);
  expect(await means(back)).toEqual(await means(fitted));
});

test("training tells how far it is, and ends when it is told to", async () => {
  const shares: number[] = [];
  const abort = new AbortController();
  const work = new NeuralForecaster({ name: "nlinear", lookback: 6, steps: 200, batchSize: 16 }).fit(waves, {
    horizon,
    signal: abort.signal,
    onProgress: ({ share, epoch }) => {
      shares.push(share);
      if (epoch?.epoch === 3) abort.abort(new Error("enough"));
    },
  });
  await expect(work).rejects.toThrow("enough");
  expect(shares).toHaveLength(3);
  expect(shares.toSorted((x, y) => x - y)).toEqual(shares);
});

test("a training ends early where values held out are forecast no better, and keeps its best epoch", async () => {
  let epochs = 0;
  const config = { name: "nhits", lookback: 6, validation: 10, patience: 2, steps: 2000 } as const;
  const fitted = await new NeuralForecaster({ ...config, learningRate: 0.02, schedule: "constant" }).fit(
    waves,
    {
      horizon,
      onProgress: ({ epoch }) => {
        epochs = epoch?.epoch ?? 0;
        expect(epoch?.epochs).toBeGreaterThan(100);
      },
    },
  );
  expect(epochs).toBeLessThan(100);
  const { validationLoss, loss } = fitted.describe();
  expect(Number(validationLoss)).toBeGreaterThan(Number(loss)); // it learns the training windows by heart
});
