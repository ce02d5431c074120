// Missing values filled: in line between neighbours, in line and season, with the last value, or with zero.

/** How missing values are filled. */
export type FillMethod = "linear" | "seasonal" | "forward" | "zero";

/**
 * Values with the missing ones (NaN) filled.
 *
 * - `linear`: on the line between the values before and after.
 * - `seasonal`: the same for what is left without the season, and the season added again (as R's `na.interp`); `linear` where there are
 *   fewer than two seasons.
 * - `forward`: the last value before.
 * - `zero`: 0.
 *
 * But for `zero`, missing values at the beginning are like the first value and those at the end like the last.
 *
 * @param values [T] They are left as they are.
 * @param season Steps, for `seasonal`.
 */
export function fillMissing(values: Float64Array, method: FillMethod, season = 1): Float64Array {
  switch (method) {
    case "linear":
      return filledInLine(values);
    case "forward":
      return filledForward(values);
    case "zero":
      return values.map((value) => (Number.isNaN(value) ? 0 : value));
    case "seasonal":
      return season > 1 && values.length >= 2 * season
        ? filledInSeason(values, season)
        : filledInLine(values);
  }
}

function filledInLine(values: Float64Array): Float64Array {
  const filled = values.slice();
  let before = -1;
  for (let t = 0; t <= filled.length; t++) {
    const value = filled[t] ?? Number.NaN;
    if (t < filled.length && Number.isNaN(value)) continue;
    const from = before === -1 ? value : (filled[before] ?? 0);
    const to = t === filled.length ? from : value;
    for (let i = before + 1; i < t; i++) {
      const share = before === -1 || t === filled.length ? 0 : (i - before) / (t - before);
      filled[i] = from + share * (to - from);
    }
    before = t;
  }
  return filled;
}

function filledForward(values: Float64Array): Float64Array {
  const filled = values.slice();
  let last = filled.find((value) => !Number.isNaN(value)) ?? Number.NaN;
  for (let t = 0; t < filled.length; t++) {
    const value = filled[t] ?? Number.NaN;
    if (Number.isNaN(value)) filled[t] = last;
    else last = value;
  }
  return filled;
}

/** Season and filling depend on each other: they are found in turns, which settle within a few rounds. */
const ROUNDS = 10;

function filledInSeason(values: Float64Array, season: number): Float64Array {
  let filled = filledInLine(values);
  if (!values.some(Number.isNaN)) return filled;
  for (let round = 0; round < ROUNDS; round++) {
    const profile = seasonalProfile(filled, season);
    const rest = filledInLine(values.map((value, t) => value - (profile[t % season] ?? 0)));
    filled = rest.map((value, t) => value + (profile[t % season] ?? 0));
  }
  // Values that were there come back to the bit.
  return filled.map((value, t) => (Number.isNaN(values[t] ?? 0) ? value : (values[t] ?? 0)));
}

/** [season] The mean of each phase without a trend: classical additive decomposition, the ends of the trend held on. */
function seasonalProfile(values: Float64Array, season: number): Float64Array {
  const trend = filledInLine(movingAverage(values, season));
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  // Where the trend is known only: at its ends it is guessed.
  const reach = Math.floor(season / 2);
  for (let t = reach; t < values.length - reach; t++) {
    const phase = t % season;
    sums[phase] = (sums[phase] ?? 0) + (values[t] ?? 0) - (trend[t] ?? 0);
    counts[phase] = (counts[phase] ?? 0) + 1;
  }
  const means = sums.map((sum, phase) => sum / Math.max(1, counts[phase] ?? 1));
  const mean = means.reduce((sum, one) => sum + one, 0) / season;
  return means.map((one) => one - mean);
}

/** [T] Centred over one season, the ends of an even one counted half; NaN where it would reach over the ends. */
function movingAverage(values: Float64Array, season: number): Float64Array {
  const reach = Math.floor(season / 2);
  const isEven = season % 2 === 0;
  return values.map((_, t) => {
    if (t < reach || t + reach >= values.length) return Number.NaN;
    let sum = 0;
    for (let i = t - reach; i <= t + reach; i++) {
      const weight = isEven && Math.abs(i - t) === reach ? 0.5 : 1;
      sum += weight * (values[i] ?? 0);
    }
    return sum / season;
  });
}
