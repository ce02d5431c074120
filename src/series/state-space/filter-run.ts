// One run of the Kalman filter over a series, with the exact treatment of states of which nothing is known at first.

import { observe, reduceVariance, seenMean, stepSymmetric, stepVector } from "./filter-steps.ts";
import type { CompiledModel } from "./state-space.ts";

/** P_∞ says nothing more of a value where its part of the variance is below this part of what its states would give one by one. */
const TOLERANCE = 1e-9;

/** The arrays that a run writes; they serve many runs. */
export interface FilterSpace {
  /** [m] Before a run of no matter; after it a_{T+1}. */
  readonly mean: Float64Array;
  /** [m, m] After a run P_{T+1}. */
  readonly variance: Float64Array;
  /** [m, m] After a run what is left of P_∞. */
  readonly diffuse: Float64Array;
  /** [T, m] The gains P_t Z_t' / F_t; zeros where a value is missing. */
  readonly gain: Float64Array;
  /** [T] Z_t a_t: what is expected of each value from those before it. */
  readonly expected: Float64Array;
  /** [T] F_t: the variance of that; Infinity where P_∞ takes part. */
  readonly expectedVariance: Float64Array;
  /** [T] v_t / F_t: the innovations over their variances; 0 where a value is missing or only settles a diffuse state. */
  readonly scaled: Float64Array;
  /** [T] 1 / F_t; 0 in the same places. */
  readonly precision: Float64Array;
  /** [m] P_t Z_t' of the step at hand. */
  readonly seenBy: Float64Array;
  /** [m] P_∞,t Z_t' of the step at hand. */
  readonly seenByDiffuse: Float64Array;
  /** [m, m] */
  readonly scratch: Float64Array;
}

export function filterSpace(m: number, steps: number): FilterSpace {
  return {
    mean: new Float64Array(m),
    variance: new Float64Array(m * m),
    diffuse: new Float64Array(m * m),
    gain: new Float64Array(steps * m),
    expected: new Float64Array(steps),
    expectedVariance: new Float64Array(steps),
    scaled: new Float64Array(steps),
    precision: new Float64Array(steps),
    seenBy: new Float64Array(m),
    seenByDiffuse: new Float64Array(m),
    scratch: new Float64Array(m * m),
  };
}

/** What the likelihood is made of. */
export interface FilterSums {
  /** Values that were seen and tell of the noise. */
  readonly counted: number;
  /** Values that each settled a diffuse state. */
  readonly settling: number;
  /** Diffuse states that no value has settled. */
  readonly unsettled: number;
  /** Σ log F_t over the counted ones. */
  readonly logVariances: number;
  /** Σ v_t² / F_t over the counted ones. */
  readonly squares: number;
  /** Σ log F_∞,t over the settling ones. */
  readonly logDiffuse: number;
}

/** Is told of each step of a run: for what keeps more than the space does. */
export interface FilterListener {
  /**
   * Before a value is taken in: a_t, P_t and P_∞,t stand in the space, P_t Z' and (where `diffuse`) P_∞,t Z' too.
   *
   * @param settles whether the value is seen and settles a diffuse state
   */
  before(t: number, settles: boolean, diffuse: boolean): void;
  /** Once it is taken in: a_t|t and P_t|t stand in the space. */
  after(t: number): void;
}

/**
 * Runs the filter (Durbin and Koopman 2012, sections 4.3 and 5.2; a value at a time as in Koopman and Durbin 2003).
 *
 * @param values [T] NaN where a value is missing
 */
