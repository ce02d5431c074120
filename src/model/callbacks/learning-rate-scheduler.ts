// LearningRateScheduler: sets the learning rate before each epoch.

import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Callback, CallbackState, TrainingState } from "./callback.ts";
import { checkRateCanBeSet, setRate } from "./learning-rate.ts";
import { jsonNumber, StateReader } from "./state.ts";

/** The rate for an epoch, counted from 0, given the rate before it. */
export type EpochSchedule = (epoch: number, rate: number) => number;

/**
 * Sets the learning rate before each epoch to what a function says, as Keras' callback of this name. A rate that changes from step to
 * step is a schedule of the optimiser's.
 *
 * @throws RecurraError `option-value` for anything but a function; `fit` throws `learning-rate-schedule`, before anything is trained,
 * where the optimiser's rate follows a schedule, and `option-value` where the function gives no number from 0 up
 * @example
 * new LearningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * Math.exp(-0.1)))
 */
export class LearningRateScheduler implements Callback {
  readonly name = "LearningRateScheduler";
  readonly #schedule: EpochSchedule;
  /** The epoch for which the rate was set last: it is set once, also where a training goes on in the midst of an epoch. */
  #epoch: number | undefined;

  constructor(schedule: EpochSchedule) {
    if (typeof schedule !== "function") {
      throw new RecurraError(
        "option-value",
        `LearningRateScheduler: wants a function (epoch, rate) => rate, got ${describe(schedule)}`,
      );
    }
    this.#schedule = schedule;
  }

  onTrainBegin(training: TrainingState): void {
    checkRateCanBeSet("LearningRateScheduler", training);
    this.#epoch = undefined;
  }

  onEpochBegin(epoch: number, training: TrainingState): void {
    if (epoch === this.#epoch) return;
    const rate: unknown = this.#schedule(epoch, training.learningRate);
    if (typeof rate !== "number" || !(rate >= 0 && rate < Infinity)) {
      throw new RecurraError(
        "option-value",
        `LearningRateScheduler: the function is to give a number from 0 up, gave ${describe(rate)} for epoch ${epoch}`,
      );
    }
    setRate("LearningRateScheduler", rate, training);
    this.#epoch = epoch;
  }

  saveState(): CallbackState {
    return { json: { epoch: jsonNumber(this.#epoch) } };
  }

  /** @throws RecurraError `checkpoint-state` */
  loadState(state: CallbackState): void {
    this.#epoch = new StateReader("LearningRateScheduler", state).optionalNumber("epoch");
  }
}
