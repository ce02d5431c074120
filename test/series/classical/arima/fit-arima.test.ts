// Fits of given orders against what R's arima prints for its own examples (stats 4.x: ?arima, ?predict.Arima, and their reference output).

import { expect, test } from "vitest";
import {
  endOf,
  forecastMean,
  forecastSpread,
  modelOf,
} from "../../../../src/series/classical/arima/arima-state.ts";
import type { ArimaFit } from "../../../../src/series/classical/arima/estimate.ts";
import { fitArima } from "../../../../src/series/classical/arima/fit-arima.ts";
import type { ArimaOrder } from "../../../../src/series/classical/arima/order.ts";
import { airPassengers } from "../../air-passengers.ts";
import { accidentalDeaths, lakeHuron, lh, presidents, wwwUsage } from "./published-data.ts";
import { normals } from "./random.ts";

const order = (p: number, d: number, q: number, P = 0, D = 0, Q = 0, m = 1): ArimaOrder => ({
  p,
  d,
  q,
  P,
  D,
  Q,
  m,
});
const airline = order(0, 1, 1, 0, 1, 1, 12);
const years = lakeHuron.map((_, t) => 1875 + t - 1920);

interface Published {
  readonly name: string;
  readonly run: () => ArimaFit;
  readonly coefficients: readonly number[];
  readonly regression?: readonly number[];
  /** σ² */
  readonly variance: number;
  readonly logLikelihood: number;
  readonly aic: number;
}

const published: readonly Published[] = [
  {
    name: "airline model on log(AirPassengers)",
    run: () => fitArima(airPassengers.map(Math.log), airline),
    coefficients: [-0.4018, -0.5569],
    variance: 0.001348,
    logLikelihood: 244.7,
    aic: -483.4,
  },
  {
    name: "arima(lh, order = c(1,0,0))",
    run: () => fitArima(lh, order(1, 0, 0)),
    coefficients: [0.5739],
    regression: [2.4133],
    variance: 0.1975,
    logLikelihood: -29.38,
    aic: 64.76,
  },
  {
    name: "arima(lh, order = c(3,0,0))",
    run: () => fitArima(lh, order(3, 0, 0)),
    coefficients: [0.6448, -0.0634, -0.2198],
    regression: [2.3931],
    variance: 0.1787,
    logLikelihood: -27.09,
    aic: 64.18,
  },
  {
    name: "arima(LakeHuron, order = c(2,0,0))",
    run: () => fitArima(lakeHuron, order(2, 0, 0)),
    coefficients: [1.0436, -0.2495],
    regression: [579.0473],
    variance: 0.4788,
    logLikelihood: -103.63,
    aic: 215.27,
  },
  {
    name: "arima(LakeHuron, order = c(2,0,0), xreg = time(LakeHuron) - 1920)",
    run: () => fitArima(lakeHuron, order(2, 0, 0), { regressors: [years] }),
    coefficients: [1.0048, -0.2913],
    regression: [579.0993, -0.0216],
    variance: 0.4566,
    logLikelihood: -101.2,
    aic: 212.4,
  },
  {
    name: "arima(USAccDeaths, order = c(0,1,1), seasonal = list(order = c(0,1,1)))",
    run: () => fitArima(accidentalDeaths, airline),
    coefficients: [-0.4303, -0.5528],
    variance: 99347,
    logLikelihood: -425.44,
    aic: 856.88,
  },
  {
    name: "arima(WWWusage, order = c(3,1,0))",
    run: () => fitArima(wwwUsage, order(3, 1, 0)),
    coefficients: [1.1513, -0.6612, 0.3407],
    variance: 9.363,
    logLikelihood: -252,
    aic: 511.99,
  },
  {
    name: "arima(presidents, c(3, 0, 0)), with missing values",
    run: () => fitArima(presidents, order(3, 0, 0)),
    coefficients: [0.7496, 0.2523, -0.189],
    regression: [56.2236],
    variance: 81.12,
    logLikelihood: -414.08,
    aic: 838.16,
  },
];

test.each(published)("$name", ({ run, coefficients, regression = [], variance, logLikelihood, aic }) => {
  const found = run();
  expect(found.coefficients).toHaveLength(coefficients.length);
  // R ends its search where the likelihood changes by 1e-8 of itself.
  for (const [k, value] of coefficients.entries())
    expect(Math.abs((found.coefficients[k] ?? 0) - value)).toBeLessThan(2.5e-4);
  expect(found.regression).toHaveLength(regression.length);
  for (const [k, value] of regression.entries())
    expect(Math.abs((found.regression[k] ?? 0) - value)).toBeLessThan(
      Math.max(5.1e-5, 2e-4 * Math.abs(value)),
    );
  expect(Math.abs(found.deviation ** 2 / variance - 1)).toBeLessThan(4e-4);
  expect(Math.abs(found.logLikelihood - logLikelihood)).toBeLessThan(0.0501);
  expect(Math.abs(-2 * found.logLikelihood + 2 * found.parameters - aic)).toBeLessThan(0.0501);
});

