// The autoregression of what changes from season to season: for long series, whose short and long rhythms it finds by itself.

import { checkedNumber, checkOptionNames, configOf } from "../../../nn/choice.ts";
import { checkFlags } from "../../../nn/option-checks.ts";
import { RecurraError } from "../../../platform/error.ts";
import type { LocalModel } from "../../forecasters/local-model.ts";
import type { Series } from "../../observed/series.ts";
import { normalIntervals } from "../normal-intervals.ts";
import { burgAutoregression } from "./burg.ts";

/** What is autoregressed: changes over a season, changes from step to step, or the values less their mean. */
export type AutoregressionDifference = "season" | "step" | "none";

export interface AutoregressionOptions {
  /** Default: `season`; without a season that is `step`. */
  readonly difference?: AutoregressionDifference | undefined;
  /**
   * The largest order tried. Default: eight seasons, so that a week is seen in days of hours; without a season 10 log10 of the length. A
   * third of the values at most.
   */
  readonly maxOrder?: number | undefined;
  /**
   * Logarithms, for changes that grow with the level; `auto` where all values are positive and the likelihood is larger so. Default: `auto`.
   */
  readonly log?: boolean | "auto" | undefined;
}

export interface AutoregressionState {
  readonly coefficients: readonly number[];
  /** Steps over which differences are taken; 0 for none. */
  readonly lag: number;
  /** What was taken off, where no differences are. */
  readonly mean: number;
  readonly log: boolean;
  /** The last values, their logarithms where these are taken: as many as the lag and the order need. */
  readonly tail: readonly number[];
  /** The standard deviation of the error one step ahead. */
  readonly deviation: number;
}

/**
 * An autoregression by Burg's method, of an order chosen by Akaike's criterion (Brockwell and Davis, Introduction to Time Series and
 * Forecasting, 3rd ed., section 5.1; R's `ar`), of the seasonal differences. It is made for long series with several rhythms, such as
 * hours; series of two or three seasons leave it little to estimate, and it comes near the seasonal naive forecast. Its intervals take
 * errors to be normal and coefficients to be known.
 *
 * @throws RecurraError `unknown-option`, `unknown-name`, `option-value`
 */
export function autoregression(options: AutoregressionOptions = {}): LocalModel<AutoregressionState> {
  checkOptionNames("ar", options, ["difference", "maxOrder", "log"]);
  const { difference = "season", maxOrder, log = "auto" } = options;
  configOf("ar difference", difference, ["season", "step", "none"]);
  if (log !== "auto") checkFlags("ar", { log });
  if (maxOrder !== undefined) {
    const isCount = (x: number): boolean => Number.isInteger(x) && x >= 0;
    checkedNumber("ar: maxOrder", maxOrder, isCount, "a whole number from 0 up");
  }
  const lagFor = (season: number): number => ({ season, step: 1, none: 0 })[difference];
  return {
    name: "ar",
    need: ({ season }) => ({ rows: lagFor(season) + 2, because: "two values that are differences" }),
    fit(series) {
      const tried =
        log === "auto" ? [false, ...(series.values.every((value) => value > 0) ? [true] : [])] : [log];
      const fits = tried.map((takesLog) => fitOne(series, lagFor(series.season), takesLog, maxOrder));
      return fits.reduce((best, other) => (other.aic < best.aic ? other : best)).state;
    },
    update: (state, series) => ({
      ...state,
      tail: tailOf(levelOf(series, state.log), state.lag, state.coefficients),
    }),
    forecast(state, { horizon, levels }) {
      const mean = walk(state, state.tail, state.mean, horizon);
      const put = (values: Float64Array) => (state.log ? values.map(Math.exp) : values);
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
      const { coefficients, lag, mean } = state;
      const values = levelOf(series, state.log);
      const rest = differences(values, lag);
      const expected = values.map((_, t) => {
        if (t < lag + coefficients.length) return Number.NaN;
        let sum = mean + (lag === 0 ? 0 : (values[t - lag] ?? 0));
        for (const [j, phi] of coefficients.entries()) sum += phi * ((rest[t - lag - 1 - j] ?? 0) - mean);
        return sum;
      });
      return state.log ? expected.map(Math.exp) : expected;
    },
    describe: ({ coefficients, lag, log: takesLog, deviation }) => ({
      order: coefficients.length,
      difference: lag,
      log: takesLog,
      deviation,
    }),
  };
}

