// Files and queries as relations: CSV, JSON and Parquet by DuckDB's readers, .tsf by its own.

import { basename } from "node:path";
import { RecurraError } from "../platform/error.ts";
import { csvReader, type Dialect } from "./csv-dialect.ts";
import { csvError } from "./csv-errors.ts";
import { commonDialect } from "./csv-files.ts";
import type { DataFile } from "./data-file.ts";
import { type DuckDBConnection, rowsOf, shortMessage, sqlName, sqlText } from "./duckdb.ts";
import type { Relation, RelationColumn } from "./relation.ts";
import type { RowName } from "./row-names.ts";
import { openTsf } from "./tsf.ts";

/**
 * @throws RecurraError `file-format` for a file that is no table, `row-length` for rows longer or shorter than the header,
 * `file-columns` for several files that differ in their columns.
 */
export function openRelation(connection: DuckDBConnection, file: DataFile): Promise<Relation> {
  switch (file.format) {
    case "csv":
      return openCsv(connection, file);
    case "json":
      return openJson(connection, file);
    case "parquet":
      return openRecords(connection, file);
    case "tsf":
      return openTsf(connection, file);
  }
}

/** What a query gives. @param isOverData as in {@link queryError} @throws RecurraError `sql` with DuckDB's words */
export async function openQuery(
  connection: DuckDBConnection,
  query: string,
  isOverData = false,
): Promise<Relation> {
  // The line break ends a comment in the query.
  const sql = `(${query}\n)`;
  const described = await rowsOf(connection, `DESCRIBE SELECT * FROM ${sql}`).catch((error) => {
    throw queryError(query, error, isOverData);
  });
  const columns = columnsOf(described);
  return {
    sql,
    columns,
    firstRow: 1,
    rowWord: "row",
    rowName: (position) => `row ${position + 1} of the query`,
    withTimes: (column) => ({ sql, type: typeOf(columns, column) }),
    notes: [],
  };
}

/** The error of a query that DuckDB fails on. @param isOverData whether it is over a file, which it calls data */
export function queryError(query: string, error: unknown, isOverData = false): RecurraError {
  if (error instanceof RecurraError) return error;
  const message = shortMessage(error);
  const unknown = /Table with name (.+?) does not exist/.exec(message)?.[1];
  const problem =
    isOverData && unknown !== undefined
      ? `There is no table "${unknown}". The file is called data: "SELECT … FROM data".`
      : message;
  return new RecurraError("sql", `Cannot read ${JSON.stringify(query)}: ${problem}`, { cause: error });
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
  const dialect = await commonDialect(connection, file);
  const firstRow = dialect.skippedRows + (dialect.hasHeader ? 2 : 1);
  const rowName = await rowNames(connection, file, firstRow, "row", (one) => csvReader(one, dialect));
  return csvRelation(file, dialect, { firstRow, rowName });
}

function csvRelation(
  file: DataFile,
  dialect: Dialect,
  counting: Pick<Relation, "firstRow" | "rowName">,
): Relation {
  const { columns, options } = dialect;
  const sql = csvReader(file, dialect);
  return {
    ...counting,
    sql,
    columns,
    rowWord: "row",
    delimiter: dialect.delimiter,
    withTimes(column) {
      const type = typeOf(columns, column);
      if (!readsAsText(type, dialect)) return { sql, type };
      return { sql: csvReader(file, dialect, [column]), type: "VARCHAR" };
    },
    withText(column) {
      const changed = columns.map(({ name, type }) => ({ name, type: name === column ? "VARCHAR" : type }));
      return csvRelation(file, { ...dialect, columns: changed }, counting);
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
  const outer = await openRecords(connection, file);
  const lists = outer.columns.filter(({ type }) => /^STRUCT\(.*\)\[\]$/s.test(type));
  const [list, second] = lists;
  if (list === undefined || second !== undefined) return outer;
  return openRecords(
    connection,
    file,
    (...options) => `(SELECT unnest(${sqlName(list.name)}, max_depth := 2) FROM ${recordsSql(...options)})`,
  );
}

/**
 * How DuckDB reads files of records. Of several, columns are matched by name; what stands in folders such as `store=1` is one too.
 *
 * @param timesAsText whether times of JSON are left as they are written; DuckDB reads them without their zones
 */
function recordsSql(file: DataFile, timesAsText = false): string {
  const [path = ""] = file.paths;
  const several = file.paths.length > 1;
  const paths = several ? `[${file.paths.map(sqlText).join(", ")}]` : sqlText(path);
  const byName = several ? ", union_by_name = true" : "";
  if (file.format === "parquet") return `read_parquet(${paths}${byName})`;
  // sample_size = -1: types from all records.
  const compression = file.zipped ? ", compression = 'gzip'" : "";
  // No time is written so: what looks like one stays text.
  const times = timesAsText ? ", timestampformat = '%H'" : "";
  return `read_json(${paths}, sample_size = -1${byName}${compression}${times})`;
}

async function openRecords(
  connection: DuckDBConnection,
  file: DataFile,
  sqlOf = recordsSql,
): Promise<Relation> {
  const sql = sqlOf(file);
  const described = await rowsOf(connection, `DESCRIBE SELECT * FROM ${sql}`).catch((error) => {
    throw fileError(file, error);
  });
  const columns = columnsOf(described);
  return {
    sql,
    columns,
    firstRow: 1,
    rowWord: "record",
    rowName: await rowNames(connection, file, 1, "record", sqlOf),
    withTimes(column) {
      const type = typeOf(columns, column);
      return file.format === "json" && type === "TIMESTAMP"
        ? { sql: sqlOf(file, true), type: "VARCHAR" }
        : { sql, type };
    },
    notes: [],
  };
}

function columnsOf(described: readonly Readonly<Record<string, unknown>>[]): RelationColumn[] {
  return described.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
}

function typeOf(columns: readonly RelationColumn[], name: string): string {
  return columns.find((column) => column.name === name)?.type ?? "VARCHAR";
}

/** What rows are called; where there are several files, they are counted, so that a row is named with its file. */
async function rowNames(
  connection: DuckDBConnection,
  file: DataFile,
  firstRow: number,
  word: Relation["rowWord"],
  sqlOf: (one: DataFile) => string,
): Promise<RowName> {
  const { parts } = file;
  if (parts === undefined || parts.length === 1) return (position) => `${word} ${position + firstRow}`;
  const ends: number[] = [];
  for (const part of parts) {
    const counting = `SELECT count(*) AS count FROM ${sqlOf(part)}`;
    const [counted] = await rowsOf(connection, counting).catch((error) => {
      throw fileError(part, error);
    });
    ends.push((ends.at(-1) ?? 0) + Number(counted?.count));
  }
  return (position) => {
    const at = ends.findIndex((end) => position < end);
    const before = at > 0 ? (ends[at - 1] ?? 0) : 0;
    return `${word} ${position - before + firstRow} of ${basename(file.paths[at] ?? file.path)}`;
  };
}
