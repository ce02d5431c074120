// How a CSV file is written: DuckDB's sniffer, with the cases mended that it gives up on or gets wrong.

import { csvError, notATable } from "./csv-errors.ts";
import type { DataFile } from "./data-file.ts";
import { type DuckDBConnection, rowsOf, sqlText } from "./duckdb.ts";
import { looksLikeNumbers } from "./number-text.ts";
import { looksLikeTimes } from "./time-text.ts";

export interface Dialect {
  readonly delimiter: string;
  /** Empty where nothing is quoted. */
  readonly quote: string;
  readonly escape: string;
  /** What begins a line that is no row; empty where nothing does. */
  readonly comment: string;
  /** In DuckDB's letters: `\\n`, `\\r\\n`. */
  readonly lineEnd: string;
  /** Lines before the header, or before the first row where there is no header. */
  readonly skippedRows: number;
  readonly hasHeader: boolean;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** In strptime's letters, or null where dates are ISO 8601 or there are none. */
  readonly dateFormat: string | null;
  readonly timestampFormat: string | null;
  /** What was known before sniffing, with the delimiter found. */
  readonly options: SniffOptions;
}

/** What is known of a file beforehand; the rest is sniffed. */
interface SniffOptions {
  readonly encoding?: DataFile["encoding"];
  readonly delimiter?: string;
  readonly header?: true;
}

const DELIMITERS = [",", ";", "\t", "|", " "];

/** Above this many bytes the types are sniffed from a sample: sniffing reads all of it into memory. */
const WHOLE_FILE = 64 * 2 ** 20;

/** About how much smaller gzip makes a table. */
const PACKED = 5;

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

/** `read_csv(…)` for files written in a dialect. Nothing is sniffed again. @param textColumns columns to leave as text */
export function csvReader(file: DataFile, dialect: Dialect, textColumns: readonly string[] = []): string {
  const columns = dialect.columns.map(({ name, type }) => {
    const read = textColumns.includes(name) ? "VARCHAR" : type;
    return `${sqlText(name)}: ${sqlText(read)}`;
  });
  const { dateFormat, timestampFormat, options } = dialect;
  return csvFunction("read_csv", file, {
    auto_detect: "false",
    delim: sqlText(dialect.delimiter),
    quote: sqlText(dialect.quote),
    escape: sqlText(dialect.escape),
    comment: sqlText(dialect.comment),
    ...(dialect.lineEnd === "" ? {} : { new_line: sqlText(dialect.lineEnd) }),
    skip: String(dialect.skippedRows),
    header: String(dialect.hasHeader),
    columns: `{${columns.join(", ")}}`,
    ...(dateFormat === null ? {} : { dateformat: sqlText(dateFormat) }),
    ...(timestampFormat === null ? {} : { timestampformat: sqlText(timestampFormat) }),
    ...(options.encoding === undefined ? {} : { encoding: sqlText(options.encoding) }),
  });
}

/** One of DuckDB's functions for CSV files, as SQL. */
function csvFunction(
  name: "read_csv" | "sniff_csv",
  file: DataFile,
  options: Readonly<Record<string, string>>,
): string {
  const paths =
    name === "read_csv" && file.paths.length > 1
      ? `[${file.paths.map(sqlText).join(", ")}]`
      : sqlText(file.paths[0] ?? "");
  const compression = file.zipped ? { compression: "'gzip'" } : {};
  const settings = Object.entries({ ...options, ...compression }).map(([key, value]) => `${key} = ${value}`);
  return `${name}(${[paths, ...settings].join(", ")})`;
}

async function sniffEncoded(connection: DuckDBConnection, file: DataFile): Promise<Dialect> {
  try {
    return await sniff(connection, file, { encoding: file.encoding });
  } catch (error) {
    // Letters beyond ASCII may come late in the file.
    if (!/not utf-8/i.test(String(error)) || file.encoding !== undefined)
      return sniffByHeader(connection, file, error);
    return sniff(connection, file, { encoding: "latin-1" }).catch((again) => {
      throw csvError(file, again);
    });
  }
}

/** In a long file the sniffer finds no table at all where a row is too long or too short. */
async function sniffByHeader(connection: DuckDBConnection, file: DataFile, error: unknown): Promise<Dialect> {
  const [text = ""] = file.beginning.split(/\r?\n/);
  const delimiter = DELIMITERS.find((candidate) => text.trim().includes(candidate));
  if (delimiter === undefined || !/Error when sniffing file/.test(String(error))) throw csvError(file, error);
  return sniffRagged(connection, file, { encoding: file.encoding }, { text, delimiter });
}

async function sniff(connection: DuckDBConnection, file: DataFile, options: SniffOptions): Promise<Dialect> {
  const { encoding, header } = options;
  const isSampled = file.size * (file.zipped ? PACKED : 1) > WHOLE_FILE;
  const known = {
    sample_size: isSampled ? "200000" : "-1",
    ...(encoding === undefined ? {} : { encoding: sqlText(encoding) }),
    ...(options.delimiter === undefined ? {} : { delim: sqlText(options.delimiter) }),
    ...(header === undefined ? {} : { header: "true" }),
  };
  const [found] = await rowsOf(
    connection,
    `SELECT Delimiter AS delimiter, Quote AS quote, Escape AS escape, Comment AS comment, NewLineDelimiter AS ends,
       SkipRows AS skipped, HasHeader AS header, Columns AS columns, DateFormat AS dates, TimestampFormat AS timestamps
     FROM ${csvFunction("sniff_csv", file, known)}`,
  );
  const delimiter = String(found?.delimiter);
  const mark = (value: unknown) => (typeof value === "string" && value !== "(empty)" ? value : "");
  // What a sample shows nothing of may come later.
  const quote = mark(found?.quote) || (isSampled ? '"' : "");
  return {
    delimiter,
    quote,
    escape: mark(found?.escape) || quote,
    comment: mark(found?.comment),
    lineEnd: mark(found?.ends),
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
  options: SniffOptions,
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
  const strict = { auto_detect: "false", quote: sqlText('"'), escape: sqlText('"'), header: "true", columns };
  const encoding: Record<string, string> =
    options.encoding === undefined ? {} : { encoding: sqlText(options.encoding) };
  const table = csvFunction("read_csv", file, { ...strict, ...encoding, delim: sqlText(delimiter) });
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
  const table = csvReader(
    file,
    dialect,
    dialect.columns.map(({ name }) => name),
  );
  const [first, ...rows] = await rowsOf(connection, `SELECT * FROM ${table} LIMIT 50`);
  if (first === undefined || rows.length === 0) return false;
  const isData = (texts: readonly string[]) => looksLikeTimes(texts) || looksLikeNumbers(texts);
  const dataColumns = dialect.columns.filter(({ name }) =>
    isData(rows.map((row) => row[name]).filter((value) => typeof value === "string")),
  );
  const isHeading = (value: unknown) => typeof value === "string" && !isData([value]);
  const firsts = dataColumns.map(({ name }) => first[name]);
  return firsts.length > 0 && (firsts.every(isHeading) || areYearsInARow(firsts));
}

/** 1960, 1961, 1962: headings of a table with a column for each year. */
function areYearsInARow(values: readonly unknown[]): boolean {
  const years = values.map((value) =>
    /^(?:1[5-9]|20|21)\d\d$/.test(String(value)) ? Number(value) : Number.NaN,
  );
  return years.length >= 3 && years.every((year, i) => i === 0 || year === (years[i - 1] ?? 0) + 1);
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
