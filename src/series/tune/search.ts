// The search for hyper-parameters: configurations drawn at random, each judged by a backtest, on threads where there are some.

import type { Executor, Job } from "../../jobs/executor.ts";
import { RecurraError } from "../../platform/error.ts";
import { Random } from "../../tensor/random.ts";
import type { ForecasterConfig } from "../forecasters/forecaster.ts";
import type { Json } from "../forecasters/local-model.ts";
import { detachedSeries, type Series, sliceSeries } from "../observed/series.ts";
import { drawFrom, type SearchSpace } from "./space.ts";
import { judge, type Trial, type TrialInput } from "./trial.ts";

export interface TuneOptions {
  /** The forecaster and the options that stay as they are, such as `{ name: "lstm", layers: 2 }`. */
  readonly forecaster: ForecasterConfig;
  /** The options that are searched. */
  readonly space: SearchSpace;
  /** Steps ahead. */
  readonly horizon: number;
  /** Configurations that are drawn. The first is the forecaster as it is. Default: 20. */
  readonly trials?: number | undefined;
  /** Origins by which a configuration is judged. Default: 2. */
  readonly folds?: number | undefined;
  /**
   * `random`: every configuration is judged in full. `halving`: all with little training, the best third with three times as much, and so on
   * (successive halving; Jamieson and Talwalkar 2016, AISTATS). It needs `budget`. Default: `random`.
   */
  readonly method?: "random" | "halving" | undefined;
  /** What halving begins with, and ends with: an option of the forecaster such as `epochs`, and its least and largest value. */
  readonly budget?: { readonly option: string; readonly from: number; readonly to: number } | undefined;
  /** Values at the end of each series that the search does not see, on which the best is set against the forecaster as it is. Default: one horizon. */
  readonly holdOut?: number | undefined;
  /** Default: 0. */
  readonly seed?: number | undefined;
  /** Default: the thread of the caller. */
  readonly executor?: Executor | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onTrial?: ((trial: Trial, done: number, of: number) => void) | undefined;
}

export interface TuneResult {
  /** The configuration with the least score, ready to make a forecaster of. */
  readonly best: ForecasterConfig;
  /** The best first; of halving, those that came furthest first. */
  readonly trials: readonly Trial[];
  /** Scores on the values held out, of the best and of the forecaster as it was; undefined without any. */
  readonly heldOut?: { readonly best: number; readonly before: number } | undefined;
}

/** The share that goes on from one round of halving to the next. */
const KEPT = 3;

/**
 * Searches the options of a forecaster for those with the least MASE (or MAE) in a backtest of all series. The end of each series is held
 * out: what the search gains there is what it gains.
 *
 * @param makeJob what judges a configuration on another thread
 * @throws RecurraError `option`, and what the forecaster throws where every configuration fails
 */
export async function search(
  series: readonly Series[],
  options: TuneOptions,
  makeForecaster: TrialInput["make"],
  makeJob: Omit<Job, "input">,
): Promise<TuneResult> {
  const { forecaster, space, horizon, trials = 20, folds = 2, seed = 0, holdOut = horizon } = options;
  checkOptions(options);
  const seen = series.map((one) => sliceSeries(one, 0, one.values.length - holdOut));
  const random = new Random(seed);
  let configs = Array.from(
    { length: trials },
    (_, i): ForecasterConfig =>
      i === 0 ? forecaster : { ...forecaster, ...drawFrom(space, random.fold(i)) },
  );
  const rounds = roundsOf(options);
  const total = rounds.reduce((sum, _, round) => sum + Math.ceil(trials / KEPT ** round), 0);
  const results: Trial[] = [];
  let done = 0;
  for (const [round, budget] of rounds.entries()) {
    const inputs = configs.map((config) => ({
      config: budget === undefined ? config : { ...config, [budget.option]: budget.value },
      horizon,
      folds,
      seed,
    }));
    const judged = await judgeAll(inputs, seen, options, makeForecaster, makeJob, (trial) =>
      options.onTrial?.(trial, ++done, total),
    );
    const order = [...judged].sort((a, b) => a.score - b.score);
    const kept = round === rounds.length - 1 ? order.length : Math.ceil(trials / KEPT ** (round + 1));
    results.unshift(...order);
    configs = order.slice(0, kept).map(({ config }) => config);
  }
  const last = results.filter(({ score }) => Number.isFinite(score));
  const [best] = last;
  if (best === undefined)
    throw new RecurraError(
      "tune",
      `No configuration of ${forecaster.name} could be fitted: ${results[0]?.error ?? ""}`,
    );
  if (holdOut === 0) return { best: best.config, trials: results };
  const final = { horizon, folds: Math.floor(holdOut / horizon), seed, series };
  const [tuned, before] = [
    await judge({ ...final, config: best.config, make: makeForecaster }),
    await judge({ ...final, config: forecaster, make: makeForecaster }),
  ];
  return { best: best.config, trials: results, heldOut: { best: tuned.score, before: before.score } };
}

async function judgeAll(
  inputs: readonly Omit<TrialInput, "series" | "make">[],
  series: readonly Series[],
  { executor, signal }: TuneOptions,
  make: TrialInput["make"],
  job: Omit<Job, "input">,
  onTrial: (trial: Trial) => void,
): Promise<Trial[]> {
  if (executor !== undefined) {
    const detached = series.map(detachedSeries);
    const jobs = inputs.map((input): Job => ({ ...job, input: { ...input, series: detached } }));
    return (await executor.run(jobs, { signal, onResult: (trial) => onTrial(trial as Trial) })) as Trial[];
  }
  const trials: Trial[] = [];
  for (const input of inputs) {
    signal?.throwIfAborted();
    const trial = await judge({ ...input, series, make });
    onTrial(trial);
    trials.push(trial);
  }
  return trials;
}

/** What each round sets the budget to; one round without a budget for a random search. */
function roundsOf({
  method,
  budget,
  trials = 20,
}: TuneOptions): ({ option: string; value: number } | undefined)[] {
  if (method !== "halving" || budget === undefined) return [undefined];
  const { option, from, to } = budget;
  const rounds = Math.max(1, Math.floor(Math.log(Math.min(to / from, trials)) / Math.log(KEPT)) + 1);
  return Array.from({ length: rounds }, (_, round) => ({
    option,
    value: Math.round(to / KEPT ** (rounds - 1 - round)),
  }));
}

function checkOptions({
  space,
  horizon,
  trials = 20,
  folds = 2,
  method,
  budget,
  holdOut = 0,
}: TuneOptions): void {
  const counts = { horizon, trials, folds };
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RecurraError("option", `tune: ${name} is ${value}; wanted a whole number from 1 on`);
  }
  if (Object.keys(space).length === 0)
    throw new RecurraError(
      "option",
      "tune: space names no option; wanted at least one, such as { units: integer(8, 64) }",
    );
  if (holdOut % horizon !== 0)
    throw new RecurraError(
      "option",
      `tune: holdOut is ${holdOut}; wanted whole horizons of ${horizon}, or 0`,
    );
  if (method === "halving" && budget === undefined)
    throw new RecurraError(
      "option",
      'tune: halving needs a budget, such as { option: "epochs", from: 5, to: 50 }',
    );
}

/** A configuration's options without its name, for people to read. */
export function optionsOf({
  name: _,
  ...options
}: ForecasterConfig): Readonly<Record<string, Json | undefined>> {
  return options;
}
