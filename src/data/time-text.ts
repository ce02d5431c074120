// A column of times written as text: which pattern it follows, day or month first, and time zones.

import { RecurraError } from "../platform/error.ts";
import type { Fault } from "./faults.ts";
import { quoted, type RowName } from "./row-names.ts";
import { DAY_FIRST, MONTH_FIRST, type Stamp, TIME_PATTERNS, type TimePattern } from "./time-patterns.ts";
import type { TimeStyle } from "./time-style.ts";

/** A column of times as numbers. */
export interface Times {
  /** Milliseconds since 1970 on the column's own clock, or the numbers of an index. NaN where there is none. */
  readonly times: Float64Array;
  readonly style: TimeStyle;
  /** What was assumed in reading them, to be shown to the user. */
  readonly note?: string;
  /** Whether rows were written at several distances from UTC, as where clocks know summer time. */
  readonly isMixed?: boolean;
  /** Rows that are no times. */
  readonly faults?: readonly Fault[];
}

const DAY = 86_400_000;
const SAMPLE = 200;

/**
 * Reads a column of dates or times. All rows follow one pattern; whether 01/02/2020 is the first of February or the
 * second of January is decided from the whole column.
 *
 * @throws RecurraError `time-unreadable` where the rows have no form in common, `time-ambiguous` where day and month cannot be told
 * apart, `time-zone` where only some rows name their zone.
 */
export function readTimeTexts(texts: readonly string[], column: string, rowName: RowName): Times {
  const trimmed = texts.map((text) => text.trim());
  const { pattern, note } = choosePattern(trimmed, column, rowName);
  const stamps = trimmed.map((text) => pattern.read(text));
  const wrong = stamps.flatMap((stamp, i) => (stamp === undefined ? [i] : []));
  const fault: Fault = {
    rows: wrong,
    error: ([row = 0], [name = ""]) => unreadable(trimmed[row] ?? "", name, pattern, column),
  };
  return {
    ...settleZone(stamps, pattern.form, column, rowName),
    ...(note === undefined ? {} : { note }),
    ...(wrong.length === 0 ? {} : { faults: [fault] }),
  };
}

/** Whether texts of a column look like times: at least nine of ten follow one pattern. */
export function looksLikeTimes(texts: readonly string[]): boolean {
  const trimmed = texts.map((text) => text.trim());
  return TIME_PATTERNS.some((pattern) => countRead(pattern, trimmed) >= Math.max(1, 0.9 * trimmed.length));
}

function choosePattern(
  texts: readonly string[],
  column: string,
  rowName: RowName,
): { pattern: TimePattern; note?: string } {
  const sample = texts.slice(0, SAMPLE);
  const scored = TIME_PATTERNS.map((pattern) => ({ pattern, score: countRead(pattern, sample) }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  if (best.score < sample.length / 2) {
    throw new RecurraError(
      "time-unreadable",
      `Column "${column}", ${rowName(0)}: cannot read ${quoted(texts[0] ?? "")} as a time. Known forms are 2020-01-31, 2020-01, 2020, 2020-Q1, 31/01/2020, Jan 2020, 2020-01-31T15:30:00Z, seconds or milliseconds since 1970, and a count 1, 2, 3, …`,
    );
  }
  const numeric = best.pattern === DAY_FIRST || best.pattern === MONTH_FIRST;
  return numeric ? dayOrMonthFirst(texts, column, rowName) : { pattern: best.pattern };
}

/** Decides 01/02/2020 from the whole column. */
function dayOrMonthFirst(
  texts: readonly string[],
  column: string,
  rowName: RowName,
): { pattern: TimePattern; note?: string } {
  const [asDays, asMonths] = [countRead(DAY_FIRST, texts), countRead(MONTH_FIRST, texts)];
  if (asDays !== asMonths) return { pattern: asDays > asMonths ? DAY_FIRST : MONTH_FIRST };

  // Every date reads both ways. A part that never changes while years go by is the day: monthly data.
  const parts = texts.map((text) => /(\d{1,2})[-/.](\d{1,2})[-/.](\d{2,4})/.exec(text) ?? []);
  const kinds = (part: number) => new Set(parts.map((row) => row[part])).size;
  const [firsts, seconds] = [kinds(1), kinds(2)];
  if (kinds(3) > 1 && firsts !== seconds) {
    if (firsts === 1) return { pattern: DAY_FIRST };
    if (seconds === 1) return { pattern: MONTH_FIRST };
  }
  if (texts.every((text) => text.includes("."))) {
    return { pattern: DAY_FIRST, note: `Dates of "${column}" are read day first (31.01.2020).` };
  }
  const shown = Math.max(
    0,
    parts.findIndex((row) => row[1] !== row[2]),
  );
  throw new RecurraError(
    "time-ambiguous",
    `Column "${column}": whether the day or the month comes first cannot be told, all dates read both ways (${rowName(shown)}: ${quoted(texts[shown] ?? "")}). Write them as year-month-day.`,
  );
}

function countRead(pattern: TimePattern, texts: readonly string[]): number {
  let count = 0;
  for (const text of texts) if (pattern.read(text) !== undefined) count++;
  return count;
}

function unreadable(text: string, row: string, pattern: TimePattern, column: string): RecurraError {
  // A word, such as the heading of another part, is no date with a slip in it.
  const name = /^[a-z_]\w*$/i.test(column) ? column : `\\"${column}\\"`;
  const leftOut = /^[^\d'"]{1,40}$/.test(text)
    ? `leave it out: --where "${name} <> '${text}'"`
    : "leave it out with --where";
  return new RecurraError(
    "time-unreadable",
    `Column "${column}", ${row}: cannot read ${quoted(text)} as a time; the other rows are like ${pattern.example}. Correct the row or, where it is no data, ${leftOut}.`,
  );
}

/** The times on one clock: the column's own where its distance from UTC never changes, else UTC. */
function settleZone(
  stamps: readonly (Stamp | undefined)[],
  form: TimeStyle["form"],
  column: string,
  rowName: RowName,
): Pick<Times, "times" | "style" | "isMixed"> {
  const wall = Float64Array.from(stamps, (stamp) => stamp?.wall ?? Number.NaN);
  const first = stamps.findIndex((stamp) => stamp !== undefined);
  const offset = stamps[first]?.offset;
  const odd = stamps.findIndex(
    (stamp) => stamp !== undefined && (stamp.offset === undefined) !== (offset === undefined),
  );
  if (odd !== -1) {
    throw new RecurraError(
      "time-zone",
      `Column "${column}": ${rowName(first)} ${offset === undefined ? "names no" : "names its"} time zone, ${rowName(odd)} ${offset === undefined ? "does" : "does not"}. Give all of them with their zone, or none.`,
    );
  }
  if (form !== "day") return { times: wall, style: { form } };
  // Whole days stay days, whatever the clock's distance from UTC was on each of them (summer time).
  if (areDays(wall)) return { times: wall, style: { form: "day" } };
  if (offset === undefined) return { times: wall, style: { form: "time" } };
  if (stamps.every((stamp) => stamp === undefined || stamp.offset === offset)) {
    return { times: wall, style: { form: "time", offsetMinutes: offset } };
  }
  const utc = Float64Array.from(stamps, (stamp) =>
    stamp === undefined ? Number.NaN : stamp.wall - (stamp.offset ?? 0) * 60_000,
  );
  return { times: utc, style: { form: "time", offsetMinutes: 0 }, isMixed: true };
}

/** Whether all times, but for missing ones, are midnights. */
export function areDays(times: Float64Array): boolean {
  return times.every((time) => Number.isNaN(time) || time % DAY === 0);
}
