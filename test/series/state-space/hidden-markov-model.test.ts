// Gaussian hidden Markov models: against all paths one by one, statsmodels' and depmixS4's figures, and themselves.

import { expect, test } from "vitest";
import { baumWelch, iterate } from "../../../src/series/state-space/baum-welch.ts";
import { type GaussianHmm, observationsOf } from "../../../src/series/state-space/gaussian-hmm.ts";
import {
  FittedHiddenMarkovModel,
  type HiddenMarkovConfig,
  type HiddenMarkovState,
  hiddenMarkovModel,
} from "../../../src/series/state-space/hidden-markov-model.ts";
import { filterStates, likeliestPath, smoothStates } from "../../../src/series/state-space/hmm-inference.ts";
import { Random } from "../../../src/tensor/random.ts";
import { responseLengths, responseTimes } from "./published-data.ts";

const logTimes = responseTimes.map(Math.log);

/** Three states, one of which cannot follow another; two numbers at a time, with covariances. */
const three: GaussianHmm = {
  states: 3,
  dimensions: 2,
  covariance: "full",
  start: [0.5, 0.5, 0],
  transition: [0.6, 0.3, 0.1, 0.2, 0.8, 0, 0.1, 0.4, 0.5],
  means: [0, 0, 1, -1, 3, 2],
  covariances: [1, 0.5, 0.5, 2, 0.5, 0, 0, 0.3, 1, -0.4, -0.4, 1],
};
const rows = [
  [0.2, 0.1],
  [1.5, -0.7],
  [Number.NaN, 3],
  [2.8, 1.6],
  [0.4, -2],
  [0.1, 0.9],
];

/** The density of a normal distribution of two numbers, from its formula. */
function density(k: number, [x = 0, y = 0]: readonly number[]): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return 1;
  const [a = 0, b = 0, , d = 0] = three.covariances.slice(4 * k, 4 * k + 4);
  const determinant = a * d - b * b;
  const [u, v] = [x - (three.means[2 * k] ?? 0), y - (three.means[2 * k + 1] ?? 0)];
  const squares = (d * u * u - 2 * b * u * v + a * v * v) / determinant;
  return Math.exp(-0.5 * squares) / (2 * Math.PI * Math.sqrt(determinant));
}

/** All paths of states through the rows, each with its probability together with the observations. */
function allPaths(): readonly { readonly path: readonly number[]; readonly joint: number }[] {
  let paths = [0, 1, 2].map((k) => ({ path: [k], joint: (three.start[k] ?? 0) * density(k, rows[0] ?? []) }));
  for (const row of rows.slice(1)) {
    paths = paths.flatMap(({ path, joint }) =>
      [0, 1, 2].map((k) => ({
        path: [...path, k],
        joint: joint * (three.transition[3 * (path.at(-1) ?? 0) + k] ?? 0) * density(k, row),
      })),
    );
  }
  return paths;
}

test("likelihood, probabilities, transitions and the likeliest path are those of all 729 paths, one by one", () => {
  const paths = allPaths();
  const total = paths.reduce((sum, { joint }) => sum + joint, 0);
  const observations = observationsOf(rows);
  const { logLikelihood, smoothed, transitions } = smoothStates(three, observations);
  expect(logLikelihood).toBeCloseTo(Math.log(total), 12);
  for (let t = 0; t < rows.length; t++) {
    for (let k = 0; k < 3; k++) {
      const share = paths.reduce((sum, { path, joint }) => sum + (path[t] === k ? joint : 0), 0) / total;
      expect(smoothed[3 * t + k]).toBeCloseTo(share, 12);
    }
  }
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const count = paths.reduce(
        (sum, { path, joint }) =>
          sum + joint * path.filter((k, t) => t > 0 && path[t - 1] === i && k === j).length,
        0,
      );
      expect(transitions[3 * i + j]).toBeCloseTo(count / total, 12);
    }
  }
  const best = paths.reduce((a, b) => (b.joint > a.joint ? b : a));
  expect([...likeliestPath(three, observations)]).toEqual(best.path);
});

