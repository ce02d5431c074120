// Rolling-origin evaluation: forecast from several points of the past, knowing only what came before each.

import type { FitOptions, Fitted, Forecaster } from "./forecaster.ts";
import { type Metrics, naiveScale, PooledErrors } from "./metrics.ts";
import { type Series, sliceSeries } from "./series.ts";

/** One forecast of the past: from `origin` on, knowing what came before. */
export interface Fold {
  readonly series: string;
  /** Position of the first value forecast; all values before it were the training data. */
  readonly origin: number;
  /** [H] */
  readonly times: Float64Array;
  /** [H] What came. */
  readonly actual: Float64Array;
  /** What MASE's errors are divided by. */
  readonly scale: number;
  /** [H] What each forecaster expected, by its name. */
  readonly predictions: ReadonlyMap<string, Float64Array>;
}

export interface BacktestOptions extends Omit<FitOptions, "onEpoch"> {
  /** How many origins, one horizon apart, the last one horizon before the end. */
  readonly folds: number;
  /** Called before each fit. */
  readonly onFit?: ((fold: number, forecaster: Forecaster) => FitOptions["onEpoch"]) | undefined;
}

/** How many folds fit: `wanted`, or fewer where the first would leave less than `rowsNeeded` to train on. */
export function foldsThatFit(length: number, horizon: number, wanted: number, rowsNeeded: number): number {
  return Math.max(0, Math.min(wanted, Math.floor((length - rowsNeeded) / horizon)));
}

/**
 * Forecasts `horizon` steps from each of `folds` origins with each forecaster, which is fitted anew on all values before the
 * origin (an expanding window; Tashman 2000, International Journal of Forecasting 16(4)).
 */
export async function backtest(
  series: Series,
  forecasters: readonly Forecaster[],
  options: BacktestOptions,
): Promise<Fold[]> {
  const { folds, horizon, season, signal } = options;
  const results: Fold[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const origin = series.values.length - (folds - fold) * horizon;
    const training = sliceSeries(series, 0, origin);
    const future = sliceSeries(series, origin, origin + horizon);
    const predictions = new Map<string, Float64Array>();
    for (const forecaster of forecasters) {
      signal?.throwIfAborted();
      const onEpoch = options.onFit?.(fold, forecaster);
      const fitted: Fitted = await forecaster.fit(training, {
        horizon,
        season,
        seed: options.seed,
        signal,
        onEpoch,
      });
      predictions.set(forecaster.name, await fitted.predict(horizon));
    }
    results.push({
      series: series.name,
      origin,
      times: future.times,
      actual: future.values,
      scale: naiveScale(training.values, season),
      predictions,
    });
  }
  return results;
}

/** Each forecaster's metrics, pooled over all points of all folds alike. */
export function metricsOf(folds: readonly Fold[]): ReadonlyMap<string, Metrics> {
  const pools = new Map<string, PooledErrors>();
  for (const fold of folds) {
    for (const [name, predicted] of fold.predictions) {
      const pool = pools.get(name) ?? new PooledErrors();
      pools.set(name, pool);
      pool.add(fold.actual, predicted, fold.scale);
    }
  }
  return new Map([...pools].map(([name, pool]) => [name, pool.metrics]));
}

/** The best first: by MASE, or by MAE where the MASE of one is undefined. */
export function ranked(metrics: ReadonlyMap<string, Metrics>): [name: string, metrics: Metrics][] {
  const entries = [...metrics];
  const scored = entries.every(([, { mase }]) => Number.isFinite(mase));
  const score = ({ mase, mae }: Metrics) => (scored ? mase : mae);
  return entries.sort(([, a], [, b]) => score(a) - score(b));
}

/** The name of the best, the first of equals; undefined where there is none. */
export function bestOf(metrics: ReadonlyMap<string, Metrics>): string | undefined {
  return ranked(metrics)[0]?.[0];
}
