// What runs a model: the small interface that every device implements, and the default device of the platform.

import type { NdArray } from "../tensor/nd-array.ts";

export { device as defaultDevice } from "#device";

export interface LoadOptions {
  /** Threads that one op may use. Default: one for each core. */
  readonly threads?: number;
  /** What errors call the model. Default "the model". */
  readonly label?: string;
}

/** Something that executes ONNX models. */
export interface Device {
  readonly name: string;
  /**
   * Makes an ONNX model ready to run.
   *
   * @throws RecurraError `device` where the device does not accept it
   */
  load(model: Uint8Array, options?: LoadOptions): Promise<Executable>;
}

/** A model that is ready to run. */
export interface Executable {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Runs the model once.
   *
   * @param feeds an array for each input, in the order of `inputNames`; they are read, not copied
   * @returns an array for each output, in the order of `outputNames`; no other run touches them
   * @throws RecurraError `device` where the feeds do not fit or an op fails
   */
  run(feeds: readonly NdArray[]): Promise<readonly NdArray[]>;
  /** Gives back what the device holds for the model. It cannot run afterwards. */
  release(): Promise<void>;
}
