// The columns of a table read: times, numbers and categories from what came, with the rows that cannot be used.

import { RecurraError } from "../platform/error.ts";
import { type Fault, faultOfRows } from "./faults.ts";
import { type Numbers, readNumberTexts } from "./number-text.ts";
import { type CodedTexts, codedTexts, numbersOf, type RawColumn, spread } from "./raw-column.ts";
import { fewOf, type RowName } from "./row-names.ts";
import { readTimeNumbers } from "./time-number.ts";
import { areDays, readTimeTexts, type Times } from "./time-text.ts";

/** Reads a column of times. @throws RecurraError `time-unreadable`, `time-ambiguous`, `time-zone` for a column that cannot be read */
export function readTimes(raw: RawColumn, column: string, rowName: RowName): Times {
  const read = timesOf(raw, column, rowName);
  const unread = new Set(read.faults?.flatMap(({ rows }) => rows));
  const missing = positionsOf(read.times, (time, row) => Number.isNaN(time) && !unread.has(row));
  if (missing.length === 0) return read;
  const fault: Fault = {
    rows: missing,
    error: (rows, names) =>
      new RecurraError(
        "time-missing",
        `Column "${column}": ${fewOf(names)} ${rows.length === 1 ? "has" : "have"} no time. Every row needs one; correct the file, or leave out rows that are no data with --where.`,
      ),
  };
  return { ...read, faults: [fault, ...(read.faults ?? [])] };
}

function timesOf(raw: RawColumn, column: string, rowName: RowName): Times {
  switch (raw.kind) {
    case "text":
      return timesOfTexts(codedTexts(raw.values), column, rowName);
    case "coded":
      return timesOfTexts(raw, column, rowName);
    case "number":
      return readTimeNumbers(numbersOf(raw.values), column, rowName);
    case "instant": {
      const times = numbersOf(raw.values);
      if (areDays(times)) return { times, style: { form: "day" } };
      return { times, style: raw.zoned ? { form: "time", offsetMinutes: 0 } : { form: "time" } };
    }
  }
}

function timesOfTexts({ texts, codes }: CodedTexts, column: string, rowName: RowName): Times {
  const { some, places } = withoutBlanks(texts);
  const nameOf = (i: number) => rowName(codes.indexOf(places[i] ?? -1));
  // Numbers that stand as text, among quotes or beside other forms, keep the meaning of numbers.
  const numeric = some.every((text) => /^\s*\d+(?:[.]\d+)?\s*$/.test(text));
  const read = numeric
    ? readTimeNumbers(Float64Array.from(some, Number), column, nameOf)
    : readTimeTexts(some, column, nameOf);
  const meanings = new Float64Array(texts.length).fill(Number.NaN);
  for (const [i, place] of places.entries()) meanings[place] = read.times[i] ?? Number.NaN;
  const faults = read.faults?.map(({ rows, error }) =>
    faultOfRows(
      {
        rows: rows.map((i) => places[i] ?? -1),
        error: (some, names) => error(some.map(placeIn(places)), names),
      },
      codes,
    ),
  );
  return { ...read, times: spread(meanings, codes), ...(faults === undefined ? {} : { faults }) };
}

/** The texts that are not blank, and where each stands. */
function withoutBlanks(texts: readonly string[]): { some: readonly string[]; places: readonly number[] } {
  const places = texts.flatMap((text, place) => (text.trim() === "" ? [] : [place]));
  return { some: places.map((place) => texts[place] ?? ""), places };
}

function placeIn(places: readonly number[]): (place: number) => number {
  return (place) => places.indexOf(place);
}

/**
 * Reads a column of numbers; a missing one is NaN.
 *
 * @param role `target` or `covariate`, for the codes of errors
 * @throws RecurraError `number-ambiguous`
 */
export function readNumbers(
  raw: RawColumn,
  column: string,
  role: "target" | "covariate",
  rowName: RowName,
  delimiter: string | undefined,
): Numbers {
  const read = numbersIn(raw, column, role, rowName, delimiter);
  const infinite = positionsOf(read.values, (value) => value === Infinity || value === -Infinity);
  if (infinite.length === 0) return read;
  const fault: Fault = {
    rows: infinite,
    error: (rows, names) => {
      const shown = rows.map((row, i) => `${names[i]}: ${read.values[row]}`);
      return new RecurraError(
        `${role}-not-finite`,
        `Column "${column}", ${fewOf(shown)}; wanted finite numbers. Correct the file.`,
      );
    },
  };
  return { ...read, faults: [...(read.faults ?? []), fault] };
}

function numbersIn(
  raw: RawColumn,
  column: string,
  role: "target" | "covariate",
  rowName: RowName,
  delimiter: string | undefined,
): Numbers {
  if (raw.kind === "number" || raw.kind === "instant") return { values: numbersOf(raw.values) };
  const { texts, codes } = raw.kind === "text" ? codedTexts(raw.values) : raw;
  const nameOf = (code: number) => rowName(codes.indexOf(code));
  const read = readNumberTexts(texts, column, nameOf, delimiter, `${role}-not-a-number`);
  const values = spread(read.values, codes);
  const { faults, ...rest } = read;
  return {
    ...rest,
    values,
    ...(faults === undefined ? {} : { faults: faults.map((fault) => faultOfRows(fault, codes)) }),
  };
}

/** A column of categories or numbers, for what is known of a series as a whole. */
export function readStatic(raw: RawColumn): Float64Array | CodedTexts {
  if (raw.kind === "coded") return raw;
  return raw.kind === "text" ? codedTexts(raw.values) : numbersOf(raw.values);
}

function positionsOf(values: Float64Array, matches: (value: number, row: number) => boolean): number[] {
  const positions: number[] = [];
  for (let row = 0; row < values.length; row++) {
    if (matches(values[row] ?? Number.NaN, row)) positions.push(row);
  }
  return positions;
}
