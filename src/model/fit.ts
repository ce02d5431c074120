// fit: the training loop over epochs and batches.

import { onInterrupt } from "#platform";
import { checkedNumber, checkOptionNames, describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import { checkBatchSize } from "./batches.ts";
import {
  type Callback,
  checkCallbacks,
  loadStates,
  type TrainedModel,
  type TrainingState,
} from "./callbacks.ts";
import { Checkpoint, type CheckpointOptions, checkpointOptions } from "./checkpoint.ts";
import { evaluateBatches } from "./evaluate.ts";
import { dataFingerprint } from "./fingerprint.ts";
import type { DataFingerprint, History, Logs } from "./history.ts";
import type { ModelData } from "./model-data.ts";
import { Progress, type Verbosity, verbosities } from "./progress.ts";
import { countRows, type GivenRows, mapRows, type RowNames, type Rows } from "./rows.ts";
import { type ClassWeight, checkClassWeight, classSampleWeight } from "./sample-weight.ts";
import { ArraySource, type BatchData, type BatchSource, DatasetSource, isBatchData } from "./source.ts";
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
  /** Held-out data, [x, y] or [x, y, sampleWeight], or batches of it; goes before `validationSplit`. */
  readonly validationData?: readonly [x: ModelData, y?: ModelData, sampleWeight?: ModelData] | BatchData;
  /** Draw the rows in a new order each epoch. Default true. */
  readonly shuffle?: boolean;
  readonly callbacks?: readonly Callback[];
  /** Weight of each class in the training loss, by its number; a class that is not named weighs 1. Not applied to validation data. */
  readonly classWeight?: ClassWeight;
  /** Weight of each row in the loss: [N]; for several outputs one array for all of them, or one for each. */
  readonly sampleWeight?: ModelData;
  /** Batches that make an epoch, where the data come in batches. Default: all that there are. */
  readonly stepsPerEpoch?: number;
  /**
   * A file that holds all that the training has come to, written after each epoch, or every so many steps. Where it is there already,
   * the training goes on from it, to the very same weights and history as though it had never been cut short.
   */
  readonly checkpoint?: string | CheckpointOptions;
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
  "stepsPerEpoch",
  "checkpoint",
  "verbose",
];

