// Distances of all points, and the nearest neighbours of each, without approximation.

import type { PointRows } from "./point-rows.ts";

/**
 * Squared Euclidean distances of one row to those from `from` on.
 *
 * @param out [N] Receives them, each at the row's number.
 */
export function squaredDistances(points: PointRows, row: number, out: Float64Array, from = 0): void {
  const { values, count, width } = points;
  const at = row * width;
  let j = from;
  // Four at once: their sums do not wait for each other.
  for (; j + 4 <= count; j += 4) {
    const b = j * width;
    const c = b + width;
    const d = c + width;
    const e = d + width;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let f = 0; f < width; f++) {
      const a = values[at + f] ?? 0;
      const d0 = a - (values[b + f] ?? 0);
      const d1 = a - (values[c + f] ?? 0);
      const d2 = a - (values[d + f] ?? 0);
      const d3 = a - (values[e + f] ?? 0);
      sum0 += d0 * d0;
      sum1 += d1 * d1;
      sum2 += d2 * d2;
      sum3 += d3 * d3;
    }
    out[j] = sum0;
    out[j + 1] = sum1;
    out[j + 2] = sum2;
    out[j + 3] = sum3;
  }
  for (; j < count; j++) {
    let sum = 0;
    for (let f = 0; f < width; f++) {
      const difference = (values[at + f] ?? 0) - (values[j * width + f] ?? 0);
      sum += difference * difference;
    }
    out[j] = sum;
  }
}

/** The k nearest other points of each of N points. */
export interface Neighbours {
  /** k */
  readonly each: number;
  /** [N, k] Numbers of rows, the nearest first; of equally far ones the lower number. */
  readonly indices: Int32Array;
  /** [N, k] Squared Euclidean distances. */
  readonly squared: Float64Array;
}

/**
 * The nearest neighbours by looking at all pairs, each once.
 *
 * @param each k, below the number of points
 * @param pause is asked after each row; where it gives a promise that is waited for
 */
export async function nearestNeighbours(
  points: PointRows,
  each: number,
  pause: () => Promise<void> | undefined = () => undefined,
): Promise<Neighbours> {
  const { count } = points;
  // For each point a heap with the farthest of the kept ones on top.
  const indices = new Int32Array(count * each).fill(-1);
  const squared = new Float64Array(count * each).fill(Infinity);
  const distances = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    squaredDistances(points, i, distances, i + 1);
    for (let j = i + 1; j < count; j++) {
      const distance = distances[j] ?? 0;
      if (distance < (squared[i * each] ?? 0)) replaceTop(indices, squared, i * each, each, j, distance);
      if (distance < (squared[j * each] ?? 0)) replaceTop(indices, squared, j * each, each, i, distance);
    }
    const wait = pause();
    if (wait !== undefined) await wait;
  }
  for (let i = 0; i < count; i++) sortPart(indices, squared, i * each, each);
  return { each, indices, squared };
}

/** Puts a point in the place of the farthest one and restores the heap. */
function replaceTop(
  indices: Int32Array,
  squared: Float64Array,
  start: number,
  size: number,
  index: number,
  distance: number,
): void {
  let hole = 0;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= size) break;
    if (child + 1 < size && (squared[start + child + 1] ?? 0) > (squared[start + child] ?? 0)) child++;
    if ((squared[start + child] ?? 0) <= distance) break;
    squared[start + hole] = squared[start + child] ?? 0;
    indices[start + hole] = indices[start + child] ?? 0;
    hole = child;
  }
  squared[start + hole] = distance;
  indices[start + hole] = index;
}

function sortPart(indices: Int32Array, squared: Float64Array, start: number, size: number): void {
  const order = Array.from({ length: size }, (_, k) => start + k).sort(
    (a, b) => (squared[a] ?? 0) - (squared[b] ?? 0) || (indices[a] ?? 0) - (indices[b] ?? 0),
  );
  const sortedIndices = order.map((k) => indices[k] ?? 0);
  const sortedSquares = order.map((k) => squared[k] ?? 0);
  indices.set(sortedIndices, start);
  squared.set(sortedSquares, start);
}
