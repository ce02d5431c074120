// The cells of a table, all rows of all columns: what `recurra table` reads.

import type { Column } from "../../../data/column.ts";
import type { WantedColumn } from "../../../data/column-queries.ts";
import { isNumeric } from "../../../data/columns.ts";
import { type DuckDBConnection, rowsOf, sqlName, sqlText, withDuckdb } from "../../../data/duckdb.ts";
import { type CodedTexts, codedTexts, type RawColumn, rowsIn } from "../../../data/raw-column.ts";
import { listOf, type RowName } from "../../../data/row-names.ts";
import { readRows } from "../../../data/table-rows.ts";
import { openSource, type SampledTable, withOddColumn } from "../../../data/table-source.ts";
import { RecurraError } from "../../../platform/error.ts";
import { suggestion } from "../../../platform/nearest.ts";

/** Digits alone, as in 01067. DuckDB reads regular expressions of this form too. */
const LEADING_ZERO = /^0\d+$/;
/** Values are names made of digits where so many begin with a zero; fewer are slips. */
const ZEROS = 0.01;

/** A column as it came: numbers, or texts. */
export type TableColumn =
  | { readonly kind: "number"; readonly values: Float64Array }
  | ({ readonly kind: "coded" } & CodedTexts);

/** A table, read. */
export interface TableCells {
  readonly source: string;
  readonly rows: number;
  /** By name, in the order of the file. */
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** What stands between the cells of a CSV file: it may decide what 1,234 means. */
  readonly delimiter: string | undefined;
  readonly rowName: RowName;
  readonly notes: readonly string[];
}

export interface ReadCellsOptions {
  /** Rows to keep, in SQL. */
  readonly where?: string | undefined;
  /** A query over the file, which it calls data. */
  readonly sql?: string | undefined;
  /** Columns to read, each with the option that named it. Default: all. */
  readonly only?: readonly NamedColumn[] | undefined;
  /** Columns to read besides where the table has them. */
  readonly also?: readonly string[] | undefined;
  /** Columns whose cells are texts, even where they look like numbers. */
  readonly asText?: readonly string[] | undefined;
  /** Columns that are numbers, even where they are written as 01067, which is a name else. Without it none is looked at. */
  readonly asNumber?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A column that was asked for, and with which option. */
export interface NamedColumn {
  readonly name: string;
  /** `--target` */
  readonly option: string;
}

/** @throws RecurraError those of files and of `--where` and `--sql`; `unknown-column`, `column-type`, `no-rows` */
export function readCells(path: string, options: ReadCellsOptions): Promise<TableCells> {
  return withDuckdb(async (connection) => {
    const opened = await openSource(connection, path, { sql: options.sql });
    const names = opened.relation.columns.map(({ name }) => name);
    for (const { name, option } of options.only ?? []) findColumn(name, names, option, opened.name);
    const isWanted = (name: string) =>
      options.only === undefined ||
      options.also?.includes(name) === true ||
      options.only.some((one) => one.name === name);
    let table: SampledTable = {
      opened,
      columns: opened.relation.columns.map((column): Column => ({ ...column, sample: [] })),
    };
    const codes = options.asNumber && (await digitCodes(connection, table, options.asNumber));
    const asText = [...(options.asText ?? []), ...(codes ?? [])];
    // What is true, a date or a code is kept as it is written.
    for (const { name, type } of table.columns) {
      const isKept = isNumeric(type) && !asText.includes(name);
      if (!isKept && type !== "VARCHAR") table = withText(table, name);
    }
    for (;;) {
      try {
        const wanted = table.columns
          .filter(({ name }) => isWanted(name))
          .map((column) => wantedColumn(column, asText));
        const { opened } = table;
        const read = await readRows(connection, opened, opened.relation.sql, wanted, options);
        const columns = new Map(read.of("target").map(([name, raw]) => [name, columnOf(raw)]));
        const [first] = read.of("target");
        return {
          source: opened.name,
          rows: first === undefined ? 0 : rowsIn(first[1]),
          columns,
          delimiter: opened.relation.delimiter,
          rowName: read.rowName,
          notes: [...opened.relation.notes, ...read.notes],
        };
      } catch (error) {
        // The types of a large file are those of its first rows.
        const again = withOddColumn(table, error);
        if (again === undefined) throw error;
        table = again;
      }
    }
  });
}

/** @throws RecurraError `unknown-column` */
export function findColumn(name: string, names: readonly string[], option: string, source: string): void {
  if (names.includes(name)) return;
  throw new RecurraError(
    "unknown-column",
    `There is no column "${name}" (${option}) in ${source}. ${suggestion(name, names)}The columns are ${listOf(names)}.`,
  );
}

/** The columns of numbers in which some begin with a zero, as postcodes do. @param but columns that are numbers anyhow */
async function digitCodes(
  connection: DuckDBConnection,
  table: SampledTable,
  but: readonly string[],
): Promise<readonly string[]> {
  const names = table.columns
    .filter(({ name, type }) => isNumeric(type) && !but.includes(name))
    .map(({ name }) => name);
  if (names.length === 0 || table.opened.relation.withText === undefined) return [];
  const { sql } = names.reduce(withText, table).opened.relation;
  const shares = names.map(
    (name, i) =>
      `avg(CAST(regexp_matches(trim(${sqlName(name)}), ${sqlText(LEADING_ZERO.source)}) AS INTEGER)) AS share_${i}`,
  );
  const [row] = await rowsOf(connection, `SELECT ${shares.join(", ")} FROM ${sql}`).catch((error) => {
    throw table.opened.failure(error);
  });
  return names.filter((_, i) => Number(row?.[`share_${i}`] ?? 0) >= ZEROS);
}

/** Whether values are names made of digits, such as postcodes: numbers are not written as 01067. */
export function hasLeadingZeros(column: TableColumn): boolean {
  if (column.kind === "number") return false;
  const isZero = column.texts.map((text) => LEADING_ZERO.test(text.trim()));
  const there = column.codes.filter((code) => code >= 0);
  return there.length > 0 && there.filter((code) => isZero[code]).length >= ZEROS * there.length;
}

function withText(table: SampledTable, name: string): SampledTable {
  const relation = table.opened.relation.withText?.(name);
  if (relation === undefined) return table;
  return {
    opened: { ...table.opened, relation },
    columns: table.columns.map((column) => (column.name === name ? { ...column, type: "VARCHAR" } : column)),
  };
}

/** All are of one role: a row at the end without any cell is none. */
function wantedColumn({ name, type }: Column, asText: readonly string[]): WantedColumn {
  const isNumber = isNumeric(type) && !asText.includes(name);
  if (type === "BLOB" && !isNumber)
    throw new RecurraError("column-type", `Column "${name}" holds bytes; leave it out with --drop ${name}.`);
  const sql = `CAST(${sqlName(name)} AS ${isNumber ? "DOUBLE" : "VARCHAR"})`;
  return { role: "target", name, query: { sql, kind: isNumber ? "number" : "coded" } };
}

function columnOf(raw: RawColumn): TableColumn {
  if (raw.kind === "coded") return raw;
  if (raw.kind === "text") return { kind: "coded", ...codedTexts(raw.values) };
  return { kind: "number", values: Float64Array.from(raw.values, (value) => value ?? Number.NaN) };
}
