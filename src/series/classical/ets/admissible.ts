// Whether a seasonal model forgets: the admissible region of its parameters.

export interface SmoothingParameters {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
}

/** How far outside the unit circle a root may lie: rounding, and of no effect on series of usual length. */
const SLACK = 1 + 1e-4;

/**
 * Whether old values lose their influence in a model with a season: all roots of its characteristic polynomial
 *
 *     zᵐ⁺¹ + (α+β−φ)zᵐ + (α+β−αφ)(zᵐ⁻¹ + … + z²) + (α+β−αφ+γ−1)z + φ(1−α−γ)
 *
 * lie within the unit circle (Hyndman et al. 2008, section 10.2), which the step-down recursion of Schur and Cohn finds without them.
 * The usual bounds of the parameters do not guarantee it where m and β are large.
 */
export function isAdmissible({ alpha, beta, gamma, phi }: SmoothingParameters, period: number): boolean {
  const degree = period + 1;
  let polynomial = new Float64Array(degree + 1).fill(alpha + beta - alpha * phi); // from the constant up
  polynomial[degree] = 1;
  polynomial[degree - 1] = alpha + beta - phi;
  polynomial[1] = alpha + beta - alpha * phi + gamma - 1;
  polynomial[0] = phi * (1 - alpha - gamma);
  polynomial = polynomial.map((coefficient, power) => coefficient * SLACK ** power);
  for (let n = degree; n > 0; n--) {
    const leading = polynomial[n] ?? 0;
    const reflection = (polynomial[0] ?? 0) / leading;
    if (!(Math.abs(reflection) < 1)) return false;
    const next = new Float64Array(n);
    for (let i = 0; i < n; i++)
      next[i] = (polynomial[i + 1] ?? 0) - reflection * (polynomial[n - 1 - i] ?? 0);
    polynomial = next;
  }
  return true;
}
