// Fixed kernels over float32 arrays in a memory: sums of squares, scaling, filling, copying, clipping, scattered rows.

import { RecurraError } from "../../platform/error.ts";
import { bytesPerElement } from "../../tensor/dtype.ts";
import {
  type Code,
  copyMemory,
  extractLane,
  giveBack,
  i32,
  instantiate,
  type Local,
  load,
  op,
  repeat,
  shuffleLanes,
  store,
  wasmFunction,
  when,
} from "./module.ts";

/** Rows to add to some rows of a table: an embedding's gradient. Offsets are in bytes. */
export interface ScatteredRows {
  /** The table, float32 `[tableRows, width]`. */
  readonly table: number;
  readonly tableRows: number;
  readonly width: number;
  /** Which row of the table each row is for: `count` integers, at an offset that is a multiple of 4. */
  readonly ids: number;
  readonly idType: "int32" | "int64";
  /** The rows, float32 `[count, width]`. */
  readonly rows: number;
  readonly count: number;
}

/**
 * Kernels over one memory. Offsets are in bytes, multiples of 4; lengths are in floats and need be no multiple of anything. What
 * lies outside the memory makes them throw a `WebAssembly.RuntimeError`.
 */
export interface VectorKernels {
  /** The sum of squares, in float64, added up in an order that depends on the length only. */
  sumOfSquares(offset: number, length: number): number;
  /** x = factor · x */
  scale(offset: number, length: number, factor: number): void;
  /** x = value */
  fill(offset: number, length: number, value: number): void;
  /** target = source; the two may overlap. */
  copy(target: number, source: number, length: number): void;
  /** target = target + source */
  addInto(target: number, source: number, length: number): void;
  /** x held within [-limit, limit]; NaN stays. */
  clipValue(offset: number, length: number, limit: number): void;
  /**
   * Adds rows to the rows of a table that the ids name, in order; an id may come more than once.
   *
   * @throws RecurraError `id-range` for an id that is no row of the table; the rows before it have been added.
   */
  scatterAddRows(rows: ScatteredRows): void;
}

const VECTOR = 16; // bytes

/**
 * A function that changes an array element by element: four lanes at a time, and the last one to three by themselves. What it
 * computes has no order, so both ways give the same numbers.
 */
function elementwise(
  length: Local,
  pointers: readonly Local[],
  local: (type: "i32") => Local,
  four: readonly Code[],
  one: readonly Code[],
): Code[] {
  const vectors = local("i32");
  return [
    vectors.set(op("i32.shr_u", length.get, i32(2))),
    repeat(vectors, ...four, ...pointers.map((pointer) => pointer.advance(VECTOR))),
    length.set(op("i32.and", length.get, i32(3))),
    repeat(length, ...one, ...pointers.map((pointer) => pointer.advance(4))),
  ];
}

/** Applies a vector formula to x, in place; for the rest of the array only the first lane is kept. */
function update(name: "scale" | "fill" | "clipValue", formula: (x: Code, value: Code) => Code) {
  return wasmFunction(name, ["i32", "i32", "f32"], undefined, ([x, length, value], local) => {
    const splat = local("v128");
    const four = formula(load("v128.load", x.get), splat.get);
    const one = formula(op("f32x4.splat", load("f32.load", x.get)), splat.get);
    return [
      splat.set(op("f32x4.splat", value.get)),
      ...elementwise(
        length,
        [x],
        local,
        [store("v128.store", x.get, four)],
        [store("f32.store", x.get, extractLane("f32x4.extract_lane", 0, one))],
      ),
    ];
  });
}

const scale = update("scale", (x, factor) => op("f32x4.mul", x, factor));
const fill = update("fill", (_, value) => value);
// pmin(a, b) is b where b < a, else a: NaN stays in a. One instruction where f32x4.min takes several.
const clipValue = update("clipValue", (x, limit) =>
  op("f32x4.pmax", op("f32x4.pmin", x, limit), op("f32x4.neg", limit)),
);

/** target += source over `length` floats; moves both pointers. */
function addRange(target: Local, source: Local, length: Local, local: (type: "i32") => Local): Code[] {
  return elementwise(
    length,
    [target, source],
    local,
    [
      store(
        "v128.store",
        target.get,
        op("f32x4.add", load("v128.load", target.get), load("v128.load", source.get)),
      ),
    ],
    [
      store(
        "f32.store",
        target.get,
        op("f32.add", load("f32.load", target.get), load("f32.load", source.get)),
      ),
    ],
  );
}

