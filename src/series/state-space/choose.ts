// The choice of a structural model for a series.

import { countOf } from "../../data/row-names.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Series } from "../observed/series.ts";
import { carriedOver, type Estimate, estimate } from "./estimate.ts";
import { type Prepared, prepare, type Regressor, type Scale, scaleOf } from "./prepare.ts";
import { layoutOf, type SeasonKind, type Structure, type TrendKind } from "./structure.ts";
import { strongestWaves } from "./waves.ts";

/** What is given and what is open. */
export interface Choice {
  readonly trend: "auto" | TrendKind;
  readonly season: "auto" | SeasonKind;
  readonly log: "auto" | boolean;
  /** The length of the season in steps; 1 for none. */
  readonly period: number;
  /** How many waves of a season are taken, the strongest. */
  readonly harmonics: number;
  readonly regressors: readonly Regressor[];
}

/** A structure that was chosen and fitted. */
export interface Chosen {
  readonly estimate: Estimate;
  readonly log: boolean;
  readonly scale: Scale;
  /** Akaike's criterion for the series itself, whatever its scale; Infinity where there are too few values for it. */
  readonly aicc: number;
}

/**
 * A line that goes on for ever is chosen only where it is better by this much, so that the others have "essentially no support"
 * (Burnham and Anderson 2002, Model Selection and Multimodel Inference, section 2.6). By the plain criterion, lines were chosen too often:
 * forecasts of the held-out ends of the M3 series' training parts became worse.
 */
const LINE_MARGIN = 10;

/** Structures of long series are compared, and parameters found, on the last values only: this many, and this many seasons. */
const COMPARED = { values: 400, seasons: 5 } as const;
const ESTIMATED = { values: 2000, seasons: 10 } as const;

/** A series with or without logarithms, as the models take it. */
interface View {
  readonly log: boolean;
  readonly scale: Scale;
  readonly whole: Prepared;
  /** The values on which structures are compared. */
  readonly compared: Prepared;
  readonly waves: readonly number[];
}

interface Candidate {
  readonly view: View;
  readonly estimate: Estimate;
  readonly score: number;
}

/**
 * Fits what is open and takes what has the lowest AICc: first whether there is a season; then a local level, a damped trend or a
 * constant slope, each of the values and, where all are positive, of their logarithms.
 *
 * @throws RecurraError `too-short` where the model asked for has more states than the series can tell of
 */
export function choose(series: Series, choice: Choice): Chosen {
  const views = viewsOf(series, choice);
  const [first] = views;
  const trends: readonly TrendKind[] =
    choice.trend === "auto" ? ["level", "damped", "drift"] : [choice.trend];
  const seasons: readonly SeasonKind[] =
    choice.season !== "auto" ? [choice.season] : choice.period > 1 ? ["none", "trigonometric"] : ["none"];
  const tried = seasons.flatMap((season) => candidate(first, choice, trends[0], season));
  const season = lowest(tried)?.estimate.structure.season ?? seasons[0];
  const others = views.flatMap((view) =>
    trends.flatMap((trend) =>
      view === first && trend === trends[0] ? [] : candidate(view, choice, trend, season),
    ),
  );
  const best = lowest([...tried, ...others]);
  if (best === undefined) throw tooShort(first, structureOf(choice, first, trends[0], season));
  const { log, scale, whole } = best.view;
  const part = lastOf(whole, choice.period, ESTIMATED);
  const found = estimate(best.estimate.structure, part.columns, part.values, best.estimate);
  const fit = part === whole ? found : carriedOver(found, whole.columns, whole.values);
  return { estimate: fit, log, scale, aicc: fit.aicc + jacobianOf(best.view, whole.values) };
}

