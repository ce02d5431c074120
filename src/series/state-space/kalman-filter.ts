// The Kalman filter: what a state-space model says of the states behind a series, each step from the values up to it, and of what comes.

import { filterSpace, logLikelihoodOf, runFilter } from "./filter-run.ts";
import { compileModel, type StateSpace } from "./state-space.ts";

/** What the filter found. A value that is missing changes nothing but the time. */
export interface Filtered {
  /** The diffuse log-likelihood, with -(n/2) log 2π over all n values seen (Durbin and Koopman 2012, equation 7.4). */
  readonly logLikelihood: number;
  /** How many values each settled a state of which nothing was known. */
  readonly settling: number;
  /** How many diffuse states no value has settled: of them means and variances say nothing. */
  readonly unsettled: number;
  /** [T] What was expected of each value from those before it. */
  readonly expected: Float64Array;
  /** [T] The variance of that; Infinity as long as a diffuse state takes part. */
  readonly expectedVariance: Float64Array;
  /** [T + 1, m] a_t: the states' means from the values before step t; the last row is of the step after the series. */
  readonly predicted: Float64Array;
  /** [T + 1, m, m] P_t, without the diffuse part. */
  readonly predictedVariance: Float64Array;
  /** [T, m] a_t|t: the states' means from the values up to step t. */
  readonly filtered: Float64Array;
  /** [T, m, m] P_t|t, without the diffuse part. */
  readonly filteredVariance: Float64Array;
}

/**
 * The states behind a series, each step from the values up to it (Durbin and Koopman, Time Series Analysis by State Space Methods,
 * 2nd ed. 2012, sections 4.3 and 5.2).
 *
 * @param values [T] NaN where a value is missing
 * @throws RecurraError `state-space` for a model that does not fit
 */
export function kalmanFilter(model: StateSpace, values: Float64Array): Filtered {
  const steps = values.length;
  const compiled = compileModel(model, steps);
  const { m } = compiled;
  const space = filterSpace(m, steps);
  const predicted = new Float64Array((steps + 1) * m);
  const predictedVariance = new Float64Array((steps + 1) * m * m);
  const filtered = new Float64Array(steps * m);
  const filteredVariance = new Float64Array(steps * m * m);
  const sums = runFilter(compiled, values, space, {
    before(t) {
      predicted.set(space.mean, t * m);
      predictedVariance.set(space.variance, t * m * m);
    },
    after(t) {
      filtered.set(space.mean, t * m);
      filteredVariance.set(space.variance, t * m * m);
    },
  });
  predicted.set(space.mean, steps * m);
  predictedVariance.set(space.variance, steps * m * m);
  return {
    logLikelihood: logLikelihoodOf(sums),
    settling: sums.settling,
    unsettled: sums.unsettled,
    expected: space.expected,
    expectedVariance: space.expectedVariance,
    predicted,
    predictedVariance,
    filtered,
    filteredVariance,
  };
}

/** What is expected of values to come, [H] each. */
export interface Outlook {
  readonly mean: Float64Array;
  /** Of the values themselves, their noise included. */
  readonly variance: Float64Array;
}

/**
 * What is expected of the `horizon` values after the series.
 *
 * @param mean [m] the states' means at the first step after the series: the last row of {@link Filtered.predicted}
 * @param variance [m, m] their covariance: the last of {@link Filtered.predictedVariance}
 * @param model its design, where it changes with time, has a row for each step of the horizon
 * @throws RecurraError `state-space` for a model that does not fit
 */
export function kalmanForecast(
  model: StateSpace,
  mean: Float64Array,
  variance: Float64Array,
  horizon: number,
): Outlook {
  const known = new Array<boolean>(model.states).fill(false);
  // Rounding may leave a variance of nothing a little below it.
  const sound = variance.map((element, i) => (i % (model.states + 1) === 0 ? Math.max(0, element) : element));
  const compiled = compileModel({ ...model, initial: { mean, variance: sound, diffuse: known } }, horizon);
  const space = filterSpace(compiled.m, horizon);
  runFilter(compiled, new Float64Array(horizon).fill(Number.NaN), space);
  return { mean: space.expected, variance: space.expectedVariance.map((value) => Math.max(0, value)) };
}