/** @returns with the AIC of the values themselves, also where their logarithms are taken */
function fitOne(
  series: Series,
  lag: number,
  takesLog: boolean,
  maxOrder: number | undefined,
): { readonly state: AutoregressionState; readonly aic: number } {
  const values = levelOf(series, takesLog);
  const rest = differences(values, lag);
  const mean = lag === 0 ? rest.reduce((sum, value) => sum + value, 0) / rest.length : 0;
  const wanted = maxOrder ?? (series.season > 1 ? 8 * series.season : 10 * Math.log10(rest.length));
  const most = Math.floor(Math.min(wanted, rest.length / 3));
  const centred = rest.map((value) => value - mean);
  const { coefficients, variance, aic } = burgAutoregression(centred, most);
  const left = Math.max(rest.length - coefficients.length, 1) / rest.length;
  const tail = tailOf(values, lag, coefficients);
  const state = { coefficients, lag, mean, log: takesLog, tail, deviation: Math.sqrt(variance / left) };
  if (!takesLog) return { state, aic };
  // The density of a value is that of its logarithm divided by the value.
  return { state, aic: values.subarray(lag).reduce((sum, logarithm) => sum + 2 * logarithm, aic) };
}

/** The values, or their logarithms. @throws RecurraError `not-positive` */
function levelOf({ values }: Series, takesLog: boolean): Float64Array {
  if (!takesLog) return values;
  const odd = values.findIndex((value) => value <= 0);
  if (odd < 0) return values.map(Math.log);
  throw new RecurraError(
    "not-positive",
    `value ${odd + 1} of ${values.length} is ${values[odd]}, and the logarithms that ar is to take want values above 0; use log: "auto" or false`,
  );
}

/** [T - lag] The changes over `lag` steps; the values themselves for 0. */
function differences(values: Float64Array, lag: number): Float64Array {
  if (lag === 0) return values;
  return values.subarray(lag).map((value, t) => value - (values[t] ?? 0));
}

function tailOf(values: Float64Array, lag: number, coefficients: readonly number[]): number[] {
  return [...values.slice(-Math.max(lag + coefficients.length, 1))];
}

/** [H] What follows values. @param mean of what is autoregressed */
function walk(
  { coefficients, lag }: AutoregressionState,
  values: readonly number[],
  mean: number,
  horizon: number,
  shock = 0,
): Float64Array {
  const known = values.length;
  const all = new Float64Array(known + horizon);
  all.set(values);
  const changes = new Float64Array(known + horizon);
  for (let t = lag; t < known; t++) changes[t] = (all[t] ?? 0) - (lag === 0 ? 0 : (all[t - lag] ?? 0)) - mean;
  for (let t = known; t < all.length; t++) {
    let change = t === known ? shock : 0;
    for (let j = 0; j < coefficients.length && t - 1 - j >= lag; j++)
      change += (coefficients[j] ?? 0) * (changes[t - 1 - j] ?? 0);
    changes[t] = change;
    all[t] = change + mean + (lag === 0 ? 0 : (all[t - lag] ?? 0));
  }
  return all.subarray(known);
}

/** [H] The standard deviation of errors: an error one step ahead goes on as it would from nothing. */
function spreadOf(state: AutoregressionState, horizon: number): Float64Array {
  const nothing = new Array<number>(state.tail.length).fill(0);
  let sum = 0;
  return walk(state, nothing, 0, horizon, 1).map((response) => {
    sum += response * response;
    return state.deviation * Math.sqrt(sum);
  });
}
