// What a table is read from: a file, several files or a query, opened, with a look at the first of its rows.

import { basename } from "node:path";
import { RecurraError } from "../platform/error.ts";
import type { Column } from "./column.ts";
import { oddColumn } from "./csv-errors.ts";
import { findFiles, nameOfFiles } from "./data-files.ts";
import { type DuckDBConnection, rowsOf } from "./duckdb.ts";
import { fileError, openQuery, openRelation, queryError } from "./open-relation.ts";
import type { KnownColumns, Relation } from "./relation.ts";
import { timeHeadings, turned } from "./time-headings.ts";

/** What a table is read from: the path of a file, a folder or a pattern, or several of them; or SQL in which files are tables. */
export type TableSource = string | readonly string[] | { readonly sql: string };

/** A table that can be read. */
export interface OpenSource {
  readonly relation: Relation;
  /** What messages and reports call it. */
  readonly name: string;
  /** The path or the query, for messages about the whole of it. */
  readonly origin: string;
  /** The error of a read that failed. */
  readonly failure: (error: unknown) => RecurraError;
}

/**
 * @param sql a query over the file, which it calls `data`
 * @param called what messages and reports call the table, in place of the file's name
 * @throws RecurraError those of files, and `sql`
 */
export async function openSource(
  connection: DuckDBConnection,
  source: TableSource,
  { sql, source: called }: { readonly sql?: string | undefined; readonly source?: string | undefined },
): Promise<OpenSource> {
  const isQuery = typeof source === "object" && "sql" in source;
  const query = isQuery ? source.sql : sql;
  const failure = (error: unknown) => queryError(query ?? "", error);
  if (isQuery) {
    const relation = await openQuery(connection, source.sql);
    return { relation, name: called ?? "query", origin: "the query", failure };
  }
  const file = await findFiles(connection, source);
  const relation = await openRelation(connection, file);
  const path = nameOfFiles(source);
  const name = called ?? basename(path);
  if (query === undefined)
    return { relation, name, origin: `"${path}"`, failure: (error) => fileError(file, error) };
  await connection.run(`CREATE TEMP VIEW data AS SELECT * FROM ${relation.sql}`).catch((error) => {
    throw fileError(file, error);
  });
  return { relation: await openQuery(connection, query, true), name, origin: "the query", failure };
}

/** A table with its columns and the first of their values. */
export interface SampledTable {
  readonly opened: OpenSource;
  readonly columns: readonly Column[];
  /** What its columns are, where the file's form says so, or times stood in the heading and the table was turned: each series is whole. */
  readonly known?: KnownColumns;
}

/** @throws RecurraError `no-rows` */
export async function sampleTable(connection: DuckDBConnection, opened: OpenSource): Promise<SampledTable> {
  const columns = await sampleColumns(connection, opened);
  const { known } = opened.relation;
  if (known !== undefined) return { opened, columns, known };
  const headings = timeHeadings(columns);
  if (headings === undefined) return { opened, columns };
  const { relation, time, target } = turned(opened.relation, headings);
  const upright = { ...opened, relation };
  return { opened: upright, columns: await sampleColumns(connection, upright), known: { time, target } };
}

/**
 * The table with the column as text in which reading met a value unlike those of the sample that its type was taken from; undefined
 * where the error is another one.
 */
export function withOddColumn(
  { opened, columns, ...rest }: SampledTable,
  error: unknown,
): SampledTable | undefined {
  const odd = oddColumn(error);
  if (odd === undefined || opened.relation.withText === undefined) return undefined;
  if (!columns.some(({ name, type }) => name === odd && type !== "VARCHAR")) return undefined;
  return {
    ...rest,
    opened: { ...opened, relation: opened.relation.withText(odd) },
    columns: columns.map((column) => (column.name === odd ? { ...column, type: "VARCHAR" } : column)),
  };
}

async function sampleColumns(
  connection: DuckDBConnection,
  { relation, origin, failure }: OpenSource,
): Promise<Column[]> {
  const rows = await rowsOf(connection, `SELECT COLUMNS(*)::VARCHAR FROM ${relation.sql} LIMIT 200`).catch(
    (error) => {
      throw failure(error);
    },
  );
  if (rows.length === 0) {
    const names = relation.columns.map((column) => column.name).join(", ");
    throw new RecurraError("no-rows", `Cannot read ${origin}: it has a header (${names}) and no rows.`);
  }
  return relation.columns.map(({ name, type }) => ({
    name,
    type,
    sample: rows.map((row) => row[name]).filter((value) => typeof value === "string"),
  }));
}
