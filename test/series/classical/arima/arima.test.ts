// ARIMA as a model of one series: the order it chooses, what it forecasts, and what it makes of odd series.

import { describe, expect, test } from "vitest";
import { arima } from "../../../../src/series/classical/arima/arima.ts";
import { seasonalStrength } from "../../../../src/series/classical/arima/choose-differences.ts";
import { fitArima } from "../../../../src/series/classical/arima/fit-arima.ts";
import type { Forecast } from "../../../../src/series/forecasters/local-model.ts";
import { futureOf, sliceSeries, timeSeries } from "../../../../src/series/observed/series.ts";
import { airPassengers } from "../../air-passengers.ts";
import { accidentalDeaths, presidents, wwwUsage } from "./published-data.ts";
import { normals } from "./random.ts";

const task = { horizon: 12, seed: 0 };
const monthly = (values: ArrayLike<number>) => timeSeries(values, { season: 12 });

function chosen(values: ArrayLike<number>, season = 1, options = {}) {
  const model = arima(options);
  const state = model.fit(timeSeries(values, { season }), task);
  return { model, state, about: model.describe?.(state) ?? {} };
}

function forecastOf(values: ArrayLike<number>, season = 1, options = {}, horizon = 4): Forecast {
  const { model, state } = chosen(values, season, options);
  return model.forecast(state, { horizon, levels: [80, 95], future: {} });
}

describe("the order that auto.arima of R's forecast package (8.x) chooses", () => {
  test.each([
    ["AirPassengers", airPassengers, 12, "ARIMA(2,1,1)(0,1,0)[12]"],
    ["log(AirPassengers)", airPassengers.map(Math.log), 12, "ARIMA(0,1,1)(0,1,1)[12]"],
    ["USAccDeaths", accidentalDeaths, 12, "ARIMA(0,1,1)(0,1,1)[12]"],
    ["WWWusage", wwwUsage, 1, "ARIMA(1,1,1)"],
  ] as const)("%s", (_, values, season, name) => {
    expect(chosen(values, season).about.model).toBe(name);
  });

  test("its figures for AirPassengers: sigma^2 132.3, log likelihood -504.92, AICc 1018.17", () => {
    const { ar1, ar2, ma1, deviation, logLikelihood, aicc } = chosen(airPassengers, 12).about;
    expect(Number(ar1)).toBeCloseTo(0.596, 2);
    expect(Number(ar2)).toBeCloseTo(0.2143, 2);
    expect(Number(ma1)).toBeCloseTo(-0.9819, 2);
    expect(Number(deviation) ** 2).toBeCloseTo(132.3, 0);
    expect(Number(logLikelihood)).toBeCloseTo(-504.92, 2);
    expect(Number(aicc)).toBeCloseTo(1018.17, 2);
  });

  test("its figures for WWWusage: ar1 0.6504, ma1 0.5256, sigma^2 9.995, AICc 514.55", () => {
    const { ar1, ma1, deviation, aicc } = chosen(wwwUsage).about;
    expect(Number(ar1)).toBeCloseTo(0.6504, 3);
    expect(Number(ma1)).toBeCloseTo(0.5256, 3);
    expect(Number(deviation) ** 2).toBeCloseTo(9.995, 2);
    expect(Number(aicc)).toBeCloseTo(514.55, 2);
  });
});

describe("the search", () => {
  test("keeps to what is settled: differences, limits, no season, no constant", () => {
    expect(chosen(airPassengers, 12, { d: 0, D: 1 }).about.model).toMatch(
      /^ARIMA\(\d,0,\d\)\(\d,1,\d\)\[12\]/,
    );
    expect(chosen(airPassengers, 12, { seasonal: false }).about.model).toMatch(
      /^ARIMA\(\d,1,\d\)( with drift)?$/,
    );
    expect(chosen(airPassengers, 12, { limits: { p: 0, q: 1, P: 0, Q: 1 } }).about.model).toMatch(
      /^ARIMA\(0,1,[01]\)\(0,1,[01]\)\[12\]/,
    );
    expect(chosen(presidents, 4, { constant: false, d: 0 }).about).not.toHaveProperty("mean");
  });

  test("goes by another criterion: BIC takes no more coefficients than AIC", () => {
    const count = (criterion: string): number =>
      chosen(airPassengers, 12, { criterion }).state.model.coefficients.length;
    expect(count("bic")).toBeLessThanOrEqual(count("aic"));
  });

  test("by approximation ends at a model fitted by likelihood", () => {
    const logs = airPassengers.map(Math.log);
    const { state } = chosen(logs, 12, { approximate: true });
    expect(state.model.order).toMatchObject({ d: 1, D: 1 });
    const fit = fitArima(logs, state.model.order, { constant: state.model.constant });
    expect(state.logLikelihood).toBeCloseTo(fit.logLikelihood, 6);
    expect(fit.logLikelihood).toBeGreaterThan(244);
  });
});

