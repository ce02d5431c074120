// How a series goes with itself some steps later: autocorrelations, and partial ones.

/**
 * Autocorrelations at the lags 1 to `lags`: Σ (y_t - ȳ)(y_{t-k} - ȳ) / Σ (y_t - ȳ)² (Box, Jenkins, Reinsel and Ljung, Time Series
 * Analysis, 5th ed., equation 2.1.13). Zeros for a constant, and at lags that the series does not reach.
 *
 * @param values [T] finite
 * @returns [lags] the lag k at position k - 1
 */
export function acf(values: Float64Array, lags: number): Float64Array {
  const length = values.length;
  let mean = 0;
  for (let t = 0; t < length; t++) mean += values[t] ?? 0;
  mean /= length;
  const centred = new Float64Array(length);
  let variance = 0;
  for (let t = 0; t < length; t++) {
    const deviation = (values[t] ?? 0) - mean;
    centred[t] = deviation;
    variance += deviation * deviation;
  }
  const result = new Float64Array(lags);
  if (variance === 0) return result;
  for (let lag = 1; lag <= lags; lag++) {
    let sum = 0;
    for (let t = lag; t < length; t++) sum += (centred[t] ?? 0) * (centred[t - lag] ?? 0);
    result[lag - 1] = sum / variance;
  }
  return result;
}

/**
 * Partial autocorrelations at the lags 1 to `lags`, from the autocorrelations by Durbin and Levinson's recursion (the same book,
 * section A3.2).
 *
 * @param values [T] finite
 * @returns [lags] the lag k at position k - 1
 */
export function pacf(values: Float64Array, lags: number): Float64Array {
  const r = acf(values, lags);
  const result = new Float64Array(lags);
  // φ_{k,1} … φ_{k,k}: the autoregression of order k.
  let phi = new Float64Array(lags);
  let error = 1;
  for (let k = 1; k <= lags; k++) {
    let sum = r[k - 1] ?? 0;
    for (let j = 1; j < k; j++) sum -= (phi[j - 1] ?? 0) * (r[k - j - 1] ?? 0);
    if (error <= 0) break;
    const last = sum / error;
    const next = Float64Array.from(phi);
    for (let j = 1; j < k; j++) next[j - 1] = (phi[j - 1] ?? 0) - last * (phi[k - j - 1] ?? 0);
    next[k - 1] = last;
    phi = next;
    error *= 1 - last * last;
    result[k - 1] = last;
  }
  return result;
}
