// padSequences: sequences of different lengths as one array, cut and filled up to one length.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { DTYPES, type DType } from "../../tensor/dtype.ts";
import { encode } from "../../tensor/elements.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../tensor/shape.ts";
import { type ArrayLike, asArray } from "../batches.ts";

/** One sequence: [t] numbers, or [t, ...] vectors. */
export type Sequence = ArrayLike;

/** Which end of a sequence: its beginning or its end. */
export type SequenceEnd = "pre" | "post";

export interface PadOptions {
  /** Steps of the result. Default: as many as the longest sequence has. */
  readonly maxLength?: number | undefined;
  /** Where short sequences are filled up. Default "pre". */
  readonly padding?: SequenceEnd | undefined;
  /** Where long sequences are cut. Default "pre": their last steps stay. */
  readonly truncating?: SequenceEnd | undefined;
  /** What they are filled up with. Default 0. */
  readonly value?: number | undefined;
  /** Default "int32". */
  readonly dtype?: DType | undefined;
}

/** The options of {@link padSequences}. */
export const padOptionNames: readonly (keyof PadOptions)[] = [
  "maxLength",
  "padding",
  "truncating",
  "value",
  "dtype",
];

/** Fails for options that are out of range. @throws RecurraError `option-value` */
export function checkPadOptions(what: string, options: PadOptions): void {
  const { maxLength, padding, truncating, value, dtype } = options;
  if (maxLength !== undefined) checkCounts(what, { maxLength });
  const choices: readonly (readonly [string, unknown, readonly unknown[]])[] = [
    ["padding", padding, ["pre", "post"]],
    ["truncating", truncating, ["pre", "post"]],
    ["dtype", dtype, DTYPES],
  ];
  for (const [name, given, known] of choices) {
    if (given !== undefined && !known.includes(given))
      throw new RecurraError(
        "option-value",
        `${what}: ${name} is to be one of ${known.join(", ")}, got ${describe(given)}`,
      );
  }
  if (value !== undefined && (typeof value !== "number" || encode(value, dtype ?? "int32") === undefined))
    throw new RecurraError(
      "option-value",
      `${what}: value is to be a number of dtype ${dtype ?? "int32"}, got ${describe(value)}`,
    );
}

/**
 * Puts sequences of different lengths into one array: shorter ones are filled up, longer ones cut. The semantics and the defaults are
 * those of Keras' `pad_sequences`, but that fractions are refused where the dtype is "int32", not cut off.
 *
 *     padSequences([[1], [2, 3], [4, 5, 6]]);                                  // [[0, 0, 1], [0, 2, 3], [4, 5, 6]]
 *     padSequences([[1], [2, 3], [4, 5, 6]], { maxLength: 2, padding: "post" }); // [[1, 0], [2, 3], [5, 6]]
 *
 * @param sequences N of them, [t] each; or [t, F], and so on, of vectors of one shape
 * @returns [N, maxLength], or [N, maxLength, F]
 * @throws RecurraError `option-value`, `unknown-option`; `ragged` and `sequence-shape` with the sequence's number
 */
export function padSequences(sequences: readonly Sequence[], options: PadOptions = {}): NdArray {
  checkOptionNames("padSequences", options, padOptionNames);
  checkPadOptions("padSequences", options);
  const arrays = asSequences("padSequences: sequence", sequences, options.dtype ?? "int32");
  return padArrays(arrays, options);
}

/**
 * The sequences as arrays of one dtype, all of whose steps have one shape; an empty one has no steps of that shape.
 *
 * @param what what a sequence is called in messages, before its number
 */
export function asSequences(what: string, sequences: readonly Sequence[], dtype: DType): readonly NdArray[] {
  if (!Array.isArray(sequences))
    throw new RecurraError("sequence-shape", `${what}s: wants a list of them, got ${describe(sequences)}`);
  const arrays = sequences.map((sequence, i) => {
    if (typeof sequence === "number" || typeof sequence === "boolean")
      throw new RecurraError("sequence-shape", `${what} ${i}: wants a list or an array, got ${sequence}`);
    return asArray(`${what} ${i}`, sequence, dtype);
  });
  const step = arrays.find(({ size }) => size > 0)?.shape.slice(1) ?? [];
  return arrays.map((array, i) => {
    if (array.size === 0 && array.shape[0] === 0) return NdArray.zeros([0, ...step], dtype);
    if (array.rank > 0 && sameShape(array.shape.slice(1), step)) return array;
    throw new RecurraError(
      "sequence-shape",
      `${what} ${i}: its shape is ${formatShape(array.shape)}; wanted [${["steps", ...step].join(", ")}], like those before it`,
    );
  });
}

/** Steps of a sequence. */
export function lengthOf(sequence: NdArray): number {
  return sequence.shape[0] ?? 0;
}

/** As {@link padSequences}, for arrays that have been checked. */
export function padArrays(sequences: readonly NdArray[], options: PadOptions = {}): NdArray {
  const { padding = "pre", truncating = "pre", value = 0, dtype = "int32" } = options;
  const length =
    options.maxLength ?? sequences.reduce((most, sequence) => Math.max(most, lengthOf(sequence)), 0);
  const step: Shape = sequences[0]?.shape.slice(1) ?? [];
  const width = sizeOf(step);
  const padded = NdArray.full([sequences.length, length, ...step], value, dtype);
  const target = padded.data as Float32Array;
  for (const [i, sequence] of sequences.entries()) {
    const kept = Math.min(lengthOf(sequence), length);
    const from = truncating === "pre" ? lengthOf(sequence) - kept : 0;
    const to = padding === "pre" ? length - kept : 0;
    target.set(
      (sequence.data as Float32Array).subarray(from * width, (from + kept) * width),
      (i * length + to) * width,
    );
  }
  return padded;
}
