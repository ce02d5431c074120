// Small dense matrices, against products and factors worked out by hand.

import { expect, test } from "vitest";
import {
  addScaled,
  cholesky,
  dot,
  logDeterminant,
  multiply,
  solveLower,
  transpose,
} from "../../src/numeric/matrix.ts";

const of = (...numbers: number[]) => Float64Array.from(numbers);

test("products, with a matrix and with a vector", () => {
  // [1 2 3; 4 5 6] · [1 0; 0 1; 1 1] = [4 5; 10 11]
  expect([...multiply(of(1, 2, 3, 4, 5, 6), of(1, 0, 0, 1, 1, 1), 2, 3)]).toEqual([4, 5, 10, 11]);
  expect([...multiply(of(1, 2, 3, 4), of(5, 6), 2)]).toEqual([17, 39]);
  expect(dot(of(1, 2, 3), of(4, 5, 6))).toBe(32);
});

test("transposes and sums", () => {
  expect([...transpose(of(1, 2, 3, 4, 5, 6), 2, 3)]).toEqual([1, 4, 2, 5, 3, 6]);
  const a = of(1, 2);
  addScaled(a, of(10, 20), 0.5);
  expect([...a]).toEqual([6, 12]);
});

test("the Cholesky factor of [4 2; 2 10] is [2 0; 1 3]", () => {
  const factor = cholesky(of(4, 2, 2, 10), 2);
  expect(factor === undefined ? [] : [...factor]).toEqual([2, 0, 1, 3]);
  expect(logDeterminant(of(2, 0, 1, 3), 2)).toBeCloseTo(Math.log(36), 14);
  const right = of(4, 11); // [2 0; 1 3] x = [4; 11]: x = [2; 3]
  solveLower(of(2, 0, 1, 3), right, 2);
  expect([...right]).toEqual([2, 3]);
});

test("what is singular or indefinite has no Cholesky factor", () => {
  expect(cholesky(of(1, 1, 1, 1), 2)).toBeUndefined();
  expect(cholesky(of(1, 2, 2, 1), 2)).toBeUndefined();
});
