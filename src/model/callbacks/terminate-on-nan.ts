// TerminateOnNaN: ends a training whose loss is no finite number any more.

import { checkOptionNames } from "../../nn/choice.ts";
import type { Logs } from "../history.ts";
import type { Callback, CallbackState, TrainingState } from "./callback.ts";
import { StateReader } from "./state.ts";

/** Where a training was ended; both are counted from 0. */
export interface StoppedAt {
  readonly epoch: number;
  /** The step within the epoch. */
  readonly step: number;
}

/**
 * Ends a training at the batch whose loss is NaN or infinite, and says which it was. The epoch is closed as usual, so the history
 * ends with that loss. The weights have then taken the step and may be as bad as the loss; a `ModelCheckpoint` with `saveBestOnly`
 * keeps good ones.
 */
export class TerminateOnNaN implements Callback {
  readonly name = "TerminateOnNaN";
  /** The batch that ended the training; `undefined` if none did. */
  stoppedAt: StoppedAt | undefined;

  /** @throws RecurraError `unknown-option`: it takes none */
  constructor(options: Readonly<Record<never, never>> = {}) {
    checkOptionNames("TerminateOnNaN", options, []);
  }

  onTrainBegin(): void {
    this.stoppedAt = undefined;
  }

  /** The mean over the epoch is finite until one of its batches is not. */
  onBatchEnd(step: number, { loss = Number.NaN }: Logs, training: TrainingState): void {
    if (Number.isFinite(loss) || this.stoppedAt !== undefined) return;
    this.stoppedAt = { epoch: training.epoch, step };
    training.stop = true;
    training.say(
      `TerminateOnNaN: the loss is ${loss} at step ${step + 1} of epoch ${training.epoch + 1}; training ends`,
    );
  }

  saveState(): CallbackState {
    return { json: this.stoppedAt === undefined ? {} : { ...this.stoppedAt } };
  }

  /** @throws RecurraError `checkpoint-state` */
  loadState(state: CallbackState, training: TrainingState): void {
    const saved = new StateReader("TerminateOnNaN", state);
    const [epoch, step] = [saved.optionalNumber("epoch"), saved.optionalNumber("step")];
    if (epoch === undefined || step === undefined) return;
    this.stoppedAt = { epoch, step };
    training.stop = true;
  }
}
