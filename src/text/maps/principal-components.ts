// Principal component analysis: the directions in which vectors differ most.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { multiply, transpose } from "../../numeric/matrix.ts";
import { symmetricEigen } from "../../numeric/symmetric-eigen.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { Random } from "../../tensor/random.ts";
import { type PointRows, pointRows, type VectorRows } from "./point-rows.ts";

export interface PrincipalComponentsOptions {
  /** How many, K: at most the smaller number of rows and columns. Default 2. */
  readonly components?: number | undefined;
  /**
   * "exact" takes all eigenvectors of the covariance or of the scalar products of the rows, whichever is smaller; "randomized" finds the
   * first few among random directions, in less time. Default: "exact" where it takes some seconds at most.
   */
  readonly solver?: "exact" | "randomized" | undefined;
  /** Of the random directions. Default 0. */
  readonly seed?: number | undefined;
}

export interface PrincipalComponents {
  /** [N, K] The rows by the new directions. */
  readonly coordinates: NdArray;
  /** [K, F] The directions, of length 1; of each the number farthest from 0 is positive. */
  readonly components: NdArray;
  /** [F] What is taken off each row. */
  readonly mean: Float64Array;
  /** [K] Variances along the directions, with N − 1 in the denominator; descending. */
  readonly explainedVariance: Float64Array;
  /** [K] Their shares of the whole variance; 0 where there is none. */
  readonly explainedVarianceRatio: Float64Array;
}

/** The exact solver's eigenvectors, and the products that their matrix is made of, by default. */
const EXACT_UP_TO = 500;
const EXACT_PRODUCTS = 2e9;
/** Random directions beyond those that are wanted, and how often they are multiplied by the covariance. */
const SPARE = 10;
const POWERS = 7;

/**
 * Principal components. Signs are those of scikit-learn 1.5 and later.
 *
 * Sources: Jolliffe, Principal Component Analysis, 2nd ed., chapter 1; Halko, Martinsson and Tropp, "Finding structure with randomness",
 * SIAM Review 53(2), 2011, algorithms 4.4 and 5.1.
 *
 * @param x [N, F] at least 2 rows
 * @throws RecurraError `map-points`, `option-value`, `unknown-option`
 */
export function principalComponents(
  x: VectorRows,
  options: PrincipalComponentsOptions = {},
): PrincipalComponents {
  const what = "principalComponents";
  checkOptionNames(what, options, ["components", "solver", "seed"]);
  const points = pointRows(what, x, 2);
  const { count, width } = points;
  const smaller = Math.min(count, width);
  const { components = Math.min(2, smaller), seed = 0 } = options;
  const {
    solver = smaller <= EXACT_UP_TO && smaller * count * width <= EXACT_PRODUCTS ? "exact" : "randomized",
  } = options;
  checkCounts(what, { components });
  if (components > smaller)
    throw new RecurraError(
      "option-value",
      `${what}: components is ${components}, but ${count} rows of ${width} numbers have no more than ${smaller}.`,
    );
  if (solver !== "exact" && solver !== "randomized")
    throw new RecurraError(
      "option-value",
      `${what}: solver is to be "exact" or "randomized", got ${describe(solver)}`,
    );
  const { centred, mean, variance } = centre(points);
  const directions =
    solver === "exact"
      ? exactDirections(centred, components)
      : randomDirections(centred, components, new Random(seed));
  fixSigns(directions, components, width);
  const coordinates = multiply(
    centred.values,
    transpose(directions, components, width),
    count,
    width,
    components,
  );
  const explainedVariance = new Float64Array(components);
  for (let i = 0; i < coordinates.length; i++) {
    const k = i % components;
    explainedVariance[k] = (explainedVariance[k] ?? 0) + (coordinates[i] ?? 0) ** 2 / (count - 1);
  }
  return {
    coordinates: new NdArray(coordinates, [count, components]),
    components: new NdArray(directions, [components, width]),
    mean,
    explainedVariance,
    explainedVarianceRatio: explainedVariance.map((value) => (variance === 0 ? 0 : value / variance)),
  };
}

