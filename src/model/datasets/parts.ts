// The arrays of a data set's inputs, targets or weights, whichever way they are given: one, a list, or an object of them.

import { RecurraError } from "../../platform/error.ts";
import { NdArray, ndarray } from "../../tensor/nd-array.ts";
import type { ArrayLike } from "../batches.ts";
import { isPlainObject, type ModelData } from "../model-data.ts";

/** Arrays with as many rows each, and how they were given. */
export interface Parts {
  readonly arrays: readonly NdArray[];
  /** Other arrays, one for each, in the form in which these were given. */
  wrap(arrays: readonly NdArray[]): ModelData;
}

/**
 * The arrays of some data. Of lists, those that hold arrays or typed arrays are several inputs; all others are one array, of numbers in
 * lists, read as float64 so that nothing is lost before the model reads it in its own dtype.
 *
 * @param what names it in messages
 * @param rows how many rows there are to be, and what has as many
 * @throws RecurraError `input-shape` for another number of rows, `ragged`, `dtype`
 */
export function partsOf(
  what: string,
  data: ModelData,
  rows?: { readonly count: number; readonly of: string },
): Parts {
  const isArray = (part: unknown) => part instanceof NdArray || ArrayBuffer.isView(part);
  const isList = Array.isArray(data) && data.length > 0 && data.every(isArray);
  const named: readonly (readonly [string, ArrayLike])[] = isPlainObject(data)
    ? Object.entries(data as Readonly<Record<string, ArrayLike>>).map(([name, part]) => [
        `${what}.${name}`,
        part,
      ])
    : isList
      ? (data as readonly ArrayLike[]).map((part, i) => [`${what}[${i}]`, part])
      : [[what, data as ArrayLike]];
  const arrays = named.map(([name, part]) => arrayOf(name, part));
  const [first] = arrays;
  const wanted = rows ?? { count: first?.shape[0] ?? 0, of: named[0]?.[0] ?? what };
  for (const [i, array] of arrays.entries()) {
    if (array.rank > 0 && array.shape[0] === wanted.count) continue;
    throw new RecurraError(
      "input-shape",
      `${named[i]?.[0]}: wants ${wanted.count} rows, as many as ${wanted.of}, got [${array.shape.join(", ")}]`,
    );
  }
  return {
    arrays,
    wrap(given) {
      if (isPlainObject(data))
        return Object.fromEntries(Object.keys(data).map((name, i) => [name, given[i] as NdArray]));
      const [only] = given;
      return only !== undefined && given.length === 1 ? only : given;
    },
  };
}

function arrayOf(what: string, data: ArrayLike): NdArray {
  if (data instanceof NdArray) return data;
  try {
    return ndarray(data, Array.isArray(data) ? { dtype: "float64" } : {});
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    throw new RecurraError(error.code, `${what}: ${error.message}`, { cause: error });
  }
}

/** The same rows of each array. */
export function takeRows(parts: Parts, order: Int32Array): ModelData {
  return parts.wrap(parts.arrays.map((array) => array.takeRows(order)));
}
