// Columns as a network reads them: numbers scaled, with a flag where one is missing, and categories as ids.

import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import type { TextTableRows } from "./rows.ts";

/** How a column of numbers is scaled. Plain JSON. */
export interface NumberColumn {
  readonly name: string;
  /** Of the values that there are in training; what is missing is taken for the mean. */
  readonly mean: number;
  /** Their standard deviation; 1 where all are the same. */
  readonly scale: number;
  /** Whether values were missing in training: a flag then says so. */
  readonly isFlagged: boolean;
}

/** The categories of a column. Plain JSON. */
export interface CategoryColumn {
  readonly name: string;
  /** The categories of ids 1, 2, …; id 0 is for all others, and where there is none. */
  readonly categories: readonly string[];
}

/** What training has learned of the columns. Plain JSON. */
export interface Columns {
  readonly numbers: readonly NumberColumn[];
  readonly categories: readonly CategoryColumn[];
}

/** @throws RecurraError `column-missing` for a column of numbers without a value */
export function fitColumns({ numbers = {}, categories = {} }: TextTableRows, minCount: number): Columns {
  return {
    numbers: Object.entries(numbers).map(([name, column]) => {
      const there = Float64Array.from(column).filter((value) => !Number.isNaN(value));
      if (there.length === 0)
        throw new RecurraError(
          "column-missing",
          `all ${column.length} values of the column "${name}" are missing; leave the column out`,
        );
      return { name, ...scaleOf(there), isFlagged: there.length < column.length };
    }),
    categories: Object.entries(categories).map(([name, column]) => {
      const counts = new Map<string, number>();
      for (const value of column) counts.set(value, (counts.get(value) ?? 0) + 1);
      const known = [...counts].filter(([value, count]) => value !== "" && count >= minCount);
      return { name, categories: known.map(([value]) => value).sort() };
    }),
  };
}

/** Mean and standard deviation, of which the second is 1 where all values are the same. */
export function scaleOf(values: Float64Array): { readonly mean: number; readonly scale: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const scale = Math.sqrt(variance);
  return { mean, scale: scale > 1e-12 * Math.max(1, Math.abs(mean)) ? scale : 1 };
}

/** Numbers that a row's columns of numbers become. */
export function widthOf({ numbers }: Columns): number {
  return numbers.length + numbers.filter(({ isFlagged }) => isFlagged).length;
}

/** [N, widthOf] Scaled values, and 1 where one is missing. */
export function numberRows(rows: TextTableRows, columns: Columns, count: number): NdArray {
  const width = widthOf(columns);
  const data = new Float32Array(count * width);
  let place = 0;
  for (const { name, mean, scale, isFlagged } of columns.numbers) {
    const column = rows.numbers?.[name] ?? [];
    for (let row = 0; row < count; row++) {
      const value = column[row] ?? Number.NaN;
      if (Number.isNaN(value)) {
        if (isFlagged) data[row * width + place + 1] = 1;
      } else data[row * width + place] = (value - mean) / scale;
    }
    place += isFlagged ? 2 : 1;
  }
  return new NdArray(data, [count, width]);
}

/** [N, 1] The id of each row's category. */
export function categoryRows(
  rows: TextTableRows,
  { name, categories }: CategoryColumn,
  count: number,
): NdArray {
  const ids = new Map(categories.map((category, i) => [category, i + 1]));
  const column = rows.categories?.[name] ?? [];
  const data = Int32Array.from({ length: count }, (_, row) => ids.get(column[row] ?? "") ?? 0);
  return new NdArray(data, [count, 1]);
}

/** Width of the vectors of so many categories: fast.ai's rule, 1.6 · n^0.56, at most 32. */
export function vectorWidth(categories: number): number {
  return Math.max(1, Math.min(32, Math.round(1.6 * (categories + 1) ** 0.56)));
}
