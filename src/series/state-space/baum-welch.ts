// Fitting a hidden Markov model: Baum and Welch's algorithm from several starts.

import { cholesky } from "../../numeric/matrix.ts";
import type { Random } from "../../tensor/random.ts";
import { type CovarianceKind, type GaussianHmm, isMissing, type Observations } from "./gaussian-hmm.ts";
import { smoothStates } from "./hmm-inference.ts";
import { startWeights } from "./hmm-starts.ts";

/** No variance falls below this, in units of the data's own: a state does not close in on a single value. */
export const VARIANCE_FLOOR = 1e-4;

/** Steps of each start before the best goes on. */
const SHORT_RUN = 15;

export interface BaumWelchOptions {
  readonly states: number;
  readonly covariance: CovarianceKind;
  readonly restarts: number;
  readonly maxIterations: number;
  /** It ends where a step raises the log-likelihood by less than this. */
  readonly tolerance: number;
}

export interface BaumWelchFit {
  readonly hmm: GaussianHmm;
  readonly logLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** The log-likelihood before each step. */
  readonly history: readonly number[];
}

/**
 * Fits by expectation and maximisation (Baum, Petrie, Soules and Weiss 1970, Annals of Mathematical Statistics 41(1)): short runs from
 * several starts, of which the best goes on (Biernacki, Celeux and Govaert 2003, Computational Statistics and Data Analysis 41).
 *
 * @param observations with each dimension of mean 0 and variance 1
 */
export function baumWelch(
  observations: Observations,
  options: BaumWelchOptions,
  random: Random,
): BaumWelchFit {
  const { restarts, maxIterations, tolerance } = options;
  const runs = Array.from({ length: restarts }, (_, start) => {
    const weights = startWeights(observations, options.states, start, random.fold(start));
    return iterate(
      maximise(observations, options, weights, undefined),
      observations,
      options,
      SHORT_RUN,
      tolerance,
    );
  });
  const best = runs.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a));
  if (best.converged) return best;
  const rest = iterate(best.hmm, observations, options, maxIterations - SHORT_RUN, tolerance);
  return {
    ...rest,
    iterations: best.iterations + rest.iterations,
    history: [...best.history, ...rest.history],
  };
}

/** Steps until the likelihood hardly rises. */
export function iterate(
  start: GaussianHmm,
  observations: Observations,
  options: Pick<BaumWelchOptions, "states" | "covariance">,
  most: number,
  tolerance: number,
): BaumWelchFit {
  let hmm = start;
  let last = -Infinity;
  const history: number[] = [];
  for (let iterations = 0; ; iterations++) {
    const { logLikelihood, smoothed, transitions } = smoothStates(hmm, observations);
    history.push(logLikelihood);
    const converged = logLikelihood - last < tolerance;
    if (converged || iterations >= most) return { hmm, logLikelihood, iterations, converged, history };
    last = logLikelihood;
    hmm = maximise(observations, options, smoothed, transitions);
  }
}

/**
 * The likeliest parameters, given the probabilities of the states.
 *
 * @param weights [T, K]
 * @param transitions [K, K] expected numbers of transitions; undefined to take them from the weights of neighbours
 */
function maximise(
  observations: Observations,
  { states, covariance }: Pick<BaumWelchOptions, "states" | "covariance">,
  weights: Float64Array,
  transitions: Float64Array | undefined,
): GaussianHmm {
  const { dimensions } = observations;
  const counts = transitions ?? neighbours(observations, weights, states);
  const moments = Array.from({ length: states }, (_, k) =>
    momentsOf(observations, weights, states, k, covariance),
  );
  return {
    states,
    dimensions,
    covariance,
    start: startProbabilities(observations, weights, states),
    transition: Array.from({ length: states }, (_, i) =>
      normalised([...counts.subarray(i * states, (i + 1) * states)]),
    ).flat(),
    means: moments.flatMap(({ mean }) => [...mean]),
    covariances: moments.flatMap(({ spread }) => [...spread]),
  };
}