test("arima(lh, order = c(1,0,1)): no less likely than R's, whose search ends a little before", () => {
  const fit = fitArima(lh, order(1, 0, 1));
  expect(fit.logLikelihood).toBeGreaterThan(-28.765);
  expect(fit.coefficients[0]).toBeCloseTo(0.4522, 1);
  expect(fit.coefficients[1]).toBeCloseTo(0.1982, 1);
});

test('arima(lh, order = c(3,0,0), method = "CSS")', () => {
  const fit = fitArima(lh, order(3, 0, 0), { method: "conditional" });
  for (const [k, value] of [0.6578, -0.0658, -0.2348].entries())
    expect(fit.coefficients[k]).toBeCloseTo(value, 4);
  expect(fit.regression[0]).toBeCloseTo(2.3918, 3);
  expect(fit.deviation ** 2).toBeCloseTo(0.1905, 4);
});

test("predict(arima(lh, order = c(3,0,0)), n.ahead = 3)", () => {
  const fit = fitArima(lh, order(3, 0, 0));
  const model = modelOf(fit);
  const end = endOf(model, lh, []);
  const mean = forecastMean(model, end, 3, []);
  for (const [h, value] of [2.460173, 2.270829, 2.198597].entries()) expect(mean[h]).toBeCloseTo(value, 4);
  const spread = forecastSpread(model, end.age, 2);
  for (const [h, value] of [0.4226823, 0.5029332].entries())
    expect(fit.deviation * Math.sqrt(spread[h] ?? 0)).toBeCloseTo(value, 4);
});

test("predict of the airline model for USAccDeaths, n.ahead = 6", () => {
  const fit = fitArima(accidentalDeaths, airline);
  const model = modelOf(fit);
  const end = endOf(model, accidentalDeaths, []);
  const mean = forecastMean(model, end, 4, []);
  for (const [h, value] of [8336.037, 7531.829, 8314.644, 8616.869].entries())
    expect(Math.abs((mean[h] ?? 0) - value)).toBeLessThan(0.05);
  const spread = forecastSpread(model, end.age, 6);
  // R's standard errors contain what it does not know of the first values.
  for (const [h, value] of [315.4481, 363.0054, 405.0164, 443.0627, 478.0897, 510.7197].entries())
    expect(Math.abs((fit.deviation * Math.sqrt(spread[h] ?? 0)) / value - 1)).toBeLessThan(1e-3);
});

test("a drift is the slope of the line that differences leave, by step also where they are seasonal", () => {
  const noise = normals(240, 7);
  const line = noise.map((value, t) => 3 * t + [0, 50, -20, 10][t % 4]! + value);
  expect(fitArima(line, order(0, 0, 0, 0, 1, 1, 4), { constant: true }).regression[0]).toBeCloseTo(3, 2);
  expect(fitArima(line, order(0, 1, 1, 1, 0, 0, 4), { constant: true }).regression[0]).toBeCloseTo(3, 1);
});

test("coefficients of a simulated process are found again", () => {
  const noise = normals(3000, 11);
  const y = new Float64Array(3000);
  const at = (values: Float64Array, t: number): number => values[t] ?? 0;
  for (let t = 0; t < 3000; t++) {
    const ar = 0.6 * at(y, t - 1) + 0.5 * at(y, t - 6) - 0.3 * at(y, t - 7);
    y[t] = ar + at(noise, t) + 0.4 * at(noise, t - 1);
  }
  const fit = fitArima(y, order(1, 0, 1, 1, 0, 0, 6));
  for (const [k, value] of [0.6, 0.4, 0.5].entries())
    expect(Math.abs((fit.coefficients[k] ?? 0) - value)).toBeLessThan(0.06);
  expect(fit.deviation).toBeCloseTo(1, 1);
});

test("the unit does not matter", () => {
  const fit = fitArima(wwwUsage, order(1, 1, 1));
  for (const unit of [1e-200, 1e-6, 1e9, 1e200]) {
    const other = fitArima(
      wwwUsage.map((value) => value * unit),
      order(1, 1, 1),
    );
    expect(other.coefficients[0]).toBeCloseTo(fit.coefficients[0] ?? 0, 5);
    expect(other.deviation / unit).toBeCloseTo(fit.deviation, 5);
    expect(other.logLikelihood).toBeCloseTo(fit.logLikelihood - fit.count * Math.log(unit), 3);
  }
});

test("too few values for an order are told", () => {
  expect(() => fitArima(lh.subarray(0, 15), airline)).toThrow(
    "there are 15 values, and ARIMA(0,1,1)(0,1,1)[12] needs at least 16: 13 that differencing takes, one for each coefficient and one more",
  );
});
