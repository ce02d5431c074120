// From chunks of a table to batches: which rows are chosen, and the arrays that they are copied into.

import type { Batch } from "../model/source.ts";
import { NdArray } from "../tensor/nd-array.ts";
import type { TableChunk } from "./table-chunks.ts";
import type { Part, Plan } from "./table-plan.ts";

/** The rows at which windows begin: whole ones, within one series. */
export function originsOf({ series, rows, ownRows, start }: TableChunk, { query, window }: Plan): Int32Array {
  const origins = new Int32Array(ownRows);
  let count = 0;
  const { reach, seriesSql } = query;
  const { stride } = window ?? { stride: 1 };
  for (let row = 0; row < ownRows && row + reach < rows; row++) {
    if ((start + row) % stride !== 0) continue;
    if (seriesSql !== undefined && series[row] !== series[row + reach]) continue;
    origins[count++] = row;
  }
  return origins.subarray(0, count);
}

/** A batch while its rows come in. */
export class BatchBuffer {
  readonly #plan: Plan;
  readonly #size: number;
  /** Rows of a window. */
  readonly #length: number;
  #rows = 0;
  #x: readonly Float64Array[] = [];
  #y: readonly Float64Array[] = [];
  #weights = new Float64Array();

  constructor(plan: Plan, size: number) {
    this.#plan = plan;
    this.#size = size;
    this.#length = plan.window?.length ?? 1;
    this.#begin();
  }

  get rows(): number {
    return this.#rows;
  }

  #begin(): void {
    const { x, y = [], weight } = this.#plan;
    this.#rows = 0;
    this.#x = x.map(({ places }) => new Float64Array(this.#size * this.#length * places.length));
    this.#y = y.map(({ places }) => new Float64Array(this.#size * places.length));
    this.#weights = new Float64Array(weight === undefined ? 0 : this.#size);
  }

  /** Adds the window that begins at a row of a chunk. */
  add(numbers: Float64Array, row: number): void {
    const { x, y = [], weight, query } = this.#plan;
    const width = query.columns.length;
    const copy = (target: Float64Array, { places }: Part, from: number, to: number) => {
      for (let i = 0; i < places.length; i++)
        target[to * places.length + i] = numbers[from * width + (places[i] ?? 0)] ?? 0;
    };
    for (const [i, part] of x.entries()) {
      for (let step = 0; step < this.#length; step++)
        copy(this.#x[i] as Float64Array, part, row + step, this.#rows * this.#length + step);
    }
    const last = row + query.reach;
    for (const [i, part] of y.entries()) copy(this.#y[i] as Float64Array, part, last, this.#rows);
    if (weight !== undefined) this.#weights[this.#rows] = numbers[last * width + weight] ?? 0;
    this.#rows++;
  }

  /** The batch, and room for the next. */
  take(): Batch {
    const { x, y, weight, window } = this.#plan;
    const rows = this.#rows;
    const steps = window === undefined ? [] : [window.length];
    const batch = {
      x: arraysOf(x, this.#x, [rows, ...steps]),
      y: y && arraysOf(y, this.#y, [rows]),
      sampleWeight: weight === undefined ? undefined : new NdArray(this.#weights.subarray(0, rows), [rows]),
    };
    this.#begin();
    return batch;
  }
}

/** Arrays of so many rows, each with its columns as the last axis: one, or under their names. */
function arraysOf(
  parts: readonly Part[],
  data: readonly Float64Array[],
  shape: readonly number[],
): Batch["x"] {
  const arrays = parts.map(({ places }, i) => {
    const full = [...shape, places.length];
    const size = full.reduce((product, dimension) => product * dimension, 1);
    return new NdArray((data[i] as Float64Array).subarray(0, size), full);
  });
  const [only] = arrays;
  if (only !== undefined && parts[0]?.name === undefined) return only;
  return Object.fromEntries(parts.map(({ name = "" }, i) => [name, arrays[i] as NdArray]));
}
