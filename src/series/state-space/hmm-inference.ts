// What a hidden Markov model says of the states behind observations: filter, smoother, the likeliest path.

import { type GaussianHmm, logDensities, type Observations } from "./gaussian-hmm.ts";

/** A probability below this counts as none. */
const NONE = 1e-290;

/** The filter's findings. */
export interface HmmFiltered {
  readonly logLikelihood: number;
  /** [T, K] The probabilities of the states from the observations before each step. */
  readonly predicted: Float64Array;
  /** [T, K] The same from the observations up to it: the scaled forward probabilities. */
  readonly filtered: Float64Array;
}

/**
 * Forward probabilities, scaled to sum to 1 at each step (Rabiner 1989, Proceedings of the IEEE 77(2), section V.A; Hamilton 1989,
 * Econometrica 57(2)). Densities are taken relative to the largest product with a prediction, so that nothing underflows.
 */
export function filterStates(hmm: GaussianHmm, observations: Observations): HmmFiltered {
  const { states, start, transition } = hmm;
  const logs = logDensities(hmm, observations);
  const predicted = new Float64Array(logs.length);
  const filtered = new Float64Array(logs.length);
  const a = Float64Array.from(transition);
  let logLikelihood = 0;
  let t = 0;
  for (const length of observations.lengths) {
    for (let k = 0; k < states; k++) predicted[t * states + k] = start[k] ?? 0;
    for (const end = t + length; t < end; t++) {
      const at = t * states;
      let largest = -Infinity;
      for (let k = 0; k < states; k++) {
        const prediction = predicted[at + k] ?? 0;
        if (prediction > NONE) largest = Math.max(largest, Math.log(prediction) + (logs[at + k] ?? 0));
      }
      let sum = 0;
      for (let k = 0; k < states; k++) {
        const prediction = predicted[at + k] ?? 0;
        const joint = prediction > NONE ? Math.exp(Math.log(prediction) + (logs[at + k] ?? 0) - largest) : 0;
        filtered[at + k] = joint;
        sum += joint;
      }
      logLikelihood += largest + Math.log(sum);
      for (let k = 0; k < states; k++) filtered[at + k] = (filtered[at + k] ?? 0) / sum;
      if (t + 1 === end) continue;
      for (let i = 0; i < states; i++) {
        const share = filtered[at + i] ?? 0;
        for (let j = 0; j < states; j++) {
          const to = at + states + j;
          predicted[to] = (predicted[to] ?? 0) + share * (a[i * states + j] ?? 0);
        }
      }
    }
  }
  return { logLikelihood, predicted, filtered };
}

/** The smoother's findings: what Baum and Welch's algorithm counts. */
export interface HmmSmoothed {
  readonly logLikelihood: number;
  /** [T, K] The probabilities of the states from all observations: γ. */
  readonly smoothed: Float64Array;
  /** [K, K] The expected number of each transition: Σ_t ξ_t. */
  readonly transitions: Float64Array;
}

/**
 * The probabilities of the states from all observations, by Kim's (1994, Journal of Econometrics 60) way back over the filter's: the same
 * numbers as from backward probabilities, which may overflow. ξ_t(i, j) = α_t(i) a_ij γ_{t+1}(j) / p_{t+1}(j).
 */
export function smoothStates(hmm: GaussianHmm, observations: Observations): HmmSmoothed {
  const { states } = hmm;
  const { logLikelihood, predicted, filtered } = filterStates(hmm, observations);
  const smoothed = filtered.slice();
  const transitions = new Float64Array(states * states);
  const a = Float64Array.from(hmm.transition);
  const ratio = new Float64Array(states);
  let end = filtered.length / states;
  for (const length of observations.lengths.toReversed()) {
    for (let t = end - 2; t >= end - length; t--) {
      const at = t * states;
      for (let j = 0; j < states; j++) {
        const prediction = predicted[at + states + j] ?? 0;
        ratio[j] = prediction > NONE ? (smoothed[at + states + j] ?? 0) / prediction : 0;
      }
      for (let i = 0; i < states; i++) {
        const share = filtered[at + i] ?? 0;
        let sum = 0;
        for (let j = 0; j < states; j++) {
          const both = share * (a[i * states + j] ?? 0) * (ratio[j] ?? 0);
          transitions[i * states + j] = (transitions[i * states + j] ?? 0) + both;
          sum += both;
        }
        smoothed[at + i] = sum;
      }
    }
    end -= length;
  }
  return { logLikelihood, smoothed, transitions };
}

/** [T] The likeliest sequence of states, counted from 0 (Viterbi 1967, IEEE Transactions on Information Theory 13(2)). */
export function likeliestPath(hmm: GaussianHmm, observations: Observations): Int32Array {
  const { states } = hmm;
  const logs = logDensities(hmm, observations);
  const a = Float64Array.from(hmm.transition, Math.log);
  const path = new Int32Array(logs.length / states);
  const from = new Int32Array(logs.length);
  let scores = new Float64Array(states);
  let next = new Float64Array(states);
  let begin = 0;
  for (const length of observations.lengths) {
    for (let t = begin; t < begin + length; t++) {
      for (let j = 0; j < states; j++) {
        let best = t === begin ? Math.log(hmm.start[j] ?? 0) : -Infinity;
        for (let i = 0; i < states && t > begin; i++) {
          const score = (scores[i] ?? 0) + (a[i * states + j] ?? 0);
          if (score <= best) continue;
          best = score;
          from[t * states + j] = i;
        }
        next[j] = best + (logs[t * states + j] ?? 0);
      }
      [scores, next] = [next, scores];
    }
    let state = scores.indexOf(Math.max(...scores));
    for (let t = begin + length - 1; t >= begin; t--) {
      path[t] = state;
      state = from[t * states + state] ?? 0;
    }
    begin += length;
  }
  return path;
}
