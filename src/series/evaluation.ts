// The first half of a forecast: the models of a table backtested, set against naive ones, and chosen among.

import { quoted } from "../data/row-names.ts";
import type { Table } from "../data/table.ts";
import type { Executor } from "../jobs/executor.ts";
import { RecurraError } from "../platform/error.ts";
import { type Bounds, checkBounds, foldWithin, seriesWithin } from "./compose/bounds.ts";
import { type Calibration, calibrate, REFERENCE_LEVEL } from "./compose/calibration.ts";
import type { Weights } from "./compose/combination.ts";
import {
  lastFolds,
  onlyLevels,
  pastErrors,
  withCombination,
  withConformalIntervals,
} from "./compose/fold-forecasts.ts";
import { weightsOf } from "./compose/weights.ts";
import { defaultModels } from "./default-models.ts";
import { type Backtest, type BacktestProgress, backtest, type Fold, metricsOf } from "./evaluate/backtest.ts";
import type { Metrics } from "./evaluate/metrics.ts";
import { type Forecaster, type ForecasterConfig, sortedLevels } from "./forecasters/forecaster.ts";
import { type CalendarFeature, withCalendar } from "./observed/calendar-features.ts";
import { type SeriesSet, type SeriesSetOptions, seriesOf } from "./observed/from-table.ts";
import type { Series } from "./observed/series.ts";
import { type Plan, planForecast, withSeasons } from "./plan.ts";
import { type ForecasterName, makeForecaster, takesEpochs } from "./registry.ts";

