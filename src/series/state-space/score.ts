// How the log-likelihood of a state-space model changes with its variances: one way back through what the filter left.

import type { FilterSpace } from "./filter-run.ts";
import { stepSymmetric, stepVector } from "./filter-steps.ts";
import type { CompiledModel } from "./state-space.ts";

/** The arrays that {@link varianceScore} writes; they serve many runs. */
export interface ScoreSpace {
  /** [m] Σ_t r_{t,i}². */
  readonly squares: Float64Array;
  /** [m] Σ_t N_{t,ii}. */
  readonly variances: Float64Array;
  readonly r: Float64Array;
  readonly n: Float64Array;
  readonly w: Float64Array;
  readonly scratch: Float64Array;
}

export function scoreSpace(m: number): ScoreSpace {
  return {
    squares: new Float64Array(m),
    variances: new Float64Array(m),
    r: new Float64Array(m),
    n: new Float64Array(m * m),
    w: new Float64Array(m),
    scratch: new Float64Array(m * m),
  };
}

/**
 * The derivatives of the diffuse log-likelihood by the variances (Koopman and Shephard 1992, Biometrika 79(4); Durbin and Koopman
 * 2012, section 7.3.3): ½ Σ (u_t² - D_t) by that of the noise in what is seen, ½ Σ (r_{t,i}² - N_{t,ii}) by that of state i. The two
 * sums of each are kept apart: with all variances times s, the first is divided by s², the second by s.
 *
 * @param filter what {@link runFilter} left of the same model
 * @returns [Σ u_t², Σ D_t]; those of the states stand in `space`
 */
export function varianceScore(
  model: CompiledModel,
  filter: FilterSpace,
  steps: number,
  space: ScoreSpace,
): readonly [number, number] {
  const { m, backward, seen, design, designStep } = model;
  const { gain, scaled, precision } = filter;
  const { squares, variances, r, n, w, scratch } = space;
  for (const array of [squares, variances, r, n]) array.fill(0);
  let [noiseSquares, noiseVariances] = [0, 0];
  for (let t = steps - 1; t >= 0; t--) {
    if (t < steps - 1) {
      for (let i = 0; i < m; i++) {
        const ri = r[i] ?? 0;
        squares[i] = (squares[i] ?? 0) + ri * ri;
        variances[i] = (variances[i] ?? 0) + (n[i * m + i] ?? 0);
      }
      stepVector(backward, r, scratch);
      stepSymmetric(backward, n, m, scratch);
    }
    const at = t * m;
    const own = precision[t] ?? 0;
    let u = scaled[t] ?? 0;
    let d = own;
    let gains = 0;
    for (let i = 0; i < m; i++) {
      const k = gain[at + i] ?? 0;
      if (k !== 0) gains++;
      u -= k * (r[i] ?? 0);
    }
    if (gains === 0 && own === 0) continue; // a missing value
    for (let i = 0; i < m; i++) {
      let sum = 0;
      const row = i * m;
      for (let j = 0; j < m; j++) sum += (n[row + j] ?? 0) * (gain[at + j] ?? 0);
      w[i] = sum;
      d += sum * (gain[at + i] ?? 0);
    }
    noiseSquares += u * u;
    noiseVariances += d;
    // r = r + Z' u, N = N - Z' w' - w Z + Z' Z d.
    const z = t * designStep;
    for (let s = 0; s < seen.length; s++) {
      const j = seen[s] ?? 0;
      const zj = design[z + j] ?? 0;
      r[j] = (r[j] ?? 0) + zj * u;
      w[j] = (w[j] ?? 0) - (zj * d) / 2; // so that N = N - Z' w' - w Z
    }
    for (let s = 0; s < seen.length; s++) {
      const j = seen[s] ?? 0;
      const zj = design[z + j] ?? 0;
      const row = j * m;
      for (let i = 0; i < m; i++) n[row + i] = (n[row + i] ?? 0) - zj * (w[i] ?? 0);
    }
    for (let i = 0; i < m; i++) {
      const wi = w[i] ?? 0;
      const row = i * m;
      for (let s = 0; s < seen.length; s++) {
        const j = seen[s] ?? 0;
        n[row + j] = (n[row + j] ?? 0) - wi * (design[z + j] ?? 0);
      }
    }
  }
  return [noiseSquares, noiseVariances];
}
