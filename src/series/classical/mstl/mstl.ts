// Forecasting by decomposition: the seasons are taken off, a model without seasons forecasts the rest, the last cycles go on.

import { checkedNumber, checkOptionNames } from "../../../nn/choice.ts";
import { checkFlags } from "../../../nn/option-checks.ts";
import { RecurraError } from "../../../platform/error.ts";
import { decomposeMstl, type MstlDecomposition } from "../../decompose/mstl.ts";
import type { Forecast, LocalModel } from "../../forecasters/local-model.ts";
import type { Series } from "../../observed/series.ts";
import { theta } from "../theta/theta.ts";

export interface MstlModelOptions {
  /** The model of the series without its seasons; takes series of season 1. Default: {@link theta} without a season. */
  readonly inner?: LocalModel | undefined;
  /** In steps. Default: the series' season, and a week too where that is a day of hours, half-hours or quarters of an hour. */
  readonly seasons?: readonly number[] | undefined;
  /** The seasonal window of each season, from the shortest on, or `periodic`. Default: 11, 15, 19, … */
  readonly seasonWindows?: readonly (number | "periodic")[] | undefined;
  /** Logarithms, for seasons that grow with the level; `auto` where all values are positive. Default: false. */
  readonly log?: boolean | "auto" | undefined;
  /** Whether outliers lose their weight in the decomposition. Default: false. */
  readonly robust?: boolean | undefined;
}

export interface MstlState {
  /** Of the inner model. */
  readonly inner: unknown;
  /** The last cycle of each season: that of the first step ahead first. */
  readonly cycles: readonly (readonly number[])[];
  readonly log: boolean;
}

/** Seasons that have a week of themselves: days of hours, half-hours and quarters of an hour. */
const DAYS = [24, 48, 96];

/**
 * Forecasts by MSTL decomposition (Bandara, Hyndman and Bergmeir 2021, arXiv 2107.13462; R's `stlf`). Seasons of which there are not two in
 * the series are left out. Its intervals are those of the inner model, the seasons taken as known.
 *
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function mstl(options: MstlModelOptions = {}): LocalModel<MstlState> {
  checkOptionNames("mstl", options, ["inner", "seasons", "seasonWindows", "log", "robust"]);
  const {
    inner = theta({ seasonality: "none" }) as LocalModel,
    seasonWindows,
    log = false,
    robust = false,
  } = options;
  checkFlags("mstl", { robust, ...(log === "auto" ? {} : { log }) });
  for (const season of options.seasons ?? [])
    checkedNumber("mstl: seasons", season, (x) => Number.isInteger(x) && x > 1, "whole numbers from 2 up");

  const seasonsOf = (season: number): readonly number[] => {
    if (options.seasons !== undefined) return options.seasons;
    return DAYS.includes(season) ? [season, 7 * season] : season > 1 ? [season] : [];
  };
  const split = (series: Series, takesLog: boolean) => {
    const values = takesLog ? series.values.map(Math.log) : series.values;
    const seasons = seasonsOf(series.season).filter((season) => 2 * season <= values.length);
    const parts =
      seasons.length === 0 ? undefined : decomposeMstl(values, seasons, { seasonWindows, stl: { robust } });
    const seasonal = parts?.seasonal ?? new Float64Array(values.length);
    const adjusted = values.map((value, t) => value - (seasonal[t] ?? 0));
    return { parts, seasonal, rest: { ...series, values: adjusted, season: 1 } };
  };
  return {
    name: "mstl",
    need: (series, task) => inner.need({ ...series, season: 1 }, task),
    fit(series, task) {
      const takesLog = decideLog(series.values, log);
      const { parts, rest } = split(series, takesLog);
      return { inner: inner.fit(rest, task), cycles: lastCycles(parts), log: takesLog };
    },
    ...(inner.update === undefined
      ? {}
      : {
          update(state: MstlState, series: Series): MstlState {
            checkLog(series.values, state.log);
            const { parts, rest } = split(series, state.log);
            return { ...state, inner: inner.update?.(state.inner, rest), cycles: lastCycles(parts) };
          },
        }),
    forecast(state, ask) {
      const { mean, intervals } = inner.forecast(state.inner, ask);
      const put = (values: Float64Array) =>
        values.map((value, h) => {
          const whole = state.cycles.reduce((sum, cycle) => sum + (cycle[h % cycle.length] ?? 0), value);
          return state.log ? Math.exp(whole) : whole;
        });
      return {
        mean: put(mean),
        intervals: intervals.map(({ level, lower, upper }) => ({
          level,
          lower: put(lower),
          upper: put(upper),
        })),
      } satisfies Forecast;
    },
    ...(inner.fitted === undefined
      ? {}
      : {
          fitted(state: MstlState, series: Series): Float64Array {
            const { seasonal, rest } = split(series, state.log);
            const expected = inner.fitted?.(state.inner, rest) ?? new Float64Array(seasonal.length);
            const whole = expected.map((value, t) => value + (seasonal[t] ?? 0));
            return state.log ? whole.map(Math.exp) : whole;
          },
        }),
    describe: (state) => ({
      seasons: state.cycles.map((cycle) => cycle.length).join(", ") || "none",
      inner: inner.name,
      log: state.log,
      ...inner.describe?.(state.inner),
    }),
  };
}

function decideLog(values: Float64Array, log: boolean | "auto"): boolean {
  if (log === "auto") return values.every((value) => value > 0);
  checkLog(values, log);
  return log;
}

function checkLog(values: Float64Array, log: boolean): void {
  const odd = log ? values.findIndex((value) => value <= 0) : -1;
  if (odd < 0) return;
  throw new RecurraError(
    "not-positive",
    `value ${odd + 1} of ${values.length} is ${values[odd]}, and the logarithms that mstl is to take want values above 0; use log: "auto" or false`,
  );
}

function lastCycles(parts: MstlDecomposition | undefined): readonly (readonly number[])[] {
  return (parts?.parts ?? []).map(({ season, values }) => [...values.subarray(values.length - season)]);
}
