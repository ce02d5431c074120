// Least angle regression and the lasso, on second moments: which few features explain most of what coalitions are worth.

import { solvePositive } from "./constrained-least-squares.ts";

/** A regression by its second moments. */
export interface SecondMoments {
  /** [K × K] Xᵀ X */
  readonly gram: Float64Array;
  /** [K] Xᵀ y */
  readonly correlations: Float64Array;
}

/** A step of the path. */
export interface Knot {
  /** The columns that are in, in the order in which they came. */
  readonly columns: readonly number[];
  /** [K] The coefficients at the end of the step. */
  readonly coefficients: Float64Array;
}

/**
 * The path of least angle regression, without centring and scaling, as `sklearn.linear_model.lars_path`.
 *
 * Source: Efron, Hastie, Johnstone and Tibshirani 2004, Least angle regression, Annals of Statistics 32(2), section 2; for the lasso
 * section 3.1: a column whose coefficient comes to zero goes out.
 *
 * @param options.steps at most so many
 * @param options.lasso whether the path is the lasso's
 */
export function leastAnglePath(
  { gram, correlations }: SecondMoments,
  options: { readonly steps: number; readonly lasso: boolean },
): readonly Knot[] {
  const count = correlations.length;
  const left = correlations.slice();
  const coefficients = new Float64Array(count);
  const knots: Knot[] = [];
  let columns: number[] = [];
  let hasDropped = false;
  const first = largest(left, []);
  // What all columns that are in correlate with what is left.
  let level = first?.size ?? 0;
  while (knots.length < options.steps && level > 1e-12 * (first?.size ?? 0)) {
    if (!hasDropped) {
      const next = largest(left, columns);
      if (next === undefined || next.size <= 1e-12 * (first?.size ?? 0)) break;
      columns = [...columns, next.column];
      level = next.size;
    }
    hasDropped = false;
    const { direction, scale } = equiangular(gram, count, left, columns);
    const slopes = new Float64Array(count);
    for (let j = 0; j < count; j++)
      for (const [a, i] of columns.entries())
        slopes[j] = (slopes[j] ?? 0) + (gram[j * count + i] ?? 0) * (direction[a] ?? 0);
    // As far as to where the next column correlates as much, or nothing is left.
    let step = level / scale;
    for (let j = 0; j < count; j++) {
      if (columns.includes(j)) continue;
      const [value, slope] = [left[j] ?? 0, slopes[j] ?? 0];
      for (const way of [(level - value) / (scale - slope), (level + value) / (scale + slope)])
        if (way > 1e-12 * (level / scale) && way < step) step = way;
    }
    const crossing = options.lasso ? firstZero(coefficients, columns, direction) : undefined;
    if (crossing !== undefined && crossing.way < step) step = crossing.way;
    for (const [a, i] of columns.entries())
      coefficients[i] = (coefficients[i] ?? 0) + step * (direction[a] ?? 0);
    for (let j = 0; j < count; j++) left[j] = (left[j] ?? 0) - step * (slopes[j] ?? 0);
    level -= step * scale;
    if (crossing !== undefined && crossing.way <= step) {
      hasDropped = true;
      coefficients[crossing.column] = 0;
      columns = columns.filter((column) => column !== crossing.column);
    }
    knots.push({ columns, coefficients: coefficients.slice() });
    if (columns.length === count && !hasDropped) break;
  }
  return knots;
}

/** The column, of those that are not in, that correlates most. */
function largest(left: Float64Array, columns: readonly number[]) {
  let best: { readonly column: number; readonly size: number } | undefined;
  for (let column = 0; column < left.length; column++) {
    const size = Math.abs(left[column] ?? 0);
    if (!columns.includes(column) && size > (best?.size ?? 0)) best = { column, size };
  }
  return best;
}

/** The direction that makes equal angles with the columns: A·G⁻¹·s with the signs s and A = (sᵀ G⁻¹ s)^-½. */
function equiangular(gram: Float64Array, count: number, left: Float64Array, columns: readonly number[]) {
  const size = columns.length;
  const signs = Float64Array.from(columns, (j) => Math.sign(left[j] ?? 0));
  const block = new Float64Array(size * size);
  let trace = 0;
  for (const [a, i] of columns.entries()) {
    for (const [b, j] of columns.entries()) block[a * size + b] = gram[i * count + j] ?? 0;
    trace += block[a * size + a] ?? 0;
  }
  const solved = solvePositive(block, signs, (1e-10 * trace) / size);
  const scale = 1 / Math.sqrt(solved.reduce((sum, value, a) => sum + value * (signs[a] ?? 0), 0));
  return { direction: solved.map((value) => value * scale), scale };
}

/** The column whose coefficient comes to zero first, and how far that is. */
function firstZero(coefficients: Float64Array, columns: readonly number[], direction: Float64Array) {
  let first: { readonly column: number; readonly way: number } | undefined;
  for (const [a, column] of columns.entries()) {
    const way = -(coefficients[column] ?? 0) / (direction[a] ?? 0);
    if (way > 0 && way < (first?.way ?? Infinity)) first = { column, way };
  }
  return first;
}
