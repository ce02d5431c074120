// What a forecast consists of: the figures that documents, charts and reports are made from.

import type { Table } from "../data/table.ts";
import type { TimeStyle } from "../data/time-style.ts";
import type { Fold } from "./backtest.ts";
import type { Frequency } from "./calendar.ts";
import type { Fitted } from "./forecaster.ts";
import type { Metrics } from "./metrics.ts";
import type { Series } from "./series.ts";

/** The forecast of one series. */
export interface SeriesForecast {
  readonly series: Series;
  /** In steps; 1 for none. */
  readonly season: number;
  readonly folds: readonly Fold[];
  /** [H] */
  readonly times: Float64Array;
  /** [H] */
  readonly values: Float64Array;
  readonly fitted: Fitted;
}

/** All that a forecast consists of. */
export interface ForecastParts {
  readonly table: Table;
  readonly style: TimeStyle;
  readonly frequency: Frequency;
  readonly horizon: number;
  readonly seed: number;
  /** The model that made the forecast. */
  readonly model: string;
  /** Of each model and baseline, pooled over all points of all folds of all series. Empty without folds. */
  readonly metrics: ReadonlyMap<string, Metrics>;
  readonly series: readonly SeriesForecast[];
  /** What was assumed, in sentences for the user. */
  readonly notes: readonly string[];
  /** Seconds, by what they were spent on. */
  readonly timing: Readonly<Record<string, number>>;
}
