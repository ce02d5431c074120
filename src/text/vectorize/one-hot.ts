// oneHot: each token as a row of zeros with a 1 in the column of its id.

import { checkOptionNames } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { checkSequences, type IdSequence } from "./sequences.ts";

export interface OneHotOptions {
  /** Steps of the result; what is beyond is cut off, what is missing is zeros. Default: as many as the longest sequence has. */
  readonly maxLength?: number | undefined;
  /** Default "float32"; "bool" takes a quarter of the room. */
  readonly dtype?: "float32" | "bool" | undefined;
}

/**
 * One-hot vectors of sequences of ids. The lecture's example, "The cat sat on the mat." and "The dog ate my homework." with ids from 1,
 * gives an array [2, 10, 11] (F. Chollet, "Deep Learning with Python", 2017, section 6.1.1).
 *
 * @param sequences N of them, of ids below `size`
 * @param size V, how many ids there are
 * @returns [N, maxLength, V]
 * @throws RecurraError `unknown-option`, `option-value`, `token-id`
 */
export function oneHot(sequences: readonly IdSequence[], size: number, options: OneHotOptions = {}): NdArray {
  checkOptionNames("oneHot", options, ["maxLength", "dtype"]);
  checkSequences("oneHot", sequences, size);
  const { dtype = "float32" } = options;
  if (options.maxLength !== undefined) checkCounts("oneHot", { maxLength: options.maxLength });
  if (dtype !== "float32" && dtype !== "bool")
    throw new RecurraError("option-value", `oneHot: dtype is ${dtype}; wanted "float32" or "bool".`);
  const steps = options.maxLength ?? sequences.reduce((most, { length }) => Math.max(most, length), 0);
  const array = NdArray.zeros([sequences.length, steps, size], dtype);
  const data = array.data as Float32Array | Uint8Array;
  for (const [n, sequence] of sequences.entries()) {
    const length = Math.min(steps, sequence.length);
    for (let t = 0; t < length; t++) data[(n * steps + t) * size + (sequence[t] ?? 0)] = 1;
  }
  return array;
}
