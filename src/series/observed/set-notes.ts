// What was done to make series of a table, in sentences for the user.

import type { SkippedSeries } from "../../data/faults.ts";
import { countOf, fewOf, quoted } from "../../data/row-names.ts";
import type { Table } from "../../data/table.ts";
import { formatTime } from "../../data/time-style.ts";
import type { Frequency } from "./calendar.ts";
import type { DuplicateTimes } from "./duplicates.ts";
import { holidaysIn } from "./frequency.ts";
import type { MissingValues } from "./missing.ts";
import type { Series } from "./series.ts";

/** What was settled on the way, over all series. */
export class Counts {
  duplicates = 0;
  added = 0;
  filled = 0;
  completedSeries = 0;
  trimmed = 0;
  /** Rows after the last value, of the series that has most. */
  ahead = 0;
}

const FILLED: Readonly<Record<Exclude<MissingValues, "error">, string>> = {
  keep: "left empty",
  linear: "filled in line between their neighbours",
  seasonal: "filled by line and season",
  forward: "filled with the value before",
  zero: "filled with 0",
};

export interface Settled {
  readonly series: readonly Series[];
  readonly frequency: Frequency;
  readonly skipped: readonly SkippedSeries[];
  readonly table: Table;
  /** Whether rows stood out of order. */
  readonly unsorted: boolean;
  readonly counts: Counts;
  readonly options: {
    readonly missing?: MissingValues | undefined;
    readonly duplicates?: DuplicateTimes | undefined;
  };
}

/** What was assumed and done, in sentences for the user. */
export function notesOn({ series, frequency, skipped, table, unsorted, counts, options }: Settled): string[] {
  const notes: string[] = [];
  if (unsorted) notes.push("The rows are not in order of time: they were sorted.");
  const are = (count: number) => (count === 1 ? "is" : "are");
  const { duplicates, trimmed, added, filled, completedSeries, ahead } = counts;
  if (duplicates > 0) {
    notes.push(
      `${countOf(duplicates, "time")} that occur${duplicates === 1 ? "s" : ""} more than once: the ${options.duplicates} of the rows is taken.`,
    );
  }
  if (trimmed > 0) {
    notes.push(
      `${countOf(trimmed, "row")} without a value before the first or after the last of a series ${are(trimmed)} left out.`,
    );
  }
  if (added + filled > 0 && options.missing !== undefined && options.missing !== "error") {
    const what = [
      ...(added === 0 ? [] : [countOf(added, "missing time")]),
      ...(filled === 0 ? [] : [countOf(filled, "empty value")]),
    ].join(" and ");
    const where = series.length === 1 ? "" : `, in ${completedSeries} of ${series.length} series,`;
    notes.push(`${what}${where} ${are(added + filled)} ${FILLED[options.missing]}.`);
  }
  if (ahead > 0) {
    const most =
      series.length === 1 ? countOf(ahead, "row") : `Up to ${countOf(ahead, "row")} of each series`;
    notes.push(`${most} after the last value: what is known ahead.`);
  }
  if (frequency.unit === "business-day") notes.push(...holidayNotes(series, table));
  if (skipped.length > 0) {
    const names = skipped.map((one) => quoted(one.series));
    notes.push(
      `${skipped.length} of ${series.length + skipped.length} series ${are(skipped.length)} left out: ${fewOf(names)}.`,
    );
  }
  return notes;
}

function holidayNotes(series: readonly Series[], table: Table): string[] {
  const all = new Set<number>();
  for (const { times } of series) for (const holiday of holidaysIn(times) ?? []) all.add(holiday);
  const holidays = [...all].sort((a, b) => a - b);
  if (holidays.length === 0) return [];
  const shown = fewOf(holidays.map((time) => formatTime(time, table.style)));
  return [`${countOf(holidays.length, "weekday")} without a row taken for holidays: ${shown}.`];
}
