// The likeliest parameters of a structural model.

import { minimizeInBox } from "../../numeric/quasi-newton.ts";
import { type Outcome, StructuralLikelihood } from "./structural-likelihood.ts";
import type { Noise, Structure } from "./structure.ts";

/** φ of a damped trend is looked for between these, as usual for exponential smoothing (Hyndman et al. 2008, section 2.3). */
const DAMPING = { least: 0.8, most: 0.98, start: 0.85, curvature: 1000 } as const;

/**
 * Logarithms of variances, of which only the differences count: where searches start, their bounds, a guess of the second derivative. A
 * slope may be lively or nearly constant, with a maximum for each.
 */
const START: Readonly<Record<Exclude<Noise, "slope">, number>> = { irregular: 0, level: -1, season: -4 };
const SLOPE_STARTS = [-2, -9] as const;
const LOG_VARIANCES = { least: -20, most: 8, curvature: 10 } as const;

/** A search ends when a step gains less than this of the log-likelihood: to compare structures, and to settle parameters. */
const TOLERANCE = { rough: 1e-5, fine: 1e-9 } as const;

/** A variance is set to 0 where that costs less of the log-likelihood than this. */
const NEGLIGIBLE = 1e-2;

/** A structure with its parameters. */
export interface Estimate extends Outcome {
  readonly structure: Structure;
  /** 0 for what does not change or is not there. */
  readonly variances: Readonly<Record<Noise, number>>;
  /** φ; 1 where the trend is not damped. */
  readonly damping: number;
  /** Where the search ended: where a finer one begins. */
  readonly point: Float64Array;
  /** Variances above 0, φ and the states at the start. */
  readonly parameters: number;
  /** Akaike's criterion, corrected for short series; Infinity where there are too few values for it. */
  readonly aicc: number;
}

/**
 * Fits a structure by maximum likelihood: a quasi-Newton search over the logarithms of the variances, by the exact derivatives.
 *
 * A variance may come out as zero: the part does not change, which is a smaller model, and the variance is not counted. Akaike's
 * criterion takes the likelihood with the states at the start as parameters, as for exponential smoothing (Hyndman et al. 2008,
 * Forecasting with Exponential Smoothing, section 7.1); diffuse likelihoods of structures with other numbers of states do not compare.
 *
 * @param regressors [T] each, finite
 * @param values [T] of the size of 1, NaN where one is missing
 * @param rough what was found for the same before: it is refined, and held against a search from elsewhere. Missing for a first search, that
 * is good enough to compare structures
 */
export function estimate(
  structure: Structure,
  regressors: readonly Float64Array[],
  values: Float64Array,
  rough?: Estimate,
): Estimate {
  const likelihood = new StructuralLikelihood(structure, regressors, values);
  const parts = likelihood.layout.noises.map(({ noise }) => noise);
  const count = parts.length;
  const damped = structure.trend === "damped";
  const [first, ...others] = startsOf(parts, damped);
  const starts = rough === undefined ? [first] : [rough.point, ...others];
  const tolerance = rough === undefined ? TOLERANCE.rough : TOLERANCE.fine;
  const bound = (variance: number, damping: number) =>
    Float64Array.from({ length: count + (damped ? 1 : 0) }, (_, i) => (i < count ? variance : damping));
  const box = {
    lower: bound(LOG_VARIANCES.least, DAMPING.least),
    upper: bound(LOG_VARIANCES.most, DAMPING.most),
  };
  const curvature = bound(LOG_VARIANCES.curvature, DAMPING.curvature);
  const variances = new Float64Array(count);
  const objective = (at: Float64Array, gradient: Float64Array): number => {
    for (let g = 0; g < count; g++) variances[g] = Math.exp(at[g] ?? 0);
    const value = likelihood.evaluate(variances, at[count] ?? 1, gradient);
    for (let i = 0; i < gradient.length; i++) gradient[i] = -(gradient[i] ?? 0);
    return Number.isFinite(value) ? -value : Infinity;
  };
  const { point } = starts
    .map((start) => minimizeInBox(objective, start, box, curvature, { tolerance, maxIterations: 100 }))
    .reduce((best, next) => (next.value < best.value ? next : best));
  const damping = damped ? (point[count] ?? 1) : 1;
  const found = withoutNegligible(likelihood, point.subarray(0, count).map(Math.exp), damping);
  return estimateOf(likelihood, found, damping, point);
}

/** The same parameters, up to the common factor of the variances, for other values of the series. */
export function carriedOver(
  { structure, variances, damping, point }: Estimate,
  regressors: readonly Float64Array[],
  values: Float64Array,
): Estimate {
  const likelihood = new StructuralLikelihood(structure, regressors, values);
  const found = Float64Array.from(likelihood.layout.noises, ({ noise }) => variances[noise]);
  return estimateOf(likelihood, found, damping, point);
}

function estimateOf(
  likelihood: StructuralLikelihood,
  variances: Float64Array,
  damping: number,
  point: Float64Array,
): Estimate {
  const { structure, layout } = likelihood;
  const outcome = likelihood.outcome(variances, damping);
  const changing = variances.filter((variance) => variance > 0).length;
  const parameters = changing + (structure.trend === "damped" ? 1 : 0) + outcome.settled;
  const spare = outcome.seen - parameters - 1;
  const named = Object.fromEntries(
    layout.noises.map(({ noise }, g) => [noise, outcome.factor * (variances[g] ?? 0)]),
  );
  return {
    ...outcome,
    structure,
    variances: { irregular: 0, level: 0, slope: 0, season: 0, ...named },
    damping,
    point,
    parameters,
    aicc:
      spare > 0
        ? -2 * outcome.profileLogLikelihood + 2 * parameters + (2 * parameters * (parameters + 1)) / spare
        : Infinity,
  };
}

function startsOf(parts: readonly Noise[], damped: boolean): readonly [Float64Array, ...Float64Array[]] {
  const from = (slope: number) =>
    Float64Array.from([
      ...parts.map((noise) => (noise === "slope" ? slope : START[noise])),
      ...(damped ? [DAMPING.start] : []),
    ]);
  const [lively, constant] = SLOPE_STARTS;
  return parts.includes("slope") ? [from(lively), from(constant)] : [from(lively)];
}

/** Sets variances to 0, the smallest part first, as long as the likelihood hardly falls. */
function withoutNegligible(
  likelihood: StructuralLikelihood,
  variances: Float64Array,
  damping: number,
): Float64Array {
  let best = likelihood.evaluate(variances, damping);
  const order = [...variances.keys()].sort((a, b) => (variances[a] ?? 0) - (variances[b] ?? 0));
  for (const g of order.slice(0, -1)) {
    const kept = variances[g] ?? 0;
    variances[g] = 0;
    const value = likelihood.evaluate(variances, damping);
    if (value >= best - NEGLIGIBLE) best = Math.max(best, value);
    else variances[g] = kept;
  }
  return variances;
}
