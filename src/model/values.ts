// Checks of the numbers in arrays, before they reach the weights: faults are named by their row and place.

import { RecurraError } from "../platform/error.ts";
import { isFloat } from "../tensor/dtype.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { formatShape, stridesOf } from "../tensor/shape.ts";

/** Where an element stands: `row 3, at [3, 0, 1]`. */
function placeOf({ shape }: NdArray, flat: number): string {
  const index = stridesOf(shape).map((stride, axis) => Math.floor(flat / stride) % (shape[axis] ?? 1));
  return `row ${index[0] ?? 0}, at ${formatShape(index)}`;
}

/**
 * Fails unless all numbers are finite: a single NaN in a batch makes every weight NaN.
 *
 * @throws RecurraError `not-finite`
 */
export function checkFinite(what: string, array: NdArray): void {
  if (!isFloat(array.dtype)) return;
  const { data } = array as { readonly data: Float32Array };
  if (allFinite(data)) return;
  const odd = data.findIndex((value) => !Number.isFinite(value));
  throw new RecurraError(
    "not-finite",
    `${what}: ${placeOf(array, odd)}, is ${data[odd]}; training wants finite numbers. Leave the row out, or fill the place in`,
  );
}

/** Whether all numbers are finite. 0·x is NaN where x is not finite. Four sums that do not wait for each other: trainOnBatch checks every batch. */
export function allFinite(data: Float32Array): boolean {
  const whole = data.length - (data.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += 0 * (data[i] ?? 0);
    b += 0 * (data[i + 1] ?? 0);
    c += 0 * (data[i + 2] ?? 0);
    d += 0 * (data[i + 3] ?? 0);
  }
  for (let i = whole; i < data.length; i++) a += 0 * (data[i] ?? 0);
  return a + b + c + d === 0;
}

/**
 * Fails unless all numbers are whole.
 *
 * @throws RecurraError `not-whole`
 */
export function checkWhole(what: string, array: NdArray): void {
  if (!isFloat(array.dtype)) return;
  const numbers = array.toFloat64();
  const odd = numbers.findIndex((number) => !Number.isInteger(number));
  if (odd >= 0) {
    throw new RecurraError(
      "not-whole",
      `${what}: ${placeOf(array, odd)}, is ${numbers[odd]}; whole numbers are wanted`,
    );
  }
}

/** Whole numbers from 0 to `count - 1`, and what stands for them. */
export interface NumberRange {
  /** What a number is: "id", "label". */
  readonly kind: string;
  readonly count: number;
  /** Whose range it is: "the table of layer embedding". */
  readonly owner: string;
  /** A number that is let through as well. */
  readonly except?: number | undefined;
}

/**
 * Fails unless all of an array's whole numbers are in a range.
 *
 * @throws RecurraError `id-range`
 */
export function checkRange(what: string, array: NdArray, { kind, count, owner, except }: NumberRange): void {
  const { data } = array;
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (!(value >= 0 && value < count) && value !== except) {
      throw new RecurraError(
        "id-range",
        `${what}: ${kind} ${value} in ${placeOf(array, i)}, is outside ${owner}: ${kind}s run from 0 to ${count - 1}`,
      );
    }
  }
}
