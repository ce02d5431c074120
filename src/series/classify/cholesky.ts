// Cholesky factors of symmetric matrices some thousand rows large, in blocks of rows that stay in the cache.

/** A lower triangular matrix [N, N], row-major; above its diagonal stands what was there. */
export interface Factor {
  readonly size: number;
  readonly lower: Float64Array;
}

/**
 * The factor L of K + λI = L·Lᵀ; undefined where that is not positive definite.
 *
 * @param matrix [N, N] symmetric, row-major
 */
export function choleskyOf(matrix: Float64Array, penalty: number): Factor | undefined {
  const size = Math.sqrt(matrix.length);
  const lower = Float64Array.from(matrix);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const sum = (lower[i * size + j] ?? 0) - dotRows(lower, size, i, j, j);
      lower[i * size + j] = sum / (lower[j * size + j] ?? 1);
    }
    const pivot = (lower[i * size + i] ?? 0) + penalty - dotRows(lower, size, i, i, i);
    if (!(pivot > 1e-14)) return undefined;
    lower[i * size + i] = Math.sqrt(pivot);
  }
  return { size, lower };
}

/** Solves L·Lᵀ·x = y. @param y [N] @returns [N] */
export function solveCholesky({ size, lower }: Factor, y: Float64Array): Float64Array {
  const x = Float64Array.from(y);
  for (let i = 0; i < size; i++) {
    let sum = x[i] ?? 0;
    for (let j = 0; j < i; j++) sum -= (lower[i * size + j] ?? 0) * (x[j] ?? 0);
    x[i] = sum / (lower[i * size + i] ?? 1);
  }
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
  // Columns of L⁻¹ as rows, so that the products run along memory.
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

/** The dot product of the first `count` elements of two rows, in four sums at once. */
function dotRows(matrix: Float64Array, size: number, a: number, b: number, count: number): number {
  const [left, right] = [a * size, b * size];
  const whole = count - (count % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let k = 0; k < whole; k += 4) {
    s0 += (matrix[left + k] ?? 0) * (matrix[right + k] ?? 0);
    s1 += (matrix[left + k + 1] ?? 0) * (matrix[right + k + 1] ?? 0);
    s2 += (matrix[left + k + 2] ?? 0) * (matrix[right + k + 2] ?? 0);
    s3 += (matrix[left + k + 3] ?? 0) * (matrix[right + k + 3] ?? 0);
  }
  for (let k = whole; k < count; k++) s0 += (matrix[left + k] ?? 0) * (matrix[right + k] ?? 0);
  return s0 + s1 + s2 + s3;
}
