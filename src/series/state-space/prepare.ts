// A series as the likelihood wants it: of the size of 1, its covariates beside it.

import { RecurraError } from "../../platform/error.ts";
import type { Series } from "../observed/series.ts";

/** Numbers taken to the size of 1: (x - centre) / spread. */
export interface Scale {
  readonly centre: number;
  /** Above 0. */
  readonly spread: number;
}

/** A covariate of a model, with its scale. */
export interface Regressor extends Scale {
  readonly name: string;
}

/** The centre and the spread (the root of the mean squared distance) of the values that are there; a spread of 1 for a constant. */
export function scaleOf(values: Float64Array): Scale {
  let count = 0;
  let centre = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    count++;
    centre += (value - centre) / count;
  }
  let largest = 0;
  for (let t = 0; t < values.length; t++) {
    const distance = Math.abs((values[t] ?? Number.NaN) - centre);
    if (distance > largest) largest = distance;
  }
  // What rounding leaves of a constant is none of its values' spread.
  if (!(largest > 1e-13 * Math.abs(centre))) return { centre, spread: 1 };
  let squares = 0;
  for (let t = 0; t < values.length; t++) {
    const distance = ((values[t] ?? Number.NaN) - centre) / largest;
    if (!Number.isNaN(distance)) squares += distance * distance;
  }
  return { centre, spread: largest * Math.sqrt(squares / count) };
}

/** (x - centre) / spread of each. */
export function scaled(values: Float64Array, { centre, spread }: Scale): Float64Array {
  return values.map((value) => (value - centre) / spread);
}

/** The covariates known ahead that a model takes, with their scales: not those that never change. */
export function regressorsOf(
  series: Series,
  wanted: "all" | "none" | readonly string[],
): readonly Regressor[] {
  if (wanted === "none") return [];
  const columns = series.covariates?.future ?? {};
  const names = wanted === "all" ? Object.keys(columns) : wanted;
  return names.flatMap((name) => {
    const column = columns[name];
    if (column === undefined) {
      const known = Object.keys(columns);
      throw new RecurraError(
        "covariate",
        `there is no covariate ${JSON.stringify(name)} that is known ahead. ${known.length === 0 ? "There is none at all" : `There are ${known.join(", ")}`}`,
      );
    }
    const past = column.subarray(0, series.values.length);
    const scale = scaleOf(past);
    return past.some((value) => value !== scale.centre && Number.isFinite(value)) ? [{ name, ...scale }] : [];
  });
}

/** A series as a model takes it. */
export interface Prepared {
  /** [T] Of the size of 1; NaN where a value or one of its covariates is missing. */
  readonly values: Float64Array;
  /** [T] each */
  readonly columns: readonly Float64Array[];
}

/**
 * Brings a series and its covariates to their scales.
 *
 * @param log whether the values are taken as their logarithms
 */
export function prepare(
  series: Series,
  log: boolean,
  scale: Scale,
  regressors: readonly Regressor[],
): Prepared {
  const values = scaled(log ? series.values.map(Math.log) : series.values, scale);
  const columns = regressors.map((regressor) => {
    const column = series.covariates?.future[regressor.name]?.subarray(0, values.length);
    if (column === undefined || column.length < values.length) throw missingCovariate(regressor.name);
    return scaled(column, regressor);
  });
  for (const column of columns) {
    for (let t = 0; t < values.length; t++) {
      if (Number.isFinite(column[t])) continue;
      column[t] = 0;
      values[t] = Number.NaN;
    }
  }
  return { values, columns };
}

/** The covariates over the horizon, brought to their scales: [H] each. @throws RecurraError `covariate` for one that ends before it */
export function prepareAhead(
  future: Readonly<Record<string, Float64Array>>,
  regressors: readonly Regressor[],
  horizon: number,
): readonly Float64Array[] {
  return regressors.map((regressor) => {
    const { name } = regressor;
    const column = future[name];
    if (column === undefined) throw missingCovariate(name);
    const known = column.subarray(0, horizon).findIndex((value) => !Number.isFinite(value));
    const reach = known < 0 ? Math.min(column.length, horizon) : known;
    if (reach < horizon) {
      throw new RecurraError(
        "covariate",
        `the covariate ${JSON.stringify(name)} is known for ${reach} of the ${horizon} steps ahead; wanted all of them`,
      );
    }
    return scaled(column.subarray(0, horizon), regressor);
  });
}

function missingCovariate(name: string): RecurraError {
  return new RecurraError(
    "covariate",
    `the covariate ${JSON.stringify(name)}, which the model was fitted with, is missing`,
  );
}
