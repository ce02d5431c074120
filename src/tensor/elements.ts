// Single elements and whole arrays of them: encoding, writing, and converting between dtypes.

import { RecurraError } from "../platform/error.ts";
import {
  allocate,
  type DType,
  float16ToFloat32,
  float32ToFloat16,
  float32ToFloat16Array,
  type TypedArray,
} from "./dtype.ts";

/** The form in which an array of `dtype` stores `value`, or undefined when it has none. */
export function encode(value: unknown, dtype: DType): number | bigint | undefined {
  if (typeof value !== "number" && typeof value !== "boolean" && typeof value !== "bigint") return undefined;
  switch (dtype) {
    case "float32":
    case "float64":
      return Number(value);
    case "float16":
      return float32ToFloat16(Number(value));
    case "int32":
      return Number(value) === (Number(value) | 0) ? Number(value) : undefined;
    case "int64":
      if (typeof value === "bigint") return BigInt.asIntN(64, value) === value ? value : undefined;
      return Number.isSafeInteger(Number(value)) ? BigInt(value) : undefined;
    case "bool":
      return Number(value) === 0 || Number(value) === 1 ? Number(value) : undefined;
  }
}

type NumberArray = Exclude<TypedArray, BigInt64Array>;

/** Writes an element encoded for the array's dtype. */
export function store(data: TypedArray, flat: number, encoded: number | bigint): void {
  if (typeof encoded === "bigint") (data as BigInt64Array)[flat] = encoded;
  else (data as NumberArray)[flat] = encoded;
}

/** Fills with an element encoded for the array's dtype. */
export function fill(data: TypedArray, encoded: number | bigint): void {
  if (typeof encoded === "bigint") (data as BigInt64Array).fill(encoded);
  else (data as NumberArray).fill(encoded);
}

/** Copies an array into another of its own kind. */
export function copyInto(target: TypedArray, source: TypedArray, offset: number): void {
  // The kinds are the same, which a union of array types cannot say.
  (target as Float32Array).set(source as Float32Array, offset);
}

/** The elements of an array of `dtype` as float64 numbers, in `target` when given; int64 beyond ±2^53 is rounded. */
export function toNumbers<Target extends Float32Array | Float64Array>(
  data: TypedArray,
  dtype: DType,
  target: Target,
): Target {
  if (dtype === "float16") {
    let i = 0;
    for (const bits of data as Uint16Array) target[i++] = float16ToFloat32(bits);
  } else if (dtype === "int64") {
    let i = 0;
    for (const element of data as BigInt64Array) target[i++] = Number(element);
  } else {
    target.set(data as NumberArray);
  }
  return target;
}

/**
 * The elements of an array of dtype `from` as elements of dtype `to`.
 *
 * @throws RecurraError `dtype` for a value that an integer dtype cannot hold.
 */
export function convert(data: TypedArray, from: DType, to: DType): TypedArray {
  const result = allocate(to, data.length);
  if (to === "float32" || to === "float64")
    return toNumbers(data, from, result as Float32Array | Float64Array);
  const numbers = toNumbers(data, from, new Float64Array(data.length));
  if (to === "float16") return float32ToFloat16Array(numbers, result as Uint16Array);
  const [low, high] = to === "int32" ? [-(2 ** 31), 2 ** 31] : [-(2 ** 63), 2 ** 63];
  let i = 0;
  for (const value of numbers) {
    const whole = Math.trunc(value);
    if (to === "bool") {
      store(result, i, value === 0 ? 0 : 1);
    } else if (whole >= low && whole < high) {
      store(result, i, to === "int64" ? BigInt(whole) : whole);
    } else {
      throw new RecurraError("dtype", `astype: element ${i} is ${value}, which ${to} cannot hold`);
    }
    i++;
  }
  return result;
}
