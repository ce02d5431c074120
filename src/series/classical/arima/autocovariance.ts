// Autocovariances of an ARMA process, for the exact likelihood.

import type { Arma } from "./polynomials.ts";

/** What the exact likelihood needs to know of a process whose innovations have variance 1. */
export interface Moments {
  /** [K + 1] Autocovariances at the lags 0 to K. */
  readonly gamma: Float64Array;
  /** [K + 1] The effect ψ_k of an innovation on the value k steps later. */
  readonly psi: Float64Array;
}

/**
 * Makes a function that fills in the moments of a process at lags up to K, and says whether it is stationary. It holds buffers of its
 * own and reads the process anew each time it is called.
 *
 * The autoregressive part u = e / φ(B) has its autocovariances by Levinson's recursion run backwards from φ and then forwards, in
 * O(p²) (Wilson 1979, Journal of the Royal Statistical Society B 41(3), 279–281), and those of y = θ(B) u are sums over pairs of θ.
 */
export function momentsOf(arma: Arma, moments: Moments): () => boolean {
  const { ar, ma, arLags, maLags } = arma;
  const { gamma, psi } = moments;
  const p = ar.length;
  const q = ma.length;
  const count = gamma.length;
  const plain = new Float64Array(count + q); // γ of u
  const pairs = new Float64Array(q + 1); // Σ_j θ_j θ_{j+h}
  // levels[k * p ..]: the prediction coefficients of order k + 1.
  const levels = new Float64Array(p * p);

  function autoregressive(): boolean {
    if (p > 0) levels.set(ar, (p - 1) * p);
    let shrink = 1;
    for (let k = p - 1; k >= 0; k--) {
      const level = k * p;
      const partial = levels[level + k] ?? 0;
      const rest = 1 - partial * partial;
      if (!(rest > 0)) return false;
      shrink *= rest;
      for (let i = 0; i < k; i++)
        levels[level - p + i] =
          ((levels[level + i] ?? 0) + partial * (levels[level + k - 1 - i] ?? 0)) / rest;
    }
    plain[0] = 1 / shrink;
    for (let k = 1; k < plain.length; k++) {
      let sum = 0;
      if (k <= p) {
        const level = (k - 1) * p;
        for (let i = 0; i < k; i++) sum += (levels[level + i] ?? 0) * (plain[k - 1 - i] ?? 0);
      } else {
        for (let n = 0; n < arLags.length; n++) {
          const lag = arLags[n] ?? 0;
          sum += (ar[lag - 1] ?? 0) * (plain[k - lag] ?? 0);
        }
      }
      plain[k] = sum;
    }
    return true;
  }

  function movingAverage(): void {
    pairs.fill(0);
    for (let n = -1; n < maLags.length; n++) {
      const i = n < 0 ? 0 : (maLags[n] ?? 0);
      const left = n < 0 ? 1 : (ma[i - 1] ?? 0);
      for (let o = n; o < maLags.length; o++) {
        const j = o < 0 ? 0 : (maLags[o] ?? 0);
        pairs[j - i] = (pairs[j - i] ?? 0) + left * (o < 0 ? 1 : (ma[j - 1] ?? 0));
      }
    }
    for (let k = 0; k < count; k++) {
      let sum = (pairs[0] ?? 0) * (plain[k] ?? 0);
      for (let h = 1; h <= q; h++) {
        const weight = pairs[h] ?? 0;
        if (weight !== 0) sum += weight * ((plain[k + h] ?? 0) + (plain[Math.abs(k - h)] ?? 0));
      }
      gamma[k] = sum;
    }
  }

  function effects(): void {
    psi[0] = 1;
    for (let k = 1; k < count; k++) {
      let sum = k <= q ? (ma[k - 1] ?? 0) : 0;
      for (let n = 0; n < arLags.length; n++) {
        const lag = arLags[n] ?? 0;
        if (lag > k) break;
        sum += (ar[lag - 1] ?? 0) * (psi[k - lag] ?? 0);
      }
      psi[k] = sum;
    }
  }

  return () => {
    if (!autoregressive()) return false;
    movingAverage();
    effects();
    return true;
  };
}

/**
 * The covariances of a process's state, in Harvey's form, with its first value: those of Σ_{j≥i} φ_j y_{t+i-j} + θ_j e_{t+i-j} with y_t,
 * where what belongs to y_t itself is left out (φ_i times the variance for the state one step on).
 *
 * @param out [r + 1] at i: the covariance of the state's element i (from 0) with the value; out[0] is the variance, the last is 0
 */
export function stateCovariances(arma: Arma, moments: Moments, out: Float64Array): void {
  const { ar, ma, arLags, maLags } = arma;
  const { gamma, psi } = moments;
  out.fill(0);
  out[0] = gamma[0] ?? 0;
  for (let n = 0; n < arLags.length; n++) {
    const lag = arLags[n] ?? 0;
    const weight = ar[lag - 1] ?? 0;
    for (let i = 1; i < lag; i++) out[i] = (out[i] ?? 0) + weight * (gamma[lag - i] ?? 0);
  }
  for (let n = 0; n < maLags.length; n++) {
    const lag = maLags[n] ?? 0;
    const weight = ma[lag - 1] ?? 0;
    for (let i = 1; i <= lag; i++) out[i] = (out[i] ?? 0) + weight * (psi[lag - i] ?? 0);
  }
}
