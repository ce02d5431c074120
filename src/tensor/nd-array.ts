// NdArray: an n-dimensional array in host memory, the form in which data enters and leaves models.

import { RecurraError } from "../platform/error.ts";
import { allocate, type DType, dtypeOfArray, float16ToFloat32, type TypedArray } from "./dtype.ts";
import { convert, copyInto, encode, fill, store, toNumbers } from "./elements.ts";
import { checkShape, formatShape, type Shape, sizeOf, stridesOf } from "./shape.ts";

/** Numbers, booleans or bigints in arrays nested to any depth, all rows of an axis equally long. */
export type Nested = number | boolean | bigint | readonly Nested[];

/**
 * An n-dimensional array in host memory: row-major elements of one dtype, and a shape.
 *
 * It owns no copy: `data` is the array it was given, and views (`reshape`, `rows`) share it.
 */
export class NdArray {
  readonly dtype: DType;
  readonly shape: Shape;
  /** The elements, row-major. float16 elements are raw bits, bool elements are 0 or 1. */
  readonly data: TypedArray;

  /**
   * @param data The elements, row-major; not copied.
   * @param shape The shape; its size is the length of `data`.
   * @param dtype The dtype, which `data`'s kind of array determines. Give it to have it checked.
   * @throws RecurraError `shape` when the length does not fit, `dtype` when the kind of array does not.
   */
  constructor(data: TypedArray, shape: Shape, dtype?: DType) {
    const held = dtypeOfArray(data);
    if (held === undefined || (dtype !== undefined && held !== dtype)) {
      const wanted = dtype === undefined ? "a typed array" : allocate(dtype, 0).constructor.name;
      throw new RecurraError(
        "dtype",
        `NdArray${dtype ? ` of ${dtype}` : ""}: data is ${nameOf(data)}; wanted ${wanted}`,
      );
    }
    checkShape(shape, "NdArray");
    if (data.length !== sizeOf(shape)) {
      throw new RecurraError(
        "shape",
        `NdArray: shape ${formatShape(shape)} wants ${sizeOf(shape)} elements, but data holds ${data.length}`,
      );
    }
    this.dtype = held;
    this.shape = [...shape];
    this.data = data;
  }

  /** An array of zeros (false for bool). */
  static zeros(shape: Shape, dtype: DType = "float32"): NdArray {
    checkShape(shape, "zeros");
    return new NdArray(allocate(dtype, sizeOf(shape)), shape, dtype);
  }

  /** An array with `value` in every place; for an integer dtype a whole number in its range. */
  static full(shape: Shape, value: number, dtype: DType = "float32"): NdArray {
    const result = NdArray.zeros(shape, dtype);
    const encoded = encode(value, dtype);
    if (encoded === undefined) {
      throw new RecurraError("dtype", `full: ${value} is no value of dtype ${dtype}`);
    }
    fill(result.data, encoded);
    return result;
  }

  /** How many axes there are; 0 for a scalar. */
  get rank(): number {
    return this.shape.length;
  }

  /** How many elements there are. */
  get size(): number {
    return this.data.length;
  }

  /**
   * One element as a number (bool: 0 or 1).
   *
   * @param index A position for each axis; negative ones count from the end.
   * @throws RecurraError `index` when a position is missing or outside, `int64-range` when an int64 is beyond ±2^53.
   */
  at(...index: readonly number[]): number {
    if (index.length !== this.rank) {
      throw new RecurraError(
        "index",
        `at(${index.join(", ")}): an array of shape ${formatShape(this.shape)} takes ${this.rank} positions, not ${index.length}`,
      );
    }
    const strides = stridesOf(this.shape);
    let flat = 0;
    for (const [axis, position] of index.entries()) {
      const extent = this.shape[axis] ?? 0;
      if (!Number.isInteger(position) || position < -extent || position >= extent) {
        throw new RecurraError(
          "index",
          `at(${index.join(", ")}): position ${position} is outside axis ${axis} of shape ${formatShape(this.shape)}`,
        );
      }
      flat += (position < 0 ? position + extent : position) * (strides[axis] ?? 0);
    }
    return this.#decode(flat);
  }

