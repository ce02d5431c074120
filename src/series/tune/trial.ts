// One configuration, judged by a backtest.

import { now } from "#platform";
import { RecurraError } from "../../platform/error.ts";
import { backtest } from "../evaluate/backtest.ts";
import type { Forecaster, ForecasterConfig } from "../forecasters/forecaster.ts";
import type { Series } from "../observed/series.ts";

export interface TrialInput {
  readonly config: ForecasterConfig;
  readonly series: readonly Series[];
  readonly horizon: number;
  readonly folds: number;
  readonly seed: number;
  readonly make: (config: ForecasterConfig) => Forecaster;
}

/** How a configuration did. */
export interface Trial {
  readonly config: ForecasterConfig;
  /** MASE over all folds and series, or MAE where it is undefined; infinite where the configuration fails. */
  readonly score: number;
  readonly seconds: number;
  /** Why it fails. */
  readonly error?: string | undefined;
}

/** Backtests a configuration. What is wrong with it is part of the result: a search goes on. */
export async function judge({ config, series, horizon, folds, seed, make }: TrialInput): Promise<Trial> {
  const began = now();
  const seconds = () => Math.round(now() - began) / 1000;
  try {
    const forecaster = make(config);
    const { metrics } = await backtest(series, [forecaster], { horizon, folds, seed });
    const { mase = Number.NaN, mae = Number.NaN } = metrics.get(forecaster.name) ?? {};
    const score = Number.isFinite(mase) ? mase : mae;
    return { config, score: Number.isNaN(score) ? Number.POSITIVE_INFINITY : score, seconds: seconds() };
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    return { config, score: Number.POSITIVE_INFINITY, seconds: seconds(), error: error.message };
  }
}
