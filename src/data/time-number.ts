// A column of times written as numbers: years, 202001, 20200131, seconds since 1970, Excel's days, decimal years, or a plain count.

import { RecurraError } from "../platform/error.ts";
import type { RowName } from "./row-names.ts";
import { calendarDay } from "./time-patterns.ts";
import type { TimeStyle } from "./time-style.ts";
import { areDays, type Times } from "./time-text.ts";

/** One meaning that a column of numbers may have: every number must have it. */
interface NumberMeaning {
  readonly form: TimeStyle["form"];
  readonly note?: string;
  /** Milliseconds since 1970 (for an index the number itself), or undefined where the number cannot mean this. */
  read(value: number): number | undefined;
}

/** Columns of these names count, even where their numbers could be years. */
const COUNTING = /^(?:n|i|id|obs|row|step|day|.*row.?(?:names?|numbers?|no))$/i;

/** Columns of these names count or hold years: counts begin at 0 or 1, and a year is none of them. */
const COUNT_OR_YEAR = /^(?:t|idx|index)$/i;

/** Numbers in columns of these names may be the days of a spreadsheet. */
const DATES = /date|datum|fecha|data|timestamp/i;

const YEAR: NumberMeaning = {
  form: "year",
  read: (value) => (isYear(value) ? calendarDay(value, 1, 1) : undefined),
};

/** Years in a column whose name speaks of a count. */
const YEAR_AFTER_ALL: NumberMeaning = { ...YEAR, note: "years" };

const INDEX: NumberMeaning = {
  form: "index",
  read: (value) => (Number.isSafeInteger(value) ? value : undefined),
};

/** The meanings of whole numbers other than a year and an index, which a column's name may decide. */
const WHOLE: readonly NumberMeaning[] = [
  { form: "month", read: (value) => yearsAnd(Math.floor(value / 100), value % 100, 1) },
  {
    form: "day",
    read: (value) => yearsAnd(Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100),
  },
  epoch("seconds", 1e8, 1e10, 1000),
  epoch("milliseconds", 1e11, 1e13, 1),
  epoch("microseconds", 1e14, 1e16, 1e-3),
  epoch("nanoseconds", 1e17, 1e19, 1e-6),
];

/** Spreadsheets count days from 30 December 1899, with the time of day as a fraction: 43831.5 is noon of 1 January 2020. */
const EXCEL: NumberMeaning = {
  form: "time",
  note: "the days of a spreadsheet, counted from 1900 on",
  // From 1954 to 2119. A fraction of a day is exact to the second.
  read: (value) =>
    value >= 20_000 && value < 80_000 ? Math.round((value - 25_569) * 86_400) * 1000 : undefined,
};

/** R writes monthly and quarterly times as parts of a year: 1949.083 is February 1949. */
const DECIMAL_YEARS: readonly NumberMeaning[] = [
  partsOfYear(1, "year"),
  partsOfYear(4, "quarter"),
  partsOfYear(12, "month"),
];

/**
 * Reads a column of numbers as times.
 *
 * @param values NaN where there is none
 * @throws RecurraError `time-unreadable` naming the row and the number where they have no meaning in common.
 */
export function readTimeNumbers(values: Float64Array, column: string, rowName: RowName): Times {
  const whole = values.every((value) => Number.isNaN(value) || Number.isInteger(value));
  for (const meaning of meaningsOf(column, whole)) {
    const times = readAll(values, meaning);
    if (times === undefined) continue;
    const note = meaning.note && { note: `The numbers of "${column}" are read as ${meaning.note}.` };
    if (meaning.form !== "time") return { times, style: { form: meaning.form }, ...note };
    if (areDays(times)) return { times, style: { form: "day" }, ...note };
    return {
      times,
      style: meaning === EXCEL ? { form: "time" } : { form: "time", offsetMinutes: 0 },
      ...note,
    };
  }
  const wrong = values.findIndex((value) => !(whole ? Number.isSafeInteger(value) : Number.isInteger(value)));
  throw new RecurraError(
    "time-unreadable",
    `Column "${column}", ${rowName(wrong)}: the number ${values[wrong]} is no time. Wanted dates, years, months as 202001, days as 20200131, seconds or milliseconds since 1970, or a count 1, 2, 3, …`,
  );
}

/** What the numbers of a column may mean, the likeliest first. */
function meaningsOf(column: string, whole: boolean): readonly NumberMeaning[] {
  const excel = DATES.test(column) ? [EXCEL] : [];
  if (!whole) return [...DECIMAL_YEARS, ...excel];
  if (COUNTING.test(column)) return [INDEX];
  if (COUNT_OR_YEAR.test(column)) return [YEAR_AFTER_ALL, INDEX];
  return [YEAR, ...WHOLE, ...excel, INDEX];
}

function readAll(values: Float64Array, meaning: NumberMeaning): Float64Array | undefined {
  const times = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    const time = Number.isNaN(value) ? value : meaning.read(value);
    if (time === undefined) return undefined;
    times[i] = time;
  }
  return times;
}

function epoch(unit: string, from: number, to: number, milliseconds: number): NumberMeaning {
  return {
    form: "time",
    note: `${unit} since 1970 (UTC)`,
    read: (value) => (value >= from && value < to ? Math.round(value * milliseconds) : undefined),
  };
}

function partsOfYear(parts: number, form: "year" | "quarter" | "month"): NumberMeaning {
  return {
    form,
    note: `years with a fraction: ${form}s`,
    read(value) {
      const count = Math.round(value * parts);
      // 1949.08 and 1949.083333 are both February.
      if (!isYear(Math.floor(count / parts)) || Math.abs(value * parts - count) > 0.065) return undefined;
      return calendarDay(Math.floor(count / parts), 1 + (12 / parts) * (count % parts), 1);
    },
  };
}

function yearsAnd(year: number, month: number, day: number): number | undefined {
  return isYear(year) ? calendarDay(year, month, day) : undefined;
}

function isYear(value: number): boolean {
  return Number.isInteger(value) && value >= 1500 && value <= 2200;
}
