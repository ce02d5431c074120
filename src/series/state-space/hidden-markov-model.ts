// Gaussian hidden Markov models: fitting, scoring, the states behind observations, sampling.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts, checkNotNegative } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { Random } from "../../tensor/random.ts";
import { type BaumWelchFit, baumWelch, VARIANCE_FLOOR } from "./baum-welch.ts";
import {
  type CovarianceKind,
  factorOf,
  type GaussianHmm,
  isMissing,
  type Observations,
  observationsOf,
  parameterCount,
} from "./gaussian-hmm.ts";
import { filterStates, likeliestPath, smoothStates } from "./hmm-inference.ts";
import { type Scale, scaleOf } from "./prepare.ts";

/** [T] numbers, or T rows of numbers; NaN where one is missing. */
export type HmmData = ArrayLike<number> | readonly ArrayLike<number>[];

export interface HiddenMarkovConfig {
  /** The number of states, or numbers of which the criterion chooses. Default: 2. */
  readonly states?: number | readonly number[] | undefined;
  /** Of observations of several numbers: whether they are independent within a state. Default: `diagonal`. */
  readonly covariance?: CovarianceKind | undefined;
  /** What chooses the number of states. Default: `bic`. */
  readonly criterion?: "aic" | "bic" | undefined;
  /** Starts of the fit. Default: 10. */
  readonly restarts?: number | undefined;
  /** Default: 0. */
  readonly seed?: number | undefined;
  /** Steps of Baum and Welch's algorithm. Default: 500. */
  readonly maxIterations?: number | undefined;
  /** The fit ends when a step raises the log-likelihood by less than this. Default: 1e-6. */
  readonly tolerance?: number | undefined;
}

/** A fitted hidden Markov model, as plain data. */
export interface HiddenMarkovState {
  readonly hmm: GaussianHmm;
  readonly logLikelihood: number;
  /** Observed steps. */
  readonly observations: number;
  readonly parameters: number;
  readonly aic: number;
  readonly bic: number;
  readonly iterations: number;
  readonly converged: boolean;
}

const OPTIONS = ["states", "covariance", "criterion", "restarts", "seed", "maxIterations", "tolerance"];

/**
 * A hidden Markov model with Gaussian observations, ready to be fitted.
 *
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function hiddenMarkovModel(config: HiddenMarkovConfig = {}): HiddenMarkovModel {
  return new HiddenMarkovModel(config);
}

/** See {@link hiddenMarkovModel}. */
export class HiddenMarkovModel {
  readonly #config;

  constructor(config: HiddenMarkovConfig = {}) {
    checkOptionNames("hidden Markov model", config, OPTIONS);
    const { states = 2, covariance = "diagonal", criterion = "bic", restarts = 10, seed = 0 } = config;
    const { maxIterations = 500, tolerance = 1e-6 } = config;
    const numbers: readonly number[] = typeof states === "object" ? [...states] : [states];
    if (numbers.length === 0) throw new RecurraError("option-value", "hidden Markov model: states is empty");
    for (const number of numbers) checkCounts("hidden Markov model", { states: number });
    checkCounts("hidden Markov model", { restarts, maxIterations });
    checkNotNegative("hidden Markov model", { tolerance });
    checkWord("covariance", covariance, ["diagonal", "full"]);
    checkWord("criterion", criterion, ["aic", "bic"]);
    this.#config = { states: numbers, covariance, criterion, restarts, seed, maxIterations, tolerance };
  }

  /**
   * Fits by maximum likelihood (Baum and Welch's algorithm from several starts) and, where several numbers of states are given, takes the
   * one with the lowest criterion.
   *
   * @param lengths of the sequences that `data` holds one after the other. Default: one sequence
   * @throws RecurraError `observations`, `too-short`; `constant` where a dimension does not vary
   */
  fit(data: HmmData, lengths?: readonly number[]): FittedHiddenMarkovModel {
    const observations = observationsOf(data, lengths);
    const { states, covariance, criterion, seed } = this.#config;
    const seen = countSeen(observations);
    const fewest = Math.min(...states);
    const least = Math.max(fewest * (observations.dimensions + 1), 2);
    if (seen < least) {
      throw new RecurraError(
        "too-short",
        `there are ${seen} observations, and a hidden Markov model of ${fewest} states needs at least ${least}. Give more, or fewer states`,
      );
    }
    const scales = dimensionScales(observations);
    const scaled = { ...observations, values: standardised(observations, scales) };
    const possible = states.filter((count) => count * (observations.dimensions + 1) <= seen);
    const fits = possible.map((count) => {
      const options = { ...this.#config, states: count, covariance };
      const fit = baumWelch(scaled, options, new Random(seed).fold(count));
      return stateOf(fit, scales, seen);
    });
    const best = fits.reduce((a, b) => (b[criterion] < a[criterion] ? b : a));
    return new FittedHiddenMarkovModel(best);
  }
}

/** A fitted model. It is made of its state alone: `new FittedHiddenMarkovModel(JSON.parse(text))` brings a saved one back. */
export class FittedHiddenMarkovModel {
  readonly state: HiddenMarkovState;

  constructor(state: HiddenMarkovState) {
    this.state = state;
  }

