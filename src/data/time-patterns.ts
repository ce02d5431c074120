// The written forms of dates and times that Recurra reads, each as a pattern that turns a text into a moment.

import type { TimeStyle } from "./time-style.ts";

/** A moment as it was written. */
export interface Stamp {
  /** Milliseconds since 1970 on the clock of the text, as if that were UTC. */
  readonly wall: number;
  /** The clock's distance from UTC in minutes, where the text tells. */
  readonly offset: number | undefined;
}

export interface TimePattern {
  /** How such a time looks, for messages. */
  readonly example: string;
  /** What it names: a whole period, or a moment. */
  readonly form: TimeStyle["form"];
  /** The moment, or undefined where the text is not of this pattern or no such date exists. */
  read(text: string): Stamp | undefined;
}

const MONTHS = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

/** Time of day and zone, each of which may be missing: groups hour, minute, second, fraction, half, zone. */
const CLOCK = String.raw`(?:(?:T|\s+|,\s*)(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?\s*(?<half>[ap]\.?m\.?)?\s*(?<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?`;
const WEEKDAY = String.raw`(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?`;
const NAME = String.raw`(?<name>[a-z]{3,9})\.?`;
const YEAR = String.raw`(?<year>\d{4}|\d{2})`;

/** 01/02/2020 as the first of February. */
export const DAY_FIRST = pattern(
  "31/01/1949 (day first)",
  "day",
  `${WEEKDAY}${numeric("day", "month")}${CLOCK}`,
);

/** 01/02/2020 as the second of January. */
export const MONTH_FIRST = pattern(
  "01/31/1949 (month first)",
  "day",
  `${WEEKDAY}${numeric("month", "day")}${CLOCK}`,
);

/** All patterns, the commonest first. */
export const TIME_PATTERNS: readonly TimePattern[] = [
  pattern(
    "1949-01-31",
    "day",
    String.raw`(?<year>\d{4})(?<separator>[-/.])(?<month>\d{1,2})\k<separator>(?<day>\d{1,2})${CLOCK}`,
  ),
  pattern("1949-01", "month", String.raw`(?<year>\d{4})[-/.M](?<month>\d{1,2})`),
  DAY_FIRST,
  MONTH_FIRST,
  pattern("01/1949", "month", String.raw`(?<month>\d{1,2})[-/.](?<year>\d{4})`),
  pattern(
    "31 Jan 1949",
    "day",
    String.raw`${WEEKDAY}(?<day>\d{1,2})(?:st|nd|rd|th)?[-\s./]*${NAME}[-\s,./]*${YEAR}${CLOCK}`,
  ),
  pattern(
    "Jan 31, 1949",
    "day",
    String.raw`${WEEKDAY}${NAME}\s*(?<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?<year>\d{4})${CLOCK}`,
  ),
  pattern("1949 Jan 31", "day", String.raw`(?<year>\d{4})[-\s/]*${NAME}[-\s/]*(?<day>\d{1,2})${CLOCK}`),
  pattern("Jan 1949", "month", String.raw`${NAME}[-\s,/']*${YEAR}`),
  pattern("1949 Jan", "month", String.raw`(?<year>\d{4})[-\s/]*${NAME}`),
  pattern("1949-Q1", "quarter", String.raw`(?<year>\d{4})[-\s/]?Q(?<quarter>[1-4])`),
  pattern("Q1 1949", "quarter", String.raw`Q(?<quarter>[1-4])[-\s/]?(?<year>\d{4})`),
  pattern("1949-W05", "day", String.raw`(?<year>\d{4})-?W(?<week>\d{1,2})(?:-?(?<weekday>[1-7]))?`),
  pattern(
    "19490131T1530",
    "day",
    String.raw`(?<year>\d{4})(?<month>\d{2})(?<day>\d{2})T(?<hour>\d{2}):?(?<minute>\d{2})(?::?(?<second>\d{2}))?(?<zone>Z|[+-]\d{2}:?\d{2})?`,
  ),
];

function numeric(first: string, second: string): string {
  return String.raw`(?<${first}>\d{1,2})(?<separator>[-/.])(?<${second}>\d{1,2})\k<separator>${YEAR}`;
}

function pattern(example: string, form: TimeStyle["form"], source: string): TimePattern {
  const regex = new RegExp(`^${source}$`, "i");
  return {
    example,
    form,
    read(text) {
      const groups = regex.exec(text)?.groups;
      return groups && stampOf(groups);
    },
  };
}

function stampOf(groups: Readonly<Record<string, string | undefined>>): Stamp | undefined {
  const day = dayOf(groups);
  const clock = clockOf(groups);
  if (day === undefined || clock === undefined) return undefined;
  return { wall: day + clock, offset: offsetOf(groups.zone) };
}

/** Midnight of the day, or of the first day of the period, that the groups name. */
function dayOf(groups: Readonly<Record<string, string | undefined>>): number | undefined {
  const year = fullYear(groups.year ?? "");
  if (groups.week !== undefined) return isoWeek(year, Number(groups.week), Number(groups.weekday ?? 1));
  if (groups.quarter !== undefined) return calendarDay(year, 3 * Number(groups.quarter) - 2, 1);
  const month = groups.name === undefined ? Number(groups.month) : monthNamed(groups.name);
  return calendarDay(year, month, Number(groups.day ?? 1));
}

/** A year of two digits as spreadsheets read it: 00 to 29 in this century, 30 to 99 in the last. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length > 2) return year;
  return year < 30 ? 2000 + year : 1900 + year;
}

/** 1 to 12, or 0 for a word that is no month. `Sept` is one too. */
function monthNamed(name: string): number {
  return 1 + MONTHS.findIndex((month) => month.startsWith(name.toLowerCase()) && name.length >= 3);
}

/** Midnight of a day that exists, in milliseconds since 1970; undefined for one that does not. */
export function calendarDay(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() : undefined;
}

const DAY = 86_400_000;

/** Midnight of a day of an ISO 8601 week: week 1 holds 4 January. */
function isoWeek(year: number, week: number, weekday: number): number | undefined {
  const fourth = calendarDay(year, 1, 4) ?? 0;
  const monday = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY;
  const time = monday + ((week - 1) * 7 + weekday - 1) * DAY;
  const thursday = new Date(monday + (week - 1) * 7 * DAY + 3 * DAY);
  return week >= 1 && thursday.getUTCFullYear() === year ? time : undefined;
}

/** Milliseconds since midnight; 24:00 is the midnight that ends the day. */
function clockOf(groups: Readonly<Record<string, string | undefined>>): number | undefined {
  if (groups.hour === undefined) return 0;
  const [minute, second] = [Number(groups.minute), Number(groups.second ?? 0)];
  const fraction = Math.floor(Number(`0.${groups.fraction ?? 0}`) * 1000);
  let hour = Number(groups.hour);
  if (groups.half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (groups.half.toLowerCase().startsWith("p") ? 12 : 0);
  }
  const time = ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
  return minute < 60 && second < 60 && time <= DAY ? time : undefined;
}

function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined) return undefined;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  if (sign === undefined) return 0;
  const size = Number(hours) * 60 + Number(minutes ?? 0);
  return sign === "-" && size > 0 ? -size : size;
}
