// The steps of the Kalman filter on flat arrays: they write where they are told and allocate nothing.

import type { CompiledModel, SparseMatrix } from "./state-space.ts";

/** The covariance between the states and what is seen of them: out = P Z' ([m]). @returns Z P Z' */
export function observe(model: CompiledModel, p: Float64Array, row: number, out: Float64Array): number {
  const { m, seen, design } = model;
  let variance = 0;
  for (let i = 0; i < m; i++) {
    let sum = 0;
    for (let s = 0; s < seen.length; s++) {
      const j = seen[s] ?? 0;
      sum += (p[i * m + j] ?? 0) * (design[row + j] ?? 0);
    }
    out[i] = sum;
  }
  for (let s = 0; s < seen.length; s++) {
    const j = seen[s] ?? 0;
    variance += (out[j] ?? 0) * (design[row + j] ?? 0);
  }
  return variance;
}

/** What is expected to be seen: Z a. */
export function seenMean(model: CompiledModel, a: Float64Array, row: number): number {
  const { seen, design } = model;
  let sum = 0;
  for (let s = 0; s < seen.length; s++) {
    const j = seen[s] ?? 0;
    sum += (a[j] ?? 0) * (design[row + j] ?? 0);
  }
  return sum;
}

/** The product of a sparse matrix and a vector, in its place: x = A x. @param scratch [m] or more */
export function stepVector(a: SparseMatrix, x: Float64Array, scratch: Float64Array): void {
  const { rowStart, column, weight } = a;
  for (let i = 0; i < x.length; i++) {
    let sum = 0;
    const end = rowStart[i + 1] ?? 0;
    for (let k = rowStart[i] ?? 0; k < end; k++) sum += (weight[k] ?? 0) * (x[column[k] ?? 0] ?? 0);
    scratch[i] = sum;
  }
  for (let i = 0; i < x.length; i++) x[i] = scratch[i] ?? 0;
}

/** A symmetric matrix between a sparse one and its transpose, in its place: P = A P A'. @param scratch [m, m] */
export function stepSymmetric(a: SparseMatrix, p: Float64Array, m: number, scratch: Float64Array): void {
  const { rowStart, column, weight } = a;
  // (A P)', then A (A P)' = A P A', of which one half is computed. Most rows of A hold one element or two.
  for (let i = 0; i < m; i++) {
    const start = rowStart[i] ?? 0;
    const count = (rowStart[i + 1] ?? 0) - start;
    const first = count > 0 ? (weight[start] ?? 0) : 0;
    const row1 = (column[start] ?? 0) * m;
    if (count < 2) {
      for (let j = 0; j < m; j++) scratch[j * m + i] = first * (p[row1 + j] ?? 0);
      continue;
    }
    const second = weight[start + 1] ?? 0;
    const row2 = (column[start + 1] ?? 0) * m;
    for (let j = 0; j < m; j++) scratch[j * m + i] = first * (p[row1 + j] ?? 0) + second * (p[row2 + j] ?? 0);
    for (let k = start + 2; k < start + count; k++) {
      const factor = weight[k] ?? 0;
      const row = (column[k] ?? 0) * m;
      for (let j = 0; j < m; j++) scratch[j * m + i] = (scratch[j * m + i] ?? 0) + factor * (p[row + j] ?? 0);
    }
  }
  for (let i = 0; i < m; i++) {
    const start = rowStart[i] ?? 0;
    const count = (rowStart[i + 1] ?? 0) - start;
    const first = count > 0 ? (weight[start] ?? 0) : 0;
    const row1 = (column[start] ?? 0) * m;
    const to = i * m;
    if (count < 2) {
      for (let j = 0; j <= i; j++) p[to + j] = first * (scratch[row1 + j] ?? 0);
    } else {
      const second = weight[start + 1] ?? 0;
      const row2 = (column[start + 1] ?? 0) * m;
      for (let j = 0; j <= i; j++)
        p[to + j] = first * (scratch[row1 + j] ?? 0) + second * (scratch[row2 + j] ?? 0);
      for (let k = start + 2; k < start + count; k++) {
        const factor = weight[k] ?? 0;
        const row = (column[k] ?? 0) * m;
        for (let j = 0; j <= i; j++) p[to + j] = (p[to + j] ?? 0) + factor * (scratch[row + j] ?? 0);
      }
    }
    for (let j = 0; j < i; j++) p[j * m + i] = p[to + j] ?? 0;
  }
}

/** Takes what was learnt off a covariance: P = P - x x' / f. */
export function reduceVariance(p: Float64Array, x: Float64Array, f: number, m: number): void {
  for (let i = 0; i < m; i++) {
    const factor = (x[i] ?? 0) / f;
    if (factor === 0) continue;
    for (let j = 0; j < m; j++) p[i * m + j] = (p[i * m + j] ?? 0) - factor * (x[j] ?? 0);
  }
}
