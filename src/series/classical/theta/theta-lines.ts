// The four Theta models of Fiorucci et al.: exponential smoothing of the series along a straight line that stands still or moves with it.

import { scalarMinimum } from "../../../numeric/scalar-minimum.ts";

/** Standard, optimised, dynamic standard, dynamic optimised (Fiorucci et al. 2016, section 3). */
export type ThetaVariant = "STM" | "OTM" | "DSTM" | "DOTM";

export const thetaVariants: readonly ThetaVariant[] = ["STM", "OTM", "DSTM", "DOTM"];

/** A fitted Theta model. */
export interface ThetaLine {
  readonly variant: ThetaVariant;
  /** α: the weight of the latest value. */
  readonly alpha: number;
  /** ω = 1 - 1/θ: the weight of the line; 1/2 for θ = 2. */
  readonly omega: number;
  /** ℓ_0: the level before the first value. */
  readonly initialLevel: number;
  /** Σ of squared errors from the third value on. */
  readonly squares: number;
  /** How many errors these are. */
  readonly count: number;
}

/** Where a model stands after n values: ℓ_n, their mean, and the line A_n + B_n t. */
export interface ThetaState {
  readonly steps: number;
  readonly level: number;
  readonly mean: number;
  readonly intercept: number;
  readonly slope: number;
}

/** α is kept within these, as in the paper. */
const SMALLEST_ALPHA = 0.1;
const LARGEST_ALPHA = 0.99;

/** ω of a θ that is all but infinite. */
const LARGEST_OMEGA = 1 - 1e-6;

/** Errors of the first values, which the initial level was chosen for, do not count (the paper's package forecTheta does the same). */
const FIRST = 2;

/**
 * Fits one of the models by least squares. Given α, the errors are linear in ℓ_0 and ω, so that only α is searched for.
 *
 * @param values [T] at least 4
 * @param prior How many values the belief that ω is 1/2, Theta's own, counts for where ω is estimated; 0 for the paper's models.
 */
export function fitThetaLine(values: Float64Array, variant: ThetaVariant, prior = 0): ThetaLine {
  const lines = linesOf(values, variant);
  const optimised = variant === "OTM" || variant === "DOTM";
  const solveAt = (alpha: number): Solution => solve(values, lines, alpha, optimised ? prior : undefined);
  const alpha = scalarMinimum((tried) => solveAt(tried).squares, SMALLEST_ALPHA, LARGEST_ALPHA);
  const { initialLevel, omega, squares } = solveAt(alpha);
  return { variant, alpha, omega, initialLevel, squares, count: values.length - FIRST };
}

/** The parameters of a fit. */
type Parameters = Pick<ThetaLine, "variant" | "alpha" | "omega" | "initialLevel">;

function linesOf(values: Float64Array, variant: ThetaVariant): Lines {
  return isDynamic(variant) ? movingLines(values) : fixedLine(values);
}

function isDynamic(variant: ThetaVariant): boolean {
  return variant === "DSTM" || variant === "DOTM";
}

/** [T + 1] each: A and B of the line after t values, by which the next one is forecast. */
interface Lines {
  readonly intercepts: Float64Array;
  readonly slopes: Float64Array;
}

/** The regression line of all values on 1 … T, at every position. */
function fixedLine(values: Float64Array): Lines {
  const { intercepts, slopes } = movingLines(values);
  const [intercept = 0, slope = 0] = [intercepts[values.length], slopes[values.length]];
  return {
    intercepts: new Float64Array(values.length + 1).fill(intercept),
    slopes: new Float64Array(values.length + 1).fill(slope),
  };
}

/** [T + 1] The regression lines of the first t values; the first value alone as it is, none before it. */
function movingLines(values: Float64Array): Lines {
  const intercepts = new Float64Array(values.length + 1);
  const slopes = new Float64Array(values.length + 1);
  let mean = 0;
  let slope = 0;
  for (let t = 1; t <= values.length; t++) {
    const value = values[t - 1] ?? 0;
    slope = nextSlope(slope, t - 1, value - mean);
    mean += (value - mean) / t;
    slopes[t] = slope;
    intercepts[t] = mean - (slope * (t + 1)) / 2;
  }
  return { intercepts, slopes };
}

/** B_{t+1} from B_t, with the distance of the new value from the mean of those before it (Fiorucci et al. 2016, equation 17). */
function nextSlope(slope: number, t: number, distance: number): number {
  return t === 0 ? 0 : ((t - 1) * slope + (6 * distance) / (t + 1)) / (t + 2);
}

interface Solution {
  readonly initialLevel: number;
  readonly omega: number;
  readonly squares: number;
}

/**
 * The best ℓ_0 and ω for an α. With a_t the level that the values alone would give, the error of the value t + 1 is
 * y_{t+1} - a_t - (1-α)^t ℓ_0 - ω [A_t (1-α)^t + B_t (1 - (1-α)^{t+1}) / α].
 *
 * @param prior Missing where ω is not estimated but 1/2.
 */
