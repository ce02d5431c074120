// EarlyStopping: ends a training that no longer gets better.

import { checkedNumber, checkOptionNames } from "../../nn/choice.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import type { Logs } from "../history.ts";
import type { WeightsSnapshot } from "../weights.ts";
import type { Callback, CallbackState, TrainedModel, TrainingState } from "./callback.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { jsonNumber, StateReader } from "./state.ts";

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which training ends. Default 0. */
  readonly patience?: number;
  /** An improvement smaller than this does not count. Default 0. */
  readonly minDelta?: number;
  /**
   * A value that has to be beaten, too: improvements that stay behind it do not end the wait, and the first epoch without one that
   * finds the patience used up ends the training. Default none.
   */
  readonly baseline?: number;
  /** Put the weights of the best epoch back at the end. Default false. */
  readonly restoreBestWeights?: boolean;
  /** Epochs before which nothing is watched. Default 0. */
  readonly startFromEpoch?: number;
  /** Under which a checkpoint keeps its state. Default "EarlyStopping". */
  readonly name?: string;
}

const optionNames: readonly (keyof EarlyStoppingOptions)[] = [
  "monitor",
  "mode",
  "patience",
  "minDelta",
  "baseline",
  "restoreBestWeights",
  "startFromEpoch",
  "name",
];

/**
 * Ends a training that no longer gets better, as Keras' callback of this name. It starts anew at each `fit`; a training that goes on
 * from a checkpoint goes on waiting, with the best weights so far.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `fit` throws `no-such-log`, before anything is trained, where the quantity to
 * watch will not be logged
 * @example
 * await model.fit(x, y, { epochs: 100, validationSplit: 0.2, callbacks: [new EarlyStopping({ patience: 5, restoreBestWeights: true })] });
 */
export class EarlyStopping implements Callback {
  readonly name: string;
  readonly #options: EarlyStoppingOptions;
  #monitor: Monitor;
  #waited = 0;
  #best: WeightsSnapshot | undefined;
  /** The names of the weights that are kept. */
  #weights: readonly string[] = [];
  /** The epoch after which training was ended, counted from 0; `undefined` if it was not. */
  stoppedEpoch: number | undefined;
  /** The epoch with the best value so far. */
  bestEpoch: number | undefined;

  constructor(options: EarlyStoppingOptions = {}) {
    checkOptionNames("EarlyStopping", options, optionNames);
    const { patience = 0, startFromEpoch = 0, baseline = 0 } = options;
    const isCount = (value: number) => Number.isInteger(value) && value >= 0;
    checkedNumber("EarlyStopping: patience", patience, isCount, "a whole number from 0 up");
    checkedNumber("EarlyStopping: startFromEpoch", startFromEpoch, isCount, "a whole number from 0 up");
    checkedNumber("EarlyStopping: baseline", baseline, Number.isFinite, "a number");
    this.name = options.name ?? "EarlyStopping";
    this.#options = options;
    this.#monitor = new Monitor("EarlyStopping", options, options.minDelta);
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
    const { baseline, restoreBestWeights = false, startFromEpoch = 0 } = this.#options;
    if (epoch < startFromEpoch) return;
    if (this.#monitor.improves(logs)) {
      this.bestEpoch = epoch;
      if (restoreBestWeights) this.#keep(training.model);
      this.#waited = baseline === undefined || this.#monitor.beats(logs, baseline) ? 0 : this.#waited + 1;
      return;
    }
    this.#waited++;
    if (!this.#isOver()) return;
    this.stoppedEpoch = epoch;
    training.stop = true;
  }

  #isOver(): boolean {
    return this.#waited >= Math.max(this.#options.patience ?? 0, 1);
  }

  #keep(model: TrainedModel): void {
    this.#best = model.snapshotWeights();
    this.#weights = model.weights.map(({ name }) => name);
  }

  onTrainEnd({ model }: TrainingState): void {
    if (this.#best !== undefined) model.restoreWeights(this.#best);
  }

  saveState(): CallbackState {
    const numbers = {
      best: this.#monitor.best,
      waited: this.#waited,
      bestEpoch: this.bestEpoch,
      stoppedEpoch: this.stoppedEpoch,
    };
    const json = Object.fromEntries(
      Object.entries(numbers).map(([name, value]) => [name, jsonNumber(value)]),
    );
    if (this.#best === undefined) return { json };
    const arrays = this.#best.map((copy, i) => [
      this.#weights[i] ?? `${i}`,
      new NdArray(copy, [copy.length]),
    ]);
    return { json, arrays: Object.fromEntries(arrays) };
  }

  /** @throws RecurraError `checkpoint-state` for a state that lacks something, or a weight of the model */
  loadState(state: CallbackState, training: TrainingState): void {
    const saved = new StateReader("EarlyStopping", state);
    this.#monitor.best = saved.optionalNumber("best");
    this.#waited = saved.number("waited");
    this.bestEpoch = saved.optionalNumber("bestEpoch");
    this.stoppedEpoch = saved.optionalNumber("stoppedEpoch");
    if (Object.keys(saved.arrays).length > 0) {
      this.#weights = training.model.weights.map(({ name }) => name);
      this.#best = this.#weights.map((name) => saved.array(name).data as Float32Array);
    }
    if (this.stoppedEpoch !== undefined && this.#isOver()) training.stop = true;
  }
}
