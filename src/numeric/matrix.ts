// Small dense matrices, row by row in Float64Arrays.

/** Σ a_i b_i. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** a += factor · b, in place; vectors or matrices. */
export function addScaled(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] ?? 0) + factor * (b[i] ?? 0);
}

/** The product of `a` ([rows, inner]) and `b` ([inner, columns]): [rows, columns]. A vector is a matrix with one column. */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner = rows,
  columns = b.length / inner,
): Float64Array {
  const product = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k] ?? 0;
      if (factor === 0) continue;
      for (let j = 0; j < columns; j++)
        product[i * columns + j] = (product[i * columns + j] ?? 0) + factor * (b[k * columns + j] ?? 0);
    }
  }
  return product;
}

/** The transpose of `a` ([rows, columns]): [columns, rows]. */
export function transpose(a: Float64Array, rows: number, columns = rows): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = a[i * columns + j] ?? 0;
  }
  return result;
}

/**
 * The Cholesky factor of a symmetric positive definite matrix: the lower triangle L with L L' = a (Golub and Van Loan, Matrix
 * Computations, 4th ed., section 4.2).
 *
 * @param a [size, size]; its lower triangle is read
 * @returns undefined where `a` is not positive definite, as far as double precision can tell
 */
export function cholesky(a: Float64Array, size: number): Float64Array | undefined {
  const l = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (l[i * size + k] ?? 0) * (l[j * size + k] ?? 0);
      if (i !== j) {
        l[i * size + j] = sum / (l[j * size + j] ?? 0);
        continue;
      }
      if (!(sum > 1e-14 * (a[i * size + i] ?? 0))) return undefined;
      l[i * size + i] = Math.sqrt(sum);
    }
  }
  return l;
}

/** Solves L x = b for a lower triangle L ([size, size]), in place of `b`. */
export function solveLower(l: Float64Array, b: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    let sum = b[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (l[i * size + k] ?? 0) * (b[k] ?? 0);
    b[i] = sum / (l[i * size + i] ?? 0);
  }
}

/** log |L L'| for a Cholesky factor L. */
export function logDeterminant(l: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) sum += Math.log(l[i * size + i] ?? 0);
  return 2 * sum;
}
