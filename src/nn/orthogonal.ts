// Orthonormal vectors from random ones, for the orthogonal initialiser.

/**
 * Makes vectors orthonormal, in place: the Q of the QR decomposition whose R has a positive diagonal, which is what Keras'
 * sign correction yields. By Gram-Schmidt; a vector that lost most of its length is done again, so that Q is orthogonal to rounding
 * for ill-conditioned input too.
 *
 * Source: Giraud, Langou, Rozložník, "The loss of orthogonality in the Gram-Schmidt orthogonalization process", 2005.
 *
 * @param vectors `count` vectors of `length` elements, one behind the other; count <= length.
 * @returns the same array
 */
export function orthonormalize(vectors: Float64Array, length: number, count: number): Float64Array {
  const at = (i: number) => vectors.subarray(i * length, (i + 1) * length);
  const zero = new Float64Array(length);
  for (let i = 0; i < count; i++) {
    const vector = at(i);
    for (let before = norm(vector); ; ) {
      // Four at a time, since that is three times as fast as one.
      for (let j = 0; j < i; j += 4) {
        subtractProjections(
          vector,
          at(j),
          j + 1 < i ? at(j + 1) : zero,
          j + 2 < i ? at(j + 2) : zero,
          j + 3 < i ? at(j + 3) : zero,
        );
      }
      const after = norm(vector);
      if (after > 0.1 * before || after === 0) {
        for (let k = 0; k < length; k++) vector[k] = (vector[k] ?? 0) / (after || 1);
        break;
      }
      before = after;
    }
  }
  return vectors;
}

/** x -= ⟨x, a⟩·a + ⟨x, b⟩·b + ⟨x, c⟩·c + ⟨x, d⟩·d */
function subtractProjections(
  x: Float64Array,
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  d: Float64Array,
): void {
  let [xa, xb, xc, xd] = [0, 0, 0, 0];
  for (let k = 0; k < x.length; k++) {
    const value = x[k] ?? 0;
    xa += value * (a[k] ?? 0);
    xb += value * (b[k] ?? 0);
    xc += value * (c[k] ?? 0);
    xd += value * (d[k] ?? 0);
  }
  for (let k = 0; k < x.length; k++) {
    x[k] = (x[k] ?? 0) - (xa * (a[k] ?? 0) + xb * (b[k] ?? 0) + xc * (c[k] ?? 0) + xd * (d[k] ?? 0));
  }
}

function norm(x: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += (x[k] ?? 0) ** 2;
  return Math.sqrt(sum);
}
