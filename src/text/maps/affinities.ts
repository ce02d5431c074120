// How likely points are to pick each other as neighbours, by perplexity: what t-SNE is to keep.

import { type Neighbours, squaredDistances } from "./neighbours.ts";
import type { PointRows } from "./point-rows.ts";
import { type SparseSymmetric, symmetrized } from "./sparse-symmetric.ts";

/** How near the entropy is to be to the logarithm of the perplexity, in nats, and how many steps the search may take. */
const TOLERANCE = 1e-5;
const STEPS = 100;

/**
 * p_{j|i} = exp(−β d²_ij) / Σ_k exp(−β d²_ik), with β so that the entropy is log(perplexity): by bisection to 1e-5 nats. Where so many
 * points are equally near that no β gives it, those share the probability.
 *
 * Source: van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 9, 2008, equation 1 and section 2; it writes 1/(2σ²) for β.
 *
 * @param squared d², of other points only, as many as `out` has room for; no more is read
 * @param out receives the probabilities
 */
export function conditionalProbabilities(squared: Float64Array, perplexity: number, out: Float64Array): void {
  const size = out.length;
  const wanted = Math.log(perplexity);
  let nearest = Infinity;
  let mean = 0;
  for (let k = 0; k < size; k++) {
    nearest = Math.min(nearest, squared[k] ?? 0);
    mean += (squared[k] ?? 0) / size;
  }
  let [beta, low, high] = [mean > nearest ? 1 / (mean - nearest) : 1, 0, Infinity];
  for (let step = 0; step < STEPS; step++) {
    // The nearest distance is taken off all: the ratio stays, and the sum is at least 1.
    let sum = 0;
    let moment = 0;
    for (let k = 0; k < size; k++) {
      const distance = (squared[k] ?? 0) - nearest;
      const weight = Math.exp(-beta * distance);
      out[k] = weight;
      sum += weight;
      moment += distance * weight;
    }
    const entropy = Math.log(sum) + (beta * moment) / sum;
    for (let k = 0; k < size; k++) out[k] = (out[k] ?? 0) / sum;
    const difference = entropy - wanted;
    if (Math.abs(difference) <= TOLERANCE) return;
    if (difference > 0) low = beta;
    else high = beta;
    beta = high === Infinity ? beta * 2 : (low + high) / 2;
    if (!Number.isFinite(beta)) return;
  }
}

/**
 * p_ij = (p_{j|i} + p_{i|j}) / 2N for all pairs.
 *
 * @param pause is asked after each row; where it gives a promise that is waited for
 * @returns [N (N − 1) / 2] those with i < j, row by row
 */
export async function allAffinities(
  points: PointRows,
  perplexity: number,
  pause: () => Promise<void> | undefined = () => undefined,
): Promise<Float64Array> {
  const { count } = points;
  const joint = new Float64Array((count * (count - 1)) / 2);
  const squared = new Float64Array(count);
  const chosen = new Float64Array(count - 1);
  for (let i = 0; i < count; i++) {
    squaredDistances(points, i, squared);
    squared.copyWithin(i, i + 1);
    conditionalProbabilities(squared, perplexity, chosen);
    for (let j = 0; j < count; j++) {
      if (j === i) continue;
      const [a, b] = j < i ? [j, i] : [i, j];
      const pair = a * count - (a * (a + 1)) / 2 + b - a - 1;
      joint[pair] = (joint[pair] ?? 0) + (chosen[j < i ? j : j - 1] ?? 0) / (2 * count);
    }
    const wait = pause();
    if (wait !== undefined) await wait;
  }
  return joint;
}

/**
 * The same where each point picks among its neighbours only. Source: van der Maaten, "Accelerating t-SNE using tree-based algorithms",
 * JMLR 15, 2014, section 4.1.
 */
export function neighbourAffinities(neighbours: Neighbours, perplexity: number): SparseSymmetric {
  const { each, indices, squared } = neighbours;
  const chosen = new Float64Array(squared.length);
  for (let start = 0; start < squared.length; start += each) {
    conditionalProbabilities(
      squared.subarray(start, start + each),
      perplexity,
      chosen.subarray(start, start + each),
    );
  }
  const count = indices.length / each;
  return symmetrized(indices, chosen, each, (forth, back) => (forth + back) / (2 * count));
}
