// ReduceLROnPlateau: lowers the learning rate when a quantity no longer gets better.

import { checkedNumber, checkOptionNames } from "../../nn/choice.ts";
import type { Logs } from "../history.ts";
import type { Callback, CallbackState, TrainingState } from "./callback.ts";
import { checkRateCanBeSet, setRate } from "./learning-rate.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { jsonNumber, StateReader } from "./state.ts";

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the rate is multiplied by; in (0, 1). Default 0.1. */
  readonly factor?: number;
  /** Epochs without improvement after which the rate is lowered. Default 10. */
  readonly patience?: number;
  /** An improvement smaller than this does not count. Default 1e-4. */
  readonly minDelta?: number;
  /** Epochs after a reduction in which none are counted. Default 0. */
  readonly cooldown?: number;
  /** The rate does not fall below. Default 0. */
  readonly minLr?: number;
  /** Under which a checkpoint keeps its state. Default "ReduceLROnPlateau". */
  readonly name?: string;
}

const optionNames: readonly (keyof ReduceLROnPlateauOptions)[] = [
  "monitor",
  "mode",
  "factor",
  "patience",
  "minDelta",
  "cooldown",
  "minLr",
  "name",
];

/**
 * Lowers the learning rate when a quantity no longer gets better, as Keras' callback of this name, and says so. It starts anew at
 * each `fit`; a training that goes on from a checkpoint goes on waiting.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `fit` throws, before anything is trained, `no-such-log` where the quantity
 * to watch will not be logged, and `learning-rate-schedule` where the optimiser's rate follows a schedule
 * @example
 * new ReduceLROnPlateau({ monitor: "val_loss", factor: 0.2, patience: 5, minLr: 1e-5 })
 */
export class ReduceLROnPlateau implements Callback {
  readonly name: string;
  readonly #options: ReduceLROnPlateauOptions;
  #monitor: Monitor;
  #waited = 0;
  #cooling = 0;

  constructor(options: ReduceLROnPlateauOptions = {}) {
    checkOptionNames("ReduceLROnPlateau", options, optionNames);
    const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0 } = options;
    const what = (option: string) => `ReduceLROnPlateau: ${option}`;
    const isCount = (value: number) => Number.isInteger(value) && value >= 0;
    checkedNumber(what("factor"), factor, (value) => value > 0 && value < 1, "in (0, 1)");
    checkedNumber(what("patience"), patience, isCount, "a whole number from 0 up");
    checkedNumber(what("cooldown"), cooldown, isCount, "a whole number from 0 up");
    checkedNumber(what("minLr"), minLr, (value) => value >= 0 && value < Infinity, "a number from 0 up");
    this.name = options.name ?? "ReduceLROnPlateau";
    this.#options = options;
    this.#monitor = this.#newMonitor();
  }

  #newMonitor(): Monitor {
    return new Monitor("ReduceLROnPlateau", this.#options, this.#options.minDelta ?? 1e-4);
  }

  onTrainBegin(training: TrainingState): void {
    this.#monitor = this.#newMonitor();
    this.#monitor.check(training);
    checkRateCanBeSet("ReduceLROnPlateau", training);
    this.#waited = 0;
    this.#cooling = 0;
  }

  onEpochEnd(epoch: number, logs: Logs, training: TrainingState): void {
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#waited = 0;
    }
    if (this.#monitor.improves(logs)) {
      this.#waited = 0;
      return;
    }
    if (this.#cooling > 0) return;
    this.#waited++;
    if (this.#waited >= (this.#options.patience ?? 10)) this.#reduce(epoch, training);
  }

  #reduce(epoch: number, training: TrainingState): void {
    const { factor = 0.1, cooldown = 0, minLr = 0 } = this.#options;
    const rate = training.learningRate;
    if (rate <= minLr) return;
    const reduced = Math.max(rate * factor, minLr);
    setRate("ReduceLROnPlateau", reduced, training);
    training.say(
      `Epoch ${epoch + 1}: ReduceLROnPlateau lowers the learning rate from ${short(rate)} to ${short(reduced)}`,
    );
    this.#cooling = cooldown;
    this.#waited = 0;
  }

  saveState(): CallbackState {
    return {
      json: { best: jsonNumber(this.#monitor.best), waited: this.#waited, cooling: this.#cooling },
    };
  }

  /** @throws RecurraError `checkpoint-state` */
  loadState(state: CallbackState): void {
    const saved = new StateReader("ReduceLROnPlateau", state);
    this.#monitor.best = saved.optionalNumber("best");
    this.#waited = saved.number("waited");
    this.#cooling = saved.number("cooling");
  }
}

/** A rate as a person reads it: 0.0001, not 0.00010000000000000002. */
function short(rate: number): string {
  return String(Number(rate.toPrecision(6)));
}
