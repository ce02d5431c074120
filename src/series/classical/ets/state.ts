// What is kept of a fitted exponential smoothing model: parameters, the states before the first value and after the last.

import type { Estimate } from "./estimate.ts";
import type { EtsForm } from "./form.ts";
import type { Recursion } from "./recursion.ts";

/** Level, slope and seasonal states at one time. */
export interface EtsStates {
  readonly level: number;
  /** 0 without a trend. */
  readonly slope: number;
  /** [m] Those of the next m steps, in their order; none without a season. */
  readonly season: readonly number[];
}

/** A fitted model as plain data. */
export interface EtsState {
  readonly form: EtsForm;
  /** The season's length; 1 for none. */
  readonly period: number;
  readonly alpha: number;
  /** 0 without a trend. */
  readonly beta: number;
  /** 0 without a season. */
  readonly gamma: number;
  /** 1 unless the trend is damped. */
  readonly phi: number;
  /** Before the first value. */
  readonly initial: EtsStates;
  /** After the last value. */
  readonly last: EtsStates;
  /** The standard deviation of the errors, which are relative to the forecasts where the form's are multiplicative. */
  readonly sigma: number;
  /** Values that are not missing. */
  readonly observed: number;
  /** As R's `ets` gives it: without the constant terms of the normal distribution. */
  readonly logLikelihood: number;
  readonly aic: number;
  /** Null where there are too few values for it. */
  readonly aicc: number | null;
  readonly bic: number;
}

/** The criteria by which models are compared: the smaller, the better. */
export type Criterion = "aicc" | "aic" | "bic";

/**
 * An information criterion (Hyndman et al. 2008, section 7.1).
 *
 * @param deviance −2 log L
 * @param count how many parameters, initial states and variances were estimated
 * @param observed the number of values
 * @returns Infinity where the values are too few
 */
export function informationOf(
  criterion: Criterion,
  deviance: number,
  count: number,
  observed: number,
): number {
  if (criterion === "bic") return deviance + count * Math.log(observed);
  const aic = deviance + 2 * count;
  if (criterion === "aic") return aic;
  const spare = observed - count - 1;
  return spare > 0 ? aic + (2 * count * (count + 1)) / spare : Infinity;
}

/** The state of an estimate whose values were divided by `scale`. */
export function stateOf(estimate: Estimate, scale: number): EtsState {
  const { form, objective, point, deviance, parameters, squares, relativeSquares } = estimate;
  objective.run(point);
  const { run } = objective.room;
  const { values, period, alpha, beta, gamma, phi } = run;
  const observed = values.reduce((sum, y) => (Number.isNaN(y) ? sum : sum + 1), 0);
  const count = parameters + 1; // and the variance
  const raw = deviance + 2 * observed * Math.log(scale);
  const aicc = informationOf("aicc", raw, count, observed);
  return {
    form,
    period: form.season === "N" ? 1 : period,
    alpha,
    beta,
    gamma,
    phi,
    initial: statesAt(run, form, 0, scale),
    last: statesAt(run, form, values.length, scale),
    sigma:
      Math.sqrt((form.error === "M" ? relativeSquares : squares) / Math.max(1, observed - parameters)) *
      (form.error === "M" ? 1 : scale),
    observed,
    logLikelihood: -raw / 2,
    aic: informationOf("aic", raw, count, observed),
    aicc: Number.isFinite(aicc) ? aicc : null,
    bic: informationOf("bic", raw, count, observed),
  };
}

/** The states after `t` values. The seasonal states are shifted to a sum of 0 before the first value, or scaled to a mean of 1. */
export function statesAt(run: Recursion, form: EtsForm, t: number, scale: number): EtsStates {
  const { period, level, slope, season } = run;
  const first = form.season === "N" ? [] : Array.from(season.subarray(0, period));
  const middle = first.reduce((sum, s) => sum + s, 0) / period;
  const now = Array.from(season.subarray(t, t + period));
  const [l, b] = [level[t] ?? 0, slope[t] ?? 0];
  switch (form.season) {
    case "N":
      return { level: l * scale, slope: b * scale, season: [] };
    case "A":
      return { level: (l + middle) * scale, slope: b * scale, season: now.map((s) => (s - middle) * scale) };
    case "M":
      return { level: l * middle * scale, slope: b * middle * scale, season: now.map((s) => s / middle) };
  }
}
