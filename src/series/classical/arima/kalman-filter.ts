// Innovations of a series with missing values: the Kalman filter of the whole ARIMA process, differences and all.

import { type Moments, momentsOf, stateCovariances } from "./autocovariance.ts";
import type { ForecastingFilter } from "./innovations.ts";
import type { Arma } from "./polynomials.ts";

/** The variance of the values before the first, in units of the innovations', that stands for knowing nothing of them. */
const DIFFUSE = 1e6;

/** Errors of larger variance do not count: they only tell where the series starts. */
const UNINFORMATIVE = 1e4;

/**
 * The Kalman filter in Harvey's form (1993, Time Series Models, 2nd ed., section 4.4): the state of the differenced process, followed by
 * the last d + mD values, of which nothing is known at the beginning (a variance of 10⁶, as in R's arima). A missing value is predicted
 * and not learnt from. Its states, [r + d + mD], are the process's own and then the last values, the latest first. Its cost is in O(T r²); {@link exactFilter} does the same for series without gaps in O(T r).
 *
 * @param observed [T] 1 where there is a value, 0 where it is missing; what columns hold there is of no account
 * @param delta [d + mD] the difference polynomial's coefficients
 */
export function kalmanFilter(
  arma: Arma,
  observed: Uint8Array,
  delta: Float64Array,
  columnCount: number,
): ForecastingFilter {
  const { ar, ma } = arma;
  const length = observed.length;
  const r = Math.max(ar.length, ma.length + 1);
  const n = r + delta.length;
  const moments: Moments = { gamma: new Float64Array(r + 1), psi: new Float64Array(r + 1) };
  const update = momentsOf(arma, moments);
  const first = new Float64Array(r + 1);
  const phi = new Float64Array(r);
  const effect = new Float64Array(r); // of an innovation on the state: 1, θ_1, ...
  const P = new Float64Array(n * n);
  const gain = new Float64Array(n);
  const kept = new Float64Array(n);
  const states = Array.from({ length: columnCount }, () => new Float64Array(n));
  const deltaLags = Int32Array.from([...delta.keys()].filter((i) => delta[i] !== 0));

  /** The process's stationary covariance, from its last row up, and the diffuse one of the values before. */
  function start(): void {
    stateCovariances(arma, moments, first);
    P.fill(0);
    const variance = moments.gamma[0] ?? 0;
    for (let i = r - 1; i >= 0; i--) {
      for (let j = r - 1; j >= i; j--) {
        const a = phi[i] ?? 0;
        const b = phi[j] ?? 0;
        const later = j + 1 < r ? (P[(i + 1) * n + j + 1] ?? 0) : 0;
        const value =
          later +
          a * (first[j + 1] ?? 0) +
          b * (first[i + 1] ?? 0) +
          a * b * variance +
          (effect[i] ?? 0) * (effect[j] ?? 0);
        P[i * n + j] = value;
        P[j * n + i] = value;
      }
    }
    for (let i = r; i < n; i++) P[i * n + i] = DIFFUSE;
  }

  /** gain ← P h; the variance of the next value. */
  function look(): number {
    for (let i = 0; i < n; i++) {
      let value = P[i * n] ?? 0;
      for (let o = 0; o < deltaLags.length; o++) {
        const lag = deltaLags[o] ?? 0;
        value += (delta[lag] ?? 0) * (P[i * n + r + lag] ?? 0);
      }
      gain[i] = value;
    }
    return observe(gain);
  }

  /** h'a */
  function observe(state: Float64Array): number {
    let value = state[0] ?? 0;
    for (let o = 0; o < deltaLags.length; o++) {
      const lag = deltaLags[o] ?? 0;
      value += (delta[lag] ?? 0) * (state[r + lag] ?? 0);
    }
    return value;
  }

  function learn(f: number): void {
    for (let i = 0; i < n; i++) {
      const weight = (gain[i] ?? 0) / f;
      if (weight === 0) continue;
      for (let j = 0; j < n; j++) P[i * n + j] = (P[i * n + j] ?? 0) - weight * (gain[j] ?? 0);
    }
  }

  /** a ← T a, at `start` in steps of `stride`: once for a state, once for each column and each row of P. */
  function transition(vector: Float64Array, start: number, stride: number): void {
    const head = vector[start] ?? 0;
    let value = head;
    for (let o = 0; o < deltaLags.length; o++) {
      const lag = deltaLags[o] ?? 0;
      value += (delta[lag] ?? 0) * (vector[start + (r + lag) * stride] ?? 0);
    }
    let at = start;
    for (let i = 0; i < r; i++) {
      const next = i + 1 < r ? (vector[at + stride] ?? 0) : 0;
      vector[at] = next + (phi[i] ?? 0) * head;
      at += stride;
    }
    if (n === r) return;
    for (let i = n - 1; i > r; i--) vector[start + i * stride] = vector[start + (i - 1) * stride] ?? 0;
    vector[start + r * stride] = value;
  }

  function predict(): void {
    for (let j = 0; j < n; j++) transition(P, j, n);
    for (let i = 0; i < n; i++) transition(P, i * n, 1);
    for (let i = 0; i < r; i++) {
      const a = effect[i] ?? 0;
      if (a === 0) continue;
      for (let j = 0; j < r; j++) P[i * n + j] = (P[i * n + j] ?? 0) + a * (effect[j] ?? 0);
    }
  }

  const filter = {
    predicted: 0,
    states,
    run(columns: readonly Float64Array[], out: readonly Float64Array[], predictions?: Float64Array): number {
      phi.set(ar);
      effect.set(ma, 1);
      effect[0] = 1;
      if (!update()) return Number.POSITIVE_INFINITY;
      start();
      for (const state of states) state.fill(0);
      let logs = 0;
      let predicted = 0;
      for (let t = 0; t < length; t++) {
        const seen = observed[t] === 1;
        const f = look();
        const counts = seen && f < UNINFORMATIVE;
        if (predictions !== undefined)
          predictions[t] = f < UNINFORMATIVE ? observe(states[0] ?? kept) : Number.NaN;
        for (let i = 0; i < columns.length; i++) {
          const state = states[i] ?? kept;
          const error = (columns[i]?.[t] ?? 0) - observe(state);
          (out[i] ?? kept)[t] = counts ? error / Math.sqrt(f) : 0;
          if (seen) for (let k = 0; k < n; k++) state[k] = (state[k] ?? 0) + ((gain[k] ?? 0) * error) / f;
          transition(state, 0, 1);
        }
        if (counts) {
          logs += Math.log(f);
          predicted++;
        }
        if (seen) learn(f);
        predict();
      }
      filter.predicted = predicted;
      return logs;
    },
  };
  return filter;
}
