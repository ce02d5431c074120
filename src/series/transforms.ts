// Making a series fit for a network, and its forecasts fit for a reader: the logarithm and the seasonal factors.

/** Years of the past count for the seasonal factors by this factor less each. */
const discount = 0.8;

/** A series without its season, and the way back. */
export interface Adjusted {
  /** [T] The training values, as logarithms where that was chosen, without the seasonal factors. */
  readonly values: Float64Array;
  /** [H] -> [H] What adjusted forecasts for the steps after the last stand for. */
  invert(forecast: Float64Array): Float64Array;
  /** What was done, with its figures, for the saved model. */
  readonly config: { readonly log: boolean; readonly season: number; readonly factors: readonly number[] };
}

/**
 * Takes the logarithm where the spread grows with the level, and takes off additive seasonal factors. Everything comes from the values
 * given, which are those of the training part.
 *
 * @param season its length in steps; 1 for none
 */
export function adjust(values: Float64Array, season: number): Adjusted {
  const log = prefersLog(values, season);
  const level = log ? values.map(Math.log) : values;
  const seasonal = season > 1 && values.length >= 2 * season + Math.max(2, Math.floor(season / 4));
  const factors = seasonal ? seasonalFactors(level, season) : new Float64Array(1);
  const factorAt = (t: number) => factors[t % factors.length] ?? 0;
  return {
    config: { log, season: seasonal ? season : 1, factors: [...factors] },
    values: level.map((value, t) => value - factorAt(t)),
    invert: (forecast) =>
      forecast.map((value, h) => {
        const whole = value + factorAt(values.length + h);
        return log ? Math.exp(whole) : whole;
      }),
  };
}

/**
 * True where logarithms even out the spread: of blocks of one season, the standard deviation around a line, relative to the level,
 * varies less than the standard deviation itself (the coefficients of variation are compared, as in Guerrero 1993,
 * Journal of Forecasting 12, for λ = 0 and 1). Never where a value is not positive.
 */
export function prefersLog(values: Float64Array, season: number): boolean {
  if (values.some((value) => value <= 0)) return false;
  const width = season > 1 ? season : Math.max(4, Math.floor(values.length / 6));
  const count = Math.floor(values.length / width);
  if (count < 3) return true;
  const first = values.length - count * width;
  const blocks = Array.from({ length: count }, (_, i) => {
    const block = values.subarray(first + i * width, first + (i + 1) * width);
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

/** A line by least squares through values at 0, 1, 2, … */
function lineThrough(values: Float64Array): (t: number) => number {
  const middle = (values.length - 1) / 2;
  const mean = meanOf(values);
  let [products, squares] = [0, 0];
  for (const [t, value] of values.entries()) {
    products += (t - middle) * value;
    squares += (t - middle) ** 2;
  }
  const slope = squares === 0 ? 0 : products / squares;
  return (t) => mean + slope * (t - middle);
}

function spreadAroundLine(values: Float64Array): number {
  const line = lineThrough(values);
  return Math.sqrt(meanOf(values.map((value, t) => (value - line(t)) ** 2))) + 1e-12;
}

/**
 * Additive factors of each place in the season, [season], with mean 0: means of what a centred moving average leaves, later years
 * counting more. The average is continued to both ends by a line through its outermost season.
 * Source: classical decomposition (Persons 1919; Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3.4).
 */
export function seasonalFactors(values: Float64Array, season: number): Float64Array {
  const trend = movingAverage(values, season);
  const half = (values.length - trend.length) / 2;
  const width = Math.min(trend.length, season);
  const end = lineThrough(trend.subarray(trend.length - width));
  const start = lineThrough(trend.subarray(0, width));
  const trendAt = (t: number) => {
    const i = t - half;
    if (i < 0) return start(i);
    return i < trend.length ? (trend[i] ?? 0) : end(width - 1 + i - (trend.length - 1));
  };
  const sums = new Float64Array(season);
  const weights = new Float64Array(season);
  for (const [t, value] of values.entries()) {
    const weight = discount ** Math.floor((values.length - 1 - t) / season);
    sums[t % season] = (sums[t % season] ?? 0) + weight * (value - trendAt(t));
    weights[t % season] = (weights[t % season] ?? 0) + weight;
  }
  const factors = sums.map((sum, place) => sum / (weights[place] ?? 1));
  const mean = meanOf(factors);
  return factors.map((factor) => factor - mean);
}

/** The centred moving average over one season, 2 × season for an even one: [T - 2·⌊season/2⌋]. */
export function movingAverage(values: Float64Array, season: number): Float64Array {
  const half = Math.floor(season / 2);
  const even = season % 2 === 0;
  return Float64Array.from({ length: values.length - 2 * half }, (_, i) => {
    let sum = 0;
    for (let t = i; t <= i + 2 * half; t++) sum += values[t] ?? 0;
    // An even season has no middle: the ends of a window one longer count half.
    return even ? (sum - ((values[i] ?? 0) + (values[i + 2 * half] ?? 0)) / 2) / season : sum / season;
  });
}
