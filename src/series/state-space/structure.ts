// Structural models: a level, a slope, a season and regressors, put together to a state-space model.

import type { InitialState } from "./state-space.ts";

/** How the level goes on. */
export type TrendKind =
  /** A random walk: μ_{t+1} = μ_t + ξ_t. */
  | "level"
  /** A random walk with a constant slope. */
  | "drift"
  /** The local linear trend: μ_{t+1} = μ_t + ν_t + ξ_t, ν_{t+1} = ν_t + ζ_t. */
  | "linear"
  /** The same without noise in the level (ξ_t = 0): an integrated random walk. */
  | "smooth"
  /** The local linear trend with a slope that dies away: ν_{t+1} = φ ν_t + ζ_t. */
  | "damped";

/** How a season comes and changes. */
export type SeasonKind =
  | "none"
  /** s - 1 states: the sum over a season is noise, γ_{t+1} = -(γ_t + … + γ_{t-s+2}) + ω_t. */
  | "dummy"
  /** Waves of the periods s, s/2, s/3 …, each with a phase and an amplitude that drift. */
  | "trigonometric";

/** What a structural model is made of (Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter, sections 2.3 and 4.1). */
export interface Structure {
  readonly trend: TrendKind;
  readonly season: SeasonKind;
  /** The length of the season in steps. */
  readonly period: number;
  /** The waves of a trigonometric season, by how often each comes in one: from 1 to half of the period, in order. */
  readonly waves: readonly number[];
  /** The number of regressors with constant coefficients. */
  readonly regressors: number;
}

/** What a structural model draws its noises from. */
export type Noise = "irregular" | "level" | "slope" | "season";

/** Where the parts of a structure stand among the states. */
export interface Layout {
  readonly m: number;
  /** The slope's place, or -1. */
  readonly slope: number;
  readonly season: number;
  readonly seasonStates: number;
  readonly regressors: number;
  /** The states that start with a large variance instead of an infinite one: those of a season that lacks its shorter waves. */
  readonly vague: readonly number[];
  /** The noises that the structure has, each with the states that it enters; of `irregular` none. */
  readonly noises: readonly { readonly noise: Noise; readonly states: readonly number[] }[];
}

export function layoutOf({ trend, season, period, waves, regressors }: Structure): Layout {
  const slope = trend === "level" ? -1 : 1;
  const seasonAt = slope < 0 ? 1 : 2;
  const seasonStates = countSeasonStates(season, period, waves);
  const regressorsAt = seasonAt + seasonStates;
  const all = Array.from({ length: seasonStates }, (_, i) => seasonAt + i);
  const seasonal = season === "dummy" ? all.slice(0, 1) : all;
  return {
    m: regressorsAt + regressors,
    slope,
    season: seasonAt,
    seasonStates,
    regressors: regressorsAt,
    vague: season === "trigonometric" && waves.length < Math.floor(period / 2) ? all : [],
    noises: [
      { noise: "irregular", states: [] },
      ...(trend === "smooth" ? [] : [{ noise: "level" as const, states: [0] }]),
      ...(trend === "level" || trend === "drift" ? [] : [{ noise: "slope" as const, states: [slope] }]),
      ...(season === "none" ? [] : [{ noise: "season" as const, states: seasonal }]),
    ],
  };
}

function countSeasonStates(season: SeasonKind, period: number, waves: readonly number[]): number {
  if (season === "none") return 0;
  if (season === "dummy") return period - 1;
  return 2 * waves.length - (waves.includes(period / 2) ? 1 : 0); // the wave of two steps has one state
}

/**
 * [m] or, with regressors, [steps, m]: what of each state is seen.
 *
 * @param regressors [steps] each
 */
export function designOf(
  structure: Structure,
  regressors: readonly Float64Array[],
  steps: number,
): Float64Array {
  const layout = layoutOf(structure);
  const row = new Float64Array(layout.m);
  row[0] = 1;
  for (let i = 0; i < layout.seasonStates; i++)
    row[layout.season + i] = structure.season === "dummy" ? (i === 0 ? 1 : 0) : i % 2 === 0 ? 1 : 0;
  if (regressors.length === 0) return row;
  const rows = new Float64Array(steps * layout.m);
  for (let t = 0; t < steps; t++) {
    rows.set(row, t * layout.m);
    for (const [k, column] of regressors.entries())
      rows[t * layout.m + layout.regressors + k] = column[t] ?? 0;
  }
  return rows;
}

/** [m, m] How the states go on. @param damping φ of a damped trend */
export function transitionOf(structure: Structure, damping: number): Float64Array {
  const { m, slope, season, seasonStates, regressors } = layoutOf(structure);
  const transition = new Float64Array(m * m);
  transition[0] = 1;
  if (slope > 0) {
    transition[slope] = 1;
    transition[slope * m + slope] = structure.trend === "damped" ? damping : 1;
  }
  if (structure.season === "dummy") {
    for (let j = 0; j < seasonStates; j++) transition[season * m + season + j] = -1;
    for (let i = 1; i < seasonStates; i++) transition[(season + i) * m + season + i - 1] = 1;
  }
  if (structure.season === "trigonometric") {
    for (const [w, wave] of structure.waves.entries()) {
      const angle = (2 * Math.PI * wave) / structure.period;
      const at = (season + 2 * w) * m + season + 2 * w;
      if (2 * wave === structure.period) {
        transition[at] = -1;
        continue;
      }
      transition[at] = Math.cos(angle);
      transition[at + 1] = Math.sin(angle);
      transition[at + m] = -Math.sin(angle);
      transition[at + m + 1] = Math.cos(angle);
    }
  }
  for (let i = regressors; i < m; i++) transition[i * m + i] = 1;
  return transition;
}

/** The variance of vague states at the start, in units of the largest of the noises'. */
const LARGE = 1e6;

/** The logarithm of that variance. */
export const LOG_LARGE = Math.log(LARGE);

/**
 * What is known of the states at the start: nothing. Waves without the shorter ones of their season are too much alike over the first few
 * steps for an infinite variance: the first values would settle them to many digits that are rounding. They start with a large one.
 *
 * @param unit the largest variance of the noises
 */
export function startOf({ m, vague }: Layout, unit: number): InitialState {
  const variance = new Float64Array(m * m);
  for (const i of vague) variance[i * m + i] = LARGE * unit;
  return { variance, diffuse: Array.from({ length: m }, (_, i) => !vague.includes(i)) };
}
