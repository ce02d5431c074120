// What a model of one series is: pure functions from a series to a state, and from the state to forecasts.

import type { Series } from "../observed/series.ts";

/** What a forecaster is told beside the series. */
export interface Task {
  /** How many steps ahead it will be asked for. */
  readonly horizon: number;
  /** Whatever is random in the fit comes from this seed. */
  readonly seed: number;
}

/** How many values a series must have to be fitted, and what they are needed for, such as `two seasons of 12`. */
export interface Need {
  readonly rows: number;
  readonly because: string;
}

/** The interval in which a value is expected to lie with a probability of `level` percent. */
export interface Interval {
  /** In percent: 80, 95. */
  readonly level: number;
  /** [H] */
  readonly lower: Float64Array;
  /** [H] */
  readonly upper: Float64Array;
}

/** What is expected of the steps after a series. */
export interface Forecast {
  /** [H] */
  readonly mean: Float64Array;
  /** In the order of the levels asked for. */
  readonly intervals: readonly Interval[];
}

/** What is asked of a fitted model. */
export interface Ask {
  /** Steps ahead. */
  readonly horizon: number;
  /** Levels of the intervals in percent, between 0 and 100. */
  readonly levels: readonly number[];
  /** The horizon's values of the covariates known ahead, [H] each; empty where the series has none. */
  readonly future: Readonly<Record<string, Float64Array>>;
}

/** Sizes, settings, figures of a fit, for reports and JSON. */
export type Description = Readonly<Record<string, string | number | boolean>>;

/** Plain data that survives JSON and travels between threads: finite numbers, texts, lists. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * A model of one series. Its functions are pure: a fit depends on nothing but the series and the task, so that fits can run on any
 * thread, and a state is plain data, so that it can be saved as it is.
 */
export interface LocalModel<State = unknown> {
  /** What it is called in tables and files: kebab-case, such as `seasonal-naive`. */
  readonly name: string;
  /** Whether it takes series with missing values (NaN). */
  readonly takesMissing?: boolean;
  /** Whether it uses covariates that are known ahead. */
  readonly usesFuture?: boolean;
  need(series: Pick<Series, "season">, task: Task): Need;
  /**
   * @throws RecurraError that says what is wrong with the values, without the series' name (the caller adds it).
   */
  fit(series: Series, task: Task): State;
  forecast(state: State, ask: Ask): Forecast;
  describe?(state: State): Description;
  /** The state after other values of the same series, with the parameters as they are. */
  update?(state: State, series: Series): State;
  /** [T] What was expected of each value from those before it; NaN where nothing was. */
  fitted?(state: State, series: Series): Float64Array;
}