const addInto = wasmFunction("addInto", ["i32", "i32", "i32"], undefined, ([target, source, length], local) =>
  addRange(target, source, length, local),
);

const copy = wasmFunction("copy", ["i32", "i32", "i32"], undefined, ([target, source, bytes]) => [
  copyMemory(target.get, source.get, bytes.get),
]);

const sumOfSquares = wasmFunction("sumOfSquares", ["i32", "i32"], "f64", ([x, length], local) => {
  // Sixteen sums side by side, so that additions need not wait for each other.
  const sums = Array.from({ length: 4 }, () => [local("v128"), local("v128")] as const);
  const [count, vector, pair, total, number] = [
    local("i32"),
    local("v128"),
    local("v128"),
    local("f64"),
    local("f64"),
  ];
  const addSquares = sums.flatMap(([low, high], i) => [
    vector.set(load("v128.load", x.get, VECTOR * i)),
    pair.set(op("f64x2.promote_low_f32x4", vector.get)),
    low.set(op("f64x2.add", low.get, op("f64x2.mul", pair.get, pair.get))),
    pair.set(op("f64x2.promote_low_f32x4", shuffleLanes([2, 3, 2, 3], vector.get, vector.get))),
    high.set(op("f64x2.add", high.get, op("f64x2.mul", pair.get, pair.get))),
  ]);
  const laneSums = sums
    .flat()
    .map((sum) => sum.get)
    .reduce((a, b) => op("f64x2.add", a, b));
  return [
    count.set(op("i32.shr_u", length.get, i32(4))),
    repeat(count, ...addSquares, x.advance(4 * VECTOR)),
    vector.set(laneSums),
    total.set(
      op(
        "f64.add",
        extractLane("f64x2.extract_lane", 0, vector.get),
        extractLane("f64x2.extract_lane", 1, vector.get),
      ),
    ),
    length.set(op("i32.and", length.get, i32(15))),
    repeat(
      length,
      number.set(op("f64.promote_f32", load("f32.load", x.get))),
      total.set(op("f64.add", total.get, op("f64.mul", number.get, number.get))),
      x.advance(4),
    ),
    total.get,
  ];
});

/** Returns how many rows were added: fewer than `count` when an id is no row of the table. */
const scatterAddRows = wasmFunction(
  "scatterAddRows",
  ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
  "i32",
  ([table, tableRows, width, ids, idBytes, rows, count], local) => {
    const [total, left, row] = [local("i32"), local("i32"), local("i32")];
    const unlessRow = (bad: Code) => when(bad, giveBack(op("i32.sub", total.get, count.get)));
    return [
      total.set(count.get),
      repeat(
        count,
        row.set(load("i32.load", ids.get)),
        unlessRow(op("i32.ge_u", row.get, tableRows.get)),
        // An int64's low word comes first; its high word is 0 for any row there can be.
        when(op("i32.eq", idBytes.get, i32(8)), unlessRow(load("i32.load", ids.get, 4))),
        row.set(op("i32.add", table.get, op("i32.shl", op("i32.mul", row.get, width.get), i32(2)))),
        left.set(width.get),
        ...addRange(row, rows, left, local),
        ids.set(op("i32.add", ids.get, idBytes.get)),
      ),
      total.get,
    ];
  },
);

/** Makes the kernels over a memory. */
export function vectorKernels(memory: WebAssembly.Memory): VectorKernels {
  const run = instantiate([scale, fill, clipValue, addInto, copy, sumOfSquares, scatterAddRows], memory);
  return {
    sumOfSquares: run.sumOfSquares,
    scale: run.scale,
    fill: run.fill,
    clipValue: run.clipValue,
    addInto: run.addInto,
    copy: (target, source, length) => run.copy(target, source, 4 * length),
    scatterAddRows({ table, tableRows, width, ids, idType, rows, count }) {
      const idBytes = bytesPerElement(idType);
      const added = run.scatterAddRows(table, tableRows, width, ids, idBytes, rows, count);
      if (added < count) {
        const at = new DataView(memory.buffer, ids + added * idBytes);
        const id = idType === "int64" ? at.getBigInt64(0, true) : at.getInt32(0, true);
        throw new RecurraError(
          "id-range",
          `scatterAddRows: id ${added} is ${id}; the table has rows 0 to ${tableRows - 1}`,
        );
      }
    },
  };
}
