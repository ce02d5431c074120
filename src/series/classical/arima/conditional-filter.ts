// Innovations on condition that the first values are given and the innovations before are zero: the fast way, for the first guess.

import type { Filter } from "./innovations.ts";
import type { Arma } from "./polynomials.ts";

/**
 * The filter of the conditional sum of squares (Box and Jenkins 1970, section 7.1.2): e_t = y_t - Σ φ_i y_{t-i} - Σ θ_j e_{t-j} from
 * t = p + mP on. Its cost is in O(T) for each lag that the polynomials have, however long the season.
 */
export function conditionalFilter(arma: Arma, length: number): Filter {
  const { ar, ma, arLags, maLags } = arma;
  const start = ar.length;
  const q = ma.length;
  // q zeros first, so that lags never reach before the beginning.
  const errors = new Float64Array(q + length);
  const weights = new Float64Array(maLags.length);

  function runColumn(column: Float64Array, out: Float64Array): void {
    errors.fill(0, 0, Math.min(q + start, errors.length));
    for (let t = start; t < length; t++) errors[q + t] = column[t] ?? 0;
    for (let n = 0; n < arLags.length; n++) {
      const lag = arLags[n] ?? 0;
      const weight = ar[lag - 1] ?? 0;
      for (let t = start; t < length; t++)
        errors[q + t] = (errors[q + t] ?? 0) - weight * (column[t - lag] ?? 0);
    }
    if (q > 0) {
      const count = maLags.length;
      for (let n = 0; n < count; n++) weights[n] = ma[(maLags[n] ?? 0) - 1] ?? 0;
      for (let t = q + start; t < q + length; t++) {
        let error = errors[t] ?? 0;
        for (let n = 0; n < count; n++) error -= (weights[n] ?? 0) * (errors[t - (maLags[n] ?? 0)] ?? 0);
        errors[t] = error;
      }
    }
    for (let t = 0; t < length; t++) out[t] = errors[q + t] ?? 0;
  }

  return {
    predicted: Math.max(0, length - start),
    run(columns, out) {
      for (const [i, column] of columns.entries()) runColumn(column, out[i] ?? column);
      return 0;
    },
  };
}
