// A forecaster that fits a model to each series by itself: checks the series, fits them here or on other threads, and keeps the states.

import { now } from "#platform";
import { quoted } from "../../data/row-names.ts";
import type { Job } from "../../jobs/executor.ts";
import { RecurraError } from "../../platform/error.ts";
import { detachedSeries, futureOf, type Series } from "../observed/series.ts";
import { checkSeries } from "./check-series.ts";
import type {
  Failure,
  FitOptions,
  Fitted,
  Forecaster,
  ForecasterConfig,
  PredictOptions,
} from "./forecaster.ts";
import type { Description, Forecast, LocalModel, Need, Task } from "./local-model.ts";
import { writeRecord } from "./record.ts";

/** What fitting one series gave, as it comes from another thread. */
export type LocalFit =
  | { readonly state: unknown }
  | { readonly failure: { readonly code: string; readonly message: string } };

/** The input of the job that fits series on another thread. */
export interface LocalFitInput {
  readonly config: ForecasterConfig;
  readonly task: Task;
  readonly series: readonly Series[];
}

/** Where the job lives that fits series by the config of their forecaster. */
export interface LocalFitJob {
  readonly module: string;
  readonly function: string;
}

/** Milliseconds of work on this thread before the rest goes to others, and what a job should take there. */
const trial = 250;
const jobLength = 250;
/** Other threads pay off where this much work is left. */
const worthIt = 1000;

/** A forecaster of a {@link LocalModel}. @param job Missing where the model cannot be made on another thread. */
export class LocalForecaster implements Forecaster {
  readonly name: string;
  readonly config: ForecasterConfig;
  readonly model: LocalModel;
  readonly #job: LocalFitJob | undefined;

  constructor(model: LocalModel, config: ForecasterConfig, job?: LocalFitJob) {
    this.name = model.name;
    this.config = config;
    this.model = model;
    this.#job = job;
  }

  get takesMissing(): boolean {
    return this.model.takesMissing ?? false;
  }

  need(series: Pick<Series, "season">, task: Task): Need {
    return this.model.need(series, task);
  }