  /**
   * The only element of an array that has one, whatever its rank.
   *
   * @throws RecurraError `shape` when there are more or none.
   */
  item(): number {
    if (this.size !== 1) {
      throw new RecurraError(
        "shape",
        `item(): shape ${formatShape(this.shape)} has ${this.size} elements; wanted exactly one`,
      );
    }
    return this.#decode(0);
  }

  /** All elements in row-major order as numbers. @throws RecurraError `int64-range` when an int64 is beyond ±2^53. */
  toArray(): number[] {
    return Array.from({ length: this.size }, (_, flat) => this.#decode(flat));
  }

  /** The elements as nested arrays of numbers, one level for each axis; a scalar gives a number. */
  toNested(): Nested {
    let flat = 0;
    const build = (axis: number): Nested => {
      const extent = this.shape[axis];
      if (extent === undefined) return this.#decode(flat++);
      return Array.from({ length: extent }, () => build(axis + 1));
    };
    return build(0);
  }

  /**
   * The same elements in another shape, sharing memory.
   *
   * @param shape The new shape; one extent may be -1 and is worked out from the others.
   * @throws RecurraError `shape` when the sizes differ.
   */
  reshape(shape: Shape): NdArray {
    const known = shape.filter((extent) => extent !== -1);
    checkShape(known, "reshape");
    const inferred = this.size / sizeOf(known); // the extent that -1 stands for
    const result = shape.map((extent) => (extent === -1 ? inferred : extent));
    if (shape.length - known.length > 1 || !result.every(Number.isInteger) || sizeOf(result) !== this.size) {
      throw new RecurraError(
        "shape",
        `reshape: shape ${formatShape(this.shape)} with ${this.size} elements does not reshape to ${formatShape(shape)}`,
      );
    }
    return new NdArray(this.data, result, this.dtype);
  }

  /**
   * Rows `start` to `end` (exclusive) along axis 0, sharing memory.
   *
   * @param start The first row, 0 to the number of rows.
   * @param end One past the last row, `start` to the number of rows.
   * @throws RecurraError `index` when they are outside, `shape` for a scalar.
   */
  rows(start: number, end: number): NdArray {
    const [count, width] = this.#rowLayout("rows");
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > count) {
      throw new RecurraError(
        "index",
        `rows(${start}, ${end}): shape ${formatShape(this.shape)} has rows 0 to ${count}`,
      );
    }
    return new NdArray(
      this.data.subarray(start * width, end * width),
      [end - start, ...this.shape.slice(1)],
      this.dtype,
    );
  }

  /**
   * A copy of the chosen rows along axis 0, in the order given; a row may come more than once.
   *
   * @throws RecurraError `index` when one is outside, `shape` for a scalar.
   */
  takeRows(indices: ArrayLike<number>): NdArray {
    const [count, width] = this.#rowLayout("takeRows");
    const result = NdArray.zeros([indices.length, ...this.shape.slice(1)], this.dtype);
    for (let i = 0; i < indices.length; i++) {
      const row = indices[i];
      if (row === undefined || !Number.isInteger(row) || row < 0 || row >= count) {
        throw new RecurraError(
          "index",
          `takeRows: index ${i} is ${row}; shape ${formatShape(this.shape)} has rows 0 to ${count - 1}`,
        );
      }
      copyInto(result.data, this.data.subarray(row * width, (row + 1) * width), i * width);
    }
    return result;
  }

  /**
   * The elements converted to another dtype. Floats become integers by dropping the fraction, and bools by comparing
   * with zero; a narrower float rounds to nearest, ties to even. The array itself comes back when the dtype is its own.
   *
   * @throws RecurraError `dtype` when a value (NaN, or one out of range) has no counterpart in an integer dtype.
   */
  astype(dtype: DType): NdArray {
    if (dtype === this.dtype) return this;
    return new NdArray(convert(this.data, this.dtype, dtype), this.shape, dtype);
  }

  /** A copy of the elements as float64, row-major; int64 values beyond ±2^53 are rounded. */
  toFloat64(): Float64Array {
    return toNumbers(this.data, this.dtype, new Float64Array(this.size));
  }

