// The rows of a query as they come, with the certainty that all of them came.

import { type DuckDBConnection, sqlText } from "./duckdb.ts";

/** Some of the rows, column by column: about 2,000. */
export interface RowChunk {
  readonly rowCount: number;
  getColumnVector(column: number): { getItem(row: number): unknown };
}

const LAST = "that is all";

/**
 * Streams the rows of `SELECT columns FROM from`, in their order.
 *
 * DuckDB's binding ends a stream without a word where reading fails after the first rows: a row of the stream's own stands at its end, and
 * where that does not come, the query is run again in one piece, which fails with the reason.
 *
 * @param columns SQL of each
 * @param from what stands after FROM
 */
export async function* streamRows(
  connection: DuckDBConnection,
  columns: readonly string[],
  from: string,
): AsyncGenerator<RowChunk, void> {
  const names = columns.map((sql, i) => `${sql} AS c${i}`).join(", ");
  const query = `SELECT ${names} FROM ${from}`;
  const nothing = columns.map(() => "NULL").join(", ");
  const result = await connection.stream(
    `SELECT *, NULL AS mark FROM (${query}\n) UNION ALL SELECT ${nothing}, ${sqlText(LAST)}`,
  );
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    const { rowCount } = chunk;
    const isLast = chunk.getColumnVector(columns.length).getItem(rowCount - 1) === LAST;
    yield isLast ? { rowCount: rowCount - 1, getColumnVector: (i) => chunk.getColumnVector(i) } : chunk;
    if (isLast) return;
  }
  const counts = columns.map((_, i) => `count(c${i})`).join(", ");
  await connection.run(`SELECT ${counts} FROM (${query}\n)`);
  throw new Error("Reading ended before the last row.");
}
