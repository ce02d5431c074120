// How far forecasts were from what came, of one forecast or pooled over many.

import { RecurraError } from "../../platform/error.ts";
import type { Forecast } from "../forecasters/local-model.ts";

/**
 * Errors of forecasts, over all points alike; NaN where one has no value. Sources in {@link metrics}.
 *
 * `mae` and `rmse` are in the units of the series, `mape` and `smape` are percentages, the others have no unit.
 */
export interface Metrics {
  /** Mean of |y - f|. */
  readonly mae: number;
  /** Square root of the mean of (y - f)². */
  readonly rmse: number;
  /** Mean of 100 |y - f| / |y|, over the points where y is not 0. */
  readonly mape: number;
  /** Mean of 200 |y - f| / (|y| + |f|), 0 where both are 0. */
  readonly smape: number;
  /** Mean of |y - f| / the training data's mean |y_t - y_{t-m}|; series for which that is 0 do not count. */
  readonly mase: number;
  /** Square root of the mean of (y - f)² / the training data's mean (y_t - y_{t-m})²; series for which that is 0 do not count. */
  readonly rmsse: number;
  /** Mean of f - y: above 0 where forecasts are too high. */
  readonly bias: number;
  /** Mean pinball loss over the quantiles that the intervals' ends and the forecast stand for; NaN without intervals. */
  readonly pinball: number;
  /** Shares of the points within the intervals, in percent, by level. */
  readonly coverage: Readonly<Record<number, number>>;
}

/** What errors are divided by: errors of the seasonal naive forecast, one season ahead, within the training data. */
export interface NaiveScale {
  /** Mean of |y_t - y_{t-m}|. */
  readonly absolute: number;
  /** Mean of (y_t - y_{t-m})². */
  readonly squared: number;
}

/** The scale of MASE and RMSSE. Missing values (NaN) do not count. @param training [T] @param season m; 1 for none */
export function naiveScale(training: Float64Array, season: number): NaiveScale {
  let [absolute, squared, count] = [0, 0, 0];
  for (let t = season; t < training.length; t++) {
    const error = (training[t] ?? 0) - (training[t - season] ?? 0);
    if (Number.isNaN(error)) continue;
    absolute += Math.abs(error);
    squared += error * error;
    count++;
  }
  return { absolute: absolute / count, squared: squared / count };
}

/** Collects forecasts with what came, and gives the metrics over all of their points alike. */
export class PooledErrors {
  #points = 0;
  #absolute = 0;
  #squared = 0;
  #signed = 0;
  #relative = 0;
  #relativePoints = 0;
  #symmetric = 0;
  #scaled = 0;
  #scaledSquares = 0;
  #scaledPoints = 0;
  #pinball = 0;
  #pinballPoints = 0;
  readonly #within = new Map<number, { inside: number; points: number }>();

  /**
   * Adds one forecast. Points whose true value is missing (NaN) do not count.
   *
   * @param actual [H] What came.
   * @param forecast [H] What was forecast, with its intervals.
   * @param scale `naiveScale` of the data the forecast was made from.
   * @throws RecurraError `forecast-length` when the lengths differ.
   */
  add(actual: Float64Array, forecast: Forecast, scale: NaiveScale): void {
    const { mean, intervals } = forecast;
    if (actual.length !== mean.length) {
      throw new RecurraError(
        "forecast-length",
        `metrics: ${mean.length} values were forecast for ${actual.length} that came; wanted as many`,
      );
    }
    const scaled = scale.absolute > 0;
    for (let h = 0; h < actual.length; h++) {
      const value = actual[h] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const expected = mean[h] ?? Number.NaN;
      const error = Math.abs(value - expected);
      this.#points++;
      this.#absolute += error;
      this.#squared += error * error;
      this.#signed += expected - value;
      this.#symmetric += error === 0 ? 0 : (2 * error) / (Math.abs(value) + Math.abs(expected));
      if (value !== 0) {
        this.#relative += error / Math.abs(value);
        this.#relativePoints++;
      }
      if (scaled) {
        this.#scaled += error / scale.absolute;
        this.#scaledSquares += (error * error) / scale.squared;
        this.#scaledPoints++;
      }
      if (intervals.length > 0) this.#addIntervals(value, forecast, h);
    }
  }

  #addIntervals(value: number, { mean, intervals }: Forecast, h: number): void {
    this.#pinball += pinballLoss(value, mean[h] ?? Number.NaN, 0.5);
    this.#pinballPoints++;
    for (const { level, lower, upper } of intervals) {
      const [low, high] = [lower[h] ?? Number.NaN, upper[h] ?? Number.NaN];
      const tail = (100 - level) / 200;
      this.#pinball += pinballLoss(value, low, tail) + pinballLoss(value, high, 1 - tail);
      this.#pinballPoints += 2;
      const counts = this.#within.get(level) ?? { inside: 0, points: 0 };
      this.#within.set(level, counts);
      counts.points++;
      if (value >= low && value <= high) counts.inside++;
    }
  }

  get metrics(): Metrics {
    return {
      mae: this.#absolute / this.#points,
      rmse: Math.sqrt(this.#squared / this.#points),
      mape: (100 * this.#relative) / this.#relativePoints,
      smape: (100 * this.#symmetric) / this.#points,
      mase: this.#scaled / this.#scaledPoints,
      rmsse: Math.sqrt(this.#scaledSquares / this.#scaledPoints),
      bias: this.#signed / this.#points,
      pinball: this.#pinball / this.#pinballPoints,
      coverage: Object.fromEntries(
        [...this.#within].map(([level, { inside, points }]) => [level, (100 * inside) / points]),
      ),
    };
  }
}

/**
 * Metrics of one forecast.
 *
 * - sMAPE as in the M4 competition (Makridakis et al. 2020, International Journal of Forecasting 36(1)).
 * - MASE: Hyndman and Koehler 2006, International Journal of Forecasting 22(4), with the season m as in M4.
 * - RMSSE: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 5.8.
 * - Pinball loss and coverage: the same book, section 5.9.
 *
 * @param actual [H] What came.
 * @param forecast [H] What was forecast: the values, or a forecast with its intervals.
 * @param training [T] The values the forecast was made from.
 * @param season The season m in steps; 1 for none.
 */
export function metrics(
  actual: Float64Array,
  forecast: Forecast | Float64Array,
  training: Float64Array,
  season: number,
): Metrics {
  const errors = new PooledErrors();
  const whole = forecast instanceof Float64Array ? { mean: forecast, intervals: [] } : forecast;
  errors.add(actual, whole, naiveScale(training, season));
  return errors.metrics;
}

/** The pinball (quantile) loss of a forecast of the quantile `probability` of `value`. */
export function pinballLoss(value: number, quantile: number, probability: number): number {
  return value >= quantile ? probability * (value - quantile) : (1 - probability) * (quantile - value);
}

/**
 * The overall weighted average of the M4 competition: the mean of sMAPE and MASE, each relative to that of the naive-2 forecast.
 *
 * @param reference the metrics of naive-2 on the same points
 */
export function owa({ smape, mase }: Metrics, reference: Metrics): number {
  return (smape / reference.smape + mase / reference.mase) / 2;
}
