// A time that stands in several columns: year and month, date and time of day.

import type { Column } from "./column.ts";
import { sqlName } from "./duckdb.ts";

/** 13:05, 1:05:30 pm. */
const CLOCK = /^\s*\d{1,2}:\d{2}(?::\d{2}(?:[.]\d+)?)?\s*(?:[ap]\.?m\.?)?\s*$/i;

const NAMES = {
  year: /^(?:year|yr|yyyy|jahr)$/i,
  quarter: /^(?:quarter|qtr|q|quartal)$/i,
  month: /^(?:month|mon|mo|mm|monat)$/i,
  week: /^(?:week|wk|kw|woche|week.?(?:no|number))$/i,
  day: /^(?:day|dy|dd|dom|tag|day.?of.?month)$/i,
  hour: /^(?:hour|hr|hh|stunde)$/i,
} as const;

/**
 * The columns that make a time together, where no column does alone: year with month (and day, and hour), quarter or week; or a date with
 * a time of day.
 *
 * @param dates the columns that hold dates or times
 * @returns none where there is doubt
 */
export function timePartsAmong(free: readonly Column[], dates: readonly Column[]): readonly Column[] {
  const [date, second] = dates;
  if (date !== undefined) {
    const clocks = free.filter((column) => column !== date && isClock(column));
    const isDay = date.type === "DATE" || date.sample.every((text) => !text.includes(":"));
    return second === undefined && clocks.length === 1 && isDay ? [date, ...clocks] : [];
  }
  const named = (part: keyof typeof NAMES, isPart: (value: number) => boolean) =>
    free.find(
      ({ name, type, sample }) =>
        NAMES[part].test(name) &&
        (part === "month" && type === "VARCHAR" ? true : sample.every((text) => isPart(Number(text)))),
    );
  const upTo = (most: number) => (value: number) => Number.isInteger(value) && value >= 0 && value <= most;
  const year = named("year", (value) => Number.isInteger(value) && value >= 1500 && value <= 2200);
  if (year === undefined) return [];
  const month = named("month", upTo(12));
  const day = named("day", upTo(31));
  const hour = named("hour", upTo(23));
  if (month !== undefined) {
    if (day === undefined) return [year, month];
    return hour === undefined ? [year, month, day] : [year, month, day, hour];
  }
  const other = named("quarter", upTo(4)) ?? named("week", upTo(53));
  return other === undefined ? [] : [year, other];
}

/** SQL that writes the parts as one text: `2020-01-31`, `2020 Jan`, `2020-Q1`, `2020-W05`, `2020-01-31 13:05`. */
export function timePartsSql(parts: readonly Column[]): string {
  return parts.map((part, i) => partSql(part, i)).join(" || ");
}

function partSql(column: Column, place: number): string {
  const { name, type, sample } = column;
  const isNumber = sample.length > 0 && sample.every((text) => /^\s*\d+(?:[.]0+)?\s*$/.test(text));
  if (!isNumber || type === "VARCHAR") {
    const text = `trim(CAST(${sqlName(name)} AS VARCHAR))`;
    return place === 0 ? text : `${isNumber ? "'-'" : "' '"} || ${text}`;
  }
  const digits = `CAST(CAST(${sqlName(name)} AS BIGINT) AS VARCHAR)`;
  if (place === 0) return digits;
  if (NAMES.quarter.test(name)) return `'-Q' || ${digits}`;
  const padded = `lpad(${digits}, 2, '0')`;
  if (NAMES.week.test(name)) return `'-W' || ${padded}`;
  // An hour follows a day.
  if (place === 3 || NAMES.hour.test(name)) return `' ' || ${padded} || ':00'`;
  return `'-' || ${padded}`;
}

function isClock({ type, sample }: Column): boolean {
  if (type === "TIME") return true;
  return type === "VARCHAR" && sample.length > 0 && sample.every((text) => CLOCK.test(text));
}
