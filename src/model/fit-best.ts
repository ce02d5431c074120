// fitBest: a training that ends when held-out data no longer get better told, and keeps the best epoch's weights.

import { RecurraError } from "../platform/error.ts";
import type { Callback } from "./callbacks/callback.ts";
import type { FitOptions } from "./fit.ts";
import type { Logs } from "./history.ts";
import type { Model } from "./model.ts";
import type { ModelData } from "./model-data.ts";
import type { BatchData } from "./source.ts";
import type { WeightsSnapshot } from "./weights.ts";

export interface FitBestOptions {
  readonly epochs: number;
  /** Steps of an epoch. */
  readonly steps: number;
  /** Epochs without a better one after which training ends. */
  readonly patience: number;
  readonly validationData?: FitOptions["validationData"] | undefined;
  /** What else `fit` takes. */
  readonly fit?: Pick<FitOptions, "batchSize" | "classWeight" | "sampleWeight" | "stepsPerEpoch"> | undefined;
  /** How bad an epoch is, the less the better; undefined where nothing tells. Default: its `val_loss`. */
  readonly measure?: ((logs: Logs) => number | undefined | Promise<number | undefined>) | undefined;
  /** Told after each step: how many of how many, and the figures of the epoch so far. */
  readonly onStep?: ((done: number, of: number, logs: Logs) => void) | undefined;
  /** Told after each epoch, from 1, and waited for; not where the training has gone astray or was stopped. */
  readonly onEpoch?: ((epoch: number, logs: Logs, isBest: boolean) => void | Promise<void>) | undefined;
  /** Ends the training after the step under way: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a training came to. */
export interface BestFit {
  /** Epochs that were trained. */
  readonly epochs: number;
  /** The best one, from 1. */
  readonly bestEpoch: number;
  /** Its figures. */
  readonly logs: Logs;
}

/**
 * Trains a compiled model. The best epoch is the one with the least measure, or the last one without any; the model ends with its weights.
 *
 * @param what who trains, for messages
 * @throws RecurraError `training-diverged`; what `fit` throws
 */
export async function fitBest(
  what: string,
  model: Model,
  data: readonly [x: ModelData, y: ModelData] | BatchData,
  options: FitBestOptions,
): Promise<BestFit> {
  const { epochs, steps, patience, validationData, onStep, onEpoch, signal } = options;
  const { measure = ({ val_loss }: Logs) => val_loss } = options;
  signal?.throwIfAborted();
  let best:
    | {
        readonly weights: WeightsSnapshot;
        readonly epoch: number;
        readonly logs: Logs;
        readonly badness: number;
      }
    | undefined;
  let waited = 0;
  const watch: Callback = {
    onBatchEnd: (step, logs, training) => {
      onStep?.(training.epoch * steps + step + 1, epochs * steps, logs);
      if (signal?.aborted === true) training.stop = true;
    },
    onEpochEnd: async (epoch, logs, training) => {
      if (signal?.aborted === true || !Number.isFinite(logs.loss)) {
        training.stop = true;
        return;
      }
      const badness = await measure(logs);
      const isBest = best === undefined || badness === undefined || badness < best.badness;
      if (isBest)
        best = {
          weights: model.snapshotWeights(),
          epoch: epoch + 1,
          logs: { ...logs },
          badness: badness ?? Infinity,
        };
      waited = isBest ? 0 : waited + 1;
      if (waited >= patience) training.stop = true;
      await onEpoch?.(epoch + 1, logs, isBest);
    },
  };
  const how: FitOptions = {
    ...options.fit,
    epochs,
    verbose: "silent",
    callbacks: [watch],
    ...(validationData !== undefined && { validationData }),
  };
  const history = isPair(data) ? await model.fit(data[0], data[1], how) : await model.fit(data, how);
  signal?.throwIfAborted();
  const loss = history.logs.loss?.at(-1) ?? Number.NaN;
  if (best === undefined || !Number.isFinite(loss))
    throw new RecurraError(
      "training-diverged",
      `${what}: the training went astray, its loss is ${loss}; try a smaller learningRate`,
    );
  model.restoreWeights(best.weights);
  return { epochs: history.epochs.length, bestEpoch: best.epoch, logs: best.logs };
}

function isPair(data: readonly [ModelData, ModelData] | BatchData): data is readonly [ModelData, ModelData] {
  return Array.isArray(data);
}