function viewsOf(series: Series, choice: Choice): readonly [View, ...View[]] {
  const { log, regressors, period, harmonics } = choice;
  const positive = series.values.every((value) => value > 0 || Number.isNaN(value));
  if (log === true && !positive) {
    const at = series.values.findIndex((value) => value <= 0);
    throw new RecurraError(
      "not-positive",
      `value ${at + 1} of ${series.values.length} is ${series.values[at]}, which has no logarithm; wanted positive values, or log: false`,
    );
  }
  const view = (logarithms: boolean): View => {
    const scale = scaleOf(logarithms ? series.values.map(Math.log) : series.values);
    const whole = prepare(series, logarithms, scale, regressors);
    const waves = strongestWaves(whole.values, period, harmonics);
    return { log: logarithms, scale, whole, compared: lastOf(whole, period, COMPARED), waves };
  };
  if (log !== "auto") return [view(log)];
  return positive ? [view(false), view(true)] : [view(false)];
}

/** The last values, at least so many and so many seasons; all of them where most of those are missing. */
function lastOf(
  whole: Prepared,
  period: number,
  least: { readonly values: number; readonly seasons: number },
): Prepared {
  const start = whole.values.length - Math.max(least.values, least.seasons * period);
  if (start <= 0) return whole;
  const values = whole.values.subarray(start);
  if (2 * countSeen(values) < values.length) return whole;
  return { values, columns: whole.columns.map((column) => column.subarray(start)) };
}

/** What takes the criterion from a view's values to those of the series. */
function jacobianOf({ log, scale: { centre, spread } }: View, values: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < values.length; t++) {
    const value = values[t] ?? Number.NaN;
    if (!Number.isNaN(value)) sum += Math.log(spread) + (log ? centre + spread * value : 0);
  }
  return 2 * sum;
}

/** A structure with its fit; none where the series cannot tell of its states. */
function candidate(
  view: View,
  choice: Choice,
  trend: TrendKind = "level",
  season: SeasonKind = "none",
): readonly Candidate[] {
  const structure = structureOf(choice, view, trend, season);
  const { values, columns } = view.compared;
  if (countSeen(values) < leastValues(structure)) return [];
  const fit = estimate(structure, columns, values);
  const margin = choice.trend === "auto" && trend === "drift" ? LINE_MARGIN : 0;
  return [{ view, estimate: fit, score: fit.aicc + jacobianOf(view, values) + margin }];
}

/** The candidate with the lowest score, the first of equal ones. */
function lowest(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.reduce<Candidate | undefined>(
    (best, next) => (best !== undefined && best.score <= next.score ? best : next),
    undefined,
  );
}

function structureOf(
  { period, regressors }: Choice,
  { waves }: View,
  trend: TrendKind = "level",
  season: SeasonKind = "none",
): Structure {
  const used = season === "trigonometric" ? waves : [];
  return { trend, season, period, waves: used, regressors: regressors.length };
}

/** The values that a structure needs: one to settle each state, and two that tell of the noise. */
export function leastValues(structure: Structure): number {
  return layoutOf(structure).m + 2;
}

function countSeen(values: Float64Array): number {
  let count = 0;
  for (let t = 0; t < values.length; t++) if (!Number.isNaN(values[t])) count++;
  return count;
}

function tooShort({ whole }: View, structure: Structure): RecurraError {
  const { regressors } = structure;
  const beside = regressors === 0 ? "" : `, with ${countOf(regressors, "covariate")}`;
  return new RecurraError(
    "too-short",
    `it has ${countOf(countSeen(whole.values), "value")}, and ${structureName(structure)}${beside} needs at least ${leastValues(structure)}. Give more rows, or a simpler model`,
  );
}

const TREND_NAMES: Readonly<Record<TrendKind, string>> = {
  level: "local level",
  drift: "local level with a constant slope",
  linear: "local linear trend",
  smooth: "smooth trend",
  damped: "damped local trend",
};

/** What a structure is called: `local level + season of 12 (6 waves)`. */
export function structureName({ trend, season, period, waves }: Structure): string {
  const name = TREND_NAMES[trend];
  if (season === "none") return name;
  return `${name} + season of ${period} (${season === "dummy" ? "dummies" : countOf(waves.length, "wave")})`;
}
