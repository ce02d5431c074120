// Where the search for initial states begins: a decomposition of the series and a line through its first values.

import type { EtsForm } from "./form.ts";
import type { FirstStates } from "./objective.ts";

/** The least multiplicative season to begin with. */
const LEAST_SEASON = 0.05;

/**
 * Initial states by the heuristics of Hyndman et al. (2008, section 2.6.1): the seasonal states from a classical decomposition, level
 * and slope from a regression over the first seasons (at least ten values) after adjustment for the season.
 *
 * @param values [T] more than one season, without missing values
 * @returns an additive season sums to 0, a multiplicative one has a mean of 1
 */
export function initialStates(
  values: Float64Array,
  period: number,
  { trend, season }: EtsForm,
): FirstStates & { readonly season: Float64Array } {
  const figure = season === "N" ? new Float64Array(0) : seasonalFigure(values, period, season === "M");
  const count = Math.min(values.length, Math.max(10, 2 * period));
  const adjusted = Float64Array.from({ length: count }, (_, t) => {
    const y = values[t] ?? 0;
    const s = figure[t % period] ?? 0;
    return season === "N" ? y : season === "A" ? y - s : y / s;
  });
  if (trend === "N") return { level: mean(adjusted), slope: 0, season: figure };
  const { intercept, slope } = line(adjusted);
  // Multiplicative errors need a forecast above 0.
  if (intercept + slope <= 0 && values.every((y) => y > 0))
    return { level: mean(adjusted), slope: 0, season: figure };
  return { level: intercept, slope, season: figure };
}

/**
 * A season's figure: the mean deviation from the trend at each of its places. The trend is a centred moving average over one season, or
 * a line where there are fewer than two seasons.
 */
function seasonalFigure(values: Float64Array, period: number, multiplicative: boolean): Float64Array {
  const sums = new Float64Array(period);
  const counts = new Int32Array(period);
  const neutral = multiplicative ? 1 : 0;
  const add = (t: number, trend: number): void => {
    const y = values[t] ?? 0;
    const place = t % period;
    const deviation = multiplicative ? (trend > 0 ? y / trend : 1) : y - trend;
    sums[place] = (sums[place] ?? 0) + deviation;
    counts[place] = (counts[place] ?? 0) + 1;
  };
  if (values.length >= 2 * period) {
    // Over a season of even length the mean of two neighbouring averages, so that it is centred.
    const half = period >> 1;
    let sum = 0;
    for (let t = 0; t < period; t++) sum += values[t] ?? 0;
    for (let t = half; t < values.length - half; t++) {
      const before = sum;
      const last = t + half + (period % 2 === 0 ? 0 : 1);
      sum += (values[last] ?? 0) - (values[last - period] ?? 0);
      add(t, (period % 2 === 0 ? (before + sum) / 2 : before) / period);
    }
  } else {
    const { intercept, slope } = line(values);
    for (let t = 0; t < values.length; t++) add(t, intercept + slope * (t + 1));
  }
  const figure = sums.map((sum, place) => ((counts[place] ?? 0) > 0 ? sum / (counts[place] ?? 1) : neutral));
  const middle = mean(figure);
  if (!multiplicative) return figure.map((s) => s - middle);
  const clipped = figure.map((s) => Math.max(LEAST_SEASON, s / middle));
  const clippedMean = mean(clipped);
  return clipped.map((s) => s / clippedMean);
}

/** The least-squares line through values at 1, 2, … */
function line(values: Float64Array): { readonly intercept: number; readonly slope: number } {
  const middle = (values.length + 1) / 2;
  const average = mean(values);
  let [across, along] = [0, 0];
  for (let t = 0; t < values.length; t++) {
    const distance = t + 1 - middle;
    across += distance * ((values[t] ?? 0) - average);
    along += distance * distance;
  }
  const slope = along === 0 ? 0 : across / along;
  return { intercept: average - slope * middle, slope };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return sum / Math.max(1, values.length);
}
