// The coefficients of an ARIMA model of given order: least squares under conditions, or maximum likelihood.

import { regressInPlace } from "../../../numeric/least-squares.ts";
import { levenbergMarquardt } from "../../../numeric/levenberg-marquardt.ts";
import { conditionalFilter } from "./conditional-filter.ts";
import { differencePolynomial } from "./difference.ts";
import { exactFilter } from "./exact-filter.ts";
import type { Filter } from "./innovations.ts";
import { kalmanFilter } from "./kalman-filter.ts";
import { type ArimaOrder, coefficientCount, constantName } from "./order.ts";
import { type Arma, constrain, createArma, multiplyOut, release } from "./polynomials.ts";
import type { Prepared } from "./prepare.ts";

/** A fitted model. */
export interface ArimaFit {
  readonly order: ArimaOrder;
  /** Whether it has a mean or a drift, as {@link constantName} says. */
  readonly constant: boolean;
  /** φ [p], θ [q], Φ [P], Θ [Q] */
  readonly coefficients: Float64Array;
  /** The constant first, where there is one, then the regressors'. */
  readonly regression: Float64Array;
  /** σ of the innovations by maximum likelihood: the root of their mean square. */
  readonly deviation: number;
  readonly logLikelihood: number;
  /** The innovations that the likelihood takes in: the values less those that differencing takes. */
  readonly count: number;
  /** How many numbers were estimated: coefficients, regression and variance. */
  readonly parameters: number;
}

/** How coefficients are found. */
export interface EstimateOptions {
  readonly constant: boolean;
  /** `conditional`: by the sum of squares of {@link conditionalFilter}; `exact`: by the Gaussian likelihood. */
  readonly method: "conditional" | "exact";
  /** [p + q + P + Q] Free numbers to start from, as `constrain` takes them. Default: zeros. */
  readonly start?: Float64Array | undefined;
  /** As that of {@link levenbergMarquardt}. */
  readonly tolerance?: number | undefined;
  /** As that of {@link levenbergMarquardt}. */
  readonly iterations?: number | undefined;
}

/**
 * Fits a model of an order to a prepared series.
 *
 * The exact method maximises the Gaussian likelihood of the differenced values, -N/2 log(2π σ²) - Σ log f_t / 2 - S / (2 σ²). With the
 * best σ² = S / N put in, it has S exp(Σ log f_t / N) to minimise, which is a sum of squares as that of the conditional method is.
 * Regression coefficients are not searched for: given the process, they follow by least squares on filtered columns.
 */
export function estimate(prepared: Prepared, order: ArimaOrder, options: EstimateOptions): ArimaFit {
  const { method, tolerance, iterations } = options;
  const constant = options.constant && constantName(order) !== undefined;
  const length = prepared.values.length;
  const start = options.start ?? new Float64Array(coefficientCount(order));
  const goal = objective(prepared, order, constant, method);
  const found = levenbergMarquardt(goal.evaluate, start, length, { tolerance, iterations });
  goal.evaluate(found.parameters, new Float64Array(length));
  const { scale } = prepared;
  const { count, logs, squares } = goal.latest;
  const deviation = Math.sqrt(squares / count) * scale;
  return {
    order,
    constant,
    coefficients: goal.coefficients,
    regression: goal.regression.map((value) => value * scale),
    deviation,
    logLikelihood: -0.5 * (count * (Math.log(2 * Math.PI) + 2 * Math.log(deviation) + 1) + logs),
    count,
    parameters: goal.coefficients.length + goal.regression.length + 1,
  };
}

/** What is minimised, and what the latest evaluation came to. */
function objective(
  prepared: Prepared,
  order: ArimaOrder,
  constant: boolean,
  method: EstimateOptions["method"],
) {
  const { values, regressors } = prepared;
  const columns = [values, ...(constant ? [prepared.constant] : []), ...regressors];
  const arma = createArma(order);
  const filter = filterOf(prepared, order, arma, columns.length, method);
  const coefficients = new Float64Array(coefficientCount(order));
  const filtered = columns.slice(1).map(() => new Float64Array(values.length));
  const outs: Float64Array[] = [values, ...filtered];
  const regression = new Float64Array(filtered.length);
  const triangle = new Float64Array(filtered.length ** 2);
  const latest = { logs: 0, squares: 0, count: 0 };

  function evaluate(free: Float64Array, out: Float64Array): number {
    constrain(order, free, coefficients);
    multiplyOut(order, coefficients, arma);
    outs[0] = out;
    const logs = filter.run(columns, outs);
    if (!(logs < Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
    if (filtered.length > 0) regressInPlace(filtered, out, regression, triangle);
    const factor = Math.exp(logs / (2 * filter.predicted));
    let sum = 0;
    for (let t = 0; t < out.length; t++) {
      const value = (out[t] ?? 0) * factor;
      out[t] = value;
      sum += value * value;
    }
    latest.logs = logs;
    latest.squares = sum / (factor * factor);
    latest.count = filter.predicted;
    return sum;
  }
  return { evaluate, coefficients, regression, latest };
}

function filterOf(
  { values, observed }: Prepared,
  order: ArimaOrder,
  arma: Arma,
  columnCount: number,
  method: EstimateOptions["method"],
): Filter {
  if (observed !== undefined) return kalmanFilter(arma, observed, differencePolynomial(order), columnCount);
  return method === "exact"
    ? exactFilter(arma, values.length, columnCount)
    : conditionalFilter(arma, values.length);
}

/** Free numbers beyond this are drawn back before the likelihood starts from them: beyond, it hardly changes with them. */
const START_LIMIT = 1.5;

/** A second search goes so many steps, and on only where the likelihood is no further below that of the first by then. */
const FIRST_STEPS = 4;
const WITHIN_REACH = 0.5;

/**
 * Maximum likelihood. That of a mixed model has several maxima, where its two sides all but cancel and where they do not: the search
 * starts from the guess and from zeros as well.
 *
 * @param guess Coefficients to start from. Default: those of the conditional method, where there are enough values for it.
 */
export function maximumLikelihood(
  prepared: Prepared,
  order: ArimaOrder,
  constant: boolean,
  guess?: Float64Array,
): ArimaFit {
  const conditions = order.p + order.m * order.P;
  const spare = prepared.values.length - conditions - coefficientCount(order) - prepared.regressors.length;
  const guessed =
    guess ??
    (prepared.observed === undefined && coefficientCount(order) > 0 && spare > 3
      ? estimate(prepared, order, { constant, method: "conditional", tolerance: 1e-4 }).coefficients
      : undefined);
  const start = guessed === undefined ? undefined : release(order, guessed, START_LIMIT);
  const fit = estimate(prepared, order, { constant, method: "exact", start });
  const isMixed = order.p + order.P > 0 && order.q + order.Q > 0;
  if (start === undefined || !isMixed) return fit;
  const other = estimate(prepared, order, { constant, method: "exact", iterations: FIRST_STEPS });
  if (other.logLikelihood < fit.logLikelihood - WITHIN_REACH) return fit;
  const end = estimate(prepared, order, {
    constant,
    method: "exact",
    start: release(order, other.coefficients, 9),
  });
  return end.logLikelihood > fit.logLikelihood ? end : fit;
}
