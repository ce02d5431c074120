// What a method of classification is: it fits to prepared series, and then gives each series probabilities of the classes.

import type { NdArray } from "../../tensor/nd-array.ts";
import type { Description, Json } from "../forecasters/local-model.ts";
import type { EpochReport, TrainingRecord } from "./training-record.ts";

/** A series made ready: [C] channels of [T] finite values. */
export type Sample = readonly Float64Array[];

/** How many steps the longest of some series has. */
export function longestOf(x: readonly Sample[]): number {
  return x.reduce((most, [first]) => Math.max(most, first?.length ?? 0), 0);
}

/** Series made ready, with their classes. */
export interface Samples {
  /** [N] */
  readonly x: readonly Sample[];
  /** [N] Whole numbers from 0 to K - 1. */
  readonly labels: Int32Array;
  /** K */
  readonly classes: number;
}

/** What a method is told beside the series. */
export interface MethodTask {
  /** Whatever is random in the fit comes from this seed. */
  readonly seed: number;
  /** [K] What an error on a series of each class counts. */
  readonly classWeight: Float64Array;
  /** Ends the fit as soon as possible when it is aborted; the fit then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called as the work goes on. */
  readonly onProgress?: ((progress: MethodProgress) => void) | undefined;
}

/** How far a fit is. */
export interface MethodProgress {
  /** The part that is done, 0 to 1. */
  readonly done: number;
  /** The epoch just ended, where the method trains in epochs. */
  readonly epoch?: EpochReport | undefined;
}

/** What a method has learned. */
export interface FittedMethod {
  /** [N, K] row-major: the probability of each class, rows that add up to 1. */
  probabilities(x: readonly Sample[]): Promise<Float64Array>;
  /** Sizes, settings, figures of the fit. */
  describe(): Description;
  /** How the training went, where it went in epochs. */
  readonly training?: TrainingRecord | undefined;
  /** All that is to be saved; what stands in files of its own is written by `saveInto`. */
  state(): MethodState;
  /** Writes what the state does not hold into a folder that exists. */
  saveInto?(folder: string): Promise<void>;
}

/** What a method has learned, as data. */
export interface MethodState {
  readonly json: Json;
  readonly arrays: Readonly<Record<string, NdArray>>;
}

/** A way to classify series. */
export interface Method {
  /** What it is called in tables and files: kebab-case. */
  readonly name: string;
  /** Whether series of one length in training want series of that length in predictions. */
  readonly wantsOneLength?: boolean;
  fit(training: Samples, task: MethodTask): Promise<FittedMethod>;
  /** What it had learned when the state was saved; `folder` is the one that `saveInto` wrote into. */
  restore(state: MethodState, classes: number, folder: string): Promise<FittedMethod>;
}
