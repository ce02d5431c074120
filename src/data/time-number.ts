// A column of times written as numbers: years, 202001, 20200131, seconds since 1970, decimal years, or a plain count.

import { RecurraError } from "../platform/error.ts";
import type { RowName } from "./row-names.ts";
import { calendarDay } from "./time-patterns.ts";
import type { TimeStyle } from "./time-style.ts";
import type { Times } from "./time-text.ts";

/** One meaning that a column of numbers may have: every number must have it. */
interface NumberMeaning {
  readonly form: TimeStyle["form"];
  readonly note?: string;
  /** Milliseconds since 1970 (for an index the number itself), or undefined where the number cannot mean this. */
  read(value: number): number | undefined;
}

/** Columns of these names count, even where their numbers could be years. */
const COUNTING = /^(?:t|n|i|id|obs|row|step|idx|index|day|.*row.?(?:names?|numbers?|no))$/i;

const YEAR: NumberMeaning = {
  form: "year",
  read: (value) => (isYear(value) ? calendarDay(value, 1, 1) : undefined),
};

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

/** R writes monthly and quarterly times as parts of a year: 1949.083 is February 1949. */
const DECIMAL_YEARS: readonly NumberMeaning[] = [
  partsOfYear(1, "year"),
  partsOfYear(4, "quarter"),
  partsOfYear(12, "month"),
];

/**
 * Reads a column of numbers as times.
 *
 * @throws RecurraError `time-unreadable` naming the row and the number where they have no meaning in common.
 */
export function readTimeNumbers(values: Float64Array, column: string, rowName: RowName): Times {
  const whole = values.every(Number.isInteger);
  const yearOrIndex = COUNTING.test(column) ? [INDEX, YEAR] : [YEAR, ...WHOLE, INDEX];
  for (const meaning of whole ? yearOrIndex : DECIMAL_YEARS) {
    const times = readAll(values, meaning);
    if (times === undefined) continue;
    const style: TimeStyle =
      meaning.form === "time" ? { form: "time", offsetMinutes: 0 } : { form: meaning.form };
    if (style.form === "time" && times.every((time) => time % 86_400_000 === 0)) {
      return { times, style: { form: "day" }, ...noteOf(meaning, column) };
    }
    return { times, style, ...noteOf(meaning, column) };
  }
  const wrong = Math.max(
    0,
    values.findIndex((value) => (whole ? !Number.isSafeInteger(value) : !Number.isInteger(value))),
  );
  throw new RecurraError(
    "time-unreadable",
    `Column "${column}", ${rowName(wrong)}: the number ${values[wrong]} is no time. Wanted dates, years, months as 202001, days as 20200131, seconds or milliseconds since 1970, or a count 1, 2, 3, …`,
  );
}

function readAll(values: Float64Array, meaning: NumberMeaning): Float64Array | undefined {
  const times = new Float64Array(values.length);
  for (const [i, value] of values.entries()) {
    const time = meaning.read(value);
    if (time === undefined) return undefined;
    times[i] = time;
  }
  return times;
}

function noteOf(meaning: NumberMeaning, column: string): { note?: string } {
  return meaning.note === undefined
    ? {}
    : { note: `The numbers of "${column}" are read as ${meaning.note}.` };
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
