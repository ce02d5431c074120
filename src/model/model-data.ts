// Data for a model of several inputs or outputs: an array each, in a list or under their names.

import { describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import { NdArray } from "../tensor/nd-array.ts";
import type { ArrayLike } from "./batches.ts";

/** An array; for several inputs or outputs a list of them in order, or an object that names them. */
export type ModelData = ArrayLike | readonly ArrayLike[] | Readonly<Record<string, ArrayLike>>;

/** One array of several, with what messages call it. */
export interface NamedData {
  readonly what: string;
  readonly data: ArrayLike;
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || value instanceof NdArray) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * The array for each of some names.
 *
 * @param what the argument, for messages
 * @param optional whether an object may leave names out
 * @throws RecurraError `model-data` for a wrong number of arrays, or a name that is unknown or missing
 */
export function dataFor(
  what: string,
  data: ModelData,
  names: readonly string[],
  { optional = false } = {},
): readonly (NamedData | undefined)[] {
  if (isPlainObject(data)) {
    const given = data as Readonly<Record<string, ArrayLike>>;
    const odd = Object.keys(given).find((name) => !names.includes(name));
    if (odd !== undefined) {
      throw new RecurraError(
        "model-data",
        `${what}: there is no "${odd}". ${suggestion(odd, names)}Wanted are ${names.join(", ")}`,
      );
    }
    return names.map((name) => {
      const array = given[name];
      if (array !== undefined) return { what: `${what}.${name}`, data: array };
      if (optional) return undefined;
      throw new RecurraError("model-data", `${what}: "${name}" is missing; wanted are ${names.join(", ")}`);
    });
  }
  if (names.length === 1) {
    const isListOfOne = Array.isArray(data) && data.length === 1 && data[0] instanceof NdArray;
    return [{ what, data: (isListOfOne ? data[0] : data) as ArrayLike }];
  }
  if (!Array.isArray(data) || data.length !== names.length) {
    const got = Array.isArray(data)
      ? `a list of ${data.length}`
      : data instanceof NdArray
        ? "one array"
        : describe(data);
    throw new RecurraError(
      "model-data",
      `${what}: wants ${names.length} arrays, for ${names.join(", ")}, in a list or under their names, got ${got}`,
    );
  }
  return names.map((name, i) => ({
    what: `${what}.${name}`,
    data: (data as readonly ArrayLike[])[i] as ArrayLike,
  }));
}
