// The equations (K + λI)·x = y of a Gram matrix K = Z·Zᵀ, some thousand rows large: as many as there are series.

import { transpose } from "../../graph/ops/layout.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { cholesky, solveLower } from "../../numeric/matrix.ts";
import { jit } from "../../runtime/jit.ts";
import type { NdArray } from "../../tensor/nd-array.ts";

/** A lower triangular matrix [N, N], row-major. */
export interface Factor {
  readonly size: number;
  readonly lower: Float64Array;
}

/** Z·Zᵀ. @param z [N, F] @returns [N, N] row-major */
export async function gramOf(z: NdArray): Promise<Float64Array> {
  const product = await jit(gram)(z);
  return (product as NdArray).toFloat64();
}

const gram = (z: Tensor) => matmul(z, transpose(z, [1, 0]));

/**
 * The Cholesky factor L of K + λI = L·Lᵀ; undefined where that is not positive definite.
 *
 * @param matrix [N, N] symmetric, row-major
 */
export function factorOf(matrix: Float64Array, penalty: number): Factor | undefined {
  const size = Math.sqrt(matrix.length);
  const penalized = Float64Array.from(matrix);
  for (let i = 0; i < size; i++) penalized[i * size + i] = (penalized[i * size + i] ?? 0) + penalty;
  const lower = cholesky(penalized, size);
  return lower === undefined ? undefined : { size, lower };
}

/** Solves L·Lᵀ·x = y. @param y [N] @returns [N] */
export function solve({ size, lower }: Factor, y: Float64Array): Float64Array {
  const x = Float64Array.from(y);
  solveLower(lower, x, size);
  for (let i = size - 1; i >= 0; i--) {
    const value = (x[i] ?? 0) / (lower[i * size + i] ?? 1);
    x[i] = value;
    for (let j = 0; j < i; j++) x[j] = (x[j] ?? 0) - (lower[i * size + j] ?? 0) * value;
  }
  return x;
}

/** The diagonal of (L·Lᵀ)⁻¹: sums of squares of the columns of L⁻¹. @returns [N] */
export function diagonalOfInverse({ size, lower }: Factor): Float64Array {
  const diagonal = new Float64Array(size);
  const column = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    column[k] = 1 / (lower[k * size + k] ?? 1);
    let squares = (column[k] ?? 0) ** 2;
    for (let i = k + 1; i < size; i++) {
      let sum = 0;
      const row = i * size;
      for (let j = k; j < i; j++) sum += (lower[row + j] ?? 0) * (column[j] ?? 0);
      const value = -sum / (lower[row + i] ?? 1);
      column[i] = value;
      squares += value * value;
    }
    diagonal[k] = squares;
  }
  return diagonal;
}
