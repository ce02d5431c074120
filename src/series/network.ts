// The network of the recurrent forecaster: built, trained on windows, asked and saved.

import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { FitOptions } from "./forecaster.ts";
import type { Windows } from "./windows.ts";

export type RecurrentKind = "lstm" | "gru" | "rnn";

export const RECURRENT_KINDS: readonly RecurrentKind[] = ["lstm", "gru", "rnn"];

export interface NetworkSettings {
  readonly kind: RecurrentKind;
  /** Units of the recurrent layer. */
  readonly units: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
}

export interface TrainedNetwork {
  /** How many weights were trained. */
  readonly parameters: number;
  /** Of the last epoch. */
  readonly loss: number;
  /** [N, L, 1] -> [N, H] */
  predict(x: NdArray): Promise<NdArray>;
  /** Writes the model as the folder `folder`, which does not exist yet. */
  save(folder: string): Promise<void>;
}

/** Trains a network that maps x [N, L, 1] to y [N, H]. */
export type TrainNetwork = (
  windows: Windows,
  settings: NetworkSettings,
  hooks: Pick<FitOptions, "signal" | "onEpoch">,
) => Promise<TrainedNetwork>;

export const trainNetwork: TrainNetwork = async (_windows, settings) => {
  throw new RecurraError("not-built", `The ${settings.kind} network is not part of this build yet.`);
};
