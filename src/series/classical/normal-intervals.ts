// Intervals of forecasts whose errors are taken to be normal.

import { normalQuantile } from "../../numeric/distributions.ts";
import type { Interval } from "../forecasters/local-model.ts";

/**
 * Intervals around a forecast.
 *
 * @param mean [H]
 * @param deviation [H] The standard deviation of each step's error.
 * @param levels In percent.
 */
export function normalIntervals(
  mean: Float64Array,
  deviation: Float64Array,
  levels: readonly number[],
): readonly Interval[] {
  return levels.map((level) => {
    const z = normalQuantile(0.5 + level / 200);
    return {
      level,
      lower: mean.map((value, h) => value - z * (deviation[h] ?? 0)),
      upper: mean.map((value, h) => value + z * (deviation[h] ?? 0)),
    };
  });
}

/** The root of the mean square of residuals, those that are NaN left out; 0 where there is none. */
export function residualDeviation(residuals: Iterable<number>): number {
  let [sum, count] = [0, 0];
  for (const residual of residuals) {
    if (Number.isNaN(residual)) continue;
    sum += residual * residual;
    count++;
  }
  return count === 0 ? 0 : Math.sqrt(sum / count);
}