function centre({ values, count, width }: PointRows): {
  readonly centred: PointRows;
  readonly mean: Float64Array;
  readonly variance: number;
} {
  const mean = new Float64Array(width);
  for (let i = 0; i < values.length; i++) mean[i % width] = (mean[i % width] ?? 0) + (values[i] ?? 0) / count;
  const centred = values.map((value, i) => value - (mean[i % width] ?? 0));
  const variance = centred.reduce((sum, value) => sum + value * value, 0) / (count - 1);
  return { centred: { values: centred, count, width }, mean, variance };
}

/** [K, F] */
function exactDirections(points: PointRows, components: number): Float64Array {
  const { values, count, width } = points;
  const turned = transpose(values, count, width);
  if (width <= count) {
    const covariance = multiply(turned, values, width, count, width);
    return symmetricEigen(covariance, width).vectors.slice(0, components * width);
  }
  // u' X is a direction for each eigenvector u of X X'.
  const products = multiply(values, turned, count, width, count);
  const { vectors } = symmetricEigen(products, count);
  const directions = multiply(vectors.subarray(0, components * count), values, components, count, width);
  orthonormalize(directions, components, width);
  return directions;
}

/** [K, F] Of the space that random directions span once they have been multiplied by X'X some times. */
function randomDirections(points: PointRows, components: number, random: Random): Float64Array {
  const { values, count, width } = points;
  const tried = Math.min(components + SPARE, count, width);
  const turned = transpose(values, count, width);
  let basis = random.normal([tried, width], 0, 1, "float64").toFloat64();
  for (let power = 0; power < POWERS; power++) {
    orthonormalize(basis, tried, width);
    const left = multiply(basis, turned, tried, width, count);
    orthonormalize(left, tried, count);
    basis = multiply(left, values, tried, count, width);
  }
  orthonormalize(basis, tried, width);
  const seen = multiply(basis, turned, tried, width, count);
  const { vectors } = symmetricEigen(
    multiply(seen, transpose(seen, tried, count), tried, count, tried),
    tried,
  );
  return multiply(vectors.subarray(0, components * tried), basis, components, tried, width);
}

/** Gram and Schmidt's method, twice over, in place; a row that vanishes becomes a direction that there is not yet. */
export function orthonormalize(rows: Float64Array, count: number, width: number): void {
  let spare = 0;
  for (let i = 0; i < count; i++) {
    const row = rows.subarray(i * width, (i + 1) * width);
    const before = Math.sqrt(squares(row));
    for (;;) {
      for (let pass = 0; pass < 2; pass++) {
        for (let j = 0; j < i; j++) {
          const other = rows.subarray(j * width, (j + 1) * width);
          let along = 0;
          for (let f = 0; f < width; f++) along += (row[f] ?? 0) * (other[f] ?? 0);
          for (let f = 0; f < width; f++) row[f] = (row[f] ?? 0) - along * (other[f] ?? 0);
        }
      }
      const length = Math.sqrt(squares(row));
      if (length > 1e-10 * (spare === 0 ? before : 1)) {
        for (let f = 0; f < width; f++) row[f] = (row[f] ?? 0) / length;
        break;
      }
      if (spare === width) break;
      row.fill(0);
      row[spare++] = 1;
    }
  }
}

function squares(row: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < row.length; f++) sum += (row[f] ?? 0) ** 2;
  return sum;
}

/** Turns each direction so that the number farthest from 0 is positive, as scikit-learn's svd_flip does by the rows of V. */
function fixSigns(directions: Float64Array, components: number, width: number): void {
  for (let k = 0; k < components; k++) {
    const row = directions.subarray(k * width, (k + 1) * width);
    const farthest = row.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    if (farthest < 0) for (let f = 0; f < width; f++) row[f] = -(row[f] ?? 0);
  }
}
