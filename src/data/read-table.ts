// Reading a table of series from a file with DuckDB: CSV, TSV, JSON, JSON lines or Parquet, also packed with gzip.

import { basename } from "node:path";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import {
  type Column,
  chooseColumns,
  describeColumns,
  isInstant,
  isNumeric,
  type WantedColumns,
} from "./columns.ts";
import { type DataFile, inspectFile } from "./data-file.ts";
import { type DuckDBConnection, rowsOf, shortMessage, sqlName, withDuckdb } from "./duckdb.ts";
import { fileError, openRelation, type Relation } from "./relation.ts";
import { type RawColumn, type Table, type TableColumns, tableOf } from "./table.ts";

export interface ReadTableOptions extends WantedColumns {
  /** The column of dates or times. Default: the only one that holds them. */
  readonly time?: string | undefined;
  /** The column of numbers. Default: the only one that holds them. */
  readonly target?: string | undefined;
  /** The column that names the series of a row. Default: the table is one series. */
  readonly series?: string | undefined;
  /** Rows to keep, as an SQL condition over the file's columns: `store = 3 AND day >= '2020-01-01'`. Default: all. */
  readonly where?: string | undefined;
  /** What the table is called in messages and reports. Default: the file's name. */
  readonly source?: string | undefined;
  /** Stops reading when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a table from a file. Its kind is told from its beginning, not from its name.
 *
 * @param path A CSV, TSV, JSON, JSON lines or Parquet file; text files may be packed with gzip.
 * @returns The table, rows in the order of the file; `notes` say what was guessed.
 * @throws RecurraError for files that are missing, empty, no file or no table (`file-not-found`, `empty-file`, `not-a-file`,
 * `file-format`, `row-length`), for columns (`unknown-column`, `column-not-given`, `column-type`), for the condition (`where`,
 * `no-rows`), and for rows, by their number, as `tableOf` does.
 */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<Table> {
  const file = await inspectFile(path);
  return withDuckdb(async (connection) => {
    const relation = await openRelation(connection, file);
    const { columns, note } = chooseColumns(
      await sampleColumns(connection, relation, file),
      options,
      options.source ?? basename(path),
    );
    const raw = await readRows(connection, relation, columns, options, file);
    return tableOf({
      source: options.source ?? basename(path),
      columns,
      ...(options.where === undefined ? {} : { where: options.where }),
      ...raw,
      rowName: (position) => `${relation.rowWord} ${raw.rows[position] ?? position + relation.firstRow}`,
      ...(relation.delimiter === undefined ? {} : { delimiter: relation.delimiter }),
      notes: [...relation.notes, ...raw.notes, ...(note === undefined ? [] : [note])],
    });
  });
}

async function sampleColumns(
  connection: DuckDBConnection,
  relation: Relation,
  file: DataFile,
): Promise<Column[]> {
  const rows = await rowsOf(connection, `SELECT COLUMNS(*)::VARCHAR FROM ${relation.sql} LIMIT 200`).catch(
    (error) => {
      throw fileError(file, error);
    },
  );
  if (rows.length === 0) {
    const names = relation.columns.map(({ name }) => name).join(", ");
    throw new RecurraError("no-rows", `Cannot read "${file.path}": it has a header (${names}) and no rows.`);
  }
  return relation.columns.map(({ name, type }) => ({
    name,
    type,
    sample: rows.map((row) => row[name]).filter((value) => typeof value === "string"),
  }));
}

interface RawRows {
  readonly time: RawColumn;
  readonly target: RawColumn;
  readonly series?: readonly (string | null)[];
  /** The number of each row in the file. */
  readonly rows: readonly number[];
  readonly notes: readonly string[];
}

async function readRows(
  connection: DuckDBConnection,
  relation: Relation,
  columns: TableColumns,
  { where, signal }: ReadTableOptions,
  file: DataFile,
): Promise<RawRows> {
  const timed = relation.withTimes(columns.time);
  const targetType = relation.columns.find(({ name }) => name === columns.target)?.type ?? "VARCHAR";
  const time = selection(columns.time, timed.type, "time");
  const target = selection(columns.target, targetType, "target");
  const series = columns.series === undefined ? "NULL" : `CAST(${sqlName(columns.series)} AS VARCHAR)`;
  // The rows are numbered before --where chooses among them. The line break ends a comment in the condition.
  const sql = `SELECT ${time.sql}, ${target.sql}, ${series}, "row of the file"
    FROM (SELECT *, CAST(row_number() OVER () AS INTEGER) AS "row of the file" FROM ${timed.sql})
    ${where === undefined ? "" : `WHERE (${where}\n)`}`;
  const kept = emptyRows();
  try {
    const result = await connection.stream(sql);
    for (
      let chunk = await result.fetchChunk();
      chunk !== null && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      signal?.throwIfAborted();
      for (const [time, target, series, row] of chunk.getRows()) {
        kept.times.push(asNumberOrText(time));
        kept.targets.push(asNumberOrText(target));
        kept.series.push(typeof series === "string" ? series : null);
        kept.rows.push(Number(row) - 1 + relation.firstRow);
      }
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    if (where !== undefined && !/CSV Error|Malformed/.test(String(error))) {
      throw whereError(where, error, relation);
    }
    throw fileError(file, error);
  }
  const notes = dropTrailingBlanks(kept);
  if (kept.rows.length === 0) {
    throw new RecurraError(
      "no-rows",
      `No row of "${file.path}" meets --where ${JSON.stringify(where)}. Change the condition.`,
    );
  }
  return {
    time: rawColumn(kept.times, time),
    target: rawColumn(kept.targets, target),
    ...(columns.series === undefined ? {} : { series: kept.series }),
    rows: kept.rows,
    notes,
  };
}

interface KeptRows {
  readonly times: (number | string | null)[];
  readonly targets: (number | string | null)[];
  readonly series: (string | null)[];
  readonly rows: number[];
}

function emptyRows(): KeptRows {
  return { times: [], targets: [], series: [], rows: [] };
}

function asNumberOrText(value: unknown): number | string | null {
  if (typeof value === "number" || typeof value === "string") return value;
  return typeof value === "bigint" ? Number(value) : null;
}

function rawColumn(
  values: readonly (number | string | null)[],
  { kind, zoned }: { readonly kind: RawColumn["kind"]; readonly zoned: boolean },
): RawColumn {
  if (kind === "text")
    return { kind, values: values.map((value) => (typeof value === "string" ? value : null)) };
  const numbers = values.map((value) => (typeof value === "number" ? value : null));
  return kind === "number" ? { kind, values: numbers } : { kind, values: numbers, zoned };
}

/** Spreadsheets leave rows of nothing but separators at the end. */
function dropTrailingBlanks(kept: KeptRows): string[] {
  let count = 0;
  while (
    kept.rows.length > 0 &&
    kept.times.at(-1) === null &&
    kept.targets.at(-1) === null &&
    kept.series.at(-1) === null
  ) {
    for (const column of [kept.times, kept.targets, kept.series, kept.rows]) column.pop();
    count++;
  }
  return count === 0
    ? []
    : [
        `${count} empty row${count === 1 ? "" : "s"} at the end of the file ${count === 1 ? "is" : "are"} left out.`,
      ];
}

/** How a column is fetched, given its type. */
function selection(
  column: string,
  type: string,
  role: "time" | "target",
): { sql: string; kind: RawColumn["kind"]; zoned: boolean } {
  const name = sqlName(column);
  if (isNumeric(type)) return { sql: `CAST(${name} AS DOUBLE)`, kind: "number", zoned: false };
  if (type === "VARCHAR" || type.startsWith("ENUM")) {
    return { sql: `CAST(${name} AS VARCHAR)`, kind: "text", zoned: false };
  }
  if (role === "time" && isInstant(type)) {
    const zoned = type === "TIMESTAMP WITH TIME ZONE";
    const moment = zoned ? name : `CAST(${name} AS TIMESTAMP)`;
    return { sql: `CAST(epoch_ms(${moment}) AS DOUBLE)`, kind: "instant", zoned };
  }
  throw new RecurraError(
    "column-type",
    `Column "${column}" (--${role}) holds values of type ${type}; wanted ${role === "time" ? "dates, times, or numbers that count them" : "numbers"}. Name another column.`,
  );
}

function whereError(where: string, error: unknown, relation: Relation): RecurraError {
  // DuckDB's first words name its own kinds of errors.
  const message = shortMessage(error).replace(/^(?:Failed to \w+ statements: )?(?:\w+ )+Error: /, "");
  const unknown = /Referenced column "(.*?)" not found/.exec(message)?.[1];
  const names = relation.columns.map(({ name }) => name);
  const problem =
    unknown === undefined
      ? `${message.replace(/[.!]?$/, ".")} Wanted an SQL condition over the columns, such as "store = 3".`
      : `There is no column "${unknown}". ${suggestion(unknown, names)}The columns are ${describeColumns(relation.columns)}; text stands in single quotes.`;
  return new RecurraError("where", `Cannot use --where ${JSON.stringify(where)}: ${problem}`, {
    cause: error,
  });
}
