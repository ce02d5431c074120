// Reading and adding at places given by integers: gather, scatter-add, take along an axis, one-hot.

import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { ndarray } from "../../tensor/nd-array.ts";
import { normalizeAxis, type Shape, sizeOf } from "../../tensor/shape.ts";
import { apply, op } from "../op.ts";
import { type Emitter, formatType, type Tensor, type TensorType } from "../tensor.ts";
import { add, cast, equal, greater, select } from "./arithmetic.ts";
import { stackedTensor, transpose } from "./layout.ts";
import { constant, scalar } from "./leaf.ts";
import { at, broadcastTo, expandDims, reshape } from "./sum.ts";

function checkIds(what: string, ids: TensorType): void {
  if (ids.dtype !== "int32" && ids.dtype !== "int64") {
    throw new RecurraError("op-dtype", `${what}: the ids are to be int32 or int64, got ${formatType(ids)}`);
  }
}

/** The i-th row; an id outside the table is an error of the data, reported with its place. */
function row(ids: Float64Array, i: number, rows: number, what: string): number {
  const id = at(ids, i);
  if (!(id >= -rows && id < rows)) {
    throw new RecurraError(
      "id-range",
      `${what}: id ${id} at position ${i} is outside a table of ${rows} rows`,
    );
  }
  return id < 0 ? id + rows : id;
}

/** Rows of a table: output[i...] = table[ids[i...]]. */
export const gatherOp = op<object, 2>("gather", {
  infer([table, ids]) {
    checkIds("gather", ids);
    if (table.shape.length === 0) throw new RecurraError("gather-shape", "gather: the table is a scalar");
    return { dtype: table.dtype, shape: [...ids.shape, ...table.shape.slice(1)] };
  },
  gradient: (dy, [table, ids]) => [scatterAdd(at(table.shape, 0), ids, dy), undefined],
  evaluate([table, ids], _, { shape }) {
    const width = sizeOf(table.shape.slice(1));
    const result = new Float64Array(sizeOf(shape));
    for (let i = 0; i < ids.data.length; i++) {
      const start = row(ids.data, i, at(table.shape, 0), "gather") * width;
      result.set(table.data.subarray(start, start + width), i * width);
    }
    return result;
  },
  lower: (emitter, [table, ids]) => emitter.one("Gather", [table, ids], { axis: 0 }),
  lift: ([table, ids], _, steps) =>
    table.stacked
      ? gather(mergeTable(table.tensor), offsetIds(stackedTensor(ids, steps), at(table.tensor.shape, 1)))
      : gather(table.tensor, ids.tensor),
});

/** [T, n, ...] -> [T·n, ...]: the tables of all steps below each other. */
const mergeTable = (tables: Tensor) => reshape(tables, [-1, ...tables.shape.slice(2)]);

/** The same ids, those that count from the end counted from the start. */
const fromStart = (ids: Tensor, rows: number) => select(greater(0, ids), add(ids, rows), ids);

/** Ids into tables that lie below each other: those of step t start at row t·n. */
function offsetIds(ids: Tensor, rows: number): Tensor {
  const [steps = 1, ...rest] = ids.shape;
  const starts = ndarray(
    Array.from({ length: steps }, (_, t) => t * rows),
    { shape: [steps, ...rest.map(() => 1)], dtype: ids.dtype },
  );
  return add(fromStart(ids, rows), constant(starts));
}

/** Elements of one axis at the given places: output[..., i..., ...] = x[..., ids[i...], ...]. Default: rows of a table. */
export function gather(x: Tensor, ids: Tensor, axis = 0): Tensor {
  const along = normalizeAxis(axis, x.rank, "gather");
  if (along === 0) return apply(gatherOp, [x, ids], {});
  const others = x.shape.flatMap((_, i) => (i === along ? [] : [i]));
  const rows = apply(gatherOp, [transpose(x, [along, ...others]), ids], {});
  // [ids..., before..., after...] -> [before..., ids..., after...]
  const places = Array.from({ length: rows.rank }, (_, i) => i);
  const [id, before, after] = [
    places.slice(0, ids.rank),
    places.slice(ids.rank, ids.rank + along),
    places.slice(ids.rank + along),
  ];
  return transpose(rows, [...before, ...id, ...after]);
}

/** Rows of a table up to which, for rows of some width, a product is faster than sums one after the other. */
export const SMALL_TABLE = 128;
const WIDE_ROW = 16;

/**
 * The sums as a product of ones and zeros [rows, count] with the updates [count, width], as fast as the processor multiplies. An id outside
 * the table, for which there would be no one, fails in the gathering of zeros.
 */
function addByProduct(emitter: Emitter, ids: string, updates: string, rows: number): string {
  const values = emitter.constant(ndarray([0, 1]));
  const ones = emitter.one("OneHot", [ids, emitter.int64s([rows]), values], { axis: 0 });
  const zeros = emitter.one("Gather", [emitter.constant(ndarray(new Float32Array(rows))), ids], { axis: 0 });
  const zero = emitter.one("ReduceSum", [zeros], { keepdims: 0 });
  return emitter.one("Add", [emitter.one("MatMul", [ones, updates]), zero]);
}

