// From the arrays that a user gives to batches of rows: checks, shuffling, and buffers that are filled anew for each step.

import { checkedNumber } from "../nn/choice.ts";
import { fitsShape, formatDimensions, type InputShape, withSteps } from "../nn/open-length.ts";
import { RecurraError } from "../platform/error.ts";
import { allocate, type DType, type TypedArray } from "../tensor/dtype.ts";
import { NdArray, type Nested, ndarray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { formatShape, sameShape, sizeOf } from "../tensor/shape.ts";
import { checkWhole } from "./values.ts";

/** Data as users give it: an array, or nested lists of numbers. */
export type ArrayLike = NdArray | Nested | TypedArray;

/**
 * The array in a dtype that the model reads.
 *
 * @param what names it in messages
 * @throws RecurraError for ragged lists, values that are no numbers, and fractions where whole numbers are wanted
 */
export function asArray(what: string, data: ArrayLike, dtype: DType): NdArray {
  // Lists are read in the dtype at once: on a way through float32, ids above 2^24 would change.
  const array =
    data instanceof NdArray ? data : naming(what, () => ndarray(data, Array.isArray(data) ? { dtype } : {}));
  if (dtype === "int32") checkWhole(what, array);
  return naming(what, () => array.astype(dtype));
}

/** Puts what the work is on before the messages of its errors. */
function naming<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RecurraError
      ? new RecurraError(error.code, `${what}: ${error.message}`, { cause: error })
      : error;
  }
}

/**
 * Inputs of a model: [N, ...shape] in the model's dtype. An empty list stands for no rows.
 *
 * @throws RecurraError that names the argument and the layer which wants the shape
 */
export function checkInputs(
  what: string,
  data: ArrayLike,
  shape: InputShape,
  dtype: DType,
  layer: string,
): NdArray {
  const array = asArray(what, data, dtype);
  if (sameShape(array.shape, [0])) return array.reshape([0, ...withSteps(shape, 1)]);
  if (array.rank === 0 || !fitsShape(array.shape.slice(1), shape)) {
    const dimensions = shape.length === 0 ? "" : `, ${formatDimensions(shape)}`;
    throw new RecurraError(
      "input-shape",
      `${what}: layer ${layer} wants [samples${dimensions}], got ${formatShape(array.shape)}`,
    );
  }
  return array;
}

/** Fails unless an array has as many rows as another. */
export function checkSameRows(what: string, array: NdArray, count: number, other: string): void {
  if (array.rank === 0 || array.shape[0] !== count) {
    throw new RecurraError(
      "input-shape",
      `${what}: wants ${count} rows, as many as ${other}, got ${formatShape(array.shape)}`,
    );
  }
}

/** Fails unless a number of rows to take at once is one. */
export function checkBatchSize(what: string, batchSize: unknown): void {
  checkedNumber(
    `${what}: batchSize`,
    batchSize,
    (size) => Number.isInteger(size) && size > 0,
    "a positive whole number",
  );
}

/** An array of fixed shape into which rows are copied, so that every step reads the same memory. */
export class RowBuffer {
  readonly array: NdArray;
  readonly #width: number;

  constructor(rows: number, source: NdArray) {
    const shape = [rows, ...source.shape.slice(1)];
    this.#width = sizeOf(shape.slice(1));
    this.array = new NdArray(allocate(source.dtype, sizeOf(shape)), shape, source.dtype);
  }

  /** Copies the rows that `order[start]`, `order[start + 1]`, … name. */
  fill(source: NdArray, order: Int32Array, start: number): NdArray {
    const [rows = 0] = this.array.shape;
    const width = this.#width;
    const target = this.array.data as Float32Array;
    const data = source.data as Float32Array;
    for (let i = 0; i < rows; i++) {
      const row = (order[start + i] ?? 0) * width;
      if (width === 1) target[i] = data[row] ?? 0;
      else target.set(data.subarray(row, row + width), i * width);
    }
    return this.array;
  }
}

/** The order of rows in an epoch: drawn from a seed, or as they lie. */
export function rowOrder(count: number, seed: number | undefined, epoch: number): Int32Array {
  return seed === undefined ? inOrder(count) : new Random(seed).fold(1).fold(epoch).permutation(count);
}

/** 0, 1, …, n - 1 */
function inOrder(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}
