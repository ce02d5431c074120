// Goes through values with a fitted model: one-step forecasts, and the states after other values.

import { estimateStates, freeSeasons } from "./estimate.ts";
import { EtsObjective, type FirstStates, makeRoom } from "./objective.ts";
import { prepare } from "./prepare.ts";
import { initialStates } from "./start.ts";
import { type EtsState, type EtsStates, statesAt } from "./state.ts";

/** [T] The forecast of each value from those before it, for the values that the model was fitted to. */
export function forecastsOf(state: EtsState, values: Float64Array): Float64Array {
  const room = makeRoom(values, state.period);
  const objective = new EtsObjective(state.form, room, 0, knownSeason(state, state.initial));
  objective.run(objective.pointOf(state, state.initial));
  return room.run.forecast;
}

/**
 * The state after other values of the same series. The smoothing parameters stay; the first states are estimated again, as the values may
 * begin elsewhere.
 */
export function updated(state: EtsState, values: Float64Array): EtsState {
  const { form, period } = state;
  const { scale, scaled, filled, observed } = prepare(values);
  const room = makeRoom(scaled, period);
  const firsts = [scaledStates(state, scale)];
  if (observed > Math.max(period, 1)) firsts.push(initialStates(filled, period, form));
  let best:
    | { readonly value: number; readonly objective: EtsObjective; readonly point: Float64Array }
    | undefined;
  for (const first of firsts) {
    const objective = new EtsObjective(form, room, 0, knownSeason(state, first));
    const point = objective.pointOf(state, first);
    const value = objective.deviance(point);
    if (best === undefined || value < best.value) best = { value, objective, point };
  }
  if (best === undefined) return state;
  const { objective, point } = best;
  const enough = best.value < Infinity && observed > objective.layout.size + 2;
  objective.run(enough ? estimateStates(objective, point) : point);
  return {
    ...state,
    initial: statesAt(room.run, form, 0, scale),
    last: statesAt(room.run, form, values.length, scale),
  };
}

function scaledStates({ form, initial }: EtsState, scale: number): FirstStates {
  const { level, slope, season } = initial;
  return {
    level: level / scale,
    slope: slope / scale,
    season: form.season === "A" ? season.map((s) => s / scale) : season,
  };
}

/** The seasonal states, where they are not to be searched for. */
function knownSeason(
  { form, period }: EtsState,
  { season }: FirstStates | EtsStates,
): Float64Array | undefined {
  return form.season !== "N" && !freeSeasons(period) ? Float64Array.from(season) : undefined;
}