  #decode(flat: number): number {
    const element = this.data[flat];
    if (element === undefined) {
      throw new RecurraError("index", `element ${flat} of ${this.size} does not exist`);
    }
    if (this.dtype === "float16") return float16ToFloat32(Number(element));
    const value = Number(element);
    if (typeof element === "bigint" && !Number.isSafeInteger(value)) {
      throw new RecurraError(
        "int64-range",
        `element ${flat} is ${element}, which a JavaScript number cannot hold exactly; read it as a bigint from data`,
      );
    }
    return value;
  }

  /** The number of rows on axis 0 and how many elements each has. */
  #rowLayout(what: string): readonly [number, number] {
    const [count, ...rest] = this.shape;
    if (count === undefined) throw new RecurraError("shape", `${what}: a scalar has no rows`);
    return [count, sizeOf(rest)];
  }
}

/**
 * Makes an NdArray.
 *
 * @param value Nested arrays, a single number, boolean or bigint (a scalar), or a typed array. A typed array keeps its
 *   dtype (see `TypedArray` for which kind holds which) and is not copied, unless `dtype` asks for another.
 * @param options.shape The shape, when it is not the nesting's or, for a typed array, `[length]`.
 * @param options.dtype The dtype; by default float32 for numbers, bool for booleans, int64 for bigints.
 * @throws RecurraError `ragged` for rows of different lengths, with the path of the odd one; `dtype` for a value that the
 *   dtype cannot hold; `shape` when the shape's size differs from the number of values.
 * @example
 * ndarray([[1, 2], [3, 4]]);                                  // float32 [2, 2]
 * ndarray(new Float64Array(12), { shape: [3, 4] });           // float64 [3, 4], sharing the memory
 */
export function ndarray(value: Nested | TypedArray, options: { shape?: Shape; dtype?: DType } = {}): NdArray {
  const array = ArrayBuffer.isView(value) ? fromTypedArray(value) : fromNested(value, options.dtype);
  const converted = options.dtype ? array.astype(options.dtype) : array;
  return options.shape ? converted.reshape(options.shape) : converted;
}

function fromTypedArray(data: TypedArray): NdArray {
  if (dtypeOfArray(data) === "bool") {
    const odd = data.findIndex((element) => element > 1);
    if (odd >= 0) {
      throw new RecurraError(
        "dtype",
        `ndarray: element ${odd} is ${data[odd]}; a Uint8Array holds bools, 0 or 1. Convert numbers first: Int32Array.from(bytes)`,
      );
    }
  }
  return new NdArray(data, [data.length]);
}

function fromNested(value: Nested, wanted: DType | undefined): NdArray {
  const shape: number[] = [];
  let first: Nested | undefined = value;
  while (isNestedArray(first)) {
    shape.push(first.length);
    first = first[0];
  }
  const kind = typeof first;
  const dtype = wanted ?? (kind === "boolean" ? "bool" : kind === "bigint" ? "int64" : "float32");
  const data = allocate(dtype, sizeOf(shape));
  let flat = 0;
  const path: number[] = []; // of the node being visited, for messages
  const visit = (node: Nested | undefined, axis: number): void => {
    const extent = shape[axis];
    if (extent === undefined) {
      const encoded = wanted !== undefined || typeof node === kind ? encode(node, dtype) : undefined;
      if (encoded === undefined) {
        const came = isNestedArray(node) ? "an array" : typeof node === "bigint" ? `${node}n` : node;
        const before = wanted === undefined && flat > 0 ? " like the values before it" : "";
        throw new RecurraError(
          isNestedArray(node) ? "ragged" : "dtype",
          `ndarray: the value at ${formatPath(path, axis)} is ${came}; wanted ${dtype}${before}`,
        );
      }
      store(data, flat++, encoded);
      return;
    }
    if (!isNestedArray(node) || node.length !== extent) {
      const came = isNestedArray(node) ? `has length ${node.length}` : `is ${node}`;
      throw new RecurraError(
        "ragged",
        `ndarray: the value at ${formatPath(path, axis)} ${came}; wanted an array of length ${extent} like the ones before it`,
      );
    }
    for (let i = 0; i < extent; i++) {
      path[axis] = i;
      visit(node[i], axis + 1);
    }
  };
  visit(value, 0);
  return new NdArray(data, shape, dtype);
}

function isNestedArray(value: Nested | undefined): value is readonly Nested[] {
  return Array.isArray(value);
}

function formatPath(path: readonly number[], length: number): string {
  return length === 0 ? "the top" : `[${path.slice(0, length).join("][")}]`;
}

function nameOf(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor.name : String(value);
}
