// The main job: from a table to a backtest and a forecast.

import { now } from "#platform";
import type { Table } from "../data/table.ts";
import { RecurraError } from "../platform/error.ts";
import { backtest, bestOf, type Fold, metricsOf } from "./backtest.ts";
import { naive, seasonalNaive } from "./baselines.ts";
import { addSteps } from "./calendar.ts";
import type { EpochReport, FitOptions, Fitted, Forecaster } from "./forecaster.ts";
import { type RecurrentKind, recurrentKinds } from "./network.ts";
import type { SeriesForecast } from "./parts.ts";
import { type Plan, planForecast, type SeriesPlan } from "./plan.ts";
import { recurrent } from "./recurrent.ts";
import { ForecastResult } from "./result.ts";
import { seriesOf } from "./series.ts";

export interface ForecastOptions {
  /** The models to backtest; the best of them makes the forecast. Default: `["lstm"]`. */
  readonly models?: readonly (RecurrentKind | Forecaster)[] | undefined;
  /** How many values back the recurrent models see. Default: one season, or two horizons. */
  readonly lookback?: number | undefined;
  /** How many steps ahead. Default: one season, 12 for months. */
  readonly horizon?: number | undefined;
  /** The season in steps, 1 for none. Default: what the calendar suggests and the values confirm. */
  readonly season?: number | undefined;
  /** Passes of the recurrent models over the training data. Default: by its size. */
  readonly epochs?: number | undefined;
  /** Whatever is random comes from this seed; the same seed gives the same result on the same machine. Default: 0. */
  readonly seed?: number | undefined;
  readonly backtest?: {
    /** Origins, one horizon apart, the last one horizon before the end; fewer for short series. Default: 3. */
    readonly folds?: number | undefined;
  };
  /** Called once the input is found good, before the work begins, with what was assumed, in sentences for the user. */
  readonly onStart?: ((notes: readonly string[]) => void) | undefined;
  /** Called as the work goes on. */
  readonly onProgress?: ((progress: ForecastProgress) => void) | undefined;
  /** Ends the work when it is aborted: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a forecast is: which fit is being made, and the epoch just ended. */
export interface ForecastProgress {
  /** Fits of models that are done, and how many there will be. */
  readonly done: number;
  readonly fits: number;
  readonly series: string;
  readonly model: string;
  /** Which fold of how many is backtested; missing for the fit that makes the forecast. */
  readonly fold?: { readonly number: number; readonly of: number };
  /** Missing when the fit has just begun. */
  readonly epoch?: EpochReport;
}

/**
 * Forecasts every series of a table: finds out frequency and season, backtests the models over rolling origins against the naive
 * and the seasonal naive forecast, fits the best of them to all of the data and forecasts the horizon.
 *
 * @param table What `readTable` or `tableOf` gives.
 * @throws RecurraError `option` for a value that makes no sense, `duplicate-times`, `gaps`, `irregular-times`, `too-short` for
 * series that cannot be forecast; all before any work is done.
 */
export async function forecast(table: Table, options: ForecastOptions = {}): Promise<ForecastResult> {
  checkOptions(options);
  const started = now();
  const models = modelsOf(options);
  const set = seriesOf(table);
  const plan = planForecast(set, models, {
    horizon: options.horizon,
    season: options.season,
    folds: options.backtest?.folds ?? 3,
  });
  const notes = [...table.notes, ...set.notes, ...plan.notes];
  options.onStart?.(notes);
  const progress = new Progress(plan, models.length, options.onProgress);
  const shared = { horizon: plan.horizon, seed: options.seed ?? 0, signal: options.signal };

  // In every fold where in any, so that all are pooled over the same points; without a season it equals the naive forecast.
  const seasonal = plan.series.some(({ season }) => season > 1);
  const forecasters = [...models, naive, ...(seasonal ? [seasonalNaive] : [])];
  const backtested: Fold[][] = [];
  for (const one of plan.series) {
    const folds = await backtest(one.series, forecasters, {
      ...shared,
      season: one.season,
      folds: one.folds,
      onFit: (fold, forecaster) =>
        models.includes(forecaster)
          ? progress.begin(one, forecaster, { number: fold + 1, of: one.folds })
          : undefined,
    });
    backtested.push(folds);
  }
  const metrics = metricsOf(backtested.flat());
  const names = new Set(models.map(({ name }) => name));
  const bestModel = bestOf(new Map([...metrics].filter(([name]) => names.has(name))));
  const chosen = models.find(({ name }) => name === bestModel) ?? models[0];
  if (chosen === undefined)
    throw new RecurraError("option", "forecast: models is empty; wanted at least one");
  const backtestEnded = now();

  const forecasts: SeriesForecast[] = [];
  for (const [i, one] of plan.series.entries()) {
    const onEpoch = progress.begin(one, chosen, undefined);
    const fitted = await chosen.fit(one.series, { ...shared, season: one.season, onEpoch });
    forecasts.push(await predict(one, fitted, plan.horizon, backtested[i] ?? []));
  }
  progress.end();
  const ended = now();
  return new ForecastResult({
    table,
    style: set.style,
    frequency: set.frequency,
    horizon: plan.horizon,
    seed: shared.seed,
    model: chosen.name,
    metrics,
    series: forecasts,
    notes,
    timing: {
      backtestSeconds: seconds(started, backtestEnded),
      fitSeconds: seconds(backtestEnded, ended),
      totalSeconds: seconds(started, ended),
    },
  });
}

async function predict(
  { series, season }: SeriesPlan,
  fitted: Fitted,
  horizon: number,
  folds: readonly Fold[],
): Promise<SeriesForecast> {
  const last = series.times.at(-1) ?? 0;
  const times = Float64Array.from({ length: horizon }, (_, h) => addSteps(last, h + 1, series.frequency));
  const values = await fitted.predict(horizon);
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong !== -1 || values.length !== horizon) {
    throw new RecurraError(
      "forecast-failed",
      `The model's forecast of "${series.name}" is no finite number at step ${wrong + 1}: its training went astray. Try another --seed, or fewer --epochs.`,
    );
  }
  return { series, season, folds, times, values, fitted };
}

