// The continuous ranked probability score: how good a forecast of a whole distribution is.

import { normalCdf } from "../../numeric/distributions.ts";

/**
 * The score of a normal distribution (Gneiting and Raftery 2007, JASA 102, equation 21): σ [z (2Φ(z) - 1) + 2φ(z) - 1/√π] with
 * z = (y - μ)/σ. In the units of the value; less is better; |y - μ| where σ is 0.
 */
export function crpsNormal(value: number, mean: number, deviation: number): number {
  if (deviation === 0) return Math.abs(value - mean);
  const z = (value - mean) / deviation;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return deviation * (z * (2 * normalCdf(z) - 1) + 2 * density - 1 / Math.sqrt(Math.PI));
}

/**
 * The score of a distribution given by samples: mean |x_i - y| - ½ mean |x_i - x_j| (the same paper, equation 20).
 *
 * @param samples [n] draws from the forecast's distribution
 */
export function crpsSamples(value: number, samples: ArrayLike<number>): number {
  const sorted = Float64Array.from(samples).sort();
  const n = sorted.length;
  let [distance, spread] = [0, 0];
  for (const [i, sample] of sorted.entries()) {
    distance += Math.abs(sample - value);
    // Σ_i Σ_j |x_i - x_j| = 2 Σ_i (2i - n + 1) x_(i) for sorted x, i from 0.
    spread += 2 * (2 * i - n + 1) * sample;
  }
  return distance / n - spread / (2 * n * n);
}
