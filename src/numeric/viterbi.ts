// Viterbi's algorithm: the best path through the steps of a chain.

/** A path, and what it comes to. */
export interface BestPath {
  /** [T] States from 0 on. */
  readonly path: Int32Array;
  /** The sum of its scores; -∞ where every path has a step of -∞. */
  readonly score: number;
}

/**
 * The states y₁ … y_T for which Σ s_t(y_{t-1}, y_t) is largest; of several the one whose last states come first.
 *
 * Source: Viterbi, IEEE Trans. Inf. Theory 13 (1967); Rabiner, Proc. IEEE 77 (1989), section III.B.
 *
 * @param scores [T, K, K] row-major: step, the state before, the state. Of the first step the first row counts alone. -∞ for what may not be
 * @param length T
 * @param count K
 */
export function bestPath(scores: Float32Array | Float64Array, length: number, count: number): BestPath {
  const from = new Int32Array(length * count);
  let best = new Float64Array(count);
  let next = new Float64Array(count);
  for (let t = 0; t < length; t++) {
    const step = t * count * count;
    for (let k = 0; k < count; k++) {
      let chosen = 0;
      let most = (best[0] ?? 0) + (scores[step + k] ?? 0);
      const states = t === 0 ? 1 : count;
      for (let i = 1; i < states; i++) {
        const score = (best[i] ?? 0) + (scores[step + i * count + k] ?? 0);
        if (score <= most) continue;
        most = score;
        chosen = i;
      }
      next[k] = most;
      from[t * count + k] = chosen;
    }
    [best, next] = [next, best];
  }
  const path = new Int32Array(length);
  let last = 0;
  for (let k = 1; k < count; k++) if ((best[k] ?? 0) > (best[last] ?? 0)) last = k;
  const score = length === 0 ? 0 : (best[last] ?? 0);
  for (let t = length - 1; t >= 0; t--) {
    path[t] = last;
    last = from[t * count + last] ?? 0;
  }
  return { path, score };
}
