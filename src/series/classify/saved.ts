// Reading what methods saved: fields of JSON and arrays, checked as they are taken, and series as arrays.

import { RecurraError } from "../../platform/error.ts";
import { NdArray, type NdArray as Stored } from "../../tensor/nd-array.ts";
import type { Json } from "../forecasters/local-model.ts";
import type { MethodState, Sample } from "./method.ts";

/** A field of a JSON object. @throws RecurraError `classifier-state` where it is missing */
export function fieldOf(json: Json, name: string): Json {
  const value =
    typeof json === "object" && json !== null && !Array.isArray(json)
      ? (json as { [key: string]: Json })[name]
      : undefined;
  if (value === undefined) throw broken(`"${name}" is missing`);
  return value;
}

/** @throws RecurraError `classifier-state` for anything but a number */
export function numberOf(json: Json, name: string): number {
  const value = fieldOf(json, name);
  if (typeof value !== "number") throw broken(`"${name}" is no number`);
  return value;
}

/** @throws RecurraError `classifier-state` for anything but a text */
export function textOf(json: Json, name: string): string {
  const value = fieldOf(json, name);
  if (typeof value !== "string") throw broken(`"${name}" is no text`);
  return value;
}

/** @throws RecurraError `classifier-state` for anything but a list of numbers */
export function numbersOf(json: Json, name: string): readonly number[] {
  const value = fieldOf(json, name);
  if (!Array.isArray(value) || !value.every((one) => typeof one === "number"))
    throw broken(`"${name}" is no list of numbers`);
  return value as readonly number[];
}

/** @throws RecurraError `classifier-state` for anything but a list of texts */
export function textsOf(json: Json, name: string): readonly string[] {
  const value = fieldOf(json, name);
  if (!Array.isArray(value) || !value.every((one) => typeof one === "string"))
    throw broken(`"${name}" is no list of texts`);
  return value as readonly string[];
}

/** An array of a state. @throws RecurraError `classifier-state` where it is missing */
export function arrayOf({ arrays }: Pick<MethodState, "arrays">, name: string): Stored {
  const array = arrays[name];
  if (array === undefined) throw broken(`the array "${name}" is missing`);
  return array;
}

/** The error of a saved classifier that is not whole. */
export function broken(problem: string): RecurraError {
  return new RecurraError(
    "classifier-state",
    `The saved classifier cannot be read: ${problem}. Save it anew.`,
  );
}

/** Series as two arrays: all values one after the other, and the length of each. */
export function packSamples(x: readonly Sample[]): Readonly<Record<"values" | "lengths", NdArray>> {
  const lengths = Int32Array.from(x, ([first]) => first?.length ?? 0);
  const channels = x[0]?.length ?? 0;
  const values = new Float64Array(lengths.reduce((sum, length) => sum + length * channels, 0));
  let offset = 0;
  for (const sample of x) {
    for (const channel of sample) {
      values.set(channel, offset);
      offset += channel.length;
    }
  }
  return { values: new NdArray(values, [values.length]), lengths: new NdArray(lengths, [lengths.length]) };
}

/** The inverse of {@link packSamples}. */
export function unpackSamples(state: Pick<MethodState, "arrays">, channels: number): readonly Sample[] {
  const values = arrayOf(state, "values").toFloat64();
  const lengths = arrayOf(state, "lengths").toArray();
  let offset = 0;
  return lengths.map((length) =>
    Array.from({ length: channels }, () => {
      const channel = values.subarray(offset, offset + length);
      if (channel.length !== length) throw broken("it holds fewer values than its series have");
      offset += length;
      return channel;
    }),
  );
}
