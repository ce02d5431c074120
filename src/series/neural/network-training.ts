// Training one network on windows: the learning rate's course, early stopping, what comes out.

import { fitBest } from "../../model/fit-best.ts";
import type { Functional } from "../../model/functional.ts";
import type { WeightsSnapshot } from "../../model/weights.ts";
import { optimizers } from "../../nn/optimizers/index.ts";
import type { EpochReport } from "../forecasters/forecaster.ts";
import type { Head } from "./heads.ts";
import type { LearningSchedule } from "./settings.ts";
import type { WindowDataset } from "./window-dataset.ts";

export interface TrainingOptions {
  readonly learningRate: number;
  readonly schedule: LearningSchedule;
  readonly weightDecay: number;
  readonly patience: number;
  readonly threads: number;
}

export interface TrainingRun {
  readonly windows: WindowDataset;
  /** Windows by which the best epoch is chosen. */
  readonly validation: WindowDataset | undefined;
  /** Steps in all. */
  readonly steps: number;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  readonly onEpoch: (epoch: EpochReport) => void;
}

/** What a training came to. */
export interface Trained {
  readonly weights: WeightsSnapshot;
  /** The loss of the best epoch, and that on the validation windows; without these, of the last one. */
  readonly loss: number;
  readonly validationLoss: number | undefined;
}

/** Trains one model over and over, from fresh weights each time. */
export class NetworkTrainer {
  readonly #model: Functional;
  readonly #patience: number;
  /** Steps of the training under way, over which the learning rate changes. */
  #steps = 1;

  constructor(model: Functional, head: Head, options: TrainingOptions) {
    const { learningRate, schedule, weightDecay, patience, threads } = options;
    this.#model = model;
    this.#patience = patience;
    const share = {
      constant: () => 1,
      linear: (done: number) => 1 - done,
      cosine: (done: number) => (1 + Math.cos(Math.PI * done)) / 2,
    }[schedule];
    model.compile({
      optimizer: optimizers.adamw({
        learningRate: (step) => learningRate * share(Math.min(step / this.#steps, 1)),
        weightDecay,
        globalClipnorm: 1,
      }),
      loss: head.loss,
      threads,
    });
  }

  async train({ windows, validation, steps, seed, signal, onEpoch }: TrainingRun): Promise<Trained> {
    const model = this.#model;
    this.#steps = steps;
    model.reinitialize(seed);
    const epochs = Math.max(1, Math.round(steps / windows.steps));
    const fitted = await fitBest(model.name, model, windows, {
      epochs,
      steps: windows.steps,
      patience: this.#patience,
      validationData: validation,
      onEpoch: (epoch, { loss = Number.NaN }) => onEpoch({ epoch, epochs, loss }),
      signal,
    });
    return {
      weights: model.snapshotWeights(),
      loss: fitted.logs.loss ?? Number.NaN,
      validationLoss: fitted.logs.val_loss,
    };
  }
}
