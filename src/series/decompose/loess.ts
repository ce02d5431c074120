// Locally weighted regression on the positions 1, 2, …, T, as STL needs it.

/** How a series is smoothed. */
export interface Smoothing {
  /** How many values take part in each fit; odd. */
  readonly window: number;
  /** 0 for means, 1 for straight lines. */
  readonly degree: 0 | 1;
  /** A fit at every so many positions, straight lines between them. */
  readonly jump: number;
}

/**
 * Smooths values by local regression with tricube weights (Cleveland, Cleveland, McRae and Terpenning 1990, Journal of Official
 * Statistics 6(1), section 2; the published program's `ess`).
 *
 * @param values [≥ count] Their first `count` are smoothed.
 * @param weights [≥ count] What each value counts for, beside its distance; missing for all alike.
 * @param smooth [≥ start + count] Takes the result from `start` on.
 */
export function smoothLoess(
  values: Float64Array,
  count: number,
  smoothing: Smoothing,
  weights: Float64Array | undefined,
  smooth: Float64Array,
  start = 0,
): void {
  const { window } = smoothing;
  if (count < 2) {
    smooth[start] = values[0] ?? 0;
    return;
  }
  const jump = Math.min(smoothing.jump, count - 1);
  const half = Math.floor((window + 1) / 2);
  let [left, right] = [1, Math.min(window, count)];
  const fittedAt = (x: number): number => {
    const fitted = fitAt(values, count, smoothing, x, left, right, weights);
    return Number.isNaN(fitted) ? (values[x - 1] ?? 0) : fitted;
  };
  for (let x = 1; x <= count; x += jump) {
    if (window < count) {
      left = x < half ? 1 : Math.min(x - half + 1, count - window + 1);
      right = left + window - 1;
    }
    smooth[start + x - 1] = fittedAt(x);
  }
  if (jump === 1) return;
  for (let x = 1; x <= count - jump; x += jump) fillLine(smooth, start + x - 1, start + x - 1 + jump);
  const last = Math.floor((count - 1) / jump) * jump + 1;
  if (last === count) return;
  smooth[start + count - 1] = fittedAt(count);
  fillLine(smooth, start + last - 1, start + count - 1);
}

/** The straight line between two places. */
function fillLine(values: Float64Array, from: number, to: number): void {
  const first = values[from] ?? 0;
  const step = ((values[to] ?? 0) - first) / (to - from);
  for (let i = from + 1; i < to; i++) values[i] = first + step * (i - from);
}

/**
 * The local fit at a position x, inside or outside of 1 … count, from the values at `left` … `right` (the program's `est`). NaN where none
 * of them has a weight.
 */
export function fitAt(
  values: Float64Array,
  count: number,
  { window, degree }: Smoothing,
  x: number,
  left: number,
  right: number,
  weights: Float64Array | undefined,
): number {
  let h = Math.max(x - left, right - x);
  if (window > count) h += Math.floor((window - count) / 2);
  const [far, near] = [0.999 * h, 0.001 * h];
  // Sums of the weights w and of w·(j - x), w·(j - x)², w·y, w·(j - x)·y.
  let [w0, w1, w2, wy, wxy] = [0, 0, 0, 0, 0];
  for (let j = left; j <= right; j++) {
    const distance = Math.abs(j - x);
    if (distance > far) continue;
    let weight = 1;
    if (distance > near) {
      const ratio = distance / h;
      const rest = 1 - ratio * ratio * ratio;
      weight = rest * rest * rest;
    }
    if (weights !== undefined) weight *= weights[j - 1] ?? 0;
    const value = values[j - 1] ?? 0;
    const offset = j - x;
    w0 += weight;
    wy += weight * value;
    w1 += weight * offset;
    w2 += weight * offset * offset;
    wxy += weight * offset * value;
  }
  if (w0 <= 0) return Number.NaN;
  const mean = wy / w0;
  if (h <= 0 || degree === 0) return mean;
  // Where the weighted positions hardly spread, a line would be guessed; the mean is not.
  const centre = w1 / w0;
  const spread = w2 / w0 - centre * centre;
  if (Math.sqrt(Math.max(spread, 0)) <= 0.001 * (count - 1)) return mean;
  return mean - (centre * (wxy / w0 - centre * mean)) / spread;
}
