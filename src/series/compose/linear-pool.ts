// The interval of several forecasts at once: that of the mixture of their distributions.

import { normalCdf, normalQuantile } from "../../numeric/distributions.ts";
import type { Interval } from "../forecasters/local-model.ts";

/** One forecast of one step: its middle, and how far its interval of some level reaches from there. */
export interface Reach {
  readonly weight: number;
  readonly middle: number;
  readonly below: number;
  readonly above: number;
}

/**
 * The quantile of a mixture of normal distributions, each with a spread of its own on either side of its middle: the linear opinion pool
 * (Stone 1961, Annals of Mathematical Statistics 32), which is wide where its members disagree.
 *
 * @param members their weights add up to 1
 * @param level the percentage of the intervals that `below` and `above` reach to
 * @param probability between 0 and 1
 */
export function poolQuantile(members: readonly Reach[], level: number, probability: number): number {
  const z = normalQuantile((1 + level / 100) / 2);
  const own = normalQuantile(probability);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { middle, below, above } of members) {
    const quantile = middle + (own * (own < 0 ? below : above)) / z;
    if (quantile < low) low = quantile;
    if (quantile > high) high = quantile;
  }
  // The mixture's quantile lies between its members'. 50 halvings come to the last digits.
  for (let step = 0; step < 50 && high - low > 1e-12 * (Math.abs(low) + Math.abs(high)); step++) {
    const middle = (low + high) / 2;
    if (cdf(members, z, middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function cdf(members: readonly Reach[], z: number, value: number): number {
  let sum = 0;
  for (const { weight, middle, below, above } of members) {
    const reach = value < middle ? below : above;
    const distance = value - middle;
    sum += weight * (reach > 0 ? normalCdf((distance * z) / reach) : distance < 0 ? 0 : 1);
  }
  return sum;
}

/** A forecast in a pool: [H] its middle, and its interval of the level asked for. */
export interface PoolMember {
  readonly weight: number;
  readonly mean: Float64Array;
  readonly interval: Interval;
}

/** The interval of a pool, of the level of its members'. */
export function poolInterval(members: readonly PoolMember[], level: number): Interval {
  const sum = members.reduce((total, { weight }) => total + weight, 0);
  const reaches = (h: number): Reach[] =>
    members.map(({ weight, mean, interval }) => {
      const middle = mean[h] ?? Number.NaN;
      return {
        weight: sum > 0 ? weight / sum : 1 / members.length,
        middle,
        below: middle - (interval.lower[h] ?? Number.NaN),
        above: (interval.upper[h] ?? Number.NaN) - middle,
      };
    });
  const tail = (100 - level) / 200;
  const length = members[0]?.mean.length ?? 0;
  const [lower, upper] = [new Float64Array(length), new Float64Array(length)];
  for (let h = 0; h < length; h++) {
    const step = reaches(h);
    lower[h] = poolQuantile(step, level, tail);
    upper[h] = poolQuantile(step, level, 1 - tail);
  }
  return { level, lower, upper };
}
