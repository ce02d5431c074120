// Orthonormal vectors from random ones, for the orthogonal initialiser.

/**
 * Makes vectors orthonormal, in place: the Q of the QR decomposition whose R has a positive diagonal, which is what Keras'
 * sign correction yields. By modified Gram-Schmidt; a vector that lost most of its length is done again, so that Q is
 * orthogonal to rounding for ill-conditioned input too.
 *
 * Source: Giraud, Langou, Rozložník, "The loss of orthogonality in the Gram-Schmidt orthogonalization process", 2005.
 *
 * @param vectors `count` vectors of `length` elements, one behind the other; count <= length.
 * @returns the same array
 */
export function orthonormalColumns(vectors: Float64Array, length: number, count: number): Float64Array {
  for (let i = 0; i < count; i++) {
    const vector = vectors.subarray(i * length, (i + 1) * length);
    let before = norm(vector);
    for (;;) {
      for (let j = 0; j < i; j++) subtractProjection(vector, vectors.subarray(j * length, (j + 1) * length));
      const after = norm(vector);
      if (after > 0.1 * before || after === 0) {
        scale(vector, after === 0 ? 0 : 1 / after);
        break;
      }
      before = after;
    }
  }
  return vectors;
}

/** x -= ⟨x, q⟩·q for a unit vector q. */
function subtractProjection(x: Float64Array, q: Float64Array): void {
  const product = dot(x, q);
  for (let k = 0; k < x.length; k++) x[k] = (x[k] ?? 0) - product * (q[k] ?? 0);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0);
  return sum;
}

function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, x));
}

function scale(x: Float64Array, factor: number): void {
  for (let k = 0; k < x.length; k++) x[k] = (x[k] ?? 0) * factor;
}
