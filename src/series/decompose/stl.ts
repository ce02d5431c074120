// STL: seasonal and trend decomposition by local regression.

import { checkedNumber, checkOptionNames } from "../../nn/choice.ts";
import { checkCounts, checkFlags } from "../../nn/option-checks.ts";
import { checkDecomposable, type Decomposition } from "./decomposition.ts";
import { fitAt, type Smoothing, smoothLoess } from "./loess.ts";

/** Windows are in steps, that of the season in seasons; even ones are taken for the next odd one. */
export interface StlOptions {
  /** How many seasons the seasonal part is smoothed over, or `periodic` for one that stays the same. Default: 11. */
  readonly seasonWindow?: number | "periodic" | undefined;
  /** Default: the smallest odd number from 1.5 · season / (1 - 1.5 / seasonWindow) up. */
  readonly trendWindow?: number | undefined;
  /** Default: the smallest odd number from the season up. */
  readonly lowPassWindow?: number | undefined;
  /** 0 for means, 1 for straight lines. Default: 0. */
  readonly seasonDegree?: 0 | 1 | undefined;
  /** Default: 1. */
  readonly trendDegree?: 0 | 1 | undefined;
  /** Default: that of the trend. */
  readonly lowPassDegree?: 0 | 1 | undefined;
  /** A fit at every so many steps, straight lines between them. Default: a tenth of each window. */
  readonly jump?: number | undefined;
  /** Whether outliers lose their weight. Default: false. */
  readonly robust?: boolean | undefined;
  /** Rounds of the inner loop, between two updates of the weights. Default: 2, or 1 where robust. */
  readonly inner?: number | undefined;
  /** Updates of the weights. Default: 0, or 15 where robust. */
  readonly outer?: number | undefined;
}

const optionNames = [
  "seasonWindow",
  "trendWindow",
  "lowPassWindow",
  "seasonDegree",
  "trendDegree",
  "lowPassDegree",
  "jump",
  "robust",
  "inner",
  "outer",
];

export interface StlDecomposition extends Decomposition {
  /** [T] What each value counted for in the end: 1, or less for what the robust fit takes for an outlier. */
  readonly weights: Float64Array;
}

/**
 * STL with the defaults of R's `stl` (Cleveland, Cleveland, McRae and Terpenning 1990, Journal of Official Statistics 6(1); the
 * arithmetic is that of its published program).
 *
 * @param values [T] finite, two seasons at least
 * @param season in steps, from 2 up
 * @throws RecurraError `option-value`, `unknown-option`, `too-short`, `not-finite`
 */
export function decomposeStl(
  values: Float64Array,
  season: number,
  options: StlOptions = {},
): StlDecomposition {
  checkDecomposable("STL", values, season);
  const plan = planOf(values.length, season, options);
  const length = values.length;
  const trend = new Float64Array(length);
  const seasonal = new Float64Array(length);
  const weights = new Float64Array(length).fill(1);
  for (let round = 0; ; round++) {
    innerLoop(values, season, plan, round === 0 ? undefined : weights, trend, seasonal);
    if (round >= plan.outer) break;
    bisquareWeights(values, trend, seasonal, weights);
  }
  if (plan.periodic) makePeriodic(seasonal, season);
  const remainder = values.map((value, t) => value - (trend[t] ?? 0) - (seasonal[t] ?? 0));
  return { composition: "additive", trend, seasonal, remainder, weights };
}

interface Plan {
  readonly season: Smoothing;
  readonly trend: Smoothing;
  readonly lowPass: Smoothing;
  readonly periodic: boolean;
  readonly inner: number;
  readonly outer: number;
}

function planOf(length: number, season: number, options: StlOptions): Plan {
  checkOptionNames("STL", options, optionNames);
  const { robust = false, seasonWindow = 11, jump } = options;
  const { inner = robust ? 1 : 2, outer = robust ? 15 : 0 } = options;
  checkFlags("STL", { robust });
  checkCounts("STL", { inner, ...(jump === undefined ? {} : { jump }) });
  checkedNumber("STL: outer", outer, (x) => Number.isInteger(x) && x >= 0, "a whole number from 0 up");
  const periodic = seasonWindow === "periodic";
  const forSeason = periodic ? 10 * length + 1 : windowOf("seasonWindow", seasonWindow);
  const forTrend = options.trendWindow ?? Math.ceil((1.5 * season) / (1 - 1.5 / forSeason));
  const { trendDegree = 1, seasonDegree = 0, lowPassDegree = trendDegree } = options;
  const smoothing = (window: number, degree: 0 | 1): Smoothing => ({
    window,
    degree,
    jump: jump ?? Math.ceil(window / 10),
  });
  return {
    season: smoothing(forSeason, degreeOf("seasonDegree", periodic ? 0 : seasonDegree)),
    trend: smoothing(windowOf("trendWindow", forTrend), degreeOf("trendDegree", trendDegree)),
    lowPass: smoothing(
      windowOf("lowPassWindow", options.lowPassWindow ?? season),
      degreeOf("lowPassDegree", lowPassDegree),
    ),
    periodic,
    inner,
    outer,
  };
}

