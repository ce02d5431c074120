// bucketByLength: batches of sequences of like length, so that little is computed on padding.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import { Random } from "../../tensor/random.ts";
import type { ModelData } from "../model-data.ts";
import type { Batch, Dataset } from "../source.ts";
import { type BatchingOptions, batchingOptionNames, checkBatching } from "./array-dataset.ts";
import {
  asSequences,
  checkPadOptions,
  lengthOf,
  type PadOptions,
  padArrays,
  type Sequence,
} from "./pad-sequences.ts";
import { type Parts, partsOf, takeRows } from "./parts.ts";

export interface BucketOptions extends BatchingOptions, Omit<PadOptions, "maxLength" | "truncating"> {
  /** N sequences: [t] ids or numbers, or [t, F] vectors. */
  readonly x: readonly Sequence[];
  /** Targets: [N, ...], or with `targets: "step"` a sequence for each of `x`, as long as it. */
  readonly y?: ModelData | readonly Sequence[] | undefined;
  /** "row": a target for each sequence. "step": one for each of its steps. Default "row". */
  readonly targets?: "row" | "step" | undefined;
  /** What fills targets up that are sequences. Default 0. */
  readonly targetValue?: number | undefined;
  /** The dtype of targets that are sequences. Default "float32"; labels are "int32". */
  readonly targetDtype?: DType | undefined;
  /** Weight of each sequence in the loss: [N]. */
  readonly sampleWeight?: ModelData | undefined;
  /** The longest sequence of each bucket, ascending. What is longer than the last of them makes a further bucket. */
  readonly boundaries?: readonly number[] | undefined;
  /** So many buckets with about as many sequences each; goes without `boundaries`. Default 8. */
  readonly bucketCount?: number | undefined;
  /**
   * "bucket": every batch is filled up to the longest sequence of its bucket, so that there are no more shapes of batches than buckets
   * (and one for the last, smaller batch), each of which is compiled once. "batch": up to the longest sequence of the batch, which
   * computes less, but is compiled for each length anew. Default "bucket".
   */
  readonly padTo?: "bucket" | "batch" | undefined;
}

const optionNames: readonly (keyof BucketOptions)[] = [
  ...batchingOptionNames,
  "x",
  "y",
  "targets",
  "targetValue",
  "targetDtype",
  "sampleWeight",
  "boundaries",
  "bucketCount",
  "padTo",
  "padding",
  "value",
  "dtype",
];

/** Sequences of like length. */
interface Bucket {
  /** Steps that batches are filled up to. */
  readonly length: number;
  /** Numbers of the sequences. */
  readonly rows: Int32Array;
}

/**
 * Sequences in batches of like length, for a model whose number of steps is open (`inputShape: [null]` or `[null, F]`). The sequences
 * of a bucket that make no full batch go up into the next bucket, so that an epoch has at most one smaller batch, of the longest. Which
 * sequences meet, and the order of the batches, are drawn anew each epoch, from the seed and the epoch's number.
 *
 * Padded steps are computed like others: let the model mask them (`maskZero`, `masking`), or weigh them 0.
 *
 *     const train = bucketByLength({ x: sentences, y: labels, batchSize: 64, boundaries: [10, 20, 40] });
 *     const model = sequential([
 *       layers.embedding({ inputDim: 5000, outputDim: 32, maskZero: true, inputShape: [null] }),
 *       layers.lstm({ units: 64 }),
 *       layers.dense({ units: 1, activation: "sigmoid" }),
 *     ]);
 *     model.compile({ loss: "binaryCrossentropy" });
 *     await model.fit(train, { epochs: 5 });
 *
 * @throws RecurraError `option-value`, `unknown-option`, `no-rows`; `sequence-shape` and `sequence-length` with the sequence's number
 */
export function bucketByLength(options: BucketOptions): Dataset {
  const what = "bucketByLength";
  if (typeof options !== "object" || options === null)
    throw new RecurraError(
      "option-value",
      `${what}: wants options, { x, batchSize, … }, got ${describe(options)}`,
    );
  checkOptionNames(what, options, optionNames);
  const { batchSize, shuffle, seed, dropRemainder } = checkBatching(what, options);
  const { padding, value, dtype = "int32", padTo = "bucket" } = options;
  checkPadOptions(what, { padding, value, dtype });
  checkChoice(`${what}: padTo`, padTo, ["bucket", "batch"]);
  const sequences = asSequences("x: sequence", options.x, dtype);
  const batchOf = batcher(sequences, options);
  const buckets = bucketsOf(sequences.map(lengthOf), boundariesOf(sequences.map(lengthOf), options));
  const count = sequences.length;
  const steps = dropRemainder ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
  if (steps === 0)
    throw new RecurraError("no-rows", `${what}: ${count} sequences make no batch of ${batchSize}`);
  return {
    steps,
    *batches(epoch): Iterable<Batch> {
      const random = shuffle ? new Random(seed).fold(3).fold(epoch) : undefined;
      const batches = cutBatches(buckets, batchSize, random);
      const all = batches.slice(0, steps);
      const order = random?.fold(0).permutation(all.length) ?? all.keys();
      for (const i of order) {
        const batch = all[i];
        if (batch !== undefined) yield batchOf(batch.rows, padTo === "bucket" ? batch.length : undefined);
      }
    },
  };
}

