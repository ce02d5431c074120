// Element types of tensors, the typed arrays that hold them, and half-precision conversion.

import { RecurraError } from "../platform/error.ts";

/** The element types of tensors. `float16` is for storage: nothing computes in it. */
export type DType = "float32" | "float64" | "float16" | "int32" | "int64" | "bool";

/**
 * The arrays that hold tensor data, one kind for each dtype: `Float32Array` float32, `Float64Array` float64,
 * `Uint16Array` float16 (the raw bits of each half), `Int32Array` int32, `BigInt64Array` int64, `Uint8Array` bool (0 or 1).
 */
export type TypedArray = Float32Array | Float64Array | Uint16Array | Int32Array | BigInt64Array | Uint8Array;

const ELEMENT_BYTES = {
  float32: 4,
  float64: 8,
  float16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
} as const satisfies Record<DType, number>;

const DTYPE_OF_ARRAY: { readonly [arrayKind: string]: DType | undefined } = {
  Float32Array: "float32",
  Float64Array: "float64",
  Uint16Array: "float16",
  Int32Array: "int32",
  BigInt64Array: "int64",
  Uint8Array: "bool",
};

/** Every dtype there is. */
export const DTYPES: readonly DType[] = ["float32", "float64", "float16", "int32", "int64", "bool"];

/** How many bytes one element of `dtype` takes. */
export function bytesPerElement(dtype: DType): number {
  return ELEMENT_BYTES[dtype];
}

/** Whether `dtype` is a floating-point type: float32, float64 or float16. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16";
}

/**
 * A zero-filled array that holds `size` elements of `dtype`.
 *
 * @throws RecurraError `out-of-memory` when the machine cannot give that much.
 */
export function allocate(dtype: DType, size: number): TypedArray {
  try {
    switch (dtype) {
      case "float32":
        return new Float32Array(size);
      case "float64":
        return new Float64Array(size);
      case "float16":
        return new Uint16Array(size);
      case "int32":
        return new Int32Array(size);
      case "int64":
        return new BigInt64Array(size);
      case "bool":
        return new Uint8Array(size);
    }
  } catch (cause) {
    throw new RecurraError(
      "out-of-memory",
      `cannot allocate ${size} elements of ${dtype} (${size * ELEMENT_BYTES[dtype]} bytes)`,
      {
        cause,
      },
    );
  }
}

/** The dtype that an array of this kind holds, or undefined when `value` is no array of a kind that tensors use. */
export function dtypeOfArray(value: unknown): DType | undefined {
  // The tag rather than instanceof: it also holds for arrays made in another realm (a frame, a vm context).
  return ArrayBuffer.isView(value) && Symbol.toStringTag in value
    ? DTYPE_OF_ARRAY[String(value[Symbol.toStringTag])]
    : undefined;
}

const cell = new DataView(new ArrayBuffer(8));

/** The value of a half-precision number given as its 16 bits (IEEE 754 binary16). Exact. */
export function float16ToFloat32(bits: number): number {
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return (bits & 0x8000 ? -1 : 1) * fraction * 2 ** -24; // zeros and subnormals
  // A float32 has the same layout with wider fields: 8 exponent bits (bias 127 for 15) and 23 fraction bits for 10.
  const wideExponent = exponent === 0x1f ? 0xff : exponent - 15 + 127;
  cell.setUint32(0, ((bits & 0x8000) << 16) | (wideExponent << 23) | (fraction << 13));
  return cell.getFloat32(0);
}

/**
 * The 16 bits of the half-precision number nearest to `value`, ties to even. From 65520 on it is infinity, and
 * NaN becomes the quiet NaN 0x7e00. A float64 is rounded once, not by way of float32.
 */
export function float32ToFloat16(value: number): number {
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24); // subnormals are multiples of 2^-24
  cell.setFloat64(0, magnitude);
  const exponent = (cell.getUint32(0) >>> 20) - 1023;
  const significand = roundToEven(magnitude * 2 ** (10 - exponent)); // 1024 to 2048: 2048 carries into the exponent
  return sign | (((exponent + 15) << 10) + significand - 1024);
}

/** Nearest integer, ties to even, for 0 <= x < 2^51: above 2^52 a float64 has no fraction bits left. */
function roundToEven(x: number): number {
  return x + 2 ** 52 - 2 ** 52;
}

/** Converts an array of half-precision bits to float32; `target`, when given, has the length of `source`. */
export function float16ToFloat32Array(
  source: Uint16Array,
  target: Float32Array = new Float32Array(source.length),
): Float32Array {
  let i = 0;
  for (const bits of source) target[i++] = float16ToFloat32(bits);
  return target;
}

/** Converts numbers to half-precision bits; `target`, when given, has the length of `source`. */
export function float32ToFloat16Array(
  source: Float32Array | Float64Array,
  target: Uint16Array = new Uint16Array(source.length),
): Uint16Array {
  let i = 0;
  for (const value of source) target[i++] = float32ToFloat16(value);
  return target;
}
