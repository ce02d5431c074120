// The drift forecast: the straight line from the first value through the last one.

import type { LocalModel } from "../../forecasters/local-model.ts";
import { normalIntervals, residualDeviation } from "../normal-intervals.ts";

export interface DriftState {
  /** The last known value. */
  readonly last: number;
  /** Steps from there to the end of the series. */
  readonly age: number;
  /** What a step adds. */
  readonly slope: number;
  /** Steps that the slope is the mean of. */
  readonly steps: number;
  /** The standard deviation of the error one step ahead. */
  readonly deviation: number;
}

/**
 * Goes on from the last value by the mean step of the past (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed.,
 * sections 5.2 and 5.5).
 */
export function drift(): LocalModel<DriftState> {
  return {
    name: "drift",
    takesMissing: true,
    need: () => ({ rows: 2, because: "the first value and the last" }),
    fit: ({ values }) => {
      const [first, last] = ends(values);
      const steps = Math.max(last - first, 1);
      const slope = ((values[last] ?? 0) - (values[first] ?? 0)) / steps;
      return {
        last: values[last] ?? 0,
        age: values.length - 1 - last,
        slope,
        steps,
        deviation: residualDeviation(residuals(values, slope)),
      };
    },
    update: (state, { values }) => {
      const [, last] = ends(values);
      return { ...state, last: values[last] ?? 0, age: values.length - 1 - last };
    },
    forecast({ last, age, slope, steps, deviation }, { horizon, levels }) {
      const ahead = (h: number): number => h + 1 + age;
      const mean = Float64Array.from({ length: horizon }, (_, h) => last + slope * ahead(h));
      const deviations = mean.map((_, h) => deviation * Math.sqrt(ahead(h) * (1 + ahead(h) / steps)));
      return { mean, intervals: normalIntervals(mean, deviations, levels) };
    },
    fitted: ({ slope }, { values }) => values.map((_, t) => (values[t - 1] ?? Number.NaN) + slope),
    describe: ({ slope, deviation }) => ({ slope, deviation }),
  };
}

/** The positions of the first and the last known value. */
function ends(values: Float64Array): readonly [number, number] {
  const known = (value: number): boolean => !Number.isNaN(value);
  return [Math.max(values.findIndex(known), 0), Math.max(values.findLastIndex(known), 0)];
}

function* residuals(values: Float64Array, slope: number): Iterable<number> {
  for (let t = 1; t < values.length; t++) {
    yield (values[t] ?? Number.NaN) - (values[t - 1] ?? Number.NaN) - slope;
  }
}
