// Training the networks of a forecaster: for all series or for each, for all steps or for each, as many as the ensemble has members.

import type { Functional } from "../../model/functional.ts";
import type { WeightsSnapshot } from "../../model/weights.ts";
import type { EpochReport, FitOptions } from "../forecasters/forecaster.ts";
import type { Description } from "../forecasters/local-model.ts";
import { NetworkTrainer, type Trained } from "./network-training.ts";
import type { NeuralMaker } from "./neural-parts.ts";
import { trainingLength, trainingRange, validationRange } from "./neural-plan.ts";
import type { PreparedSeries } from "./prepared-series.ts";
import { stepErrors } from "./step-errors.ts";
import type { WindowShape } from "./window-batch.ts";
import { WindowDataset, type WindowRange } from "./window-dataset.ts";

export interface NetworkTraining {
  readonly forecaster: NeuralMaker;
  readonly model: Functional;
  readonly shape: WindowShape;
  readonly prepared: readonly PreparedSeries[];
  readonly options: FitOptions;
}

export interface TrainedNetworks {
  /** For each network that stands for itself, for each step that has its own, for each member of the ensemble. */
  readonly weights: readonly (readonly (readonly WeightsSnapshot[])[])[];
  /** For each network that stands for itself, the standard deviation of its errors at each step; empty where none are asked for. */
  readonly noise: readonly (readonly number[])[];
  readonly description: Description;
}

/** Validation windows that an epoch is judged by, at most, and windows in a batch of them. */
const mostValidation = 8192;
const validationBatch = 512;
/** Steps of an epoch where there are more windows. */
const mostSteps = 250;

export async function trainNetworks(training: NetworkTraining): Promise<TrainedNetworks> {
  const { forecaster, model, shape, prepared, options } = training;
  const { settings, head } = forecaster;
  const { validation, ensembleSize, perSeries, strategy, monteCarloDropout } = settings;
  const trainer = new NetworkTrainer(model, head, settings);
  const groups = perSeries ? prepared.map((one) => [one]) : prepared.length > 0 ? [prepared] : [];
  const leads = strategy === "per-step" ? options.horizon : 1;
  const trainings = groups.length * leads * ensembleSize;
  const weights: WeightsSnapshot[][][] = [];
  const noise: (readonly number[])[] = [];
  let [done, loss, validationLoss, windows, steps] = [0, 0, 0, 0, 0];
  for (const group of groups) {
    const ofGroup: WeightsSnapshot[][] = [];
    for (let lead = 0; lead < leads; lead++) {
      const plan = planOf(forecaster, { ...shape, lead }, group);
      const ofLead: WeightsSnapshot[] = [];
      for (let member = 0; member < ensembleSize; member++) {
        const seed = 1000 * (options.seed ?? 0) + member * leads + lead;
        const trained = await plan.train(trainer, seed, options, (epoch) =>
          options.onProgress?.({ share: (done + epoch.epoch / epoch.epochs) / trainings, epoch }),
        );
        done++;
        ofLead.push(trained.weights);
        loss += trained.loss / trainings;
        validationLoss += (trained.validationLoss ?? 0) / trainings;
      }
      ofGroup.push(ofLead);
      if (monteCarloDropout > 0) noise.push(await stepErrors(model, ofLead, shape, head, plan.judged));
      [windows, steps] = [plan.windows, plan.steps];
    }
    weights.push(ofGroup);
  }
  return {
    weights,
    noise,
    description: {
      windows,
      steps,
      networks: trainings,
      loss,
      ...(validation === 0 ? {} : { validationLoss }),
    },
  };
}

/** What one group of series is trained on. */
function planOf({ settings }: NeuralMaker, shape: WindowShape, group: readonly PreparedSeries[]) {
  const { validation, windowsPerEpoch } = settings;
  const endOf = ({ source }: PreparedSeries) => source.values.length - validation;
  const ranges = group.map((one) => trainingRange(one, endOf(one), shape));
  const windows = ranges.reduce((sum, { first, last }) => sum + Math.max(0, last - first + 1), 0);
  const { batchSize, steps } = trainingLength(windows, settings);
  const stepsPerEpoch =
    windowsPerEpoch === undefined
      ? Math.min(steps, mostSteps)
      : Math.max(1, Math.floor(windowsPerEpoch / batchSize));
  const heldOut = validation === 0 ? ranges : group.map((one) => validationRange(one, endOf(one), shape));
  const judged = judgedWindows(shape, heldOut);
  return {
    windows,
    steps,
    /** Windows held out, or those of the training where none are. */
    judged,
    train(
      trainer: NetworkTrainer,
      seed: number,
      { signal }: FitOptions,
      onEpoch: (epoch: EpochReport) => void,
    ): Promise<Trained> {
      return trainer.train({
        windows: new WindowDataset(shape, ranges, { batchSize, steps: stepsPerEpoch, seed }),
        validation: validation === 0 ? undefined : judged,
        steps,
        seed,
        signal,
        onEpoch,
      });
    },
  };
}

function judgedWindows(shape: WindowShape, ranges: readonly WindowRange[]): WindowDataset {
  const steps = mostValidation / validationBatch;
  return new WindowDataset(shape, ranges, { batchSize: validationBatch, steps, seed: undefined });
}
