// The progress of forecasts and backtests in words.

import { displayNumber } from "../../report/numbers.ts";
import type { ForecastProgress } from "../../series/forecast.ts";
import { displayName } from "../../series/report/names.ts";
import type { WorkProgress } from "../progress.ts";

export function progressOf({ share, forecaster, fold, folds, epoch }: ForecastProgress): WorkProgress {
  const what = fold === undefined ? "forecast" : `backtest ${fold} of ${folds}`;
  return {
    share,
    label: `${displayName(forecaster)}, ${what}`,
    detail: epoch === undefined ? undefined : `loss ${displayNumber(epoch.loss)}`,
  };
}
