// Small data sets and helpers that the tests of models share.

import { expect } from "vitest";
import type { Network } from "../../../src/model/network.ts";
import { NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { type Shape, sizeOf } from "../../../src/tensor/shape.ts";

/** Normal float32 numbers; the same ones for the same seed. */
export function normal(shape: Shape, seed = 1): NdArray {
  return new Random(seed).normal(shape);
}

/** float32 numbers given by their place in memory. */
export function filled(shape: Shape, value: (flat: number) => number): NdArray {
  return new NdArray(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
    shape,
  );
}

/** y = 2·x₀ - 3·x₁ + 1 + noise, for rows x of two features. */
export function linearData(rows: number, noise = 0): { readonly x: NdArray; readonly y: NdArray } {
  const x = normal([rows, 2], 7);
  const error = normal([rows], 8).data;
  const y = filled([rows, 1], (i) => 2 * x.at(i, 0) - 3 * x.at(i, 1) + 1 + noise * Number(error[i]));
  return { x, y };
}

/** The numbers of all weights, one list after the other. */
export function weightsOf(model: Network): number[] {
  return model.weights.flatMap(({ weight }) => weight.value.toArray());
}

/** Sets the weights of a model, in order. */
export function setWeights(model: Network, values: readonly (readonly number[])[]): void {
  for (const [i, { weight }] of model.weights.entries()) {
    weight.assign(ndarray([...(values[i] ?? [])]).reshape(weight.shape));
  }
}

/** Runs the work with a sink in place of standard error, and gives what was written. */
export async function written(work: () => Promise<unknown>): Promise<string> {
  const parts: string[] = [];
  const { write } = process.stderr;
  process.stderr.write = (text: string | Uint8Array) => {
    parts.push(String(text));
    return true;
  };
  try {
    await work();
  } finally {
    process.stderr.write = write;
  }
  return parts.join("");
}

/** Fails unless two arrays are of one shape, and of the same numbers up to the rounding of float32. */
export function expectClose(given: NdArray | undefined, wanted: NdArray | undefined, digits = 5): void {
  expect(given?.shape).toEqual(wanted?.shape);
  const numbers = wanted?.toArray() ?? [];
  for (const [i, value] of (given?.toArray() ?? []).entries())
    expect(value, `element ${i}`).toBeCloseTo(numbers[i] ?? Number.NaN, digits);
}
