// Eigenvalues of symmetric matrices: known ones, and the definition.

import { expect, test } from "vitest";
import { symmetricEigen } from "../../src/numeric/symmetric-eigen.ts";
import { Random } from "../../src/tensor/random.ts";

test("of the second difference they are 2 − 2 cos(kπ / (n + 1)) (Golub and Van Loan, 4th ed., section 4.8)", () => {
  const n = 12;
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    a[i * n + i] = 2;
    if (i > 0) a[i * n + i - 1] = -1;
    if (i < n - 1) a[i * n + i + 1] = -1;
  }
  const { values } = symmetricEigen(a, n);
  for (let k = 1; k <= n; k++)
    expect(values[n - k]).toBeCloseTo(2 - 2 * Math.cos((k * Math.PI) / (n + 1)), 12);
});

test("a v = λ v with vectors of length 1 at right angles, also of equal eigenvalues and of zeros", () => {
  const n = 40;
  const drawn = new Random(1).normal([n * n], 0, 1, "float64").toFloat64();
  const symmetric = drawn.map((value, k) => value + (drawn[(k % n) * n + Math.floor(k / n)] ?? 0));
  const low = drawn.map((_, k) => Math.sin(Math.floor(k / n)) * Math.sin(k % n)); // of rank 1
  const identity = drawn.map((_, k) => (k % (n + 1) === 0 ? 3 : 0));
  for (const a of [symmetric, low, identity, new Float64Array(n * n)]) {
    const { values, vectors } = symmetricEigen(a, n);
    for (let i = 0; i < n; i++) {
      const v = vectors.subarray(i * n, (i + 1) * n);
      for (let row = 0; row < n; row++) {
        const product = v.reduce((sum, value, k) => sum + value * (a[row * n + k] ?? 0), 0);
        expect(Math.abs(product - (values[i] ?? 0) * (v[row] ?? 0))).toBeLessThan(1e-11);
      }
      for (let j = 0; j <= i; j++) {
        const product = v.reduce((sum, value, k) => sum + value * (vectors[j * n + k] ?? 0), 0);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 11);
      }
      if (i > 0) expect(values[i]).toBeLessThanOrEqual(values[i - 1] ?? Number.NaN);
    }
  }
});

test("a matrix of one number is its own eigenvalue", () => {
  expect(symmetricEigen(Float64Array.of(-4), 1)).toEqual({
    values: Float64Array.of(-4),
    vectors: Float64Array.of(1),
  });
});
