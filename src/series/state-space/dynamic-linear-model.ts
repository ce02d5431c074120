// Dynamic linear models as forecasters: level, slope, season and covariates by the Kalman filter.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { normalQuantile } from "../../numeric/distributions.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Ask, Description, Forecast, LocalModel, Need } from "../forecasters/local-model.ts";
import type { Series } from "../observed/series.ts";
import { choose, leastValues, structureName } from "./choose.ts";
import { kalmanFilter, kalmanForecast } from "./kalman-filter.ts";
import { type Prepared, prepare, prepareAhead, type Regressor, regressorsOf } from "./prepare.ts";
import type { StateSpace } from "./state-space.ts";
import {
  designOf,
  layoutOf,
  type Noise,
  type SeasonKind,
  type Structure,
  startOf,
  type TrendKind,
  transitionOf,
} from "./structure.ts";
import { allWaves } from "./waves.ts";

/** Waves of a season that are taken where no number is given: all of a day of hours, and the strongest of longer seasons. */
const MOST_HARMONICS = 12;

export interface StateSpaceConfig {
  /**
   * `level` (a random walk under noise), `drift` (with a constant slope), `linear` (a slope that changes), `smooth` (a slope that
   * changes, no other noise in the level), `damped` (a slope that dies away). Default: `auto`, by AICc a level, a damped trend or,
   * where it is much better, a drift.
   */
  readonly trend?: "auto" | TrendKind | undefined;
  /** `none`, `dummy` (a state for each step of the season) or `trigonometric` (waves). Default: `auto`, by AICc none or trigonometric. */
  readonly season?: "auto" | SeasonKind | undefined;
  /** How many waves of a trigonometric season it takes: the strongest ones. Default: all of a season of up to 24 steps, 12 of a longer one. */
  readonly harmonics?: number | undefined;
  /** Which covariates known ahead it takes, each with a constant coefficient. Default: `all`. */
  readonly covariates?: "all" | "none" | readonly string[] | undefined;
  /** Whether it models the logarithms, so that parts multiply; forecasts are then medians. Default: `auto`, by AICc where all values are positive. */
  readonly log?: "auto" | boolean | undefined;
}

/** A fitted dynamic linear model, as plain data. Values are taken as (x - centre) / spread, of logarithms where `log`. */
export interface StateSpaceState {
  readonly structure: Structure;
  readonly log: boolean;
  readonly centre: number;
  readonly spread: number;
  readonly regressors: readonly Regressor[];
  /** Of the scaled values; 0 for what does not change. */
  readonly variances: Readonly<Record<Noise, number>>;
  /** φ of a damped trend. */
  readonly damping: number;
  /** [m] The states at the step after the series. */
  readonly mean: readonly number[];
  /** [m · m] Their covariance. */
  readonly variance: readonly number[];
  /** The diffuse log-likelihood of the values, or of their logarithms. */
  readonly logLikelihood: number;
  /** null where there are too few values for it. */
  readonly aicc: number | null;
  readonly parameters: number;
}

const TRENDS: readonly string[] = ["auto", "level", "drift", "linear", "smooth", "damped"];
const SEASONS: readonly string[] = ["auto", "none", "dummy", "trigonometric"];

/**
 * A dynamic linear model: a structural time series model (Harvey 1989) by maximum likelihood, with the Kalman filter and an exact
 * diffuse start (Durbin and Koopman 2012). It takes missing values and covariates known ahead.
 *
 * Of a season of more than 24 steps it takes the 12 strongest waves, unless `harmonics` says otherwise; the time grows with the square
 * of their number.
 *
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function stateSpace(config: StateSpaceConfig = {}): LocalModel<StateSpaceState> {
  checkConfig(config);
  const { trend = "auto", season = "auto", covariates = "all", log = "auto" } = config;
  const { harmonics = MOST_HARMONICS } = config;
  return {
    name: "state-space",
    takesMissing: true,
    usesFuture: true,
    need: ({ season: period }) => needOf(config, period),
    fit(series) {
      const period = series.season;
      const regressors = regressorsOf(series, covariates);
      const chosen = choose(series, {
        trend,
        season: period > 1 ? season : "none",
        log,
        period,
        harmonics,
        regressors,
      });
      const { structure, variances, damping, mean, variance, parameters, logLikelihood, seen, settled } =
        chosen.estimate;
      const { centre, spread } = chosen.scale;
      return {
        structure,
        log: chosen.log,
        centre,
        spread,
        regressors,
        variances,
        damping,
        mean: [...mean],
        variance: [...variance],
        logLikelihood: logLikelihood - (seen - settled) * Math.log(spread),
        aicc: Number.isFinite(chosen.aicc) ? chosen.aicc : null,
        parameters,
      };
    },
    forecast,
    describe: describeState,
    update(state, series) {
      const prepared = prepareFor(state, series);
      const { predicted, predictedVariance } = kalmanFilter(
        modelOf(state, prepared.columns),
        prepared.values,
      );
      const m = state.mean.length;
      return { ...state, mean: [...predicted.slice(-m)], variance: [...predictedVariance.slice(-m * m)] };
    },
    fitted(state, series) {
      const prepared = prepareFor(state, series);
      const { expected, expectedVariance } = kalmanFilter(modelOf(state, prepared.columns), prepared.values);
      return expected.map((value, t) =>
        expectedVariance[t] === Infinity ? Number.NaN : restore(state, value),
      );
    },
  };
}

/** The series and its covariates on the scales of a fitted model. */
export function prepareFor(state: StateSpaceState, series: Series): Prepared {
  return prepare(series, state.log, state, state.regressors);
}