/** The next odd number, from 3 up. */
function windowOf(name: string, window: unknown): number {
  const wanted = "a whole number from 2 up";
  const count = checkedNumber(`STL: ${name}`, window, (x) => Number.isInteger(x) && x >= 2, wanted);
  return Math.max(3, count % 2 === 0 ? count + 1 : count);
}

function degreeOf(name: string, degree: unknown): 0 | 1 {
  return checkedNumber(`STL: ${name}`, degree, (x) => x === 0 || x === 1, "0 or 1") === 0 ? 0 : 1;
}

/** The paper's steps 1 to 6, `inner` times. */
function innerLoop(
  values: Float64Array,
  season: number,
  plan: Plan,
  weights: Float64Array | undefined,
  trend: Float64Array,
  seasonal: Float64Array,
): void {
  const length = values.length;
  const detrended = new Float64Array(length);
  const cycles = new Float64Array(length + 2 * season);
  const lowPass = new Float64Array(length);
  for (let round = 0; round < plan.inner; round++) {
    for (let t = 0; t < length; t++) detrended[t] = (values[t] ?? 0) - (trend[t] ?? 0);
    smoothCycles(detrended, season, plan.season, weights, cycles);
    const averaged = movingAverage(movingAverage(movingAverage(cycles, season), season), 3);
    smoothLoess(averaged, length, plan.lowPass, undefined, lowPass);
    for (let t = 0; t < length; t++) {
      seasonal[t] = (cycles[season + t] ?? 0) - (lowPass[t] ?? 0);
      detrended[t] = (values[t] ?? 0) - (seasonal[t] ?? 0);
    }
    smoothLoess(detrended, length, plan.trend, weights, trend);
  }
}

/** Smooths the values of each position in the cycle, and goes on by one cycle at either end. @param cycles [T + 2 · season] */
function smoothCycles(
  values: Float64Array,
  season: number,
  smoothing: Smoothing,
  weights: Float64Array | undefined,
  cycles: Float64Array,
): void {
  const most = Math.ceil(values.length / season);
  const part = new Float64Array(most);
  const smooth = new Float64Array(most + 2);
  const partWeights = weights === undefined ? undefined : new Float64Array(most);
  for (let position = 0; position < season; position++) {
    const count = Math.floor((values.length - 1 - position) / season) + 1;
    for (let i = 0; i < count; i++) {
      part[i] = values[i * season + position] ?? 0;
      if (partWeights !== undefined) partWeights[i] = weights?.[i * season + position] ?? 0;
    }
    smoothLoess(part, count, smoothing, partWeights, smooth, 1);
    const window = smoothing.window;
    const before = fitAt(part, count, smoothing, 0, 1, Math.min(window, count), partWeights);
    const after = fitAt(
      part,
      count,
      smoothing,
      count + 1,
      Math.max(1, count - window + 1),
      count,
      partWeights,
    );
    smooth[0] = Number.isNaN(before) ? (smooth[1] ?? 0) : before;
    smooth[count + 1] = Number.isNaN(after) ? (smooth[count] ?? 0) : after;
    for (let i = 0; i < count + 2; i++) cycles[i * season + position] = smooth[i] ?? 0;
  }
}

/** [T - width + 1] */
function movingAverage(values: Float64Array, width: number): Float64Array {
  const result = new Float64Array(values.length - width + 1);
  let sum = 0;
  for (let t = 0; t < values.length; t++) {
    sum += values[t] ?? 0;
    if (t < width - 1) continue;
    result[t - width + 1] = sum / width;
    sum -= values[t - width + 1] ?? 0;
  }
  return result;
}

/** Bisquare weights by six times the median of absolute remainders (the paper, section 2.4). */
function bisquareWeights(
  values: Float64Array,
  trend: Float64Array,
  seasonal: Float64Array,
  weights: Float64Array,
): void {
  const sizes = values.map((value, t) => Math.abs(value - (trend[t] ?? 0) - (seasonal[t] ?? 0)));
  const sorted = sizes.slice().sort();
  const half = Math.floor(sizes.length / 2);
  const limit = 3 * ((sorted[half] ?? 0) + (sorted[sizes.length - half - 1] ?? 0));
  for (let t = 0; t < sizes.length; t++) {
    const size = sizes[t] ?? 0;
    if (size <= 0.001 * limit) weights[t] = 1;
    else weights[t] = size <= 0.999 * limit ? (1 - (size / limit) ** 2) ** 2 : 0;
  }
}

/** The mean of each position in the cycle instead of what changes from cycle to cycle. */
function makePeriodic(seasonal: Float64Array, season: number): void {
  for (let position = 0; position < season; position++) {
    let [sum, count] = [0, 0];
    for (let t = position; t < seasonal.length; t += season) {
      sum += seasonal[t] ?? 0;
      count++;
    }
    for (let t = position; t < seasonal.length; t += season) seasonal[t] = sum / count;
  }
}