  async fit(training: readonly Series[], options: FitOptions): Promise<LocalFitted> {
    const { horizon, seed = 0, onError = "throw", executor, signal, onProgress } = options;
    const task = { horizon, seed };
    const fits: LocalFit[] = [];
    const began = now();
    let here = 0;
    for (; here < training.length; here++) {
      signal?.throwIfAborted();
      const series = training[here];
      if (series === undefined) break;
      fits.push(fitLocal(this, series, task));
      onProgress?.({ share: (here + 1) / training.length });
      const spent = now() - began;
      const each = spent / (here + 1);
      const left = each * (training.length - here - 1);
      if (spent < trial || left < worthIt || executor === undefined || this.#job === undefined) continue;
      const size = Math.max(
        1,
        Math.min(Math.ceil(jobLength / each), Math.ceil((training.length - here) / (4 * executor.slots))),
      );
      const jobs = jobsOf(this.#job, this.config, task, training.slice(here + 1), size);
      let done = here + 1;
      const results = await executor.run(jobs, {
        signal,
        onResult: (result) => {
          done += (result as readonly LocalFit[]).length;
          onProgress?.({ share: done / training.length });
        },
      });
      fits.push(...results.flatMap((result) => result as readonly LocalFit[]));
      break;
    }
    const failures: Failure[] = [];
    for (const [index, fit] of fits.entries()) {
      if (!("failure" in fit)) continue;
      const error = new RecurraError(fit.failure.code, fit.failure.message);
      if (onError === "throw") throw error;
      failures.push({ index, series: training[index]?.name ?? "", error });
    }
    const states = fits.map((fit) => ("state" in fit ? fit.state : undefined));
    return new LocalFitted(this, horizon, training, states, failures);
  }

  /** What was fitted before, from its states. */
  restore(horizon: number, series: readonly Series[], states: readonly unknown[]): LocalFitted {
    return new LocalFitted(this, horizon, series, states, []);
  }
}

/** Fits one series: what is wrong with it comes back as data. */
export function fitLocal(
  { name, model, takesMissing }: LocalForecaster,
  series: Series,
  task: Task,
): LocalFit {
  try {
    checkSeries(series, { name, takesMissing, need: model.need(series, task) });
    return { state: model.fit(series, task) };
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    const { code, message } = error;
    return {
      failure: {
        code,
        message: message.includes(series.name) ? message : `Series ${quoted(series.name)}: ${message}`,
      },
    };
  }
}

function jobsOf(
  job: LocalFitJob,
  config: ForecasterConfig,
  task: Task,
  series: readonly Series[],
  size: number,
): Job[] {
  const jobs: Job[] = [];
  for (let from = 0; from < series.length; from += size) {
    const input: LocalFitInput = {
      config,
      task,
      series: series.slice(from, from + size).map(detachedSeries),
    };
    jobs.push({ ...job, input });
  }
  return jobs;
}

/** Series with their states. */
export class LocalFitted implements Fitted {
  readonly forecaster: LocalForecaster;
  readonly failures: readonly Failure[];
  readonly #horizon: number;
  readonly #series: readonly Series[];
  readonly #states: readonly unknown[];

  constructor(
    forecaster: LocalForecaster,
    horizon: number,
    series: readonly Series[],
    states: readonly unknown[],
    failures: readonly Failure[],
  ) {
    this.forecaster = forecaster;
    this.failures = failures;
    this.#horizon = horizon;
    this.#series = series;
    this.#states = states;
  }

  get takesOthers(): boolean {
    return this.forecaster.model.update !== undefined;
  }

  async predict(options: PredictOptions = {}): Promise<readonly (Forecast | undefined)[]> {
    const { horizon = this.#horizon, levels = [], series = this.#series } = options;
    const { model } = this.forecaster;
    if (options.series !== undefined) this.#checkSame(options.series);
    return series.map((one, i) => {
      const fitted = this.#states[i];
      if (fitted === undefined) return undefined;
      const state = options.series === undefined ? fitted : model.update?.(fitted, one);
      return model.forecast(state, { horizon, levels, future: futureOf(one, horizon) });
    });
  }

  fittedValues(): readonly (Float64Array | undefined)[] {
    const { model } = this.forecaster;
    return this.#series.map((series, i) => {
      const state = this.#states[i];
      return state === undefined ? undefined : model.fitted?.(state, series);
    });
  }

  describe(index = 0): Description {
    const state = this.#states[index];
    return state === undefined ? {} : (this.forecaster.model.describe?.(state) ?? {});
  }

  async save(folder: string): Promise<void> {
    await writeRecord(folder, {
      config: this.forecaster.config,
      horizon: this.#horizon,
      series: this.#series.map((series, i) => ({
        name: series.name,
        season: series.season,
        frequency: series.frequency,
        ...(this.forecaster.model.usesFuture === true ? { future: tailOf(series) } : {}),
        state: this.#states[i] ?? null,
      })),
    });
  }

  #checkSame(series: readonly Series[]): void {
    const { name, model } = this.forecaster;
    if (model.update === undefined) {
      throw new RecurraError(
        "option",
        `predict: ${name} knows nothing but the series it was fitted to; fit it to the others, or leave out \`series\``,
      );
    }
    const names = this.#series.map((one) => one.name);
    if (series.length === names.length && series.every((one, i) => one.name === names[i])) return;
    throw new RecurraError(
      "option",
      `predict: ${name} was fitted to ${names.length} series of its own, and ${series.length} others are given; wanted the same series, in the same order`,
    );
  }
}

/** The known covariates after the last value. */
function tailOf({ values, covariates }: Series): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(
    Object.entries(covariates?.future ?? {}).map(([name, column]) => [
      name,
      [...column.subarray(values.length)],
    ]),
  );
}
