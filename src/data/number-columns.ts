// Columns of a table as numbers for a model: found by name, their types checked, and how SQL reads them.

import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import { describeColumns, isNumeric } from "./columns.ts";
import { type DuckDBConnection, rowsOf, sqlName } from "./duckdb.ts";
import { quoted } from "./row-names.ts";

/** Rows of a table as SQL gives them. */
export interface RowSource {
  /** What stands after FROM. */
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** What the table is called in messages. */
  readonly name: string;
  /** What a row is called in messages, given how many come before it. */
  readonly rowName: (position: number) => string;
  /** The error of a read that failed. */
  readonly failure: (error: unknown) => RecurraError;
}

/**
 * The column of a name.
 *
 * @param role what it is to be, for messages
 * @throws RecurraError `unknown-column` with the columns there are
 */
export function findColumn(source: RowSource, name: string, role: string): RowSource["columns"][number] {
  const found = source.columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = source.columns.map((column) => column.name);
  throw new RecurraError(
    "unknown-column",
    `There is no column "${name}" (${role}) in ${source.name}. ${suggestion(name, names)}The columns are ${describeColumns(source.columns)}.`,
  );
}

/**
 * SQL that reads a column as DOUBLE: numbers, true and false as 1 and 0, and text all of which is numbers.
 *
 * @throws RecurraError `unknown-column`, `column-type`; `not-a-number` with the row of the first text that is none
 */
export async function numberSql(
  connection: DuckDBConnection,
  source: RowSource,
  name: string,
  role: string,
): Promise<string> {
  const { type } = findColumn(source, name, role);
  const column = sqlName(name);
  if (isNumeric(type)) return `CAST(${column} AS DOUBLE)`;
  if (type === "BOOLEAN") return `CAST(CAST(${column} AS TINYINT) AS DOUBLE)`;
  if (type !== "VARCHAR") {
    throw new RecurraError(
      "column-type",
      `Column "${name}" (${role}) of ${source.name} holds values of type ${type}; wanted numbers. Name another column, or compute numbers of it in SQL: { sql: "SELECT … " }.`,
    );
  }
  const [wrong] = await rowsOf(
    connection,
    `SELECT value, position FROM (SELECT ${column} AS value, row_number() OVER () - 1 AS position FROM ${source.sql})
      WHERE value IS NOT NULL AND TRY_CAST(value AS DOUBLE) IS NULL LIMIT 1`,
  ).catch((error) => {
    throw source.failure(error);
  });
  if (wrong === undefined) return `CAST(${column} AS DOUBLE)`;
  const row = source.rowName(Number(wrong.position));
  throw new RecurraError(
    "not-a-number",
    `Column "${name}", ${row}: ${quoted(String(wrong.value))} is not a number. Correct the row, or compute numbers of the column in SQL.`,
  );
}
