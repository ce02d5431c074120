// The Box–Cox transformation, its inverse with and without bias, and its parameter from the data.

import { leastSquares } from "../../numeric/least-squares.ts";
import { scalarMinimum } from "../../numeric/scalar-minimum.ts";
import { RecurraError } from "../../platform/error.ts";

/**
 * The Box–Cox transformation: log y for λ = 0, else (sign(y) |y|^λ - 1) / λ, as extended to negative values by Bickel and Doksum (Box
 * and Cox 1964, Journal of the Royal Statistical Society B 26(2); Bickel and Doksum 1981, Journal of the American Statistical
 * Association 76).
 *
 * @param values [T] above 0 for λ ≤ 0; NaN stays NaN
 * @returns [T]
 * @throws RecurraError `not-positive`
 */
export function boxCox(values: Float64Array, lambda: number): Float64Array {
  if (lambda <= 0) checkPositiveValues(values, `with λ = ${lambda}`);
  if (lambda === 0) return values.map(Math.log);
  return values.map((value) => (Math.sign(value) * Math.abs(value) ** lambda - 1) / lambda);
}

/**
 * What transformed values stand for. Without `variance` that is the median of a distribution which is symmetric when transformed; with it,
 * nearly its mean (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 5.6). Where the transformation
 * reaches no such value, the nearest one that it reaches.
 *
 * @param transformed [T]
 * @param variance [T] of the transformed values, for the mean
 * @returns [T]
 */
export function inverseBoxCox(
  transformed: Float64Array,
  lambda: number,
  variance?: ArrayLike<number>,
): Float64Array {
  return transformed.map((w, t) => {
    const spread = variance?.[t] ?? 0;
    if (lambda === 0) return Math.exp(w) * (1 + spread / 2);
    const base = lambda * w + 1;
    // Of a negative λ nothing lies beyond an infinite value.
    if (lambda < 0 && base <= 0) return Number.MAX_VALUE;
    const median = Math.sign(base) * Math.abs(base) ** (1 / lambda);
    return base === 0 ? median : median * (1 + (spread * (1 - lambda)) / (2 * base * base));
  });
}

export interface LambdaOptions {
  /** In steps; 1 for none. Default: 1. */
  readonly season?: number | undefined;
  /** Default: -1. */
  readonly lower?: number | undefined;
  /** Default: 2. */
  readonly upper?: number | undefined;
}

/**
 * The λ for which the spread within seasons (pairs of values, without a season) changes least with their mean: the smallest coefficient of
 * variation of s / m^{1-λ} (Guerrero 1993, Journal of Forecasting 12(1)).
 *
 * @param values [T] above 0, two seasons at least
 * @throws RecurraError `not-positive`, `too-short`
 */
export function guerreroLambda(values: Float64Array, options: LambdaOptions = {}): number {
  const { season = 1, lower = -1, upper = 2 } = options;
  checkPositiveValues(values, "for Guerrero's λ");
  const length = Math.max(2, season);
  const groups = Math.floor(values.length / length);
  if (groups < 2) {
    throw new RecurraError(
      "too-short",
      `Box–Cox: there are ${values.length} values; Guerrero's λ wants at least ${2 * length}`,
    );
  }
  const means: number[] = [];
  const spreads: number[] = [];
  for (let start = values.length - groups * length; start < values.length; start += length) {
    const [mean, spread] = momentsOf(values.subarray(start, start + length));
    means.push(mean);
    spreads.push(spread);
  }
  // A series without any spread is as good as it is.
  if (spreads.every((spread) => spread === 0)) return 1;
  const variation = (lambda: number): number => {
    const [mean, spread] = momentsOf(spreads.map((s, i) => s / (means[i] ?? 1) ** (1 - lambda)));
    return spread / mean;
  };
  return scalarMinimum(variation, lower, upper, { tolerance: 1e-7 });
}

/**
 * The λ with the largest likelihood of a linear trend, and seasonal means where there is a season, with normal errors (Box and Cox 1964,
 * section 3).
 *
 * @param values [T] above 0
 * @throws RecurraError `not-positive`, `too-short`
 */
export function likelihoodLambda(values: Float64Array, options: LambdaOptions = {}): number {
  const { season = 1, lower = -1, upper = 2 } = options;
  checkPositiveValues(values, "for the likelihood's λ");
  const count = values.length;
  const isSeasonal = season > 1 && count > season + 2;
  if (count < 4) {
    throw new RecurraError(
      "too-short",
      `Box–Cox: there are ${count} values; the likelihood's λ wants at least 4`,
    );
  }
  const columns = [
    new Float64Array(count).fill(1),
    Float64Array.from({ length: count }, (_, t) => t / count),
  ];
  for (let position = 1; isSeasonal && position < season; position++)
    columns.push(Float64Array.from({ length: count }, (_, t) => (t % season === position ? 1 : 0)));
  // Divided by the geometric mean, values have a Jacobian of 1, and the smallest squares are the largest likelihood.
  const logMean = values.reduce((sum, value) => sum + Math.log(value), 0) / count;
  const scaled = values.map((value) => Math.exp(Math.log(value) - logMean));
  if (scaled.every((value) => Math.abs(value - 1) < 1e-12)) return 1;
  const squares = (lambda: number): number => {
    const { residuals } = leastSquares(columns, boxCox(scaled, lambda));
    return residuals.reduce((sum, residual) => sum + residual * residual, 0);
  };
  return scalarMinimum(squares, lower, upper, { looks: 7, tolerance: 1e-5 });
}

/** The mean, and the standard deviation with n - 1. */
function momentsOf(values: ArrayLike<number>): readonly [number, number] {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (values[i] ?? 0) / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] ?? 0) - mean) ** 2;
  return [mean, Math.sqrt(squares / (values.length - 1))];
}

function checkPositiveValues(values: Float64Array, why: string): void {
  const odd = values.findIndex((value) => value <= 0);
  if (odd < 0) return;
  throw new RecurraError(
    "not-positive",
    `Box–Cox: value ${odd + 1} of ${values.length} is ${values[odd]}; ${why} values are to be above 0`,
  );
}
