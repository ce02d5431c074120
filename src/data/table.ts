// A table of one or many series in long form: a time, a number and the series they belong to, for each row.

import { RecurraError } from "../platform/error.ts";
import { readNumberTexts } from "./number-text.ts";
import { fewOf, type RowName } from "./row-names.ts";
import { readTimeNumbers } from "./time-number.ts";
import type { TimeStyle } from "./time-style.ts";
import { readTimeTexts, type Times } from "./time-text.ts";

/** The columns that a forecast needs, by their names in the file. */
export interface TableColumns {
  readonly time: string;
  readonly target: string;
  readonly series?: string;
}

/** A table whose times and numbers have been read. Rows stand in the order of the file. */
export interface Table {
  /** What the rows were read from, for messages and reports. */
  readonly source: string;
  readonly columns: TableColumns;
  /** The condition that chose the rows, in SQL. */
  readonly where?: string;
  readonly style: TimeStyle;
  /** [rows] Milliseconds since 1970 on the column's own clock, or the numbers of an index. */
  readonly times: Float64Array;
  /** [rows] Finite numbers. */
  readonly values: Float64Array;
  /** [rows] Positions in `names`. */
  readonly seriesOf: Uint32Array;
  /** The series in the order in which they first occur; a table without a series column has one, named after its target. */
  readonly names: readonly string[];
  /** What row a position is, as a person counts rows in the file, such as `row 21`. */
  readonly rowName: RowName;
  /** What was assumed in reading the file, in sentences for the user. */
  readonly notes: readonly string[];
}

/** A column as it came, before its times or numbers are read. Nulls and their positions are kept. */
export type RawColumn =
  | { readonly kind: "text"; readonly values: readonly (string | null)[] }
  | { readonly kind: "number"; readonly values: readonly (number | null)[] }
  | {
      /** Milliseconds since 1970. */
      readonly kind: "instant";
      readonly values: readonly (number | null)[];
      /** Whether the moments are known on the UTC clock, or only on a clock without a zone. */
      readonly zoned: boolean;
    };

export interface RawTable {
  readonly source: string;
  readonly columns: TableColumns;
  readonly where?: string;
  readonly time: RawColumn;
  readonly target: RawColumn;
  /** Names of series; missing where there is one series. */
  readonly series?: readonly (string | null)[];
  readonly rowName: RowName;
  /** What separates the columns of a CSV file. */
  readonly delimiter?: string;
  readonly notes?: readonly string[];
}

/**
 * Reads the times and numbers of raw columns.
 *
 * @throws RecurraError naming the row and the value: `time-missing`, `time-unreadable`, `time-ambiguous`, `time-zone`,
 * `target-missing`, `target-not-a-number`, `target-not-finite`, `number-ambiguous`, `series-missing`.
 */
export function tableOf(raw: RawTable): Table {
  const { columns, rowName } = raw;
  const read = readTimes(raw.time, columns.time, rowName);
  const numbers = readNumbers(raw, columns.target);
  const notes = [...(raw.notes ?? []), read.note, numbers.note].filter((note) => note !== undefined);
  return {
    source: raw.source,
    columns,
    ...(raw.where === undefined ? {} : { where: raw.where }),
    style: read.style,
    times: read.times,
    values: numbers.values,
    ...groupRows(raw),
    rowName,
    notes,
  };
}

function readTimes(raw: RawColumn, column: string, rowName: RowName): Times {
  const missing = positionsOf<unknown>(raw.values, (value) => value === null || value === "");
  if (missing.length > 0) {
    throw new RecurraError(
      "time-missing",
      `Column "${column}": ${fewOf(missing.map(rowName))} ${missing.length === 1 ? "has" : "have"} no time. Every row needs one; correct the file, or leave out rows that are no data with --where.`,
    );
  }
  switch (raw.kind) {
    case "text": {
      const texts = raw.values.map((value) => value ?? "");
      // Numbers that stand as text, among quotes or beside other forms, keep the meaning of numbers.
      if (texts.every((text) => /^\s*\d+(?:[.]\d+)?\s*$/.test(text))) {
        return readTimeNumbers(Float64Array.from(texts, Number), column, rowName);
      }
      return readTimeTexts(texts, column, rowName);
    }
    case "number":
      return readTimeNumbers(
        Float64Array.from(raw.values, (value) => value ?? Number.NaN),
        column,
        rowName,
      );
    case "instant": {
      const times = Float64Array.from(raw.values, (value) => value ?? Number.NaN);
      if (times.every((time) => time % 86_400_000 === 0)) return { times, style: { form: "day" } };
      return { times, style: raw.zoned ? { form: "time", offsetMinutes: 0 } : { form: "time" } };
    }
  }
}

function readNumbers(raw: RawTable, column: string): { values: Float64Array; note?: string } {
  const { target, rowName } = raw;
  const missing = positionsOf<unknown>(target.values, (value) => value === null || value === "");
  if (missing.length > 0) {
    throw new RecurraError(
      "target-missing",
      `Column "${column}": ${fewOf(missing.map(rowName))} ${missing.length === 1 ? "is" : "are"} empty. Every row needs a number: fill it in.`,
    );
  }
  const numbers =
    target.kind === "text"
      ? readNumberTexts(
          target.values.map((value) => value ?? ""),
          column,
          rowName,
          raw.delimiter,
        )
      : { values: Float64Array.from(target.values, (value) => value ?? Number.NaN) };
  const wrong = positionsOf<number>(numbers.values, (value) => !Number.isFinite(value));
  if (wrong.length > 0) {
    const shown = wrong.map((position) => `${rowName(position)}: ${numbers.values[position]}`);
    throw new RecurraError(
      "target-not-finite",
      `Column "${column}", ${fewOf(shown)}; wanted finite numbers. Correct the file.`,
    );
  }
  return numbers;
}

function groupRows(raw: RawTable): Pick<Table, "seriesOf" | "names"> {
  const count = raw.time.values.length;
  if (raw.series === undefined) return { seriesOf: new Uint32Array(count), names: [raw.columns.target] };
  const positions = new Map<string, number>();
  const seriesOf = new Uint32Array(count);
  for (const [i, name] of raw.series.entries()) {
    if (name === null || name.trim() === "") {
      throw new RecurraError(
        "series-missing",
        `Column "${raw.columns.series}": ${raw.rowName(i)} does not say which series it belongs to. Correct the file, or leave the row out with --where.`,
      );
    }
    const position = positions.get(name) ?? positions.size;
    positions.set(name, position);
    seriesOf[i] = position;
  }
  return { seriesOf, names: [...positions.keys()] };
}

function positionsOf<T>(values: Iterable<T>, matches: (value: T) => boolean): number[] {
  const positions: number[] = [];
  let i = 0;
  for (const value of values) {
    if (matches(value)) positions.push(i);
    i++;
  }
  return positions;
}
