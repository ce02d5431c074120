// What a forecast consists of: the figures that documents, charts and reports are made from.

import type { Table } from "../../data/table.ts";
import type { TimeStyle } from "../../data/time-style.ts";
import type { Fold } from "../evaluate/backtest.ts";
import type { Metrics } from "../evaluate/metrics.ts";
import type { Fitted } from "../forecasters/forecaster.ts";
import type { Description, Forecast } from "../forecasters/local-model.ts";
import type { Frequency } from "../observed/calendar.ts";
import type { Series } from "../observed/series.ts";

/** The forecast of one series. */
export interface SeriesForecast {
  readonly series: Series;
  readonly folds: readonly Fold[];
  /** [H] */
  readonly times: Float64Array;
  readonly forecast: Forecast;
  /** [T] What the model expected of each value from those before it; missing where it has no such thing. */
  readonly fittedValues?: Float64Array | undefined;
  readonly description: Description;
}

/** A series that could not be forecast. */
export interface SkippedSeries {
  readonly series: string;
  readonly reason: string;
}

/** All that a forecast consists of. */
export interface ForecastParts {
  readonly table: Table;
  readonly style: TimeStyle;
  readonly frequency: Frequency;
  readonly horizon: number;
  /** Levels of the intervals in percent. */
  readonly levels: readonly number[];
  readonly seed: number;
  /** What made the forecast: a model, or the combination. */
  readonly model: string;
  /** Of each model and baseline, pooled over all points of all folds of all series. Empty without folds. */
  readonly metrics: ReadonlyMap<string, Metrics>;
  readonly series: readonly SeriesForecast[];
  readonly skipped: readonly SkippedSeries[];
  readonly fitted: Fitted;
  /** What was assumed, in sentences for the user. */
  readonly notes: readonly string[];
  /** What a person may want to do about it, in sentences. */
  readonly advice: readonly string[];
  /** Seconds, by what they were spent on. */
  readonly timing: Readonly<Record<string, number>>;
}
