// How surely two points of a UMAP map count as neighbours, by their distance.

import { levenbergMarquardt } from "../../numeric/levenberg-marquardt.ts";

/** The curve 1 / (1 + a d^(2b)). */
export interface UmapCurve {
  readonly a: number;
  readonly b: number;
}

const SAMPLES = 300;

/**
 * The a and b whose curve comes nearest to 1 up to `minDistance` and exp(−(d − minDistance)) beyond, at 300 distances from 0 to 3.
 *
 * Source: McInnes, Healy and Melville, "UMAP", arXiv:1802.03426, definition 11.
 */
export function umapCurve(minDistance: number): UmapCurve {
  const distances = Float64Array.from({ length: SAMPLES }, (_, i) => (3 * i) / (SAMPLES - 1));
  const wanted = distances.map((d) => (d < minDistance ? 1 : Math.exp(minDistance - d)));
  const { parameters } = levenbergMarquardt(
    ([a = 1, b = 1], out) => {
      if (!(a > 0 && b > 0)) return Infinity;
      let sum = 0;
      for (let i = 0; i < SAMPLES; i++) {
        const residual = 1 / (1 + a * (distances[i] ?? 0) ** (2 * b)) - (wanted[i] ?? 0);
        out[i] = residual;
        sum += residual * residual;
      }
      return sum;
    },
    Float64Array.of(1, 1),
    SAMPLES,
    { tolerance: 1e-12, iterations: 200 },
  );
  const [a = 1, b = 1] = parameters;
  return { a, b };
}