test("two sequences are independent: likelihoods add, probabilities are those of each", () => {
  const both = [...rows, ...rows.slice(0, 3)];
  const apart = [
    smoothStates(three, observationsOf(rows)),
    smoothStates(three, observationsOf(rows.slice(0, 3))),
  ];
  const together = smoothStates(three, observationsOf(both, [6, 3]));
  expect(together.logLikelihood).toBeCloseTo(
    apart.reduce((sum, one) => sum + one.logLikelihood, 0),
    12,
  );
  expect([...together.smoothed]).toEqual(apart.flatMap(({ smoothed }) => [...smoothed]));
  expect([...likeliestPath(three, observationsOf(both, [6, 3]))].slice(6)).toEqual([
    ...likeliestPath(three, observationsOf(rows.slice(0, 3))),
  ]);
});

test("the first sequence of response times at given parameters (statsmodels 0.15.0: MarkovRegression, switching variance)", () => {
  // p[0→0] 0.8, p[1→0] 0.1, so that the chain starts in [1/3, 2/3].
  const hmm: GaussianHmm = {
    states: 2,
    dimensions: 1,
    covariance: "diagonal",
    start: [1 / 3, 2 / 3],
    transition: [0.8, 0.2, 0.1, 0.9],
    means: [5.4, 6.3],
    covariances: [0.04, 0.08],
  };
  const observations = observationsOf(logTimes.subarray(0, 168));
  const { logLikelihood, filtered } = filterStates(hmm, observations);
  expect(logLikelihood).toBeCloseTo(-66.05122013436825, 9);
  const { smoothed } = smoothStates(hmm, observations);
  for (const [t, last, all] of [
    [0, 7.139191721766e-7, 1.859534985415e-6],
    [1, 0.6643394193368, 0.3063182831845],
    [59, 0.01327493370688, 0.004141457222951],
    [167, 0.9960874716118, 0.9960874716118],
  ] as const) {
    expect(filtered[2 * t]).toBeCloseTo(last, 11);
    expect(smoothed[2 * t]).toBeCloseTo(all, 11);
  }
});

test("response times: the fit of depmixS4 (Visser and Speekenbrink 2010, Journal of Statistical Software 36(7), section 4.1)", () => {
  const { state } = hiddenMarkovModel().fit(logTimes, responseLengths);
  // log Lik. -84.34 (df = 7), AIC 182.7, BIC 211.3; means 5.510 and 6.385, deviations 0.192 and 0.244;
  // the slow state stays with 0.916.
  expect(state.logLikelihood).toBeCloseTo(-84.34, 2);
  expect(state.parameters).toBe(7);
  expect(state.aic).toBeCloseTo(182.68, 2);
  expect(state.bic).toBeCloseTo(211.27, 2);
  expect(state.converged).toBe(true);
  expect(state.hmm.means[0]).toBeCloseTo(5.51, 2);
  expect(state.hmm.means[1]).toBeCloseTo(6.385, 2);
  expect(Math.sqrt(state.hmm.covariances[0] ?? 0)).toBeCloseTo(0.192, 2);
  expect(Math.sqrt(state.hmm.covariances[1] ?? 0)).toBeCloseTo(0.244, 2);
  expect(state.hmm.transition[3]).toBeCloseTo(0.916, 2);
});

test("each step of Baum and Welch's algorithm raises the likelihood, up to a maximum", () => {
  for (const covariance of ["diagonal", "full"] as const) {
    const { values } = new FittedHiddenMarkovModel({ hmm: three } as HiddenMarkovState).sample(300, 5);
    const observations = { dimensions: 2, values, lengths: [300] };
    const options = { states: 3, covariance, restarts: 4, maxIterations: 200, tolerance: 1e-7 };
    const { history, converged, hmm, logLikelihood } = baumWelch(observations, options, new Random(1));
    for (let i = 1; i < history.length; i++)
      expect(history[i]).toBeGreaterThanOrEqual((history[i - 1] ?? 0) - 1e-9);
    expect(converged).toBe(true);
    expect(history.length).toBeGreaterThan(5);
    expect(smoothStates(hmm, observations).logLikelihood).toBeCloseTo(logLikelihood, 9);
    // At the maximum a further step changes nothing.
    const further = iterate(hmm, observations, options, 1, 0);
    for (const [i, mean] of further.hmm.means.entries()) expect(mean).toBeCloseTo(hmm.means[i] ?? 0, 3);
  }
});

