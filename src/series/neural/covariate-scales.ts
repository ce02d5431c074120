// The covariates that a global model reads: their names, how they are scaled, and the ids of categories.

import { RecurraError } from "../../platform/error.ts";
import type { Covariates, Series } from "../observed/series.ts";
import type { InputSizes } from "./networks/network.ts";
import { seriesScale } from "./preparation.ts";
import type { ScaledColumn } from "./window-source.ts";

interface Scale {
  readonly name: string;
  readonly location: number;
  readonly scale: number;
}

/** Which covariates there are, and how they are scaled: plain data. */
export interface CovariateScales {
  /** Scaled series by series, since their sizes may differ as those of the series do. */
  readonly past: readonly string[];
  /** Scaled over all series alike: calendars, holidays, prices. */
  readonly future: readonly Scale[];
  readonly numbers: readonly Scale[];
  /** The categories seen in training, whose ids begin at 1; 0 is for any other. */
  readonly categories: readonly { readonly name: string; readonly values: readonly string[] }[];
}

const none: Covariates = { past: {}, future: {}, static: {} };

/** What the training series have, up to the positions that the training may see. */
export function covariateScales(training: readonly Series[], ends: readonly number[]): CovariateScales {
  const all = training.map(({ covariates }) => covariates ?? none);
  const [first = none] = all;
  const scaleOf = (name: string, columns: readonly (Float64Array | undefined)[]): Scale => ({
    name,
    ...pooledScale(columns.map((column, i) => column?.subarray(0, ends[i]) ?? new Float64Array())),
  });
  const statics = Object.entries(first.static);
  return {
    past: Object.keys(first.past),
    future: Object.keys(first.future).map((name) =>
      scaleOf(
        name,
        all.map(({ future }) => future[name]),
      ),
    ),
    numbers: statics
      .filter(([, value]) => typeof value === "number")
      .map(([name]) => {
        const values = all.map((one) => Number(one.static[name]));
        return { name, ...pooledScale([Float64Array.from(values)]) };
      }),
    categories: statics
      .filter(([, value]) => typeof value === "string")
      .map(([name]) => ({
        name,
        values: [...new Set(all.map((one) => String(one.static[name])))].sort(),
      })),
  };
}

function pooledScale(columns: readonly Float64Array[]): {
  readonly location: number;
  readonly scale: number;
} {
  let [count, sum] = [0, 0];
  for (const column of columns) {
    for (let t = 0; t < column.length; t++) {
      const value = column[t] ?? 0;
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
    }
  }
  if (count === 0) return { location: 0, scale: 1 };
  const location = sum / count;
  let squares = 0;
  for (const column of columns) {
    for (let t = 0; t < column.length; t++) {
      const value = column[t] ?? 0;
      if (!Number.isNaN(value)) squares += (value - location) ** 2;
    }
  }
  const scale = Math.sqrt(squares / count);
  return { location, scale: scale > 1e-12 * Math.abs(location) ? scale : 1 };
}

export function sizesOf(scales: CovariateScales, flagged: boolean): InputSizes {
  const { past, future, numbers, categories } = scales;
  return {
    past: past.length + future.length + (flagged ? 1 : 0),
    future: future.length,
    numbers: numbers.length,
    categories: categories.map(({ values }) => values.length + 1),
  };
}

/** The covariates of one series, scaled. */
export interface PreparedCovariates {
  readonly past: readonly ScaledColumn[];
  readonly future: readonly ScaledColumn[];
  readonly numbers: Float32Array;
  readonly categories: Int32Array;
}

/**
 * @param end the scale of a past covariate is that of its values before this position
 * @throws RecurraError `covariates` for a series that lacks one
 */
export function prepareCovariates(series: Series, scales: CovariateScales, end: number): PreparedCovariates {
  const { past, future, static: fixed } = series.covariates ?? none;
  const columnOf = (columns: Readonly<Record<string, Float64Array>>, name: string) => {
    const column = columns[name];
    if (column !== undefined) return column;
    throw new RecurraError(
      "covariates",
      `it has no covariate "${name}", which the other series have; it has ${[...Object.keys(past), ...Object.keys(future)].join(", ") || "none"}`,
    );
  };
  return {
    past: scales.past.map((name) => {
      const values = columnOf(past, name);
      return { values, ...seriesScale(values.subarray(0, end), "standard") };
    }),
    future: scales.future.map(({ name, location, scale }) => ({
      values: columnOf(future, name),
      location,
      scale,
    })),
    numbers: Float32Array.from(scales.numbers, ({ name, location, scale }) => {
      const value = Number(fixed[name] ?? location);
      return Number.isFinite(value) ? (value - location) / scale : 0;
    }),
    categories: Int32Array.from(
      scales.categories,
      ({ name, values }) => values.indexOf(String(fixed[name])) + 1,
    ),
  };
}
