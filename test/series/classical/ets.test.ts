// Exponential smoothing as its users meet it: published examples, the choice of a model, odd series, errors.

import { describe, expect, test } from "vitest";
import { airlinePassengers } from "../../../src/data/packaged.ts";
import {
  type EtsConfig,
  ets,
  holt,
  holtWinters,
  simpleExponentialSmoothing,
} from "../../../src/series/classical/ets/ets.ts";
import { formName } from "../../../src/series/classical/ets/form.ts";
import type { EtsState } from "../../../src/series/classical/ets/state.ts";
import type { LocalModel } from "../../../src/series/forecasters/local-model.ts";
import { seriesOf } from "../../../src/series/observed/from-table.ts";
import { type Series, timeSeries } from "../../../src/series/observed/series.ts";
import { Random } from "../../../src/tensor/random.ts";
import { accidentalDeaths, oil, tourists } from "./ets-reference.ts";

const task = { horizon: 6, seed: 0 };
const ask = (horizon: number, ...levels: number[]) => ({ horizon, levels, future: {} });
const fitTo = (model: LocalModel<EtsState>, values: ArrayLike<number>, season = 1): EtsState =>
  model.fit(timeSeries(values, { season }), task);
const noise = (size: number, seed = 1) =>
  new Random(seed).normal([size], 0, 1, "float64").data as Float64Array;

describe("published examples", () => {
  test("simple smoothing of oil production since 1996", () => {
    // Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 2nd ed., section 7.1: α = 0.8339, ℓ = 446.5868, σ = 29.8282,
    // AIC 178.143, AICc 179.857, BIC 180.814, and these forecasts at 80 %.
    const model = simpleExponentialSmoothing();
    const state = fitTo(model, oil.slice(31));
    expect(state.alpha).toBeCloseTo(0.8339, 3);
    expect(state.initial.level / 446.5868).toBeCloseTo(1, 4);
    expect(state.sigma).toBeCloseTo(29.8282, 3);
    expect(state.aic).toBeCloseTo(178.143, 2);
    expect(state.aicc).toBeCloseTo(179.857, 2);
    expect(state.bic).toBeCloseTo(180.814, 2);
    const { mean, intervals } = model.forecast(state, ask(5, 80));
    const lower = [504.4541, 492.9073, 483.5747, 475.5269, 468.3452];
    const upper = [580.907, 592.4539, 601.7864, 609.8343, 617.0159];
    for (let h = 0; h < 5; h++) {
      expect(Math.abs((mean[h] ?? 0) - 542.6806)).toBeLessThan(0.01);
      expect(Math.abs((intervals[0]?.lower[h] ?? 0) - (lower[h] ?? 0))).toBeLessThan(0.05);
      expect(Math.abs((intervals[0]?.upper[h] ?? 0) - (upper[h] ?? 0))).toBeLessThan(0.05);
    }
  });

  test("Holt and Winters' methods on the visitors since 2005", () => {
    // The same book, section 7.3: AICc 239.7112 of the additive method, 226.4192 of the multiplicative one, by R's search.
    const since2005 = tourists.slice(24);
    const additive = fitTo(holtWinters(), since2005, 4);
    expect(additive.aicc).toBeLessThan(239.7112);
    expect(additive.aicc).toBeGreaterThan(239);
    expect(additive.gamma).toBeCloseTo(0.44, 1); // R: 0.426
    const multiplicative = fitTo(holtWinters({ season: "multiplicative" }), since2005, 4);
    expect(multiplicative.aicc).toBeLessThan(226.4192);
    expect(multiplicative.aicc).toBeGreaterThan(224);
  });

  test("the accidental deaths have a level and an additive season", () => {
    // R: ets(USAccDeaths) is ETS(A,N,A), α = 0.5972, γ = 0.0019, AICc 1149.587, by a search that stops short of the maximum.
    const state = fitTo(ets(), accidentalDeaths, 12);
    expect(formName(state.form)).toBe("ETS(A,N,A)");
    expect(state.alpha).toBeCloseTo(0.6, 1);
    expect(state.aicc).toBeLessThan(1149.587);
    expect(state.initial.season.reduce((sum, s) => sum + s, 0)).toBeCloseTo(0, 6);
  });

  test("the airline passengers have a multiplicative season", async () => {
    // R: ets(AirPassengers) is ETS(M,Ad,M) with AICc 1400.638. Its search stops short of ETS(M,A,M), whose maximum is greater.
    const { series: all } = await seriesOf(await airlinePassengers());
    const [passengers] = all;
    if (passengers === undefined) throw new Error("there is a series");
    const series = { ...passengers, season: 12 };
    const damped = ets({ model: "MAM", damped: true }).fit(series, task);
    expect(formName(damped.form)).toBe("ETS(M,Ad,M)");
    expect(damped.aicc).toBeLessThan(1400.638);
    expect(damped.aicc).toBeGreaterThan(1399);
    const chosen = ets().fit(series, task);
    expect(formName(chosen.form)).toBe("ETS(M,A,M)");
    expect(chosen.initial.season.reduce((sum, s) => sum + s, 0)).toBeCloseTo(12, 9);
    expect(ets().describe?.(chosen)).toMatchObject({ model: "ETS(M,A,M)", gamma: expect.closeTo(0.0001, 4) });
  });
});