describe("seasonal strength", () => {
  test("is all but 1 for a pure season, small for noise, 0 for two seasons", () => {
    const wave = Float64Array.from({ length: 120 }, (_, t) => Math.sin((2 * Math.PI * t) / 12));
    expect(seasonalStrength(wave, 12)).toBeGreaterThan(0.99);
    expect(seasonalStrength(normals(480, 3), 12)).toBeLessThan(0.5);
    expect(seasonalStrength(wave.subarray(0, 24), 12)).toBe(0);
  });
});

describe("intervals", () => {
  test("of a random walk widen with the root of the steps", () => {
    const { mean, intervals } = forecastOf(wwwUsage, 1, { order: [0, 1, 0] });
    expect([...mean]).toEqual([220, 220, 220, 220]);
    const width = (h: number): number => (intervals[1]?.upper[h] ?? 0) - (mean[h] ?? 0);
    for (const h of [1, 2, 3]) expect(width(h) / width(0)).toBeCloseTo(Math.sqrt(h + 1), 9);
    const steps = wwwUsage.subarray(1).map((value, t) => value - (wwwUsage[t] ?? 0));
    const deviation = Math.sqrt(steps.reduce((sum, value) => sum + value * value, 0) / 99);
    expect(width(0)).toBeCloseTo(1.959964 * deviation, 4);
  });

  test("hold as many of simulated values as they say", () => {
    let [inside, all] = [0, 0];
    for (let i = 0; i < 60; i++) {
      const noise = normals(124, 50 + i);
      let value = 0;
      const path = noise.map((shock, t) => {
        value = 0.7 * value + shock + 0.3 * (noise[t - 1] ?? 0);
        return 20 + value;
      });
      const { intervals } = forecastOf(path.subarray(0, 120), 1, { order: [1, 0, 1] });
      for (let h = 0; h < 4; h++) {
        const actual = path[120 + h] ?? 0;
        if (actual >= (intervals[0]?.lower[h] ?? 0) && actual <= (intervals[0]?.upper[h] ?? 0)) inside++;
        all++;
      }
    }
    expect(inside / all).toBeGreaterThan(0.7);
    expect(inside / all).toBeLessThan(0.9);
  });

  test("under logarithms are those of the logarithms, taken back", () => {
    const plain = forecastOf(airPassengers.map(Math.log), 12);
    const logs = forecastOf(airPassengers, 12, { lambda: 0 });
    for (const h of [0, 3]) {
      expect(logs.mean[h]).toBeCloseTo(Math.exp(plain.mean[h] ?? 0), 6);
      expect(logs.intervals[0]?.lower[h]).toBeCloseTo(Math.exp(plain.intervals[0]?.lower[h] ?? 0), 6);
    }
  });
});

describe("states", () => {
  test("survive JSON", () => {
    const { model, state } = chosen(airPassengers, 12, { lambda: "guerrero" });
    const again = JSON.parse(JSON.stringify(state));
    const ask = { horizon: 24, levels: [80], future: {} };
    expect(model.forecast(again, ask)).toEqual(model.forecast(state, ask));
    expect(JSON.stringify(state).length).toBeLessThan(3000);
  });

  test("after more values go on from those, with the coefficients as they were", () => {
    const { model, state } = chosen(airPassengers.subarray(0, 132), 12);
    const updated = model.update?.(state, monthly(airPassengers)) ?? state;
    expect(updated.model).toEqual(state.model);
    const fixed = { horizon: 1, levels: [], future: {} };
    // What is expected of the value after the first 132 is the fitted value there.
    const fitted = model.fitted?.(state, monthly(airPassengers));
    expect(model.forecast(state, fixed).mean[0]).toBeCloseTo(fitted?.[132] ?? 0, 6);
    expect(model.forecast(updated, fixed).mean[0]).not.toBeCloseTo(fitted?.[132] ?? 0, 0);
  });
});

