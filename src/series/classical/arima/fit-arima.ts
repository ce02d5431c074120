// Fitting an ARIMA model to plain numbers: of a given order, or of the order that a search finds.

import { checkOptionNames } from "../../../nn/choice.ts";
import { isConstant } from "../../../numeric/unit-root.ts";
import { RecurraError } from "../../../platform/error.ts";
import { fillMissing } from "../../observed/fill.ts";
import { chooseDifferences, type DifferencesWanted } from "./choose-differences.ts";
import { differenced } from "./difference.ts";
import { type ArimaFit, estimate, maximumLikelihood } from "./estimate.ts";
import { type ArimaOrder, arimaName, coefficientCount, lostValues } from "./order.ts";
import { type Differences, type Prepared, prepare, prepareWithGaps } from "./prepare.ts";
import { usefulRegressors } from "./regressors.ts";
import { type Criterion, type OrderLimits, type SearchResult, searchOrder } from "./search.ts";

export interface FitOptions {
  /** [T] each. Default: none. */
  readonly regressors?: readonly Float64Array[] | undefined;
  /** Whether there is a mean, or a drift where it is differenced once. Default: a mean where it is not differenced. */
  readonly constant?: boolean | undefined;
  /** `conditional` for least squares under conditions, which takes no missing values. Default: `exact`, maximum likelihood. */
  readonly method?: "exact" | "conditional" | undefined;
}

/**
 * Fits an ARIMA model of a given order by maximum likelihood, as R's `arima` does.
 *
 * @param values [T] NaN where missing
 * @throws RecurraError `too-short`, `unknown-option`
 */
export function fitArima(values: Float64Array, order: ArimaOrder, options: FitOptions = {}): ArimaFit {
  checkOptionNames("fitArima", options, ["regressors", "constant", "method"]);
  const { regressors = [], constant = order.d + order.D === 0, method = "exact" } = options;
  const conditions = method === "conditional" ? order.p + order.m * order.P : 0;
  checkLength(values, order, constant, regressors.length, conditions);
  if (!values.some(Number.isNaN)) {
    const prepared = prepare(values, regressors, order);
    return method === "exact"
      ? maximumLikelihood(prepared, order, constant)
      : estimate(prepared, order, { constant, method });
  }
  // Of the values filled in, a guess; of the values that are there, the likelihood.
  const filled = prepare(fillMissing(values, "seasonal", order.m), regressors, order);
  const guess = maximumLikelihood(filled, order, constant);
  return maximumLikelihood(prepareWithGaps(values, regressors, order), order, constant, guess.coefficients);
}

function checkLength(
  values: Float64Array,
  order: ArimaOrder,
  constant: boolean,
  regressors: number,
  conditions: number,
): void {
  const known = values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  const wanted = lostValues(order) + coefficientCount(order) + (constant ? 1 : 0) + regressors + 1;
  if (known >= wanted + conditions) return;
  throw new RecurraError(
    "too-short",
    `there are ${known} values, and ${arimaName(order, constant, regressors)} needs at least ${wanted + conditions}: ${lostValues(order) + conditions} that differencing${conditions > 0 ? " and the conditions take" : " takes"}, one for each coefficient and one more`,
  );
}

/** A regression on as many covariates as there are values would explain them all, and forecast nonsense. */
function checkRegressorCount(values: number, count: number): void {
  if (count === 0 || count + 3 < values) return;
  throw new RecurraError(
    "covariate",
    `there are ${count} covariates for ${values} values; wanted fewer than ${Math.max(1, values - 3)}: name those to take, or take none`,
  );
}

export interface AutomaticOptions extends DifferencesWanted {
  /** [T] each. */
  readonly regressors: readonly Float64Array[];
  readonly season: number;
  readonly limits: OrderLimits;
  readonly criterion: Criterion;
  /** Default: by the criterion. */
  readonly constant?: boolean | undefined;
  /** Default: for series so long that the search would take many seconds. */
  readonly approximate?: boolean | undefined;
}

export interface AutomaticFit extends SearchResult {
  /** The positions of the regressors that have a part in it. */
  readonly used: readonly number[];
}

/** Values times the length of the state, above which the search approximates. */
const LARGE = 100_000;

/**
 * Fits the ARIMA model that {@link chooseDifferences} and {@link searchOrder} find. With missing values both look at the series filled in;
 * the model found is fitted to the values that are there.
 *
 * @param values [T] NaN where missing
 */
export function fitAutomatic(values: Float64Array, options: AutomaticOptions): AutomaticFit {
  const { season, criterion, constant: wanted } = options;
  const gaps = values.some(Number.isNaN);
  const filled = gaps ? fillMissing(values, "seasonal", season) : values;
  const differences = chooseDifferences(filled, options.regressors, season, options);
  const used = usefulRegressors(options.regressors, differences);
  const regressors = used.map((k) => options.regressors[k] ?? filled);
  checkRegressorCount(filled.length - lostValues({ p: 0, q: 0, P: 0, Q: 0, ...differences }), used.length);
  const prepared = prepare(filled, regressors, differences);
  if (isFlatline(filled, prepared)) return { fit: flatFit(differences, filled), tried: 0, used };
  const limits = limitsFor(filled.length, season, options.limits);
  const approximate = options.approximate ?? filled.length * (2 * season + 5) > LARGE;
  const found = searchOrder(prepared, { limits, criterion, constant: wanted, approximate });
  if (!gaps) return { ...found, used };
  const { order, constant, coefficients } = found.fit;
  const withGaps = prepareWithGaps(values, regressors, differences);
  return { fit: maximumLikelihood(withGaps, order, constant, coefficients), tried: found.tried, used };
}

/** Over longer seasons there are differences, but no seasonal coefficients: the state would be too long. */
const LONGEST_SEASON = 400;

/** No more coefficients of a kind than a third of the values, none that reach over a season beside seasonal ones (as in R's auto.arima). */
function limitsFor(length: number, season: number, { p, q, P, Q }: OrderLimits): OrderLimits {
  const third = Math.floor(length / 3);
  const seasons = season > 1 && season <= LONGEST_SEASON ? Math.floor(third / season) : 0;
  const below = seasons > 0 ? season - 1 : Number.POSITIVE_INFINITY;
  return {
    p: Math.min(p, third, P > 0 ? below : p),
    q: Math.min(q, third, Q > 0 ? below : q),
    P: Math.min(P, seasons),
    Q: Math.min(Q, seasons),
  };
}

/** Whether nothing is left to explain: a constant, or what differencing makes one. */
function isFlatline(values: Float64Array, { values: rest, scale, regressors }: Prepared): boolean {
  const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return regressors.length === 0 && isConstant(rest, size / scale);
}

/** The model of a series whose differences are all the same: without coefficients and without error, the polynomial that it is. */
function flatFit(differences: Differences, values: Float64Array): ArimaFit {
  const { d, D, m } = differences;
  const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const [step = 0] = differenced(values, differences);
  const changes = Math.abs(step) > 1e-12 * size;
  // A constant would make a parabola of what is differenced twice; one more difference makes it as well.
  const order: ArimaOrder = { p: 0, q: 0, P: 0, Q: 0, d: d + D > 1 && changes ? d + 1 : d, D, m };
  const constant = d + D === 0 || (d + D === 1 && changes);
  return {
    order,
    constant,
    coefficients: new Float64Array(0),
    regression: constant ? Float64Array.of(d === 0 && D === 1 ? step / m : step) : new Float64Array(0),
    deviation: 0,
    logLikelihood: Number.POSITIVE_INFINITY,
    count: values.length - lostValues(order),
    parameters: constant ? 1 : 0,
  };
}
