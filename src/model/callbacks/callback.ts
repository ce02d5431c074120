// What a callback is: hooks that fit calls while a model trains, and a state that outlasts a crash.

import type { NdArray } from "../../tensor/nd-array.ts";
import type { EvaluateOptions, Evaluation } from "../evaluate.ts";
import type { Logs } from "../history.ts";
import type { PredictOptions } from "../inference.ts";
import type { Json } from "../json.ts";
import type { ModelData } from "../model-data.ts";
import type { Network } from "../network.ts";

/** The model as callbacks use it. */
export interface TrainedModel extends Network {
  predict(x: ModelData, options?: PredictOptions): Promise<NdArray>;
  evaluate(x: ModelData, y?: ModelData, options?: EvaluateOptions): Promise<Evaluation>;
  /** Writes the model as a folder. */
  save(folder: string): Promise<void>;
}

/** A training as callbacks see it. */
export interface TrainingState {
  readonly model: TrainedModel;
  /** The names that the logs of an epoch will have. */
  readonly logNames: readonly string[];
  /** The epoch under way, counted from 0; before the first one begins, the one that will. */
  readonly epoch: number;
  /** Steps that the optimiser has taken since the model was compiled, over all trainings. */
  readonly steps: number;
  /** Whether this training goes on from a checkpoint, so that states are loaded after `onTrainBegin`. */
  readonly resumed: boolean;
  /**
   * The learning rate of the next step. A rate that is set replaces it for the steps that follow, also in later trainings.
   * @throws RecurraError `learning-rate-schedule` when it is set while a schedule gives the rate; `option-value` for anything
   * but a number from 0 up
   */
  learningRate: number;
  /** Set it to end the training after the current step. */
  stop: boolean;
  /**
   * The loss's gradient by each trainable weight at the last step, as the optimiser took it up: before it was clipped. Keyed by
   * the weight's name in the model (`lstm_1/kernel`), row-major as the weight. The arrays are views that the next step overwrites.
   */
  gradients(): Readonly<Record<string, Float32Array>>;
  /**
   * How much the loss of the last batch depends on the hidden state of each recurrent layer at each time step: the norm
   * ‖∂L/∂h_t‖ over batch and units, [T] by layer name. Runs a graph of its own. Missing where the training cannot tell.
   */
  stateGradientNorms?(): Promise<Readonly<Record<string, Float32Array | Float64Array>>>;
  /** Prints a line of its own where progress is shown, on standard error; nothing where `verbose` is "silent". */
  say(text: string): void;
}

/** What a callback must remember for a training to go on as though it had never been cut short. */
export interface CallbackState {
  readonly json: Json;
  /** Numbers that are to come back bit by bit, such as weights. They are copied when they are saved. */
  readonly arrays?: Readonly<Record<string, NdArray>> | undefined;
}

/**
 * Is called while a model trains. Every method is optional; each call is waited for.
 *
 * One that remembers something from epoch to epoch has `saveState` and `loadState`. A checkpoint takes the state after all
 * callbacks have been called for a step or an epoch; a training that goes on from it calls `onTrainBegin`, then `loadState`.
 */
export interface Callback {
  /** Under which a checkpoint keeps its state. Default: the name of its class, numbered where there are several of one. */
  readonly name?: string | undefined;
  onTrainBegin?(training: TrainingState): void | Promise<void>;
  onEpochBegin?(epoch: number, training: TrainingState): void | Promise<void>;
  /** Steps are counted from 0 in each epoch. */
  onBatchBegin?(step: number, training: TrainingState): void | Promise<void>;
  /** The logs are means over the epoch so far. */
  onBatchEnd?(step: number, logs: Logs, training: TrainingState): void | Promise<void>;
  /** Not called for an epoch that Ctrl-C cuts short. */
  onEpochEnd?(epoch: number, logs: Logs, training: TrainingState): void | Promise<void>;
  /** Not called where an error ends the training. */
  onTrainEnd?(training: TrainingState): void | Promise<void>;
  saveState?(): CallbackState | Promise<CallbackState>;
  loadState?(state: CallbackState, training: TrainingState): void | Promise<void>;
}

/** The names of the hooks, in the order in which they are called. */
export const hookNames = [
  "onTrainBegin",
  "onEpochBegin",
  "onBatchBegin",
  "onBatchEnd",
  "onEpochEnd",
  "onTrainEnd",
] as const satisfies readonly (keyof Callback)[];

/** The names of the methods that keep a state. */
export const stateNames = ["saveState", "loadState"] as const satisfies readonly (keyof Callback)[];
