// Distances between series: Euclidean, and dynamic time warping within a band, each given up where it passes a limit.

import type { Sample } from "./method.ts";

/**
 * The sum of squared differences over all channels, ∞ where it passes `limit`.
 *
 * @param a [C] of [T]
 * @param b [C] of [T]
 */
export function squaredDistance(a: Sample, b: Sample, limit: number): number {
  let sum = 0;
  for (const [c, left] of a.entries()) {
    const right = b[c] ?? left;
    for (let t = 0; t < left.length; t++) {
      const difference = (left[t] ?? 0) - (right[t] ?? 0);
      sum += difference * difference;
    }
    if (sum > limit) return Infinity;
  }
  return sum;
}

/** The least and the greatest value within `reach` steps of each step of a series. */
export interface Envelope {
  readonly lower: Sample;
  readonly upper: Sample;
}

export function envelopeOf(sample: Sample, reach: number): Envelope {
  const extremes = (better: (a: number, b: number) => number) =>
    sample.map((values) =>
      values.map((_, t) => {
        let best = values[t] ?? 0;
        const end = Math.min(values.length - 1, t + reach);
        for (let s = Math.max(0, t - reach); s <= end; s++) best = better(best, values[s] ?? 0);
        return best;
      }),
    );
  return { lower: extremes(Math.min), upper: extremes(Math.max) };
}

/** A bound from below of {@link warpedDistance} between series of one length (Keogh and Ratanamahatana 2005, LB_Keogh). */
export function lowerBound(a: Sample, { lower, upper }: Envelope, limit: number): number {
  let sum = 0;
  for (const [c, values] of a.entries()) {
    const [low, high] = [lower[c] ?? values, upper[c] ?? values];
    for (let t = 0; t < values.length; t++) {
      const value = values[t] ?? 0;
      const beyond = Math.max(value - (high[t] ?? 0), (low[t] ?? 0) - value, 0);
      sum += beyond * beyond;
    }
    if (sum > limit) return Infinity;
  }
  return sum;
}

/**
 * Dynamic time warping: the least sum of squared differences, over all channels, along a path that aligns the series and strays at
 * most `reach` steps from the diagonal (Sakoe and Chiba, IEEE Trans. ASSP 26, 1978); the band is as wide as the lengths differ, at
 * least. ∞ where it passes `limit`.
 *
 * @param a [C] of [n]
 * @param b [C] of [m]
 * @param reach in steps
 */
export function warpedDistance(a: Sample, b: Sample, reach: number, limit: number): number {
  const [n, m] = [a[0]?.length ?? 0, b[0]?.length ?? 0];
  const band = Math.max(reach, Math.abs(n - m));
  const costs = new Float64Array(m + 2);
  // [m + 2] The sums along the best paths to a step of `a` and each step of `b`, from position 1 on.
  let before = new Float64Array(m + 2).fill(Infinity);
  let row = new Float64Array(m + 2).fill(Infinity);
  before[0] = 0;
  for (let i = 1; i <= n; i++) {
    const [from, to] = [Math.max(1, i - band), Math.min(m, i + band)];
    addCosts(costs, a, b, i, from, to);
    row[from - 1] = Infinity;
    // Without branches: which of three is least cannot be foretold.
    let left = Infinity;
    let corner = before[from - 1] ?? 0;
    let least = Infinity;
    for (let j = from; j <= to; j++) {
      const above = before[j] ?? 0;
      left = (costs[j] ?? 0) + Math.min(left, Math.min(corner, above));
      row[j] = left;
      corner = above;
      least = Math.min(least, left);
    }
    row[to + 1] = Infinity;
    if (least > limit) return Infinity;
    [before, row] = [row, before];
  }
  return before[m] ?? Infinity;
}

/** Writes the squared differences of step `i` of `a` and the steps `from` to `to` of `b`, counted from 1. */
function addCosts(costs: Float64Array, a: Sample, b: Sample, i: number, from: number, to: number): void {
  for (let c = 0; c < a.length; c++) {
    const value = a[c]?.[i - 1] ?? 0;
    const other = b[c];
    if (other === undefined) continue;
    for (let j = from; j <= to; j++) {
      const difference = value - (other[j - 1] ?? 0);
      costs[j] = (c === 0 ? 0 : (costs[j] ?? 0)) + difference * difference;
    }
  }
}
