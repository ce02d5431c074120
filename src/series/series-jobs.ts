// The kit's work as jobs for other threads: fitting series, and judging configurations.

import {
  fitLocal,
  type LocalFit,
  type LocalFitInput,
  LocalForecaster,
} from "./forecasters/local-forecaster.ts";
import { makeForecaster } from "./registry.ts";
import { judge, type Trial, type TrialInput } from "./tune/trial.ts";

/** Fits series with a model of one series. */
export function fitSeries({ config, task, series }: LocalFitInput): readonly LocalFit[] {
  const forecaster = makeForecaster(config);
  if (!(forecaster instanceof LocalForecaster))
    throw new TypeError(`${config.name} is no model of one series`);
  return series.map((one) => fitLocal(forecaster, one, task));
}

/** Backtests a configuration. */
export function judgeTrial(input: Omit<TrialInput, "make">): Promise<Trial> {
  return judge({ ...input, make: makeForecaster });
}
