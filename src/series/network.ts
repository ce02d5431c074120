// The network of the recurrent forecaster: one compiled model, trained anew as often as it is needed.

import "../graph/chain.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Model } from "../model/model.ts";
import { sequential } from "../model/sequential.ts";
import type { WeightsSnapshot } from "../model/weights.ts";
import { layers } from "../nn/layers/index.ts";
import { optimizers } from "../nn/optimizers/index.ts";
import { NdArray } from "../tensor/nd-array.ts";
import type { FitOptions } from "./forecaster.ts";
import type { Windows } from "./windows.ts";

export type RecurrentKind = "lstm" | "gru" | "rnn";

export const recurrentKinds: readonly RecurrentKind[] = ["lstm", "gru", "rnn"];

export interface NetworkSettings {
  readonly kind: RecurrentKind;
  readonly lookback: number;
  readonly horizon: number;
  /** Units of the recurrent layer. */
  readonly units: number;
  readonly batchSize: number;
  readonly epochs: number;
  /** Steps of training in all, over which the learning rate falls to 0. */
  readonly steps: number;
}

const learningRate = 0.002;
const weightDecay = 0.5; // of AdamW: an update takes learningRate · weightDecay of a weight

/** √(error² + 10⁻⁴): the absolute error, smooth at 0. */
function smoothAbsoluteError(yTrue: Tensor, yPred: Tensor): Tensor {
  return yPred.sub(yTrue).square().add(1e-4).sqrt();
}

/** A network from windows [N, L, 1] to horizons [N, H], which starts by forecasting no change. */
export class RecurrentNetwork {
  readonly #settings: NetworkSettings;
  readonly #model: Model;

  constructor(settings: NetworkSettings) {
    this.#settings = settings;
    const { kind, lookback, horizon, units, steps } = settings;
    const config = { units, inputShape: [lookback, 1] };
    const recurrent = { lstm: layers.lstm, gru: layers.gru, rnn: layers.simpleRNN }[kind](config);
    const model = sequential([recurrent, layers.dense({ units: horizon, kernelInitializer: "zeros" })], {
      name: kind,
    });
    model.compile({
      optimizer: optimizers.adamw({
        learningRate: (step) => learningRate * Math.max(0, 1 - step / steps),
        weightDecay,
        globalClipnorm: 1,
      }),
      loss: smoothAbsoluteError,
      threads: 1,
    });
    this.#model = model;
  }

  get parameters(): number {
    return this.#model.countParams();
  }

  /**
   * Trains from fresh weights, which a seed determines, on the targets that count.
   *
   * @param counted [N, H] 1 for a target that counts, else 0
   * @returns the loss of the last epoch
   */
  async train(
    windows: Windows,
    counted: NdArray,
    seed: number,
    hooks: Pick<FitOptions, "signal" | "onEpoch">,
  ): Promise<number> {
    const { batchSize, epochs } = this.#settings;
    const [, horizon = 1] = counted.shape;
    const rows = Int32Array.from(rowsWithTargets(counted, horizon));
    const share = (counted.data as Float32Array).reduce((sum, one) => sum + one, 0) / (rows.length * horizon);
    const weight = counted.takeRows(rows);
    this.#model.reinitialize(seed);
    const history = await this.#model.fit(windows.x.takeRows(rows), windows.y.takeRows(rows), {
      epochs,
      batchSize: Math.min(batchSize, rows.length),
      // Weights with mean 1, so that the loss is the mean over the targets that count.
      sampleWeight: new NdArray(
        (weight.data as Float32Array).map((one) => one / share),
        weight.shape,
      ),
      verbose: "silent",
      callbacks: [
        {
          onEpochEnd: (epoch, logs, training) => {
            hooks.onEpoch?.({ epoch: epoch + 1, epochs, loss: logs.loss ?? Number.NaN });
            if (hooks.signal?.aborted === true) training.stop = true;
          },
        },
      ],
    });
    hooks.signal?.throwIfAborted();
    return history.logs.loss?.at(-1) ?? Number.NaN;
  }

  /** [N, L, 1] -> [N, H] */
  async predict(x: NdArray): Promise<Float32Array> {
    return (await this.#model.predict(x)).data as Float32Array;
  }

  /** What it has learned, to be put back with {@link restore}. */
  snapshot(): WeightsSnapshot {
    return this.#model.snapshotWeights();
  }

  restore(snapshot: WeightsSnapshot): void {
    this.#model.restoreWeights(snapshot);
  }

  /** Writes the model as the folder `folder`. */
  save(folder: string): Promise<void> {
    return this.#model.save(folder);
  }
}

/** Windows with a target that counts. */
function rowsWithTargets({ data, shape }: NdArray, horizon: number): number[] {
  return Array.from({ length: shape[0] ?? 0 }, (_, n) => n).filter((n) =>
    (data as Float32Array).subarray(n * horizon, (n + 1) * horizon).some((one) => one !== 0),
  );
}