export function runFilter(
  model: CompiledModel,
  values: Float64Array,
  space: FilterSpace,
  listener?: FilterListener,
): FilterSums {
  const { m, forward, designStep, observationVariance: h, stateVariance } = model;
  const { mean: a, variance: p, diffuse: pInf, seenBy: x, seenByDiffuse: xInf, scratch } = space;
  const { gain, expected, expectedVariance, scaled, precision } = space;
  let unsettled = begin(model, space);
  let [counted, settling, logVariances, squares, logDiffuse] = [0, 0, 0, 0, 0];
  for (let t = 0; t < values.length; t++) {
    const value = values[t] ?? Number.NaN;
    const row = t * designStep;
    const at = t * m;
    const mean = seenMean(model, a, row);
    const v = value - mean;
    const f = observe(model, p, row, x) + h;
    let fInf = 0;
    let settles = false;
    if (unsettled > 0) {
      fInf = observe(model, pInf, row, xInf);
      settles = fInf > TOLERANCE * loneVariance(model, pInf, row);
    }
    expected[t] = mean;
    expectedVariance[t] = settles ? Infinity : f;
    const seen = !Number.isNaN(value);
    listener?.before(t, settles && seen, unsettled > 0);
    if (!seen || (!settles && !(f > 0))) {
      scaled[t] = 0;
      precision[t] = 0;
      gain.fill(0, at, at + m);
    } else if (settles) {
      scaled[t] = 0;
      precision[t] = 0;
      for (let i = 0; i < m; i++) {
        const k = (xInf[i] ?? 0) / fInf;
        gain[at + i] = k;
        a[i] = (a[i] ?? 0) + k * v;
      }
      settleVariance(p, pInf, x, xInf, f, fInf, m);
      logDiffuse += Math.log(fInf);
      settling++;
      unsettled--;
      if (unsettled === 0) pInf.fill(0);
    } else {
      scaled[t] = v / f;
      precision[t] = 1 / f;
      for (let i = 0; i < m; i++) {
        const k = (x[i] ?? 0) / f;
        gain[at + i] = k;
        a[i] = (a[i] ?? 0) + k * v;
      }
      reduceVariance(p, x, f, m);
      logVariances += Math.log(f);
      squares += (v * v) / f;
      counted++;
    }
    listener?.after(t);
    stepVector(forward, a, scratch);
    stepSymmetric(forward, p, m, scratch);
    for (let i = 0; i < p.length; i++) p[i] = (p[i] ?? 0) + (stateVariance[i] ?? 0);
    if (unsettled > 0) stepSymmetric(forward, pInf, m, scratch);
  }
  return { counted, settling, unsettled, logVariances, squares, logDiffuse };
}

/** Puts what is known at the first step into the space. @returns the number of diffuse states */
function begin({ m, initialMean, initialVariance, diffuse }: CompiledModel, space: FilterSpace): number {
  space.mean.set(initialMean);
  space.variance.set(initialVariance);
  space.diffuse.fill(0);
  let count = 0;
  for (let i = 0; i < m; i++) {
    if (diffuse[i] !== true) continue;
    space.diffuse[i * m + i] = 1;
    count++;
  }
  return count;
}

/** The variance of what is seen if the states were independent. */
function loneVariance({ m, seen, design }: CompiledModel, p: Float64Array, row: number): number {
  let sum = 0;
  for (let s = 0; s < seen.length; s++) {
    const j = seen[s] ?? 0;
    const z = design[row + j] ?? 0;
    sum += z * z * (p[j * m + j] ?? 0);
  }
  return sum;
}

/** P and P_∞ once a value has settled a diffuse state: K_0 = x_∞ / F_∞, P = P - K_0 x' - x K_0' + K_0 K_0' F, P_∞ = P_∞ - K_0 x_∞'. */
function settleVariance(
  p: Float64Array,
  pInf: Float64Array,
  x: Float64Array,
  xInf: Float64Array,
  f: number,
  fInf: number,
  m: number,
): void {
  for (let i = 0; i < m; i++) {
    const k = (xInf[i] ?? 0) / fInf;
    const own = x[i] ?? 0;
    for (let j = 0; j < m; j++) {
      const at = i * m + j;
      const other = (xInf[j] ?? 0) / fInf;
      p[at] = (p[at] ?? 0) - k * (x[j] ?? 0) - own * other + k * other * f;
      pInf[at] = (pInf[at] ?? 0) - k * (xInf[j] ?? 0);
    }
  }
}

/**
 * The diffuse log-likelihood: the limit of log p(y) + (d/2) log κ for d diffuse states with variance κ → ∞, with the constant
 * -(n/2) log 2π over all n values seen (Durbin and Koopman 2012, equation 7.4). Programs that leave out the constant of the d values
 * that settle states (KFAS) give (d/2) log 2π more.
 */
export function logLikelihoodOf({
  counted,
  settling,
  logVariances,
  squares,
  logDiffuse,
}: FilterSums): number {
  return -0.5 * ((counted + settling) * Math.log(2 * Math.PI) + logVariances + squares + logDiffuse);
}
