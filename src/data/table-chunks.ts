// Reading a table piece by piece: chunks of rows of numbers, of which one is in memory at a time.

import { RecurraError } from "../platform/error.ts";
import type { DuckDBConnection } from "./duckdb.ts";
import type { RowSource } from "./number-columns.ts";
import { type RowChunk, streamRows } from "./row-stream.ts";

/** What is read of a table. */
export interface ChunkQuery {
  readonly source: RowSource;
  /** The columns by name, and SQL that reads each as DOUBLE. */
  readonly columns: readonly { readonly name: string; readonly sql: string }[];
  /** SQL of a text that changes where a new series begins. */
  readonly seriesSql: string | undefined;
  /** Rows of a chunk. */
  readonly chunkRows: number;
  /** Further rows that a chunk holds after its own, which are the next chunk's too. */
  readonly reach: number;
}

/** Rows that lie together in the table. The arrays are written anew when the next chunk is read. */
export interface TableChunk {
  /** [rows, columns] */
  readonly numbers: Float64Array;
  /** [rows] Grows by one where a new series begins. */
  readonly series: Int32Array;
  readonly rows: number;
  /** Of these rows the first ones are this chunk's own. */
  readonly ownRows: number;
  /** How many rows of the table come before it. */
  readonly start: number;
}

/** The chunks of a table in its order. @throws RecurraError `not-finite` for a place without a number, by row and column */
export async function* chunksInOrder(
  connection: DuckDBConnection,
  query: ChunkQuery,
): AsyncGenerator<TableChunk, void> {
  const buffer = new ChunkBuffer(query);
  for await (const part of partsOf(connection, query, query.source.sql)) {
    for (let from = 0; from < part.rowCount; ) {
      from = buffer.take(part, from);
      if (!buffer.isFull) continue;
      yield buffer.chunk(query.chunkRows);
      buffer.keepReach();
    }
  }
  if (buffer.rows > 0) yield buffer.chunk(buffer.rows);
}

/**
 * Chunks of a Parquet file in any order.
 *
 * @param sql the file with its row numbers, from 0, in the column `file_row_number`
 * @param order numbers of the chunks
 */
export async function* chunksByNumber(
  connection: DuckDBConnection,
  query: ChunkQuery,
  sql: string,
  order: Iterable<number>,
): AsyncGenerator<TableChunk, void> {
  const { chunkRows, reach } = query;
  const buffer = new ChunkBuffer(query);
  for (const number of order) {
    const start = number * chunkRows;
    buffer.begin(start);
    const rows = `file_row_number >= ${start} AND file_row_number < ${start + chunkRows + reach}`;
    for await (const part of partsOf(connection, query, `${sql} WHERE ${rows}`)) buffer.take(part, 0);
    yield buffer.chunk(Math.min(chunkRows, buffer.rows));
  }
}

/** The rows that a query gives, as DuckDB hands them over: some 2,000 at once. */
async function* partsOf(
  connection: DuckDBConnection,
  { source, columns, seriesSql }: ChunkQuery,
  from: string,
): AsyncGenerator<RowChunk, void> {
  const select = [...columns.map(({ sql }) => sql), ...(seriesSql === undefined ? [] : [seriesSql])];
  try {
    for await (const part of streamRows(connection, select, from)) yield part;
  } catch (error) {
    throw source.failure(error);
  }
}

/** The rows of a chunk while they come in. */
class ChunkBuffer {
  readonly #query: ChunkQuery;
  readonly #numbers: Float64Array;
  readonly #series: Int32Array;
  readonly #capacity: number;
  #start = 0;
  #rows = 0;
  #lastName: unknown;

  constructor(query: ChunkQuery) {
    this.#query = query;
    this.#capacity = query.chunkRows + query.reach;
    this.#numbers = new Float64Array(this.#capacity * query.columns.length);
    this.#series = new Int32Array(this.#capacity);
  }

  get rows(): number {
    return this.#rows;
  }

  get isFull(): boolean {
    return this.#rows === this.#capacity;
  }

  /** Empties it, for rows from a place in the table on. */
  begin(start: number): void {
    this.#start = start;
    this.#rows = 0;
  }

  /** Takes rows of a part in, as far as there is room. Returns the row to go on with. */
  take(part: RowChunk, from: number): number {
    const { columns, seriesSql } = this.#query;
    const width = columns.length;
    const count = Math.min(part.rowCount - from, this.#capacity - this.#rows);
    for (let column = 0; column < width; column++) {
      const values = part.getColumnVector(column);
      for (let i = 0; i < count; i++) {
        const value = values.getItem(from + i);
        if (typeof value !== "number" || !Number.isFinite(value)) throw this.#fault(column, i, value);
        this.#numbers[(this.#rows + i) * width + column] = value;
      }
    }
    if (seriesSql !== undefined) {
      const names = part.getColumnVector(width);
      for (let i = 0; i < count; i++) this.#nameRow(this.#rows + i, names.getItem(from + i));
    }
    this.#rows += count;
    return from + count;
  }

  #nameRow(row: number, name: unknown): void {
    const before = row === 0 ? 0 : (this.#series[row - 1] ?? 0);
    this.#series[row] = row > 0 && name !== this.#lastName ? before + 1 : before;
    this.#lastName = name;
  }

  chunk(ownRows: number): TableChunk {
    return {
      numbers: this.#numbers,
      series: this.#series,
      rows: this.#rows,
      ownRows,
      start: this.#start,
    };
  }

  /** Leaves the rows after the chunk's own as the first of the next. */
  keepReach(): void {
    const { chunkRows, reach, columns } = this.#query;
    this.#numbers.copyWithin(0, chunkRows * columns.length, this.#capacity * columns.length);
    this.#series.copyWithin(0, chunkRows, this.#capacity);
    this.#start += chunkRows;
    this.#rows = reach;
  }

  #fault(column: number, row: number, value: unknown): RecurraError {
    const { columns, source } = this.#query;
    const place = `Column "${columns[column]?.name}", ${source.rowName(this.#start + this.#rows + row)}`;
    return new RecurraError(
      "not-finite",
      value === null || value === undefined
        ? `${place}: is empty; wanted a number. Fill it in, or leave the row out in SQL: { sql: "SELECT … WHERE …" }.`
        : `${place}: ${value}; wanted a finite number. Correct the row, or leave it out in SQL: { sql: "SELECT … WHERE …" }.`,
    );
  }
}
