// Estimates one exponential smoothing model by maximum likelihood.

import { type BoxMinimum, minimizeInBox } from "../../../numeric/quasi-newton.ts";
import { isAdmissible, type SmoothingParameters } from "./admissible.ts";
import { type EtsForm, parameterCount } from "./form.ts";
import { EtsObjective, type FirstStates, type Room } from "./objective.ts";
import { initialStates } from "./start.ts";

/** A model at the maximum of its likelihood. */
export interface Estimate {
  readonly form: EtsForm;
  readonly objective: EtsObjective;
  /** [D] The variables of the objective. */
  readonly point: Float64Array;
  /** −2 log L up to a constant. */
  readonly deviance: number;
  /** Parameters and free initial states. */
  readonly parameters: number;
  /** Σe². */
  readonly squares: number;
  /** Σ(e/f)². */
  readonly relativeSquares: number;
}

/** Smoothing parameters among which the search begins: α, and the shares β' and γ'. */
const ALPHAS = [0.05, 0.3, 0.8];
const SHARES = [0.02, 0.3];
const FIRST_PHI = 0.95;
/** How many of the beginnings are followed. */
const STARTS = 2;
/** In units of −2 log L: differences below do not matter for the choice. */
const SEARCH = { tolerance: 1e-4, maxIterations: 200 } as const;
/** The initial states of longer seasons are taken from the decomposition, as R's `ets` takes no longer ones. */
const LONGEST_SEARCHED = 24;

/** Whether the first states of a season of this length are searched for. */
export function freeSeasons(period: number): boolean {
  return period <= LONGEST_SEARCHED;
}

/**
 * @param filled [T] the values without gaps, for the start
 * @param slopePenalty κ of the penalty κβ'²
 */
export function estimate(room: Room, filled: Float64Array, form: EtsForm, slopePenalty: number): Estimate {
  const { period } = room.run;
  const states = initialStates(filled, period, form);
  const known = form.season !== "N" && !freeSeasons(period) ? states.season : undefined;
  const objective = new EtsObjective(form, room, slopePenalty, known);
  const { layout, box } = objective;
  let found = search(objective, states);
  for (let tries = 0; tries < 5 && layout.beta >= 0 && layout.gamma >= 0; tries++) {
    const share = admissibleShare(objective, found.point);
    if (share >= (found.point[layout.beta] ?? 0)) break;
    box.upper[layout.beta] = share;
    const inside = found.point.slice();
    inside[layout.beta] = share;
    found = follow(objective, inside);
  }
  return estimateAt(objective, found.point, parameterCount(form, period));
}

/** What a point amounts to. */
export function estimateAt(objective: EtsObjective, point: Float64Array, parameters: number): Estimate {
  const deviance = objective.deviance(point);
  const { values, forecast } = objective.room.run;
  let squares = 0;
  let relativeSquares = 0;
  for (let t = 0; t < values.length; t++) {
    const f = forecast[t] ?? 0;
    const e = (values[t] ?? 0) - f;
    if (Number.isNaN(e)) continue;
    squares += e * e;
    relativeSquares += (e / f) ** 2;
  }
  return { form: objective.form, objective, point, deviance, parameters, squares, relativeSquares };
}

/** The initial states of other values with the smoothing parameters as they are. */
export function estimateStates(objective: EtsObjective, point: Float64Array): Float64Array {
  const { layout, box } = objective;
  for (const place of [layout.alpha, layout.beta, layout.gamma, layout.phi]) {
    if (place < 0) continue;
    box.lower[place] = point[place] ?? 0;
    box.upper[place] = point[place] ?? 0;
  }
  return follow(objective, point).point;
}

/** The best of what the best beginnings lead to. */
function search(objective: EtsObjective, states: FirstStates): BoxMinimum {
  const starts: { readonly value: number; readonly point: Float64Array }[] = [];
  for (const alpha of ALPHAS) {
    let least = Infinity;
    let best: Float64Array | undefined;
    for (const ofTrend of objective.layout.beta < 0 ? [0] : SHARES) {
      for (const ofSeason of objective.layout.gamma < 0 ? [0] : SHARES) {
        const smoothing = { alpha, beta: ofTrend * alpha, gamma: ofSeason * (1 - alpha), phi: FIRST_PHI };
        const point = objective.pointOf(smoothing, states);
        const value = objective.deviance(point);
        if (value < least) [least, best] = [value, point];
      }
    }
    if (best !== undefined) starts.push({ value: least, point: best });
  }
  if (starts.length === 0)
    return {
      point: objective.pointOf({ alpha: ALPHAS[0] ?? 0, beta: 0, gamma: 0, phi: FIRST_PHI }, states),
      value: Infinity,
      iterations: 0,
      evaluations: 0,
    };
  starts.sort((a, b) => a.value - b.value);
  const found = starts.slice(0, STARTS).map(({ point }) => follow(objective, point));
  return found.reduce((best, one) => (one.value < best.value ? one : best));
}

function follow(objective: EtsObjective, start: Float64Array): BoxMinimum {
  return minimizeInBox(
    (x, gradient) => objective.evaluate(x, gradient),
    start,
    objective.box,
    curvatureAt(objective, start),
    SEARCH,
  );
}

/**
 * Rough second derivatives of −2 log L for the search to begin with: those of N log Σe² are about 2/σ² Σ(∂f/∂x)², where the influence of
 * the states decays by 1 − α and 1 − γ, and that of the smoothing parameters is of the size of the errors.
 */
function curvatureAt(objective: EtsObjective, x: Float64Array): Float64Array {
  const { layout, room } = objective;
  objective.run(x);
  const { values, forecast, period, alpha, gamma } = room.run;
  const length = values.length;
  let variance = 1e-30;
  for (let t = 0; t < length; t++) {
    const e = (values[t] ?? 0) - (forecast[t] ?? 0);
    if (!Number.isNaN(e)) variance += (e * e) / length;
  }
  const fade = (rate: number): number => 1 / (2 * rate - rate * rate); // 1 + (1 − rate)² + (1 − rate)⁴ + …
  const curvature = new Float64Array(layout.size);
  curvature[layout.alpha] = 2 * length * fade(alpha);
  if (layout.beta >= 0) curvature[layout.beta] = length / (2 * alpha);
  if (layout.gamma >= 0) curvature[layout.gamma] = (length * (1 - alpha) ** 2) / gamma;
  if (layout.phi >= 0) curvature[layout.phi] = 1000;
  curvature[layout.level] = (2 / variance) * Math.min(length, fade(alpha));
  if (layout.slope >= 0)
    curvature[layout.slope] = (2 / variance) * Math.min(length ** 3 / 3, 1 / (4 * alpha ** 3));
  if (layout.season >= 0)
    curvature.fill((2 / variance) * Math.min(length / period, 1 / (2 * gamma)), layout.season);
  return curvature;
}

/** The largest β' up to that of a point with which the parameters are admissible. */
function admissibleShare(objective: EtsObjective, point: Float64Array): number {
  const { layout, room } = objective;
  const { period } = room.run;
  const at = (share: number): SmoothingParameters => {
    const tried = point.slice();
    tried[layout.beta] = share;
    return objective.smoothingAt(tried);
  };
  let most = point[layout.beta] ?? 0;
  if (isAdmissible(at(most), period)) return most;
  let least = 0;
  for (let step = 0; step < 20; step++) {
    const middle = (least + most) / 2;
    if (isAdmissible(at(middle), period)) least = middle;
    else most = middle;
  }
  return least;
}
