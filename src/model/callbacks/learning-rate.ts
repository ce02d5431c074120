// What callbacks that set the learning rate have in common.

import { RecurraError } from "../../platform/error.ts";
import type { TrainingState } from "./callback.ts";

/**
 * Fails, before anything is trained, where the learning rate cannot be set: a schedule of the optimiser's gives it.
 *
 * @param who the callback, for the message
 */
export function checkRateCanBeSet(who: string, training: TrainingState): void {
  setRate(who, training.learningRate, training);
}

/** Sets the rate for the steps that follow. @throws RecurraError as the training does, with the callback's name before it */
export function setRate(who: string, rate: number, training: TrainingState): void {
  try {
    training.learningRate = rate;
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    throw new RecurraError(error.code, `${who}: ${error.message}`, { cause: error });
  }
}
