// CSV and its kin (TSV, semicolons, spaces): DuckDB's sniffer, with the cases mended that it gives up on or gets wrong.

import { RecurraError } from "../platform/error.ts";
import type { DataFile } from "./data-file.ts";
import { type DuckDBConnection, rowsOf, shortMessage, sqlText } from "./duckdb.ts";
import { quoted } from "./row-names.ts";

/** A file that DuckDB can read, as SQL. */
export interface Relation {
  /** What stands after FROM. */
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** The number, counted in the file from 1, of the row that comes first. */
  readonly firstRow: number;
  /** What a row is called in messages. */
  readonly rowWord: "row" | "record";
  readonly delimiter?: string;
  /**
   * The same with the times of `column` as they should be read: as DuckDB reads them, or, where its reading may not
   * be the one that is meant, as text.
   */
  withTimes(column: string): { readonly sql: string; readonly type: string };
  readonly notes: readonly string[];
}

interface Dialect {
  readonly delimiter: string;
  readonly skippedRows: number;
  readonly hasHeader: boolean;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly dateFormat: string | null;
  readonly timestampFormat: string | null;
}

const DELIMITERS = [",", ";", "\t", "|", " "];

/** Above this many bytes the types are sniffed from a sample: sniffing reads all of it into memory. */
const WHOLE_FILE = 64 * 2 ** 20;

/** @throws RecurraError `file-format` for a file that is no table, `row-length` for rows longer or shorter than the header. */
export async function openCsv(connection: DuckDBConnection, file: DataFile): Promise<Relation> {
  const notes: string[] = [];
  let encoding = file.encoding;
  let dialect: Dialect;
  try {
    dialect = await sniff(connection, file, encoding);
  } catch (error) {
    // Letters beyond ASCII may come late in the file.
    if (!/not utf-8/i.test(String(error)) || encoding !== undefined) throw csvError(file, error);
    encoding = "latin-1";
    dialect = await sniff(connection, file, encoding).catch((again) => {
      throw csvError(file, again);
    });
  }
  if (encoding === "latin-1") notes.push("The file is not UTF-8: its text is read as Latin-1.");

  // A file with a row too long or too short: the sniffer takes each line for one column, or begins after that row.
  const header = raggedHeader(dialect, file);
  if (header !== undefined) {
    dialect = await sniffWith(connection, file, encoding, header.delimiter, header.text);
  }

  const options = { ...samplingOf(file), ...textOptions(encoding, dialect.delimiter) };
  return {
    sql: `read_csv(${argumentsOf(file, options)})`,
    columns: dialect.columns,
    firstRow: dialect.skippedRows + (dialect.hasHeader ? 2 : 1),
    rowWord: "row",
    delimiter: dialect.delimiter,
    withTimes(column) {
      const type = dialect.columns.find(({ name }) => name === column)?.type ?? "VARCHAR";
      if (!readsAsText(type, dialect)) return { sql: `read_csv(${argumentsOf(file, options)})`, type };
      const types = `{${sqlText(column)}: 'VARCHAR'}`;
      return { sql: `read_csv(${argumentsOf(file, { ...options, types })})`, type: "VARCHAR" };
    },
    notes,
  };
}

/** The header, where the sniffer may have missed that it is one: the first of several skipped lines, or of one column. */
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

async function sniff(
  connection: DuckDBConnection,
  file: DataFile,
  encoding: DataFile["encoding"],
  delimiter?: string,
): Promise<Dialect> {
  const options = { ...samplingOf(file), ...textOptions(encoding, delimiter) };
  const [found] = await rowsOf(
    connection,
    `SELECT Delimiter AS delimiter, SkipRows AS skipped, HasHeader AS header, Columns AS columns,
       DateFormat AS dates, TimestampFormat AS timestamps FROM sniff_csv(${argumentsOf(file, options)})`,
  );
  return {
    delimiter: String(found?.delimiter),
    skippedRows: Number(found?.skipped),
    hasHeader: found?.header === true,
    columns: columnsOf(found?.columns),
    dateFormat: textOrNull(found?.dates),
    timestampFormat: textOrNull(found?.timestamps),
  };
}

