// Automatic seasonal ARIMA, or one of given order, as a model of one series.

import { RecurraError } from "../../../platform/error.ts";
import type { Description, LocalModel, Need } from "../../forecasters/local-model.ts";
import { fillMissing } from "../../observed/fill.ts";
import type { Series } from "../../observed/series.ts";
import { boxCox, guerreroLambda, inverseBoxCox } from "../../scalers/box-cox.ts";
import { normalIntervals } from "../normal-intervals.ts";
import { type ArimaOptions, checkArimaOptions } from "./arima-options.ts";
import {
  type ArimaEnd,
  type ArimaModel,
  endOf,
  fittedValues,
  forecastMean,
  forecastSpread,
  modelOf,
} from "./arima-state.ts";
import { type AutomaticFit, fitArima, fitAutomatic } from "./fit-arima.ts";
import { type ArimaOrder, arimaName, coefficientCount, constantName, lostValues } from "./order.ts";
import { columnsAhead, columnsOf, covariateNames, usefulRegressors } from "./regressors.ts";
import { criterionOf, type OrderLimits } from "./search.ts";

/** A fitted ARIMA model, as plain data. */
export interface ArimaState {
  readonly model: ArimaModel;
  readonly end: ArimaEnd;
  /** The names of the covariates, in the order of their coefficients. */
  readonly covariates: readonly string[];
  /** null where values are taken as they are. */
  readonly lambda: number | null;
  /** The standard deviation of the innovations, degrees of freedom taken into account. */
  readonly deviation: number;
  /** null where nothing is left to chance. */
  readonly logLikelihood: number | null;
  /** null where there are too few values for it. */
  readonly aicc: number | null;
  /** How many models the search tried; 0 where there was none. */
  readonly tried: number;
}

const DEFAULT_LIMITS: OrderLimits = { p: 5, q: 5, P: 2, Q: 2 };

/**
 * Seasonal ARIMA, by default of the order that the search of Hyndman and Khandakar finds (2008, Journal of Statistical Software 27(3)):
 * D by the strength of the season, d by KPSS tests, the rest stepwise by AICc. Models are fitted by exact maximum likelihood; missing
 * values are left to the Kalman filter. Covariates known ahead make it a regression with ARIMA errors; those that differencing makes
 * constant, and those that are sums of others, have no part in it.
 *
 * A constant series, and one that is constant when differenced, is continued without error. A series too short for AICc (of up to about
 * four values) is continued by its mean, or by its last value where the KPSS test finds it to wander.
 *
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function arima(options: ArimaOptions = {}): LocalModel<ArimaState> {
  checkArimaOptions(options);
  const { covariates = "all", lambda = "none" } = options;
  return {
    name: "arima",
    takesMissing: true,
    usesFuture: true,
    need: (series) => needOf(options, wholeSeason(series)),
    fit(series) {
      const names = covariateNames(series, covariates);
      const { values, columns } = columnsOf(series, names);
      const season = wholeSeason(series);
      const power = lambdaOf(lambda, values, season);
      const transformed = power === null ? values : boxCox(values, power);
      const { fit, tried, used } = fitSeries(transformed, columns, season, options);
      const model = modelOf(fit);
      const freedom = fit.count - fit.parameters + 1;
      return {
        model,
        end: endOf(
          model,
          transformed,
          used.map((k) => columns[k] ?? transformed),
        ),
        covariates: used.map((k) => names[k] ?? ""),
        lambda: power,
        deviation: fit.deviation * Math.sqrt(fit.count / Math.max(1, freedom)),
        logLikelihood: finite(fit.logLikelihood),
        aicc: finite(criterionOf("aicc", fit)),
        tried,
      };
    },
    update(state, series) {
      const { values, columns } = transformedSeries(state, series);
      return { ...state, end: endOf(state.model, values, columns) };
    },
    forecast({ model, end, covariates: names, lambda: power, deviation }, { horizon, levels, future }) {
      const mean = forecastMean(model, end, horizon, columnsAhead(future, names, horizon));
      const back = (values: Float64Array) => (power === null ? values : inverseBoxCox(values, power));
      if (levels.length === 0) return { mean: back(mean), intervals: [] };
      const spread = forecastSpread(model, end.age, horizon).map((factor) => deviation * Math.sqrt(factor));
      const intervals = normalIntervals(mean, spread, levels).map(({ level, lower, upper }) => ({
        level,
        lower: back(lower),
        upper: back(upper),
      }));
      return { mean: back(mean), intervals };
    },
    fitted(state, series) {
      const { values, columns } = transformedSeries(state, series);
      const expected = fittedValues(state.model, values, columns);
      return state.lambda === null ? expected : inverseBoxCox(expected, state.lambda);
    },
    describe: descriptionOf,
  };
}

/** A series and its covariates as the model of a state takes them. */
function transformedSeries({ covariates, lambda }: ArimaState, series: Series) {
  const { values, columns } = columnsOf(series, covariates);
  return { values: lambda === null ? values : boxCox(values, lambda), columns };
}