describe("fitted values", () => {
  test("are one step ahead: their errors are the innovations", () => {
    const { model, state } = chosen(airPassengers, 12);
    const fitted = model.fitted?.(state, monthly(airPassengers)) ?? new Float64Array(0);
    expect([...fitted.subarray(0, 13)].every(Number.isNaN)).toBe(true);
    const errors = airPassengers.subarray(13).map((value, t) => value - (fitted[t + 13] ?? 0));
    const mean = errors.reduce((sum, value) => sum + value * value, 0) / 131;
    expect(mean).toBeGreaterThan(0.9 * state.deviation ** 2);
    expect(mean).toBeLessThan(1.1 * state.deviation ** 2);
  });

  test("with missing values agree with those without where nothing is missing yet", () => {
    const { model, state } = chosen(airPassengers, 12);
    const holed = airPassengers.slice();
    holed[100] = Number.NaN;
    const [whole, gap] = [airPassengers, holed].map((values) => model.fitted?.(state, monthly(values)));
    for (const t of [40, 80, 100]) expect(Math.abs((whole?.[t] ?? 0) - (gap?.[t] ?? 0))).toBeLessThan(0.05);
    expect(whole?.[101]).not.toBeCloseTo(gap?.[101] ?? 0, 1);
  });
});

describe("missing values", () => {
  test("of the airline passengers hardly change the forecast", () => {
    const holed = airPassengers.map((value, t) => (t % 9 === 4 ? Number.NaN : value));
    const [whole, gaps] = [
      forecastOf(airPassengers, 12, { lambda: 0 }, 12),
      forecastOf(holed, 12, { lambda: 0 }, 12),
    ];
    for (let h = 0; h < 12; h++)
      expect(Math.abs((gaps.mean[h] ?? 0) / (whole.mean[h] ?? 1) - 1)).toBeLessThan(0.04);
  });

  test("at the end are steps ahead as well: of a random walk the interval starts wider", () => {
    const tail = Float64Array.from([...wwwUsage, Number.NaN, Number.NaN]);
    const [whole, gaps] = [wwwUsage, tail].map((values) => forecastOf(values, 1, { order: [0, 1, 0] }));
    expect(gaps?.mean[0]).toBeCloseTo(220, 3);
    expect(gaps?.intervals[0]?.upper[0]).toBeCloseTo(whole?.intervals[0]?.upper[2] ?? 0, 2);
  });
});