/** Sniffs with a delimiter that the header shows; when that fails, finds the row that does not fit the header. */
async function sniffWith(
  connection: DuckDBConnection,
  file: DataFile,
  encoding: DataFile["encoding"],
  delimiter: string,
  header: string,
): Promise<Dialect> {
  try {
    const dialect = await sniff(connection, file, encoding, delimiter);
    if (dialect.columns.length > 1 && dialect.skippedRows === 0) return dialect;
  } catch {
    // The row is named below.
  }
  const names = header.split(delimiter);
  const columns = names.map((_, i) => `'c${i}': 'VARCHAR'`).join(", ");
  const options = {
    auto_detect: "false",
    header: "true",
    quote: sqlText('"'),
    escape: sqlText('"'),
    columns: `{${columns}}`,
    ...textOptions(encoding, delimiter),
  };
  try {
    await connection.run(`SELECT count(*) FROM read_csv(${argumentsOf(file, options)}) WHERE c0 IS NOT NULL`);
  } catch (error) {
    throw csvError(file, error, names.length);
  }
  throw new RecurraError(
    "file-format",
    `Cannot read "${file.path}": its columns are not told apart by one character.`,
  );
}

/** DuckDB's CSV error as a sentence. */
export function csvError(file: DataFile, error: unknown, wantedColumns?: number): RecurraError {
  const message = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (line !== undefined && counts !== null) {
    const [, wanted, found] = counts;
    return new RecurraError(
      "row-length",
      `Cannot read "${file.path}": row ${line} has ${found} value${found === "1" ? "" : "s"}, the header has ${wantedColumns ?? wanted}. Correct the row.`,
      { cause: error },
    );
  }
  const conversion = /Error when converting column "(.*?)". Could not convert string "(.*?)" to/.exec(
    message,
  );
  if (line !== undefined && conversion !== null) {
    return new RecurraError(
      "file-format",
      `Cannot read "${file.path}": row ${line}, column "${conversion[1]}" has ${quoted(conversion[2] ?? "")}, unlike the rows before it. Correct the row.`,
      { cause: error },
    );
  }
  if (/Error when sniffing file/.test(message)) {
    return new RecurraError(
      "file-format",
      `Cannot read "${file.path}": no table is found in it. Wanted a header and rows, separated by commas, semicolons or tabs.`,
      { cause: error },
    );
  }
  return new RecurraError("file-format", `Cannot read "${file.path}": ${shortMessage(error)}`, {
    cause: error,
  });
}

/** Dates with the year first mean one thing only; others are decided from the column's text, and zones kept. */
function readsAsText(type: string, dialect: Dialect): boolean {
  const yearFirst = (format: string | null) => format === null || format.startsWith("%Y");
  if (type === "DATE") return !yearFirst(dialect.dateFormat);
  if (type === "TIMESTAMP") return !yearFirst(dialect.timestampFormat);
  return type === "TIMESTAMP WITH TIME ZONE";
}

function samplingOf(file: DataFile): Record<string, string> {
  return { sample_size: file.size > WHOLE_FILE ? "200000" : "-1" };
}

function textOptions(encoding: DataFile["encoding"], delimiter: string | undefined): Record<string, string> {
  const options: Record<string, string> = {};
  if (encoding !== undefined) options.encoding = sqlText(encoding);
  if (delimiter !== undefined) options.delim = sqlText(delimiter);
  return options;
}

function argumentsOf(file: DataFile, options: Readonly<Record<string, string>>): string {
  return [sqlText(file.path), ...Object.entries(options).map(([name, value]) => `${name} = ${value}`)].join(
    ", ",
  );
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
