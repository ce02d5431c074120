// Least squares whose coefficients have a given sum: how KernelSHAP comes from values of coalitions to shares.

import type { Coalitions } from "./coalitions.ts";

/** The sums that all regressions on the same coalitions have in common. */
export interface Moments {
  /** [M × M] Σ w z zᵀ */
  readonly products: Float64Array;
  /** [M × D] Σ w z y */
  readonly targets: Float64Array;
}

/** Sums over coalitions z with weights w of what they are worth beyond nothing, y [S × D]. */
export function momentsOf(
  { masks, weights }: Coalitions,
  y: Float64Array,
  players: number,
  outputs: number,
): Moments {
  const products = new Float64Array(players * players);
  const targets = new Float64Array(players * outputs);
  const members = new Int32Array(players);
  for (let s = 0; s < weights.length; s++) {
    const weight = weights[s] ?? 0;
    let size = 0;
    for (let i = 0; i < players; i++) if (masks[s * players + i] === 1) members[size++] = i;
    for (let a = 0; a < size; a++) {
      const i = members[a] ?? 0;
      for (let b = 0; b < size; b++) {
        const place = i * players + (members[b] ?? 0);
        products[place] = (products[place] ?? 0) + weight;
      }
      for (let d = 0; d < outputs; d++) {
        const place = i * outputs + d;
        targets[place] = (targets[place] ?? 0) + weight * (y[s * outputs + d] ?? 0);
      }
    }
  }
  return { products, targets };
}

/**
 * Minimises Σ w (z·φ - y)² over φ with Σ φ = gain, for one output.
 *
 * The constraint is taken out without favour to a player: φ = gain/M + φ′ with Σ φ′ = 0, where P = I - 11ᵀ/M projects onto such φ′, and
 * (P A P + c·11ᵀ) φ′ = P (b - A·1·gain/M) has one solution. Of players whom the coalitions do not tell apart each gets as much.
 *
 * @param products [K × K] A = Σ w z zᵀ
 * @param targets [K] b = Σ w z y
 */
export function solveWithSum(products: Float64Array, targets: Float64Array, gain: number): Float64Array {
  const count = targets.length;
  const rowSums = new Float64Array(count);
  let total = 0;
  let trace = 0;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) rowSums[i] = (rowSums[i] ?? 0) + (products[i * count + j] ?? 0);
    total += rowSums[i] ?? 0;
    trace += products[i * count + i] ?? 0;
  }
  const mean = trace / count;
  const system = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const centred = ((rowSums[i] ?? 0) + (rowSums[j] ?? 0)) / count - total / count ** 2;
      system[i * count + j] = (products[i * count + j] ?? 0) - centred + mean / count;
    }
  }
  const right = targets.map((value, i) => value - ((rowSums[i] ?? 0) * gain) / count);
  subtractMean(right);
  const solution = solvePositive(system, right, 1e-9 * mean);
  subtractMean(solution);
  return solution.map((value) => value + gain / count);
}

function subtractMean(values: Float64Array): void {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) - mean;
}

/** Solves a symmetric system by Cholesky's decomposition; with `ridge` on the diagonal where it is singular. */
export function solvePositive(system: Float64Array, right: Float64Array, ridge: number): Float64Array {
  const count = right.length;
  const factor = cholesky(system, count, 0) ?? cholesky(system, count, ridge);
  if (factor === undefined) return new Float64Array(count);
  const solution = right.slice();
  for (let i = 0; i < count; i++) {
    let value = solution[i] ?? 0;
    for (let j = 0; j < i; j++) value -= (factor[i * count + j] ?? 0) * (solution[j] ?? 0);
    solution[i] = value / (factor[i * count + i] ?? 1);
  }
  for (let i = count - 1; i >= 0; i--) {
    let value = solution[i] ?? 0;
    for (let j = i + 1; j < count; j++) value -= (factor[j * count + i] ?? 0) * (solution[j] ?? 0);
    solution[i] = value / (factor[i * count + i] ?? 1);
  }
  return solution;
}

/** The lower triangle L of A + ridge·I = L·Lᵀ; `undefined` where a pivot is lost in rounding. */
function cholesky(system: Float64Array, count: number, ridge: number): Float64Array | undefined {
  const factor = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    const diagonal = (system[i * count + i] ?? 0) + ridge;
    for (let j = 0; j <= i; j++) {
      let value = i === j ? diagonal : (system[i * count + j] ?? 0);
      for (let k = 0; k < j; k++) value -= (factor[i * count + k] ?? 0) * (factor[j * count + k] ?? 0);
      if (i !== j) factor[i * count + j] = value / (factor[j * count + j] ?? 1);
      else if (!(value > 1e-13 * diagonal)) return undefined;
      else factor[i * count + i] = Math.sqrt(value);
    }
  }
  return factor;
}
