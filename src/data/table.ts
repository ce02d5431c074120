// A table of one or many series in long form: a time, a number and the series they belong to, for each row.

import { RecurraError } from "../platform/error.ts";
import { errorOf, type Fault, type SkippedSeries, skippedBy } from "./faults.ts";
import { type CodedTexts, codedTexts, type RawColumn, rowsIn } from "./raw-column.ts";
import { readNumbers, readStatic, readTimes } from "./read-columns.ts";
import { quoted, type RowName } from "./row-names.ts";
import type { TimeStyle } from "./time-style.ts";
import { timeZone } from "./time-zone.ts";
import { inTimeZone } from "./time-zone-column.ts";

export type { RawColumn } from "./raw-column.ts";

/** The columns that a forecast needs, by their names in the file. */
export interface TableColumns {
  readonly time: string;
  /** Of several targets, their names in a row: `DAX, SMI and CAC`. */
  readonly target: string;
  /** Of several columns that name the series together, their names: `store/item`. */
  readonly series?: string;
  /** Where each of several columns is the target of a series of its own: their names. */
  readonly targets?: readonly string[];
  readonly past?: readonly string[];
  readonly future?: readonly string[];
  readonly static?: readonly string[];
}

/** A table whose times and numbers have been read. Rows stand in the order of the file; of several targets, target after target. */
export interface Table {
  /** What the rows were read from, for messages and reports. */
  readonly source: string;
  readonly columns: TableColumns;
  /** The condition that chose the rows, in SQL. */
  readonly where?: string;
  readonly style: TimeStyle;
  /** [rows] Milliseconds since 1970 on the column's own clock, or the numbers of an index. NaN in series that are skipped only. */
  readonly times: Float64Array;
  /** [rows] Finite numbers; NaN where there is none. */
  readonly values: Float64Array;
  /** [rows] Positions in `names`; `NO_SERIES` for rows that are skipped. */
  readonly seriesOf: Uint32Array;
  /** The series in the order in which they first occur; a table without a series column has one, named after its target. */
  readonly names: readonly string[];
  readonly covariates?: TableCovariates;
  /** Whether series stand side by side in the file, so that one that begins late or ends early has empty places there. */
  readonly isWide?: boolean;
  /** Columns that were not read and may name series, for hints. */
  readonly keys?: readonly string[];
  /** Series that cannot be used: their rows are still there. */
  readonly skipped?: readonly SkippedSeries[];
  /** What row a position is, as a person counts rows in the file, such as `row 21`. */
  readonly rowName: RowName;
  /** What was assumed in reading the file, in sentences for the user. */
  readonly notes: readonly string[];
}

/** Columns beside the target, by their names: [rows] each or, of a table with N targets, [rows / N], the same for all targets. */
export interface TableCovariates {
  readonly past: Readonly<Record<string, Float64Array>>;
  readonly future: Readonly<Record<string, Float64Array>>;
  readonly static: Readonly<Record<string, Float64Array | CodedTexts>>;
}

/** In place of a position in `names`: the row belongs to no series. */
export const NO_SERIES = 2 ** 32 - 1;

export interface RawTable {
  readonly source: string;
  readonly columns: TableColumns;
  readonly where?: string;
  readonly time: RawColumn;
  /** One column for each of the targets. */
  readonly target: RawColumn | readonly RawColumn[];
  /** Names of series; missing where there is one series for each target. */
  readonly series?: readonly (string | null)[] | CodedTexts;
  readonly past?: Readonly<Record<string, RawColumn>>;
  readonly future?: Readonly<Record<string, RawColumn>>;
  readonly static?: Readonly<Record<string, RawColumn>>;
  /** Whether series stand side by side in the file. Default: where there are several targets. */
  readonly isWide?: boolean;
  /** Columns that are not read and may name series, for hints. */
  readonly keys?: readonly string[];
  readonly rowName: RowName;
  /** What separates the columns of a CSV file. */
  readonly delimiter?: string;
  /** The zone of local times, and the one in which moments are shown: a name of the IANA database. Default: as they are written. */
  readonly timeZone?: string | undefined;
  /** Whether a series with rows that cannot be read fails the table, or is listed as skipped. Default: "throw". */
  readonly onError?: "throw" | "skip" | undefined;
  readonly notes?: readonly string[];
}

/**
 * Reads the times and numbers of raw columns. Empty numbers are NaN.
 *
 * @throws RecurraError naming the row and the value: `time-missing`, `time-unreadable`, `time-ambiguous`, `time-zone`,
 * `target-not-a-number`, `target-not-finite`, `covariate-not-a-number`, `covariate-not-finite`, `number-ambiguous`, `series-missing`.
 */