test("a model is found again from a long sample of it, gaps included", () => {
  const { values, states } = new FittedHiddenMarkovModel({ hmm: three } as HiddenMarkovState).sample(
    4000,
    11,
  );
  const sample = Array.from({ length: 4000 }, (_, t) =>
    t % 10 === 0 ? [Number.NaN, 0] : [values[2 * t] ?? 0, values[2 * t + 1] ?? 0],
  );
  const fitted = hiddenMarkovModel({ states: 3, covariance: "full" }).fit(sample);
  const { hmm } = fitted.state;
  for (const [i, mean] of three.means.entries()) expect(hmm.means[i]).toBeCloseTo(mean, 0);
  for (const [i, share] of three.transition.entries())
    expect(Math.abs((hmm.transition[i] ?? 0) - share)).toBeLessThan(0.08);
  const path = fitted.predict(sample);
  const right = states.filter((state, t) => state === path[t]).length;
  expect(right / 4000).toBeGreaterThan(0.75);
  const probabilities = fitted.probabilities(sample);
  expect(probabilities.slice(0, 3).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
});

test("states that differ in their spread alone are told apart", () => {
  const regimes: GaussianHmm = {
    states: 2,
    dimensions: 1,
    covariance: "diagonal",
    start: [1, 0],
    transition: [0.98, 0.02, 0.05, 0.95],
    means: [0, 0],
    covariances: [1, 16],
  };
  const { values } = new FittedHiddenMarkovModel({ hmm: regimes } as HiddenMarkovState).sample(1500, 3);
  const { hmm } = hiddenMarkovModel({ states: 2 }).fit(values).state;
  const [low, high] = [...hmm.covariances].sort((a, b) => a - b);
  expect(low).toBeCloseTo(1, 0);
  expect(high).toBeGreaterThan(12);
  expect(high).toBeLessThan(20);
});

test("the number of states: BIC finds two among one to four", () => {
  const { state } = hiddenMarkovModel({ states: [1, 2, 3, 4] }).fit(logTimes.subarray(0, 302), [168, 134]);
  expect(state.hmm.states).toBe(2);
  const one = hiddenMarkovModel({ states: 1 }).fit(logTimes).state;
  const mean = logTimes.reduce((sum, value) => sum + value, 0) / 439;
  const variance = logTimes.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 439;
  expect(one.hmm.means[0]).toBeCloseTo(mean, 12);
  expect(one.logLikelihood).toBeCloseTo(-0.5 * 439 * (Math.log(2 * Math.PI * variance) + 1), 8);
});

test("saved as JSON it scores and samples the same; a seed decides all", () => {
  const fitted = hiddenMarkovModel({ seed: 7 }).fit(logTimes);
  const saved = new FittedHiddenMarkovModel(JSON.parse(JSON.stringify(fitted.state)) as HiddenMarkovState);
  expect(saved.score(logTimes)).toBe(fitted.score(logTimes));
  expect(fitted.score(logTimes)).toBeCloseTo(fitted.state.logLikelihood, 8);
  expect(saved.sample(20, 1)).toEqual(fitted.sample(20, 1));
  expect(fitted.sample(20, 2)).not.toEqual(fitted.sample(20, 1));
  expect(hiddenMarkovModel({ seed: 7 }).fit(logTimes).state).toEqual(fitted.state);
});

test("a scale of 1e-150 or 1e150 changes nothing else", () => {
  const { state } = hiddenMarkovModel().fit(logTimes);
  for (const scale of [1e-150, 1e150]) {
    const other = hiddenMarkovModel().fit(logTimes.map((value) => scale * value)).state;
    expect((other.hmm.means[0] ?? 0) / scale).toBeCloseTo(state.hmm.means[0] ?? 0, 6);
    expect(other.hmm.transition[0]).toBeCloseTo(state.hmm.transition[0] ?? 0, 6);
    expect(other.logLikelihood).toBeCloseTo(state.logLikelihood - 439 * Math.log(scale), 4);
  }
});

test("an outlier that no state explains, and a path that is ruled out, leave finite numbers", () => {
  const ruledOut: GaussianHmm = {
    states: 2,
    dimensions: 1,
    covariance: "diagonal",
    start: [1, 0],
    transition: [1, 0, 0, 1],
    means: [0, 1e4],
    covariances: [1, 1],
  };
  const observations = observationsOf([0, 1e4, 0]);
  const { logLikelihood, smoothed } = smoothStates(ruledOut, observations);
  expect(logLikelihood).toBeCloseTo(-1.5 * Math.log(2 * Math.PI) - 0.5e8, 4);
  expect([...smoothed]).toEqual([1, 0, 1, 0, 1, 0]);
  expect([...likeliestPath(ruledOut, observations)]).toEqual([0, 0, 0]);
  const { state } = hiddenMarkovModel().fit([...logTimes.subarray(0, 50), 1e6]);
  expect(state.hmm.means.every(Number.isFinite) && Number.isFinite(state.logLikelihood)).toBe(true);
});

test.each<[string, () => unknown, string]>([
  [
    "a constant",
    () => hiddenMarkovModel().fit([2, 2, 2, 2, 2]),
    "all values are 2: nothing tells states apart",
  ],
  [
    "a dimension that is constant",
    () => hiddenMarkovModel().fit([1, 2, 3, 4, 5, 6].map((value) => [value, 7])),
    "all values of dimension 2 are 7: nothing tells states apart",
  ],
  [
    "values that vary too much for a variance",
    () => hiddenMarkovModel().fit(logTimes.map((value) => value * 1e200)),
    "have a variance that is no double-precision number. Give them in another unit",
  ],
  [
    "too few values",
    () => hiddenMarkovModel({ states: 3 }).fit([1, Number.NaN, 2, 3]),
    "there are 3 observations, and a hidden Markov model of 3 states needs at least 6. Give more, or fewer states",
  ],
  [
    "rows of different lengths",
    () => observationsOf([[1, 2], [3]]),
    "row 2 has 1 numbers, and the first has 2; wanted as many in each",
  ],
  ["an infinite number", () => observationsOf([1, Infinity]), "row 2 holds Infinity; wanted finite numbers"],
  [
    "lengths that do not sum up",
    () => observationsOf([1, 2, 3], [2, 2]),
    "got 3 rows of 1 numbers in sequences of 2, 2; wanted rows, and lengths above 0 that sum to their number",
  ],
  [
    "rows of another width than it was fitted to",
    () =>
      hiddenMarkovModel()
        .fit(logTimes)
        .score([[1, 2]]),
    "each row has 2 numbers, and the model was fitted to rows of 1",
  ],
])("refused: %s", (_, run, message) => {
  expect(run).toThrow(message);
});

test.each<[string, unknown, string]>([
  ["an option that there is not", { components: 2 }, 'hidden Markov model: there is no option "components"'],
  ["no states", { states: 0 }, "hidden Markov model: states is to be a positive whole number, got 0"],
  ["nothing to choose from", { states: [] }, "hidden Markov model: states is empty"],
  [
    "a covariance that there is not",
    { covariance: "tied" },
    'hidden Markov model: covariance is to be diagonal or full, got "tied"',
  ],
  [
    "a criterion that there is not",
    { criterion: "hqic" },
    'hidden Markov model: criterion is to be aic or bic, got "hqic"',
  ],
])("refused: %s", (_, config, message) => {
  expect(() => hiddenMarkovModel(config as HiddenMarkovConfig)).toThrow(message);
});
