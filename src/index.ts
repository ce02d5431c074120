// What `import … from "recurra"` gives.

import "./graph/chain.ts";

export {
  type Callback,
  type CallbackState,
  CSVLogger,
  type CSVLoggerOptions,
  EarlyStopping,
  type EarlyStoppingOptions,
  type EpochSchedule,
  GradientNorms,
  type GradientNormsOptions,
  type GradientRecord,
  LambdaCallback,
  LearningRateScheduler,
  ModelCheckpoint,
  type ModelCheckpointOptions,
  type MonitorOptions,
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
  Sampler,
  type SamplerOptions,
  type StoppedAt,
  TensorBoard,
  type TensorBoardOptions,
  TerminateOnNaN,
  type TrainedModel,
  type TrainingState,
} from "./model/callbacks.ts";
export {
  type ArrayDatasetOptions,
  arrayDataset,
  type BatchingOptions,
} from "./model/datasets/array-dataset.ts";
export { type BucketOptions, bucketByLength } from "./model/datasets/bucket-by-length.ts";
export { type PadOptions, padSequences, type Sequence } from "./model/datasets/pad-sequences.ts";
export { type PrefetchOptions, prefetch } from "./model/datasets/prefetch.ts";
export { type StreamOptions, streamDataset } from "./model/datasets/stream-dataset.ts";
export { type WorkerDatasetOptions, workerDataset } from "./model/datasets/worker-dataset.ts";
export { type PlotOptions, plotModel } from "./model/drawing/plot-model.ts";
export type { EvaluateOptions, Evaluation } from "./model/evaluate.ts";
export type { FitOptions } from "./model/fit.ts";
export { type Functional, model } from "./model/functional.ts";
export type { History, Logs } from "./model/history.ts";
export type { Json } from "./model/json.ts";
export {
  findLearningRate,
  type LearningRateOptions,
  type LearningRateSweep,
} from "./model/learning-rate-finder.ts";
export { loadModel } from "./model/load.ts";
export { Model } from "./model/model.ts";
export type { ModelOptions } from "./model/network.ts";
export { Sequential, sequential } from "./model/sequential.ts";
export type { CompileModelOptions } from "./model/setup.ts";
export type { Batch, BatchData, Batches, Dataset } from "./model/source.ts";
export {
  type AttentionLayerTrace,
  type ModelLayerTrace,
  type ModelTrace,
  type OutputLayerTrace,
  type RecurrentLayerTrace,
  type TraceLayersOptions,
  traceLayers,
} from "./model/trace-layers.ts";
export type { Activation as ActivationChoice } from "./nn/activations.ts";
export { type Constraint, constraints } from "./nn/constraints.ts";
export type { Initializer } from "./nn/initializers.ts";
export { input } from "./nn/input.ts";
export {
  type CallContext,
  Layer,
  type LayerConfig,
  LayerState,
  type LayerTensor,
  Weight,
} from "./nn/layer.ts";
export { Cell, type CellStep, type Step, stepDropout } from "./nn/layers/cell.ts";
export * from "./nn/layers/classes.ts";
export { layers } from "./nn/layers/index.ts";
export { type Loss, type LossContext, type LossFunction, losses } from "./nn/losses.ts";
export {
  type ClassificationReport,
  type ClassScores,
  type ConfusionOptions,
  classificationReport,
  confusionMatrix,
  formatReport,
  type ReportOptions,
} from "./nn/metrics/report.ts";
export {
  type Accumulator,
  type Metric,
  type MetricChoice,
  type MetricConfig,
  metrics,
  type Statistics,
} from "./nn/metrics.ts";
export {
  gradualUnfreezing,
  layerwiseDecay,
  type Optimizer,
  type OptimizerChoice,
  optimizers,
  type ParameterGroup,
} from "./nn/optimizers/index.ts";
export { type Regularizer, regularizers } from "./nn/regularizers.ts";
export { type LearningRate, type ScheduleConfig, schedules } from "./nn/schedules.ts";
export { RecurraError } from "./platform/error.ts";
export type { DType } from "./tensor/dtype.ts";
export { NdArray, ndarray } from "./tensor/nd-array.ts";
export { Random } from "./tensor/random.ts";
