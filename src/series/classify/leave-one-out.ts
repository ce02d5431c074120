// The penalty of a ridge regression, chosen by the errors of each row by the others.

import { dot } from "../../numeric/matrix.ts";
import { diagonalOfInverse, factorOf, solve } from "./gram-system.ts";
import { Turns } from "./turns.ts";

/** 1e-5 to 1, evenly by the logarithm. */
const PENALTIES = Array.from({ length: 10 }, (_, i) => 10 ** (-5 + (5 * i) / 9));

/** A penalty with what follows from it. */
export interface ChosenPenalty {
  readonly penalty: number;
  /** [S][N] The solutions c of (K + λI)·c = y. */
  readonly duals: readonly Float64Array[];
  /** [S][N] What each row would have been without itself. */
  readonly heldOut: readonly Float64Array[];
}

/**
 * The penalty with the least squared error of each row by the others: with G = (K + λI)⁻¹ and c = G·y, the error of a row is
 * c_i / (G_ii - u_i² / λ), u being the direction of the intercept, which is not held back by the penalty: K·u = 0.
 *
 * Source: Golub, Heath and Wahba, Technometrics 21, 1979.
 *
 * @param matrix [N, N] K, row-major; see {@link withoutDirection}
 * @param targets [S][N]; see {@link withoutPart}
 * @param intercept [N] u, of length 1
 */
export async function choosePenalty(
  matrix: Float64Array,
  targets: readonly Float64Array[],
  intercept: Float64Array,
  signal?: AbortSignal,
): Promise<ChosenPenalty> {
  const turns = new Turns();
  let best: (ChosenPenalty & { readonly error: number }) | undefined;
  for (const penalty of PENALTIES) {
    await turns.give(signal);
    const factor = factorOf(matrix, penalty);
    if (factor === undefined) continue;
    const diagonal = diagonalOfInverse(factor).map((value, i) => value - (intercept[i] ?? 0) ** 2 / penalty);
    const duals = targets.map((target) => solve(factor, target));
    const errors = duals.map((dual) => dual.map((value, i) => value / (diagonal[i] ?? 1)));
    const error = errors.reduce((sum, one) => sum + dot(one, one), 0);
    if (best !== undefined && error >= best.error) continue;
    const heldOut = targets.map((target, s) => target.map((y, i) => y - (errors[s]?.[i] ?? 0)));
    best = { penalty, duals, heldOut, error };
  }
  // With the greatest penalty, the matrix is positive definite beyond any rounding.
  if (best === undefined) throw new TypeError("a Gram matrix has a factor");
  return best;
}

/** (I - u·uᵀ)·K·(I - u·uᵀ), in place: rounding, and rows that are some of all, leave a part along u. */
export function withoutDirection(matrix: Float64Array, u: Float64Array): Float64Array {
  const size = u.length;
  const product = Float64Array.from(u, (_, i) => dot(matrix.subarray(i * size, (i + 1) * size), u));
  const both = dot(product, u);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const part =
        (u[i] ?? 0) * (product[j] ?? 0) + (product[i] ?? 0) * (u[j] ?? 0) - both * (u[i] ?? 0) * (u[j] ?? 0);
      matrix[i * size + j] = (matrix[i * size + j] ?? 0) - part;
    }
  }
  return matrix;
}

/** (I - u·uᵀ)·y. */
export function withoutPart(values: Float64Array, u: Float64Array): Float64Array {
  const part = dot(values, u);
  return values.map((value, i) => value - part * (u[i] ?? 0));
}
