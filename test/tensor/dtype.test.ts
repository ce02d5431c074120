// Tests of dtypes and of half-precision conversion.

import { describe, expect, test } from "vitest";
import {
  allocate,
  bytesPerElement,
  DTYPES,
  dtypeOfArray,
  float16ToFloat32,
  float16ToFloat32Array,
  float32ToFloat16,
  float32ToFloat16Array,
  isFloat,
} from "../../src/tensor/dtype.ts";

describe("dtypes", () => {
  test.each(DTYPES)("%s: its array has the element size and gives the dtype back", (dtype) => {
    const array = allocate(dtype, 3);
    expect(array).toHaveLength(3);
    expect(array.BYTES_PER_ELEMENT).toBe(bytesPerElement(dtype));
    expect(dtypeOfArray(array)).toBe(dtype);
    expect(isFloat(dtype)).toBe(dtype.startsWith("float"));
  });

  test("arrays of other kinds have no dtype", () => {
    for (const value of [
      new Int8Array(1),
      new Uint32Array(1),
      new DataView(new ArrayBuffer(1)),
      [1],
      null,
      "a",
    ]) {
      expect(dtypeOfArray(value)).toBeUndefined();
    }
  });

  test("an array that is too large is a RecurraError", () => {
    expect(() => allocate("float64", 2 ** 50)).toThrow(
      expect.objectContaining({
        code: "out-of-memory",
        message: "cannot allocate 1125899906842624 elements of float64 (9007199254740992 bytes)",
      }),
    );
  });
});

describe("half precision", () => {
  // From the definition of binary16 in IEEE 754-2019, 3.4 and 3.6.
  test.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504], // the largest
    [0x0400, 2 ** -14], // the least normal
    [0x03ff, 1023 * 2 ** -24], // the largest subnormal
    [0x0001, 2 ** -24], // the least subnormal
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ])("0x%s is %s, both ways", (bits, value) => {
    expect(float16ToFloat32(bits)).toBe(value);
    expect(float32ToFloat16(value)).toBe(bits);
  });

  test.each([
    ["tie to even, down", 1 + 2 ** -11, 0x3c00],
    ["tie to even, up", 1 + 3 * 2 ** -11, 0x3c02],
    ["above a tie", 1 + 2 ** -11 + 2 ** -40, 0x3c01], // by way of float32 it would be a tie
    ["carry into the exponent", 2 - 2 ** -12, 0x4000],
    ["largest that does not overflow", 65519.99, 0x7bff],
    ["least that overflows", 65520, 0x7c00],
    ["subnormal tie to even", 2 ** -25, 0x0000],
    ["subnormal above a tie", 2 ** -25 * 1.001, 0x0001],
    ["subnormal carry to normal", 2 ** -14 - 2 ** -26, 0x0400],
    ["far below", 1e-300, 0],
    ["negative underflow keeps its sign", -1e-300, 0x8000],
    ["far above", -1e300, 0xfc00],
  ])("rounding: %s", (_, value, bits) => {
    expect(float32ToFloat16(value)).toBe(bits);
  });

  test("NaN stays NaN", () => {
    expect(float32ToFloat16(Number.NaN)).toBe(0x7e00);
    for (const bits of [0x7c01, 0x7e00, 0xfe00, 0xffff]) expect(float16ToFloat32(bits)).toBeNaN();
  });

  test("every half but the NaNs survives the way to float32 and back", () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, bits) => bits).filter(
      (bits) => (bits & 0x7fff) <= 0x7c00,
    );
    expect(float32ToFloat16Array(float16ToFloat32Array(halves))).toEqual(halves);
  });

  test("a value between two halves goes to the nearer one", () => {
    for (let bits = 0; bits < 0x7bff; bits += 7) {
      const [low, high] = [float16ToFloat32(bits), float16ToFloat32(bits + 1)];
      const middle = (low + high) / 2;
      expect(float32ToFloat16(low + (high - low) * 0.499)).toBe(bits);
      expect(float32ToFloat16(low + (high - low) * 0.501)).toBe(bits + 1);
      expect(float32ToFloat16(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
    }
  });
});