const isCount = (value: number): boolean => Number.isInteger(value) && value > 0;

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
  checkedNumber("fit: epochs", epochs, isCount, "a positive whole number");
  if (options.stepsPerEpoch !== undefined)
    checkedNumber("fit: stepsPerEpoch", options.stepsPerEpoch, isCount, "a positive whole number");
  checkedNumber(
    "fit: initialEpoch",
    initialEpoch,
    (value) => Number.isInteger(value) && value >= 0,
    "a whole number from 0 up",
  );
  checkedNumber("fit: validationSplit", validationSplit, (value) => value >= 0 && value < 1, "in [0, 1)");
  const isTuple =
    validationData === undefined ||
    isBatchData(validationData) ||
    (Array.isArray(validationData) && [2, 3].includes(validationData.length));
  if (!isTuple)
    throw new RecurraError(
      "fit-option",
      "fit: validationData is to be [x, y] or [x, y, sampleWeight], or batches",
    );
  if (!Array.isArray(callbacks)) {
    throw new RecurraError(
      "fit-option",
      "fit: callbacks is to be a list of objects, such as [new EarlyStopping()]",
    );
  }
  checkCallbacks(callbacks);
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
  x: ModelData | BatchData,
  y: ModelData | undefined,
  options: FitOptions,
): Promise<History> {
  checkOptions(options);
  const { batchSize = 32, epochs = 1, initialEpoch = 0, callbacks = [], verbose = "auto" } = options;
  const { training, validation, data } = await prepare(model, trainer, x, y, options);
  const checkpoint =
    options.checkpoint === undefined
      ? undefined
      : new Checkpoint(checkpointOptions(options.checkpoint), { model, trainer, callbacks, batchSize, data });
  const resumed = await checkpoint?.read();
  const firstEpoch = resumed?.epoch ?? initialEpoch;

  const history: History = resumed?.history ?? { epochs: [], logs: {}, interrupted: false };
  const progress = new Progress(verbose, epochs, training.steps, firstEpoch);
  const { names } = trainer.meter();
  const run = {
    model,
    logNames: [...names, ...(validation === undefined ? [] : names.map((name) => `val_${name}`))],
    epoch: firstEpoch,
    resumed: resumed !== undefined,
    stop: false,
    get steps() {
      return trainer.steps;
    },
    get learningRate() {
      return trainer.learningRate;
    },
    set learningRate(rate: number) {
      trainer.learningRate = rate;
    },
    gradients: () => trainer.gradients(),
    stateGradientNorms: () => trainer.stateGradientNorms(),
    say: (text: string) => progress.say(text),
  } satisfies TrainingState;
  const state: TrainingState = run;
  const stopListening = onInterrupt(() => {
    stopListening(); // so that Ctrl-C again ends the program
    history.interrupted = true;
    state.stop = true;
    progress.say("Interrupted: ending after this step; what is trained is kept. Ctrl-C again ends at once.");
  });
  // Some metrics take long to work out, so the logs of a batch are made only where they are read.
  const watchesBatches = callbacks.some(({ onBatchEnd }) => onBatchEnd !== undefined);
  const call = async (hook: (callback: Callback) => void | Promise<void> | undefined) => {
    for (const callback of callbacks) await hook(callback);
  };
  try {
    await call((callback) => callback.onTrainBegin?.(state));
    if (resumed !== undefined) {
      await loadStates(callbacks, resumed.callbacks, state);
      state.stop ||= resumed.stopped;
    }
    let from = resumed?.step ?? 0;
    for (let epoch = firstEpoch; epoch < epochs && !state.stop; epoch++) {
      run.epoch = epoch;
      progress.beginEpoch();
      const meter = trainer.meter();
      let taken = from;
      if (from > 0 && resumed !== undefined) meter.restore(resumed.meter);
      else await call((callback) => callback.onEpochBegin?.(epoch, state));
      if (state.stop) break;
      for await (const batch of training.batches(epoch, from)) {
        await call((callback) => callback.onBatchBegin?.(taken, state));
        meter.add(await trainer.step(batch), countRows(batch));
        taken++;
        progress.step(epoch, taken, () => meter.loss);
        if (watchesBatches) await call((callback) => callback.onBatchEnd?.(taken - 1, meter.logs(), state));
        if (checkpoint?.isDue(taken) === true && !state.stop)
          await checkpoint.write({ epoch, step: taken, history, meter: meter.save(), stopped: false });
        if (state.stop) break;
      }
      from = 0;
      if (taken === 0) break;
      const isWhole = training.steps === undefined ? !state.stop : taken >= training.steps;
      const logs: Record<string, number> = { ...meter.logs() };
      const isCut = history.interrupted && (!isWhole || validation !== undefined);
      if (isCut && checkpoint !== undefined && !isWhole) {
        // Before the history takes the part of an epoch in: the training goes on within it.
        await checkpoint.write({ epoch, step: taken, history, meter: meter.save(), stopped: false });
      }
      if (validation !== undefined && !isCut) {
        const held = await evaluateBatches(trainer, validation.batches(epoch, 0));
        for (const [name, value] of Object.entries(held)) logs[`val_${name}`] = value;
      }
      record(history, epoch, logs);
      model.history = history;
      model.data = data;
      progress.endEpoch(epoch, taken, logs);
      if (isCut) continue;
      await call((callback) => callback.onEpochEnd?.(epoch, logs, state));
      await checkpoint?.write({
        epoch: epoch + 1,
        step: 0,
        history,
        meter: undefined,
        stopped: state.stop && !history.interrupted,
      });
    }
    if (!history.interrupted) trainer.takeAverages();
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

interface Prepared {
  readonly training: BatchSource;
  readonly validation: BatchSource | undefined;
  /** What tells arrays from others; of batches nothing is known beforehand. */
  readonly data: DataFingerprint | undefined;
}

/** The batches to train on and those held out; arrays are checked whole. */
async function prepare(
  model: TrainedModel,
  trainer: Trainer,
  x: ModelData | BatchData,
  y: ModelData | undefined,
  options: FitOptions,
): Promise<Prepared> {
  const { batchSize = 32, shuffle = true, sampleWeight, classWeight, validationSplit = 0 } = options;
  const held = heldOut(trainer, options);
  if (isBatchData(x)) {
    const given = Object.entries({
      y,
      sampleWeight,
      validationSplit: options.validationSplit,
      shuffle: options.shuffle,
    });
    const odd = given.find(([, value]) => value !== undefined)?.[0];
    if (odd !== undefined)
      throw new RecurraError(
        "fit-option",
        `fit: ${odd} is for arrays; data that come in batches have it within them`,
      );
    const reader = trainer.reader();
    const check = (given: GivenRows) => weighRows(reader.check(given), classWeight);
    return {
      training: new DatasetSource("x", x, options.stepsPerEpoch, { ...reader, check }),
      validation: held,
      data: undefined,
    };
  }
  if (options.stepsPerEpoch !== undefined)
    throw new RecurraError("fit-option", "fit: stepsPerEpoch is for data that come in batches; x is arrays");
  const all = trainer.checkRows([x, y, sampleWeight]);
  const { rows, validation } =
    held === undefined && validationSplit > 0
      ? splitRows(all, validationSplit)
      : { rows: all, validation: undefined };
  const weighted = weighRows(rows, classWeight);
  return {
    training: new ArraySource(weighted, batchSize, shuffle ? model.seed : undefined),
    validation:
      held ?? (validation === undefined ? undefined : new ArraySource(validation, batchSize, undefined)),
    data: await dataFingerprint(weighted),
  };
}

function heldOut(trainer: Trainer, { validationData, batchSize = 32 }: FitOptions): BatchSource | undefined {
  if (validationData === undefined) return undefined;
  if (isBatchData(validationData)) {
    return new DatasetSource("validationData", validationData, undefined, trainer.reader(validationNames));
  }
  return new ArraySource(trainer.checkRows(validationData, validationNames), batchSize, undefined);
}

/** The rows with the weights of their classes. */
function weighRows(rows: Rows, classWeight: ClassWeight | undefined): Rows {
  if (classWeight === undefined) return rows;
  const [target, ...more] = rows.y;
  if (target === undefined || more.length > 0)
    throw new RecurraError(
      "fit-option",
      `fit: classWeight wants a model of one output with a loss, this has ${rows.y.length}`,
    );
  return { ...rows, weights: [classSampleWeight(target, classWeight, rows.weights[0])] };
}

const validationNames: RowNames = ["validationData[0]", "validationData[1]", "validationData[2]"];

/** Cuts the validation share off the end of the rows. */
function splitRows(all: Rows, share: number): { readonly rows: Rows; readonly validation: Rows } {
  const count = countRows(all);
  const cut = Math.floor(count * (1 - share));
  if (cut === 0 || cut === count) {
    throw new RecurraError(
      "fit-option",
      `fit: validationSplit ${share} of ${count} rows leaves one part empty`,
    );
  }
  const part = (start: number, end: number) => mapRows(all, (array) => array.rows(start, end));
  return { rows: part(0, cut), validation: part(cut, count) };
}
