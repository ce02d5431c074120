// What is told of a training's progress, and may end it.

import { RecurraError } from "../platform/error.ts";
import type { Model } from "./model.ts";
import type { WeightsSnapshot } from "./weights.ts";

/** Results of an epoch: `loss`, the metrics, and the same with `val_` where there is validation data. */
export type Logs = Readonly<Record<string, number>>;

/** A training as callbacks see it. */
export interface TrainingState {
  readonly model: Model;
  /** Set it to end the training after the current step. */
  stop: boolean;
}

/** Is called while a model trains. Every method is optional. */
export interface Callback {
  onTrainBegin?(training: TrainingState): void | Promise<void>;
  onEpochBegin?(epoch: number, training: TrainingState): void | Promise<void>;
  onBatchEnd?(step: number, logs: Logs, training: TrainingState): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: Logs, training: TrainingState): void | Promise<void>;
  onTrainEnd?(training: TrainingState): void | Promise<void>;
}

interface MonitorOptions {
  /** The logged quantity to watch. Default "val_loss". */
  readonly monitor?: string;
  /** Whether it is to fall or to rise. Default "auto": quantities that end in accuracy rise, all others fall. */
  readonly mode?: "auto" | "min" | "max";
}

/** Watches one logged quantity. */
class Monitor {
  readonly name: string;
  readonly #rises: boolean;
  readonly #minDelta: number;
  best: number;

  constructor({ monitor = "val_loss", mode = "auto" }: MonitorOptions, minDelta = 0) {
    this.name = monitor;
    this.#rises = mode === "max" || (mode === "auto" && /(accuracy|auc|r2)$/i.test(monitor));
    this.#minDelta = Math.abs(minDelta);
    this.best = this.#rises ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  /** True if the logs hold a new best, which is then kept. */
  improves(logs: Logs, who: string): boolean {
    const value = logs[this.name];
    if (value === undefined) {
      throw new RecurraError("no-such-log", `${who}: there is no "${this.name}" in the logs; there are ${Object.keys(logs).join(", ")}`);
    }
    const better = this.#rises ? value > this.best + this.#minDelta : value < this.best - this.#minDelta;
    if (better) this.best = value;
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
    this.#options = options;
    this.#monitor = new Monitor(options, options.minDelta);
  }

  onTrainBegin(): void {
    this.#monitor = new Monitor(this.#options, this.#options.minDelta);
    this.#waited = 0;
    this.#best = undefined;
    this.stoppedEpoch = undefined;
    this.bestEpoch = undefined;
  }

  onEpochEnd(epoch: number, logs: Logs, training: TrainingState): void {
    const { patience = 0, restoreBestWeights = false, startFromEpoch = 0 } = this.#options;
    if (epoch < startFromEpoch) return;
    if (this.#monitor.improves(logs, "EarlyStopping")) {
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
  /** Folder to write; `{epoch}` and logged quantities such as `{val_loss}` are filled in. */
  readonly path: string;
  /** Write only when the watched quantity is better than ever. Default false. */
  readonly saveBestOnly?: boolean;
}

/** Saves the model after epochs. */
export class ModelCheckpoint implements Callback {
  readonly #options: ModelCheckpointOptions;
  readonly #monitor: Monitor;

  constructor(options: ModelCheckpointOptions) {
    this.#options = options;
    this.#monitor = new Monitor(options);
  }

  async onEpochEnd(epoch: number, logs: Logs, { model }: TrainingState): Promise<void> {
    const { path, saveBestOnly = false } = this.#options;
    if (saveBestOnly && !this.#monitor.improves(logs, "ModelCheckpoint")) return;
    const values: Record<string, string> = {
      epoch: String(epoch + 1),
      ...Object.fromEntries(Object.entries(logs).map(([name, value]) => [name, value.toFixed(4)])),
    };
    await model.save(path.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole));
  }
}
