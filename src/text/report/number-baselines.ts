// Numbers told without a model: the mean and the median of training, of all rows and of each category.

import type { TextTableRows } from "../table/rows.ts";

/** A way to tell numbers without a model, and what it tells. */
export interface NumberBaseline {
  /** `median by brand` */
  readonly name: string;
  /** [N] For the rows that are asked for. */
  readonly values: Float64Array;
}

/**
 * What means and medians tell of rows; of a category that training has not seen, those of all rows. The mean makes squares of errors
 * small, the median their sizes.
 *
 * @param target [N] of the rows of training
 */
export function numberBaselines(
  training: TextTableRows,
  target: Float64Array,
  rows: TextTableRows,
  count: number,
): readonly NumberBaseline[] {
  const columns = Object.entries(training.categories ?? {});
  return [
    ["mean", meanOf],
    ["median", medianOf],
  ].flatMap(([name, of]) => {
    const middle = of as typeof meanOf;
    const all = middle(Array.from(target));
    const byColumn = columns.map(([column, categories]) => {
      const groups = new Map<string, number[]>();
      for (const [row, category] of categories.entries()) {
        const own = groups.get(category) ?? [];
        groups.set(category, own);
        own.push(target[row] ?? 0);
      }
      const known = new Map([...groups].map(([category, own]) => [category, middle(own)]));
      const cells = rows.categories?.[column] ?? [];
      const values = Float64Array.from({ length: count }, (_, row) => known.get(cells[row] ?? "") ?? all);
      return { name: `${name} by ${column}`, values };
    });
    return [{ name: `${name} of all`, values: new Float64Array(count).fill(all) }, ...byColumn];
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Whether logarithms of numbers are less one-sided than the numbers: prices, populations, times. @returns false where one is not positive */
export function isBetterAsLog(values: Float64Array): boolean {
  if (values.length < 10 || values.some((value) => value <= 0)) return false;
  const raw = Math.abs(skewnessOf(values));
  return raw > 1 && Math.abs(skewnessOf(values.map((value) => Math.log(value)))) < 0.5 * raw;
}

/** Σ(x - x̄)³/N over the cube of the standard deviation; 0 where all are the same. */
function skewnessOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const moment = (power: number) =>
    values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  const variance = moment(2);
  return variance === 0 ? 0 : moment(3) / variance ** 1.5;
}