export interface EvaluationOptions {
  /**
   * The models to backtest; where there are several, their combination makes the forecast, in which each counts by how it did before.
   * Default: those that suit the size of the data.
   */
  readonly models?: readonly (ForecasterName | ForecasterConfig | Forecaster)[] | undefined;
  /** How many values back the neural models see. Default: by season and horizon. */
  readonly lookback?: number | undefined;
  /** How many steps ahead. Default: one season, 12 for months. */
  readonly horizon?: number | undefined;
  /** The season in steps, 1 for none. Default: what the calendar suggests and the values confirm. */
  readonly season?: number | undefined;
  /** Passes of the neural models over the training data. Default: by its size. */
  readonly epochs?: number | undefined;
  /** Levels of the intervals in percent. Default: 80 and 95. */
  readonly levels?: readonly number[] | undefined;
  /** Where values can be: forecasts and intervals end there. Default: anywhere. */
  readonly bounds?: Bounds | undefined;
  /** Whatever is random comes from this seed; the same seed gives the same result on the same machine. Default: 0. */
  readonly seed?: number | undefined;
  readonly backtest?: {
    /** Origins that are reported; fewer for short series. Default: 3. */
    readonly folds?: number | undefined;
    /** Steps from one origin to the next. Default: the horizon. */
    readonly step?: number | undefined;
    /** How many values before an origin are the training data. Default: all. */
    readonly window?: number | undefined;
    /** Whether models are fitted anew at each origin. Default: true. */
    readonly refit?: boolean | undefined;
  };
  /** How series are made of the table: frequency, missing values, duplicates. */
  readonly table?: SeriesSetOptions | undefined;
  /** Features of the calendar that become covariates known ahead. Default: none. */
  readonly calendar?: readonly CalendarFeature[] | undefined;
  /** What happens to a series that cannot be forecast. Default: `throw`; with `skip` the others come out. */
  readonly onError?: "throw" | "skip" | undefined;
  /** Where fits of many series go. Default: the thread of the caller. */
  readonly executor?: Executor | undefined;
  /** Called once the input is found good, before the work begins, with what was assumed, in sentences for the user. */
  readonly onStart?: ((notes: readonly string[]) => void) | undefined;
  readonly onProgress?: ((progress: BacktestProgress) => void) | undefined;
  /** Ends the work when it is aborted: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What the combination of the models is called, which makes the forecast where there are several. */
export const COMBINATION = "combination";

/**
 * Folds before the reported ones, which say how much each model counts, and how wide intervals are. Of many series a few folds give errors
 * enough.
 */
function earlierFolds(series: number): number {
  return series < 10 ? 6 : series < 100 ? 3 : 1;
}

/** What the past says of the models. */
export interface Evaluation {
  readonly set: SeriesSet;
  readonly plan: Plan;
  readonly levels: readonly number[];
  readonly seed: number;
  /** The models; baselines that were not asked for are left out. */
  readonly models: readonly Forecaster[];
  readonly baselines: readonly Forecaster[];
  /** The weight of each model in the combination, for each series, by all folds. */
  readonly weights: Weights;
  /** The errors that each forecaster made in all folds. */
  readonly calibrations: ReadonlyMap<string, Calibration>;
  /** The folds that are reported, with the combination of the models. */
  readonly folds: readonly Fold[];
  readonly metrics: ReadonlyMap<string, Metrics>;
  /** What makes the forecast: the combination, or the only model. */
  readonly model: string;
  readonly failures: Backtest["failures"];
  readonly notes: readonly string[];
}

/**
 * Backtests the models over rolling origins against the naive and the seasonal naive forecast, and combines them: at each origin, a model
 * counts by how it did before it.
 *
 * @throws RecurraError as {@link forecast} does
 */
export async function evaluateModels(table: Table, options: EvaluationOptions): Promise<Evaluation> {
  checkOptions(options);
  const { levels = [80, 95], seed = 0, onError = "throw", signal, executor, onProgress } = options;
  const folds = options.backtest?.folds ?? 3;
  const { bounds = {} } = options;
  const all = seriesOf(table, { ...options.table, horizon: options.horizon, onError });
  const set = withSeasons(seriesWithin(all, bounds, onError), {
    horizon: options.horizon,
    season: options.season,
    folds,
  });
  const { named, optional } = candidatesFor(set.series, options);
  const naive = makeForecaster("naive");
  const bare = planForecast(set, [...named, naive], optional, {
    horizon: options.horizon,
    folds,
    earlier: earlierFolds(set.series.length),
    step: options.backtest?.step,
    onError,
  });
  const plan = withCovariates(bare, options.calendar ?? []);
  const notes = [...table.notes, ...set.notes, ...plan.notes];
  options.onStart?.(notes);

  // In every fold where in any, so that all are pooled over the same points; without a season it equals the naive forecast.
  const isSeasonal = plan.series.some(({ series }) => series.season > 1);
  const models = plan.forecasters.filter((one) => one !== naive);
  const baselines = [naive, ...(isSeasonal ? [makeForecaster("seasonal-naive")] : [])].filter(
    (one) => !models.some(({ name }) => name === one.name),
  );
  const everyLevel = sortedLevels([...levels, REFERENCE_LEVEL]);
  const past = await backtest(
    plan.series.map(({ series }) => series),
    [...models, ...baselines],
    {
      ...options.backtest,
      horizon: plan.horizon,
      levels: everyLevel,
      seed,
      signal,
      executor,
      onError,
      foldsOf: plan.series.map((one) => one.folds),
      onProgress,
    },
  );
  const names = models.map(({ name }) => name);
  const several = models.length > 1;
  // The combination is made of the members' intervals as their errors have widened them, and is judged in its turn.
  const judged = withConformalIntervals(past.folds, everyLevel);
  const combined = several ? withCombination(judged, names, COMBINATION) : judged;
  const reported = lastFolds(
    several ? withConformalIntervals(combined, levels, [COMBINATION]) : judged,
    folds,
  ).map((fold) => foldWithin(onlyLevels(fold, levels), bounds));
  const bySeries = Map.groupBy(past.folds, ({ index }) => index);
  const calibrations = new Map<string, Calibration>();
  for (const [source, of] of [
    [past.folds, names],
    [combined, several ? [COMBINATION] : []],
  ] as const) {
    for (const name of of) {
      const calibration = calibrate(pastErrors(source, name), plan.horizon);
      if (calibration !== undefined) calibrations.set(name, calibration);
    }
  }
  return {
    set,
    plan,
    levels,
    seed,
    models,
    baselines,
    weights: plan.series.map((_, i) => weightsOf(bySeries.get(i) ?? [], names)),
    calibrations,
    folds: reported,
    metrics: metricsOf(reported),
    model: several ? COMBINATION : (names[0] ?? naive.name),
    failures: past.failures,
    notes,
  };
}

/** The plan with features of the calendar, and covariates known ahead as far as they are needed. */
function withCovariates(plan: Plan, features: readonly CalendarFeature[]): Plan {
  const series = plan.series.map(({ series: one, folds }) => {
    for (const [name, column] of Object.entries(one.covariates?.future ?? {})) {
      const known = column.length - one.values.length;
      if (known >= plan.horizon) continue;
      throw new RecurraError(
        "covariate-short",
        `Series ${quoted(one.name)}: the covariate "${name}" is known ${known} steps after the last value, and the forecast is of ${plan.horizon}. Add rows with it, name it as known up to the last value only (--past), or give a smaller --horizon.`,
      );
    }
    return { series: features.length === 0 ? one : withCalendar(one, features, plan.horizon), folds };
  });
  return { ...plan, series };
}

/** The models that are asked for; or else those that suit the data, which may be left out where a series is too short for them. */
function candidatesFor(
  series: readonly Series[],
  { models, lookback, epochs }: EvaluationOptions,
): { named: Forecaster[]; optional: Forecaster[] } {
  const make = (model: ForecasterName | ForecasterConfig | Forecaster) => {
    if (typeof model === "object" && "fit" in model) return model as Forecaster;
    const config = typeof model === "string" ? { name: model } : model;
    return makeForecaster(takesEpochs(config.name) ? { lookback, epochs, ...config } : config);
  };
  if (models !== undefined) {
    if (models.length === 0)
      throw new RecurraError("option", "forecast: models is empty; wanted at least one");
    const named = models.map(make);
    const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) < i);
    if (twice === undefined) return { named, optional: [] };
    throw new RecurraError(
      "option",
      `forecast: two models are called "${twice.name}"; wanted names of their own`,
    );
  }
  return { named: [], optional: defaultModels(series).map(make) };
}

function checkOptions(options: EvaluationOptions): void {
  const whole = {
    lookback: options.lookback,
    horizon: options.horizon,
    season: options.season,
    epochs: options.epochs,
    "backtest.folds": options.backtest?.folds,
    "backtest.step": options.backtest?.step,
    "backtest.window": options.backtest?.window,
  };
  for (const [name, value] of Object.entries(whole)) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) continue;
    throw new RecurraError("option", `forecast: ${name} is ${value}; wanted a whole number from 1 on`);
  }
  checkBounds(options.bounds ?? {});
  for (const level of options.levels ?? []) {
    if (level > 0 && level < 100) continue;
    throw new RecurraError(
      "option",
      `forecast: levels has ${level}; wanted percentages between 0 and 100, such as 80`,
    );
  }
  const { seed = 0 } = options;
  if (Number.isSafeInteger(seed) && seed >= 0) return;
  throw new RecurraError("option", `forecast: seed is ${seed}; wanted a whole number from 0 on`);
}