/** Fits what the options say. `used` are the positions of the columns that have a part in it. */
function fitSeries(
  values: Float64Array,
  columns: readonly Float64Array[],
  season: number,
  options: ArimaOptions,
): AutomaticFit {
  const { order = "auto", seasonalOrder = [0, 0, 0], constant, criterion = "aicc" } = options;
  if (order === "auto") {
    const { seasonal = true, limits, d, D, approximate } = options;
    return fitAutomatic(values, {
      regressors: columns,
      season: seasonal ? season : 1,
      limits: limitsOf(limits),
      criterion,
      constant,
      d,
      D,
      approximate,
    });
  }
  const [p, d, q] = order;
  const [P, D, Q] = seasonalOrder;
  if (season === 1 && P + D + Q > 0) {
    throw new RecurraError(
      "option-value",
      `arima: seasonalOrder is [${seasonalOrder.join(", ")}], and the series has no season; give it one, or leave seasonalOrder out`,
    );
  }
  const full: ArimaOrder = { p, d, q, P, D, Q, m: season };
  const used = usefulRegressors(columns, full);
  const regressors = used.map((k) => columns[k] ?? values);
  return { fit: fitArima(values, full, { regressors, constant }), tried: 0, used };
}

/** Differences and lags are over whole steps. */
function wholeSeason({ season }: Pick<Series, "season">): number {
  return Math.max(1, Math.round(season));
}

function limitsOf({ p, q, P, Q }: Partial<OrderLimits> = {}): OrderLimits {
  return {
    p: p ?? DEFAULT_LIMITS.p,
    q: q ?? DEFAULT_LIMITS.q,
    P: P ?? DEFAULT_LIMITS.P,
    Q: Q ?? DEFAULT_LIMITS.Q,
  };
}

function lambdaOf(lambda: number | "guerrero" | "none", values: Float64Array, season: number): number | null {
  if (lambda === "none") return null;
  return lambda === "guerrero" ? guerreroLambda(fillMissing(values, "seasonal", season), { season }) : lambda;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function needOf({ order = "auto", seasonalOrder = [0, 0, 0], constant }: ArimaOptions, season: number): Need {
  if (order === "auto") return { rows: 1, because: "a value to go on from" };
  const [p, d, q] = order;
  const [P, D, Q] = seasonalOrder;
  const full: ArimaOrder = { p, d, q, P, D, Q, m: season };
  const hasConstant = constantName(full) !== undefined && (constant ?? d + D === 0);
  return {
    rows: lostValues(full) + coefficientCount(full) + (hasConstant ? 1 : 0) + 1,
    because: `${lostValues(full)} that differencing takes, one for each coefficient of ${arimaName(full, hasConstant)} and one more`,
  };
}

/** Coefficients by the names that R gives them: ar1, ma1, sar1, sma1, mean or drift; then those of covariates. */
function descriptionOf({
  model,
  covariates,
  lambda,
  deviation,
  logLikelihood,
  aicc,
  tried,
}: ArimaState): Description {
  const { order, constant, coefficients, regression } = model;
  const numbered = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${name}${i + 1}`);
  const names = [
    ...numbered("ar", order.p),
    ...numbered("ma", order.q),
    ...numbered("sar", order.P),
    ...numbered("sma", order.Q),
  ];
  const constantNames = constant ? [constantName(order) ?? "constant"] : [];
  const betas = covariates.map((name) => `beta ${name}`);
  return {
    model: arimaName(order, constant, covariates.length),
    ...Object.fromEntries(names.map((name, i) => [name, coefficients[i] ?? 0])),
    ...Object.fromEntries([...constantNames, ...betas].map((name, i) => [name, regression[i] ?? 0])),
    ...(lambda === null ? {} : { lambda }),
    deviation,
    ...(logLikelihood === null ? {} : { logLikelihood }),
    ...(aicc === null ? {} : { aicc }),
    ...(tried === 0 ? {} : { tried }),
  };
}
