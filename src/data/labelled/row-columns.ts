// Columns of a wide table that are no values of a series: those that name or count the rows, and times, which a long table has.

import { RecurraError } from "../../platform/error.ts";
import type { Row } from "./parsed.ts";

const ROW_NAMES =
  /^(?:(?:series|time_?series|sample|case|row|record|instance|subject|patient|person|user|unit|device|machine|sensor|engine)?[_ ]?(?:id|idx|index|uuid|key)|row|no\.|nr\.?|#|unnamed: 0)$/i;
const TIME_NAMES = /^(?:time|times|date|dates|datetime|date[_ ]time|timestamp|time[_ ]stamp|ds)$/i;

/** Fewer rows may be in the order of a column by chance. */
const COUNTED_ROWS = 5;

/**
 * Columns that say which row it is: by their names (`id`, `sample_id`, the first one without a name), or since they count the rows, 0, 1, 2, …
 * or 1, 2, 3, … A classifier that saw them would learn the order of the file.
 *
 * @param data the rows below the header
 */
export function rowColumns(
  data: readonly Row[],
  names: readonly string[] | undefined,
  width: number,
): readonly number[] {
  return Array.from({ length: width }, (_, column) => column).filter((column) => {
    const name = names?.[column];
    if (name === "" && column === 0) return true;
    return (name !== undefined && ROW_NAMES.test(name)) || countsRows(data, column);
  });
}

function countsRows(data: readonly Row[], column: number): boolean {
  const start = data[0]?.cells[column]?.trim();
  if (data.length < COUNTED_ROWS || (start !== "0" && start !== "1")) return false;
  return data.every(({ cells }, n) => Number(cells[column]) === Number(start) + n);
}

/**
 * Refuses a table with a row for each time.
 *
 * @param values the columns that would be the values of a series
 * @throws RecurraError `file-format`
 */
export function checkWide(
  values: readonly number[],
  names: readonly string[] | undefined,
  source: string,
): void {
  const time = values.find((column) => TIME_NAMES.test(names?.[column] ?? ""));
  if (time !== undefined) {
    throw new RecurraError(
      "file-format",
      `Cannot read ${source}: its column "${names?.[time]}" is no value of a series. Wanted a whole series in each row; pivot a table that has a row for each time. If each row is a series, leave the column out with --drop.`,
    );
  }
  if (values.length > 1) return;
  const only = values.map((column) => names?.[column] ?? `column ${column + 1}`);
  throw new RecurraError(
    "file-format",
    `Cannot read ${source}: beside the label ${only.length === 0 ? "no column is left" : `only ${only[0]} is left`}. Wanted a whole series in each row.`,
  );
}
