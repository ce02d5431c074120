// A series on its way from the rows of a table: rows are left out, joined and added until it is regular.

import { quoted } from "../../data/row-names.ts";
import type { Table } from "../../data/table.ts";
import { formatTime } from "../../data/time-style.ts";
import { clockOf, DAY, HOUR } from "./calendar.ts";

/** A series on its way. Its arrays may be shared with the table: they are never written. */
export interface Draft {
  readonly name: string;
  /** [rows] Increasing, or equal where times come twice. */
  readonly times: Float64Array;
  /** [rows] NaN where there is none. */
  readonly values: Float64Array;
  /** [rows] each: covariates of numbers. */
  readonly columns: readonly DraftColumn[];
  /** Where a row stands in the table; -1 for one that was added. */
  readonly positionOf: (t: number) => number;
}

export interface DraftColumn {
  readonly name: string;
  readonly role: "past" | "future";
  readonly values: Float64Array;
}

/** The rows at some places, in their order; a row of nothing for -1. @param times [places] */
export function rowsAt(draft: Draft, places: Int32Array, times: Float64Array): Draft {
  const pick = (column: Float64Array) =>
    Float64Array.from(places, (place) => (place === -1 ? Number.NaN : (column[place] ?? Number.NaN)));
  return {
    ...draft,
    times,
    values: pick(draft.values),
    columns: draft.columns.map((column) => ({ ...column, values: pick(column.values) })),
    positionOf(t) {
      const place = places[t] ?? -1;
      return place === -1 ? -1 : draft.positionOf(place);
    },
  };
}

/** The rows from one place to another (exclusive), sharing memory. */
export function rowsBetween(draft: Draft, start: number, end: number): Draft {
  if (start === 0 && end === draft.times.length) return draft;
  return {
    ...draft,
    times: draft.times.subarray(start, end),
    values: draft.values.subarray(start, end),
    columns: draft.columns.map((column) => ({ ...column, values: column.values.subarray(start, end) })),
    positionOf: (t) => draft.positionOf(start + t),
  };
}

/** `row 5 (2020-03)`; only the time of a row that was added. */
export function rowAndTime(draft: Draft, t: number, table: Table): string {
  const time = formatTime(draft.times[t] ?? 0, table.style);
  const position = draft.positionOf(t);
  return position === -1 ? time : `${table.rowName(position)} (${time})`;
}

/** How a series is called at the head of a message about its times: its name or, where there is one only, the column of times. */
export function subjectOf({ name }: Pick<Draft, "name">, table: Table): string {
  return isOneOfMany(table) ? `Series ${quoted(name)}` : `Column "${table.columns.time}"`;
}

/** How irregular times may be mended: where they stand at two times of day, an hour apart, as a local clock's do that are written on another. */
export function zoneHint({ times }: Pick<Draft, "times">, { style }: Table): string {
  const isMoment = style.form === "time" && (style.offsetMinutes ?? style.timeZone) !== undefined;
  const [one = 0, other, ...more] = new Set(times.map(clockOf));
  if (!isMoment || other === undefined || more.length > 0) return "";
  const apart = Math.abs(one - other);
  if (apart !== HOUR && apart !== DAY - HOUR) return "";
  return " They may be regular on a local clock: name its zone with --time-zone, such as Europe/Berlin.";
}

/** How a column is called at the head of a message: `Series "a", column "price"`. */
export function columnOf({ name }: Pick<Draft, "name">, column: string, table: Table): string {
  return isOneOfMany(table) ? `Series ${quoted(name)}, column "${column}"` : `Column "${column}"`;
}

/** The column that holds a series' values: of several targets, the one that the series is named after. */
export function targetOf({ name }: Pick<Draft, "name">, { columns }: Table): string {
  const { targets, target } = columns;
  return targets?.find((one) => name === one || name.endsWith(`/${one}`)) ?? target;
}

function isOneOfMany({ columns, names }: Table): boolean {
  return columns.series !== undefined || names.length > 1;
}
