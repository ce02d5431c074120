// Rolling-origin evaluation: forecast from several points of the past, knowing only what came before each.

import type { Executor } from "../../jobs/executor.ts";
import type { EpochReport, Failure, Fitted, Forecaster } from "../forecasters/forecaster.ts";
import type { Forecast } from "../forecasters/local-model.ts";
import { type Series, sliceSeries } from "../observed/series.ts";
import { type Metrics, type NaiveScale, naiveScale, PooledErrors } from "./metrics.ts";

/** One stretch of the past, forecast from `origin` on, knowing what came before. */
export interface Fold {
  /** The position of its series among those given. */
  readonly index: number;
  readonly series: string;
  /** From 0, the earliest, to the last one before the end. */
  readonly fold: number;
  /** Position of the first value forecast; all values before it were the training data. */
  readonly origin: number;
  /** [H] */
  readonly times: Float64Array;
  /** [H] What came. */
  readonly actual: Float64Array;
  readonly scale: NaiveScale;
  /** What each forecaster expected, by its name. */
  readonly forecasts: ReadonlyMap<string, Forecast>;
}

export interface BacktestOptions {
  /** Steps ahead. */
  readonly horizon: number;
  /** Origins. Default: 3. */
  readonly folds?: number | undefined;
  /** Origins of each series in place of `folds`, where they differ. */
  readonly foldsOf?: readonly number[] | undefined;
  /** Steps from one origin to the next; the last origin is one horizon before the end. Default: the horizon. */
  readonly step?: number | undefined;
  /** How many values before an origin are the training data. Default: all, an expanding window. */
  readonly window?: number | undefined;
  /** Whether forecasters are fitted anew at each origin; else the fit of the first one forecasts from all. Default: true. */
  readonly refit?: boolean | undefined;
  /** Levels of the intervals in percent. Default: none. */
  readonly levels?: readonly number[] | undefined;
  /** Default: 0. */
  readonly seed?: number | undefined;
  /** What happens when one of several series cannot be fitted. Default: `throw`. */
  readonly onError?: "throw" | "skip" | undefined;
  readonly executor?: Executor | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BacktestProgress) => void) | undefined;
}

export interface BacktestProgress {
  /** From 0 to 1, counting each forecaster at each origin alike. */
  readonly share: number;
  readonly forecaster: string;
  /** From 1 on, of how many. */
  readonly fold: number;
  readonly folds: number;
  readonly epoch?: EpochReport | undefined;
}

/** What a backtest gives. */
export interface Backtest {
  /** Of each series, each in order of time. */
  readonly folds: readonly Fold[];
  /** Of each forecaster, pooled over all points of all folds alike. */
  readonly metrics: ReadonlyMap<string, Metrics>;
  readonly failures: readonly (Failure & { readonly forecaster: string })[];
}

/** How many folds fit: `wanted`, or fewer where the first would leave less than `rowsNeeded` to train on. */
export function foldsThatFit(
  length: number,
  horizon: number,
  wanted: number,
  rowsNeeded: number,
  step = horizon,
): number {
  return Math.max(0, Math.min(wanted, Math.floor((length - rowsNeeded - horizon) / step) + 1));
}

/**
 * Forecasts `horizon` steps from each of several origins with each forecaster, which knows only what came before (Tashman 2000,
 * International Journal of Forecasting 16(4)). A forecaster of all series at once is fitted to what each series had before its own
 * origin; where series end at different times, it has seen later times of one than of another.
 *
 * @throws RecurraError what the forecasters throw
 */
export async function backtest(
  series: readonly Series[],
  forecasters: readonly Forecaster[],
  options: BacktestOptions,
): Promise<Backtest> {
  const { horizon, levels = [], refit = true, seed = 0, onError, executor, signal, onProgress } = options;
  const step = options.step ?? horizon;
  const foldsOf = options.foldsOf ?? series.map(() => options.folds ?? 3);
  const most = foldsOf.reduce((a, b) => Math.max(a, b), 0);
  const folds: Fold[] = [];
  const failures: (Failure & { forecaster: string })[] = [];
  const fits = new Map<string, { readonly fitted: Fitted; readonly members: string }>();
  let done = 0;
  for (let fold = 0; fold < most; fold++) {
    const members = series.flatMap((one, index) => {
      if ((foldsOf[index] ?? 0) < most - fold) return [];
      const origin = one.values.length - horizon - (most - 1 - fold) * step;
      return [{ one, index, origin }];
    });
    const training = members.map(({ one, origin }) =>
      sliceSeries(one, Math.max(0, origin - (options.window ?? origin)), origin),
    );
    const expected = members.map(() => new Map<string, Forecast>());
    for (const forecaster of forecasters) {
      signal?.throwIfAborted();
      const { name } = forecaster;
      const report = (within: number, epoch?: EpochReport) =>
        onProgress?.({
          share: (done + within) / (most * forecasters.length),
          forecaster: name,
          fold: fold + 1,
          folds: most,
          ...(epoch === undefined ? {} : { epoch }),
        });
      report(0);
      const before = fits.get(name);
      const same = members.map(({ index }) => index).join();
      const isKept = !refit && before?.members === same && before.fitted.takesOthers;
      const fitted = isKept
        ? before.fitted
        : await forecaster.fit(training, {
            horizon,
            seed,
            onError,
            executor,
            signal,
            onProgress: ({ share, epoch }) => report(share, epoch),
          });
      if (!isKept) for (const failure of fitted.failures) failures.push({ ...failure, forecaster: name });
      fits.set(name, { fitted, members: same });
      const forecasts = await fitted.predict({ horizon, levels, ...(isKept ? { series: training } : {}) });
      for (const [i, forecast] of forecasts.entries())
        if (forecast !== undefined) expected[i]?.set(name, forecast);
      done++;
    }
    for (const [i, { one, index, origin }] of members.entries()) {
      folds.push({
        index,
        series: one.name,
        fold,
        origin,
        times: one.times.subarray(origin, origin + horizon),
        actual: one.values.subarray(origin, origin + horizon),
        scale: naiveScale(training[i]?.values ?? new Float64Array(), one.season),
        forecasts: expected[i] ?? new Map(),
      });
    }
  }
  folds.sort((a, b) => a.index - b.index || a.fold - b.fold);
  return { folds, metrics: metricsOf(folds), failures };
}

/**
 * Each forecaster's metrics, pooled over all points of all folds alike. Folds in which one of the forecasters failed do not count for
 * any, so that all are set against the same points.
 */
export function metricsOf(folds: readonly Fold[]): ReadonlyMap<string, Metrics> {
  const names = new Set(folds.flatMap(({ forecasts }) => [...forecasts.keys()]));
  const pools = new Map([...names].map((name) => [name, new PooledErrors()]));
  for (const { forecasts, actual, scale } of folds) {
    if (forecasts.size < names.size) continue;
    for (const [name, forecast] of forecasts) pools.get(name)?.add(actual, forecast, scale);
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
