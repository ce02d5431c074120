// How far a map can be trusted: whether neighbours on it are neighbours among the vectors, too.

import { RecurraError } from "../../platform/error.ts";
import { squaredDistances } from "./neighbours.ts";
import { inMetric, type MapMetric, pointRows, type VectorRows } from "./point-rows.ts";

/**
 * Trustworthiness: 1 where the k nearest neighbours of each point on the map are its k nearest vectors, too; each that is not takes off by
 * how many others are nearer: 1 − 2 / (N k (2N − 3k − 1)) Σ_i Σ_{j in U_k(i)} (r(i, j) − k).
 *
 * Source: Venna and Kaski, "Neighborhood preservation in nonlinear projection methods", ICANN 2001.
 *
 * @param x [N, F] the vectors
 * @param y [N, D] their places on the map
 * @param k neighbours of each point, at least 1 and below N / 2
 * @param options.metric of the vectors; "euclidean" by default. Places are compared by Euclidean distance.
 * @returns from 0 to 1
 * @throws RecurraError `map-points`, `option-value`
 */
export function trustworthiness(
  x: VectorRows,
  y: VectorRows,
  k: number,
  options: { readonly metric?: MapMetric | undefined } = {},
): number {
  const what = "trustworthiness";
  const vectors = inMetric(what, pointRows(what, x, 3), options.metric ?? "euclidean");
  const places = pointRows(what, y, 3);
  const { count } = vectors;
  if (places.count !== count)
    throw new RecurraError(
      "map-points",
      `${what}: got ${count} vectors and ${places.count} places; wanted one each.`,
    );
  if (!Number.isInteger(k) || k < 1 || k >= count / 2)
    throw new RecurraError(
      "option-value",
      `${what}: k is to be a whole number from 1 to below half the ${count} points, got ${k}`,
    );
  const far = new Float64Array(count);
  const near = new Float64Array(count);
  let penalty = 0;
  for (let i = 0; i < count; i++) {
    squaredDistances(vectors, i, far);
    squaredDistances(places, i, near);
    for (const j of nearest(near, i, k)) penalty += Math.max(0, rankOf(far, i, j) - k);
  }
  return 1 - (2 * penalty) / (count * k * (2 * count - 3 * k - 1));
}

/** The k smallest but that at `self`. */
function nearest(distances: Float64Array, self: number, k: number): readonly number[] {
  const kept: number[] = [];
  for (let j = 0; j < distances.length; j++) {
    const distance = distances[j] ?? 0;
    if (j === self || (kept.length === k && distance >= (distances[kept[k - 1] ?? 0] ?? 0))) continue;
    let at = kept.length;
    while (at > 0 && (distances[kept[at - 1] ?? 0] ?? 0) > distance) at--;
    kept.splice(at, 0, j);
    if (kept.length > k) kept.pop();
  }
  return kept;
}

/** 1 for the nearest of i, and so on; of equally far ones the lower number comes first. */
function rankOf(distances: Float64Array, i: number, j: number): number {
  const distance = distances[j] ?? 0;
  let rank = 1;
  for (let other = 0; other < distances.length; other++) {
    if (other === i) continue;
    const d = distances[other] ?? 0;
    if (d < distance || (d === distance && other < j)) rank++;
  }
  return rank;
}
