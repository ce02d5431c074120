// How right told numbers are, and what is had without a model: the mean of all rows, and that of each category.

import { RecurraError } from "../../platform/error.ts";
import type { TextTableRows } from "./rows.ts";

/** Errors of told numbers. */
export interface NumberScores {
  /** mean |y - ŷ|, in the target's unit */
  readonly mae: number;
  /** √ mean (y - ŷ)², in the target's unit */
  readonly rmse: number;
  /** 1 - Σ(y - ŷ)² / Σ(y - ȳ)², ȳ that of the rows that are measured; NaN where all have the same value */
  readonly r2: number;
  /** mean |y - ŷ| / |y| over the rows whose value is not 0, as a part of 1; NaN where all are 0 */
  readonly mape: number;
}

/** @throws RecurraError `row-count`, `no-rows` */
export function numberScores(actual: ArrayLike<number>, told: ArrayLike<number>): NumberScores {
  const count = actual.length;
  if (count !== told.length || count === 0)
    throw new RecurraError(
      count === 0 ? "no-rows" : "row-count",
      `there are ${count} values and ${told.length} told ones; wanted as many of both, at least one`,
    );
  let [absolute, squared, sum, squares, ratios, rated] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < count; row++) sum += actual[row] ?? 0;
  for (let row = 0; row < count; row++) {
    const value = actual[row] ?? 0;
    const error = value - (told[row] ?? 0);
    absolute += Math.abs(error);
    squared += error ** 2;
    squares += (value - sum / count) ** 2;
    if (value === 0) continue;
    ratios += Math.abs(error / value);
    rated++;
  }
  return {
    mae: absolute / count,
    rmse: Math.sqrt(squared / count),
    r2: squares === 0 ? Number.NaN : 1 - squared / squares,
    mape: rated === 0 ? Number.NaN : ratios / rated,
  };
}

/** Means of the target in training. Plain JSON. */
export interface TargetMeans {
  readonly mean: number;
  /** For each column of categories: the mean of each category. */
  readonly byCategory: Readonly<Record<string, readonly (readonly [category: string, mean: number])[]>>;
}

export function targetMeans({ categories = {} }: TextTableRows, target: ArrayLike<number>): TargetMeans {
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean: meanOf(Array.from(target)),
    byCategory: Object.fromEntries(
      Object.entries(categories).map(([name, column]) => {
        const values = new Map<string, number[]>();
        for (const [row, category] of column.entries()) {
          const own = values.get(category) ?? [];
          values.set(category, own);
          own.push(target[row] ?? 0);
        }
        return [name, [...values].map(([category, own]) => [category, meanOf(own)] as const)];
      }),
    ),
  };
}

/** What the means say of rows: of a category that training has not seen, the mean of all. By the name of what they are of. */
export function baselineScores(
  means: TargetMeans,
  { categories = {} }: TextTableRows,
  actual: ArrayLike<number>,
): Readonly<Record<string, NumberScores>> {
  const scores: Record<string, NumberScores> = {
    mean: numberScores(actual, new Float64Array(actual.length).fill(means.mean)),
  };
  for (const [name, own] of Object.entries(means.byCategory)) {
    const known = new Map(own);
    const column = categories[name] ?? [];
    const told = Float64Array.from(actual, (_, row) => known.get(column[row] ?? "") ?? means.mean);
    scores[`mean by ${name}`] = numberScores(actual, told);
  }
  return scores;
}
