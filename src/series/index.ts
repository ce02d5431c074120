// What `import … from "recurra/series"` gives: series of tables, forecasters of them, their evaluation, and the whole job.

export { airlinePassengers } from "../data/packaged.ts";
export { type ReadTableOptions, readTable, type TableSource } from "../data/read-table.ts";
export { type RawTable, type Table, type TableColumns, tableOf } from "../data/table.ts";
export { formatTime, type TimeStyle } from "../data/time-style.ts";
export type { Executor, Job, RunOptions } from "../jobs/executor.ts";
export { workerThreads } from "../jobs/worker-threads.ts";
export { acf, pacf } from "../numeric/autocorrelation.ts";
export { backtestTable } from "./backtest-table.ts";
export { SeriesClassifier } from "./classify/classifier.ts";
export { classifySeries } from "./classify/classify-series.ts";
export {
  type LabelledWindows,
  type LabelWindowsOptions,
  labelWindows,
  splitByTime,
} from "./classify/label-windows.ts";
export type { ClassifierChoice, ClassifierName } from "./classify/methods.ts";
export { type AutomaticOptions, automatic } from "./compose/automatic.ts";
export { type Bounds, bounded } from "./compose/bounds.ts";
export {
  type Calibration,
  calibrate,
  conformalIntervals,
  type PastErrors,
} from "./compose/calibration.ts";
export { type CombinationMethod, type CombinationOptions, combination } from "./compose/combination.ts";
export { type ConformalOptions, conformal } from "./compose/conformal.ts";
export { decomposeClassical } from "./decompose/classical.ts";
export type { Composition, Decomposition } from "./decompose/decomposition.ts";
export { decomposeMstl, type MstlDecomposition, type MstlOptions } from "./decompose/mstl.ts";
export { dominantPeriods, type Periodogram, periodogram } from "./decompose/periodogram.ts";
export { detectSeason, isSeasonal } from "./decompose/season.ts";
export { decomposeStl, type StlDecomposition, type StlOptions } from "./decompose/stl.ts";
export { type DecomposeOptions, decomposeTable } from "./decompose-table.ts";
export {
  type Backtest,
  type BacktestOptions,
  backtest,
  type Fold,
  metricsOf,
  ranked,
} from "./evaluate/backtest.ts";
export { crpsNormal, crpsSamples } from "./evaluate/crps.ts";
export { type Diagnostics, diagnose, type LjungBox, ljungBox } from "./evaluate/diagnostics.ts";
export {
  type DieboldMariano,
  type DieboldMarianoOptions,
  dieboldMariano,
} from "./evaluate/diebold-mariano.ts";
export {
  type Metrics,
  metrics,
  type NaiveScale,
  naiveScale,
  owa,
  PooledErrors,
  pinballLoss,
} from "./evaluate/metrics.ts";
export { type Evaluation, type EvaluationOptions, evaluateModels } from "./evaluation.ts";
export { type Forecasters, forecasters } from "./factories.ts";
export { type ForecastOptions, type ForecastProgress, forecast } from "./forecast.ts";
export type {
  EpochReport,
  Failure,
  FitOptions,
  FitProgress,
  Fitted,
  Forecaster,
  ForecasterConfig,
  PredictOptions,
} from "./forecasters/forecaster.ts";
export { LocalForecaster } from "./forecasters/local-forecaster.ts";
export type { Ask, Forecast, Interval, LocalModel, Need, Task } from "./forecasters/local-model.ts";
export { addSteps, type Frequency, frequencyName } from "./observed/calendar.ts";
export {
  type CalendarFeature,
  calendarFeatureNames,
  calendarFeatures,
  withCalendar,
} from "./observed/calendar-features.ts";
export { fillMissing } from "./observed/fill.ts";
export { inferFrequency } from "./observed/frequency.ts";
export { type SeriesSet, type SeriesSetOptions, seriesOf } from "./observed/from-table.ts";
export { type ReadSeriesOptions, readSeries } from "./observed/read-series.ts";
export {
  type Covariates,
  type Series,
  type SeriesOptions,
  sliceSeries,
  timeSeries,
} from "./observed/series.ts";
export {
  type ForecasterName,
  type ForecasterOptions,
  forecasterNames,
  loadForecaster,
  makeForecaster,
} from "./registry.ts";
export type { BacktestResult } from "./report/backtest-result.ts";
export type { DecompositionResult, SeriesDecomposition } from "./report/decomposition-result.ts";
export type { ForecastDocument, ForecastPoint } from "./report/document.ts";
export type { ForecastParts, SeriesForecast, SkippedSeries } from "./report/parts.ts";
export type { ForecastResult } from "./report/result.ts";
export { boxCox, guerreroLambda, inverseBoxCox, likelihoodLambda } from "./scalers/box-cox.ts";
export { boxCoxScaler, logScaler } from "./scalers/curves.ts";
export { differenceScaler, seasonalDifferenceScaler } from "./scalers/differences.ts";
export { minMaxScaler, robustScaler, standardScaler } from "./scalers/linear.ts";
export { scalerPipeline } from "./scalers/pipeline.ts";
export type { FittedScaler, Scaler, ScalerState } from "./scalers/scaler.ts";
export { fittedScaler, scalerNames, scalerOf } from "./scalers/scaler-table.ts";
export { components } from "./state-space/components.ts";
export {
  FittedHiddenMarkovModel,
  HiddenMarkovModel,
  hiddenMarkovModel,
} from "./state-space/hidden-markov-model.ts";
export { kalmanFilter, kalmanForecast } from "./state-space/kalman-filter.ts";
export { kalmanSmoother } from "./state-space/kalman-smoother.ts";
export type { StateSpace } from "./state-space/state-space.ts";
export type { TuneOptions, TuneResult } from "./tune/search.ts";
export { choice, type Dimension, integer, real, type SearchSpace } from "./tune/space.ts";
export type { Trial } from "./tune/trial.ts";
export { tune } from "./tune.ts";
