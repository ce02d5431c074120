// Burg's estimate of an autoregression, with its order by Akaike's criterion.

/** x_t = Σ_j coefficients[j] x_{t-1-j} + an error. */
export interface Autoregression {
  /** [p] φ_1 … φ_p */
  readonly coefficients: readonly number[];
  /** Of the errors. */
  readonly variance: number;
  /** Akaike's: T log σ² + 2p. */
  readonly aic: number;
}

/**
 * Fits autoregressions of the orders 0 to `most` by minimising forward and backward errors, and takes the one with the smallest AIC
 * (Burg 1975; Brockwell and Davis, Introduction to Time Series and Forecasting, 3rd ed., section 5.1.2; R's `ar.burg`). It
 * is always stationary.
 *
 * @param values [T] whose mean is taken to be 0
 */
export function burgAutoregression(values: Float64Array, most: number): Autoregression {
  const count = values.length;
  const forward = values.slice();
  const backward = values.slice();
  const phi = new Float64Array(most);
  const before = new Float64Array(most);
  let variance = values.reduce((sum, value) => sum + value * value, 0) / count;
  const smallest = 1e-12 * variance; // what is left below this is rounding
  let best: Autoregression = { coefficients: [], variance, aic: count * Math.log(variance) };
  for (let p = 1; p <= most && variance > smallest; p++) {
    let [products, squares] = [0, 0];
    for (let t = p; t < count; t++) {
      const [f, b] = [forward[t] ?? 0, backward[t - 1] ?? 0];
      products += f * b;
      squares += f * f + b * b;
    }
    const reflection = squares === 0 ? 0 : (2 * products) / squares;
    // From the end, so that backward[t - 1] is still that of the order before.
    for (let t = count - 1; t >= p; t--) {
      const [f, b] = [forward[t] ?? 0, backward[t - 1] ?? 0];
      forward[t] = f - reflection * b;
      backward[t] = b - reflection * f;
    }
    before.set(phi);
    for (let j = 1; j < p; j++) phi[j - 1] = (before[j - 1] ?? 0) - reflection * (before[p - j - 1] ?? 0);
    phi[p - 1] = reflection;
    variance *= 1 - reflection * reflection;
    const aic = count * Math.log(variance) + 2 * p;
    if (aic < best.aic) best = { coefficients: [...phi.subarray(0, p)], variance, aic };
  }
  return best;
}
