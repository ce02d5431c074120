// The benchmark of the M4 competition: the naive forecast of the seasonally adjusted series.

import { adjust, findSeason, type SeasonalIndices, withSeason } from "../../decompose/adjustment.ts";
import type { LocalModel } from "../../forecasters/local-model.ts";
import type { Series } from "../../observed/series.ts";
import { normalIntervals, residualDeviation } from "../normal-intervals.ts";

export interface Naive2State {
  /** The last value, adjusted. */
  readonly last: number;
  /** null where the test finds none. */
  readonly seasonal: SeasonalIndices | null;
  /** The time of the first position in the cycle. */
  readonly start: number;
  /** The next value's position in the cycle. */
  readonly position: number;
  /** The standard deviation of the adjusted series' error one step ahead. */
  readonly deviation: number;
}

/**
 * Every step like the last value, in a series whose season was taken off and is put back: Naive 2 of the M4 competition (Makridakis,
 * Spiliotis and Assimakopoulos 2020, International Journal of Forecasting 36(1), and its published code). The season is multiplicative;
 * additive where values are not positive, which the competition's series all are.
 */
export function naive2(): LocalModel<Naive2State> {
  const stateOf = (series: Series, seasonal: SeasonalIndices | null, start: number): Naive2State => {
    const { adjusted, position } = adjust(series, seasonal, start);
    const steps = adjusted.subarray(1).map((value, t) => value - (adjusted[t] ?? 0));
    return {
      last: adjusted.at(-1) ?? 0,
      seasonal,
      start,
      position: position + adjusted.length,
      deviation: residualDeviation(steps),
    };
  };
  return {
    name: "naive-2",
    need: () => ({ rows: 1, because: "the last value" }),
    fit: (series) => stateOf(series, findSeason(series, "m4-test") ?? null, series.times[0] ?? 0),
    update: ({ seasonal, start, deviation }, series) => ({ ...stateOf(series, seasonal, start), deviation }),
    forecast({ last, seasonal, position, deviation }, { horizon, levels }) {
      const flat = new Float64Array(horizon).fill(last);
      const spread = flat.map((_, h) => deviation * Math.sqrt(h + 1));
      const put = (values: Float64Array) => withSeason(values, seasonal ?? undefined, position);
      return {
        mean: put(flat),
        intervals: normalIntervals(flat, spread, levels).map(({ level, lower, upper }) => ({
          level,
          lower: put(lower),
          upper: put(upper),
        })),
      };
    },
    fitted: ({ seasonal, start }, series) => {
      const { adjusted, position } = adjust(series, seasonal, start);
      const before = adjusted.map((_, t) => adjusted[t - 1] ?? Number.NaN);
      return withSeason(before, seasonal ?? undefined, position);
    },
    describe: ({ seasonal, deviation }) => ({ seasonality: seasonal?.composition ?? "none", deviation }),
  };
}
