// The Diebold–Mariano test: whether one forecaster is better than another by more than chance.

import { studentTCdf } from "../../numeric/distributions.ts";
import { RecurraError } from "../../platform/error.ts";

export interface DieboldMarianoOptions {
  /** How many steps ahead the forecasts were: errors up to so far apart are correlated. Default: 1. */
  readonly horizon?: number | undefined;
  /** What an error e costs: |e| or e². Default: `absolute`. */
  readonly loss?: "absolute" | "squared" | undefined;
}

export interface DieboldMariano {
  /** Below 0 where the first forecaster's losses are smaller. */
  readonly statistic: number;
  /** Of the two-sided test that their losses are equal. */
  readonly pValue: number;
  /** The mean of the first's losses less that of the second's. */
  readonly meanDifference: number;
}

/**
 * Tests whether two forecasters are equally accurate, from their errors at the same times.
 *
 * With the small-sample correction and Student's t of Harvey, Leybourne and Newbold (1997, International Journal of Forecasting 13(2)) to
 * Diebold and Mariano (1995, Journal of Business & Economic Statistics 13(3)); the variance is that of an average whose terms are
 * correlated up to `horizon - 1` steps apart. Where that comes out negative, as it may, it is taken as for one step ahead.
 *
 * @param first [n] errors of one forecaster, in order of time
 * @param second [n] errors of the other
 * @throws RecurraError `option` for fewer than two errors, or different numbers of them
 */
export function dieboldMariano(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  { horizon = 1, loss = "absolute" }: DieboldMarianoOptions = {},
): DieboldMariano {
  const n = first.length;
  if (n !== second.length || n < 2) {
    throw new RecurraError(
      "option",
      `dieboldMariano: ${n} errors of one forecaster and ${second.length} of the other; wanted as many of both, at least two`,
    );
  }
  const cost = (error: number) => (loss === "absolute" ? Math.abs(error) : error * error);
  const differences = Float64Array.from({ length: n }, (_, i) => cost(first[i] ?? 0) - cost(second[i] ?? 0));
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const covariance = (lag: number) => {
    let sum = 0;
    for (let t = lag; t < n; t++)
      sum += ((differences[t] ?? 0) - mean) * ((differences[t - lag] ?? 0) - mean);
    return sum / n;
  };
  let variance = covariance(0);
  for (let lag = 1; lag < Math.min(horizon, n); lag++) variance += 2 * covariance(lag);
  const isUsable = variance > 0;
  const h = isUsable ? Math.min(horizon, n) : 1;
  if (!isUsable) variance = covariance(0);
  if (variance === 0) return { statistic: 0, pValue: mean === 0 ? 1 : 0, meanDifference: mean };
  const correction = Math.sqrt((n + 1 - 2 * h + (h * (h - 1)) / n) / n);
  const statistic = (correction * mean) / Math.sqrt(variance / n);
  return { statistic, pValue: 2 * studentTCdf(-Math.abs(statistic), n - 1), meanDifference: mean };
}