describe("the choice", () => {
  test("noise has no trend and no season", () => {
    const values = noise(96).map((z) => 50 + z);
    expect(formName(fitTo(ets({ model: "AZZ" }), values, 12).form)).toBe("ETS(A,N,N)");
  });

  test("a trend and a season are found", () => {
    const values = noise(96).map((z, t) => 200 + 3 * t + 20 * Math.sin((2 * Math.PI * t) / 12) + z);
    const { form, last } = fitTo(ets(), values, 12);
    expect([form.trend, form.season]).toEqual(["A", "A"]);
    expect(last.slope).toBeCloseTo(3, 0);
  });

  test("BIC is never for more parameters than AIC", () => {
    const values = noise(60, 7).map((z, t) => 100 + 0.1 * t + 2 * z);
    const sizes = (["bic", "aic"] as const).map((criterion) => {
      const { logLikelihood, aic } = fitTo(ets({ criterion }), values, 4);
      return aic + 2 * logLikelihood;
    });
    expect(sizes[0]).toBeLessThanOrEqual(sizes[1] ?? 0);
  });

  test("letters and damping restrict it", () => {
    const values = noise(60, 3).map((z, t) => 100 + t + z);
    const formOf = (config: EtsConfig): string => formName(fitTo(ets(config), values, 4).form);
    expect(formOf({ model: "MNM" })).toBe("ETS(M,N,M)");
    expect(formOf({ model: "AAdN" })).toBe("ETS(A,Ad,N)");
    expect(formOf({ model: "ZZZ", damped: false })).not.toContain("Ad");
    expect(formOf({ model: "ZAZ", damped: true })).toContain("Ad");
    expect(formOf({ model: "AAN", damped: false })).toBe("ETS(A,A,N)");
  });

  test("the penalty holds the slope's parameter back, and 0 is plain likelihood", () => {
    const values = noise(30, 5);
    let path = 100;
    for (let t = 0; t < 30; t++) values[t] = path += (values[t] ?? 0) + (t > 15 ? 4 : -2);
    const shareOf = (slopePenalty: number): number => {
      const { alpha, beta } = fitTo(ets({ model: "AAN", slopePenalty }), values);
      return beta / alpha;
    };
    expect(shareOf(500)).toBeLessThan(shareOf(0) / 2);
    expect(fitTo(holt(), values)).toEqual(fitTo(ets({ model: "AAN" }), values));
  });

  test("multiplicative errors are for positive values only", () => {
    const values = noise(40).map((z) => z);
    expect(fitTo(ets(), values, 4).form.error).toBe("A");
  });

  test("a season of more than 24 steps is taken from the decomposition", () => {
    const values = noise(208).map((z, t) => 100 + 20 * Math.sin((2 * Math.PI * t) / 52) + z);
    const model = ets();
    const state = fitTo(model, values, 52);
    expect(state.form.season).not.toBe("N");
    expect(state.last.season).toHaveLength(52);
    const { mean } = model.forecast(state, ask(52));
    for (let h = 0; h < 52; h++)
      expect(Math.abs((mean[h] ?? 0) - 100 - 20 * Math.sin((2 * Math.PI * h) / 52))).toBeLessThan(4);
  });
});

