// A hidden Markov model as a forecaster: a series that jumps between regimes, each with a level and a spread of its own.

import { normalCdf } from "../../numeric/distributions.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Ask, Description, Forecast, LocalModel } from "../forecasters/local-model.ts";
import {
  FittedHiddenMarkovModel,
  type HiddenMarkovConfig,
  HiddenMarkovModel,
  type HiddenMarkovState,
} from "./hidden-markov-model.ts";

/** The options of {@link hmm}: those of a hidden Markov model of one number at a time. */
export type HmmForecasterConfig = Omit<HiddenMarkovConfig, "covariance" | "seed">;

/** A fitted forecaster, as plain data. */
export type HmmForecasterState =
  | { readonly constant: number }
  | (HiddenMarkovState & {
      /** [K] The probabilities of the states at the last step. */
      readonly last: readonly number[];
    });

/** Values for each state that is tried. */
const ROWS_PER_STATE = 5;

/**
 * Forecasts by a Gaussian hidden Markov model: the states' probabilities go on step by step, the mean and the intervals are those of
 * the mixture. For series that come back to their regimes (returns, rates, loads), not for trends: far ahead it gives the long-run mean.
 *
 * @param config by default `states` are 1 to 4, of which BIC chooses, `restarts` 5 and `tolerance` 1e-4
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function hmm(config: HmmForecasterConfig = {}): LocalModel<HmmForecasterState> {
  const options = { states: [1, 2, 3, 4], restarts: 5, tolerance: 1e-4, ...config };
  for (const own of ["covariance", "seed"]) {
    if (own in config) throw new RecurraError("unknown-option", `hmm: there is no option "${own}"`);
  }
  new HiddenMarkovModel(options); // checks them
  const fewest = Math.min(...[options.states ?? 2].flat());
  const most = (rows: number) =>
    [options.states ?? 2].flat().filter((count) => count * ROWS_PER_STATE <= rows);
  return {
    name: "hmm",
    takesMissing: true,
    need: () => ({
      rows: fewest * ROWS_PER_STATE,
      because: `${ROWS_PER_STATE} for each of ${fewest} state${fewest === 1 ? "" : "s"}`,
    }),
    fit({ values }, { seed }) {
      const seen = values.filter((value) => !Number.isNaN(value));
      const [first = 0] = seen;
      if (seen.every((value) => value === first)) return { constant: first };
      const states = most(seen.length);
      if (states.length === 0) {
        throw new RecurraError(
          "too-short",
          `it has ${seen.length} values, and hmm needs at least ${fewest * ROWS_PER_STATE}. Give more rows, or another model`,
        );
      }
      const { state } = new HiddenMarkovModel({ ...options, states, seed }).fit(values);
      return { ...state, last: lastOf(state, values) };
    },
    forecast,
    update(state, { values }) {
      return "constant" in state ? state : { ...state, last: lastOf(state, values) };
    },
    describe(state): Description {
      if ("constant" in state) return { model: "constant", states: 1 };
      const { hmm, logLikelihood, aic, bic, iterations, converged } = state;
      return {
        model: `hidden Markov model of ${hmm.states} state${hmm.states === 1 ? "" : "s"}`,
        states: hmm.states,
        means: hmm.means.map((mean) => mean.toPrecision(6)).join(", "),
        standardDeviations: hmm.covariances.map((variance) => Math.sqrt(variance).toPrecision(6)).join(", "),
        stay: hmm.start.map((_, k) => (hmm.transition[k * (hmm.states + 1)] ?? 0).toFixed(3)).join(", "),
        logLikelihood,
        aic,
        bic,
        iterations,
        converged,
      };
    },
    fitted(state, { values }) {
      if ("constant" in state) return values.map(() => state.constant);
      const filtered = new FittedHiddenMarkovModel(state).filter(values);
      const { hmm } = state;
      return values.map((_, t) => {
        const before = [...filtered.subarray((t - 1) * hmm.states, t * hmm.states)];
        return meanOf(state, t === 0 ? hmm.start : step(state, before));
      });
    },
  };
}

function lastOf(state: HiddenMarkovState, values: Float64Array): readonly number[] {
  return [...new FittedHiddenMarkovModel(state).filter(values).slice(-state.hmm.states)];
}

/** The probabilities of the states a step later. */
function step(
  { hmm: { states, transition } }: HiddenMarkovState,
  probabilities: readonly number[],
): number[] {
  return probabilities.map((_, j) =>
    probabilities.reduce((sum, share, i) => sum + share * (transition[i * states + j] ?? 0), 0),
  );
}

function meanOf({ hmm: { means } }: HiddenMarkovState, probabilities: readonly number[]): number {
  return probabilities.reduce((sum, share, k) => sum + share * (means[k] ?? 0), 0);
}

function forecast(state: HmmForecasterState, { horizon, levels }: Ask): Forecast {
  const mean = new Float64Array(horizon);
  const bounds = levels.map((level) => ({
    level,
    lower: new Float64Array(horizon),
    upper: new Float64Array(horizon),
  }));
  if ("constant" in state) {
    for (const array of [mean, ...bounds.flatMap(({ lower, upper }) => [lower, upper])])
      array.fill(state.constant);
    return { mean, intervals: bounds };
  }
  let probabilities = state.last;
  for (let h = 0; h < horizon; h++) {
    probabilities = step(state, probabilities);
    mean[h] = meanOf(state, probabilities);
    for (const { level, lower, upper } of bounds) {
      lower[h] = mixtureQuantile(state, probabilities, 0.5 - level / 200);
      upper[h] = mixtureQuantile(state, probabilities, 0.5 + level / 200);
    }
  }
  return { mean, intervals: bounds };
}

/** The point below which the mixture of the states' normal distributions has the probability p, by bisection. */
function mixtureQuantile({ hmm }: HiddenMarkovState, probabilities: readonly number[], p: number): number {
  const deviations = hmm.covariances.map(Math.sqrt);
  // The mixture's quantile lies between the least and the greatest of its parts'; ten deviations hold any level short of 1.
  let low = Math.min(...hmm.means.map((mean, k) => mean - 10 * (deviations[k] ?? 0)));
  let high = Math.max(...hmm.means.map((mean, k) => mean + 10 * (deviations[k] ?? 0)));
  for (let i = 0; i < 60 && low < high; i++) {
    const middle = low + (high - low) / 2;
    const below = probabilities.reduce(
      (sum, share, k) => sum + share * normalCdf((middle - (hmm.means[k] ?? 0)) / (deviations[k] ?? 1)),
      0,
    );
    if (below < p) low = middle;
    else high = middle;
  }
  return low + (high - low) / 2;
}
