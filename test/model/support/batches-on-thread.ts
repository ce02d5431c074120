// A module of batches, as workerDataset loads it on a thread of its own.

import { NdArray } from "../../../src/tensor/nd-array.ts";

export interface ThreadArgs {
  readonly count: number;
  /** How the arrays are given. Default "arrays". */
  readonly form?: "arrays" | "typed" | "lists" | "named" | "several" | "parts" | "same" | "code" | "none";
  /** The batch at which it fails. */
  readonly failAt?: number;
  /** Counts the batches that were made. */
  readonly made?: Int32Array<SharedArrayBuffer>;
}

const shared = new Float32Array(2);

function dataFor(value: number, form: ThreadArgs["form"]): unknown {
  const numbers = new Float32Array([value, value + 0.5]);
  const array = new NdArray(numbers, [2, 1]);
  switch (form) {
    case "typed":
      return numbers;
    case "lists":
      return [[value], [value + 0.5]];
    case "named":
      return { a: array, b: Int32Array.of(value, value) };
    case "several":
      return [array, array];
    case "parts":
      return new NdArray(Float32Array.of(9, value, value + 0.5, 9), [4, 1]).rows(1, 3);
    case "same":
      return shared;
    case "code":
      return () => value;
    default:
      return array;
  }
}

export async function* batches(epoch: number, { count, form, failAt, made }: ThreadArgs) {
  for (let i = 0; i < count; i++) {
    if (i === failAt) throw new RangeError(`batch ${i} is lost`);
    if (made !== undefined) {
      Atomics.add(made, 0, 1);
      Atomics.notify(made, 0);
    }
    const value = 100 * epoch + i;
    yield form === "none" ? value : { x: dataFor(value, form), y: new Float32Array([i, i]) };
  }
}
