// What is read of a table for a data set: the file or the query, and the columns of each array of a batch.

import { basename } from "node:path";
import { describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import { inspectFile } from "./data-file.ts";
import { type DuckDBConnection, rowsOf, shortMessage, sqlName, sqlText } from "./duckdb.ts";
import { findColumn, numberSql, type RowSource } from "./number-columns.ts";
import { fileError, openRelation } from "./open-relation.ts";
import type { ChunkQuery } from "./table-chunks.ts";

/** Columns of one input or output; for several, an object that names them. */
export type TableColumnNames =
  | string
  | readonly string[]
  | Readonly<Record<string, string | readonly string[]>>;

export interface TableWindows {
  /** Rows of a window. */
  readonly length: number;
  /** How many rows after a window's last one its target stands. Default 1. */
  readonly ahead?: number | undefined;
  /** Rows from one window to the next. Default 1. */
  readonly stride?: number | undefined;
  /** The column that names the series of a row: no window reaches from one series into the next. Its rows stand together. */
  readonly by?: string | undefined;
}

/** What a plan is made of. */
export interface PlanOptions {
  readonly x: TableColumnNames;
  readonly y?: TableColumnNames | undefined;
  readonly sampleWeight?: string | undefined;
  readonly windows?: TableWindows | undefined;
  readonly chunkRows: number;
}

/** One array of a batch: the columns that it is read from. */
export interface Part {
  /** Its name, where there are several. */
  readonly name: string | undefined;
  /** Places of its columns among those that are read. */
  readonly places: readonly number[];
}

/** A table, and what is read of it. */
export interface Plan {
  readonly query: ChunkQuery;
  readonly x: readonly Part[];
  readonly y: readonly Part[] | undefined;
  readonly weight: number | undefined;
  /** Rows of a window, and rows from one to the next; single rows are `undefined`. */
  readonly window: { readonly length: number; readonly stride: number } | undefined;
  /** Of a Parquet file, whose rows can be read from any place on: SQL that numbers them, and how many there are. */
  readonly numbered: { readonly sql: string; readonly rows: number } | undefined;
}

/** Finds the columns that are to be read. @throws RecurraError `unknown-column`, `column-type`, `not-a-number`, `sql`, and those of files */
export async function planOf(
  connection: DuckDBConnection,
  source: string | { readonly sql: string },
  { x, y, sampleWeight, windows, chunkRows }: PlanOptions,
): Promise<Plan> {
  const names = { x: namesOf(x, "x"), y: y === undefined ? undefined : namesOf(y, "y") };
  const opened =
    typeof source === "string" ? await openFile(connection, source) : await openSql(connection, source.sql);
  const columns: { name: string; sql: string }[] = [];
  const placeOf = async (name: string, role: string) => {
    const known = columns.findIndex((column) => column.name === name);
    if (known >= 0) return known;
    return columns.push({ name, sql: await numberSql(connection, opened.rows, name, role) }) - 1;
  };
  const partsOf = async (given: readonly PartNames[], role: string): Promise<readonly Part[]> => {
    const parts: Part[] = [];
    for (const { name, columns: wanted } of given) {
      const places: number[] = [];
      for (const column of wanted)
        places.push(await placeOf(column, name === undefined ? role : `${role}.${name}`));
      parts.push({ name, places });
    }
    return parts;
  };
  const { length = 1, ahead = windows === undefined ? 0 : 1, stride = 1, by } = windows ?? {};
  if (by !== undefined) findColumn(opened.rows, by, "windows.by");
  return {
    x: await partsOf(names.x, "x"),
    y: names.y && (await partsOf(names.y, "y")),
    weight: sampleWeight === undefined ? undefined : await placeOf(sampleWeight, "sampleWeight"),
    window: windows === undefined ? undefined : { length, stride },
    numbered: opened.numbered,
    query: {
      source: opened.rows,
      columns,
      seriesSql: by === undefined ? undefined : `CAST(${sqlName(by)} AS VARCHAR)`,
      chunkRows,
      reach: length - 1 + ahead,
    },
  };
}

/** The columns of a part by their names. */
interface PartNames {
  readonly name: string | undefined;
  readonly columns: readonly string[];
}

function namesOf(given: unknown, role: string): readonly PartNames[] {
  const list = (names: unknown, what: string): readonly string[] => {
    const all: unknown = typeof names === "string" ? [names] : names;
    if (Array.isArray(all) && all.length > 0 && all.every((name) => typeof name === "string")) return all;
    throw new RecurraError(
      "option-value",
      `tableDataset: ${what} is to be the name of a column, or a list of names, got ${describe(names)}`,
    );
  };
  const named =
    typeof given === "object" && given !== null && !Array.isArray(given) ? Object.entries(given) : [];
  if (named.length === 0) return [{ name: undefined, columns: list(given, role) }];
  return named.map(([name, names]) => ({ name, columns: list(names, `${role}.${name}`) }));
}

interface OpenTable {
  readonly rows: RowSource;
  readonly numbered: Plan["numbered"];
}

async function openFile(connection: DuckDBConnection, path: string): Promise<OpenTable> {
  const file = await inspectFile(path);
  const relation = await openRelation(connection, file);
  const rows: RowSource = {
    sql: relation.sql,
    columns: relation.columns,
    name: basename(path),
    rowName: (position) => `${relation.rowWord} ${position + relation.firstRow}`,
    failure: (error) => fileError(file, error),
  };
  if (file.format !== "parquet") return { rows, numbered: undefined };
  const [counted] = await rowsOf(connection, `SELECT count(*) AS count FROM ${relation.sql}`);
  const sql = `read_parquet(${sqlText(path)}, file_row_number = true)`;
  return { rows, numbered: { sql, rows: Number(counted?.count) } };
}

async function openSql(connection: DuckDBConnection, sql: string): Promise<OpenTable> {
  const failure = (error: unknown) =>
    error instanceof RecurraError
      ? error
      : new RecurraError("sql", `Cannot read ${JSON.stringify(sql)}: ${shortMessage(error)}`, {
          cause: error,
        });
  // The line break ends a comment in the query.
  const from = `(${sql}\n)`;
  const described = await rowsOf(connection, `DESCRIBE SELECT * FROM ${from}`).catch((error) => {
    throw failure(error);
  });
  return {
    rows: {
      sql: from,
      columns: described.map((row) => ({ name: String(row.column_name), type: String(row.column_type) })),
      name: "the query",
      rowName: (position) => `row ${position + 1} of the query`,
      failure,
    },
    numbered: undefined,
  };
}
