// The likelihood of an exponential smoothing model as a function of the variables that the search moves, with its gradient.

import type { Box } from "../../../numeric/quasi-newton.ts";
import type { SmoothingParameters } from "./admissible.ts";
import type { EtsForm } from "./form.ts";
import {
  makeRecursion,
  type Recursion,
  type RecursionGradient,
  runBackward,
  runForward,
  type SeasonKind,
} from "./recursion.ts";

/** The least α, β and γ, and the most: those of R's `ets`. */
const LEAST = 1e-4;
export const MOST = 0.9999;
/** The bounds of φ in R's `ets`. */
const PHI = { least: 0.8, most: 0.98 } as const;
/** The least of a multiplicative season's first states, whose mean is about 1. */
const LEAST_SEASON = 0.01;
/** Mean squared errors below this are rounding, for values of about 1: no fit is better than perfect. */
const ROUNDING = 1e-28;

/** The places of the variables; −1 for none. */
export interface Layout {
  readonly alpha: number;
  /** β' = (β − 0.0001)/(α − 0.0001). */
  readonly beta: number;
  /** γ' = (γ − 0.0001)/(0.9999 − α). */
  readonly gamma: number;
  readonly phi: number;
  readonly level: number;
  readonly slope: number;
  /** Where the m seasonal states begin: all of them, as a shift between them and the level changes no forecast. */
  readonly season: number;
  readonly size: number;
}

/** Level, slope and seasonal states before the first value. */
export interface FirstStates {
  readonly level: number;
  readonly slope: number;
  /** [m], or none. */
  readonly season: ArrayLike<number>;
}

/** Room that all forms of one series share. */
export interface Room {
  readonly run: Recursion;
  /** [T] Derivatives with respect to the forecasts. */
  readonly outer: Float64Array;
  readonly gradient: RecursionGradient;
}

/** @param values [T] of a mean size of about 1; NaN where one is missing */
export function makeRoom(values: Float64Array, period: number): Room {
  const run = makeRecursion(values, period);
  const gradient = { alpha: 0, beta: 0, gamma: 0, phi: 0, level: 0, slope: 0 };
  return {
    run,
    outer: new Float64Array(values.length),
    gradient: { ...gradient, season: new Float64Array(run.season.length) },
  };
}

/** What the search minimises for one form: −2 log L + κβ'². */
export class EtsObjective {
  readonly form: EtsForm;
  readonly room: Room;
  readonly layout: Layout;
  readonly box: Box;
  readonly #kind: SeasonKind;
  readonly #slopePenalty: number;
  /** The seasonal states that are not searched for. */
  readonly #season: Float64Array | undefined;

  /**
   * @param slopePenalty κ
   * @param season [m] the first seasonal states, where they are not to be searched for
   */
  constructor(form: EtsForm, room: Room, slopePenalty: number, season?: Float64Array) {
    this.form = form;
    this.room = room;
    this.layout = layoutOf(form, season === undefined ? room.run.period : 0);
    this.box = boxOf(form, this.layout);
    this.#kind = form.season === "N" ? 0 : form.season === "A" ? 1 : 2;
    this.#slopePenalty = slopePenalty;
    this.#season = season;
  }

