// How far forecasts were from what came: MAE, RMSE, sMAPE and MASE, of one forecast or pooled over many.

import { RecurraError } from "../platform/error.ts";

/**
 * Errors of forecasts. `mae` and `rmse` are in the units of the series, `smape` is a percentage from 0 to 200, `mase` has no
 * unit: below 1 is better than the seasonal naive forecast was within the training data. `mase` is NaN where that scale is 0.
 */
export interface Metrics {
  readonly mae: number;
  readonly rmse: number;
  readonly smape: number;
  readonly mase: number;
}

/** Collects forecasts with what came, and gives the metrics over all of their points alike. */
export class PooledErrors {
  #points = 0;
  #absolute = 0;
  #squared = 0;
  #symmetric = 0;
  #scaled = 0;

  /**
   * Adds one forecast.
   *
   * @param actual [H] What came.
   * @param predicted [H] What was forecast.
   * @param scale What errors are divided by for MASE: `naiveScale` of the data the forecast was made from.
   * @throws RecurraError `forecast-length` when the lengths differ.
   */
  add(actual: Float64Array, predicted: Float64Array, scale: number): void {
    if (actual.length !== predicted.length) {
      throw new RecurraError(
        "forecast-length",
        `metrics: ${predicted.length} values were forecast for ${actual.length} that came; wanted as many`,
      );
    }
    for (const [i, value] of actual.entries()) {
      const forecast = predicted[i] ?? Number.NaN;
      const error = Math.abs(value - forecast);
      this.#points++;
      this.#absolute += error;
      this.#squared += error * error;
      this.#symmetric += error === 0 ? 0 : (2 * error) / (Math.abs(value) + Math.abs(forecast));
      this.#scaled += error / scale;
    }
  }

  get metrics(): Metrics {
    return {
      mae: this.#absolute / this.#points,
      rmse: Math.sqrt(this.#squared / this.#points),
      smape: (100 * this.#symmetric) / this.#points,
      mase: Number.isFinite(this.#scaled) ? this.#scaled / this.#points : Number.NaN,
    };
  }
}

/**
 * Metrics of one forecast.
 *
 * - MAE: mean of |y - f|.
 * - RMSE: square root of the mean of (y - f)².
 * - sMAPE: mean of 200 |y - f| / (|y| + |f|), 0 where both are 0 (Makridakis et al. 2020, the M4 competition).
 * - MASE: mean of |y - f| / the training data's mean |y_t - y_{t-m}| (Hyndman and Koehler 2006, International Journal of
 *   Forecasting 22(4), with the season m as in M4).
 *
 * @param actual [H] What came.
 * @param predicted [H] What was forecast.
 * @param training [T] The values the forecast was made from.
 * @param season The season m in steps; 1 for none.
 */
export function metrics(
  actual: Float64Array,
  predicted: Float64Array,
  training: Float64Array,
  season: number,
): Metrics {
  const errors = new PooledErrors();
  errors.add(actual, predicted, naiveScale(training, season));
  return errors.metrics;
}

/** The mean absolute error of the seasonal naive forecast, one season ahead, within the training data: MASE's scale. */
export function naiveScale(training: Float64Array, season: number): number {
  let sum = 0;
  for (let t = season; t < training.length; t++)
    sum += Math.abs((training[t] ?? 0) - (training[t - season] ?? 0));
  return sum / (training.length - season);
}
