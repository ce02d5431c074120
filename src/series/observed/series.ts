// A series: numbers at regular times, with what is known beside them.

import { addSteps, type Frequency } from "./calendar.ts";

/** Numbers at regular times. */
export interface Series {
  readonly name: string;
  /** [T] Milliseconds since 1970, or the numbers of a count; one step apart each. */
  readonly times: Float64Array;
  /** [T] NaN where a value is missing and was left so. */
  readonly values: Float64Array;
  readonly frequency: Frequency;
  /** The length of its season in steps; 1 for none. */
  readonly season: number;
  readonly covariates?: Covariates;
}

/** What is known beside the values of a series. */
export interface Covariates {
  /** [T] each: known up to the last value. */
  readonly past: Readonly<Record<string, Float64Array>>;
  /** [≥ T] each: known beyond the last value, as calendars and prices are. */
  readonly future: Readonly<Record<string, Float64Array>>;
  /** Known of the series as a whole: numbers or names of categories. */
  readonly static: Readonly<Record<string, number | string>>;
}

/** The part of a series from one position to another (exclusive), sharing memory. Covariates known ahead stay known ahead. */
export function sliceSeries(series: Series, start: number, end: number): Series {
  const { times, values, covariates } = series;
  const part = { ...series, times: times.subarray(start, end), values: values.subarray(start, end) };
  if (covariates === undefined) return part;
  return {
    ...part,
    covariates: {
      past: mapColumns(covariates.past, (column) => column.subarray(start, end)),
      future: mapColumns(covariates.future, (column) => column.subarray(start)),
      static: covariates.static,
    },
  };
}

export interface SeriesOptions {
  /** Default: `series`. */
  readonly name?: string | undefined;
  /** The length of its season in steps. Default: 1, none. */
  readonly season?: number | undefined;
  /** How often it is observed. Default: a plain count. */
  readonly frequency?: Frequency | undefined;
  /** The time of its first value, in milliseconds since 1970 or, for a count, its number. Default: 0. */
  readonly start?: number | undefined;
  readonly covariates?: Partial<Covariates> | undefined;
}

/** A series of numbers at hand. @param values [T] */
export function timeSeries(values: ArrayLike<number>, options: SeriesOptions = {}): Series {
  const {
    name = "series",
    season = 1,
    frequency = { unit: "index", step: 1 },
    start = 0,
    covariates,
  } = options;
  return {
    name,
    times: Float64Array.from({ length: values.length }, (_, t) => addSteps(start, t, frequency)),
    values: Float64Array.from(values),
    frequency,
    season,
    ...(covariates === undefined ? {} : { covariates: { past: {}, future: {}, static: {}, ...covariates } }),
  };
}

/** The covariates known ahead, over the `horizon` steps after the series: [H] each. */
export function futureOf(
  { values, covariates }: Series,
  horizon: number,
): Readonly<Record<string, Float64Array>> {
  return mapColumns(covariates?.future ?? {}, (column) =>
    column.subarray(values.length, values.length + horizon),
  );
}

function mapColumns(
  columns: Readonly<Record<string, Float64Array>>,
  change: (column: Float64Array) => Float64Array,
): Readonly<Record<string, Float64Array>> {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, change(column)]));
}

/** A series whose arrays share no memory with others: a copy to another thread takes the whole buffer of a view. */
export function detachedSeries(series: Series): Series {
  const { covariates } = series;
  const copy = (column: Float64Array) => column.slice();
  return {
    ...series,
    times: series.times.slice(),
    values: series.values.slice(),
    ...(covariates === undefined
      ? {}
      : {
          covariates: {
            past: mapColumns(covariates.past, copy),
            future: mapColumns(covariates.future, copy),
            static: covariates.static,
          },
        }),
  };
}
