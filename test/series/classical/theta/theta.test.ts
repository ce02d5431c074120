// The Theta models against their recursion as the paper writes it, their closed forms, and odd series.

import { expect, test } from "vitest";
import { type ThetaOptions, type ThetaState, theta } from "../../../../src/series/classical/theta/theta.ts";
import { thetaVariants } from "../../../../src/series/classical/theta/theta-lines.ts";
import type { Forecast } from "../../../../src/series/forecasters/local-model.ts";
import { sliceSeries, timeSeries } from "../../../../src/series/observed/series.ts";
import { airPassengers } from "../../air-passengers.ts";

const task = { horizon: 8, seed: 0 };

function fitted(options: ThetaOptions, values: ArrayLike<number>, season = 1): ThetaState {
  return theta(options).fit(timeSeries(values, { season }), task);
}

function forecastOf(state: ThetaState, horizon = 8): Forecast {
  return theta().forecast(state, { horizon, levels: [80, 95], future: {} });
}

/** Deterministic, with a trend and without a pattern. */
const values = Float64Array.from({ length: 40 }, (_, t) => 50 + 0.7 * t + 4 * Math.sin(1.3 * t * t));

/**
 * Σ of squared errors from the third value on, and forecasts, by equations 11 to 17 of Fiorucci et al. 2016: at each t the line through
 * the first t values (all values, where it does not move) by least squares.
 */
function reference(
  variant: string,
  alpha: number,
  omega: number,
  level: number,
): { squares: number; ahead: number[] } {
  const line = (upTo: number[]): [number, number] => {
    const n = upTo.length;
    if (n < 2) return [upTo[0] ?? 0, 0];
    const mean = upTo.reduce((sum, y) => sum + y, 0) / n;
    const middle = (n + 1) / 2;
    const slope =
      upTo.reduce((sum, y, i) => sum + (i + 1 - middle) * (y - mean), 0) /
      upTo.reduce((sum, _, i) => sum + (i + 1 - middle) ** 2, 0);
    return [mean - slope * middle, slope];
  };
  const moves = variant.startsWith("D");
  const seen: number[] = [];
  let l = level;
  let squares = 0;
  const ahead: number[] = [];
  for (let t = 1; t <= 48; t++) {
    const [a, b] = t === 1 && moves ? [0, 0] : line(moves ? seen : [...values]);
    const expected = l + omega * ((1 - alpha) ** (t - 1) * a + ((1 - (1 - alpha) ** t) / alpha) * b);
    const value = t <= 40 ? (values[t - 1] ?? 0) : expected;
    if (t > 40) ahead.push(expected);
    else if (t > 2) squares += (value - expected) ** 2;
    l = alpha * value + (1 - alpha) * l;
    seen.push(value);
  }
  return { squares, ahead };
}

test.each(thetaVariants)(
  "%s: squares and forecasts are those of the paper's recursion, and the squares are smallest",
  (variant) => {
    const state = fitted({ variant, prior: 0 }, values);
    const { alpha, omega, initialLevel, squares } = state.line;
    const { ahead, squares: expected } = reference(variant, alpha, omega, initialLevel);
    expect(squares).toBeCloseTo(expected, 7);
    const { mean } = forecastOf(state);
    for (const [h, value] of ahead.entries()) expect(mean[h]).toBeCloseTo(value, 8);

    if (variant === "STM" || variant === "DSTM") expect(omega).toBe(0.5);
    const tries = [
      [alpha + 0.01, omega, initialLevel],
      [alpha - 0.01, omega, initialLevel],
      [alpha, omega, initialLevel + 0.5],
      [alpha, omega, initialLevel - 0.5],
      ...(variant.includes("O")
        ? [
            [alpha, omega + 0.01, initialLevel],
            [alpha, omega - 0.01, initialLevel],
          ]
        : []),
    ];
    for (const [a = 0, w = 0, l = 0] of tries) {
      if (a < 0.1 || a > 0.99 || w < 0 || w >= 1) continue;
      expect(reference(variant, a, w, l).squares).toBeGreaterThanOrEqual(squares - 1e-9);
    }
  },
);

test("STM goes on as exponential smoothing with half the slope as its drift (Hyndman and Billah 2003)", () => {
  const state = fitted({ variant: "STM" }, values);
  const { mean, intervals } = forecastOf(state);
  for (let h = 1; h < 8; h++)
    expect((mean[h] ?? 0) - (mean[h - 1] ?? 0)).toBeCloseTo(state.end.slope / 2, 10);
  const { alpha, squares, count } = state.line;
  const sigma = Math.sqrt(squares / (count - 2));
  for (let h = 0; h < 8; h++) {
    const width = (intervals[1]?.upper[h] ?? 0) - (mean[h] ?? 0);
    expect(width).toBeCloseTo(1.959963984540054 * sigma * Math.sqrt(1 + h * alpha ** 2), 9);
  }
});

