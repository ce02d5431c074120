// How much each of several forecasters counts in their combination, by how they did before.

import type { Fold } from "../evaluate/backtest.ts";

/**
 * Weights fall with the fourth power of the error: of the powers 0 to 8 the one with the least error on the training parts of M3
 * (monthly and quarterly series, folds within them), little better than its neighbours.
 */
const POWER = 4;

/** Errors below this share of the largest are taken for as large: nothing is known so well. */
const FLOOR = 1e-3;

/**
 * The weight of each forecaster in a combination, from the folds of one series: the mean scaled error to the power -4, normalised (Bates
 * and Granger 1969, Operational Research Quarterly 20(4), with another power). Alike where there are no folds; 0 for one that gave no
 * forecast in them.
 *
 * @param folds of one series, before the time of the forecast
 * @returns one for each name; their sum is 1
 */
export function weightsOf(folds: readonly Fold[], names: readonly string[]): readonly number[] {
  const errors = names.map((name) => meanError(folds, name));
  const known = errors.filter((error) => Number.isFinite(error));
  if (known.length === 0) return names.map(() => 1 / names.length);
  const floor = FLOOR * Math.max(...known);
  if (floor === 0) return normalised(errors.map((error) => (Number.isFinite(error) ? 1 : 0)));
  return normalised(
    errors.map((error) => (Number.isFinite(error) ? (floor / Math.max(error, floor)) ** POWER : 0)),
  );
}

/** The mean over folds of the mean absolute error in units of the naive error; NaN where there is none. */
function meanError(folds: readonly Fold[], name: string): number {
  let [sum, count] = [0, 0];
  for (const { actual, forecasts, scale } of folds) {
    const mean = forecasts.get(name)?.mean;
    const unit = scale.absolute > 0 ? scale.absolute : 1;
    if (mean === undefined) continue;
    for (const [h, value] of actual.entries()) {
      const error = Math.abs(value - (mean[h] ?? Number.NaN)) / unit;
      if (Number.isNaN(error)) continue;
      sum += error;
      count++;
    }
  }
  return sum / count;
}

function normalised(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}
