// A first map of a graph: the slowest ways in which something spreads over its edges.

import { multiply, transpose } from "../../numeric/matrix.ts";
import { symmetricEigen } from "../../numeric/symmetric-eigen.ts";
import type { Random } from "../../tensor/random.ts";
import { orthonormalize } from "./principal-components.ts";
import type { SparseSymmetric } from "./sparse-symmetric.ts";

/** Vectors that are iterated, and how often: a start needs no more digits. */
const BLOCK = 8;
const ROUNDS = 200;

/**
 * The second and third eigenvectors of D^(−1/2) W D^(−1/2), by subspace iteration (Golub and Van Loan, Matrix Computations, 4th ed.,
 * section 8.2.4). Source of the map: Belkin and Niyogi, "Laplacian eigenmaps", Neural Computation 15, 2003.
 *
 * @param graph W, weights from 0 up
 * @returns [N, 2]; undefined where the graph falls apart, so that they would only tell its pieces
 */
export function spectralPlaces(graph: SparseSymmetric, random: Random): Float64Array | undefined {
  const count = graph.starts.length - 1;
  if (count < BLOCK + 1 || !isConnected(graph)) return undefined;
  const roots = new Float64Array(count); // √D
  for (let i = 0; i < count; i++) {
    for (let k = graph.starts[i] ?? 0; k < (graph.starts[i + 1] ?? 0); k++)
      roots[i] = (roots[i] ?? 0) + (graph.values[k] ?? 0);
  }
  for (let i = 0; i < count; i++) roots[i] = Math.sqrt(roots[i] ?? 0);
  // Row 0 is the first eigenvector, √D, known beforehand: the others are kept at right angles to it.
  const rows = random.normal([BLOCK, count], 0, 1, "float64").toFloat64();
  rows.set(roots);
  orthonormalize(rows, BLOCK, count);
  const next = new Float64Array(rows.length);
  for (let round = 0; round < ROUNDS; round++) {
    for (let row = 1; row < BLOCK; row++) spread(graph, roots, rows, next, row * count);
    rows.set(next.subarray(count), count);
    if (round % 4 === 3 || round === ROUNDS - 1) orthonormalize(rows, BLOCK, count);
  }
  for (let row = 1; row < BLOCK; row++) spread(graph, roots, rows, next, row * count);
  const kept = BLOCK - 1;
  const basis = rows.subarray(count);
  const inside = multiply(basis, transpose(next.subarray(count), kept, count), kept, count, kept);
  const { vectors } = symmetricEigen(inside, kept);
  return transpose(multiply(vectors.subarray(0, 2 * kept), basis, 2, kept, count), 2, count);
}

/** (I + D^(−1/2) W D^(−1/2)) / 2, whose eigenvalues are from 0 to 1, times the vector at `at`. */
function spread(
  { starts, columns, values }: SparseSymmetric,
  roots: Float64Array,
  from: Float64Array,
  to: Float64Array,
  at: number,
): void {
  for (let i = 0; i < roots.length; i++) {
    const end = starts[i + 1] ?? 0;
    let sum = 0;
    for (let k = starts[i] ?? 0; k < end; k++) {
      const j = columns[k] ?? 0;
      sum += ((values[k] ?? 0) * (from[at + j] ?? 0)) / (roots[j] ?? 1);
    }
    to[at + i] = ((from[at + i] ?? 0) + sum / (roots[i] ?? 1)) / 2;
  }
}

function isConnected({ starts, columns, values }: SparseSymmetric): boolean {
  const count = starts.length - 1;
  const reached = new Uint8Array(count);
  const waiting = [0];
  reached[0] = 1;
  let found = 1;
  for (;;) {
    const i = waiting.pop();
    if (i === undefined) return found === count;
    for (let k = starts[i] ?? 0; k < (starts[i + 1] ?? 0); k++) {
      const j = columns[k] ?? 0;
      if (reached[j] === 1 || values[k] === 0) continue;
      reached[j] = 1;
      found++;
      waiting.push(j);
    }
  }
}
