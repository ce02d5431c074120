// What `import … from "recurra/series"` gives: tables of series, forecasts of them, and their parts.

export { airlinePassengers } from "../data/packaged.ts";
export { type ReadTableOptions, readTable } from "../data/read-table.ts";
export { type RawColumn, type RawTable, type Table, type TableColumns, tableOf } from "../data/table.ts";
export { formatTime, type TimeStyle } from "../data/time-style.ts";
export { type BacktestOptions, backtest, type Fold } from "./backtest.ts";
export { naive, seasonalNaive } from "./baselines.ts";
export { addSteps, type Frequency, frequencyName } from "./calendar.ts";
export type { ForecastDocument, ForecastPoint } from "./document.ts";
export { type ForecastOptions, type ForecastProgress, forecast } from "./forecast.ts";
export type { EpochReport, FitOptions, Fitted, Forecaster } from "./forecaster.ts";
export { inferFrequency } from "./frequency.ts";
export { type Metrics, metrics, naiveScale } from "./metrics.ts";
export type { RecurrentKind } from "./network.ts";
export type { ForecastParts, SeriesForecast } from "./parts.ts";
export { type RecurrentConfig, recurrent } from "./recurrent.ts";
export type { ForecastResult } from "./result.ts";
export { detectSeason, isSeasonal } from "./season.ts";
export { type Series, type SeriesSet, seriesOf } from "./series.ts";
