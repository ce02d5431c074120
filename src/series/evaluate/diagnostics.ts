// What is left in the residuals of a model: bias, autocorrelation, and whether it is more than chance.

import { acf } from "../../numeric/autocorrelation.ts";
import { chiSquaredCdf, studentTCdf } from "../../numeric/distributions.ts";

export interface LjungBox {
  readonly statistic: number;
  /** Of the test that the residuals are not autocorrelated. */
  readonly pValue: number;
  readonly lags: number;
}

/**
 * The test of Ljung and Box (1978, Biometrika 65(2)): Q = n(n + 2) Σ r_k² / (n - k) over the lags k, chi-squared where residuals are
 * not autocorrelated.
 *
 * @param residuals [n] numbers
 * @param lags how many; at most n - 1
 * @param parameters of the model that left them; so many degrees of freedom are lost. Default: 0
 */
export function ljungBox(residuals: Float64Array, lags: number, parameters = 0): LjungBox {
  const n = residuals.length;
  const statistic = n * (n + 2) * acf(residuals, lags).reduce((sum, r, k) => sum + (r * r) / (n - k - 1), 0);
  const freedom = Math.max(1, lags - parameters);
  return { statistic, pValue: 1 - chiSquaredCdf(statistic, freedom), lags };
}

export interface Diagnostics {
  /** How many residuals there are. */
  readonly count: number;
  /** Their mean: above 0 where values were higher than expected. */
  readonly mean: number;
  /** Their standard deviation. */
  readonly deviation: number;
  /** Of the t test that their mean is 0. */
  readonly biasPValue: number;
  /** Autocorrelations at the lags 1, 2, … */
  readonly autocorrelations: readonly number[];
  /** Autocorrelations beyond ± this are more than chance, one in twenty excepted. */
  readonly limit: number;
  readonly ljungBox: LjungBox;
}

/**
 * Looks at what a model left unexplained. The Ljung–Box test looks at two seasons of lags, or ten, but at a fifth of the residuals at most
 * (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 5.4).
 *
 * @param values [T]
 * @param fitted [T] what was expected of each value; NaN where nothing was
 * @param season in steps; 1 for none
 * @returns undefined for fewer than four residuals, or where they are all the same
 */
export function diagnose(
  values: Float64Array,
  fitted: Float64Array,
  season: number,
): Diagnostics | undefined {
  const residuals = values.map((value, t) => value - (fitted[t] ?? Number.NaN)).filter(Number.isFinite);
  const count = residuals.length;
  if (count < 4) return undefined;
  const mean = residuals.reduce((sum, value) => sum + value, 0) / count;
  const deviation = Math.sqrt(residuals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
  if (!(deviation > 1e-12 * Math.abs(mean))) return undefined;
  const lags = Math.max(1, Math.min(season > 1 ? 2 * season : 10, Math.floor(count / 5)));
  const shown = Math.max(1, Math.min(Math.max(2 * season, 24), count - 1, 60));
  return {
    count,
    mean,
    deviation,
    biasPValue: 2 * studentTCdf((-Math.abs(mean) * Math.sqrt(count)) / deviation, count - 1),
    autocorrelations: [...acf(residuals, shown)],
    limit: 1.96 / Math.sqrt(count),
    ljungBox: ljungBox(residuals, lags),
  };
}