describe("odd series", () => {
  test.each([
    ["zeros", new Float64Array(20), 1, [0, 0]],
    ["a constant", new Float64Array(30).fill(5), 4, [5, 5]],
    ["one value", Float64Array.of(7), 12, [7, 7]],
    ["a line", Float64Array.from({ length: 30 }, (_, t) => 1e6 + 0.1 * t), 1, [1e6 + 3, 1e6 + 3.1]],
    ["a parabola", Float64Array.from({ length: 30 }, (_, t) => t * t), 1, [900, 961]],
    ["a season on a line", Float64Array.from({ length: 36 }, (_, t) => [1, 5, 2][t % 3]! + t), 3, [37, 42]],
  ] as const)("%s goes on as it was, without error", (_, values, season, expected) => {
    const { mean, intervals } = forecastOf(values, season, {}, 2);
    for (const [h, value] of expected.entries()) {
      expect(mean[h]).toBeCloseTo(value, 5);
      expect((intervals[0]?.upper[h] ?? 1) - (intervals[0]?.lower[h] ?? 0)).toBeCloseTo(0, 5);
    }
  });

  test.each([
    ["a constant", new Float64Array(30).fill(5)],
    ["a constant with gaps", Float64Array.from({ length: 30 }, (_, t) => (t % 4 === 1 ? Number.NaN : 5))],
    ["a constant that ends in a gap", Float64Array.from({ length: 30 }, (_, t) => (t > 27 ? Number.NaN : 5))],
    ["a single value among gaps", Float64Array.from({ length: 30 }, (_, t) => (t === 12 ? 5 : Number.NaN))],
  ] as const)("%s goes on, also under an order of one's own", (_, values) => {
    expect(forecastOf(values).mean[3]).toBeCloseTo(5, 6);
    if (values[0] === 5) expect(forecastOf(values, 1, { order: [1, 1, 1] }).mean[3]).toBeCloseTo(5, 3);
  });

  test.each([2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 25, 26])(
    "the first %i airline passengers have a forecast",
    (count) => {
      const { mean, intervals } = forecastOf(airPassengers.subarray(0, count), 12);
      expect([...mean].every((value) => value > 50 && value < 300)).toBe(true);
      expect([...(intervals[0]?.upper ?? [])].every(Number.isFinite)).toBe(true);
    },
  );

  test.each([1e-300, 1e-12, 1e12, 1e150])("the unit %d does not matter", (unit) => {
    const { about } = chosen(
      wwwUsage.map((value) => value * unit),
      1,
    );
    expect(about.model).toBe("ARIMA(1,1,1)");
    expect(Number(about.deviation) / unit).toBeCloseTo(3.16, 2);
  });

  test.each([
    ["a step", Float64Array.from({ length: 60 }, (_, t) => (t < 30 ? 0 : 1))],
    ["a spike", Float64Array.from({ length: 60 }, (_, t) => (t === 40 ? 1e9 : 1))],
    ["a wave", Float64Array.from({ length: 60 }, (_, t) => Math.sin(t))],
    ["doubling", Float64Array.from({ length: 60 }, (_, t) => 2 ** t)],
    ["two values in turns", Float64Array.from({ length: 41 }, (_, t) => t % 2)],
    ["mostly zeros", Float64Array.from({ length: 60 }, (_, t) => (t % 17 === 0 ? t : 0))],
  ])("%s has finite forecasts and a state in JSON", (_, values) => {
    const { model, state } = chosen(values);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    const { mean, intervals } = model.forecast(state, { horizon: 30, levels: [95], future: {} });
    expect([...mean, ...(intervals[0]?.upper ?? [])].every(Number.isFinite)).toBe(true);
  });
});

describe("covariates known ahead", () => {
  const noise = normals(172, 21);
  const price = normals(172, 22);
  const base = noise.map(
    (_, t) => 30 + noise.subarray(Math.max(0, t - 2), t + 1).reduce((sum, value) => sum + value, 0),
  );
  const values = base.map((value, t) => value - 4 * (price[t] ?? 0)).subarray(0, 160);
  const withPrice = (future: Record<string, Float64Array>) => timeSeries(values, { covariates: { future } });

  test("have coefficients, and the forecast follows them", () => {
    const model = arima();
    const series = withPrice({ price });
    const state = model.fit(series, task);
    const about = model.describe?.(state) ?? {};
    expect(about.model).toMatch(/^Regression with ARIMA/);
    expect(Math.abs(Number(about["beta price"]) + 4)).toBeLessThan(0.2);
    const { mean } = model.forecast(state, { horizon: 12, levels: [], future: futureOf(series, 12) });
    const [blind, seeing] = [forecastOf(values, 1, {}, 12).mean, mean].map((forecast) =>
      forecast.reduce(
        (sum, value, h) => sum + ((base[160 + h] ?? 0) - 4 * (price[160 + h] ?? 0) - value) ** 2,
        0,
      ),
    );
    expect(seeing).toBeLessThan(0.3 * (blind ?? 0));
  });

  test("that are sums of others, or constant, have no part in it", () => {
    const double = price.map((value) => 2 * value + 1);
    const model = arima();
    const state = model.fit(withPrice({ price, double, one: new Float64Array(172).fill(1) }), task);
    expect(state.covariates).toEqual(["price"]);
    expect(state).toEqual(model.fit(withPrice({ price }), task));
  });

  test("can be left out, and named", () => {
    const series = withPrice({ price, other: noise });
    expect(arima({ covariates: "none" }).fit(series, task).covariates).toEqual([]);
    expect(arima({ covariates: ["price"] }).fit(series, task).covariates).toEqual(["price"]);
    expect(() => arima({ covariates: ["prize"] }).fit(series, task)).toThrow(
      'there is no covariate "prize" that is known ahead. There are price, other',
    );
  });

  test("that end before the horizon are told", () => {
    const model = arima();
    const series = withPrice({ price: price.subarray(0, 163) });
    const state = model.fit(series, task);
    expect(() => model.forecast(state, { horizon: 12, levels: [], future: futureOf(series, 12) })).toThrow(
      'the covariate "price" is known for 3 of the 12 steps ahead; wanted all of them',
    );
  });

  test("as many as values are refused", () => {
    const future = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`x${i}`, normals(20, 60 + i)]));
    expect(() =>
      arima({ d: 0 }).fit(timeSeries(wwwUsage.subarray(0, 12), { covariates: { future } }), task),
    ).toThrow("there are 10 covariates for 12 values; wanted fewer than 9: name those to take, or take none");
  });

  test("that are missing at a time make the value there missing", () => {
    const holed = price.slice();
    holed[50] = Number.NaN;
    const state = arima({ order: [1, 0, 0] }).fit(withPrice({ price: holed }), task);
    expect(Math.abs((state.model.regression[1] ?? 0) + 4)).toBeLessThan(0.3);
  });
});

