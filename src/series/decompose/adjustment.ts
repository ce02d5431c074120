// Taking the season off a series before a model without seasons is fitted to it, and putting it back.

import { businessDaysBetween, type Frequency, monthOf } from "../observed/calendar.ts";
import type { Series } from "../observed/series.ts";
import { decomposeClassical } from "./classical.ts";
import type { Composition } from "./decomposition.ts";
import { passesM4Test } from "./season.ts";

/** A season as it is taken off and put back: plain data for the states of models. */
export interface SeasonalIndices {
  readonly composition: Composition;
  /** [season] By position in the cycle from that of the first value on. */
  readonly indices: readonly number[];
}

/** How the season of a series is found, where it has three seasons and more. */
export type Seasonality =
  /** Classical decomposition, its indices drawn towards none by how uncertain they are. */
  | "shrunk"
  /** Classical decomposition where the seasonality test of the M4 competition finds a season. */
  | "m4-test"
  | "none";

export const seasonalities: readonly Seasonality[] = ["shrunk", "m4-test", "none"];

/** A multiplicative season below this would blow up what it divides. */
const SMALLEST = 0.01;

/**
 * The season of a series, for a forecast of what is left without it. Undefined where there is none, or fewer than three.
 *
 * @param series with finite values
 */
export function findSeason(
  { values, season }: Pick<Series, "values" | "season">,
  seasonality: Seasonality,
): SeasonalIndices | undefined {
  if (seasonality === "none" || season < 2 || values.length < 3 * season) return undefined;
  if (seasonality === "m4-test" && !passesM4Test(values, season)) return undefined;
  return indicesOf(values, season, seasonality === "shrunk");
}

/**
 * The season of a series by classical decomposition: multiplicative, but additive where a value is not positive or an index all but 0.
 *
 * @param values [T] finite, two seasons at least; three for indices that are to be shrunk
 */
export function indicesOf(values: Float64Array, season: number, shrinks = false): SeasonalIndices {
  if (values.every((value) => value > 0)) {
    const indices = classicalIndices(values, season, "multiplicative", shrinks);
    if (indices.every((index) => index >= SMALLEST)) return { composition: "multiplicative", indices };
  }
  return { composition: "additive", indices: classicalIndices(values, season, "additive", shrinks) };
}

/**
 * The indices of a classical decomposition. Those that are drawn towards none lose the share W = V_error / V, at most 1, of their
 * variance V, where V_error is what the remainder alone would give them: the James–Stein estimator of Miller and Williams 2003
 * (International Journal of Forecasting 19(4)), without its constant.
 */
function classicalIndices(
  values: Float64Array,
  season: number,
  composition: Composition,
  shrinks: boolean,
): readonly number[] {
  const { indices, remainder } = decomposeClassical(values, season, composition);
  if (!shrinks) return [...indices];
  const none = composition === "multiplicative" ? 1 : 0;
  let [squares, count] = [0, 0];
  for (const value of remainder) {
    if (Number.isNaN(value)) continue;
    squares += (value - none) ** 2;
    count++;
  }
  const errorVariance = (squares / (count - season)) * (season / count);
  const variance = indices.reduce((sum, index) => sum + (index - none) ** 2, 0) / (season - 1);
  const lost = variance > errorVariance ? errorVariance / variance : 1;
  return Array.from(indices, (index) => none + (1 - lost) * (index - none));
}

/** The position at which a series starts in a cycle that had its first position at the time `start`. */
function phaseOf(start: number, { times, frequency }: Series, season: number): number {
  const steps = stepsBetween(start, times[0] ?? start, frequency);
  return ((steps % season) + season) % season;
}

/** Steps from one time of a series to another, before it where negative. */
function stepsBetween(from: number, to: number, frequency: Frequency): number {
  switch (frequency.unit) {
    case "index":
      return Math.round((to - from) / frequency.step);
    case "fixed":
      return Math.round((to - from) / frequency.milliseconds);
    case "business-day":
      return to >= from ? businessDaysBetween(from, to) : -businessDaysBetween(to, from);
    case "month":
      return Math.round((monthOf(to) - monthOf(from)) / frequency.months);
  }
}

/** The values without the season. @param position that of the first value in the cycle */
export function withoutSeason(
  values: Float64Array,
  season: SeasonalIndices | undefined,
  position = 0,
): Float64Array {
  if (season === undefined) return values;
  const { composition, indices } = season;
  const divides = composition === "multiplicative";
  return values.map((value, t) => {
    const index = indices[(position + t) % indices.length] ?? 0;
    return divides ? value / index : value - index;
  });
}

/** The values with the season put back. @param position that of the first value in the cycle, or any number of cycles later */
export function withSeason(
  values: Float64Array,
  season: SeasonalIndices | undefined,
  position: number,
): Float64Array {
  if (season === undefined) return values;
  const { composition, indices } = season;
  const multiplies = composition === "multiplicative";
  return values.map((value, t) => {
    const index = indices[(position + t) % indices.length] ?? 0;
    return multiplies ? value * index : value + index;
  });
}

/** A series without its season, whose cycle began at the time `start`, and the position of its first value in the cycle. */
export function adjust(
  series: Series,
  season: SeasonalIndices | null,
  start: number,
): { readonly adjusted: Float64Array; readonly position: number } {
  if (season === null) return { adjusted: series.values, position: 0 };
  const position = phaseOf(start, series, season.indices.length);
  return { adjusted: withoutSeason(series.values, season, position), position };
}