function solve(values: Float64Array, lines: Lines, alpha: number, prior: number | undefined): Solution {
  const { intercepts, slopes } = lines;
  const rest = 1 - alpha;
  // Sums of products of: p = (1-α)^t, g = what ω is multiplied by, r = what both are to explain.
  let [pp, pg, gg, pr, gr] = [0, 0, 0, 0, 0];
  let [level, power] = [0, 1];
  for (let t = 0; t < values.length; t++) {
    const value = values[t] ?? 0;
    if (t >= FIRST) {
      const g = (intercepts[t] ?? 0) * power + ((slopes[t] ?? 0) * (1 - power * rest)) / alpha;
      const r = value - level;
      pp += power * power;
      pg += power * g;
      gg += g * g;
      pr += power * r;
      gr += g * r;
    }
    level += alpha * (value - level);
    power *= rest;
  }
  let omega = 0.5;
  if (prior !== undefined) {
    const believed = (prior * gg) / values.length;
    const determinant = pp * (gg + believed) - pg * pg;
    const best = determinant > 1e-12 * pp * gg ? (pp * (gr + believed / 2) - pg * pr) / determinant : 0.5;
    omega = Math.min(Math.max(best, 0), LARGEST_OMEGA);
  }
  const initialLevel = pp === 0 ? 0 : (pr - omega * pg) / pp;

  let squares = 0;
  [level, power] = [initialLevel, 1];
  for (let t = 0; t < values.length; t++) {
    const value = values[t] ?? 0;
    if (t >= FIRST) {
      const g = (intercepts[t] ?? 0) * power + ((slopes[t] ?? 0) * (1 - power * rest)) / alpha;
      squares += (value - level - omega * g) ** 2;
    }
    level += alpha * (value - level);
    power *= rest;
  }
  return { initialLevel, omega, squares };
}

/** Where the model stands after the last of `values`. */
export function thetaStateAfter(
  values: Float64Array,
  { variant, alpha, initialLevel }: Parameters,
): ThetaState {
  const { intercepts, slopes } = linesOf(values, variant);
  const steps = values.length;
  let level = initialLevel;
  let mean = 0;
  for (let t = 0; t < steps; t++) {
    level += alpha * ((values[t] ?? 0) - level);
    mean += ((values[t] ?? 0) - mean) / (t + 1);
  }
  return { steps, level, mean, intercept: intercepts[steps] ?? 0, slope: slopes[steps] ?? 0 };
}

/** [T] What was expected of each value. */
export function thetaFitted(
  values: Float64Array,
  { variant, alpha, omega, initialLevel }: Parameters,
): Float64Array {
  const { intercepts, slopes } = linesOf(values, variant);
  const rest = 1 - alpha;
  let [level, power] = [initialLevel, 1];
  return values.map((value, t) => {
    const g = (intercepts[t] ?? 0) * power + ((slopes[t] ?? 0) * (1 - power * rest)) / alpha;
    const expected = level + omega * g;
    level += alpha * (value - level);
    power *= rest;
    return expected;
  });
}

/** [H] What is expected after a state: a dynamic line goes on through the forecasts (Fiorucci et al. 2016, section 3.2). */
export function forecastThetaLine(state: ThetaState, line: Parameters, horizon: number): Float64Array {
  return Float64Array.from(walk(state, line, horizon, 0));
}

/**
 * [H] By how much more than a single error those of 1 to H steps ahead vary: the root of the sum of squares of what an error one step
 * ahead does to the steps after it, which is linear and followed from each step in turn.
 */
export function thetaSpread({ steps }: ThetaState, line: Parameters, horizon: number): Float64Array {
  const squares = new Float64Array(horizon);
  for (let at = 0; at < horizon; at++) {
    const nothing = { steps: steps + at, level: 0, mean: 0, intercept: 0, slope: 0 };
    let h = at;
    for (const response of walk(nothing, line, horizon - at, 1))
      squares[h] = (squares[h++] ?? 0) + response ** 2;
  }
  return squares.map(Math.sqrt);
}

/** The steps after a state, each taken as it was expected, with a shock added to the first. */
function* walk(state: ThetaState, line: Parameters, horizon: number, shock: number): Iterable<number> {
  const { alpha, omega } = line;
  const moving = isDynamic(line.variant);
  const rest = 1 - alpha;
  let { steps, level, mean, intercept, slope } = state;
  for (let h = 0; h < horizon; h++) {
    const power = rest ** steps;
    const expected = level + omega * (intercept * power + (slope * (1 - power * rest)) / alpha);
    const value = h === 0 ? expected + shock : expected;
    yield value;
    if (moving) {
      slope = nextSlope(slope, steps, value - mean);
      mean += (value - mean) / (steps + 1);
      intercept = mean - (slope * (steps + 2)) / 2;
    }
    level += alpha * (value - level);
    steps++;
  }
}
