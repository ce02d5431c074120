// Tests of shapes: sizes, strides, axes and broadcasting.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  broadcastShapes,
  checkShape,
  formatShape,
  normalizeAxis,
  sameShape,
  sizeOf,
  stridesOf,
} from "../../src/tensor/shape.ts";

describe("sizes and strides", () => {
  test.each([
    [[], 1, []],
    [[5], 5, [1]],
    [[2, 3, 4], 24, [12, 4, 1]],
    [[2, 0, 4], 0, [0, 4, 1]],
  ])("%j", (shape, size, strides) => {
    expect(sizeOf(shape)).toBe(size);
    expect(stridesOf(shape)).toEqual(strides);
  });

  test("equality and text", () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true);
    expect(sameShape([2, 3], [2, 3, 1])).toBe(false);
    expect(sameShape([2, 3], [3, 2])).toBe(false);
    expect(formatShape([32, 30, 1])).toBe("[32, 30, 1]");
    expect(formatShape([])).toBe("[]");
  });

  test.each([
    [[2, -1], "zeros: axis 1 of shape [2, -1] is -1; extents are whole numbers from 0 up"],
    [[2.5], "zeros: axis 0 of shape [2.5] is 2.5; extents are whole numbers from 0 up"],
    [[2, Number.NaN], "zeros: axis 1 of shape [2, NaN] is NaN; extents are whole numbers from 0 up"],
    [[2 ** 30, 2 ** 30], "zeros: shape [1073741824, 1073741824] holds more than 2^53 elements"],
  ])("checkShape rejects %j", (shape, message) => {
    expect(() => checkShape(shape, "zeros")).toThrow(expect.objectContaining({ code: "shape", message }));
  });
});

describe("axes", () => {
  test("count from the front, or from the end when negative", () => {
    expect([0, 2, -1, -3].map((axis) => normalizeAxis(axis, 3, "sum"))).toEqual([0, 2, 2, 0]);
  });

  test.each([
    [3, 3, "sum: there is no axis 3; a tensor of rank 3 has axes -3 to 2"],
    [-4, 3, "sum: there is no axis -4; a tensor of rank 3 has axes -3 to 2"],
    [0.5, 3, "sum: there is no axis 0.5; a tensor of rank 3 has axes -3 to 2"],
    [0, 0, "sum: there is no axis 0; a scalar has no axes"],
  ])("axis %s of rank %s is an error", (axis, rank, message) => {
    expect(() => normalizeAxis(axis, rank, "sum")).toThrow(
      expect.objectContaining({ code: "axis", message }),
    );
  });
});

describe("broadcasting", () => {
  // The cases of NumPy's user guide, "Broadcasting", and the empty ones.
  test.each([
    [
      [[256, 256, 3], [3]],
      [256, 256, 3],
    ],
    [
      [
        [8, 1, 6, 1],
        [7, 1, 5],
      ],
      [8, 7, 6, 5],
    ],
    [
      [[5, 4], [1]],
      [5, 4],
    ],
    [
      [
        [15, 3, 5],
        [3, 1],
      ],
      [15, 3, 5],
    ],
    [
      [
        [0, 1],
        [1, 4],
      ],
      [0, 4],
    ],
    [[[], [2]], [2]],
    [[], []],
    [
      [[2, 1], [3], [4, 1, 1]],
      [4, 2, 3],
    ],
  ])("%j -> %j", (shapes, result) => {
    expect(broadcastShapes("add", ...shapes)).toEqual(result);
  });

  test("the error names the op, both shapes and the axis", () => {
    expect(() => broadcastShapes("add", [2, 1], [8, 4, 3])).toThrow(
      expect.objectContaining({
        code: "shape",
        message:
          "add: shapes [2, 1] and [8, 4, 3] do not broadcast: axis -2 is 2 in one and 4 in the other, and neither is 1",
      }),
    );
    expect(() => broadcastShapes("where", [3], [1, 1], [0])).toThrow(
      "where: shapes [3] and [0] do not broadcast",
    );
  });

  test("any order gives the same shape, and a shape broadcasts to the result itself", () => {
    const base = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(base, fc.array(fc.boolean(), { maxLength: 4 }), (full, ones) => {
        const partial = full.slice(full.length - ones.length).map((extent, i) => (ones[i] ? 1 : extent));
        const result = broadcastShapes("add", full, partial);
        expect(result).toEqual(full);
        expect(broadcastShapes("add", partial, full)).toEqual(full);
      }),
    );
  });
});
