// Innovations of a stationary process from its first value on, exactly and in O(T r): the exact likelihood's filter.

import { type Moments, momentsOf, stateCovariances } from "./autocovariance.ts";
import type { ForecastingFilter } from "./innovations.ts";
import type { Arma } from "./polynomials.ts";

/** What the variance of the errors may be above that of the innovations for the process to count as settled. */
const SETTLED = 1e-9;

/**
 * The Kalman filter of an ARMA process in the form of Morf, Sidhu and Kailath (1974, IEEE Transactions on Automatic Control 19(4),
 * 315–323), as in Mélard (1984, Applied Statistics 33(1), 104–114, algorithm AS 197): instead of the state's covariance P_t, r × r, it
 * carries the gain K_t = T P_t h and a vector L_t with P_{t+1} - P_t = m_t L_t L_t', each of r = max(p + mP, q + mQ + 1) numbers:
 *
 *     f_{t+1} = f_t + m_t l²,  K_{t+1} = K_t + m_t l T L_t,  L_{t+1} = T L_t - K_t l / f_t,  m_{t+1} = m_t - m_t² l² / f_{t+1},  l = h'L_t
 *
 * Once f_t has come down to 1 the difference equation of the process, with few lags, does the rest.
 *
 * @param options `settles: false` keeps the state up to the end, for forecasts, [r + 1] with a zero at the end. Default: true.
 */
export function exactFilter(
  arma: Arma,
  length: number,
  columnCount: number,
  options: { settles?: boolean } = {},
): ForecastingFilter {
  const { settles = true } = options;
  const { ar, ma, arLags, maLags } = arma;
  const q = ma.length;
  const r = Math.max(ar.length, q + 1);
  const moments: Moments = { gamma: new Float64Array(r + 1), psi: new Float64Array(r + 1) };
  const update = momentsOf(arma, moments);
  const phi = new Float64Array(r);
  // One longer than the state: the last, always zero, is what shifts in.
  const gain = new Float64Array(r + 1);
  const change = new Float64Array(r + 1);
  const states = Array.from({ length: columnCount }, () => new Float64Array(r + 1));

  /** K_1 = T P_1 h, of the covariances of the state with the first value. */
  function start(): void {
    stateCovariances(arma, moments, change);
    const variance = moments.gamma[0] ?? 0;
    for (let i = 0; i < r; i++) gain[i] = (change[i + 1] ?? 0) + (phi[i] ?? 0) * variance;
    change.set(gain);
  }

  /** The state after a value, from the error of predicting it: a ← T a + K v / f. */
  function advance(state: Float64Array, scaledError: number): void {
    const first = state[0] ?? 0;
    for (let i = 0; i < r; i++)
      state[i] = (state[i + 1] ?? 0) + (phi[i] ?? 0) * first + (gain[i] ?? 0) * scaledError;
  }

  /** K and L one step on. */
  function advanceGain(l: number, m: number, f: number): void {
    const ml = m * l;
    const lf = l / f;
    for (let i = 0; i < r; i++) {
      const shifted = (change[i + 1] ?? 0) + (phi[i] ?? 0) * l;
      const k = gain[i] ?? 0;
      gain[i] = k + ml * shifted;
      change[i] = shifted - k * lf;
    }
  }

  /** The difference equation of the process, from a time on. */
  function settle(column: Float64Array, out: Float64Array, from: number): void {
    for (let t = from; t < length; t++) {
      let error = column[t] ?? 0;
      for (let n = 0; n < arLags.length; n++) {
        const lag = arLags[n] ?? 0;
        error -= (ar[lag - 1] ?? 0) * (column[t - lag] ?? 0);
      }
      for (let n = 0; n < maLags.length; n++) {
        const lag = maLags[n] ?? 0;
        error -= (ma[lag - 1] ?? 0) * (out[t - lag] ?? 0);
      }
      out[t] = error;
    }
  }

  function run(
    columns: readonly Float64Array[],
    out: readonly Float64Array[],
    predictions?: Float64Array,
  ): number {
    phi.set(ar);
    if (!update()) return Number.POSITIVE_INFINITY;
    start();
    for (const state of states) state.fill(0);
    let f = moments.gamma[0] ?? 0;
    let m = -1 / f;
    let logs = 0;
    let product = 1; // of variances, whose logarithm is taken before it overflows
    let quiet = 0;
    for (let t = 0; t < length; t++) {
      quiet = f - 1 < SETTLED ? quiet + 1 : 0;
      if (settles && quiet > q && t >= ar.length) {
        for (let i = 0; i < columns.length; i++) settle(columns[i] ?? gain, out[i] ?? gain, t);
        break;
      }
      if (predictions !== undefined) predictions[t] = states[0]?.[0] ?? 0;
      const deviation = Math.sqrt(f);
      for (let i = 0; i < columns.length; i++) {
        const state = states[i] ?? gain;
        const error = (columns[i]?.[t] ?? 0) - (state[0] ?? 0);
        (out[i] ?? gain)[t] = error / deviation;
        advance(state, error / f);
      }
      product *= f;
      if (product > 1e200) {
        logs += Math.log(product);
        product = 1;
      }
      const l = change[0] ?? 0;
      const next = Math.max(1, f + m * l * l);
      advanceGain(l, m, f);
      m -= (m * m * l * l) / next;
      f = next;
    }
    return logs + Math.log(product);
  }

  return { run, predicted: length, states };
}
