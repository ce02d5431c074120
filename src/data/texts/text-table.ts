// A table that texts are read from, row by row: what CSV, JSON and Parquet files have in common.

import { RecurraError } from "../../platform/error.ts";
import { countOf } from "../row-names.ts";

/** What stands in a cell: text, or a list of texts. */
export type Cell = string | readonly string[];

/** A table, opened: it is read once, from the front. */
export interface TextTable {
  /** The names of the columns; undefined without a header. */
  readonly names: readonly string[] | undefined;
  readonly width: number;
  /** Cells of the first rows, long ones cut. */
  readonly sample: readonly (readonly string[])[];
  /** What a row is named by: its `row`, as a spreadsheet counts them; the `line` of plain text; the `record` of JSON and Parquet. */
  readonly rowWord: "row" | "line" | "record";
  /** Rows as they come, some at a time. @param columns numbers from 0 */
  read(columns: readonly number[]): AsyncIterable<readonly TableRow[]>;
  close(): void;
}

/** A row of a table. */
export interface TableRow {
  /** Its number, from 1, the header counted. */
  readonly row: number;
  /** The line that it begins on, where cells with line ends make that another number. */
  readonly line?: number | undefined;
  /** Those of the columns that were asked for, in that order. */
  readonly cells: readonly Cell[];
  /** Why it cannot be read as it is. */
  readonly fault?: RowFault | undefined;
}

/** Why a row cannot be read. */
export interface RowFault {
  /** The code of the error. */
  readonly code: string;
  /** `it has 4 cells, and the header has 2` */
  readonly what: string;
  /** What to do, where that is more than correcting the row or leaving it out. */
  readonly advice?: string;
  /** Whether the cells can be used where "replace" is asked for: invalid bytes are U+FFFD. */
  readonly isMended?: boolean;
}

/** Lists of JSON and Parquet are the words of a text. */
export function cellText(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.join(" ");
}

/** What a fault is of, in a message: what is read, and the row in it. */
export function faultError(source: string, rowName: string, { code, what, advice }: RowFault): RecurraError {
  const most = advice ?? "Correct it, or leave it out with --on-error skip.";
  // A file that is one text is its only row.
  const where = rowName === source ? source : `${source}, ${rowName}`;
  return new RecurraError(code, `${where}: ${what}. ${most}`);
}

/** The fault of bytes that are no UTF-8. @param offset from the beginning of the file @param unit what would be left out */
export function invalidBytes(
  offset: number,
  byte: number,
  isZipped: boolean,
  unit: "row" | "file" = "row",
): RowFault {
  const shown = `0x${byte.toString(16).padStart(2, "0")}`;
  return {
    code: "invalid-utf8",
    what: `byte ${offset}${isZipped ? " of the unpacked file" : ""} (${shown}) is not UTF-8`,
    advice: `Save the file as UTF-8, name its encoding (--encoding windows-1252, …), leave such ${unit}s out with --on-error skip, or put a mark in place of such bytes with --on-error replace.`,
    isMended: true,
  };
}

/**
 * The fault of a row with another number of cells than most.
 *
 * @param delimiter what separates cells, by its name: "comma"
 */
export function wrongWidth(found: number, wanted: number, hasHeader: boolean, delimiter: string): RowFault {
  const what = `it has ${countOf(found, "cell")}, and the ${hasHeader ? "header" : "first row"} has ${wanted}`;
  const why =
    found > wanted
      ? `Put a cell that has a ${delimiter} in it into double quotes`
      : "Fill in what is missing (a cell with a line end in it is to stand in double quotes)";
  return { code: "row-length", what, advice: `${why}, or leave such rows out with --on-error skip.` };
}

/** As much of a cell as is looked at. */
export const SAMPLE_CELL = 2000;
/** As many rows as are looked at. */
export const SAMPLE_ROWS = 1000;
