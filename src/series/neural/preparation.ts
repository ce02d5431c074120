// Making series fit for a network, and what it gives fit for a reader: logarithms, seasonal factors, scales.

import {
  findSeason,
  indicesOf,
  type SeasonalIndices,
  type Seasonality,
  seasonalities,
  withoutSeason,
  withSeason,
} from "../decompose/adjustment.ts";
import { isSeasonal } from "../decompose/season.ts";
import { type Series, sliceSeries } from "../observed/series.ts";
import type { WindowScaling } from "./window-batch.ts";

/** How the season is found that is taken off: `detected`: as `shrunk`, where {@link isSeasonal} sees one. */
export type NetworkSeasonality = Seasonality | "detected";

export const networkSeasonalities: readonly NetworkSeasonality[] = ["detected", ...seasonalities];

/** What is done to the values of a series, beside scaling. */
export interface TransformOptions {
  /** Logarithms; `auto`: where all values are positive and the spread grows with the level. */
  readonly log: boolean | "auto";
  readonly seasonality: NetworkSeasonality;
}

/** What was done to the values of a series: plain data. */
export interface Transform {
  readonly season: SeasonalIndices | null;
  readonly log: boolean;
}

/** The transform of a series, chosen by its values before `end`. */
export function chooseTransform(
  series: Series,
  end: number,
  { log, seasonality }: TransformOptions,
): Transform {
  const known = sliceSeries(series, 0, end);
  const season = seasonOf(known, seasonality) ?? null;
  // What an additive season leaves may be negative.
  const isPositive = season?.composition !== "additive" && known.values.every((value) => !(value <= 0));
  return { season, log: isPositive && (log === "auto" ? prefersLog(known.values, series.season) : log) };
}

function seasonOf({ values, season }: Series, seasonality: NetworkSeasonality): SeasonalIndices | undefined {
  if (seasonality === "none" || season < 2 || values.some((value) => Number.isNaN(value))) return undefined;
  if (seasonality !== "detected") return findSeason({ values, season }, seasonality);
  return isSeasonal(values, season) ? indicesOf(values, season, true) : undefined;
}

/** The values that windows are cut from; the series' own where nothing is done. */
export function transformed(values: Float64Array, { log, season }: Transform): Float64Array {
  const level = withoutSeason(values, season ?? undefined);
  return log ? level.map(Math.log) : level;
}

/** What transformed values stand for. @param start the position of the first of them in the series */
export function restored(values: Float64Array, { log, season }: Transform, start: number): Float64Array {
  return withSeason(log ? values.map(Math.exp) : values, season ?? undefined, start);
}

/** Location and scale of a whole series, by the scaling of its windows. */
export function seriesScale(
  values: Float64Array | Float32Array,
  scaling: WindowScaling,
): { readonly location: number; readonly scale: number } {
  let [count, sum, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let t = 0; t < values.length; t++) {
    const value = values[t] ?? 0;
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (scaling === "none" || count === 0) return { location: 0, scale: 1 };
  if (scaling === "min-max") return { location: least, scale: positive(most - least, most) };
  const location = sum / count;
  let squares = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t] ?? 0;
    if (!Number.isNaN(value)) squares += (value - location) ** 2;
  }
  return { location, scale: positive(Math.sqrt(squares / count), location) };
}

/** A constant is divided by its own size. */
function positive(scale: number, level: number): number {
  if (scale > 1e-12 * Math.abs(level)) return scale;
  return Math.abs(level) || 1;
}

/** The mean absolute change of values over `lag` steps; 0 where there is none. */
export function meanChange(values: Float64Array | Float32Array, lag: number): number {
  let [count, sum] = [0, 0];
  for (let t = lag; t < values.length; t++) {
    const change = (values[t] ?? 0) - (values[t - lag] ?? 0);
    if (Number.isNaN(change)) continue;
    count++;
    sum += Math.abs(change);
  }
  return count === 0 ? 0 : sum / count;
}

/**
 * True where logarithms even out the spread: of blocks of one season, the standard deviation around a line, relative to the level,
 * varies less than the standard deviation itself (the coefficients of variation are compared, as in Guerrero 1993,
 * Journal of Forecasting 12, for λ = 0 and 1). Never where a value is not positive.
 */
export function prefersLog(values: Float64Array, season: number): boolean {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0 || known.some((value) => value <= 0)) return false;
  const width = season > 1 ? season : Math.max(4, Math.floor(known.length / 6));
  const count = Math.floor(known.length / width);
  if (count < 3) return true;
  const first = known.length - count * width;
  const blocks = Array.from({ length: count }, (_, i) => {
    const block = known.subarray(first + i * width, first + (i + 1) * width);
    return { mean: meanOf(block), spread: spreadAroundLine(block) };
  });
  const variation = (figures: readonly number[]) => {
    const mean = meanOf(figures);
    return Math.sqrt(meanOf(figures.map((figure) => (figure - mean) ** 2))) / mean;
  };
  return (
    variation(blocks.map(({ mean, spread }) => spread / mean)) <=
    variation(blocks.map(({ spread }) => spread))
  );
}

function meanOf(values: Float64Array | readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The standard deviation around the line of least squares. */
function spreadAroundLine(values: Float64Array): number {
  const middle = (values.length - 1) / 2;
  const mean = meanOf(values);
  let [products, squares, times] = [0, 0, 0];
  for (const [t, value] of values.entries()) {
    products += (t - middle) * (value - mean);
    squares += (value - mean) ** 2;
    times += (t - middle) ** 2;
  }
  const explained = times === 0 ? 0 : products ** 2 / times;
  return Math.sqrt(Math.max(0, squares - explained) / values.length) + 1e-12;
}
