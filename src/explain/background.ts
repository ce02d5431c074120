// Backgrounds: the rows that stand in for features which are taken to be unknown, each with a weight.

import { checkOptionNames, describe } from "../nn/choice.ts";
import { checkCounts } from "../nn/option-checks.ts";
import { RecurraError } from "../platform/error.ts";
import { NdArray, type Nested, ndarray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { formatShape, sizeOf } from "../tensor/shape.ts";

/** Rows [N, ...]: an array, or nested lists, which become float32. */
export type RowData = NdArray | readonly Nested[];

/** Rows with weights, such as centres of clusters that stand for so many rows each. */
export interface WeightedRows {
  readonly rows: RowData;
  /** [N] from 0 up; only their shares matter. Default: all alike. */
  readonly weights?: ArrayLike<number> | undefined;
}

/** A checked background. */
export interface Background {
  /** [N, ...] */
  readonly rows: NdArray;
  /** [N] They sum to 1. */
  readonly weights: Float64Array;
}

/**
 * Rows as an array.
 *
 * @throws RecurraError `no-rows`, `input-shape` for what has no rows, `dtype` or `ragged` for lists that are none
 */
export function asRows(what: string, given: unknown): NdArray {
  let array: NdArray;
  if (given instanceof NdArray) array = given;
  else if (!Array.isArray(given))
    throw new RecurraError("input-shape", `${what}: wants rows [N, features], got ${describe(given)}`);
  else if (given.length === 0) throw new RecurraError("no-rows", `${what}: there are no rows`);
  else {
    try {
      array = ndarray(given as Nested, { dtype: "float32" });
    } catch (error) {
      if (!(error instanceof RecurraError)) throw error;
      throw new RecurraError(error.code, `${what}: ${error.message}`, { cause: error });
    }
  }
  if (array.rank < 2)
    throw new RecurraError(
      "input-shape",
      `${what}: wants rows [N, features], got ${formatShape(array.shape)}; one row is a list of one: [row]`,
    );
  if (array.dtype === "int64" || array.dtype === "float16")
    throw new RecurraError(
      "dtype",
      `${what}: holds ${array.dtype}; wanted float32, float64 or int32: astype("int32")`,
    );
  if (array.shape[0] === 0) throw new RecurraError("no-rows", `${what}: there are no rows`);
  if (array.size === 0) throw new RecurraError("input-shape", `${what}: the rows have no features`);
  return array;
}

/** @throws RecurraError `no-rows`, `input-shape`, `weights` */
export function checkBackground(what: string, given: RowData | WeightedRows): Background {
  const isWeighted =
    typeof given === "object" && given !== null && !Array.isArray(given) && !(given instanceof NdArray);
  if (isWeighted) checkOptionNames(`${what}: background`, given, ["rows", "weights"]);
  const rows = asRows(`${what}: background`, isWeighted ? (given as WeightedRows).rows : given);
  const count = rows.shape[0] ?? 0;
  const weights = isWeighted ? (given as WeightedRows).weights : undefined;
  if (weights === undefined) return { rows, weights: new Float64Array(count).fill(1 / count) };
  if (weights.length !== count)
    throw new RecurraError(
      "weights",
      `${what}: background has ${count} rows and ${weights.length} weights; wanted one for each`,
    );
  const numbers = Float64Array.from(weights);
  const odd = numbers.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  const total = numbers.reduce((sum, weight) => sum + weight, 0);
  if (odd >= 0 || total === 0)
    throw new RecurraError(
      "weights",
      `${what}: background: ${odd >= 0 ? `weight ${odd} is ${numbers[odd]}` : "all weights are 0"}; wanted numbers from 0 up, some above`,
    );
  return { rows, weights: numbers.map((weight) => weight / total) };
}

/**
 * Rows drawn at random, each at most once: a background from a large table.
 *
 * @param count how many; all rows, in random order, where there are not more
 * @throws RecurraError `no-rows`, `option-value`
 */
export function sampleRows(rows: RowData, count: number, options: { readonly seed?: number } = {}): NdArray {
  checkOptionNames("sampleRows", options, ["seed"]);
  const array = asRows("sampleRows", rows);
  checkCounts("sampleRows", { count });
  const order = new Random(options.seed ?? 0).permutation(array.shape[0] ?? 0);
  return array.takeRows(order.subarray(0, count));
}

/** Elements in one row. */
export function widthOf(rows: NdArray): number {
  return sizeOf(rows.shape.slice(1));
}
