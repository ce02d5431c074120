// Lengths and angles of vectors.

/** 1 / ‖v‖; 0 for a vector of zeros. */
export function inverseNorm(vector: Float32Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  return squares === 0 ? 0 : 1 / Math.sqrt(squares);
}

/** A vector of the same direction and of length 1; zeros stay. */
export function unit(vector: Float32Array): Float32Array {
  const inverse = inverseNorm(vector);
  return vector.map((value) => value * inverse);
}

/** The cosine of two vectors; 0 where one of them is 0. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let product = 0;
  for (let i = 0; i < a.length; i++) product += (a[i] ?? 0) * (b[i] ?? 0);
  return product * inverseNorm(a) * inverseNorm(b);
}
