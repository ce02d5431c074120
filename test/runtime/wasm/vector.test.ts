// Tests of the fixed kernels over float32 arrays: values, lengths that are no multiple of a vector, and nothing written beside.

import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { vectorKernels } from "../../../src/runtime/wasm/vector.ts";

const memory = new WebAssembly.Memory({ initial: 1 });
const floats = new Float32Array(memory.buffer);
const kernels = vectorKernels(memory);
const START = 3; // not aligned to a vector
const LENGTHS = [0, 1, 3, 4, 5, 15, 16, 17, 63, 100];

beforeEach(() => {
  for (let i = 0; i < floats.length; i++) floats[i] = Math.sin(i) * 10;
});

/** What the kernel makes of the array, given that it changes nothing else. */
function changed(length: number, run: (offset: number) => void): number[] {
  const before = floats.slice();
  run(4 * START);
  expect(floats.subarray(0, START)).toEqual(before.subarray(0, START));
  expect(floats.subarray(START + length)).toEqual(before.subarray(START + length));
  return Array.from(floats.subarray(START, START + length));
}

const { fround } = Math;

describe.each(LENGTHS)("%d elements", (length) => {
  const old = () => Array.from(floats.subarray(START, START + length));
  const source = 1000;

  test("scale", () => {
    const wanted = old().map((x) => fround(x * fround(0.3)));
    expect(changed(length, (at) => kernels.scale(at, length, 0.3))).toEqual(wanted);
  });

  test("fill", () => {
    expect(changed(length, (at) => kernels.fill(at, length, 0.1))).toEqual(
      new Array(length).fill(fround(0.1)),
    );
  });

  test("clipValue", () => {
    const wanted = old().map((x) => Math.max(-5, Math.min(5, x)));
    expect(changed(length, (at) => kernels.clipValue(at, length, 5))).toEqual(wanted);
  });

  test("addInto", () => {
    const wanted = old().map((x, i) => fround(x + floats[source + i]!));
    expect(changed(length, (at) => kernels.addInto(at, 4 * source, length))).toEqual(wanted);
  });

  test("copy", () => {
    const wanted = Array.from(floats.subarray(source, source + length));
    expect(changed(length, (at) => kernels.copy(at, 4 * source, length))).toEqual(wanted);
  });

  test("sumOfSquares", () => {
    const wanted = old().reduce((sum, x) => sum + x * x, 0);
    expect(kernels.sumOfSquares(4 * START, length)).toBeCloseTo(wanted, 9);
    expect(kernels.sumOfSquares(4 * START, length)).toBe(kernels.sumOfSquares(4 * START, length));
  });
});

test("clipValue and scale keep NaN, and clip infinities", () => {
  floats.set([Number.NaN, Infinity, -Infinity, 1, Number.NaN]);
  kernels.clipValue(0, 5, 2);
  expect(Array.from(floats.subarray(0, 5))).toEqual([Number.NaN, 2, -2, 1, Number.NaN]);
});

test("sumOfSquares does not overflow where float32 would", () => {
  floats.fill(3e38, 0, 8);
  expect(kernels.sumOfSquares(0, 8)).toBe(8 * fround(3e38) ** 2);
});

describe("scatterAddRows", () => {
  test("adds as a loop would, in order, for both types of ids", () => {
    const ids = fc.array(fc.nat(6), { maxLength: 20 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        ids,
        fc.constantFrom("int32" as const, "int64" as const),
        (width, ids, idType) => {
          for (let i = 0; i < floats.length; i++) floats[i] = Math.cos(i);
          const [table, rows, idsAt] = [5, 1001, 4096]; // in floats
          const count = ids.length;
          if (idType === "int32") new Int32Array(memory.buffer, 4 * idsAt, count).set(ids);
          else new BigInt64Array(memory.buffer, 4 * idsAt, count).set(ids.map(BigInt));
          const wanted = floats.slice();
          for (const [i, id] of ids.entries()) {
            for (let j = 0; j < width; j++) wanted[table + id * width + j]! += wanted[rows + i * width + j]!;
          }
          kernels.scatterAddRows({
            table: 4 * table,
            tableRows: 7,
            width,
            ids: 4 * idsAt,
            idType,
            rows: 4 * rows,
            count,
          });
          expect(new Int32Array(memory.buffer)).toEqual(new Int32Array(wanted.buffer));
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([
    ["int32", [1, 7, 2], "scatterAddRows: id 1 is 7; the table has rows 0 to 6"],
    ["int32", [-1], "scatterAddRows: id 0 is -1; the table has rows 0 to 6"],
    ["int64", [0, 1, 2 ** 32 + 1], "scatterAddRows: id 2 is 4294967297; the table has rows 0 to 6"],
    ["int64", [-1], "scatterAddRows: id 0 is -1; the table has rows 0 to 6"],
  ] as const)("refuses a row that is none, case %#", (idType, ids, message) => {
    if (idType === "int32") new Int32Array(memory.buffer, 4096, ids.length).set(ids);
    else new BigInt64Array(memory.buffer, 4096, ids.length).set(ids.map(BigInt));
    const before = floats.slice(7 * 2, 512);
    expect(() =>
      kernels.scatterAddRows({
        table: 0,
        tableRows: 7,
        width: 2,
        ids: 4096,
        idType,
        rows: 8192,
        count: ids.length,
      }),
    ).toThrow(expect.objectContaining({ code: "id-range", message }));
    expect(floats.slice(7 * 2, 512)).toEqual(before);
  });

  test("ids that end with the memory", () => {
    new Int32Array(memory.buffer).set([3], 16383);
    floats.fill(0, 0, 8);
    floats.set([1, 2], 100);
    kernels.scatterAddRows({
      table: 0,
      tableRows: 4,
      width: 2,
      ids: 65532,
      idType: "int32",
      rows: 400,
      count: 1,
    });
    expect(Array.from(floats.subarray(0, 8))).toEqual([0, 0, 0, 0, 0, 0, 1, 2]);
  });
});

test("what lies outside the memory is refused by the engine", () => {
  expect(() => kernels.fill(65536 - 8, 4, 1)).toThrow(WebAssembly.RuntimeError);
});