function startProbabilities({ lengths }: Observations, weights: Float64Array, states: number): number[] {
  const sums = new Array<number>(states).fill(0);
  let t = 0;
  for (const length of lengths) {
    for (let k = 0; k < states; k++) sums[k] = (sums[k] ?? 0) + (weights[t * states + k] ?? 0);
    t += length;
  }
  return normalised(sums);
}

/** Divided by their sum; equal shares where that is nothing. */
function normalised(numbers: readonly number[]): number[] {
  const sum = numbers.reduce((total, number) => total + number, 0);
  return numbers.map((number) => (sum > 1e-290 ? number / sum : 1 / numbers.length));
}

/** Transitions as if weights were independent of each other; one of each kind is added, so that none is ruled out. */
function neighbours({ lengths }: Observations, weights: Float64Array, states: number): Float64Array {
  const counts = new Float64Array(states * states).fill(1);
  let t = 0;
  for (const length of lengths) {
    for (const end = t + length - 1; t < end; t++) {
      for (let i = 0; i < states; i++) {
        for (let j = 0; j < states; j++) {
          const both = (weights[t * states + i] ?? 0) * (weights[(t + 1) * states + j] ?? 0);
          counts[i * states + j] = (counts[i * states + j] ?? 0) + both;
        }
      }
    }
    t++;
  }
  return counts;
}

/** The weighted mean and variances, or covariances, of what is not missing. */
function momentsOf(
  observations: Observations,
  weights: Float64Array,
  states: number,
  k: number,
  covariance: CovarianceKind,
): { readonly mean: Float64Array; readonly spread: Float64Array } {
  const { dimensions, values } = observations;
  const steps = values.length / dimensions;
  const mean = new Float64Array(dimensions);
  const full = new Float64Array(dimensions * dimensions);
  let total = 0;
  const weightAt = (t: number) => (isMissing(observations, t) ? 0 : (weights[t * states + k] ?? 0));
  for (let t = 0; t < steps; t++) {
    const weight = weightAt(t);
    if (weight === 0) continue;
    total += weight;
    for (let d = 0; d < dimensions; d++)
      mean[d] = (mean[d] ?? 0) + weight * (values[t * dimensions + d] ?? 0);
  }
  if (total > 1e-12) for (let d = 0; d < dimensions; d++) mean[d] = (mean[d] ?? 0) / total;
  for (let t = 0; t < steps; t++) {
    const weight = weightAt(t);
    if (weight === 0) continue;
    for (let d = 0; d < dimensions; d++) {
      const own = weight * ((values[t * dimensions + d] ?? 0) - (mean[d] ?? 0));
      for (let e = covariance === "full" ? 0 : d; e <= d; e++) {
        const at = d * dimensions + e;
        full[at] = (full[at] ?? 0) + own * ((values[t * dimensions + e] ?? 0) - (mean[e] ?? 0));
      }
    }
  }
  for (let d = 0; d < dimensions; d++) {
    for (let e = 0; e <= d; e++) {
      const value = total > 1e-12 ? (full[d * dimensions + e] ?? 0) / total : d === e ? 1 : 0;
      full[d * dimensions + e] = value;
      full[e * dimensions + d] = value;
    }
  }
  return { mean, spread: floored(full, dimensions, covariance) };
}

/** Variances with the floor under them; of covariances the diagonal is raised until they are well above singular. */
function floored(full: Float64Array, dimensions: number, covariance: CovarianceKind): Float64Array {
  const diagonal = Float64Array.from({ length: dimensions }, (_, d) => full[d * (dimensions + 1)] ?? 0);
  if (covariance === "diagonal") return diagonal.map((variance) => Math.max(variance, VARIANCE_FLOOR));
  for (let raise = 0; ; raise = Math.max(2 * raise, VARIANCE_FLOOR)) {
    for (let d = 0; d < dimensions; d++) full[d * (dimensions + 1)] = (diagonal[d] ?? 0) + raise;
    const factor = cholesky(full, dimensions);
    const least = diagonal.reduce(
      (smallest, _, d) => Math.min(smallest, (factor?.[d * (dimensions + 1)] ?? 0) ** 2),
      Infinity,
    );
    if (least >= VARIANCE_FLOOR) return full;
  }
}
