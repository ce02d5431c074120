// Differences of a series and of its regressors, and the way back.

import type { ArimaOrder } from "./order.ts";

/** [T - lag] Each value less the one `lag` before. */
export function difference(values: Float64Array, lag = 1): Float64Array {
  const result = new Float64Array(Math.max(0, values.length - lag));
  for (let t = 0; t < result.length; t++) result[t] = (values[t + lag] ?? 0) - (values[t] ?? 0);
  return result;
}

/** [T - d - mD] Differenced D times by season, d times from one value to the next. */
export function differenced(
  values: Float64Array,
  { d, D, m }: Pick<ArimaOrder, "d" | "D" | "m">,
): Float64Array {
  let result = values;
  for (let i = 0; i < D; i++) result = difference(result, m);
  for (let i = 0; i < d; i++) result = difference(result);
  return result;
}

/** [d + mD] The coefficients δ of 1 - Σ δ_i Bⁱ = (1 - B)ᵈ (1 - Bᵐ)ᴰ. */
export function differencePolynomial({ d, D, m }: Pick<ArimaOrder, "d" | "D" | "m">): Float64Array {
  let polynomial = Float64Array.of(1);
  const lags = [...Array<number>(d).fill(1), ...Array<number>(D).fill(m)];
  for (const lag of lags) {
    const product = new Float64Array(polynomial.length + lag);
    for (const [i, value] of polynomial.entries()) {
      product[i] = (product[i] ?? 0) + value;
      product[i + lag] = (product[i + lag] ?? 0) - value;
    }
    polynomial = product;
  }
  return polynomial.subarray(1).map((value) => -value);
}
