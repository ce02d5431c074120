// The covariates known ahead as regressors of a series: found by name, checked, and put together.

import { leastSquares } from "../../../numeric/least-squares.ts";
import { RecurraError } from "../../../platform/error.ts";
import type { Series } from "../../observed/series.ts";
import { type Differences, prepare } from "./prepare.ts";

/** Which covariates a model takes. */
export type CovariateChoice = "all" | "none" | readonly string[];

/**
 * The covariates known ahead that a model is to take.
 *
 * @throws RecurraError `covariate` for a name that there is not
 */
export function covariateNames(series: Series, wanted: CovariateChoice): readonly string[] {
  if (wanted === "none") return [];
  const known = Object.keys(series.covariates?.future ?? {});
  if (wanted === "all") return known;
  const odd = wanted.find((name) => !known.includes(name));
  if (odd === undefined) return wanted;
  throw new RecurraError(
    "covariate",
    `there is no covariate ${JSON.stringify(odd)} that is known ahead. ${known.length === 0 ? "There is none at all" : `There are ${known.join(", ")}`}`,
  );
}

/**
 * A series and covariates of given names, [T] each. A value whose covariates are not all known counts as missing, as NaN.
 *
 * @throws RecurraError `covariate` for one that is missing or shorter than the series
 */
export function columnsOf(
  series: Series,
  names: readonly string[],
): { readonly values: Float64Array; readonly columns: readonly Float64Array[] } {
  const length = series.values.length;
  const columns = names.map((name) => {
    const column = series.covariates?.future[name];
    if (column !== undefined && column.length >= length) return column.slice(0, length);
    const what = column === undefined ? "is missing" : `has ${column.length} values`;
    throw new RecurraError(
      "covariate",
      `the covariate ${JSON.stringify(name)} ${what}; wanted one for each of the ${length} values`,
    );
  });
  const unknown = (t: number): boolean => columns.some((column) => !Number.isFinite(column[t]));
  const values = columns.length === 0 ? series.values : series.values.slice();
  for (let t = 0; columns.length > 0 && t < length; t++) if (unknown(t)) values[t] = Number.NaN;
  for (const column of columns)
    for (let t = 0; t < length; t++) if (!Number.isFinite(column[t])) column[t] = column[t - 1] ?? 0;
  return { values, columns };
}

/**
 * The covariates over the horizon, [H] each.
 *
 * @throws RecurraError `covariate` for one that ends before it
 */
export function columnsAhead(
  future: Readonly<Record<string, Float64Array>>,
  names: readonly string[],
  horizon: number,
): readonly Float64Array[] {
  return names.map((name) => {
    const column = future[name]?.subarray(0, horizon) ?? new Float64Array(0);
    const gap = column.findIndex((value) => !Number.isFinite(value));
    const reach = gap < 0 ? column.length : gap;
    if (reach >= horizon) return column;
    throw new RecurraError(
      "covariate",
      `the covariate ${JSON.stringify(name)} is known for ${reach} of the ${horizon} steps ahead; wanted all of them`,
    );
  });
}

/**
 * The positions of the regressors that say something of the differenced series: not those that differencing makes constant (a constant is
 * the model's own) and not those that are sums of others.
 */
export function usefulRegressors(
  columns: readonly Float64Array[],
  differences: Differences,
): readonly number[] {
  const [first] = columns;
  if (first === undefined) return [];
  const { regressors } = prepare(first, columns, differences);
  const length = regressors[0]?.length ?? 0;
  const ones = new Float64Array(length).fill(1);
  const { dependent } = leastSquares([ones, ...regressors], new Float64Array(length));
  return [...columns.keys()].filter((k) => !dependent.includes(k + 1));
}
