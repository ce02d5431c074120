// Reading a table of series with DuckDB: from CSV, TSV, JSON, JSON lines, Parquet or .tsf, packed with gzip or not, one file or several, or SQL.

import { checkOptionNames, describe } from "../nn/choice.ts";
import { checkFlags } from "../nn/option-checks.ts";
import { RecurraError } from "../platform/error.ts";
import { type WantedColumn, wantedColumns } from "./column-queries.ts";
import { chooseColumns, tableColumns, type WantedColumns } from "./columns.ts";
import { type DuckDBConnection, withDuckdb } from "./duckdb.ts";
import { guessSeries, keysAmong, namesAmong } from "./guess-series.ts";
import { NO_COLUMN } from "./raw-column.ts";
import { listOf } from "./row-names.ts";
import { type Table, tableOf } from "./table.ts";
import { readRows } from "./table-rows.ts";
import {
  openSource,
  type SampledTable,
  sampleTable,
  type TableSource,
  withOddColumn,
} from "./table-source.ts";

export type { TableSource } from "./table-source.ts";

export interface ReadTableOptions extends WantedColumns {
  /** Rows to keep, as an SQL condition over the columns: `store = 3 AND day >= '2020-01-01'`. Default: all. */
  readonly where?: string | undefined;
  /**
   * A query over the file, which it calls `data`: `SELECT day, sum(units) AS units FROM data GROUP BY day`, in DuckDB's SQL; dates are as
   * DuckDB reads them. Default: the file itself.
   */
  readonly sql?: string | undefined;
  /**
   * The zone of local times, and the one in which moments are shown: a name of the IANA database, such as Europe/Berlin. An hour that
   * comes twice when clocks are set back is told apart by the order of the rows. Default: times as they are written.
   */
  readonly timeZone?: string | undefined;
  /** Whether a series with rows that cannot be read fails the table, or is listed as skipped. Default: "throw". */
  readonly onError?: "throw" | "skip" | undefined;
  /** What the table is called in messages and reports. Default: the file's name. */
  readonly source?: string | undefined;
  /** Stops reading when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

export const readTableOptionNames: readonly (keyof ReadTableOptions)[] = [
  "time",
  "target",
  "series",
  "past",
  "future",
  "static",
  "wide",
  "where",
  "sql",
  "timeZone",
  "onError",
  "source",
  "signal",
];

/** Columns that are looked at for names of series. */
const MOST_CANDIDATES = 4;

/**
 * Reads a table. The kind of a file is told from its beginning, not from its name.
 *
 *     await readTable("sales/*.csv", { time: "day", target: "units", series: ["store", "item"], future: "price" });
 *     await readTable({ sql: "SELECT day, units FROM 'sales.parquet' WHERE store = 3" });
 *
 * @param source A CSV, TSV, JSON, JSON lines, Parquet or .tsf file (text may be packed with gzip); a pattern such as `data/*.csv`, a folder or
 * a list of paths for several with the same columns; or `{ sql }`, a query over files in DuckDB's SQL.
 * @returns The table, rows in the order of the file; `notes` say what was guessed. Empty numbers are NaN.
 * @throws RecurraError for files that are missing, empty, no file or no table (`file-not-found`, `empty-file`, `not-a-file`,
 * `file-format`, `file-columns`, `row-length`), for columns (`unknown-column`, `column-not-given`, `column-twice`, `column-type`), for
 * the condition (`where`, `no-rows`) and the query (`sql`), for options (`unknown-option`, `option-value`), and for rows, by their
 * number, as `tableOf` does.
 */
export async function readTable(source: TableSource, options: ReadTableOptions = {}): Promise<Table> {
  checkOptions(source, options);
  return withDuckdb(async (connection) => {
    let sampled = await sampleTable(connection, await openSource(connection, source, options));
    for (;;) {
      try {
        return await readSampled(connection, sampled, options);
      } catch (error) {
        // The types of a large file are those of its first rows.
        const again = withOddColumn(sampled, error);
        if (again === undefined) throw error;
        sampled = again;
      }
    }
  });
}

async function readSampled(
  connection: DuckDBConnection,
  sampled: SampledTable,
  options: ReadTableOptions,
): Promise<Table> {
  const { opened, known } = sampled;
  const { relation, name } = opened;
  const { columns, guesses, unused } = chooseColumns(sampled.columns, { ...known, ...given(options) }, name);
  const isLong = columns.series.length === 0 && columns.targets.length === 1;
  const candidates = isLong ? namesAmong(unused).slice(0, MOST_CANDIDATES) : [];
  const timed = relation.withTimes(columns.timeParts[0]?.name ?? "");
  const wanted = wantedColumns(
    relation,
    timed.type,
    columns,
    candidates.map((column) => column.name),
  );
  const rows = await readRows(connection, opened, timed.sql, wanted, options);
  const columnsOf = (role: WantedColumn["role"]) => rows.of(role).map(([, column]) => column);
  const [time = NO_COLUMN] = columnsOf("time");
  const [named] = columnsOf("series");
  const guess = guessSeries(time, rows.of("candidate"));
  const series = named?.kind === "coded" ? named : guess?.series;
  const chosen = guess === undefined ? columns : { ...columns, series: guess.columns };
  const taken =
    guess === undefined ? guesses : [...guesses, `the series are told apart by ${listOf(guess.columns)}`];
  const group = (role: "past" | "future" | "static") =>
    chosen[role].length === 0 ? {} : { [role]: Object.fromEntries(rows.of(role)) };
  return tableOf({
    source: name,
    columns: tableColumns(chosen),
    ...(options.where === undefined ? {} : { where: options.where }),
    time,
    target: columnsOf("target"),
    isWide: known !== undefined || columns.targets.length > 1,
    ...(series === undefined ? {} : { series }),
    ...group("past"),
    ...group("future"),
    ...group("static"),
    keys: keysAmong(unused),
    rowName: rows.rowName,
    ...(relation.delimiter === undefined ? {} : { delimiter: relation.delimiter }),
    timeZone: options.timeZone,
    onError: options.onError,
    notes: [
      ...relation.notes,
      ...rows.notes,
      ...(taken.length === 0 ? [] : [`Taken from the table: ${taken.join(", ")}.`]),
    ],
  });
}

/** The options that are not left out. */
function given(options: ReadTableOptions): ReadTableOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function checkOptions(source: unknown, options: ReadTableOptions): void {
  checkOptionNames("readTable", options, readTableOptionNames);
  const isSql =
    typeof source === "object" && source !== null && "sql" in source && typeof source.sql === "string";
  const isPaths =
    Array.isArray(source) && source.length > 0 && source.every((path) => typeof path === "string");
  if (typeof source !== "string" && !isPaths && !isSql) {
    throw new RecurraError(
      "option-value",
      `readTable: wants the path of a file, or several, or { sql: "SELECT …" }, got ${describe(source)}`,
    );
  }
  if (isSql && options.sql !== undefined) {
    throw new RecurraError(
      "option-value",
      "readTable: sql is given twice, as the source and as an option; wanted the path of a file with the option",
    );
  }
  const { onError = "throw", wide = false } = options;
  checkFlags("readTable", { wide });
  if (onError === "throw" || onError === "skip") return;
  throw new RecurraError(
    "option-value",
    `readTable: onError is to be "throw" or "skip", got ${describe(onError)}`,
  );
}