export function tableOf(raw: RawTable): Table {
  const { columns, delimiter } = raw;
  const targets = columns.targets ?? [columns.target];
  const targetColumns: readonly RawColumn[] = "kind" in raw.target ? [raw.target] : raw.target;
  const fileRows = rowsIn(raw.time);
  const { seriesOf, names, faults: unnamed } = seriesOfRows(raw, targets, fileRows);
  const rowName: RowName = targets.length === 1 ? raw.rowName : (row) => raw.rowName(row % fileRows);
  const notes = [...(raw.notes ?? [])];
  const faults: Fault[] = [];
  /** Takes in what came of reading a column of the file: of one target, or of them all. */
  const heed = (
    { note, faults: found = [] }: { readonly note?: string; readonly faults?: readonly Fault[] },
    targetsConcerned = targets.map((_, k) => k),
  ) => {
    if (note !== undefined) notes.push(note);
    for (const fault of found) faults.push(...targetsConcerned.map((k) => shiftedFault(fault, k * fileRows)));
  };

  heed({ faults: unnamed });
  const written = readTimes(raw.time, columns.time, raw.rowName);
  const time =
    raw.timeZone === undefined
      ? written
      : inTimeZone(written, timeZone(raw.timeZone), columns.time, seriesOf);
  heed(time);
  if (raw.timeZone === undefined && time.isMixed === true)
    notes.push(
      `The times of "${columns.time}" are at several distances from UTC, and shown in UTC; --time-zone shows them in a zone.`,
    );
  const numbers = targetColumns.map((target, k) => {
    const read = readNumbers(target, targets[k] ?? "", "target", raw.rowName, delimiter);
    heed(read, [k]);
    return read.values;
  });
  const readCovariates = (group: RawTable["past"] = {}) =>
    mapColumns(group, (column, name) => {
      const read = readNumbers(column, name, "covariate", raw.rowName, delimiter);
      heed(read);
      return read.values;
    });
  const hasCovariates = (raw.past ?? raw.future ?? raw.static) !== undefined;
  const covariates: TableCovariates = {
    past: readCovariates(raw.past),
    future: readCovariates(raw.future),
    static: mapColumns(raw.static ?? {}, readStatic),
  };

  const [first] = faults;
  if (first !== undefined && raw.onError !== "skip") {
    // Of several series, a row is named with the one it belongs to.
    const name = (row: number) => names[seriesOf[row] ?? NO_SERIES];
    const nameOf = (row: number) =>
      names.length === 1 || name(row) === undefined
        ? rowName(row)
        : `${rowName(row)} (series ${quoted(name(row) ?? "")})`;
    throw errorOf(first, nameOf);
  }
  const skipped = skippedBy(faults, seriesOf, names, rowName);
  return {
    source: raw.source,
    columns,
    ...(raw.where === undefined ? {} : { where: raw.where }),
    style: time.style,
    times: joined(targets.map(() => time.times)),
    values: joined(numbers),
    seriesOf,
    names,
    ...(hasCovariates ? { covariates } : {}),
    ...((raw.isWide ?? targets.length > 1) ? { isWide: true } : {}),
    ...(raw.keys === undefined || raw.keys.length === 0 ? {} : { keys: raw.keys }),
    ...(skipped.length === 0 ? {} : { skipped }),
    rowName,
    notes,
  };
}

/** Which series each row belongs to. Of several targets, each has a series of its own for each name. */
function seriesOfRows(
  { columns, series, rowName }: RawTable,
  targets: readonly string[],
  fileRows: number,
): { seriesOf: Uint32Array; names: readonly string[]; faults: readonly Fault[] } {
  const several = targets.length;
  const seriesOf = new Uint32Array(several * fileRows);
  if (series === undefined) {
    for (let k = 1; k < several; k++) seriesOf.fill(k, k * fileRows, (k + 1) * fileRows);
    return { seriesOf, names: targets, faults: [] };
  }
  const { texts, codes } = "codes" in series ? series : codedTexts(series);
  const blank = new Set(texts.flatMap((text, code) => (text.trim() === "" ? [code] : [])));
  const unnamed: number[] = [];
  for (let row = 0; row < fileRows; row++) {
    const code = codes[row] ?? -1;
    const isUnnamed = code === -1 || blank.has(code);
    if (isUnnamed) unnamed.push(row);
    for (let k = 0; k < several; k++)
      seriesOf[k * fileRows + row] = isUnnamed ? NO_SERIES : code * several + k;
  }
  const fault: Fault = {
    rows: unnamed,
    error: (_, [name = rowName(0)]) =>
      new RecurraError(
        "series-missing",
        `Column "${columns.series}": ${name} does not say which series it belongs to. Correct the file, or leave the row out with --where.`,
      ),
  };
  return {
    seriesOf,
    names: several === 1 ? texts : texts.flatMap((text) => targets.map((target) => `${text}/${target}`)),
    faults: unnamed.length === 0 ? [] : [fault],
  };
}

/** A fault of rows of the file as one of rows of the table. */
function shiftedFault(fault: Fault, by: number): Fault {
  if (by === 0) return fault;
  return {
    rows: fault.rows.map((row) => row + by),
    error: (rows, names) =>
      fault.error(
        rows.map((row) => row - by),
        names,
      ),
  };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
}

function mapColumns<T>(
  columns: Readonly<Record<string, RawColumn>>,
  read: (column: RawColumn, name: string) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, read(column, name)]));
}
