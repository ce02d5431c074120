// The one interface of everything that forecasts a series.

import type { Series } from "./series.ts";

/** What a forecaster is told beside the series. */
export interface FitOptions {
  /** How many steps ahead it will be asked for. */
  readonly horizon: number;
  /** The season in steps; 1 for none. */
  readonly season: number;
  /** Whatever is random in the fit comes from this seed. */
  readonly seed: number;
  /** Ends the fit as soon as possible when it is aborted; the fit then rejects. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each epoch, by forecasters that train in epochs. */
  readonly onEpoch?: ((epoch: EpochReport) => void) | undefined;
}

export interface EpochReport {
  /** From 1 on. */
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
}

/** A way to forecast: fits to a series and then knows what comes after it. */
export interface Forecaster {
  /** What it is called in tables and files: kebab-case, such as `seasonal-naive`. */
  readonly name: string;
  /** How many values a series must have to be fitted, and what they are needed for, such as `lookback 24 + horizon 12`. */
  rowsNeeded(options: Pick<FitOptions, "horizon" | "season">): {
    readonly rows: number;
    readonly because: string;
  };
  /** Fits to `training` and to nothing else: whatever it scales, centres or learns comes from there. */
  fit(training: Series, options: FitOptions): Promise<Fitted>;
}

/** A forecaster that has seen its training data. */
export interface Fitted {
  /** [horizon] The values after the last of the training data. */
  predict(horizon: number): Float64Array | Promise<Float64Array>;
  /** Writes it as the folder `folder`, which does not exist yet. Missing where there is nothing to keep. */
  save?(folder: string): Promise<void>;
  /** What it is, for reports and JSON: sizes, settings, the final loss. */
  describe?(): Readonly<Record<string, string | number | boolean>>;
}
