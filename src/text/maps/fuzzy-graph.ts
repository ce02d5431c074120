// UMAP's picture of the vectors: a graph whose edges say how surely two points are neighbours.

import type { Neighbours } from "./neighbours.ts";
import { type SparseSymmetric, symmetrized } from "./sparse-symmetric.ts";

/** How near the sum of memberships is to come to log2 of the number of neighbours, and how many steps the search may take. */
const TOLERANCE = 1e-5;
const STEPS = 64;
/** The least bandwidth, as a share of the mean distance. */
const LEAST_BANDWIDTH = 1e-3;

/**
 * The fuzzy simplicial set: w_ij = a_ij + a_ji − a_ij a_ji with a_ij = exp(−max(0, d_ij − ρ_i) / σ_i), where ρ_i is the distance of the
 * nearest neighbour that is not at the same place, and σ_i so that Σ_j a_ij = log2 k.
 *
 * Source: McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection for dimension reduction", arXiv:1802.03426,
 * algorithms 2 and 3. As in its authors' program a point counts among its own k neighbours, but has no edge to itself.
 *
 * @param indices [N, k − 1] the nearest other points
 * @param distances [N, k − 1] theirs, ascending; not squared
 */
export function fuzzyGraph(
  { indices, each }: Pick<Neighbours, "indices" | "each">,
  distances: Float64Array,
): SparseSymmetric {
  const memberships = new Float64Array(distances.length);
  const meanOfAll = meanWithSelf(distances, distances.length / each);
  for (let start = 0; start < distances.length; start += each) {
    const own = distances.subarray(start, start + each);
    const nearest = own.find((distance) => distance > 0) ?? 0;
    const mean = nearest > 0 ? meanWithSelf(own, 1) : meanOfAll;
    const sigma = Math.max(bandwidth(own, nearest), LEAST_BANDWIDTH * mean);
    for (let k = 0; k < each; k++) {
      const beyond = (own[k] ?? 0) - nearest;
      memberships[start + k] = beyond <= 0 ? 1 : Math.exp(-beyond / sigma);
    }
  }
  return symmetrized(indices, memberships, each, (forth, back) => forth + back - forth * back);
}

/** The mean distance, where each of `points` points has itself at no distance among its neighbours. */
function meanWithSelf(distances: Float64Array, points: number): number {
  return distances.reduce((sum, distance) => sum + distance, 0) / (distances.length + points);
}

/** σ, by bisection. */
function bandwidth(distances: Float64Array, nearest: number): number {
  const wanted = Math.log2(distances.length + 1);
  let sigma = 1;
  let low = 0;
  let high = Infinity;
  for (let step = 0; step < STEPS; step++) {
    let sum = 0;
    for (let k = 0; k < distances.length; k++) {
      const beyond = (distances[k] ?? 0) - nearest;
      sum += beyond > 0 ? Math.exp(-beyond / sigma) : 1;
    }
    if (Math.abs(sum - wanted) < TOLERANCE) break;
    if (sum > wanted) high = sigma;
    else low = sigma;
    sigma = high === Infinity ? sigma * 2 : (low + high) / 2;
  }
  return sigma;
}