/** The state-space model of a fitted one, over as many steps as the columns have. */
export function modelOf(
  state: StateSpaceState,
  columns: readonly Float64Array[],
  steps = columns[0]?.length ?? 1,
): StateSpace {
  const { structure, variances, damping } = state;
  const layout = layoutOf(structure);
  const { m, noises } = layout;
  const stateVariance = new Float64Array(m * m);
  for (const { noise, states } of noises) for (const i of states) stateVariance[i * m + i] = variances[noise];
  return {
    states: m,
    transition: transitionOf(structure, damping),
    design: designOf(structure, columns, steps),
    stateVariance,
    observationVariance: variances.irregular,
    initial: startOf(layout, Math.max(...Object.values(variances))),
  };
}

function forecast(state: StateSpaceState, { horizon, levels, future }: Ask): Forecast {
  const columns = prepareAhead(future, state.regressors, horizon);
  const model = modelOf(state, columns);
  const { mean, variance } = kalmanForecast(
    model,
    Float64Array.from(state.mean),
    Float64Array.from(state.variance),
    horizon,
  );
  return {
    mean: mean.map((value) => restore(state, value)),
    intervals: levels.map((level) => {
      const z = normalQuantile(0.5 + level / 200);
      const bound = (sign: number) =>
        mean.map((value, h) => restore(state, value + sign * z * Math.sqrt(variance[h] ?? 0)));
      return { level, lower: bound(-1), upper: bound(1) };
    }),
  };
}

/** From the model's scale to that of the series. */
function restore({ log, centre, spread }: StateSpaceState, value: number): number {
  const unscaled = centre + spread * value;
  return log ? Math.min(Math.exp(unscaled), Number.MAX_VALUE) : unscaled;
}

function describeState(state: StateSpaceState): Description {
  const { structure, variances, spread, damping, logLikelihood, aicc, parameters, regressors, log } = state;
  const of = (noise: Noise) => variances[noise] * spread * spread;
  const { noises } = layoutOf(structure);
  return {
    model: structureName(structure),
    log,
    ...Object.fromEntries(noises.map(({ noise }) => [`${noise}Variance`, of(noise)])),
    ...(structure.trend === "damped" ? { damping } : {}),
    ...(regressors.length === 0 ? {} : { covariates: regressors.map(({ name }) => name).join(", ") }),
    parameters,
    logLikelihood,
    ...(aicc === null ? {} : { aicc }),
  };
}

function needOf(config: StateSpaceConfig, period: number): Need {
  const { trend = "auto", season = "auto" } = config;
  const structure: Structure = {
    trend: trend === "auto" ? "level" : trend,
    season: season === "auto" || period === 1 ? "none" : season,
    period,
    waves: allWaves(period).slice(0, config.harmonics ?? MOST_HARMONICS),
    regressors: 0,
  };
  return {
    rows: leastValues(structure),
    because: `one for each state of a ${structureName(structure)}, and two more`,
  };
}

function checkConfig(config: StateSpaceConfig): void {
  checkOptionNames("state-space", config, ["trend", "season", "harmonics", "covariates", "log"]);
  const { trend = "auto", season = "auto", harmonics = 1, covariates = "all", log = "auto" } = config;
  checkOneOf("trend", trend, TRENDS);
  checkOneOf("season", season, SEASONS);
  checkCounts("state-space", { harmonics });
  if (log !== "auto" && typeof log !== "boolean")
    throw new RecurraError(
      "option-value",
      `state-space: log is to be true, false or "auto", got ${describe(log)}`,
    );
  const names = Array.isArray(covariates) && covariates.every((name) => typeof name === "string");
  if (covariates !== "all" && covariates !== "none" && !names) {
    throw new RecurraError(
      "option-value",
      `state-space: covariates is to be "all", "none" or a list of names, got ${describe(covariates)}`,
    );
  }
}

function checkOneOf(option: string, value: unknown, known: readonly string[]): void {
  if (typeof value === "string" && known.includes(value)) return;
  throw new RecurraError(
    "option-value",
    `state-space: ${option} is to be one of ${known.join(", ")}, got ${describe(value)}`,
  );
}
