// A series: numbers at regular times, made from the rows of a table and checked on the way.

import { countOf, fewOf, quoted } from "../data/row-names.ts";
import type { Table } from "../data/table.ts";
import { formatTime, type TimeStyle } from "../data/time-style.ts";
import { RecurraError } from "../platform/error.ts";
import { type Frequency, frequencyName, stepNoun } from "./calendar.ts";
import { findIrregularity, holidaysIn, inferFrequency } from "./frequency.ts";

/** Numbers at regular times. */
export interface Series {
  readonly name: string;
  /** [T] Milliseconds since 1970, or the numbers of a count; one step apart each. */
  readonly times: Float64Array;
  /** [T] Finite numbers. */
  readonly values: Float64Array;
  readonly frequency: Frequency;
}

/** Series of one table, which share their frequency. */
export interface SeriesSet {
  readonly series: readonly Series[];
  readonly frequency: Frequency;
  readonly style: TimeStyle;
  /** What was assumed, in sentences for the user. */
  readonly notes: readonly string[];
}

/** The rows of one series: positions in the table, in order of time. */
interface Rows {
  readonly name: string;
  readonly positions: Uint32Array;
  readonly times: Float64Array;
}

/**
 * The series of a table: rows sorted by time, the frequency found out, duplicates and gaps refused.
 *
 * @throws RecurraError `duplicate-times`, `gaps`, `irregular-times`, `too-short`, each naming the series, rows and times.
 */
export function seriesOf(table: Table): SeriesSet {
  const { rows, unsorted } = rowsOfSeries(table);
  for (const one of rows) checkDuplicates(one, table);

  const times = rows.map((one) => one.times);
  const index = table.style.form === "index";
  const frequency = inferFrequency(times, index) ?? undefined;
  if (frequency === undefined) throw noFrequency(rows, table);
  for (const one of rows) checkRegular(one, frequency, table);

  const notes: string[] = [];
  if (unsorted) notes.push("The rows are not in order of time: they were sorted.");
  if (frequency.unit === "business-day") {
    const holidays = [...new Set(times.flatMap((of) => holidaysIn(of) ?? []))].sort((a, b) => a - b);
    if (holidays.length > 0) {
      const shown = fewOf(holidays.map((time) => formatTime(time, table.style)));
      notes.push(`${countOf(holidays.length, "weekday")} without a row taken for holidays: ${shown}.`);
    }
  }
  const series = rows.map((one) => ({
    name: one.name,
    times: one.times,
    values: Float64Array.from(one.positions, (position) => table.values[position] ?? Number.NaN),
    frequency,
  }));
  return { series, frequency, style: table.style, notes };
}

/** The part of a series from one position to another (exclusive), sharing memory. */
export function sliceSeries(series: Series, start: number, end: number): Series {
  return { ...series, times: series.times.subarray(start, end), values: series.values.subarray(start, end) };
}

function rowsOfSeries(table: Table): { rows: Rows[]; unsorted: boolean } {
  const lists: number[][] = table.names.map(() => []);
  for (const [position, series] of table.seriesOf.entries()) lists[series]?.push(position);
  let unsorted = false;
  const rows = lists.map((list, i) => {
    const timeAt = (position: number) => table.times[position] ?? 0;
    const sorted = list.every((position, j) => j === 0 || timeAt(list[j - 1] ?? 0) <= timeAt(position));
    if (!sorted) {
      unsorted = true;
      list.sort((a, b) => timeAt(a) - timeAt(b) || a - b);
    }
    return {
      name: table.names[i] ?? "",
      positions: Uint32Array.from(list),
      times: Float64Array.from(list, timeAt),
    };
  });
  return { rows, unsorted };
}

function checkDuplicates({ name, positions, times }: Rows, table: Table): void {
  const found: string[] = [];
  for (let i = 1; i < times.length; i++) {
    // A time that occurs three times is named once.
    if (times[i] !== times[i - 1] || times[i] === times[i - 2]) continue;
    const [first, second] = [positions[i - 1] ?? 0, positions[i] ?? 0].map(table.rowName);
    found.push(`${formatTime(times[i] ?? 0, table.style)} (${first} and ${second})`);
  }
  if (found.length === 0) return;
  const several =
    table.columns.series === undefined
      ? "If the file holds several series, name the column that tells them apart with --series, or choose one with --where; else remove the duplicates."
      : "Remove the duplicates, or choose among them with --where.";
  // An hour comes twice when clocks are set back.
  const clock =
    table.style.form === "time" && table.style.offsetMinutes === undefined
      ? " Where clocks were set back, give the times in UTC or with their zone."
      : "";
  throw new RecurraError(
    "duplicate-times",
    `${subject(name, table)}: ${countOf(found.length, "time")} occur${found.length === 1 ? "s" : ""} more than once: ${fewOf(found)}. ${several}${clock}`,
  );
}

function checkRegular({ name, positions, times }: Rows, frequency: Frequency, table: Table): void {
  const irregularity = findIrregularity(times, frequency);
  if (irregularity === undefined) return;
  const show = (time: number) => formatTime(time, table.style);
  if (irregularity.kind === "off-step") {
    const describe = (i: number) => `${table.rowName(positions[i] ?? 0)} (${show(times[i] ?? 0)})`;
    const { position } = irregularity;
    throw new RecurraError(
      "irregular-times",
      `${subject(name, table)}: the times are ${frequencyName(frequency)}, but ${describe(position)} does not follow ${describe(position - 1)} by whole steps. Wanted regular times: correct the row, or sum or average the rows to regular times first.`,
    );
  }
  const { missing, count, after } = irregularity;
  const [from, to] = [positions[after] ?? 0, positions[after + 1] ?? 0].map(table.rowName);
  const listed = missing.map(show).join(", ");
  const rest = count > missing.length ? `, and ${count - missing.length} more` : "";
  throw new RecurraError(
    "gaps",
    `${subject(name, table)}: the times are ${frequencyName(frequency)}, and ${count.toLocaleString("en-US")} ${stepNoun(frequency, count)} ${count === 1 ? "is" : "are"} missing: ${listed}${rest} (the first after ${from}, before ${to}). Add the rows, or choose a part without gaps with --where.`,
  );
}

function noFrequency(rows: readonly Rows[], table: Table): RecurraError {
  const longest = Math.max(...rows.map(({ times }) => times.length));
  if (longest < 2) {
    return new RecurraError(
      "too-short",
      rows.length === 1
        ? `${subject(rows[0]?.name ?? "", table)} has one row. A forecast needs a series of them.`
        : `Each of the ${rows.length} series in column "${table.columns.series}" has one row. Wanted many rows for each: is it the right column?`,
    );
  }
  return new RecurraError(
    "irregular-times",
    `Column "${table.columns.time}": the times are at no regular distance. Wanted a value every minute, hour, day, week, month, quarter or year; sum or average the rows to one of these first.`,
  );
}

/** How a series is called at the head of a message. */
function subject(name: string, table: Table): string {
  return table.columns.series === undefined ? `Column "${table.columns.time}"` : `Series ${quoted(name)}`;
}
