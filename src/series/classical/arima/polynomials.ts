// The polynomials of a seasonal ARMA process: factors multiplied out, and coefficients kept stationary and invertible.

import { type ArimaOrder, coefficientCount } from "./order.ts";

/**
 * An ARMA process with its seasonal factors multiplied out:
 * y_t = Σ ar[i-1] y_{t-i} + e_t + Σ ma[j-1] e_{t-j}, the innovations e of variance 1.
 */
export interface Arma {
  /** [p + mP] */
  readonly ar: Float64Array;
  /** [q + mQ] */
  readonly ma: Float64Array;
  /** The lags whose coefficients are not zero by construction; few, where a season is long. */
  readonly arLags: Int32Array;
  readonly maLags: Int32Array;
}

/** A process of an order, all coefficients zero. */
export function createArma({ p, q, P, Q, m }: ArimaOrder): Arma {
  return {
    ar: new Float64Array(p + m * P),
    ma: new Float64Array(q + m * Q),
    arLags: productLags(p, P, m),
    maLags: productLags(q, Q, m),
  };
}

/** Lags i + jm of a product of two factors, ascending, without 0. */
function productLags(plain: number, seasonal: number, m: number): Int32Array {
  const lags = new Set<number>();
  for (let j = 0; j <= seasonal; j++) for (let i = 0; i <= plain; i++) lags.add(i + j * m);
  lags.delete(0);
  return Int32Array.from(lags).sort();
}

/**
 * Multiplies the factors (1 - Σ φ_i Bⁱ)(1 - Σ Φ_j Bʲᵐ) and (1 + Σ θ_i Bⁱ)(1 + Σ Θ_j Bʲᵐ) out.
 *
 * @param coefficients φ [p], θ [q], Φ [P], Θ [Q], one after the other
 * @param into a process of that order, which is overwritten
 */
export function multiplyOut(order: ArimaOrder, coefficients: Float64Array, into: Arma): void {
  const { p, q, P, Q, m } = order;
  multiplyFactors(coefficients, 0, p, p + q, P, m, -1, into.ar);
  multiplyFactors(coefficients, p, q, p + q + P, Q, m, 1, into.ma);
}

/** Products of the coefficients at `plain` and at `seasonal`; their sign as a factor of a product is that of the polynomial's terms. */
function multiplyFactors(
  coefficients: Float64Array,
  plain: number,
  plainCount: number,
  seasonal: number,
  seasonalCount: number,
  m: number,
  sign: number,
  out: Float64Array,
): void {
  out.fill(0);
  for (let i = 0; i < plainCount; i++) out[i] = coefficients[plain + i] ?? 0;
  for (let j = 0; j < seasonalCount; j++) {
    const factor = coefficients[seasonal + j] ?? 0;
    const lag = (j + 1) * m;
    out[lag - 1] = (out[lag - 1] ?? 0) + factor;
    for (let i = 0; i < plainCount; i++)
      out[lag + i] = (out[lag + i] ?? 0) + sign * factor * (coefficients[plain + i] ?? 0);
  }
}

/**
 * Turns free numbers into coefficients of a stationary and invertible process: their hyperbolic tangents are the partial
 * autocorrelations of each of the four factors (Jones 1980, Technometrics 22(3), 389–395).
 *
 * @param free [p + q + P + Q]
 * @param out [p + q + P + Q] φ, θ, Φ, Θ
 */
export function constrain({ p, q, P, Q }: ArimaOrder, free: Float64Array, out: Float64Array): void {
  fromFree(free, out, 0, p, 1);
  fromFree(free, out, p, q, -1);
  fromFree(free, out, p + q, P, 1);
  fromFree(free, out, p + q + P, Q, -1);
}

const scratch = new Float64Array(64);

/** By the recursion of Durbin and Levinson, from partial autocorrelations up. */
function fromFree(free: Float64Array, out: Float64Array, start: number, count: number, sign: number): void {
  for (let k = 0; k < count; k++) {
    const partial = Math.tanh(free[start + k] ?? 0);
    for (let i = 0; i < k; i++) scratch[i] = (out[start + i] ?? 0) - partial * (out[start + k - 1 - i] ?? 0);
    for (let i = 0; i < k; i++) out[start + i] = scratch[i] ?? 0;
    out[start + k] = partial;
  }
  if (sign < 0) for (let k = 0; k < count; k++) out[start + k] = -(out[start + k] ?? 0);
}

/**
 * The inverse of {@link constrain}.
 *
 * @param limit the largest free number; coefficients beyond, or not stationary, are drawn back to it
 */
export function release(order: ArimaOrder, coefficients: Float64Array, limit = 3): Float64Array {
  const { p, q, P } = order;
  const free = new Float64Array(coefficientCount(order));
  toFree(coefficients.subarray(0, p), free.subarray(0, p), 1, limit);
  toFree(coefficients.subarray(p, p + q), free.subarray(p, p + q), -1, limit);
  toFree(coefficients.subarray(p + q, p + q + P), free.subarray(p + q, p + q + P), 1, limit);
  toFree(coefficients.subarray(p + q + P), free.subarray(p + q + P), -1, limit);
  return free;
}

function toFree(coefficients: Float64Array, out: Float64Array, sign: number, limit: number): void {
  const partials = partialsOf(coefficients.map((value) => sign * value));
  const most = Math.tanh(limit);
  for (const [k, partial] of partials.entries())
    out[k] = Math.atanh(Math.min(most, Math.max(-most, partial)));
}

/** Partial autocorrelations of the polynomial 1 - Σ a_i Bⁱ; all within (-1, 1) where, and only where, it is stationary. */
function partialsOf(coefficients: Float64Array): Float64Array {
  const a = coefficients.slice();
  const before = new Float64Array(a.length);
  for (let k = a.length - 1; k > 0; k--) {
    const partial = a[k] ?? 0;
    const rest = 1 - partial * partial;
    if (rest <= 0) return a.fill(1, 0, k);
    for (let i = 0; i < k; i++) before[i] = ((a[i] ?? 0) + partial * (a[k - 1 - i] ?? 0)) / rest;
    a.set(before.subarray(0, k));
  }
  return a;
}

/**
 * Whether the roots of all four factors are beyond a distance from 0: those of the plain factors in B, of the seasonal ones in Bᵐ.
 *
 * @param coefficients φ, θ, Φ, Θ
 */
export function rootsBeyond({ p, q, P }: ArimaOrder, coefficients: Float64Array, distance: number): boolean {
  return (
    beyond(coefficients.subarray(0, p), 1, distance) &&
    beyond(coefficients.subarray(p, p + q), -1, distance) &&
    beyond(coefficients.subarray(p + q, p + q + P), 1, distance) &&
    beyond(coefficients.subarray(p + q + P), -1, distance)
  );
}

/** The roots of 1 - Σ a_i zⁱ are beyond r where those of 1 - Σ a_i rⁱ zⁱ are beyond 1. */
function beyond(coefficients: Float64Array, sign: number, modulus: number): boolean {
  const scaled = coefficients.map((value, i) => sign * value * modulus ** (i + 1));
  return partialsOf(scaled).every((partial) => Math.abs(partial) < 1);
}
