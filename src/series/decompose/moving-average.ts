// The centred moving average: a trend without a season.

/**
 * The mean of the `width` values around each one. For an even width, which has no middle, the ends of a window one longer count half
 * (2 × width in the books: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., section 3.3).
 *
 * @param values [T] finite
 * @returns [T] NaN for the half window at either end
 */
export function centredMovingAverage(values: Float64Array, width: number): Float64Array {
  const half = Math.floor(width / 2);
  const even = width % 2 === 0;
  const result = new Float64Array(values.length).fill(Number.NaN);
  for (let t = half; t + half < values.length; t++) {
    let sum = even ? ((values[t - half] ?? 0) + (values[t + half] ?? 0)) / 2 : 0;
    const edge = even ? half - 1 : half;
    for (let i = t - edge; i <= t + edge; i++) sum += values[i] ?? 0;
    result[t] = sum / width;
  }
  return result;
}
