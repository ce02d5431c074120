// Times that occur more than once in a series: refused, or settled.

import { countOf, fewOf } from "../../data/row-names.ts";
import type { Table } from "../../data/table.ts";
import { formatTime } from "../../data/time-style.ts";
import { RecurraError } from "../../platform/error.ts";
import { type Draft, rowsAt, subjectOf } from "./draft.ts";

/**
 * What becomes of rows with the same time: the first or the last of them stays, or one with the mean or the sum of their values and
 * the covariates of the first.
 */
export type DuplicateTimes = "error" | "first" | "last" | "mean" | "sum";

/** The series with each time once, and how many times came more than once. @throws RecurraError `duplicate-times` */
export function withoutDuplicates(
  draft: Draft,
  how: DuplicateTimes,
  table: Table,
): { draft: Draft; settled: number } {
  const { times, values } = draft;
  const starts = startsOfTimes(times);
  if (starts.length === times.length) return { draft, settled: 0 };
  if (how === "error") throw duplicated(draft, starts, table);
  const endOf = (i: number) => starts[i + 1] ?? times.length;
  const places = how === "last" ? starts.map((_, i) => endOf(i) - 1) : starts;
  const single = rowsAt(
    draft,
    places,
    Float64Array.from(starts, (start) => times[start] ?? 0),
  );
  const settled = starts.reduce((count, start, i) => count + (endOf(i) - start > 1 ? 1 : 0), 0);
  if (how === "first" || how === "last") return { draft: single, settled };
  const joined = Float64Array.from(starts, (start, i) => joinedValue(values.subarray(start, endOf(i)), how));
  return { draft: { ...single, values: joined }, settled };
}

/** Where each time begins. */
function startsOfTimes(times: Float64Array): Int32Array {
  let count = 0;
  for (let t = 0; t < times.length; t++) if (t === 0 || times[t] !== times[t - 1]) count++;
  const starts = new Int32Array(count);
  if (count === times.length) return starts;
  let next = 0;
  for (let t = 0; t < times.length; t++) if (t === 0 || times[t] !== times[t - 1]) starts[next++] = t;
  return starts;
}

/** NaN only where all are. */
function joinedValue(values: Float64Array, how: "mean" | "sum"): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  if (count === 0) return Number.NaN;
  return how === "sum" ? sum : sum / count;
}

function duplicated(draft: Draft, starts: Int32Array, table: Table): RecurraError {
  const { times, positionOf } = draft;
  const found: string[] = [];
  for (const [i, start] of starts.entries()) {
    if ((starts[i + 1] ?? times.length) - start < 2) continue;
    const [first, second] = [positionOf(start), positionOf(start + 1)].map(table.rowName);
    found.push(`${formatTime(times[start] ?? 0, table.style)} (${first} and ${second})`);
  }
  const { keys = [] } = table;
  const such = keys.length === 0 ? "" : ` (${fewOf(keys)}?)`;
  const several =
    table.columns.series === undefined
      ? `If the file holds several series, name the column that tells them apart with --series${such}, or choose one with --where; else remove the duplicates, or settle them with --duplicates (first, last, mean or sum).`
      : "Remove the duplicates, choose among them with --where, or settle them with --duplicates (first, last, mean or sum).";
  // An hour comes twice when clocks are set back.
  const { style } = table;
  const isLocal = style.form === "time" && style.offsetMinutes === undefined && style.timeZone === undefined;
  const clock = isLocal
    ? " Where clocks were set back, name the zone with --time-zone, or give the times in UTC."
    : "";
  return new RecurraError(
    "duplicate-times",
    `${subjectOf(draft, table)}: ${countOf(found.length, "time")} occur${found.length === 1 ? "s" : ""} more than once: ${fewOf(found)}. ${several}${clock}`,
  );
}
