// A forecaster whose intervals come from its own errors on the end of the training data.

import { joinPath } from "#platform";
import { backtest, foldsThatFit } from "../evaluate/backtest.ts";
import { naiveScale } from "../evaluate/metrics.ts";
import type { FitOptions, Fitted, Forecaster, PredictOptions } from "../forecasters/forecaster.ts";
import { INNER, writeRecord } from "../forecasters/record.ts";
import type { Series } from "../observed/series.ts";
import { type Calibration, calibrate, conformalIntervals, REFERENCE_LEVEL } from "./calibration.ts";
import { pastErrors } from "./fold-forecasts.ts";
import { Wrapped } from "./wrapped.ts";

export interface ConformalOptions {
  /** How many forecasts of the past are made for each series, one horizon apart; fewer where they do not fit. Default: 4. */
  readonly folds?: number | undefined;
}

/**
 * The same forecasts with conformal intervals: the forecaster is backtested within the training data, and its errors there, of all
 * series, say how wide the intervals are (see {@link conformalIntervals}). Where no series is long enough for a backtest there are no
 * intervals.
 */
export function conformal(forecaster: Forecaster, { folds = 4 }: ConformalOptions = {}): Forecaster {
  return new Conformal(forecaster, folds);
}

class Conformal extends Wrapped {
  readonly #folds: number;

  constructor(inner: Forecaster, folds: number) {
    super(inner, "conformal", { folds });
    this.#folds = folds;
  }

  async fit(training: readonly Series[], options: FitOptions): Promise<Fitted> {
    const { horizon, seed = 0 } = options;
    const foldsOf = training.map((series) =>
      foldsThatFit(
        series.values.length,
        horizon,
        this.#folds,
        Math.max(this.inner.need(series, { horizon, seed }).rows, series.season + 1),
      ),
    );
    const past = await backtest(training, [this.inner], {
      ...options,
      onError: "skip",
      levels: [REFERENCE_LEVEL],
      foldsOf,
      onProgress: ({ share, epoch }) => options.onProgress?.({ share: share * 0.8, epoch }),
    });
    const fitted = await this.inner.fit(training, {
      ...options,
      onProgress: ({ share, epoch }) => options.onProgress?.({ share: 0.8 + share * 0.2, epoch }),
    });
    const scales = training.map((series) => naiveScale(series.values, series.season).absolute);
    return conformalFitted(this, fitted, calibrate(pastErrors(past.folds, this.inner.name), horizon), scales);
  }
}

/** A fitted forecaster with the errors it made in the past. @param scales of each series, in the units of the calibration */
export function conformalFitted(
  forecaster: Forecaster,
  fitted: Fitted,
  calibration: Calibration | undefined,
  scales: readonly number[],
): Fitted {
  return {
    forecaster,
    failures: fitted.failures,
    takesOthers: fitted.takesOthers,
    async predict(options: PredictOptions = {}) {
      const { levels = [], series } = options;
      const forecasts = await fitted.predict({ ...options, levels: [REFERENCE_LEVEL] });
      return forecasts.map((forecast, i) => {
        if (forecast === undefined || calibration === undefined) return forecast;
        const other = series?.[i];
        const scale = other === undefined ? scales[i] : naiveScale(other.values, other.season).absolute;
        return { ...forecast, intervals: conformalIntervals(forecast, scale ?? 0, calibration, levels) };
      });
    },
    ...(fitted.fittedValues === undefined ? {} : { fittedValues: () => fitted.fittedValues?.() ?? [] }),
    describe: (index) => ({ ...fitted.describe(index), intervals: "conformal" }),
    save: (folder) =>
      writeRecord(folder, { config: forecaster.config, calibration, scales }, (into) =>
        fitted.save(joinPath(into, INNER)),
      ),
  };
}
