// How a CSV file is written: DuckDB's sniffer, with the cases mended that it gives up on or gets wrong.

import { csvError, notATable } from "./csv-errors.ts";
import type { DataFile } from "./data-file.ts";
import { type DuckDBConnection, rowsOf, sqlText } from "./duckdb.ts";
import { looksLikeNumbers } from "./number-text.ts";
import { looksLikeTimes } from "./time-text.ts";

export interface Dialect {
  readonly delimiter: string;
  /** Lines before the header, or before the first row where there is no header. */
  readonly skippedRows: number;
  readonly hasHeader: boolean;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** In strptime's letters, or null where dates are ISO 8601 or there are none. */
  readonly dateFormat: string | null;
  readonly timestampFormat: string | null;
  /** What `read_csv` must be told to read the file in this way. */
  readonly options: CsvOptions;
}

/** What is known of a file beforehand; the rest is sniffed. */
export interface CsvOptions {
  readonly encoding?: DataFile["encoding"];
  readonly delimiter?: string;
  readonly header?: true;
  /** Columns to leave as text. */
  readonly textColumns?: readonly string[];
}

const DELIMITERS = [",", ";", "\t", "|", " "];

/** Above this many bytes the types are sniffed from a sample: sniffing reads all of it into memory. */
const WHOLE_FILE = 64 * 2 ** 20;

/** @throws RecurraError `file-format` for a file that is no table, `row-length` for rows longer or shorter than the header. */
export async function sniffDialect(connection: DuckDBConnection, file: DataFile): Promise<Dialect> {
  let dialect = await sniffEncoded(connection, file);
  const ragged = raggedHeader(dialect, file);
  if (ragged !== undefined) dialect = await sniffRagged(connection, file, dialect.options, ragged);
  if (!dialect.hasHeader && (await beginsWithHeader(connection, file, dialect))) {
    dialect = await sniff(connection, file, { ...dialect.options, header: true });
  }
  return dialect;
}

/** `read_csv(…)` or another of DuckDB's functions for CSV files, as SQL. */
export function csvFunction(
  name: "read_csv" | "sniff_csv",
  file: DataFile,
  { encoding, delimiter, header, textColumns = [] }: CsvOptions,
  further: Readonly<Record<string, string>> = {},
): string {
  const options: Record<string, string> = { ...further };
  if (further.auto_detect === undefined) options.sample_size = file.size > WHOLE_FILE ? "200000" : "-1";
  if (encoding !== undefined) options.encoding = sqlText(encoding);
  if (delimiter !== undefined) options.delim = sqlText(delimiter);
  if (header !== undefined) options.header = "true";
  if (textColumns.length > 0) {
    options.types = `{${textColumns.map((column) => `${sqlText(column)}: 'VARCHAR'`).join(", ")}}`;
  }
  const settings = Object.entries(options).map(([option, value]) => `${option} = ${value}`);
  return `${name}(${[sqlText(file.path), ...settings].join(", ")})`;
}

async function sniffEncoded(connection: DuckDBConnection, file: DataFile): Promise<Dialect> {
  try {
    return await sniff(connection, file, { encoding: file.encoding });
  } catch (error) {
    // Letters beyond ASCII may come late in the file.
    if (!/not utf-8/i.test(String(error)) || file.encoding !== undefined) throw csvError(file, error);
    return sniff(connection, file, { encoding: "latin-1" }).catch((again) => {
      throw csvError(file, again);
    });
  }
}

async function sniff(connection: DuckDBConnection, file: DataFile, options: CsvOptions): Promise<Dialect> {
  const [found] = await rowsOf(
    connection,
    `SELECT Delimiter AS delimiter, SkipRows AS skipped, HasHeader AS header, Columns AS columns,
       DateFormat AS dates, TimestampFormat AS timestamps FROM ${csvFunction("sniff_csv", file, options)}`,
  );
  const delimiter = String(found?.delimiter);
  return {
    delimiter,
    skippedRows: Number(found?.skipped),
    hasHeader: found?.header === true,
    columns: columnsOf(found?.columns),
    dateFormat: textOrNull(found?.dates),
    timestampFormat: textOrNull(found?.timestamps),
    options: { ...options, delimiter },
  };
}

/**
 * The header of a file where a row is too long or too short: the sniffer then takes each line for one column, or begins the table
 * after that row. Undefined where nothing hints at it.
 */
function raggedHeader(dialect: Dialect, file: DataFile): { text: string; delimiter: string } | undefined {
  const [only, ...others] = dialect.columns;
  if (only !== undefined && others.length === 0) {
    const delimiter = DELIMITERS.find((candidate) => only.name.trim().includes(candidate));
    if (delimiter !== undefined) return { text: only.name, delimiter };
  }
  // Lines before a table are prose; two or more of them with the same number of columns are rows of the table.
  const skipped = file.beginning.split(/\r?\n/).slice(0, dialect.skippedRows);
  const counts = new Set(skipped.map((line) => line.split(dialect.delimiter).length));
  const [first = "", second] = skipped;
  if (second === undefined || counts.size !== 1 || !first.includes(dialect.delimiter)) return undefined;
  return { text: first, delimiter: dialect.delimiter };
}

/** Sniffs with the delimiter that the header shows; when that fails, names the row that does not fit the header. */
async function sniffRagged(
  connection: DuckDBConnection,
  file: DataFile,
  options: CsvOptions,
  { text, delimiter }: { readonly text: string; readonly delimiter: string },
): Promise<Dialect> {
  const known = { ...options, delimiter };
  try {
    const dialect = await sniff(connection, file, known);
    if (dialect.columns.length > 1 && dialect.skippedRows === 0) return dialect;
  } catch {
    // The row is named below.
  }
  const names = text.split(delimiter);
  const columns = `{${names.map((_, i) => `'c${i}': 'VARCHAR'`).join(", ")}}`;
  const strict = { auto_detect: "false", quote: sqlText('"'), escape: sqlText('"'), columns };
  const table = csvFunction("read_csv", file, { ...known, header: true }, strict);
  try {
    await connection.run(`SELECT count(*) FROM ${table} WHERE c0 IS NOT NULL`);
  } catch (error) {
    throw csvError(file, error, names.length);
  }
  throw notATable(file);
}

/**
 * Whether the first row is a header after all. The sniffer tells one by its type; where all columns are text to it, as with dates
 * of a rarer form and decimal commas, the first row is a header when the rows below it hold times or numbers and it does not.
 */
async function beginsWithHeader(
  connection: DuckDBConnection,
  file: DataFile,
  dialect: Dialect,
): Promise<boolean> {
  const table = csvFunction("read_csv", file, dialect.options, { all_varchar: "true" });
  const [first, ...rows] = await rowsOf(connection, `SELECT * FROM ${table} LIMIT 50`);
  if (first === undefined || rows.length === 0) return false;
  const isData = (texts: readonly string[]) => looksLikeTimes(texts) || looksLikeNumbers(texts);
  const dataColumns = dialect.columns.filter(({ name }) =>
    isData(rows.map((row) => row[name]).filter((value) => typeof value === "string")),
  );
  const isHeading = (value: unknown) => typeof value === "string" && !isData([value]);
  return dataColumns.length > 0 && dataColumns.every(({ name }) => isHeading(first[name]));
}

function columnsOf(value: unknown): Dialect["columns"] {
  if (!Array.isArray(value)) return [];
  return value.map((column: { name: unknown; type: unknown }) => ({
    name: String(column.name),
    type: String(column.type),
  }));
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
