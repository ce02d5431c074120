// fit: the training loop over epochs and batches.

import { onInterrupt } from "#platform";
import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { type ArrayLike, inOrder, RowBuffer } from "./batches.ts";
import type { Callback, Logs, TrainingState } from "./callbacks.ts";
import { evaluateArrays } from "./evaluate.ts";
import type { Model } from "./model.ts";
import { Progress, type Verbosity } from "./progress.ts";
import { classSampleWeight } from "./sample-weight.ts";

export interface FitOptions {
  /** Rows in a step. Default 32. */
  readonly batchSize?: number;
  /** The epoch at which training ends. Default 1. */
  readonly epochs?: number;
  /** The epoch with which it begins, counted from 0; goes on with the weights as they are. Default 0. */
  readonly initialEpoch?: number;
  /** The share of the rows, taken from the end before shuffling, that is held out and evaluated after each epoch. Default 0. */
  readonly validationSplit?: number;
  /** Held-out data, [x, y] or [x, y, sampleWeight]; goes before `validationSplit`. */
  readonly validationData?: readonly [x: ArrayLike, y: ArrayLike, sampleWeight?: ArrayLike];
  /** Draw the rows in a new order each epoch. Default true. */
  readonly shuffle?: boolean;
  readonly callbacks?: readonly Callback[];
  /** Weight of each class in the loss, by its number. */
  readonly classWeight?: Readonly<Record<number, number>>;
  /** Weight of each row in the loss: [N]. */
  readonly sampleWeight?: ArrayLike;
  /** What is printed on standard error. Default "auto": a bar on a terminal, a line an epoch elsewhere. */
  readonly verbose?: Verbosity;
}

/** What a training recorded. */
export interface History {
  /** For each epoch its number, counted from 0. */
  readonly epochs: number[];
  /** For each logged quantity its value after each epoch. */
  readonly logs: Record<string, number[]>;
  /** True if Ctrl-C ended the training. */
  interrupted: boolean;
}

interface Rows {
  readonly x: NdArray;
  readonly y: NdArray;
  readonly weight: NdArray | undefined;
}

function positive(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RecurraError("fit-option", `fit: ${name} is a positive whole number, got ${value}`);
  }
}

/** See {@link Model.fit}. */
export async function fitModel(model: Model, x: ArrayLike, y: ArrayLike, options: FitOptions): Promise<History> {
  const { batchSize = 32, epochs = 1, initialEpoch = 0, shuffle = true, callbacks = [], verbose = "auto" } = options;
  positive("batchSize", batchSize);
  positive("epochs", epochs);
  const trainer = model.trainer();
  const { training, validation } = splitRows(prepare(model, x, y, options), prepareValidation(model, options), options);
  const count = training.x.shape[0] ?? 0;
  if (count === 0) throw new RecurraError("no-rows", "fit: there are no rows to train on");

  const steps = Math.ceil(count / batchSize);
  const sources = [training.x, training.y, ...(training.weight === undefined ? [] : [training.weight])];
  const buffersFor = (rows: number) => sources.map((source) => new RowBuffer(rows, source));
  const [full, last] = [buffersFor(Math.min(batchSize, count)), buffersFor(count - (steps - 1) * batchSize)];
  const progress = new Progress(verbose, epochs, steps, initialEpoch);
  const history: History = { epochs: [], logs: {}, interrupted: false };
  const state: TrainingState = { model, stop: false };
  const stopListening = onInterrupt(() => {
    if (!history.interrupted) progress.say("Interrupted: ending after this step; what is trained is kept.");
    history.interrupted = true;
    state.stop = true;
  });
  const call = async (run: (callback: Callback) => void | Promise<void> | undefined) => {
    for (const callback of callbacks) await run(callback);
  };
  try {
    await call((callback) => callback.onTrainBegin?.(state));
    for (let epoch = initialEpoch; epoch < epochs && !state.stop; epoch++) {
      await call((callback) => callback.onEpochBegin?.(epoch, state));
      progress.beginEpoch();
      const order = shuffle ? new Random(model.seed).fold(1).fold(epoch).permutation(count) : inOrder(count);
      const meter = trainer.meter();
      for (let step = 0; step < steps && !state.stop; step++) {
        const buffers = step === steps - 1 ? last : full;
        const [bx, by, bw] = buffers.map((buffer, i) => buffer.fill(sources[i] ?? training.x, order, step * batchSize));
        if (bx === undefined || by === undefined) throw new TypeError("a batch has inputs and targets");
        meter.add(await trainer.step({ x: bx, y: by, weight: bw }), bx.shape[0] ?? 0);
        progress.step(epoch, step + 1, () => meter.loss);
        await call((callback) => callback.onBatchEnd?.(step, meter.logs(), state));
      }
      const logs: Record<string, number> = { ...meter.logs() };
      if (validation !== undefined && !history.interrupted) {
        for (const [name, value] of Object.entries(await evaluateArrays(model, validation, batchSize))) logs[`val_${name}`] = value;
      }
      record(history, epoch, logs);
      progress.endEpoch(epoch, logs);
      await call((callback) => callback.onEpochEnd?.(epoch, logs, state));
    }
    await call((callback) => callback.onTrainEnd?.(state));
  } finally {
    stopListening();
  }
  model.history = history;
  return history;
}

function record(history: History, epoch: number, logs: Logs): void {
  history.epochs.push(epoch);
  for (const [name, value] of Object.entries(logs)) {
    history.logs[name] ??= [];
    history.logs[name].push(value);
  }
}

function prepare(model: Model, x: ArrayLike, y: ArrayLike, { classWeight, sampleWeight }: FitOptions): Rows {
  const inputs = model.checkInput("x", x);
  const [count = 0] = inputs.shape;
  const targets = model.trainer().checkTargets("y", y, count);
  const given = sampleWeight === undefined ? undefined : model.trainer().checkSampleWeight("sampleWeight", sampleWeight, count);
  return { x: inputs, y: targets, weight: classSampleWeight(targets, classWeight, given) };
}

function prepareValidation(model: Model, { validationData }: FitOptions): Rows | undefined {
  if (validationData === undefined) return undefined;
  const [x, y, weight] = validationData;
  const inputs = model.checkInput("validationData[0]", x);
  const [count = 0] = inputs.shape;
  const trainer = model.trainer();
  return {
    x: inputs,
    y: trainer.checkTargets("validationData[1]", y, count),
    weight: weight === undefined ? undefined : trainer.checkSampleWeight("validationData[2]", weight, count),
  };
}

/** Cuts the validation share off the end of the rows. */
function splitRows(all: Rows, given: Rows | undefined, { validationSplit = 0 }: FitOptions) {
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new RecurraError("fit-option", `fit: validationSplit is in [0, 1), got ${validationSplit}`);
  }
  if (given !== undefined || validationSplit === 0) return { training: all, validation: given };
  const [count = 0] = all.x.shape;
  const cut = Math.floor(count * (1 - validationSplit));
  if (cut === 0 || cut === count) {
    throw new RecurraError("fit-option", `fit: validationSplit ${validationSplit} of ${count} rows leaves one part empty`);
  }
  const part = (start: number, end: number): Rows => ({
    x: all.x.rows(start, end),
    y: all.y.rows(start, end),
    weight: all.weight?.rows(start, end),
  });
  return { training: part(0, cut), validation: part(cut, count) };
}

