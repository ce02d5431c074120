// Tests of NdArray: making, reading, viewing and converting host arrays.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NdArray, type Nested, ndarray } from "../../src/tensor/nd-array.ts";

describe("ndarray", () => {
  test("nested numbers are float32 of the nesting's shape", () => {
    const array = ndarray([
      [1, 2, 3],
      [4, 5, Number.NaN],
    ]);
    expect(array.dtype).toBe("float32");
    expect(array.shape).toEqual([2, 3]);
    expect(array.data).toEqual(Float32Array.of(1, 2, 3, 4, 5, Number.NaN));
    expect([array.rank, array.size]).toEqual([2, 6]);
  });

  test("scalars, empty arrays and other kinds of values", () => {
    expect(ndarray(7)).toMatchObject({ shape: [], dtype: "float32", data: Float32Array.of(7) });
    expect(ndarray([])).toMatchObject({ shape: [0], dtype: "float32" });
    expect(ndarray([[], []])).toMatchObject({ shape: [2, 0] });
    expect(ndarray([true, false])).toMatchObject({ dtype: "bool", data: Uint8Array.of(1, 0) });
    expect(ndarray([1n, -2n])).toMatchObject({ dtype: "int64", data: BigInt64Array.of(1n, -2n) });
  });

  test("options give dtype and shape", () => {
    expect(ndarray([1, 2, 3, 4], { shape: [2, 2], dtype: "int32" })).toMatchObject({
      shape: [2, 2],
      data: Int32Array.of(1, 2, 3, 4),
    });
    expect(ndarray([1, 0], { dtype: "bool" }).data).toEqual(Uint8Array.of(1, 0));
    expect(ndarray([1, 2], { dtype: "int64" }).data).toEqual(BigInt64Array.of(1n, 2n));
    expect(ndarray([1, -0.5], { dtype: "float16" }).data).toEqual(Uint16Array.of(0x3c00, 0xb800));
    expect(ndarray([0.1], { dtype: "float64" }).item()).toBe(0.1);
  });

  test("typed arrays keep their dtype and are not copied", () => {
    const data = Float64Array.of(1, 2, 3, 4, 5, 6);
    const array = ndarray(data, { shape: [3, -1] });
    expect(array).toMatchObject({ dtype: "float64", shape: [3, 2] });
    expect(array.data).toBe(data);
    expect(ndarray(data, { dtype: "float32" }).data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  });

  test.each<[string, Nested, string, string]>([
    [
      "long row",
      [
        [1, 2],
        [3, 4, 5],
      ],
      "ragged",
      "ndarray: the value at [1] has length 3; wanted an array of length 2 like the ones before it",
    ],
    [
      "deep row",
      [
        [[1], [2]],
        [[3], []],
      ],
      "ragged",
      "ndarray: the value at [1][1] has length 0; wanted an array of length 1 like the ones before it",
    ],
    [
      "number among rows",
      [[1, 2], 3],
      "ragged",
      "ndarray: the value at [1] is 3; wanted an array of length 2 like the ones before it",
    ],
    [
      "row among numbers",
      [1, [2]],
      "ragged",
      "ndarray: the value at [1] is an array; wanted float32 like the values before it",
    ],
    [
      "boolean among numbers",
      [[1], [true]],
      "dtype",
      "ndarray: the value at [1][0] is true; wanted float32 like the values before it",
    ],
    [
      "bigint among numbers",
      [1, 2n],
      "dtype",
      "ndarray: the value at [1] is 2n; wanted float32 like the values before it",
    ],
    [
      "too large a bigint",
      [2n ** 63n],
      "dtype",
      "ndarray: the value at [0] is 9223372036854775808n; wanted int64",
    ],
  ])("rejects a %s", (_, value, code, message) => {
    expect(() => ndarray(value)).toThrow(expect.objectContaining({ code, message }));
  });

  test("rejects values that the dtype asked for cannot hold", () => {
    expect(() => ndarray([1, 2.5], { dtype: "int32" })).toThrow("the value at [1] is 2.5; wanted int32");
    expect(() => ndarray([2 ** 31], { dtype: "int32" })).toThrow(
      "the value at [0] is 2147483648; wanted int32",
    );
    expect(() => ndarray([Number.NaN], { dtype: "int64" })).toThrow("the value at [0] is NaN; wanted int64");
    expect(() => ndarray([2], { dtype: "bool" })).toThrow("the value at [0] is 2; wanted bool");
    expect(() => ndarray(Uint8Array.of(0, 1, 200))).toThrow(
      "ndarray: element 2 is 200; a Uint8Array holds bools, 0 or 1. Convert numbers first: Int32Array.from(bytes)",
    );
  });

  test("rejects what is no number, in a program without types", () => {
    expect(() => ndarray(["1"] as unknown as Nested)).toThrow("the value at [0] is 1; wanted float32");
    expect(() => ndarray(null as unknown as Nested)).toThrow("the value at the top is null; wanted float32");
    expect(() => ndarray([1, undefined, 3] as unknown as Nested)).toThrow(
      "the value at [1] is undefined; wanted float32",
    );
    expect(() => ndarray(new Int8Array(2) as unknown as Uint8Array)).toThrow(
      "NdArray: data is Int8Array; wanted a typed array",
    );
  });

  test("toNested gives back what went in", () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    const build = (shape: readonly number[], next: () => number): Nested =>
      shape.length === 0 ? next() : Array.from({ length: shape[0] ?? 0 }, () => build(shape.slice(1), next));
    fc.assert(
      fc.property(shapes, (shape) => {
        let count = 0;
        const nested = build(shape, () => count++);
        const array = ndarray(nested);
        expect(array.shape).toEqual(shape);
        expect(array.toNested()).toEqual(nested);
        expect(array.toArray()).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });
});

describe("NdArray", () => {
  const counted = ndarray(
    Float32Array.from({ length: 24 }, (_, i) => i),
    { shape: [4, 3, 2] },
  );

  test("checks length, kind of array and shape", () => {
    expect(() => new NdArray(new Float32Array(5), [2, 3])).toThrow(
      expect.objectContaining({
        code: "shape",
        message: "NdArray: shape [2, 3] wants 6 elements, but data holds 5",
      }),
    );
    expect(() => new NdArray(new Float32Array(6), [2, 3], "float64")).toThrow(
      expect.objectContaining({
        code: "dtype",
        message: "NdArray of float64: data is Float32Array; wanted Float64Array",
      }),
    );
    expect(() => new NdArray(new Float32Array(6), [-2, -3])).toThrow("axis 0 of shape [-2, -3] is -2");
  });

  test("a shape array that changes later does not reach it", () => {
    const shape = [2, 3];
    const array = new NdArray(new Float32Array(6), shape);
    shape[0] = 9;
    expect(array.shape).toEqual([2, 3]);
  });

  test("zeros and full", () => {
    expect(NdArray.zeros([2, 2], "int64").data).toEqual(new BigInt64Array(4));
    expect(NdArray.full([3], 2.5).data).toEqual(Float32Array.of(2.5, 2.5, 2.5));
    expect(NdArray.full([1], 1, "float16").data).toEqual(Uint16Array.of(0x3c00));
    expect(NdArray.full([2], 7, "int64").data).toEqual(BigInt64Array.of(7n, 7n));
    expect(() => NdArray.full([1], 0.5, "int32")).toThrow("full: 0.5 is no value of dtype int32");
  });

  test("at", () => {
    expect(counted.at(0, 0, 0)).toBe(0);
    expect(counted.at(2, 1, 1)).toBe(15);
    expect(counted.at(-1, -1, -1)).toBe(23);
    expect(() => counted.at(1, 2)).toThrow("at(1, 2): an array of shape [4, 3, 2] takes 3 positions, not 2");
    expect(() => counted.at(1, 3, 0)).toThrow("at(1, 3, 0): position 3 is outside axis 1 of shape [4, 3, 2]");
    expect(ndarray([1.5], { dtype: "float16" }).at(0)).toBe(1.5);
  });

  test("item", () => {
    expect(ndarray([[3]]).item()).toBe(3);
    expect(ndarray(5n).item()).toBe(5);
    expect(() => ndarray([1, 2]).item()).toThrow("item(): shape [2] has 2 elements; wanted exactly one");
    expect(() => ndarray([]).item()).toThrow("item(): shape [0] has 0 elements; wanted exactly one");
  });

  test("an int64 that a number cannot hold is not rounded in silence", () => {
    expect(() => ndarray([1n, 2n ** 60n]).toArray()).toThrow(
      expect.objectContaining({
        code: "int64-range",
        message:
          "element 1 is 1152921504606846976, which a JavaScript number cannot hold exactly; read it as a bigint from data",
      }),
    );
  });

  test("reshape shares memory", () => {
    const array = ndarray([1, 2, 3, 4, 5, 6]);
    expect(array.reshape([2, -1])).toMatchObject({ shape: [2, 3] });
    expect(array.reshape([3, 2]).data).toBe(array.data);
    expect(ndarray([1]).reshape([]).shape).toEqual([]);
    expect(ndarray([]).reshape([3, -1]).shape).toEqual([3, 0]);
    for (const shape of [[4], [4, -1], [-1, -1], [0, -1], [-2, -3], [1.5, 4]]) {
      expect(() => array.reshape(shape)).toThrow("reshape: ");
    }
    expect(() => array.reshape([4, -1])).toThrow(
      "reshape: shape [6] with 6 elements does not reshape to [4, -1]",
    );
    expect(() => ndarray([]).reshape([0, -1])).toThrow("does not reshape");
  });

  test("rows are a view", () => {
    const view = counted.rows(1, 3);
    expect(view.shape).toEqual([2, 3, 2]);
    expect(view.toArray()).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
    expect(view.data.buffer).toBe(counted.data.buffer);
    expect(counted.rows(4, 4).shape).toEqual([0, 3, 2]);
    expect(() => counted.rows(2, 5)).toThrow("rows(2, 5): shape [4, 3, 2] has rows 0 to 4");
    expect(() => counted.rows(3, 2)).toThrow("rows(3, 2)");
    expect(() => ndarray(1).rows(0, 0)).toThrow("rows: a scalar has no rows");
  });

  test("takeRows copies rows in the order given", () => {
    const taken = counted.takeRows([3, 0, 3]);
    expect(taken.shape).toEqual([3, 3, 2]);
    expect(taken.rows(0, 1).toArray()).toEqual([18, 19, 20, 21, 22, 23]);
    expect(taken.rows(1, 2).toArray()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(ndarray([10n, 20n, 30n]).takeRows(Int32Array.of(2, 1)).data).toEqual(BigInt64Array.of(30n, 20n));
    expect(() => counted.takeRows([0, 4])).toThrow("takeRows: index 1 is 4; shape [4, 3, 2] has rows 0 to 3");
    expect(() => counted.takeRows([0.5])).toThrow("takeRows: index 0 is 0.5");
  });

  test("astype", () => {
    const reals = ndarray([1.75, -1.75, 0, 3]);
    expect(reals.astype("float32")).toBe(reals);
    expect(reals.astype("int32").data).toEqual(Int32Array.of(1, -1, 0, 3));
    expect(reals.astype("int64").data).toEqual(BigInt64Array.of(1n, -1n, 0n, 3n));
    expect(reals.astype("bool").data).toEqual(Uint8Array.of(1, 1, 0, 1));
    expect(reals.astype("float16").astype("float32").toArray()).toEqual([1.75, -1.75, 0, 3]);
    expect(reals.astype("float64").data).toEqual(Float64Array.of(1.75, -1.75, 0, 3));
    expect(ndarray([Number.NaN, -0]).astype("bool").data).toEqual(Uint8Array.of(1, 0));
    expect(
      ndarray([2n ** 60n])
        .astype("float64")
        .item(),
    ).toBe(2 ** 60);
    expect(ndarray([true, false]).astype("float32").toArray()).toEqual([1, 0]);
    expect(() => ndarray([1, Number.NaN]).astype("int32")).toThrow(
      "astype: element 1 is NaN, which int32 cannot hold",
    );
    expect(() => ndarray([2 ** 31]).astype("int32")).toThrow(
      "astype: element 0 is 2147483648, which int32 cannot hold",
    );
    expect(() => ndarray([2 ** 63]).astype("int64")).toThrow("which int64 cannot hold");
  });

  test("toFloat64 is always a copy", () => {
    const array = ndarray(Float64Array.of(1, 2));
    expect(array.toFloat64()).toEqual(array.data);
    expect(array.toFloat64()).not.toBe(array.data);
    expect(ndarray([0.5], { dtype: "float16" }).toFloat64()).toEqual(Float64Array.of(0.5));
  });
});
