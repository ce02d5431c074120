// What is told of a training's progress, and may end it.

import { checkedNumber, checkOptionNames, describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { ArrayLike } from "./batches.ts";
import type { EvaluateOptions, Evaluation } from "./evaluate.ts";
import type { Logs } from "./history.ts";
import type { PredictOptions } from "./inference.ts";
import type { Network } from "./network.ts";
import type { WeightsSnapshot } from "./weights.ts";

/** The model as callbacks use it. */
export interface TrainedModel extends Network {
  predict(x: ArrayLike, options?: PredictOptions): Promise<NdArray>;
  evaluate(x: ArrayLike, y: ArrayLike, options?: EvaluateOptions): Promise<Evaluation>;
  /** Writes the model as a folder. */
  save(folder: string): Promise<void>;
}

/** A training as callbacks see it. */
export interface TrainingState {
  readonly model: TrainedModel;
  /** The names that the logs of an epoch will have. */
  readonly logNames: readonly string[];
  /** Set it to end the training after the current step. */
  stop: boolean;
}

/** Is called while a model trains. Every method is optional. */
export interface Callback {
  onTrainBegin?(training: TrainingState): void | Promise<void>;
  onEpochBegin?(epoch: number, training: TrainingState): void | Promise<void>;
  onBatchEnd?(step: number, logs: Logs, training: TrainingState): void | Promise<void>;
  /** Not called for an epoch that Ctrl-C cuts short. */
  onEpochEnd?(epoch: number, logs: Logs, training: TrainingState): void | Promise<void>;
  onTrainEnd?(training: TrainingState): void | Promise<void>;
}

interface MonitorOptions {
  /** The logged quantity to watch. Default "val_loss". */
  readonly monitor?: string;
  /** Whether it is to fall or to rise. Default "auto": accuracies, AUC and R² rise, all others fall. */
  readonly mode?: "auto" | "min" | "max";
}

/** Watches one logged quantity. */
class Monitor {
  readonly #who: string;
  readonly #name: string;
  readonly #rises: boolean;
  readonly #minDelta: number;
  #best: number;

  constructor(who: string, { monitor = "val_loss", mode = "auto" }: MonitorOptions, minDelta = 0) {
    if (!["auto", "min", "max"].includes(mode)) {
      throw new RecurraError(
        "option-value",
        `${who}: mode is to be one of auto, min, max, got ${describe(mode)}`,
      );
    }
    this.#who = who;
    this.#name = monitor;
    this.#rises = mode === "max" || (mode === "auto" && /(accuracy|auc|r2)$/i.test(monitor));
    this.#minDelta = Math.abs(minDelta);
    this.#best = this.#rises ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  /** Fails, before anything is trained, unless the quantity will be logged. */
  check({ logNames }: TrainingState): void {
    if (logNames.includes(this.#name)) return;
    const data = this.#name.startsWith("val_") && !logNames.some((name) => name.startsWith("val_"));
    const advice = data ? ". Give fit validationData or validationSplit" : "";
    throw new RecurraError(
      "no-such-log",
      `${this.#who}: there is no "${this.#name}" in the logs; there are ${logNames.join(", ")}${advice}`,
    );
  }

  /** True if the logs hold a new best, which is then kept. */
  improves(logs: Logs): boolean {
    const value = logs[this.#name] ?? Number.NaN;
    const better = this.#rises ? value > this.#best + this.#minDelta : value < this.#best - this.#minDelta;
    if (better) this.#best = value;
    return better;
  }
}

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which training ends. Default 0. */
  readonly patience?: number;
  /** An improvement smaller than this does not count. Default 0. */
  readonly minDelta?: number;
  /** Put the weights of the best epoch back at the end. Default false. */
  readonly restoreBestWeights?: boolean;
  /** Epochs before which nothing is watched. Default 0. */
  readonly startFromEpoch?: number;
}

const stoppingOptions: readonly (keyof EarlyStoppingOptions)[] = [
  "monitor",
  "mode",
  "patience",
  "minDelta",
  "restoreBestWeights",
  "startFromEpoch",
];

/** Ends a training that no longer gets better. */
export class EarlyStopping implements Callback {
  readonly #options: EarlyStoppingOptions;
  #monitor: Monitor;
  #waited = 0;
  #best: WeightsSnapshot | undefined;
  /** The epoch after which training was ended; `undefined` if it was not. */
  stoppedEpoch: number | undefined;
  /** The epoch with the best value so far. */
  bestEpoch: number | undefined;

  constructor(options: EarlyStoppingOptions = {}) {
    checkOptionNames("EarlyStopping", options, stoppingOptions);
    const { patience = 0, minDelta = 0, startFromEpoch = 0 } = options;
    const isCount = (value: number) => Number.isInteger(value) && value >= 0;
    checkedNumber("EarlyStopping: patience", patience, isCount, "a whole number from 0 up");
    checkedNumber("EarlyStopping: startFromEpoch", startFromEpoch, isCount, "a whole number from 0 up");
    checkedNumber("EarlyStopping: minDelta", minDelta, Number.isFinite, "a number");
    this.#options = options;
    this.#monitor = new Monitor("EarlyStopping", options, minDelta);
  }

  onTrainBegin(training: TrainingState): void {
    this.#monitor = new Monitor("EarlyStopping", this.#options, this.#options.minDelta);
    this.#monitor.check(training);
    this.#waited = 0;
    this.#best = undefined;
    this.stoppedEpoch = undefined;
    this.bestEpoch = undefined;
  }

  onEpochEnd(epoch: number, logs: Logs, training: TrainingState): void {
    const { patience = 0, restoreBestWeights = false, startFromEpoch = 0 } = this.#options;
    if (epoch < startFromEpoch) return;
    if (this.#monitor.improves(logs)) {
      this.#waited = 0;
      this.bestEpoch = epoch;
      if (restoreBestWeights) this.#best = training.model.snapshotWeights();
      return;
    }
    this.#waited++;
    if (this.#waited >= Math.max(patience, 1)) {
      this.stoppedEpoch = epoch;
      training.stop = true;
    }
  }

  onTrainEnd({ model }: TrainingState): void {
    if (this.#best !== undefined) model.restoreWeights(this.#best);
  }
}

export interface ModelCheckpointOptions extends MonitorOptions {
  /**
   * Folder to write; `{epoch}`, counted from 1, and logged quantities such as `{val_loss}` are filled in. They may be given a
   * width or decimals as in Keras: `{epoch:03d}`, `{val_loss:.2f}`.
   */
  readonly path: string;
  /** Write only when the watched quantity is better than ever. Default false. */
  readonly saveBestOnly?: boolean;
}

const checkpointOptions: readonly (keyof ModelCheckpointOptions)[] = [
  "monitor",
  "mode",
  "path",
  "saveBestOnly",
];

/** `{name}`, `{name:03d}` or `{name:.2f}` in a path. */
const placeholder = /\{(\w+)(?::(?:0?(\d+)d|\.(\d+)f))?\}/g;

/** Saves the model after epochs. */
export class ModelCheckpoint implements Callback {
  readonly #options: ModelCheckpointOptions;
  readonly #monitor: Monitor;

  constructor(options: ModelCheckpointOptions) {
    checkOptionNames("ModelCheckpoint", options, checkpointOptions);
    if (typeof options.path !== "string" || options.path === "") {
      throw new RecurraError(
        "option-value",
        `ModelCheckpoint: path is to name a folder, got ${describe(options.path)}`,
      );
    }
    this.#options = options;
    this.#monitor = new Monitor("ModelCheckpoint", options);
  }

  onTrainBegin(training: TrainingState): void {
    if (this.#options.saveBestOnly === true) this.#monitor.check(training);
    const known = ["epoch", ...training.logNames];
    const names = Array.from(this.#options.path.matchAll(placeholder), ([, name]) => name ?? "");
    const odd =
      names.find((name) => !known.includes(name)) ??
      this.#options.path.replaceAll(placeholder, "").match(/\{[^}]*\}/)?.[0];
    if (odd !== undefined) {
      throw new RecurraError(
        "no-such-log",
        `ModelCheckpoint: path cannot fill in ${odd}; it can fill in ${known.join(", ")}`,
      );
    }
  }

  async onEpochEnd(epoch: number, logs: Logs, { model }: TrainingState): Promise<void> {
    const { path, saveBestOnly = false } = this.#options;
    if (saveBestOnly && !this.#monitor.improves(logs)) return;
    const fill = (_whole: string, name: string, width?: string, decimals?: string): string => {
      const value = name === "epoch" ? epoch + 1 : (logs[name] ?? Number.NaN);
      return value.toFixed(Number(decimals ?? (name === "epoch" ? 0 : 4))).padStart(Number(width ?? 0), "0");
    };
    await model.save(path.replaceAll(placeholder, fill));
  }
}
