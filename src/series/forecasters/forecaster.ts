// The one interface of everything that forecasts: fit to series, predict what comes after them, save.

import type { Executor } from "../../jobs/executor.ts";
import type { RecurraError } from "../../platform/error.ts";
import type { Series } from "../observed/series.ts";
import type { Description, Forecast, Json, Need, Task } from "./local-model.ts";

/** The name of a forecaster and its options: makes it again, on another thread or from a file. */
export interface ForecasterConfig {
  readonly name: string;
  readonly [option: string]: Json | undefined;
}

export interface FitOptions {
  /** How many steps ahead it will be asked for. */
  readonly horizon: number;
  /** Whatever is random in the fit comes from this seed. Default: 0. */
  readonly seed?: number | undefined;
  /** What happens when one of the series cannot be fitted. Default: `throw`. */
  readonly onError?: "throw" | "skip" | undefined;
  /** Where fits of many series go. Default: the thread of the caller. */
  readonly executor?: Executor | undefined;
  /** Ends the fit as soon as possible when it is aborted; the fit then rejects. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: FitProgress) => void) | undefined;
}

/** How far a fit is. */
export interface FitProgress {
  /** From 0 to 1. */
  readonly share: number;
  /** The epoch just ended, of forecasters that train in epochs. */
  readonly epoch?: EpochReport | undefined;
}

export interface EpochReport {
  /** From 1 on. */
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
}

export interface PredictOptions {
  /** Steps ahead. Default: as many as the fit was told; models whose output has that length refuse more. */
  readonly horizon?: number | undefined;
  /** Levels of the intervals in percent, such as 80. Default: none. */
  readonly levels?: readonly number[] | undefined;
  /**
   * The series to forecast from their ends. Default: those it was fitted to. A model of each series by itself takes the same series
   * after other values, in the same order, where its kind can go on with the parameters that it has.
   */
  readonly series?: readonly Series[] | undefined;
}

/** A way to forecast, with its settings; knows no data. */
export interface Forecaster {
  /** What it is called in tables and files: kebab-case, such as `seasonal-naive`. */
  readonly name: string;
  readonly config: ForecasterConfig;
  /** Whether it takes series with missing values (NaN). */
  readonly takesMissing: boolean;
  need(series: Pick<Series, "season">, task: Task): Need;
  /** Fits to `training` and to nothing else: whatever it scales, centres or learns comes from there. */
  fit(training: readonly Series[], options: FitOptions): Promise<Fitted>;
}

/** A series that could not be fitted. */
export interface Failure {
  /** Its position among the series of the fit. */
  readonly index: number;
  readonly series: string;
  readonly error: RecurraError;
}

/** A forecaster that has seen its training data. */
export interface Fitted {
  readonly forecaster: Forecaster;
  readonly failures: readonly Failure[];
  /** Whether `predict` takes series other than those of the fit. */
  readonly takesOthers: boolean;
  /** A forecast of each series, in their order; undefined for one that could not be fitted. */
  predict(options?: PredictOptions): Promise<readonly (Forecast | undefined)[]>;
  /** [T] for each series: what was expected of each value from those before it, NaN where nothing was. Missing where it has no such thing. */
  fittedValues?(): readonly (Float64Array | undefined)[];
  /** What it is, for reports and JSON: of the series at `index` (default: the first), or of all where one model serves all. */
  describe(index?: number): Description;
  /** Writes it as the folder `folder`, which does not exist yet; `loadForecaster` reads it. */
  save(folder: string): Promise<void>;
}

/** Levels that make sense: percentages between 0 and 100, in ascending order. */
export function sortedLevels(levels: readonly number[]): readonly number[] {
  return [...new Set(levels)].sort((a, b) => a - b);
}
