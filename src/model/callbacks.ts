// Callbacks: what is told of a training's progress, and may change or end it. Each stands in a file of its own in callbacks/.

export type {
  Callback,
  CallbackState,
  TrainedModel,
  TrainingState,
} from "./callbacks/callback.ts";
export { CSVLogger, type CSVLoggerOptions } from "./callbacks/csv-logger.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./callbacks/early-stopping.ts";
export { GradientNorms, type GradientNormsOptions, type GradientRecord } from "./callbacks/gradient-norms.ts";
export { LambdaCallback } from "./callbacks/lambda-callback.ts";
export { type EpochSchedule, LearningRateScheduler } from "./callbacks/learning-rate-scheduler.ts";
export { ModelCheckpoint, type ModelCheckpointOptions } from "./callbacks/model-checkpoint.ts";
export type { MonitorOptions } from "./callbacks/monitor.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./callbacks/reduce-lr-on-plateau.ts";
export { Sampler, type SamplerOptions } from "./callbacks/sampler.ts";
export { checkCallbacks, loadStates, saveStates } from "./callbacks/state.ts";
export { TensorBoard, type TensorBoardOptions } from "./callbacks/tensorboard.ts";
export { type StoppedAt, TerminateOnNaN } from "./callbacks/terminate-on-nan.ts";
export type { Json } from "./json.ts";
