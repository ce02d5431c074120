// What every forecaster promises, by its name: it refuses what it does not know, forecasts what others would trip over, and comes back from
// its file as it was.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Series, timeSeries } from "../../src/series/observed/series.ts";
import {
  type ForecasterName,
  forecasterNames,
  loadForecaster,
  makeForecaster,
  takesEpochs,
} from "../../src/series/registry.ts";
import { Random } from "../../src/tensor/random.ts";

/** A forecaster whose training is cut to a few steps. */
const make = (name: ForecasterName) => makeForecaster(takesEpochs(name) ? { name, steps: 4 } : name);

const noise = [...new Random(11).normal([72]).data].map(Number);
const seasonal = (name: string, level: number, scale = 1): Series =>
  timeSeries(
    noise.slice(0, 60).map((e, t) => scale * (level + t / 2 + 8 * Math.sin((2 * Math.PI * t) / 12) + e)),
    { name, season: 12 },
  );

const odd: Readonly<Record<string, readonly number[]>> = {
  constant: new Array<number>(30).fill(7),
  zeros: new Array<number>(30).fill(0),
  negative: noise.slice(0, 30).map((e) => -50 + e),
  tiny: noise.slice(0, 30).map((e) => 1e-9 * (5 + e)),
  huge: noise.slice(0, 30).map((e) => 1e12 * (5 + e)),
  "a line": Array.from({ length: 30 }, (_, t) => 3 * t),
  "a jump": Array.from({ length: 30 }, (_, t) => (t < 20 ? 1 : 1000)),
  "mostly zeros": Array.from({ length: 30 }, (_, t) => (t % 7 === 0 ? 3 : 0)),
};

describe.each(forecasterNames)("%s", (name) => {
  test("forecasts several series, with intervals around them where it has any", async () => {
    const series = [seasonal("a", 100), seasonal("b", 40)];
    const fitted = await make(name).fit(series, { horizon: 6, seed: 1 });
    const forecasts = await fitted.predict({ levels: [80, 95] });
    expect(forecasts).toHaveLength(2);
    for (const forecast of forecasts) {
      expect(forecast?.mean).toHaveLength(6);
      expect(forecast?.mean.every(Number.isFinite)).toBe(true);
      const [inner, outer] = forecast?.intervals ?? [];
      if (inner === undefined || outer === undefined) continue;
      expect([inner.level, outer.level]).toEqual([80, 95]);
      for (let h = 0; h < 6; h++) {
        const ends = [outer.lower, inner.lower, inner.upper, outer.upper].map((end) => end[h] ?? Number.NaN);
        expect(ends).toEqual([...ends].sort((a, b) => a - b));
      }
    }
    for (const value of Object.values(fitted.describe()))
      expect(["string", "number", "boolean"]).toContain(typeof value);
  });

  test("the same seed gives the same forecast", async () => {
    const run = async () =>
      (await make(name).fit([seasonal("a", 100)], { horizon: 4, seed: 3 })).predict({ levels: [80] });
    expect(await run()).toEqual(await run());
  });

  test("comes back from its folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "recurra-forecaster-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const fitted = await make(name).fit([seasonal("a", 100), seasonal("b", 40)], { horizon: 6 });
    await fitted.save(join(folder, "saved"));
    const again = await loadForecaster(join(folder, "saved"));
    expect(again.forecaster.config).toEqual(fitted.forecaster.config);
    const [options] = [{ levels: [80, 95] }];
    const [before, after] = [await fitted.predict(options), await again.predict(options)];
    for (const [i, forecast] of before.entries()) {
      for (const [h, value] of forecast?.mean.entries() ?? [])
        expect(after[i]?.mean[h]).toBeCloseTo(value, 4);
    }
  });

  test("refuses an option that it does not know", () => {
    expect(() => makeForecaster({ name, unheardOf: 1 })).toThrow(/unheardOf/);
  });

  test.each(Object.keys(odd))("copes with %s, or says what is wrong", async (kind) => {
    const series = timeSeries(odd[kind] ?? [], { name: kind });
    const fitted = await make(name).fit([series], { horizon: 5, onError: "skip" });
    const [forecast] = await fitted.predict({ levels: [80] });
    if (forecast === undefined) {
      expect(fitted.failures[0]?.error.message.length).toBeGreaterThan(20);
      return;
    }
    expect(forecast.mean.every(Number.isFinite)).toBe(true);
    if (kind === "constant") expect(forecast.mean.every((value) => Math.abs(value - 7) < 0.5)).toBe(true);
  });

  test("a series of one value, or of none, is forecast or refused by its name", async () => {
    for (const values of [[], [5]]) {
      const fitted = await make(name).fit([timeSeries(values, { name: "stub" })], {
        horizon: 2,
        onError: "skip",
      });
      const [forecast] = await fitted.predict();
      if (forecast === undefined) expect(fitted.failures[0]?.error.message).toContain('"stub"');
      else expect(forecast.mean.every(Number.isFinite)).toBe(true);
    }
  });
});
