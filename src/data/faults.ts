// Rows that cannot be used: refused at once, or gathered by series, so that the others come out.

import type { RecurraError } from "../platform/error.ts";
import type { RowName } from "./row-names.ts";

/** Rows that cannot be used, and what is to be said of them. */
export interface Fault {
  /** Positions of the rows, at least one. */
  readonly rows: readonly number[];
  /** The error of some of these rows. @param names what they are called */
  error(rows: readonly number[], names: readonly string[]): RecurraError;
}

/** A series that is left out, and why. */
export interface SkippedSeries {
  readonly series: string;
  /** In sentences for the user, as an error would say it. */
  readonly reason: string;
}

/** The error of all rows of a fault. */
export function errorOf({ rows, error }: Fault, rowName: RowName): RecurraError {
  return error(rows, rows.map(rowName));
}

/** A fault of texts that recur as a fault of the rows that have them. @param codes [rows] */
export function faultOfRows(fault: Fault, codes: Int32Array): Fault {
  const wrong = new Set(fault.rows);
  const rows: number[] = [];
  for (let row = 0; row < codes.length; row++) if (wrong.has(codes[row] ?? -1)) rows.push(row);
  return {
    rows,
    error: (some, names) =>
      fault.error(
        some.map((row) => codes[row] ?? 0),
        names,
      ),
  };
}

/**
 * The series that faults concern, each with its first reason.
 *
 * @param seriesOf [rows] positions in `names`
 */
export function skippedBy(
  faults: readonly Fault[],
  seriesOf: Uint32Array,
  names: readonly string[],
  rowName: RowName,
): SkippedSeries[] {
  const reasons = new Map<number, string>();
  for (const fault of faults) {
    const rowsBySeries = new Map<number, number[]>();
    for (const row of fault.rows) {
      const series = seriesOf[row] ?? -1;
      const rows = rowsBySeries.get(series);
      if (rows === undefined) rowsBySeries.set(series, [row]);
      else rows.push(row);
    }
    for (const [series, rows] of rowsBySeries) {
      if (!reasons.has(series)) reasons.set(series, fault.error(rows, rows.map(rowName)).message);
    }
  }
  return [...reasons]
    .sort(([a], [b]) => a - b)
    .map(([series, reason]) => ({ series: names[series] ?? "rows without a series", reason }));
}
