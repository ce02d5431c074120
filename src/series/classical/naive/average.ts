// Forecasts by the mean: of all values, or of the last ones.

import { checkOptionNames } from "../../../nn/choice.ts";
import { checkCounts } from "../../../nn/option-checks.ts";
import type { LocalModel } from "../../forecasters/local-model.ts";
import { normalIntervals, residualDeviation } from "../normal-intervals.ts";

export interface MeanState {
  readonly mean: number;
  /** How many values it is the mean of. */
  readonly count: number;
  /** The standard deviation of the values. */
  readonly deviation: number;
}

/**
 * Every step like the mean of all values (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., sections 5.2 and
 * 5.5).
 */
export function mean(): LocalModel<MeanState> {
  return {
    name: "mean",
    takesMissing: true,
    need: () => ({ rows: 1, because: "a value" }),
    fit: ({ values }) => {
      const known = values.filter((value) => !Number.isNaN(value));
      const average = meanOf(known);
      const squares = known.reduce((sum, value) => sum + (value - average) ** 2, 0);
      return {
        mean: average,
        count: known.length,
        deviation: known.length < 2 ? 0 : Math.sqrt(squares / (known.length - 1)),
      };
    },
    forecast(state, { horizon, levels }) {
      const values = new Float64Array(horizon).fill(state.mean);
      const deviations = values.map(() => state.deviation * Math.sqrt(1 + 1 / state.count));
      return { mean: values, intervals: normalIntervals(values, deviations, levels) };
    },
    fitted: (_, { values }) => runningMeans(values),
    describe: ({ mean: average, deviation }) => ({ mean: average, deviation }),
  };
}

/** [T] The mean of the values before each one: what this forecast would have been then. */
function runningMeans(values: Float64Array): Float64Array {
  let [sum, count] = [0, 0];
  return values.map((value) => {
    const expected = count === 0 ? Number.NaN : sum / count;
    if (!Number.isNaN(value)) {
      sum += value;
      count++;
    }
    return expected;
  });
}

export interface MovingAverageOptions {
  /** How many values the mean is of. Default: the season, or 3 without one. */
  readonly window?: number | undefined;
}

export interface MovingAverageState {
  readonly mean: number;
  readonly window: number;
  /** The standard deviation of the error so many steps ahead, one step first, as it was in the series. */
  readonly deviations: readonly number[];
}

/** An error so many steps ahead is judged by this many at least. */
const ENOUGH = 8;

/**
 * Every step like the mean of the last `window` values. How wide the intervals are at each step ahead was seen in the series; beyond what
 * it shows they grow as for a random walk.
 *
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function movingAverage(options: MovingAverageOptions = {}): LocalModel<MovingAverageState> {
  checkOptionNames("moving-average", options, ["window"]);
  if (options.window !== undefined) checkCounts("moving-average", { window: options.window });
  const windowFor = (season: number): number => options.window ?? (season > 1 ? season : 3);
  return {
    name: "moving-average",
    takesMissing: true,
    need: ({ season }) => ({ rows: windowFor(season), because: `the mean of ${windowFor(season)} values` }),
    fit: ({ values, season }, { horizon }) => {
      const window = windowFor(season);
      const averages = movingMeans(values, window);
      const deviations: number[] = [];
      for (let h = 1; h <= horizon; h++) {
        const errors = values.subarray(h).map((value, t) => value - (averages[t] ?? Number.NaN));
        const known = errors.filter((error) => !Number.isNaN(error));
        if (known.length < ENOUGH && h > 1) break;
        deviations.push(Math.max(residualDeviation(known), deviations.at(-1) ?? 0));
      }
      return { mean: lastMean(values, window), window, deviations };
    },
    update: (state, { values }) => ({ ...state, mean: lastMean(values, state.window) }),
    forecast(state, { horizon, levels }) {
      const values = new Float64Array(horizon).fill(state.mean);
      const seen = state.deviations.length;
      const last = state.deviations.at(-1) ?? 0;
      const deviations = values.map((_, h) => state.deviations[h] ?? last * Math.sqrt((h + 1) / seen));
      return { mean: values, intervals: normalIntervals(values, deviations, levels) };
    },
    fitted: ({ window }, { values }) => {
      const averages = movingMeans(values, window);
      return values.map((_, t) => averages[t - 1] ?? Number.NaN);
    },
    describe: ({ mean: average, window, deviations }) => ({
      window,
      mean: average,
      deviation: deviations[0] ?? 0,
    }),
  };
}

/** The mean of the last known values, as many as there are of the `window`. */
function lastMean(values: Float64Array, window: number): number {
  return meanOf(values.filter((value) => !Number.isNaN(value)).slice(-window));
}

/** [T] The mean of the `window` values up to each one, NaN where one of them is missing. */
function movingMeans(values: Float64Array, window: number): Float64Array {
  return values.map((_, t) => (t + 1 < window ? Number.NaN : meanOf(values.subarray(t + 1 - window, t + 1))));
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
