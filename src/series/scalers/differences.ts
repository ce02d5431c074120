// Differences from the step or the season before, taken once or several times, and summed up again.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { type FittedScaler, knownValues, type Place, type Scaler, type ScalerState } from "./scaler.ts";

export interface DifferenceOptions {
  /** How often differences are taken. Default: 1. */
  readonly order?: number | undefined;
}

/** Differences from the value before: y_t - y_{t-1}. A missing value is passed over: the next is set against the last known one. */
export function differenceScaler(options: DifferenceOptions = {}): Scaler {
  checkOptionNames("difference scaler", options, ["order"]);
  const { order = 1 } = options;
  checkCounts("difference scaler", { order });
  return differencing({ name: "difference", order }, 1, order);
}

export interface SeasonalDifferenceOptions extends DifferenceOptions {
  /** In steps, such as 12 for months. */
  readonly season: number;
}

/** Differences from the value a season before: y_t - y_{t-m}. Missing values are passed over, as in differences. */
export function seasonalDifferenceScaler(options: SeasonalDifferenceOptions): Scaler {
  checkOptionNames("seasonalDifference scaler", options, ["season", "order"]);
  const { season, order = 1 } = options;
  checkCounts("seasonalDifference scaler", { season, order });
  return differencing({ name: "seasonalDifference", season, order }, season, order);
}

/** Differences from their state. @throws RecurraError `scaler-state` */
export function differencesFromState(state: ScalerState): FittedScaler {
  const { name, lag, phase, levels } = state;
  if (typeof lag === "number" && typeof phase === "number" && Array.isArray(levels) && levels.every(isLevel))
    return fittedDifferences(name, lag, phase, levels);
  throw new RecurraError(
    "scaler-state",
    `The state of a scaler "${name}" is ${describe(state)}; wanted { lag, phase, levels: [{ firsts, last }] }`,
  );
}

/** One taking of differences: where the chains begin, and where they end. */
interface Level {
  /** The first known value of each phase, and where it stands: [[place, value], …]. */
  readonly firsts: readonly (readonly [number, number])[];
  /** [lag] The last known value of each phase. */
  readonly last: readonly number[];
  readonly [part: string]: readonly (readonly [number, number])[] | readonly number[];
}

function isLevel(level: unknown): level is Level {
  return (
    typeof level === "object" &&
    level !== null &&
    "firsts" in level &&
    Array.isArray(level.firsts) &&
    "last" in level &&
    Array.isArray(level.last)
  );
}

function differencing(config: Scaler["config"], lag: number, order: number): Scaler {
  const { name } = config;
  return {
    config,
    fit(values) {
      const known = knownValues(values, name);
      const levels: Level[] = [];
      let rest = values;
      for (let i = 0; i < order; i++) {
        const firsts: [number, number][] = [];
        const last = new Float64Array(lag).fill(Number.NaN);
        rest = differences(rest, last, 0, (place, value) => firsts.push([place, value]));
        levels.push({ firsts, last: [...last] });
        if (!last.some(Number.isNaN)) continue;
        throw new RecurraError(
          "scaler-fit",
          `${name} scaler: there are ${known.length} values in ${values.length} steps, and ${
            lag === 1 ? `${order} are needed` : `each of the ${lag} steps of a season needs ${order}`
          } to take differences ${order === 1 ? "once" : `${order} times`}. Give more values, or another scaler.`,
        );
      }
      return fittedDifferences(name, lag, values.length % lag, levels);
    },
  };
}

/** @param phase of the first step after the training values */
function fittedDifferences(name: string, lag: number, phase: number, levels: readonly Level[]): FittedScaler {
  return {
    transform(values, place = "start") {
      let rest = values;
      for (const level of levels) {
        const [last, from] = begin(level, lag, phase, place);
        rest = differences(rest, last, from);
      }
      return rest;
    },
    inverse(scaled, place = "after") {
      let sums = scaled;
      for (const level of levels.toReversed()) {
        const [last, from] = begin(level, lag, phase, place);
        sums = summed(sums, last, from, place === "start" ? new Map(level.firsts) : undefined);
      }
      return sums;
    },
    lost: lag * levels.length,
    state: { name, lag, phase, levels },
  };
}

/** The values that come before, by phase, and the phase to begin with. */
function begin(level: Level, lag: number, phase: number, place: Place): [Float64Array, number] {
  if (place === "after") return [Float64Array.from(level.last), phase];
  return [new Float64Array(lag).fill(Number.NaN), 0];
}

/**
 * @param last [lag] the last known value of each phase, NaN for none; it is kept up
 * @param from the phase of the first value
 * @param onFirst hears of values that have none before them
 */
function differences(
  values: Float64Array,
  last: Float64Array,
  from: number,
  onFirst?: (place: number, value: number) => void,
): Float64Array {
  const { length: lag } = last;
  return values.map((value, t) => {
    if (Number.isNaN(value)) return value;
    const phase = (from + t) % lag;
    const before = last[phase] ?? Number.NaN;
    if (Number.isNaN(before)) onFirst?.(t, value);
    last[phase] = value;
    return value - before;
  });
}

/** @param firsts by their places: where nothing comes before */
function summed(
  scaled: Float64Array,
  last: Float64Array,
  from: number,
  firsts: ReadonlyMap<number, number> | undefined,
): Float64Array {
  const { length: lag } = last;
  return scaled.map((step, t) => {
    const phase = (from + t) % lag;
    const value = firsts?.get(t) ?? (last[phase] ?? Number.NaN) + step;
    if (!Number.isNaN(value)) last[phase] = value;
    return value;
  });
}