describe("odd series", () => {
  const of = (size: number, value: (t: number) => number) => Array.from({ length: size }, (_, t) => value(t));
  const z = noise(200, 9);
  const at = (t: number): number => z[t] ?? 0;
  const odd: Readonly<Record<string, readonly [readonly number[], number]>> = {
    constant: [of(30, () => 5), 12],
    zeros: [of(30, () => 0), 12],
    "one value": [[7], 12],
    "two values": [[7, 8], 12],
    "three values": [[7, 8, 11], 4],
    "four values": [[1, 2, 3, 4], 1],
    "seven values": [of(7, at), 4],
    "one more than a season": [of(13, (t) => 10 + (t % 12) + at(t) / 10), 12],
    negative: [of(40, (t) => -100 - 3 * t + at(t)), 4],
    huge: [of(40, (t) => 1e300 * (10 + at(t))), 4],
    tiny: [of(40, (t) => 1e-300 * (10 + at(t))), 4],
    "mostly zeros": [of(40, (t) => (t % 3 === 0 ? 2 + Math.abs(at(t)) : 0)), 12],
    "a spike": [of(40, (t) => (t === 20 ? 1e6 : 1)), 12],
    "a spike at the end": [of(40, (t) => (t === 39 ? 1e9 : 1 + 0.01 * at(t))), 12],
    "a step": [of(40, (t) => (t < 20 ? 1 : 100)), 12],
    alternating: [of(40, (t) => t % 2), 2],
    "a line": [of(40, (t) => 3 + 2 * t), 1],
    exponential: [of(40, (t) => Math.exp(0.3 * t)), 4],
    "small changes of a large value": [of(60, (t) => 1e9 + at(t)), 12],
    gaps: [of(60, (t) => (t % 7 === 3 || t < 4 ? Number.NaN : 100 + at(t))), 12],
  };

  test.each(Object.entries(odd))("%s: finite forecasts from plain data", (_, [values, season]) => {
    const model = ets();
    const state = fitTo(model, values, season);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    const { mean, intervals } = model.forecast(state, ask(14, 80, 95));
    const [narrow, wide] = intervals;
    for (let h = 0; h < 14; h++) {
      const bounds = [wide?.lower[h], narrow?.lower[h], mean[h], narrow?.upper[h], wide?.upper[h]];
      expect(bounds.every((bound) => Number.isFinite(bound))).toBe(true);
      expect(bounds).toEqual([...bounds].sort((a, b) => (a ?? 0) - (b ?? 0)));
    }
    const largest = values.reduce((most, y) => (Math.abs(y) > most ? Math.abs(y) : most), 0);
    for (const value of mean) expect(Math.abs(value)).toBeLessThanOrEqual(6 * largest);
  });

  test("what is certain goes on", () => {
    const model = ets();
    const forecastOf = (values: readonly number[], season: number) => [
      ...model.forecast(fitTo(model, values, season), ask(3)).mean,
    ];
    expect(
      forecastOf(
        of(30, () => 5),
        12,
      ),
    ).toEqual([5, 5, 5]);
    expect(forecastOf([7], 12)).toEqual([7, 7, 7]);
    const line = forecastOf(
      of(40, (t) => 3 + 2 * t),
      1,
    );
    for (const [h, value] of line.entries()) expect(value).toBeCloseTo(83 + 2 * h, 6);
    const step = forecastOf(
      of(40, (t) => (t < 20 ? 1 : 100)),
      12,
    );
    for (const value of step) expect(value).toBeCloseTo(100, 0);
  });

  test("the forecast follows the scale, up to rounding", () => {
    const values = of(48, (t) => 10 + 2 * Math.sin((Math.PI * t) / 6) + 0.3 * at(t));
    const model = ets();
    const plain = model.forecast(fitTo(model, values, 12), ask(12, 90));
    const large = model.forecast(
      fitTo(
        model,
        values.map((y) => y * 2 ** 200),
        12,
      ),
      ask(12, 90),
    );
    for (let h = 0; h < 12; h++) {
      expect((large.mean[h] ?? 0) / 2 ** 200 / (plain.mean[h] ?? 1)).toBeCloseTo(1, 9);
      const [upper, scaled] = [plain, large].map(({ intervals }) => intervals[0]?.upper[h] ?? 0);
      expect((scaled ?? 0) / 2 ** 200 / (upper ?? 1)).toBeCloseTo(1, 9);
    }
  });

  test("missing values are passed over", () => {
    const values = of(72, (t) => 100 + 10 * Math.sin((Math.PI * t) / 6) + at(t));
    const gappy = values.map((y, t) => (t % 9 === 4 ? Number.NaN : y));
    const model = ets({ model: "ANA" });
    const state = fitTo(model, gappy, 12);
    expect(state.observed).toBe(64);
    const found = model.forecast(state, ask(12)).mean;
    const full = model.forecast(fitTo(model, values, 12), ask(12)).mean;
    for (let h = 0; h < 12; h++) expect(Math.abs((found[h] ?? 0) - (full[h] ?? 0))).toBeLessThan(1.5);
    const fitted = model.fitted?.(state, timeSeries(gappy, { season: 12 }));
    expect(fitted?.every(Number.isFinite)).toBe(true);
  });
});

