// Finding out whether a series has a season, and how long it is.

import { acf } from "../../numeric/autocorrelation.ts";
import type { Frequency } from "../observed/calendar.ts";
import { calendarSeasons } from "../observed/seasons.ts";
import { centredMovingAverage } from "./moving-average.ts";

/** The upper 5 % point of the normal distribution: a 90 % test, two-sided, as in M4. */
const CRITICAL = 1.645;

/** Seasons that are alike to this degree are taken for one, however few they are. */
const ALIKE = 0.7;

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
  const correlations = acf(detrended, season);
  if ((correlations.at(-1) ?? 0) > bartlettLimit(correlations, detrended.length)) return true;
  return correlation(detrended.subarray(season), detrended.subarray(0, -season)) > ALIKE;
}

/**
 * The seasonality test of the M4 competition, as in its published code: three seasons at least, and the autocorrelation at the lag of
 * the season further from 0 than 1.645 standard errors by Bartlett's formula, the trend left in. Benchmarks and published figures go
 * by it; {@link isSeasonal} is fooled less by trends.
 */
export function passesM4Test(values: Float64Array, season: number): boolean {
  if (season < 2 || values.length < 3 * season) return false;
  const correlations = acf(values, season);
  return Math.abs(correlations[season - 1] ?? 0) > bartlettLimit(correlations, values.length);
}

/** 1.645 standard errors of the last autocorrelation, given the others before it. */
function bartlettLimit(correlations: Float64Array, count: number): number {
  let before = 0;
  for (let i = 0; i < correlations.length - 1; i++) before += (correlations[i] ?? 0) ** 2;
  return CRITICAL * Math.sqrt((1 + 2 * before) / count);
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

/** What is left when a centred moving average over one season is taken off; without the ends, where there is none. */
function withoutMovingAverage(values: Float64Array, season: number): Float64Array {
  const average = centredMovingAverage(values, season);
  const half = Math.floor(season / 2);
  return values.map((value, t) => value - (average[t] ?? 0)).subarray(half, values.length - half);
}
