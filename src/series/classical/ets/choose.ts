// Chooses among exponential smoothing models by an information criterion.

import { RecurraError } from "../../../platform/error.ts";
import { type Estimate, estimate, estimateAt } from "./estimate.ts";
import { type EtsFamily, type EtsForm, formsOf, needsPositive, parameterCount } from "./form.ts";
import { EtsObjective, MOST, makeRoom, type Room } from "./objective.ts";
import { plausible } from "./plausible.ts";
import { prepare } from "./prepare.ts";
import { type Criterion, type EtsState, informationOf, stateOf } from "./state.ts";

export interface EtsSettings {
  readonly family: EtsFamily;
  readonly criterion: Criterion;
  /** κ of the penalty κβ'². */
  readonly slopePenalty: number;
}

/**
 * Fits the best of a family.
 *
 * @param values [T] NaN where a value is missing
 * @param period the season's length; 1 for none
 * @throws RecurraError `no-season`, `not-positive`, `too-short`
 */
export function fitEts(values: Float64Array, period: number, settings: EtsSettings): EtsState {
  const { family, criterion, slopePenalty } = settings;
  const { scale, scaled, filled, observed } = prepare(values);
  const room = makeRoom(scaled, period);
  const candidates = candidatesFor(family, period, observed, values);
  const estimates = candidates
    .filter((form) => observed > parameterCount(form, period) + 2)
    .map((form) => estimate(room, filled, form, slopePenalty))
    .filter(({ deviance }) => deviance < Infinity);
  let best: Estimate | undefined;
  let least = Infinity;
  for (const one of plausible(estimates, observed)) {
    const information = informationOf(criterion, one.deviance, one.parameters + 1, observed);
    if (information < least || best === undefined) [least, best] = [information, one];
  }
  if (best !== undefined) return stateOf(best, scale);
  if (candidates.some(({ trend, season }) => trend === "N" && season === "N"))
    return stateOf(lastValue(room, filled), scale);
  throw new RecurraError(
    "too-short",
    `${observed} values do not suffice for ${candidates.length === 1 ? "this model" : "any model of the family"}; wanted at least ${rowsFor(family, period)}`,
  );
}

/** How many values a family needs at least. */
export function rowsFor(family: EtsFamily, period: number): number {
  const rows = formsOf(family).map((form) => {
    if (form.trend === "N" && form.season === "N") return 1;
    const needed = parameterCount(form, period) + 3;
    return form.season === "N" ? needed : Math.max(needed, 2 * period);
  });
  return Math.min(...rows);
}

/** The members of a family that the values allow. */
function candidatesFor(family: EtsFamily, period: number, observed: number, values: Float64Array): EtsForm[] {
  const forms = formsOf(family);
  const seasonal = forms.filter(({ season }) => season === "N" || (period > 1 && observed > period));
  if (seasonal.length === 0) {
    if (period > 1)
      throw new RecurraError(
        "too-short",
        `${observed} values are less than the season of ${period} steps; wanted at least ${rowsFor(family, period)}`,
      );
    throw new RecurraError(
      "no-season",
      "the model has a season, and the series has none (its season is 1); give its season, or a model without one",
    );
  }
  const allowed = seasonal.filter((form) => !needsPositive(form) || values.every((y) => !(y <= 0)));
  if (allowed.length > 0) return allowed;
  const place = values.findIndex((y) => y <= 0);
  throw new RecurraError(
    "not-positive",
    `value ${place + 1} of ${values.length} is ${values[place]}, and multiplicative errors or seasons want values above 0; use an additive model`,
  );
}

/** Where there are too few values to estimate anything: the last one goes on. */
function lastValue(room: Room, filled: Float64Array): Estimate {
  const form = { error: "A", trend: "N", season: "N" } as const;
  const objective = new EtsObjective(form, room, 0);
  const smoothing = { alpha: MOST, beta: 0, gamma: 0, phi: 1 };
  const point = objective.pointOf(smoothing, { level: filled[0] ?? 0, slope: 0, season: [] });
  return estimateAt(objective, point, 1);
}