describe("a fitted model", () => {
  const values = noise(60, 4).map((e, t) => 100 + t + 10 * Math.sin((Math.PI * t) / 2) + e);
  const series: Series = timeSeries(values, { season: 4 });
  const model = ets();
  const state = model.fit(series, task);

  test("is the same each time", () => {
    expect(ets().fit(series, { horizon: 3, seed: 8 })).toEqual(state);
  });

  test("knows its one-step forecasts", () => {
    const fitted = model.fitted?.(state, series) ?? new Float64Array();
    expect(fitted).toHaveLength(60);
    const squares = fitted.reduce((sum, f, t) => {
      const e = (values[t] ?? 0) - f;
      return sum + (state.form.error === "M" ? e / f : e) ** 2;
    }, 0);
    const size = state.aic / 2 + state.logLikelihood - 1; // all but the variance
    expect(Math.sqrt(squares / (60 - size))).toBeCloseTo(state.sigma, 6);
  });

  test("goes on from other values with the parameters as they are", () => {
    const same = model.update?.(state, series) ?? state;
    expect(same.alpha).toBe(state.alpha);
    expect(same.last.level / state.last.level).toBeCloseTo(1, 3);
    const shorter = model.update?.(state, timeSeries(values.subarray(0, 41), { season: 4 })) ?? state;
    const next = model.forecast(shorter, ask(4)).mean;
    for (let h = 0; h < 4; h++) expect(Math.abs((next[h] ?? 0) - (values[41 + h] ?? 0))).toBeLessThan(4);
    const elsewhere = model.update?.(state, timeSeries(values.subarray(17), { season: 4 })) ?? state;
    const ahead = model.forecast(elsewhere, ask(4)).mean;
    const usual = model.forecast(state, ask(4)).mean;
    for (let h = 0; h < 4; h++) expect(Math.abs((ahead[h] ?? 0) - (usual[h] ?? 0))).toBeLessThan(1);
  });

  test("goes on from a single value", () => {
    const one = model.update?.(state, timeSeries([42], { season: 4 })) ?? state;
    expect(model.forecast(one, ask(4)).mean.every(Number.isFinite)).toBe(true);
  });
});

describe("errors", () => {
  test("letters that are no model, options that are none", () => {
    expect(() => ets({ model: "XYZ" })).toThrow(
      'ets: model "XYZ" is none. Wanted three letters, such as "ZZZ"',
    );
    expect(() => ets({ model: "AAM" })).toThrow('unstable; use "MAM"');
    expect(() => ets({ model: "ANN", damped: true })).toThrow("contradicts itself");
    expect(() => ets({ model: "AAdN", damped: false })).toThrow("contradicts itself");
    expect(() => ets({ slopePenalty: -1 })).toThrow("ets: slopePenalty is to be a number from 0 up, got -1");
    expect(() => ets({ criterion: "hqic" as "bic" })).toThrow(
      "criterion is to be one of aicc, aic, bic, got",
    );
    expect(() => ets({ season: 12 } as EtsConfig)).toThrow('ets: there is no option "season"');
    expect(() => holtWinters({ season: "none" as "additive" })).toThrow("additive or multiplicative");
    expect(() => holt({ damped: 1 as unknown as boolean })).toThrow(
      "holt: damped is to be true or false, got 1",
    );
  });

  test("series that a given model cannot take", () => {
    const values = noise(40).map((z, t) => (t === 30 ? 0 : 10 + z));
    const multiplicative = holtWinters({ season: "multiplicative" });
    expect(() => fitTo(multiplicative, values, 4)).toThrow("value 31 of 40 is 0, and multiplicative errors");
    expect(() => fitTo(holtWinters(), values)).toThrow("the series has none (its season is 1)");
    expect(() => fitTo(holtWinters(), values.slice(0, 10), 12)).toThrow("less than the season of 12 steps");
    expect(() => fitTo(holt(), [1, 2, 4])).toThrow(
      "3 values do not suffice for this model; wanted at least 7",
    );
  });

  test("what each model needs", () => {
    const needs = [ets(), simpleExponentialSmoothing(), holt(), holt({ damped: true }), holtWinters()].map(
      (model) => [model.name, model.need({ season: 12 }, task).rows],
    );
    expect(needs).toEqual([
      ["ets", 1],
      ["ses", 1],
      ["holt", 7],
      ["holt", 8],
      ["holt-winters", 24],
    ]);
  });
});