/** The sums one after the other: [count, 1] ids, [count, width] updates. */
function addInTurn(
  emitter: Emitter,
  ids: string,
  updates: string,
  { dtype, shape, count }: TensorType & { readonly count: number },
): string {
  const zeros = emitter.one("Expand", [emitter.scalar(0, dtype), emitter.dimensions(shape)]);
  const places = emitter.one("Expand", [ids, emitter.dimensions([count, shape[1] ?? 0])]);
  return emitter.one("ScatterElements", [zeros, places, updates], { axis: 0, reduction: "add" });
}

/** Adds rows into a table of zeros: output[id] is the sum of the rows with that id. The gradient of gather. */
export const scatterAddOp = op<{ readonly rows: number }, 2>("scatterAdd", {
  infer([ids, updates], { rows }) {
    checkIds("scatterAdd", ids);
    if (!Number.isInteger(rows) || rows < 0) {
      throw new RecurraError("scatter-shape", `scatterAdd: wants a whole number of rows, got ${rows}`);
    }
    const fits = ids.shape.every((dimension, i) => dimension === updates.shape[i]);
    if (!fits) {
      throw new RecurraError(
        "scatter-shape",
        `scatterAdd: rows ${formatType(updates)} do not fit ids ${formatType(ids)}`,
      );
    }
    return { dtype: updates.dtype, shape: [rows, ...updates.shape.slice(ids.shape.length)] };
  },
  gradient: (dy, [ids]) => [undefined, gather(dy, ids)],
  evaluate([ids, updates], { rows }, { shape }) {
    const width = sizeOf(shape.slice(1));
    const result = new Float64Array(sizeOf(shape));
    for (let i = 0; i < ids.data.length; i++) {
      const start = row(ids.data, i, rows, "scatterAdd") * width;
      for (let j = 0; j < width; j++)
        result[start + j] = at(result, start + j) + at(updates.data, i * width + j);
    }
    return result;
  },
  // Not by ScatterND: ONNX Runtime's threads share its rows, and of two sums into the same row one may be lost.
  lower(emitter, [ids, updates], _, { shape, dtype }, [idType]) {
    const [rows = 0, ...rest] = shape;
    const [count, width] = [sizeOf(idType.shape), sizeOf(rest)];
    const flat = emitter.one("Reshape", [updates, emitter.dimensions([count, width])]);
    const places = emitter.cast(ids, "int64");
    const sums =
      rows <= SMALL_TABLE && width >= WIDE_ROW && dtype === "float32"
        ? addByProduct(emitter, emitter.one("Reshape", [places, emitter.dimensions([count])]), flat, rows)
        : addInTurn(emitter, emitter.one("Reshape", [places, emitter.dimensions([count, 1])]), flat, {
            dtype,
            shape: [rows, width],
            count,
          });
    return emitter.one("Reshape", [sums, emitter.dimensions(shape)]);
  },
  lift: "none",
});

/** A table of `rows` rows in which row i is the sum of the updates whose id is i. */
export function scatterAdd(rows: number, ids: Tensor, updates: Tensor): Tensor {
  return apply(scatterAddOp, [ids, updates], { rows });
}

/** 1 at the place that each id names along a new last axis of length `depth`, else 0. */
export function oneHot(ids: Tensor, depth: number, dtype: DType = "float32"): Tensor {
  checkIds("oneHot", ids);
  if (!Number.isInteger(depth) || depth < 0) {
    throw new RecurraError("one-hot-depth", `oneHot: the depth is a whole number from 0 up, got ${depth}`);
  }
  const places = constant(
    ndarray(
      Array.from({ length: depth }, (_, i) => i),
      { dtype: ids.dtype },
    ),
  );
  return cast(equal(expandDims(ids, -1), places), dtype);
}

function takeShape(what: string, x: TensorType, ids: TensorType): Shape {
  checkIds(what, ids);
  if (x.shape.length !== ids.shape.length + 1 || ids.shape.some((dimension, i) => dimension !== x.shape[i])) {
    throw new RecurraError(
      "take-shape",
      `${what}: ids ${formatType(ids)} do not name one element of each last axis of ${formatType(x)}`,
    );
  }
  return ids.shape;
}

/** One element of each last axis: output[i...] = x[i..., ids[i...]]. */
export const pickOp = op<object, 2>("pick", {
  infer: ([x, ids]) => ({ dtype: x.dtype, shape: takeShape("pick", x, ids) }),
  gradient(dy, [x, ids]) {
    const depth = at(x.shape, x.rank - 1);
    const places = constant(
      ndarray(
        Array.from({ length: depth }, (_, i) => i),
        { dtype: ids.dtype },
      ),
    );
    const here = equal(expandDims(fromStart(ids, depth), -1), places);
    return [select(here, broadcastTo(expandDims(dy, -1), x.shape), scalar(0, x.dtype)), undefined];
  },
  evaluate([x, ids]) {
    const depth = at(x.shape, x.shape.length - 1);
    return ids.data.map((_, i) => at(x.data, i * depth + row(ids.data, i, depth, "pick")));
  },
  lower(emitter, [x, ids], _, { shape }) {
    const places = emitter.one("Reshape", [ids, emitter.dimensions([...shape, 1])]);
    const found = emitter.one("GatherElements", [x, places], { axis: -1 });
    return emitter.one("Reshape", [found, emitter.dimensions(shape)]);
  },
  lift: ([x, ids], _, steps) => pick(stackedTensor(x, steps), stackedTensor(ids, steps)),
});

/** One element of each last axis of x [..., depth], at the places ids [...]: the log-probability of a label, say. */
export function pick(x: Tensor, ids: Tensor): Tensor {
  return apply(pickOp, [x, ids], {});
}