  /** The log-likelihood of observations. */
  score(data: HmmData, lengths?: readonly number[]): number {
    return filterStates(this.state.hmm, this.#check(data, lengths)).logLikelihood;
  }

  /** [T] The likeliest sequence of states, counted from 0, by Viterbi's algorithm. */
  predict(data: HmmData, lengths?: readonly number[]): Int32Array {
    return likeliestPath(this.state.hmm, this.#check(data, lengths));
  }

  /** [T, K] The probability of each state at each step, from all observations. */
  probabilities(data: HmmData, lengths?: readonly number[]): Float64Array {
    return smoothStates(this.state.hmm, this.#check(data, lengths)).smoothed;
  }

  /** [T, K] The probability of each state at each step, from the observations up to it. */
  filter(data: HmmData, lengths?: readonly number[]): Float64Array {
    return filterStates(this.state.hmm, this.#check(data, lengths)).filtered;
  }

  /** A sequence drawn from the model: [T] states, and [T, D] what is observed of them. */
  sample(count: number, seed = 0): { readonly states: Int32Array; readonly values: Float64Array } {
    checkCounts("sample", { count });
    const { hmm } = this.state;
    const { states: number, dimensions, start, transition, means } = hmm;
    const random = new Random(seed);
    const uniforms = random.uniform([count], 0, 1, "float64").toArray();
    const normals = random.normal([count * dimensions], 0, 1, "float64").toArray();
    const factors = Array.from({ length: number }, (_, k) => factorOf(hmm, k));
    const states = new Int32Array(count);
    const values = new Float64Array(count * dimensions);
    for (let t = 0; t < count; t++) {
      const before = states[t - 1] ?? 0;
      const row = t === 0 ? start : transition.slice(before * number, (before + 1) * number);
      const k = drawn(row, uniforms[t] ?? 0);
      states[t] = k;
      for (let d = 0; d < dimensions; d++) {
        let value = means[k * dimensions + d] ?? 0;
        for (let e = 0; e <= d; e++)
          value += (factors[k]?.[d * dimensions + e] ?? 0) * (normals[t * dimensions + e] ?? 0);
        values[t * dimensions + d] = value;
      }
    }
    return { states, values };
  }

  #check(data: HmmData, lengths: readonly number[] | undefined): Observations {
    const observations = observationsOf(data, lengths);
    const { dimensions } = this.state.hmm;
    if (observations.dimensions === dimensions) return observations;
    throw new RecurraError(
      "observations",
      `each row has ${observations.dimensions} numbers, and the model was fitted to rows of ${dimensions}`,
    );
  }
}

function checkWord(option: string, value: unknown, known: readonly string[]): void {
  if (typeof value === "string" && known.includes(value)) return;
  throw new RecurraError(
    "option-value",
    `hidden Markov model: ${option} is to be ${known.join(" or ")}, got ${describe(value)}`,
  );
}

function countSeen(observations: Observations): number {
  let count = 0;
  for (let t = 0; t < observations.values.length / observations.dimensions; t++)
    if (!isMissing(observations, t)) count++;
  return count;
}

function dimensionScales({ values, dimensions }: Observations): readonly Scale[] {
  const steps = values.length / dimensions;
  return Array.from({ length: dimensions }, (_, d) => {
    const column = Float64Array.from({ length: steps }, (_, t) => values[t * dimensions + d] ?? Number.NaN);
    const scale = scaleOf(column);
    const varies = column.some((value) => Math.abs(value - scale.centre) > 1e-13 * Math.abs(scale.centre));
    const variance = VARIANCE_FLOOR * scale.spread ** 2;
    if (varies && (variance === 0 || scale.spread ** 2 === Infinity)) {
      throw new RecurraError(
        "not-finite",
        `values that vary by ${scale.spread} have a variance that is no double-precision number. Give them in another unit`,
      );
    }
    if (varies) return scale;
    throw new RecurraError(
      "constant",
      `all values${dimensions === 1 ? "" : ` of dimension ${d + 1}`} are ${scale.centre}: nothing tells states apart`,
    );
  });
}

function standardised({ values, dimensions }: Observations, scales: readonly Scale[]): Float64Array {
  return values.map((value, i) => {
    const { centre, spread } = scales[i % dimensions] ?? { centre: 0, spread: 1 };
    return (value - centre) / spread;
  });
}

/** The fit on the scale of the data, its states in the order of their means. */
function stateOf(fit: BaumWelchFit, scales: readonly Scale[], seen: number): HiddenMarkovState {
  const { hmm, iterations, converged } = fit;
  const { states, dimensions, covariance } = hmm;
  const order = [...Array(states).keys()].sort(
    (a, b) => (hmm.means[a * dimensions] ?? 0) - (hmm.means[b * dimensions] ?? 0),
  );
  const spreadOf = (d: number) => scales[d]?.spread ?? 1;
  const size = covariance === "full" ? dimensions * dimensions : dimensions;
  const logLikelihood =
    fit.logLikelihood - seen * scales.reduce((sum, { spread }) => sum + Math.log(spread), 0);
  const parameters = parameterCount(states, dimensions, covariance);
  return {
    hmm: {
      ...hmm,
      start: order.map((k) => hmm.start[k] ?? 0),
      transition: order.flatMap((i) => order.map((j) => hmm.transition[i * states + j] ?? 0)),
      means: order.flatMap((k) =>
        scales.map(({ centre, spread }, d) => centre + spread * (hmm.means[k * dimensions + d] ?? 0)),
      ),
      covariances: order.flatMap((k) =>
        hmm.covariances
          .slice(k * size, (k + 1) * size)
          .map((value, i) =>
            covariance === "full"
              ? value * spreadOf(Math.floor(i / dimensions)) * spreadOf(i % dimensions)
              : value * spreadOf(i) ** 2,
          ),
      ),
    },
    logLikelihood,
    observations: seen,
    parameters,
    aic: 2 * parameters - 2 * logLikelihood,
    bic: Math.log(seen) * parameters - 2 * logLikelihood,
    iterations,
    converged,
  };
}

function drawn(probabilities: readonly number[], uniform: number): number {
  let left = uniform;
  for (const [k, probability] of probabilities.entries()) {
    left -= probability;
    if (left < 0) return k;
  }
  return probabilities.findLastIndex((probability) => probability > 0);
}
