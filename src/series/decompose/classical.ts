// Classical decomposition: a centred moving average, and the mean of what is left at each position of the season.

import { RecurraError } from "../../platform/error.ts";
import { type Composition, checkDecomposable, type Decomposition } from "./decomposition.ts";
import { centredMovingAverage } from "./moving-average.ts";

export interface ClassicalDecomposition extends Decomposition {
  /** [season] The seasonal part by position in the cycle, from that of the first value on; their mean is 0, or 1 where multiplied. */
  readonly indices: Float64Array;
}

/**
 * Classical decomposition, as R's `decompose` does it (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed.,
 * section 3.4). Trend and remainder are NaN for half a season at either end.
 *
 * @param values [T] finite, two seasons at least; above 0 for `multiplicative`
 * @param season in steps, from 2 up
 * @throws RecurraError `option-value`, `too-short`, `not-finite`, `not-positive`
 */
export function decomposeClassical(
  values: Float64Array,
  season: number,
  composition: Composition = "additive",
): ClassicalDecomposition {
  const what = "classical decomposition";
  checkDecomposable(what, values, season);
  const multiplies = composition === "multiplicative";
  const low = values.findIndex((value) => value <= 0);
  if (multiplies && low >= 0) {
    throw new RecurraError(
      "not-positive",
      `${what}: value ${low + 1} of ${values.length} is ${values[low]}, and a multiplicative season wants values above 0; use an additive one`,
    );
  }
  const trend = centredMovingAverage(values, season);
  const indices = new Float64Array(season);
  const counts = new Float64Array(season);
  for (let t = 0; t < values.length; t++) {
    const level = trend[t] ?? Number.NaN;
    if (Number.isNaN(level)) continue;
    const value = values[t] ?? 0;
    const position = t % season;
    indices[position] = (indices[position] ?? 0) + (multiplies ? value / level : value - level);
    counts[position] = (counts[position] ?? 0) + 1;
  }
  let mean = 0;
  for (let i = 0; i < season; i++) {
    const index = (indices[i] ?? 0) / (counts[i] ?? 1);
    indices[i] = index;
    mean += index / season;
  }
  for (let i = 0; i < season; i++)
    indices[i] = multiplies ? (indices[i] ?? 0) / mean : (indices[i] ?? 0) - mean;

  const seasonal = new Float64Array(values.length);
  const remainder = new Float64Array(values.length);
  for (let t = 0; t < values.length; t++) {
    const [value, level, index] = [values[t] ?? 0, trend[t] ?? 0, indices[t % season] ?? 0];
    seasonal[t] = index;
    remainder[t] = multiplies ? value / (level * index) : value - level - index;
  }
  return { composition, trend, seasonal, remainder, indices };
}
