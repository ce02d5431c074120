// Delimited texts with a series a row: UCR's .tsv and .txt (label first, no header), and wide CSV with or without a header.

import { RecurraError } from "../../platform/error.ts";
import { countOf } from "../row-names.ts";
import { isMissing, noLabel, notANumber, numberOf } from "./cells.ts";
import { cellsOf, delimiterOf } from "./cut.ts";
import { type Columns, columnsOf } from "./label-column.ts";
import type { Parsed, ParseOptions, Row } from "./parsed.ts";

/**
 * Reads a text of rows. Missing values at the end of a row make its series shorter, as in the UCR archive.
 *
 * @throws RecurraError `row-length` for a row with more or fewer cells than the first, `label-missing`, `not-a-number`, `empty-series`,
 * each with row and column; `unknown-column` and `column-not-given` for the label's column; `file-format` for a table with a row for each time
 */
export function parseDelimited(text: string, options: ParseOptions): Parsed {
  const { source } = options;
  const rows = rowsOf(text, source);
  const columns = columnsOf(rows, options);
  const data = columns.hasHeader ? rows.slice(1) : rows;
  if (data.length === 0) throw new RecurraError("no-rows", `${source}: it has a header and no rows.`);
  const labels = columns.label === undefined ? undefined : data.map((row) => labelOf(row, columns, source));
  const x = data.map((row) => [valuesOf(row, columns, source)]);
  const width = columns.values.length;
  const shorter = x.filter(([values]) => (values?.length ?? 0) < width).length;
  const cut =
    shorter === 0
      ? []
      : [
          `${countOf(shorter, "row")} of ${source} end${shorter === 1 ? "s" : ""} in missing values: read as shorter series.`,
        ];
  return { x, labels, rows: data.map(({ line }) => line), notes: [...columns.notes, ...cut] };
}

function rowsOf(text: string, source: string): readonly Row[] {
  const rows: Row[] = [];
  let delimiter: string | undefined;
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    delimiter ??= delimiterOf(line);
    const cells = cellsOf(line, delimiter);
    const width = rows[0]?.cells.length ?? cells.length;
    if (cells.length !== width) {
      throw new RecurraError(
        "row-length",
        `${source}, row ${i + 1}: it has ${countOf(cells.length, "cell")}, and row ${rows[0]?.line} has ${width}. Fill shorter series up with empty cells or NaN.`,
      );
    }
    rows.push({ cells, line: i + 1 });
  }
  if ((rows[0]?.cells.length ?? 0) < 2) {
    throw new RecurraError(
      "file-format",
      `Cannot read ${source}: its rows have one cell each. Wanted a label and values, separated by tabs or commas.`,
    );
  }
  return rows;
}

function labelOf({ cells, line }: Row, { label, names }: Columns, source: string): string {
  const text = cells[label ?? 0]?.trim() ?? "";
  if (isMissing(text)) throw noLabel(source, `row ${line}, column ${nameOf(label ?? 0, names)}`);
  return text;
}

function valuesOf({ cells, line }: Row, { values, names }: Columns, source: string): Float64Array {
  let length = values.length;
  while (length > 0 && isMissing(cells[values[length - 1] ?? 0] ?? "")) length--;
  if (length === 0)
    throw new RecurraError(
      "empty-series",
      `${source}, row ${line}: it holds no number. Correct the row, or leave it out.`,
    );
  const result = new Float64Array(length);
  for (let t = 0; t < length; t++) {
    const column = values[t] ?? 0;
    const text = cells[column] ?? "";
    const value = numberOf(text);
    if (value === undefined)
      throw notANumber(
        source,
        `row ${line}, column ${nameOf(column, names)}`,
        text.trim(),
        "Correct the row, or leave the column out with --drop.",
      );
    result[t] = value;
  }
  return result;
}

/** `"t7"`, or the column's number where there is no header. */
function nameOf(column: number, names: readonly string[] | undefined): string {
  const name = names?.[column];
  return name === undefined ? String(column + 1) : `"${name}"`;
}
