// Searching the options of a forecaster by its name.

import type { Series } from "./observed/series.ts";
import { makeForecaster } from "./registry.ts";
import { search, type TuneOptions, type TuneResult } from "./tune/search.ts";

/** The sources run as they are; what is built has other names. */
const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const TRIAL_JOB = {
  module: new URL(`./series-jobs${extension}`, import.meta.url).href,
  function: "judgeTrial",
};

/**
 * Searches the options of a forecaster: see {@link search}.
 *
 * @example
 * const { best } = await tune(series, {
 *   forecaster: { name: "lstm" },
 *   space: { units: integer(8, 64, { log: true }), learningRate: real(1e-4, 1e-2, { log: true }), lookback: choice(12, 24) },
 *   horizon: 12,
 *   executor: workerThreads(),
 * });
 */
export function tune(series: readonly Series[], options: TuneOptions): Promise<TuneResult> {
  return search(series, options, makeForecaster, TRIAL_JOB);
}
