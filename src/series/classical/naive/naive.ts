// The forecasts that any model has to beat: the last value, and the last season.

import type { LocalModel } from "../../forecasters/local-model.ts";
import { normalIntervals, residualDeviation } from "../normal-intervals.ts";

export interface NaiveState {
  /** The last known value of each position of the season: that of the first step ahead first. */
  readonly last: readonly number[];
  /** How many seasons ago each of these was seen; 0 for the last season. */
  readonly age: readonly number[];
  /** The standard deviation of the error one season ahead. */
  readonly deviation: number;
}

/**
 * Every step like the last value. Its errors grow as those of a random walk (Hyndman and Athanasopoulos, Forecasting: Principles and
 * Practice, 3rd ed., sections 5.2 and 5.5).
 */
export function naive(): LocalModel<NaiveState> {
  return lastSeason("naive", () => 1, "the last value");
}

/** Every step like the one a season before, the last season over and over (the same sections). With a season of 1, the naive forecast. */
export function seasonalNaive(): LocalModel<NaiveState> {
  return lastSeason("seasonal-naive", ({ season }) => season, "one season");
}

function lastSeason(
  name: string,
  seasonOf: (series: { readonly season: number }) => number,
  because: string,
): LocalModel<NaiveState> {
  const statesOf = (values: Float64Array, season: number): NaiveState => {
    const last: number[] = [];
    const age: number[] = [];
    for (let h = 0; h < season; h++) {
      let t = values.length - season + h;
      let seasons = 0;
      for (; t >= 0 && Number.isNaN(values[t] ?? Number.NaN); t -= season) seasons++;
      // A position that was never known is like the nearest one that was.
      const known = t >= 0 ? values[t] : (last.at(-1) ?? values.find((value) => !Number.isNaN(value)));
      last.push(known ?? 0);
      age.push(seasons);
    }
    return { last, age, deviation: residualDeviation(residuals(values, season)) };
  };
  return {
    name,
    takesMissing: true,
    need: (series) => ({
      rows: seasonOf(series),
      because: seasonOf(series) > 1 ? `${because} of ${series.season}` : "the last value",
    }),
    fit: (series) => statesOf(series.values, seasonOf(series)),
    update: ({ deviation }, series) => ({ ...statesOf(series.values, seasonOf(series)), deviation }),
    forecast({ last, age, deviation }, { horizon, levels }) {
      const season = last.length;
      const mean = Float64Array.from({ length: horizon }, (_, h) => last[h % season] ?? 0);
      const deviations = mean.map(
        (_, h) => deviation * Math.sqrt(Math.floor(h / season) + 1 + (age[h % season] ?? 0)),
      );
      return { mean, intervals: normalIntervals(mean, deviations, levels) };
    },
    fitted: ({ last }, { values }) => values.map((_, t) => values[t - last.length] ?? Number.NaN),
    describe: ({ last, deviation }) => ({ season: last.length, deviation }),
  };
}

function* residuals(values: Float64Array, season: number): Iterable<number> {
  for (let t = season; t < values.length; t++)
    yield (values[t] ?? Number.NaN) - (values[t - season] ?? Number.NaN);
}
