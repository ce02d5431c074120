// Fitting complex exponential smoothing: states by backcasting, parameters by least squares, the kind of season by AICc.

import { nelderMead } from "../../../numeric/nelder-mead.ts";
import { decomposeClassical } from "../../decompose/classical.ts";
import {
  type CesParameters,
  type CesSeason,
  type CesState,
  copyState,
  isStable,
  restoreState,
  runCes,
  turnCes,
} from "./ces-filter.ts";

/** A fitted model. */
export interface CesFit {
  readonly kind: CesSeason;
  readonly parameters: readonly number[];
  /** Sum of squared errors. */
  readonly squares: number;
  /** Akaike's information criterion, corrected for short series; Infinity for too short ones. */
  readonly aicc: number;
}

/**
 * Where the level has no trend, α1 is 1; the squares grow by this share of a value's mean square for each 0.1 that it is off. Without that
 * short series get trends that they do not show; found on held-out ends of the training parts of the M3 competition.
 */
const TREND_PENALTY = 2;

/**
 * Fits one kind of model by least squares, with states from backcasting.
 *
 * @param values [T]
 * @param season m in steps; at least two of them in the values for any kind but `none`
 */
export function fitCes(values: Float64Array, season: number, kind: CesSeason): CesFit {
  const first = firstState(values, season, kind);
  const work = copyState(first);
  const count = values.length;
  const squaresAt = (parameters: CesParameters): number => {
    restoreState(work, first);
    backcast(kind, parameters, work, values);
    return runCes(kind, parameters, work, values, 0, false);
  };
  const penalised = (parameters: CesParameters): number => {
    if (!isAllowed(kind, parameters)) return Infinity;
    const off = ((parameters[1] ?? 1) - 1) / 0.1;
    return squaresAt(parameters) * (1 + (TREND_PENALTY / count) * off * off);
  };
  const guess = { none: [1.3, 1], simple: [1.3, 1], partial: [1.3, 1, 0.1], full: [1.3, 1, 1.3, 1] }[kind];
  const { point } = nelderMead(penalised, guess, { step: 0.1, tolerance: 1e-7, maxEvaluations: 600 });
  const squares = squaresAt(point);
  return { kind, parameters: [...point], squares, aicc: aiccOf(squares, count, guess.length + 1) };
}

/** @param size parameters, the variance of the errors among them */
export function aiccOf(squares: number, count: number, size: number): number {
  const left = count - size - 1;
  if (left <= 0) return Infinity;
  return count * Math.log(squares / count) + 2 * size + (2 * size * (size + 1)) / left;
}

/** What a model makes of a series. */
export interface CesRun {
  /** [T] What was expected of each value. */
  readonly expected: Float64Array;
  /** After the last value. */
  readonly end: CesState;
}

/** Runs a model over values, from a state that is found from them. @param values [T] as for {@link fitCes} */
export function followCes(
  values: Float64Array,
  season: number,
  { kind, parameters }: Pick<CesFit, "kind" | "parameters">,
): CesRun {
  const end = firstState(values, season, kind);
  backcast(kind, parameters, end, values);
  const expected = new Float64Array(values.length);
  runCes(kind, parameters, end, values, 0, false, expected);
  return { expected, end };
}

function isAllowed(kind: CesSeason, parameters: CesParameters): boolean {
  const [a0, a1, b0, b1] = [parameters[0] ?? 0, parameters[1] ?? 0, parameters[2] ?? 0, parameters[3] ?? 0];
  if (!isStable(a0, a1)) return false;
  if (kind === "partial") return b0 >= 0 && b0 <= 1;
  return kind !== "full" || isStable(b0, b1);
}

/** Runs over the values and back, so that the state forgets its guess. */
function backcast(kind: CesSeason, parameters: CesParameters, state: CesState, values: Float64Array): void {
  runCes(kind, parameters, state, values, 0, false);
  turnCes(kind, parameters, state);
  runCes(kind, parameters, state, values, 0, true);
  turnCes(kind, parameters, state);
}

/** A guess at the state before the first value: means, and indices of a classical decomposition. */
function firstState(values: Float64Array, season: number, kind: CesSeason): CesState {
  const none = new Float64Array(0);
  if (kind === "simple") {
    const level = values.slice(0, season);
    return { level, information: level.map((l) => l / RATIO), season: none, seasonInformation: none };
  }
  const seen = values.subarray(0, kind === "none" ? Math.max(10, season) : season);
  const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
  const level = Float64Array.of(mean);
  const information = Float64Array.of(mean / RATIO);
  if (kind === "none") return { level, information, season: none, seasonInformation: none };
  const { indices } = decomposeClassical(values, season, "additive");
  const seasonInformation = kind === "full" ? indices.map((index) => index / RATIO) : none;
  return { level, information, season: indices, seasonInformation };
}

/** What a real part is of its imaginary part at the start, as in the authors' package. */
const RATIO = 1.1;
