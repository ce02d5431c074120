// A file as DuckDB reads it: what stands after FROM, its columns, and how its rows are counted.

import { RecurraError } from "../platform/error.ts";
import { csvFunction, type Dialect, sniffDialect } from "./csv-dialect.ts";
import { csvError } from "./csv-errors.ts";
import type { DataFile } from "./data-file.ts";
import { type DuckDBConnection, rowsOf, shortMessage, sqlName, sqlText } from "./duckdb.ts";

export interface Relation {
  /** What stands after FROM. */
  readonly sql: string;
  readonly columns: readonly RelationColumn[];
  /** The number, counted in the file from 1, of the row that comes first. */
  readonly firstRow: number;
  /** What a row is called in messages. */
  readonly rowWord: "row" | "record";
  /** What separates the columns of a CSV file. */
  readonly delimiter?: string;
  /**
   * The same with the times of `column` as they should be read: as DuckDB reads them, or, where its reading may not
   * be the one that is meant, as text.
   */
  withTimes(column: string): { readonly sql: string; readonly type: string };
  /** What was assumed, in sentences for the user. */
  readonly notes: readonly string[];
}

export interface RelationColumn {
  readonly name: string;
  /** DuckDB's type. */
  readonly type: string;
}

/** @throws RecurraError `file-format` for a file that is no table, `row-length` for rows longer or shorter than the header. */
export function openRelation(connection: DuckDBConnection, file: DataFile): Promise<Relation> {
  switch (file.format) {
    case "csv":
      return openCsv(connection, file);
    case "json":
      return openJson(connection, file);
    case "parquet":
      return openRecords(connection, file, `read_parquet(${sqlText(file.path)})`);
  }
}

/** The error of a file that DuckDB fails on. */
export function fileError(file: DataFile, error: unknown): RecurraError {
  if (error instanceof RecurraError) return error;
  if (file.format === "csv") return csvError(file, error);
  const message = shortMessage(error)
    .replace(/^\w+(?: \w+)? Error: /, "")
    .replace(` in file "${file.path}"`, "");
  return new RecurraError("file-format", `Cannot read "${file.path}": ${message}`, { cause: error });
}

async function openCsv(connection: DuckDBConnection, file: DataFile): Promise<Relation> {
  const dialect = await sniffDialect(connection, file);
  const { columns, options } = dialect;
  const sql = csvFunction("read_csv", file, options);
  return {
    sql,
    columns,
    firstRow: dialect.skippedRows + (dialect.hasHeader ? 2 : 1),
    rowWord: "row",
    delimiter: dialect.delimiter,
    withTimes(column) {
      const type = columns.find(({ name }) => name === column)?.type ?? "VARCHAR";
      if (!readsAsText(type, dialect)) return { sql, type };
      return { sql: csvFunction("read_csv", file, { ...options, textColumns: [column] }), type: "VARCHAR" };
    },
    notes: options.encoding === "latin-1" ? ["The file is not UTF-8: its text is read as Latin-1."] : [],
  };
}

/** Dates with the year first mean one thing only; others are decided from the column's text, and zones kept. */
function readsAsText(type: string, { dateFormat, timestampFormat }: Dialect): boolean {
  const yearFirst = (format: string | null) => format === null || format.startsWith("%Y");
  if (type === "DATE") return !yearFirst(dateFormat);
  if (type === "TIMESTAMP") return !yearFirst(timestampFormat);
  return type === "TIMESTAMP WITH TIME ZONE";
}

/** An array of records, one record a line, or one object that holds an array of records among other things. */
async function openJson(connection: DuckDBConnection, file: DataFile): Promise<Relation> {
  // sample_size = -1: types from all records.
  const sql = `read_json(${sqlText(file.path)}, sample_size = -1)`;
  const outer = await openRecords(connection, file, sql);
  const lists = outer.columns.filter(({ type }) => /^STRUCT\(.*\)\[\]$/s.test(type));
  const [list, second] = lists;
  if (list === undefined || second !== undefined) return outer;
  return openRecords(connection, file, `(SELECT unnest(${sqlName(list.name)}, max_depth := 2) FROM ${sql})`);
}

async function openRecords(connection: DuckDBConnection, file: DataFile, sql: string): Promise<Relation> {
  const described = await rowsOf(connection, `DESCRIBE SELECT * FROM ${sql}`).catch((error) => {
    throw fileError(file, error);
  });
  const columns = described.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
  return {
    sql,
    columns,
    firstRow: 1,
    rowWord: "record",
    withTimes: (column) => ({ sql, type: columns.find(({ name }) => name === column)?.type ?? "VARCHAR" }),
    notes: [],
  };
}
