// Columns on their way from DuckDB: chunks of rows gathered in typed arrays, texts kept once each.

import type { DuckDBConnection } from "./duckdb.ts";
import type { RawColumn } from "./raw-column.ts";
import { streamRows } from "./row-stream.ts";

/** A column that is read: SQL that gives it as DOUBLE or VARCHAR, and what its values are. */
export interface ColumnQuery {
  readonly sql: string;
  readonly kind: "number" | "instant" | "coded";
  /** Of instants: whether they are known on the UTC clock. */
  readonly zoned?: boolean;
}

/** Reads columns of a table, all of its rows. @param from what stands after FROM */
export async function readColumns(
  connection: DuckDBConnection,
  columns: readonly ColumnQuery[],
  from: string,
  signal: AbortSignal | undefined,
): Promise<RawColumn[]> {
  const readers = columns.map(readerOf);
  const sql = columns.map((column) => column.sql);
  for await (const chunk of streamRows(connection, sql, from)) {
    signal?.throwIfAborted();
    for (const [i, reader] of readers.entries()) reader.take(chunk.getColumnVector(i), chunk.rowCount);
  }
  return readers.map((reader) => reader.column());
}

/** What a chunk has of a column. */
interface Vector {
  getItem(row: number): unknown;
}

interface ColumnReader {
  take(values: Vector, count: number): void;
  column(): RawColumn;
}

function readerOf({ kind, zoned = false }: ColumnQuery): ColumnReader {
  if (kind === "coded") return new TextReader();
  return new NumberReader((values) => (kind === "number" ? { kind, values } : { kind, values, zoned }));
}

class NumberReader implements ColumnReader {
  readonly #finish: (values: Float64Array) => RawColumn;
  #values = new Float64Array(4096);
  #rows = 0;

  constructor(finish: (values: Float64Array) => RawColumn) {
    this.#finish = finish;
  }

  take(values: Vector, count: number): void {
    this.#values = withRoom(this.#values, this.#rows + count, (size) => new Float64Array(size));
    for (let i = 0; i < count; i++) {
      const value = values.getItem(i);
      this.#values[this.#rows + i] = typeof value === "number" ? value : Number.NaN;
    }
    this.#rows += count;
  }

  column(): RawColumn {
    return this.#finish(this.#values.subarray(0, this.#rows));
  }
}

class TextReader implements ColumnReader {
  readonly #positions = new Map<string, number>();
  #codes = new Int32Array(4096);
  #rows = 0;
  #last: unknown;
  #lastCode = -1;

  take(values: Vector, count: number): void {
    this.#codes = withRoom(this.#codes, this.#rows + count, (size) => new Int32Array(size));
    for (let i = 0; i < count; i++) {
      const text = values.getItem(i);
      // Rows of a series often stand together.
      if (text !== this.#last) {
        this.#last = text;
        this.#lastCode = this.#codeOf(text);
      }
      this.#codes[this.#rows + i] = this.#lastCode;
    }
    this.#rows += count;
  }

  #codeOf(text: unknown): number {
    if (typeof text !== "string") return -1;
    const known = this.#positions.get(text);
    if (known !== undefined) return known;
    this.#positions.set(text, this.#positions.size);
    return this.#positions.size - 1;
  }

  column(): RawColumn {
    return { kind: "coded", texts: [...this.#positions.keys()], codes: this.#codes.subarray(0, this.#rows) };
  }
}

/** The array itself where it has room, else a larger one that begins like it. */
function withRoom<T extends Float64Array | Int32Array>(
  values: T,
  length: number,
  make: (size: number) => T,
): T {
  if (length <= values.length) return values;
  const larger = make(Math.max(length, Math.ceil(1.5 * values.length)));
  larger.set(values);
  return larger;
}
