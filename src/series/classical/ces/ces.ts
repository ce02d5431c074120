// Complex exponential smoothing as a model of one series.

import { checkOptionNames, configOf } from "../../../nn/choice.ts";
import { adjust, findSeason, type SeasonalIndices, withSeason } from "../../decompose/adjustment.ts";
import type { LocalModel } from "../../forecasters/local-model.ts";
import type { Series } from "../../observed/series.ts";
import { normalIntervals } from "../normal-intervals.ts";
import { type CesSeason, type CesState, walkCes } from "./ces-filter.ts";
import { aiccOf, type CesFit, fitCes, followCes } from "./ces-fit.ts";

/** Kinds of seasons; `adjusted` is none in a series whose season was taken off and is put back. */
export type CesSeasonality = CesSeason | "adjusted";

export interface CesOptions {
  /**
   * The kind of season, or `automatic` for that of all kinds with the smallest AICc. Default: `adjusted` for series of up to 20 seasons
   * and `automatic` for longer ones, which does best on held-out ends of the training parts of the M3 and M4 hourly competitions.
   */
  readonly seasonality?: CesSeasonality | "automatic" | undefined;
}

export interface CesModelState {
  readonly kind: CesSeason;
  readonly parameters: readonly number[];
  /** After the last value, as in {@link CesState}. */
  readonly level: readonly number[];
  readonly information: readonly number[];
  readonly season: readonly number[];
  readonly seasonInformation: readonly number[];
  /** The season that was taken off; null where there is none. */
  readonly seasonal: SeasonalIndices | null;
  /** The time of the first position in the cycle of that season. */
  readonly start: number;
  /** The next value's position in the cycle. */
  readonly position: number;
  /** The standard deviation of the error one step ahead, of the adjusted series where a season was taken off. */
  readonly deviation: number;
}

/** With so many seasons it shows whether they change. */
const MANY = 20;

const kinds: readonly CesSeasonality[] = ["none", "simple", "partial", "full", "adjusted"];

/**
 * Complex exponential smoothing (Svetunkov, Kourentzes and Ord 2022, Naval Research Logistics 69(8)): a level that is a complex number
 * and follows series with a trend and without one alike. Kinds with a season are fitted to series of two seasons and more, `adjusted`
 * from three on; shorter ones are taken for `none`. Its intervals take errors to be normal, and parameters and states to be known.
 *
 * @throws RecurraError `unknown-option`, `unknown-name`
 */
export function ces(options: CesOptions = {}): LocalModel<CesModelState> {
  checkOptionNames("ces", options, ["seasonality"]);
  const { seasonality } = options;
  if (seasonality !== undefined) configOf("ces seasonality", seasonality, [...kinds, "automatic"]);
  const kindsFor = ({ values, season }: Series): readonly CesSeasonality[] => {
    const chosen = seasonality ?? (values.length > MANY * season ? "automatic" : "adjusted");
    return chosen === "automatic" ? kinds : [chosen];
  };
  return {
    name: "ces",
    need: () => ({ rows: 5, because: "two parameters, the variance and an error" }),
    fit(series) {
      const candidates = kindsFor(series).flatMap((kind) => candidateOf(series, kind) ?? []);
      const [first = noSeason(series), ...others] = candidates;
      const { fit, seasonal } = others.reduce(
        (best, other) => (other.aicc < best.aicc ? other : best),
        first,
      );
      const left = Math.max(series.values.length - fit.parameters.length - 1, 1);
      const start = series.times[0] ?? 0;
      return stateOf(series, { ...fit, seasonal, start, deviation: Math.sqrt(fit.squares / left) });
    },
    update: (state, series) => stateOf(series, state),
    forecast(state, { horizon, levels }) {
      const { seasonal, position } = state;
      const put = (values: Float64Array) => withSeason(values, seasonal ?? undefined, position);
      const mean = walk(state, endOf(state), horizon, 0);
      if (levels.length === 0) return { mean: put(mean), intervals: [] };
      const intervals = normalIntervals(mean, spreadOf(state, horizon), levels);
      return {
        mean: put(mean),
        intervals: intervals.map(({ level, lower, upper }) => ({
          level,
          lower: put(lower),
          upper: put(upper),
        })),
      };
    },
    fitted(state, series) {
      const { adjusted, position } = adjust(series, state.seasonal, state.start);
      return withSeason(
        followCes(adjusted, series.season, state).expected,
        state.seasonal ?? undefined,
        position,
      );
    },
    describe({ kind, seasonal, parameters, deviation }) {
      const [alpha0 = 0, alpha1 = 0, beta0, beta1] = parameters;
      return {
        seasonality: seasonal === null ? kind : "adjusted",
        alpha0,
        alpha1,
        ...(beta0 === undefined ? {} : { beta0 }),
        ...(beta1 === undefined ? {} : { beta1 }),
        deviation,
      };
    },
  };
}

