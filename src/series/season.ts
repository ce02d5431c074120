// Finding out whether a series has a season, and how long it is.

import { DAY, type Frequency, HOUR, MINUTE, WEEK } from "./calendar.ts";

/** The upper 5 % point of the normal distribution: a 90 % test, two-sided, as in M4. */
const CRITICAL = 1.645;

/** Seasons that are alike to this degree are taken for one, however few they are. */
const ALIKE = 0.7;

/**
 * Season lengths, in steps, that a calendar suggests for a frequency, the likeliest first: 12 for months, 4 for quarters,
 * 7 for days, 5 for business days, 24 for hours, a day or else an hour for minutes, 52 for weeks. None for years and counts.
 */
export function calendarSeasons(frequency: Frequency): readonly number[] {
  switch (frequency.unit) {
    case "index":
      return [];
    case "business-day":
      return [5];
    case "month":
      return wholePeriods([12], frequency.months);
    case "fixed": {
      const { milliseconds } = frequency;
      if (milliseconds === WEEK) return [52];
      if (milliseconds >= DAY) return wholePeriods([WEEK], milliseconds);
      if (milliseconds >= HOUR) return wholePeriods([DAY, WEEK], milliseconds);
      return wholePeriods(milliseconds >= MINUTE ? [DAY, HOUR] : [HOUR, MINUTE], milliseconds);
    }
  }
}

/** The lengths of `periods` in steps, where they are two or more whole steps. */
function wholePeriods(periods: readonly number[], step: number): readonly number[] {
  return periods.map((period) => period / step).filter((steps) => Number.isInteger(steps) && steps > 1);
}

/**
 * The season of a series: the first length that its calendar suggests and its values confirm; 1 where none is confirmed.
 *
 * @param values [T] The values the test may see: those before the first backtest origin, so that nothing leaks.
 */
export function detectSeason(values: Float64Array, frequency: Frequency): number {
  return calendarSeasons(frequency).find((season) => isSeasonal(values, season)) ?? 1;
}

/**
 * Whether values have a season of a given length. What is left when a centred moving average of one season is taken off (a trend or
 * a random walk would seem seasonal) has one where either holds:
 *
 * - Its autocorrelation at the lag of the season is positive by 1.645 standard errors, by Bartlett's formula: the test of the M4
 *   competition (Makridakis, Spiliotis and Assimakopoulos 2020, International Journal of Forecasting 36(1), and its published code).
 * - Its correlation with itself a season later is above 0.7. With three to five seasons the test above sees nothing in a smooth
 *   wave. Of simulated random walks, noises and autoregressions over three seasons at most 3 % go that far, over more hardly any.
 *
 * @returns false for fewer than three seasons.
 */
export function isSeasonal(values: Float64Array, season: number): boolean {
  if (season < 2 || values.length < 3 * season) return false;
  const detrended = withoutMovingAverage(values, season);
  // Rounding leaves a trace of a constant and of a straight line.
  const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (detrended.every((value) => Math.abs(value) <= 1e-9 * size)) return false;
  const correlations = autocorrelations(detrended, season);
  const before = correlations.slice(0, -1).reduce((sum, r) => sum + r * r, 0);
  const limit = CRITICAL * Math.sqrt((1 + 2 * before) / detrended.length);
  if ((correlations.at(-1) ?? 0) > limit) return true;
  return correlation(detrended.subarray(season), detrended.subarray(0, -season)) > ALIKE;
}

/** The cosine of the angle between two parts of a detrended series, whose mean is near 0; 0 where one of them is nothing. */
function correlation(a: Float64Array, b: Float64Array): number {
  let [products, squaresA, squaresB] = [0, 0, 0];
  for (const [t, value] of a.entries()) {
    const other = b[t] ?? 0;
    products += value * other;
    squaresA += value * value;
    squaresB += other * other;
  }
  const size = Math.sqrt(squaresA * squaresB);
  return size === 0 ? 0 : products / size;
}

/** Autocorrelations at the lags 1 to `lags`; zeros for a constant. */
export function autocorrelations(values: Float64Array, lags: number): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const variance = centred.reduce((sum, value) => sum + value * value, 0);
  return Array.from({ length: lags }, (_, i) => {
    let sum = 0;
    for (let t = i + 1; t < centred.length; t++) sum += (centred[t] ?? 0) * (centred[t - i - 1] ?? 0);
    return variance === 0 ? 0 : sum / variance;
  });
}

/** What is left when a centred moving average over `width` steps (2 × width for an even one) is taken off; [T - width] or so. */
function withoutMovingAverage(values: Float64Array, width: number): Float64Array {
  const half = Math.floor(width / 2);
  const even = width % 2 === 0;
  const result = new Float64Array(values.length - 2 * half);
  let sum = 0;
  for (let t = 0; t < 2 * half + 1; t++) sum += values[t] ?? 0;
  for (let i = 0; i < result.length; i++) {
    // An even season has no middle: the ends of a window one longer count half.
    const ends = even ? ((values[i] ?? 0) + (values[i + 2 * half] ?? 0)) / 2 : 0;
    result[i] = (values[i + half] ?? 0) - (sum - ends) / width;
    sum += (values[i + 2 * half + 1] ?? 0) - (values[i] ?? 0);
  }
  return result;
}
