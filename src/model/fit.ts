// fit: the training loop over epochs and batches.

import { onInterrupt } from "#platform";
import { checkedNumber, checkOptionNames, describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import { Random } from "../tensor/random.ts";
import { type ArrayLike, checkBatchSize, inOrder, RowBuffer } from "./batches.ts";
import type { Callback, TrainedModel, TrainingState } from "./callbacks.ts";
import { evaluateRows } from "./evaluate.ts";
import { dataFingerprint } from "./fingerprint.ts";
import type { History, Logs } from "./history.ts";
import { Progress, type Verbosity, verbosities } from "./progress.ts";
import type { RowNames, Rows } from "./rows.ts";
import { type ClassWeight, checkClassWeight, classSampleWeight } from "./sample-weight.ts";
import type { Trainer } from "./training.ts";

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
  /** Weight of each class in the training loss, by its number; a class that is not named weighs 1. Not applied to validation data. */
  readonly classWeight?: ClassWeight;
  /** Weight of each row in the loss: [N]. */
  readonly sampleWeight?: ArrayLike;
  /** What is printed on standard error. Default "auto": a bar on a terminal, a line an epoch elsewhere. */
  readonly verbose?: Verbosity;
}

const optionNames: readonly (keyof FitOptions)[] = [
  "batchSize",
  "epochs",
  "initialEpoch",
  "validationSplit",
  "validationData",
  "shuffle",
  "callbacks",
  "classWeight",
  "sampleWeight",
  "verbose",
];

/** Fails for options that are unknown or out of range. */
function checkOptions(options: FitOptions): void {
  checkOptionNames("fit", options, optionNames);
  const {
    batchSize = 32,
    epochs = 1,
    initialEpoch = 0,
    validationSplit = 0,
    validationData,
    callbacks = [],
    verbose = "auto",
  } = options;
  checkBatchSize("fit", batchSize);
  checkedNumber(
    "fit: epochs",
    epochs,
    (value) => Number.isInteger(value) && value > 0,
    "a positive whole number",
  );
  checkedNumber(
    "fit: initialEpoch",
    initialEpoch,
    (value) => Number.isInteger(value) && value >= 0,
    "a whole number from 0 up",
  );
  checkedNumber("fit: validationSplit", validationSplit, (value) => value >= 0 && value < 1, "in [0, 1)");
  const isTuple =
    validationData === undefined || (Array.isArray(validationData) && [2, 3].includes(validationData.length));
  if (!isTuple)
    throw new RecurraError("fit-option", "fit: validationData is to be [x, y] or [x, y, sampleWeight]");
  if (
    !Array.isArray(callbacks) ||
    !callbacks.every((callback: unknown) => typeof callback === "object" && callback !== null)
  ) {
    throw new RecurraError(
      "fit-option",
      "fit: callbacks is to be a list of objects, such as [new EarlyStopping()]",
    );
  }
  if (!verbosities.includes(verbose)) {
    throw new RecurraError(
      "fit-option",
      `fit: verbose is to be one of ${verbosities.join(", ")}, got ${describe(verbose)}`,
    );
  }
  if (options.classWeight !== undefined) checkClassWeight(options.classWeight);
}

/** See {@link Model.fit}. */
export async function fitModel(
  model: TrainedModel,
  trainer: Trainer,
  x: ArrayLike,
  y: ArrayLike,
  options: FitOptions,
): Promise<History> {
  checkOptions(options);
  const {
    batchSize = 32,
    epochs = 1,
    initialEpoch = 0,
    shuffle = true,
    callbacks = [],
    verbose = "auto",
  } = options;
  const { training, validation } = prepare(trainer, x, y, options);
  const count = training.x.shape[0] ?? 0;

  const steps = Math.ceil(count / batchSize);
  const sources = [training.x, training.y, ...(training.weight === undefined ? [] : [training.weight])];
  const buffersFor = (rows: number) => sources.map((source) => new RowBuffer(rows, source));
  const [full, last] = [buffersFor(Math.min(batchSize, count)), buffersFor(count - (steps - 1) * batchSize)];
  const progress = new Progress(verbose, epochs, steps, initialEpoch);
  const data = await dataFingerprint(training);
  const history: History = { epochs: [], logs: {}, interrupted: false };
  const names = trainer.meter().names;
  const logNames = [...names, ...(validation === undefined ? [] : names.map((name) => `val_${name}`))];
  const state: TrainingState = { model, logNames, stop: false };
  const stopListening = onInterrupt(() => {
    stopListening(); // so that Ctrl-C again ends the program
    history.interrupted = true;
    state.stop = true;
    progress.say("Interrupted: ending after this step; what is trained is kept. Ctrl-C again ends at once.");
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
      let taken = 0;
      while (taken < steps && !state.stop) {
        const buffers = taken === steps - 1 ? last : full;
        const [bx, by, bw] = buffers.map((buffer, i) =>
          buffer.fill(sources[i] ?? training.x, order, taken * batchSize),
        );
        if (bx === undefined || by === undefined) throw new TypeError("a batch has inputs and targets");
        meter.add(await trainer.step({ x: bx, y: by, weight: bw }), bx.shape[0] ?? 0);
        taken++;
        progress.step(epoch, taken, () => meter.loss);
        await call((callback) => callback.onBatchEnd?.(taken - 1, meter.logs(), state));
      }
      if (taken === 0) break;
      const logs: Record<string, number> = { ...meter.logs() };
      const isCut = history.interrupted && (taken < steps || validation !== undefined);
      if (validation !== undefined && !isCut) {
        for (const [name, value] of Object.entries(await evaluateRows(trainer, validation, batchSize)))
          logs[`val_${name}`] = value;
      }
      record(history, epoch, logs);
      model.history = history;
      model.data = data;
      progress.endEpoch(epoch, taken, logs);
      if (!isCut) await call((callback) => callback.onEpochEnd?.(epoch, logs, state));
    }
    await call((callback) => callback.onTrainEnd?.(state));
  } finally {
    stopListening();
    progress.end();
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

/** The rows to train on and those held out, checked. */
function prepare(trainer: Trainer, x: ArrayLike, y: ArrayLike, options: FitOptions) {
  const { sampleWeight, classWeight, validationData, validationSplit = 0 } = options;
  const all = trainer.checkRows([x, y, sampleWeight]);
  const given = validationData === undefined ? undefined : trainer.checkRows(validationData, validationNames);
  const { training, validation } =
    given === undefined && validationSplit > 0
      ? splitRows(all, validationSplit)
      : { training: all, validation: given };
  return {
    training: { ...training, weight: classSampleWeight(training.y, classWeight, training.weight) },
    validation,
  };
}

const validationNames: RowNames = ["validationData[0]", "validationData[1]", "validationData[2]"];

/** Cuts the validation share off the end of the rows. */
function splitRows(all: Rows, share: number): { readonly training: Rows; readonly validation: Rows } {
  const [count = 0] = all.x.shape;
  const cut = Math.floor(count * (1 - share));
  if (cut === 0 || cut === count) {
    throw new RecurraError(
      "fit-option",
      `fit: validationSplit ${share} of ${count} rows leaves one part empty`,
    );
  }
  const part = (start: number, end: number): Rows => ({
    x: all.x.rows(start, end),
    y: all.y.rows(start, end),
    weight: all.weight?.rows(start, end),
  });
  return { training: part(0, cut), validation: part(cut, count) };
}