  /** The value at a point, and the gradient there; `Infinity` where the likelihood is undefined. */
  evaluate(x: Float64Array, out: Float64Array): number {
    const deviance = this.deviance(x);
    if (deviance === Infinity) return deviance;
    const { layout } = this;
    const { run, outer, gradient } = this.room;
    runBackward(run, this.#kind, outer, gradient);
    const alpha = x[layout.alpha] ?? 0;
    let ofAlpha = gradient.alpha;
    let penalty = 0;
    if (layout.beta >= 0) {
      const share = x[layout.beta] ?? 0;
      ofAlpha += share * gradient.beta;
      out[layout.beta] = (alpha - LEAST) * gradient.beta + 2 * this.#slopePenalty * share;
      penalty = this.#slopePenalty * share * share;
      out[layout.slope] = gradient.slope;
    }
    if (layout.gamma >= 0) {
      ofAlpha -= (x[layout.gamma] ?? 0) * gradient.gamma;
      out[layout.gamma] = (MOST - alpha) * gradient.gamma;
    }
    if (layout.phi >= 0) out[layout.phi] = gradient.phi;
    out[layout.alpha] = ofAlpha;
    out[layout.level] = gradient.level;
    if (layout.season >= 0)
      for (let j = 0; j < run.period; j++) out[layout.season + j] = gradient.season[j] ?? 0;
    return deviance + penalty;
  }

  /**
   * −2 log L up to a constant: N log Σε² + 2 Σ log |f| with ε = e/f for multiplicative errors, N log Σe² for additive ones, over the N
   * values that are not missing (Hyndman et al. 2008, equation 5.3).
   */
  deviance(x: Float64Array): number {
    this.run(x);
    const { run, outer } = this.room;
    return this.form.error === "A" ? additive(run, outer) : multiplicative(run, outer);
  }

  /** The smoothing parameters of a point. */
  smoothingAt(x: Float64Array): SmoothingParameters {
    const { layout } = this;
    const alpha = x[layout.alpha] ?? 0;
    return {
      alpha,
      beta: layout.beta < 0 ? 0 : LEAST + (x[layout.beta] ?? 0) * (alpha - LEAST),
      gamma: layout.gamma < 0 ? 0 : LEAST + (x[layout.gamma] ?? 0) * (MOST - alpha),
      phi: layout.phi < 0 ? 1 : (x[layout.phi] ?? 1),
    };
  }

  /** The point of given parameters and first states. */
  pointOf({ alpha, beta, gamma, phi }: SmoothingParameters, states: FirstStates): Float64Array {
    const { layout } = this;
    const point = new Float64Array(layout.size);
    point[layout.alpha] = alpha;
    if (layout.beta >= 0) point[layout.beta] = shareOf(beta, alpha);
    if (layout.gamma >= 0) point[layout.gamma] = shareOf(gamma, 1 - alpha);
    if (layout.phi >= 0) point[layout.phi] = phi;
    point[layout.level] = states.level;
    if (layout.slope >= 0) point[layout.slope] = states.slope;
    if (layout.season >= 0) point.set(states.season, layout.season);
    return point;
  }

  /** Goes through the values with the parameters and first states of a point, and leaves forecasts and states in the room. */
  run(x: Float64Array): void {
    const { layout } = this;
    const { run } = this.room;
    const { alpha, beta, gamma, phi } = this.smoothingAt(x);
    run.alpha = alpha;
    run.beta = beta;
    run.gamma = gamma;
    run.phi = phi;
    run.level[0] = x[layout.level] ?? 0;
    run.slope[0] = layout.slope < 0 ? 0 : (x[layout.slope] ?? 0);
    if (layout.season >= 0) for (let j = 0; j < run.period; j++) run.season[j] = x[layout.season + j] ?? 0;
    else if (this.#season !== undefined) run.season.set(this.#season);
    runForward(run, this.#kind);
  }
}

/** What share of the way from the least value to the bound a parameter has gone. */
function shareOf(parameter: number, bound: number): number {
  return bound > LEAST ? Math.min(1, Math.max(0, (parameter - LEAST) / (bound - LEAST))) : 0;
}

/** @param seasons how many seasonal states are searched for */
function layoutOf({ trend, season }: EtsForm, seasons: number): Layout {
  let size = 0;
  const place = (there: boolean, count = 1): number => {
    if (!there || count === 0) return -1;
    size += count;
    return size - count;
  };
  const places = {
    alpha: place(true),
    beta: place(trend !== "N"),
    gamma: place(season !== "N"),
    phi: place(trend === "Ad"),
    level: place(true),
    slope: place(trend !== "N"),
    season: place(season !== "N", seasons),
  };
  return { ...places, size };
}

/**
 * The usual region: 0.0001 ≤ α ≤ 0.9999, 0.0001 ≤ β ≤ α, 0.0001 ≤ γ ≤ 1 − α, 0.8 ≤ φ ≤ 0.98 (Hyndman et al. 2008, section 2.5; the
 * bounds of R's `ets`).
 */
function boxOf(form: EtsForm, layout: Layout): Box {
  const lower = new Float64Array(layout.size).fill(-Infinity);
  const upper = new Float64Array(layout.size).fill(Infinity);
  const bound = (place: number, least: number, most: number): void => {
    if (place < 0) return;
    lower[place] = least;
    upper[place] = most;
  };
  bound(layout.alpha, LEAST, MOST);
  bound(layout.beta, 0, 1);
  bound(layout.gamma, 0, 1);
  bound(layout.phi, PHI.least, PHI.most);
  if (form.season === "M" && layout.season >= 0) lower.fill(LEAST_SEASON, layout.season);
  return { lower, upper };
}

/** @param outer [T] receives the derivative with respect to each forecast */
function additive({ values, forecast }: Recursion, outer: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (let t = 0; t < values.length; t++) {
    const e = (values[t] ?? 0) - (forecast[t] ?? 0);
    const missing = Number.isNaN(values[t]);
    outer[t] = missing ? 0 : e;
    if (missing) continue;
    count++;
    sum += e * e;
  }
  if (!(sum < Infinity)) return Infinity;
  const floor = count * ROUNDING;
  const scale = sum > floor ? (-2 * count) / sum : 0;
  for (let t = 0; t < outer.length; t++) outer[t] = scale * (outer[t] ?? 0);
  return count * Math.log(Math.max(sum, floor));
}

/** @param outer [T] receives the derivative with respect to each forecast */
function multiplicative({ values, forecast }: Recursion, outer: Float64Array): number {
  let sum = 0;
  let count = 0;
  let logs = 0;
  let product = 1; // of the forecasts, whose logarithm is taken now and then
  for (let t = 0; t < values.length; t++) {
    const f = forecast[t] ?? 0;
    if (!(f > 0)) return Infinity;
    const y = values[t] ?? 0;
    if (Number.isNaN(y)) continue;
    const e = y / f - 1;
    count++;
    sum += e * e;
    product *= f;
    if (product > 1e100 || product < 1e-100) {
      logs += Math.log(product);
      product = 1;
    }
  }
  if (!(sum < Infinity)) return Infinity;
  const floor = count * ROUNDING;
  const scale = sum > floor ? (-2 * count) / sum : 0;
  for (let t = 0; t < values.length; t++) {
    const y = values[t] ?? 0;
    const f = forecast[t] ?? 0;
    const ratio = y / f;
    outer[t] = Number.isNaN(y) ? 0 : (scale * (ratio - 1) * ratio + 2) / f;
  }
  return count * Math.log(Math.max(sum, floor)) + 2 * (logs + Math.log(product));
}
