// Missing values of a series: refused, left, or filled; and where the series begins and ends.

import { countOf, fewOf } from "../../data/row-names.ts";
import type { Table } from "../../data/table.ts";
import { RecurraError } from "../../platform/error.ts";
import { columnOf, type Draft, rowAndTime, rowsBetween, targetOf } from "./draft.ts";
import { type FillMethod, fillMissing } from "./fill.ts";

/**
 * What becomes of missing times and of empty values: refused; left empty (NaN); filled in line between neighbours, in line and season,
 * with the last value, or with zero. Empty rows at either end are left out, but for `zero`.
 */
export type MissingValues = "error" | "keep" | FillMethod;

/** The rows from the first value to the last. @param keepEnd whether rows after the last value stay */
export function trimmed(draft: Draft, keepEnd: boolean): Draft {
  const { values } = draft;
  const start = values.findIndex((value) => !Number.isNaN(value));
  return rowsBetween(draft, Math.max(0, start), keepEnd ? values.length : endOfValues(draft));
}

/** The place after the last value. */
export function endOfValues({ values }: Draft): number {
  return 1 + values.findLastIndex((value) => !Number.isNaN(value));
}

/**
 * The target's values up to `end`, without missing ones unless they are kept.
 *
 * @param season Steps, for `seasonal`.
 * @throws RecurraError `no-values`, `target-missing`
 */
export function settledValues(
  draft: Draft,
  end: number,
  how: MissingValues,
  season: number,
  table: Table,
): { values: Float64Array; filled: number } {
  const values = draft.values.subarray(0, end);
  const missing: number[] = [];
  for (let t = 0; t < end; t++) if (Number.isNaN(values[t])) missing.push(t);
  const column = targetOf(draft, table);
  if (missing.length === 0 && end > 0) return { values, filled: 0 };
  if (end === 0 || (how !== "zero" && missing.length === end)) {
    throw new RecurraError(
      "no-values",
      `${columnOf(draft, column, table)}: it has no values. Wanted numbers: is it the right column?`,
    );
  }
  if (how === "error") {
    const rows = missing.slice(0, 4).map((t) => rowAndTime(draft, t, table));
    const more = missing.length > rows.length ? `, ${countOf(missing.length, "row")} in all` : "";
    const isTail = missing[0] === end - missing.length;
    const ahead = isTail
      ? " Rows at the end that hold what is known ahead want its columns as --future; others are left out with --where."
      : "";
    throw new RecurraError(
      "target-missing",
      `${columnOf(draft, column, table)}: ${fewOf(rows)} ${missing.length === 1 ? "is" : "are"} empty${more}. Fill in numbers, or have them filled with --missing (linear, seasonal, forward or zero).${ahead}`,
    );
  }
  return { values: how === "keep" ? values : fillMissing(values, how, season), filled: missing.length };
}
