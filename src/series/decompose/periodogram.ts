// The periodogram: how much of a series' variance goes with each period.

import { fourierTransform } from "../../numeric/fourier.ts";
import { RecurraError } from "../../platform/error.ts";

export interface Periodogram {
  /** [⌊T / 2⌋] Cycles a step: 1/T, 2/T, … up to 1/2. */
  readonly frequencies: Float64Array;
  /** [⌊T / 2⌋] Steps a cycle. */
  readonly periods: Float64Array;
  /** [⌊T / 2⌋] |Σ_t x_t exp(-2πi f t)|² / T, x being the values without their line. */
  readonly powers: Float64Array;
}

/**
 * The periodogram of a series from which a straight line is taken off (Box, Jenkins, Reinsel and Ljung, Time Series Analysis, 5th ed.,
 * section 2.2.1).
 *
 * @param values [T] finite, at least 4
 * @throws RecurraError `too-short`, `not-finite`
 */
export function periodogram(values: Float64Array): Periodogram {
  const length = values.length;
  if (length < 4)
    throw new RecurraError("too-short", `periodogram: there are ${length} values; wanted at least 4`);
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    throw new RecurraError(
      "not-finite",
      `periodogram: value ${odd + 1} of ${length} is ${values[odd]}; wanted finite numbers, fill what is missing before`,
    );
  }
  const { real, imaginary } = fourierTransform(withoutLine(values));
  const half = Math.floor(length / 2);
  const frequencies = Float64Array.from({ length: half }, (_, k) => (k + 1) / length);
  return {
    frequencies,
    periods: frequencies.map((frequency) => 1 / frequency),
    powers: frequencies.map((_, k) => ((real[k + 1] ?? 0) ** 2 + (imaginary[k + 1] ?? 0) ** 2) / length),
  };
}

/** A period that stands out. */
export interface DominantPeriod {
  /** Steps a cycle. */
  readonly period: number;
  readonly power: number;
  /** Its part of the power of all periods, from 0 to 1. */
  readonly share: number;
  /** How likely noise without any period would have a peak as high: Fisher's test, by its first term, which is an upper bound. */
  readonly pValue: number;
}

/**
 * The periods of the highest peaks of a periodogram, the highest first. Periods longer than half of the series are left out: of those too
 * little is seen.
 *
 * @param count How many at most. Default: 5.
 */
export function dominantPeriods({ powers, periods }: Periodogram, count = 5): DominantPeriod[] {
  const total = powers.reduce((sum, power) => sum + power, 0);
  if (total === 0) return [];
  const peaks: DominantPeriod[] = [];
  for (let k = 1; k < powers.length; k++) {
    const power = powers[k] ?? 0;
    if (power < (powers[k - 1] ?? 0) || power <= (powers[k + 1] ?? 0)) continue;
    const share = power / total;
    // Fisher 1929, Proceedings of the Royal Society A 125: P(g > x) ≤ m (1 - x)^{m-1}.
    const pValue = Math.min(1, powers.length * (1 - share) ** (powers.length - 1));
    peaks.push({ period: periods[k] ?? 0, power, share, pValue });
  }
  return peaks.sort((a, b) => b.power - a.power).slice(0, count);
}

/** The values without their regression line on time; zeros where nothing but rounding is left. */
function withoutLine(values: Float64Array): Float64Array {
  const middle = (values.length - 1) / 2;
  let [mean, cross, squares] = [0, 0, 0];
  for (let t = 0; t < values.length; t++) {
    const value = values[t] ?? 0;
    mean += value / values.length;
    cross += value * (t - middle);
    squares += (t - middle) ** 2;
  }
  const slope = cross / squares;
  const rest = values.map((value, t) => value - mean - slope * (t - middle));
  const largest = (sizes: Float64Array) => sizes.reduce((most, size) => Math.max(most, Math.abs(size)), 0);
  return largest(rest) <= 1e-12 * largest(values) ? rest.fill(0) : rest;
}
