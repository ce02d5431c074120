// The main job: from a table to a backtest and a forecast.

import { now } from "#platform";
import { quoted } from "../data/row-names.ts";
import type { Table } from "../data/table.ts";
import { RecurraError } from "../platform/error.ts";
import { type Bounds, bounded, boundedFitted } from "./compose/bounds.ts";
import { combination, combined } from "./compose/combination.ts";
import { conformal, conformalFitted } from "./compose/conformal.ts";
import type { BacktestProgress } from "./evaluate/backtest.ts";
import { naiveScale } from "./evaluate/metrics.ts";
import { type Evaluation, type EvaluationOptions, evaluateModels } from "./evaluation.ts";
import type { Fitted } from "./forecasters/forecaster.ts";
import type { Forecast } from "./forecasters/local-model.ts";
import { addSteps } from "./observed/calendar.ts";
import type { Series } from "./observed/series.ts";
import { makeForecaster } from "./registry.ts";
import type { SeriesForecast, SkippedSeries } from "./report/parts.ts";
import { ForecastResult } from "./report/result.ts";

export interface ForecastOptions extends Omit<EvaluationOptions, "onProgress"> {
  /** Called as the work goes on. */
  readonly onProgress?: ((progress: ForecastProgress) => void) | undefined;
}

/** How far a forecast is. */
export interface ForecastProgress extends Omit<BacktestProgress, "fold"> {
  /** Which fold is backtested, from 1 on; missing for the fit that makes the forecast. */
  readonly fold?: number | undefined;
}

/** The part of the work that is the backtest, as progress counts it. */
const BACKTEST_SHARE = 0.85;

/**
 * Forecasts every series of a table: finds out frequency and season, backtests the models over rolling origins against the naive
 * and the seasonal naive forecast, combines them by how each did before, and forecasts the horizon with intervals.
 *
 * @param table What `readTable` or `tableOf` gives.
 * @throws RecurraError `option` for a value that makes no sense, `duplicate-times`, `gaps`, `irregular-times`, `too-short` for
 * series that cannot be forecast; all before any work is done.
 */
export async function forecast(table: Table, options: ForecastOptions = {}): Promise<ForecastResult> {
  const { onError = "throw", onProgress } = options;
  const started = now();
  const evaluation = await evaluateModels(table, {
    ...options,
    onProgress: (progress) => onProgress?.({ ...progress, share: progress.share * BACKTEST_SHARE }),
  });
  const { plan, levels, seed, model, set } = evaluation;
  const { horizon } = plan;
  const backtestEnded = now();

  const training = plan.series.map(({ series }) => series);
  const fitted = withBounds(await fitModels(evaluation, training, { ...options, onError }), options.bounds);
  const forecasts = await fitted.predict({ horizon, levels });
  const fittedValues = fitted.fittedValues?.() ?? [];
  const foldsOf = Map.groupBy(evaluation.folds, ({ index }) => index);
  const skipped: SkippedSeries[] = [...set.skipped, ...plan.skipped];
  const series: SeriesForecast[] = [];
  for (const [i, one] of training.entries()) {
    const expected = forecasts[i];
    const problem = problemOf(expected, horizon, fitted, i);
    if (expected === undefined || problem !== undefined) {
      if (onError === "throw") throw new RecurraError("forecast-failed", `${quoted(one.name)}: ${problem}`);
      skipped.push({ series: one.name, reason: problem ?? "" });
      continue;
    }
    const last = one.times.at(-1) ?? 0;
    series.push({
      series: one,
      folds: foldsOf.get(i) ?? [],
      times: Float64Array.from({ length: horizon }, (_, h) => addSteps(last, h + 1, one.frequency)),
      forecast: expected,
      fittedValues: fittedValues[i],
      description: fitted.describe(i),
    });
  }
  const ended = now();
  return new ForecastResult({
    table,
    style: set.style,
    frequency: set.frequency,
    horizon,
    levels,
    seed,
    model,
    metrics: evaluation.metrics,
    series,
    skipped,
    fitted,
    notes: evaluation.notes,
    advice: adviceOn(series, options.bounds),
    timing: {
      backtestSeconds: seconds(started, backtestEnded),
      fitSeconds: seconds(backtestEnded, ended),
      totalSeconds: seconds(started, ended),
    },
  });
}

/** The models fitted to all of the data, with intervals as wide as their errors in the folds say; combined where there are several. */
async function fitModels(
  { models, plan: { horizon }, weights, calibrations, seed, model }: Evaluation,
  training: readonly Series[],
  { onError, executor, signal, onProgress }: ForecastOptions,
): Promise<Fitted> {
  const scales = training.map((series) => naiveScale(series.values, series.season).absolute);
  const several = models.length > 1;
  const calibrated = (fitted: Fitted, name: string) => {
    const calibration = calibrations.get(name);
    return calibration === undefined
      ? fitted
      : conformalFitted(conformal(fitted.forecaster), fitted, calibration, scales);
  };
  const parts: Fitted[] = [];
  for (const [i, forecaster] of (models.length > 0 ? models : [makeForecaster("naive")]).entries()) {
    const fitted = await forecaster.fit(training, {
      horizon,
      seed,
      onError: several ? "skip" : onError,
      executor,
      signal,
      onProgress: ({ share, epoch }) =>
        onProgress?.({
          share: BACKTEST_SHARE + ((1 - BACKTEST_SHARE) * (i + share)) / models.length,
          forecaster: forecaster.name,
          folds: 0,
          ...(epoch === undefined ? {} : { epoch }),
        }),
    });
    parts.push(calibrated(fitted, forecaster.name));
  }
  const [only] = parts;
  if (only !== undefined && !several) return only;
  const together = combination(
    parts.map(({ forecaster }) => forecaster),
    { name: model, weights },
  );
  return calibrated(combined(together, parts, onError ?? "throw"), model);
}

function withBounds(fitted: Fitted, bounds: Bounds | undefined): Fitted {
  if (bounds?.lower === undefined && bounds?.upper === undefined) return fitted;
  return boundedFitted(bounded(fitted.forecaster, bounds), fitted, bounds);
}

/** That what was never negative is forecast to be so, or may be, and how that is kept from happening. */
function adviceOn(series: readonly SeriesForecast[], bounds: Bounds = {}): readonly string[] {
  if (bounds.lower !== undefined) return [];
  if (series.some((one) => one.series.values.some((value) => value < 0))) return [];
  const below = series.filter(({ forecast: { mean, intervals } }) =>
    [mean, ...intervals.map(({ lower }) => lower)].some((values) => values.some((value) => value < 0)),
  );
  if (below.length === 0) return [];
  const what =
    series.length === 1
      ? "The forecast or its band"
      : `Of ${below.length} of ${series.length} series the forecast or its band`;
  return [
    `${what} goes below 0, where no value has been. If none can be there, --lower-bound 0 keeps the forecast from it.`,
  ];
}

function problemOf(
  forecast: Forecast | undefined,
  horizon: number,
  { failures }: Fitted,
  index: number,
): string | undefined {
  if (forecast === undefined)
    return failures.find((failure) => failure.index === index)?.error.message ?? "the model gave no forecast";
  const wrong = forecast.mean.findIndex((value) => !Number.isFinite(value));
  if (wrong === -1 && forecast.mean.length === horizon) return undefined;
  return `The model's forecast is no finite number at step ${wrong + 1}: its training went astray. Try another --seed, or fewer --epochs.`;
}

function seconds(from: number, to: number): number {
  return Math.round(to - from) / 1000;
}
