// The likelihood of exponential smoothing against R's, its gradient against differences, and its maximum against R's search.

import { describe, expect, test } from "vitest";
import { estimate, estimateAt } from "../../../src/series/classical/ets/estimate.ts";
import { forecastEts } from "../../../src/series/classical/ets/forecast.ts";
import { familyOf, formName, formsOf, parameterCount } from "../../../src/series/classical/ets/form.ts";
import { EtsObjective, makeRoom } from "../../../src/series/classical/ets/objective.ts";
import { stateOf } from "../../../src/series/classical/ets/state.ts";
import { accidentalDeaths, oil, references, tourists } from "./ets-reference.ts";

describe.each(references)("$form.error $form.trend $form.season of $series", (reference) => {
  const { form, smoothing, states, logLikelihood, variance, forecast } = reference;
  const [values, period] = reference.series === "oil" ? [oil, 1] : [tourists, 4];

  test("R's parameters have R's likelihood, variance and forecasts", () => {
    const objective = new EtsObjective(form, makeRoom(Float64Array.from(values), period), 0);
    const point = objective.pointOf(smoothing, states);
    const state = stateOf(estimateAt(objective, point, parameterCount(form, period)), 1);
    expect(state.logLikelihood).toBeCloseTo(logLikelihood, 4);
    expect(state.sigma ** 2 / variance).toBeCloseTo(1, 5);
    // With a multiplicative season R's forecasts are means, which differ from ours, the paths without errors, by terms of σ²γ, and R
    // damps the slope a step late.
    const found = forecastEts(state, 4, []).mean;
    for (const [h, expected] of forecast.entries())
      expect(Math.abs((found[h] ?? 0) / expected - 1)).toBeLessThan(form.season === "M" ? 5e-4 : 1e-6);
  });

  test("the maximum is not below what R's search finds", () => {
    const scaled = Float64Array.from(values, (y) => y / 100);
    const state = stateOf(estimate(makeRoom(scaled, period), scaled, form, 0), 100);
    expect(state.logLikelihood).toBeGreaterThan(logLikelihood - 1e-3);
  });
});

test("the accidental deaths have R's likelihood at R's parameters, to their four places", () => {
  // R: ets(USAccDeaths) is ETS(A,N,A) with AIC 1141.016 of 15 parameters: log L = −(1141.016 − 30)/2.
  const form = { error: "A", trend: "N", season: "A" } as const;
  const season = [
    -796.4611, -1552.872, -737.5102, -551.161, 333.326, 795.2585, 1662.647, 1005.529, -89.4907, 263.3823,
    -270.0351, -62.6129,
  ];
  const objective = new EtsObjective(form, makeRoom(Float64Array.from(accidentalDeaths), 12), 0);
  const point = objective.pointOf(
    { alpha: 0.5972, beta: 0, gamma: 0.0019, phi: 1 },
    { level: 9195.6403, slope: 0, season },
  );
  expect(Math.abs(-objective.deviance(point) / 2 + 555.508)).toBeLessThan(0.1);
});

const everyForm = formsOf(familyOf("ets", "ZZZ", undefined));

test.each(everyForm)("the gradient of $error $trend $season is that of differences", (form) => {
  const values = Float64Array.from(tourists, (y) => y / 40);
  values[17] = Number.NaN; // is passed over
  const objective = new EtsObjective(form, makeRoom(values, 4), 3);
  const season = form.season === "A" ? [0.2, -0.2, 0.1, -0.05] : [1.2, 0.8, 1.1, 0.95];
  const x = objective.pointOf(
    { alpha: 0.4, beta: 0.1, gamma: 0.2, phi: 0.9 },
    { level: 0.7, slope: 0.01, season },
  );
  const gradient = new Float64Array(x.length);
  objective.evaluate(x, gradient);
  const unused = new Float64Array(x.length);
  const step = 1e-6;
  for (let i = 0; i < x.length; i++) {
    const at = (shift: number): number => objective.evaluate(x.with(i, (x[i] ?? 0) + shift), unused);
    const difference = (at(step) - at(-step)) / (2 * step);
    expect(Math.abs((gradient[i] ?? 0) - difference) / (1 + Math.abs(difference))).toBeLessThan(1e-6);
  }
});

test("the fifteen stable models are told apart", () => {
  const names = everyForm.map(formName);
  expect(new Set(names).size).toBe(15);
  expect(names).toContain("ETS(M,Ad,M)");
  expect(names).not.toContain("ETS(A,A,M)");
  // Hyndman et al. 2008, table 2.1: α, ℓ; with a trend β, b; damped φ; with a season γ and m − 1 free states.
  expect(everyForm.map((form) => parameterCount(form, 12))).toEqual([
    2, 2, 4, 4, 5, 5, 14, 14, 16, 16, 17, 17, 14, 16, 17,
  ]);
});
