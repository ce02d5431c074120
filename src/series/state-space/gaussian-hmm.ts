// A hidden Markov model with Gaussian observations: its parameters, and the densities of its states.

import { cholesky, logDeterminant, solveLower } from "../../numeric/matrix.ts";
import { RecurraError } from "../../platform/error.ts";

/** `diagonal`: the dimensions are independent within a state. `full`: they have a covariance in each. */
export type CovarianceKind = "diagonal" | "full";

/** The parameters, as plain data. States are in the order of their means in the first dimension. */
export interface GaussianHmm {
  /** K. */
  readonly states: number;
  /** D, the numbers observed at each step. */
  readonly dimensions: number;
  readonly covariance: CovarianceKind;
  /** [K] The probabilities of the states at the first step. */
  readonly start: readonly number[];
  /** [K · K] Row i: the probabilities of the states after state i. */
  readonly transition: readonly number[];
  /** [K · D] */
  readonly means: readonly number[];
  /** [K · D] variances or, where full, [K · D · D] covariances. */
  readonly covariances: readonly number[];
}

/** Observations of one or several sequences, one after the other. */
export interface Observations {
  readonly dimensions: number;
  /** [T · D] NaN where a number is missing: the whole step then counts as missing. */
  readonly values: Float64Array;
  /** The lengths of the sequences; they sum to T. */
  readonly lengths: readonly number[];
}

/**
 * Observations in one array.
 *
 * @param data [T] numbers, or T rows of D numbers; NaN where one is missing
 * @param lengths of the sequences that `data` holds one after the other. Default: one sequence
 * @throws RecurraError `observations` for rows of different lengths, infinite numbers, lengths that do not sum to T, nothing at all
 */
export function observationsOf(
  data: ArrayLike<number> | readonly ArrayLike<number>[],
  lengths: readonly number[] = [data.length],
): Observations {
  const first = data[0];
  const dimensions = typeof first === "object" ? first.length : 1;
  const values = new Float64Array(data.length * dimensions);
  for (let t = 0; t < data.length; t++) {
    const row = data[t];
    const numbers = typeof row === "object" ? row : [row ?? Number.NaN];
    if (numbers.length !== dimensions) {
      throw new RecurraError(
        "observations",
        `row ${t + 1} has ${numbers.length} numbers, and the first has ${dimensions}; wanted as many in each`,
      );
    }
    for (let d = 0; d < dimensions; d++) {
      const value = numbers[d] ?? Number.NaN;
      if (Math.abs(value) === Infinity)
        throw new RecurraError("observations", `row ${t + 1} holds ${value}; wanted finite numbers`);
      values[t * dimensions + d] = value;
    }
  }
  const sum = lengths.reduce((total, length) => total + length, 0);
  if (
    dimensions === 0 ||
    data.length === 0 ||
    sum !== data.length ||
    lengths.some((length) => !(length > 0))
  ) {
    throw new RecurraError(
      "observations",
      `got ${data.length} rows of ${dimensions} numbers in sequences of ${lengths.join(", ")}; wanted rows, and lengths above 0 that sum to their number`,
    );
  }
  return { dimensions, values, lengths };
}

/** Whether a step has a number missing. */
export function isMissing({ values, dimensions }: Observations, t: number): boolean {
  for (let d = 0; d < dimensions; d++) if (Number.isNaN(values[t * dimensions + d])) return true;
  return false;
}

/**
 * The logarithms of the densities of all observations in all states: [T, K], 0 where an observation is missing.
 *
 * @throws RecurraError `covariance` for one that is not positive definite
 */
export function logDensities(hmm: GaussianHmm, observations: Observations): Float64Array {
  const { states, dimensions } = hmm;
  const steps = observations.values.length / dimensions;
  const densities = new Float64Array(steps * states);
  const missing = Array.from({ length: steps }, (_, t) => isMissing(observations, t));
  const difference = new Float64Array(dimensions);
  for (let k = 0; k < states; k++) {
    const factor = factorOf(hmm, k);
    const constant = -0.5 * (dimensions * Math.log(2 * Math.PI) + logDeterminant(factor, dimensions));
    for (let t = 0; t < steps; t++) {
      if (missing[t] === true) continue;
      for (let d = 0; d < dimensions; d++)
        difference[d] = (observations.values[t * dimensions + d] ?? 0) - (hmm.means[k * dimensions + d] ?? 0);
      solveLower(factor, difference, dimensions);
      let squares = 0;
      for (let d = 0; d < dimensions; d++) squares += (difference[d] ?? 0) ** 2;
      densities[t * states + k] = constant - 0.5 * squares;
    }
  }
  return densities;
}

/** [D, D] The Cholesky factor of the covariance of state k. */
export function factorOf({ covariance, covariances, dimensions }: GaussianHmm, k: number): Float64Array {
  const size = dimensions * dimensions;
  const matrix = new Float64Array(size);
  if (covariance === "full") matrix.set(covariances.slice(k * size, (k + 1) * size));
  else for (let d = 0; d < dimensions; d++) matrix[d * dimensions + d] = covariances[k * dimensions + d] ?? 0;
  const factor = cholesky(matrix, dimensions);
  if (factor !== undefined) return factor;
  throw new RecurraError("covariance", `the covariance of state ${k + 1} is not positive definite`);
}

/** How many free parameters there are. */
export function parameterCount(states: number, dimensions: number, covariance: CovarianceKind): number {
  const spread = covariance === "full" ? (dimensions * (dimensions + 1)) / 2 : dimensions;
  return states - 1 + states * (states - 1) + states * (dimensions + spread);
}
