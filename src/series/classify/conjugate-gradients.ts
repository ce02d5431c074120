// The equations of a ridge regression solved by steps, for more series than a Gram matrix should have rows.

import { dot } from "../../numeric/matrix.ts";
import { Turns } from "./turns.ts";

/** At most so many steps; penalties as they are chosen need some dozens. */
const STEPS = 300;

/** The squared residual at which the solution is good enough, as a share of the squared target. */
const ENOUGH = 1e-10;

/**
 * Solves (Z·Zᵀ + λI)·c = y by conjugate gradients (Hestenes and Stiefel 1952), without the product Z·Zᵀ.
 *
 * @param z [N, F]
 * @param y [N]
 * @returns [N]
 */
export async function solveBySteps(
  z: Float32Array,
  y: Float64Array,
  penalty: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const turns = new Turns();
  const solution = new Float64Array(y.length);
  const residual = Float64Array.from(y);
  const direction = Float64Array.from(y);
  const wide = new Float64Array(z.length / y.length);
  let square = dot(residual, residual);
  const enough = ENOUGH * square;
  for (let step = 0; step < STEPS && square > enough; step++) {
    await turns.give(signal);
    wide.fill(0);
    addRows(wide, z, direction);
    const product = direction.map((value, n) => penalty * value + rowDot(z, n, wide));
    const stride = square / dot(direction, product);
    for (let n = 0; n < y.length; n++) {
      solution[n] = (solution[n] ?? 0) + stride * (direction[n] ?? 0);
      residual[n] = (residual[n] ?? 0) - stride * (product[n] ?? 0);
    }
    const next = dot(residual, residual);
    for (let n = 0; n < y.length; n++)
      direction[n] = (residual[n] ?? 0) + (next / square) * (direction[n] ?? 0);
    square = next;
  }
  return solution;
}

/** Adds Zᵀ·c. @param sum [F] @param z [N, F] @param c [N] */
export function addRows(sum: Float32Array | Float64Array, z: Float32Array, c: Float64Array): void {
  const width = sum.length;
  for (let n = 0; n < c.length; n++) {
    const factor = c[n] ?? 0;
    for (let f = 0; f < width; f++) sum[f] = (sum[f] ?? 0) + factor * (z[n * width + f] ?? 0);
  }
}

function rowDot(z: Float32Array, n: number, wide: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < wide.length; f++) sum += (z[n * wide.length + f] ?? 0) * (wide[f] ?? 0);
  return sum;
}