interface Candidate {
  readonly fit: CesFit;
  readonly aicc: number;
  readonly seasonal: SeasonalIndices | null;
}

function noSeason({ values, season }: Series): Candidate {
  const fit = fitCes(values, season, "none");
  return { fit, aicc: fit.aicc, seasonal: null };
}

/** A fit of one kind, where the series is long enough for it. */
function candidateOf(series: Series, kind: CesSeasonality): Candidate | undefined {
  const { values, season } = series;
  if (kind === "none") return noSeason(series);
  if (season < 2 || values.length < 2 * season) return undefined;
  if (kind !== "adjusted") {
    const fit = fitCes(values, season, kind);
    return { fit, aicc: fit.aicc, seasonal: null };
  }
  const seasonal = findSeason(series, "shrunk");
  if (seasonal === undefined) return undefined;
  const start = series.times[0] ?? 0;
  const { adjusted } = adjust(series, seasonal, start);
  const fit = fitCes(adjusted, season, "none");
  // For the criterion errors are measured in the series' own units.
  const expected = withSeason(followCes(adjusted, season, fit).expected, seasonal, 0);
  const squares = expected.reduce((sum, value, t) => sum + (value - (values[t] ?? 0)) ** 2, 0);
  return { fit, aicc: aiccOf(squares, values.length, fit.parameters.length + 1), seasonal };
}

function stateOf(
  series: Series,
  known: Pick<CesModelState, "kind" | "parameters" | "seasonal" | "start" | "deviation">,
): CesModelState {
  const { kind, parameters, seasonal, start, deviation } = known;
  const { adjusted, position } = adjust(series, seasonal, start);
  const { end } = followCes(adjusted, series.season, known);
  return {
    kind,
    parameters,
    level: [...end.level],
    information: [...end.information],
    season: [...end.season],
    seasonInformation: [...end.seasonInformation],
    seasonal,
    start,
    position: position + adjusted.length,
    deviation,
  };
}

function endOf({ level, information, season, seasonInformation }: CesModelState): CesState {
  return {
    level: Float64Array.from(level),
    information: Float64Array.from(information),
    season: Float64Array.from(season),
    seasonInformation: Float64Array.from(seasonInformation),
  };
}

function walk(state: CesModelState, from: CesState, horizon: number, shock: number): Float64Array {
  return walkCes(state.kind, state.parameters, from, state.position, horizon, shock);
}

/** [H] The standard deviation of errors: the model is linear, so an error one step ahead goes on as it would from nothing. */
function spreadOf(state: CesModelState, horizon: number): Float64Array {
  const { level, information, season, seasonInformation } = endOf(state);
  for (const part of [level, information, season, seasonInformation]) part.fill(0);
  let sum = 0;
  return walk(state, { level, information, season, seasonInformation }, horizon, 1).map((response) => {
    sum += response * response;
    return state.deviation * Math.sqrt(sum);
  });
}
