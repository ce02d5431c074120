// How sure one can be of a share that was counted.

import { normalQuantile } from "../../numeric/distributions.ts";

/**
 * The interval in which a share lies with the confidence given, by its count (Wilson, Journal of the American Statistical Association
 * 22, 1927).
 *
 * @param hits from 0 to `count`
 * @param confidence between 0 and 1. Default 0.95.
 */
export function wilsonInterval(
  hits: number,
  count: number,
  confidence = 0.95,
): readonly [low: number, high: number] {
  const z = normalQuantile((1 + confidence) / 2);
  const share = hits / count;
  const middle = (share + z ** 2 / (2 * count)) / (1 + z ** 2 / count);
  const half =
    (z / (1 + z ** 2 / count)) * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return [hits === 0 ? 0 : middle - half, hits === count ? 1 : middle + half];
}
