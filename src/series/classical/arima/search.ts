// The stepwise search for the order of an ARIMA model.

import { type ArimaFit, estimate, maximumLikelihood } from "./estimate.ts";
import { type ArimaOrder, constantName } from "./order.ts";
import { rootsBeyond } from "./polynomials.ts";
import type { Prepared } from "./prepare.ts";

/** What models are compared by; see {@link criterionOf}. */
export type Criterion = "aicc" | "aic" | "bic";

/** The largest orders that the search goes to. */
export type OrderLimits = Pick<ArimaOrder, "p" | "q" | "P" | "Q">;

export interface SearchOptions {
  readonly limits: OrderLimits;
  readonly criterion: Criterion;
  /** Whether there is a constant. Default: by the criterion. */
  readonly constant?: boolean | undefined;
  /** Whether models are compared by conditional least squares; the best one is then fitted by maximum likelihood. */
  readonly approximate: boolean;
}

/** A model that was tried. */
interface Candidate {
  readonly order: ArimaOrder;
  readonly constant: boolean;
  /** Infinity for what is no use. */
  readonly score: number;
  readonly fit: ArimaFit | undefined;
}

/**
 * Models with roots nearer to the unit circle than this are refused, as in Hyndman and Khandakar 2008, section 3.2; but those of seasonal
 * factors are looked at in Bᵐ: in B, the roots of any long season are near to the circle.
 */
const NEAREST_ROOT = 1.001;

/** The search ends when so many models were tried. */
const MOST_MODELS = 94;

/** The moves from a model to its neighbours: what each changes p, q, P and Q by. Seasonal ones come first: they matter most. */
const MOVES: readonly (readonly [p: number, q: number, P: number, Q: number])[] = [
  [0, 0, -1, 0],
  [0, 0, 0, -1],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
  [0, 0, -1, -1],
  [0, 0, -1, 1],
  [0, 0, 1, -1],
  [0, 0, 1, 1],
  [-1, 0, 0, 0],
  [0, -1, 0, 0],
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [-1, -1, 0, 0],
  [-1, 1, 0, 0],
  [1, -1, 0, 0],
  [1, 1, 0, 0],
];

export interface SearchResult {
  readonly fit: ArimaFit;
  /** How many models were tried. */
  readonly tried: number;
}

/**
 * Searches for the order with the smallest criterion (Hyndman and Khandakar 2008, Journal of Statistical Software 27(3), section 3.2):
 * from the best of four or five simple models it moves to the first neighbour that is better, until none is.
 *
 * @returns the model without coefficients, with a constant where it is not differenced, for a series too short for any criterion.
 */
export function searchOrder(prepared: Prepared, options: SearchOptions): SearchResult {
  const { limits, approximate, criterion } = options;
  const { differences } = prepared;
  const nothing: ArimaOrder = { p: 0, q: 0, P: 0, Q: 0, ...differences };
  const mayHave = constantName(nothing) !== undefined;
  const hasConstant = mayHave && options.constant !== false;
  const mayChange = mayHave && options.constant === undefined;
  const tried = new Map<string, Candidate>();
  let best: Candidate | undefined;

  function attempt({ p, q, P, Q }: OrderLimits, constant: boolean): boolean {
    if (Math.min(p, q, P, Q) < 0) return false;
    if (p > limits.p || q > limits.q || P > limits.P || Q > limits.Q) return false;
    const key = `${p} ${q} ${P} ${Q} ${constant}`;
    if (tried.has(key)) return false;
    const candidate = tryOrder(prepared, { ...differences, p, q, P, Q }, constant, approximate, criterion);
    tried.set(key, candidate);
    if (!(candidate.score < (best?.score ?? Number.POSITIVE_INFINITY))) return false;
    best = candidate;
    return true;
  }

  const [p, q, P, Q] = [limits.p, limits.q, limits.P, limits.Q].map((limit) => Math.min(1, limit));
  attempt({ p: Math.min(2, limits.p), q: Math.min(2, limits.q), P: P ?? 0, Q: Q ?? 0 }, hasConstant);
  attempt(nothing, hasConstant);
  attempt({ p: p ?? 0, q: 0, P: P ?? 0, Q: 0 }, hasConstant);
  attempt({ p: 0, q: q ?? 0, P: 0, Q: Q ?? 0 }, hasConstant);
  // Where there is too little to judge a constant by, it stays.
  if (mayChange && best !== undefined) attempt(nothing, false);

  let improved = best !== undefined;
  while (improved && tried.size < MOST_MODELS && best !== undefined) {
    const { order, constant }: Candidate = best;
    improved =
      MOVES.some(([dp, dq, dP, dQ]) =>
        attempt({ p: order.p + dp, q: order.q + dq, P: order.P + dP, Q: order.Q + dQ }, constant),
      ) ||
      (mayChange && attempt(order, !constant));
  }
  const fit = approximate ? bestByLikelihood(prepared, [...tried.values()], criterion) : best?.fit;
  if (fit !== undefined) return { fit, tried: tried.size };
  return {
    fit: maximumLikelihood(prepared, nothing, differences.d + differences.D === 0),
    tried: tried.size,
  };
}

/** The candidate that was best by approximation, or the next ones where maximum likelihood leads to no use. */
function bestByLikelihood(
  prepared: Prepared,
  candidates: readonly Candidate[],
  criterion: Criterion,
): ArimaFit | undefined {
  for (const { order, constant, score } of candidates.toSorted((a, b) => a.score - b.score)) {
    if (score === Number.POSITIVE_INFINITY) return undefined;
    const { fit, score: exact } = tryOrder(prepared, order, constant, false, criterion);
    if (exact < Number.POSITIVE_INFINITY) return fit;
  }
  return undefined;
}

function tryOrder(
  prepared: Prepared,
  order: ArimaOrder,
  constant: boolean,
  approximate: boolean,
  criterion: Criterion,
): Candidate {
  const refused = { order, constant, score: Number.POSITIVE_INFINITY, fit: undefined };
  const length = prepared.values.length;
  const { p, q, P, Q, m } = order;
  const parameters = p + q + P + Q + (constant ? 1 : 0) + prepared.regressors.length + 1;
  if (length - parameters - 1 <= 0) return refused;
  if (approximate && length - p - m * P <= parameters) return refused;
  const fit = approximate
    ? estimate(prepared, order, { constant, method: "conditional", tolerance: 1e-6 })
    : maximumLikelihood(prepared, order, constant);
  if (!Number.isFinite(fit.logLikelihood) || !rootsBeyond(order, fit.coefficients, NEAREST_ROOT))
    return refused;
  // Conditional sums of squares leave out more values the more lags there are: as if there were all.
  const logLikelihood = fit.logLikelihood * (length / fit.count);
  return { order, constant, score: criterionOf(criterion, { ...fit, logLikelihood, count: length }), fit };
}

/**
 * -2 log L plus 2 k (AIC), 2 k + 2 k (k + 1) / (n - k - 1) (AICc) or k log n (BIC), for k estimated numbers and n innovations. Infinity
 * for AICc where there are too few values for it.
 */
export function criterionOf(
  criterion: Criterion,
  { logLikelihood, parameters: k, count: n }: Pick<ArimaFit, "logLikelihood" | "parameters" | "count">,
): number {
  const deviance = -2 * logLikelihood;
  if (criterion === "bic") return deviance + k * Math.log(n);
  if (criterion === "aic") return deviance + 2 * k;
  return n - k - 1 > 0 ? deviance + 2 * k + (2 * k * (k + 1)) / (n - k - 1) : Number.POSITIVE_INFINITY;
}