describe("no leaks", () => {
  test("values after the training part change nothing", () => {
    const whole = monthly([...airPassengers.subarray(0, 120), ...normals(24, 1)]);
    const state = arima().fit(sliceSeries(whole, 0, 120), task);
    expect(state).toEqual(arima().fit(monthly(airPassengers.subarray(0, 120)), task));
  });
});

describe("options", () => {
  test("a given order needs as many values as it has coefficients and differences", () => {
    expect(arima({ order: [0, 1, 1], seasonalOrder: [0, 1, 1] }).need({ season: 12 }, task)).toEqual({
      rows: 16,
      because: "13 that differencing takes, one for each coefficient of ARIMA(0,1,1)(0,1,1)[12] and one more",
    });
    expect(arima().need({ season: 12 }, task).rows).toBe(1);
  });

  test.each([
    [{ ordr: [1, 0, 0] }, 'arima: there is no option "ordr"'],
    [{ order: [1, 0] }, "arima: order is to be three whole numbers [p, d, q], got [1,0]"],
    [{ order: [1, -1, 0] }, "arima: order is to be a whole number from 0 to 30, got -1"],
    [{ seasonalOrder: [1, 0, 0] }, "arima: seasonalOrder goes with an order; give both or neither"],
    [{ order: [1, 0, 0], d: 1 }, "arima: d is for the search: leave it out beside an order"],
    [{ limits: { r: 2 } }, 'arima limits: there is no option "r"'],
    [{ criterion: "hqc" }, 'arima: criterion is to be aicc, aic or bic, got "hqc"'],
    [{ lambda: "log" }, 'arima: lambda is to be a number, "guerrero" or "none", got "log"'],
    [{ covariates: true }, 'arima: covariates is to be "all", "none" or a list of names, got true'],
    [{ constant: 1 }, "arima: constant is to be true or false, got 1"],
  ])("%j is refused", (options, message) => {
    expect(() => arima(options as never)).toThrow(message);
  });

  test("seasonal terms want a season", () => {
    const model = arima({ order: [0, 1, 1], seasonalOrder: [0, 1, 1] });
    expect(() => model.fit(timeSeries(wwwUsage), task)).toThrow(
      "arima: seasonalOrder is [0, 1, 1], and the series has no season; give it one, or leave seasonalOrder out",
    );
  });

  test("a season that is no whole number of steps is rounded", () => {
    const model = arima();
    expect(model.fit(timeSeries(airPassengers, { season: 12.2 }), task)).toEqual(
      model.fit(monthly(airPassengers), task),
    );
  });

  test("logarithms of what is not positive are refused", () => {
    expect(() => arima({ lambda: 0 }).fit(timeSeries([1, 2, 0, 3]), task)).toThrow("value 3 of 4 is 0");
  });
});