function modelsOf({ models = ["lstm"], lookback, epochs }: ForecastOptions): Forecaster[] {
  return models.map((model) =>
    typeof model === "string" ? recurrent({ kind: kindOf(model), lookback, epochs }) : model,
  );
}

function kindOf(name: string): RecurrentKind {
  const kind = recurrentKinds.find((known) => known === name);
  if (kind !== undefined) return kind;
  throw new RecurraError("option", `forecast: the model is "${name}"; wanted ${recurrentKinds.join(", ")}`);
}

function checkOptions(options: ForecastOptions): void {
  const whole = {
    lookback: options.lookback,
    horizon: options.horizon,
    season: options.season,
    epochs: options.epochs,
    "backtest.folds": options.backtest?.folds,
  };
  for (const [name, value] of Object.entries(whole)) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) continue;
    throw new RecurraError("option", `forecast: ${name} is ${value}; wanted a whole number from 1 on`);
  }
  const { seed = 0 } = options;
  if (Number.isSafeInteger(seed) && seed >= 0) return;
  throw new RecurraError("option", `forecast: seed is ${seed}; wanted a whole number from 0 on`);
}

function seconds(from: number, to: number): number {
  return Math.round(to - from) / 1000;
}

/** Counts the fits and passes on their epochs. */
class Progress {
  readonly #fits: number;
  readonly #report: NonNullable<ForecastOptions["onProgress"]>;
  #begun = 0;

  constructor(plan: Plan, models: number, report: ForecastOptions["onProgress"]) {
    this.#fits = plan.series.reduce((sum, { folds }) => sum + folds * models + 1, 0);
    this.#report = report ?? (() => {});
  }

  begin(plan: SeriesPlan, model: Forecaster, fold: ForecastProgress["fold"]): FitOptions["onEpoch"] {
    const state = {
      done: this.#begun++,
      fits: this.#fits,
      series: plan.series.name,
      model: model.name,
      ...(fold === undefined ? {} : { fold }),
    };
    this.#report(state);
    return (epoch) => this.#report({ ...state, epoch });
  }

  end(): void {
    this.#report({ done: this.#fits, fits: this.#fits, series: "", model: "" });
  }
}