/** Batches of full size, and a last one of what is left. What is left of a bucket goes into the next. */
function cutBatches(buckets: readonly Bucket[], size: number, random: Random | undefined): readonly Bucket[] {
  const batches: Bucket[] = [];
  let left = new Int32Array();
  let length = 0;
  for (const [i, bucket] of buckets.entries()) {
    const order = random?.fold(i + 1).permutation(bucket.rows.length);
    const rows = order === undefined ? bucket.rows : order.map((place) => bucket.rows[place] ?? 0);
    const waiting = new Int32Array(left.length + rows.length);
    waiting.set(left);
    waiting.set(rows, left.length);
    length = bucket.length;
    let start = 0;
    for (; start + size <= waiting.length; start += size)
      batches.push({ length, rows: waiting.slice(start, start + size) });
    left = waiting.slice(start);
  }
  return left.length === 0 ? batches : [...batches, { length, rows: left }];
}

/** Makes a batch of some sequences, padded to a length or to the longest of them. */
function batcher(
  x: readonly NdArray[],
  options: BucketOptions,
): (rows: Int32Array, length: number | undefined) => Batch {
  const { y, targets = "row", targetValue = 0, targetDtype = "float32", sampleWeight } = options;
  const { padding, value, dtype } = options;
  checkChoice("bucketByLength: targets", targets, ["row", "step"]);
  const rows = { count: x.length, of: "x" };
  const weights = sampleWeight === undefined ? undefined : partsOf("sampleWeight", sampleWeight, rows);
  const given: Parts | undefined =
    y === undefined || targets === "step" ? undefined : partsOf("y", y as ModelData, rows);
  const steps = y === undefined || targets === "row" ? undefined : stepTargets(y, x, targetDtype);
  checkPadOptions("bucketByLength: targets", { value: targetValue, dtype: targetDtype });
  const padded = (arrays: readonly NdArray[], rowsOf: Int32Array, how: PadOptions) =>
    padArrays(
      Array.from(rowsOf, (row) => arrays[row] as NdArray),
      { padding, ...how },
    );
  return (chosen, length) => {
    const maxLength = length ?? longest(Array.from(chosen, (row) => lengthOf(x[row] as NdArray)));
    return {
      x: padded(x, chosen, { value, dtype, maxLength }),
      y: steps
        ? padded(steps, chosen, { value: targetValue, dtype: targetDtype, maxLength })
        : given && takeRows(given, chosen),
      sampleWeight: weights && takeRows(weights, chosen),
    };
  };
}

/** Targets that are sequences, each as long as the one in x. */
function stepTargets(y: BucketOptions["y"], x: readonly NdArray[], dtype: DType): readonly NdArray[] {
  const sequences = asSequences("y: sequence", y as readonly Sequence[], dtype);
  if (sequences.length !== x.length)
    throw new RecurraError(
      "input-shape",
      `y: wants ${x.length} sequences, as many as x, got ${sequences.length}`,
    );
  for (const [i, sequence] of sequences.entries()) {
    const wanted = lengthOf(x[i] as NdArray);
    if (lengthOf(sequence) === wanted) continue;
    throw new RecurraError(
      "sequence-length",
      `y: sequence ${i} has ${lengthOf(sequence)} steps, that of x has ${wanted}; with targets "step" each step has its target`,
    );
  }
  return sequences;
}

/** The upper lengths of the buckets, as given or where they part the sequences evenly. */
function boundariesOf(
  lengths: readonly number[],
  { boundaries, bucketCount }: BucketOptions,
): readonly number[] {
  if (boundaries !== undefined) {
    if (bucketCount !== undefined)
      throw new RecurraError(
        "option-value",
        "bucketByLength: boundaries and bucketCount are given; wanted one of them",
      );
    const isAscending =
      Array.isArray(boundaries) &&
      boundaries.every((length, i) => Number.isInteger(length) && length > (boundaries[i - 1] ?? 0));
    if (isAscending) return boundaries;
    throw new RecurraError(
      "option-value",
      `bucketByLength: boundaries is to be a list of ascending positive whole numbers, got ${describe(boundaries)}`,
    );
  }
  const count = bucketCount ?? 8;
  checkCounts("bucketByLength", { bucketCount: count });
  const sorted = lengths.toSorted((a, b) => a - b);
  const upper = Array.from({ length: count }, (_, i) =>
    Math.max(1, sorted[Math.ceil(((i + 1) * sorted.length) / count) - 1] ?? 1),
  );
  return [...new Set(upper)];
}

/** The longest of some lengths; at least 1, so that there is something to compute. */
function longest(lengths: readonly number[]): number {
  return lengths.reduce((most, length) => Math.max(most, length), 1);
}

/** The buckets that hold sequences. */
function bucketsOf(lengths: readonly number[], boundaries: readonly number[]): readonly Bucket[] {
  const most = longest(lengths);
  const upper = most > (boundaries.at(-1) ?? 0) ? [...boundaries, most] : boundaries;
  const rows: number[][] = upper.map(() => []);
  for (const [row, length] of lengths.entries()) rows[upper.findIndex((limit) => length <= limit)]?.push(row);
  return upper.flatMap((length, i) =>
    rows[i]?.length ? [{ length, rows: Int32Array.from(rows[i] ?? []) }] : [],
  );
}

function checkChoice(what: string, value: unknown, known: readonly string[]): void {
  if (known.includes(value as string)) return;
  throw new RecurraError(
    "option-value",
    `${what} is to be ${known.map((name) => `"${name}"`).join(" or ")}, got ${describe(value)}`,
  );
}
