// The WebAssembly memory of a training: how it is made, handed out, and how rows get into it and out of it.

import { RecurraError } from "../../platform/error.ts";
import type { Random } from "../../tensor/random.ts";
import type { RowShape } from "../vectors/row-code.ts";

const PAGE = 65536;
const MOST_BYTES = 2 ** 32;
const REMEDY = "Raise minCount, set maxWords, or lower size";

/**
 * Memory for `bytes` bytes, which threads share where there are several.
 *
 * @throws RecurraError `too-large` where WebAssembly or the machine has not so much
 */
export function makeMemory(what: string, bytes: number, threads: number): WebAssembly.Memory {
  checkBytes(what, bytes);
  const pages = Math.ceil(bytes / PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: threads > 1 });
  } catch (cause) {
    throw new RecurraError(
      "too-large",
      `${what}: there is no room for ${gibibytes(bytes)} of memory. ${REMEDY}.`,
      { cause },
    );
  }
}

/** Fails for more than WebAssembly can have. @throws RecurraError `too-large` */
export function checkBytes(what: string, bytes: number): void {
  if (bytes > MOST_BYTES)
    throw new RecurraError(
      "too-large",
      `${what}: the vectors want ${gibibytes(bytes)} of memory, and WebAssembly has 4. ${REMEDY}.`,
    );
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;

const CACHE_LINE = 64; // bytes; what threads write stays apart

/** Hands out addresses one after the other. */
export class Room {
  used = CACHE_LINE;

  take(bytes: number): number {
    const at = this.used;
    this.used += Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;
    return at;
  }
}

/** Rows of a matrix in memory. */
export interface Rows {
  readonly at: number;
  readonly rows: number;
  readonly width: number;
  readonly shape: RowShape;
}

const ROWS_AT_ONCE = 4096;

/** Fills rows with uniform random numbers within ±1/(2·width). */
export function fillRows(
  { buffer }: WebAssembly.Memory,
  { at, rows, width, shape }: Rows,
  random: Random,
): void {
  const target = new Float32Array(buffer);
  for (let done = 0; done < rows; done += ROWS_AT_ONCE) {
    const some = Math.min(ROWS_AT_ONCE, rows - done);
    const values = random.uniform([some, width], -0.5 / width, 0.5 / width).data as Float32Array;
    for (let row = 0; row < some; row++)
      target.set(values.subarray(row * width, (row + 1) * width), (at + (done + row) * shape.stride) / 4);
  }
}

/** A copy of rows without what fills them up: [rows, width]. */
export function copyRows({ buffer }: WebAssembly.Memory, { at, rows, width, shape }: Rows): Float32Array {
  const source = new Float32Array(buffer);
  const copy = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const start = (at + row * shape.stride) / 4;
    copy.set(source.subarray(start, start + width), row * width);
  }
  return copy;
}