test("the intervals of a moving line are those of simulated paths", () => {
  const state = fitted({}, values);
  const { intervals } = forecastOf(state);
  // An error one step ahead moves the later forecasts by what a series with that error gives; squares add up.
  const { alpha, omega } = state.line;
  const shocked = (at: number): number[] => {
    let { steps, level, mean, intercept, slope } = state.end;
    return Array.from({ length: 8 }, (_, h) => {
      const power = (1 - alpha) ** steps;
      const value =
        level +
        omega * (intercept * power + (slope * (1 - power * (1 - alpha))) / alpha) +
        (h === at ? 1 : 0);
      slope = ((steps - 1) * slope + (6 * (value - mean)) / (steps + 1)) / (steps + 2);
      mean = (steps * mean + value) / (steps + 1);
      intercept = mean - (slope * (steps + 2)) / 2;
      level = alpha * value + (1 - alpha) * level;
      steps++;
      return value;
    });
  };
  const plain = shocked(-1);
  const sigma = Math.sqrt(state.line.squares / (state.line.count - 3));
  for (let h = 0; h < 8; h++) {
    let variance = 0;
    for (let at = 0; at <= h; at++) variance += ((shocked(at)[h] ?? 0) - (plain[h] ?? 0)) ** 2;
    const width = (intervals[0]?.upper[h] ?? 0) - (plain[h] ?? 0);
    expect(width).toBeCloseTo(1.2815515655446004 * sigma * Math.sqrt(variance), 7);
  }
});

test("what was expected of each value gives the squares back", () => {
  const state = fitted({}, values);
  const expected = theta().fitted?.(state, timeSeries(values)) ?? new Float64Array();
  let squares = 0;
  for (let t = 2; t < 40; t++) squares += ((values[t] ?? 0) - (expected[t] ?? 0)) ** 2;
  expect(squares).toBeCloseTo(state.line.squares, 8);
});

test("the prior draws θ towards 2", () => {
  const free = fitted({ prior: 0 }, values).line.omega;
  const drawn = fitted({ prior: 1e6 }, values).line.omega;
  expect(Math.abs(free - 0.5)).toBeGreaterThan(0.01);
  expect(drawn).toBeCloseTo(0.5, 2);
});

test("automatic takes the variant with the smallest squares", () => {
  const all = thetaVariants.map((variant) => fitted({ variant, prior: 0 }, values).line);
  const least = Math.min(...all.map(({ squares }) => squares));
  expect(fitted({ variant: "automatic", prior: 0 }, values).line.squares).toBe(least);
});

test("AirPassengers: the season is put back, and the errors of the last year are small", () => {
  const series = timeSeries(airPassengers, { season: 12 });
  const state = theta().fit(sliceSeries(series, 0, 132), { horizon: 12, seed: 0 });
  const { mean } = theta().forecast(JSON.parse(JSON.stringify(state)), {
    horizon: 12,
    levels: [],
    future: {},
  });
  const error = mean.reduce(
    (sum, value, h) => sum + Math.abs(value / (airPassengers[132 + h] ?? 1) - 1) / 12,
    0,
  );
  expect(error).toBeLessThan(0.05);
  expect(theta().describe?.(state)).toMatchObject({ variant: "DOTM", seasonality: "multiplicative" });
});

test("goes on from other values of the same series, in step with its season", () => {
  const series = timeSeries(airPassengers, { season: 12, frequency: { unit: "month", months: 1, day: 1 } });
  const model = theta({ variant: "STM" });
  const state = model.fit(sliceSeries(series, 0, 120), { horizon: 12, seed: 0 });
  const ask = { horizon: 12, levels: [], future: {} };
  expect(model.update?.(state, sliceSeries(series, 0, 120))).toEqual(state);
  const later = model.update?.(state, sliceSeries(series, 31, 144));
  const { mean } = model.forecast(later as ThetaState, ask);
  // Every July is far above the November after it.
  expect((mean[6] ?? 0) / (mean[10] ?? 1)).toBeGreaterThan(1.4);
});

test.each([
  ["a constant", new Array(20).fill(7), 7, 7],
  ["zeros", new Array(20).fill(0), 0, 0],
  ["the shortest there is", [3, 4, 5, 6], 4, 14],
  ["huge numbers", [1e12, 2e12, 3e12, 4e12, 5e12, 6e12], 4e12, 14e12],
  ["ones after zeros", [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1], 0.5, 2],
])("a sensible forecast of %s", (_, given, least, most) => {
  for (const variant of [...thetaVariants, "automatic"] as const) {
    const { mean, intervals } = forecastOf(fitted({ variant }, given, 4));
    for (const [h, value] of mean.entries()) {
      expect(value).toBeGreaterThanOrEqual(least - 1e-9);
      expect(value).toBeLessThanOrEqual(most + 1e-9);
      expect(intervals[0]?.lower[h]).toBeLessThanOrEqual(value);
    }
  }
});

test("a season of values below zero is additive", () => {
  const seasonal = Array.from({ length: 24 }, (_, t) => [5, -5, 2, -2][t % 4] ?? 0);
  const state = fitted({}, seasonal, 4);
  expect(state.seasonal?.composition).toBe("additive");
  const { mean } = forecastOf(state, 4);
  for (const [h, value] of [5, -5, 2, -2].entries()) expect(mean[h]).toBeCloseTo(value, 6);
});

test("what is no option is named", () => {
  expect(() => theta({ variant: "XTM" as "STM" })).toThrow('there is no theta variant "XTM"');
  expect(() => theta({ seasonality: "m4" as "none" })).toThrow('there is no theta seasonality "m4"');
  expect(() => theta({ prior: -1 })).toThrow("theta: prior is to be a number from 0 up, got -1");
  expect(() => theta({ season: 12 } as never)).toThrow('theta: there is no option "season"');
  expect(theta().need({ season: 12 }, task).rows).toBe(4);
});
