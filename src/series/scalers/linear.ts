// Scalers that shift and stretch: to mean 0 and deviation 1, to a range, or by median and quartiles.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { type FittedScaler, knownValues, numberIn, type Scaler, type ScalerState } from "./scaler.ts";

/** y = base + (x - centre) / width. */
interface Line {
  readonly centre: number;
  readonly width: number;
  readonly base: number;
}

/**
 * To mean 0 and standard deviation 1: (x - mean) / s, where s divides by the number of values. Equal values become 0.
 */
export function standardScaler(options: Readonly<Record<string, never>> = {}): Scaler {
  checkOptionNames("standard scaler", options, []);
  return {
    config: { name: "standard" },
    fit(values) {
      const known = knownValues(values, "standard");
      const centre = meanOf(known);
      return fittedLine("standard", { centre, width: deviationOf(known, centre) || 1, base: 0 });
    },
  };
}

export interface MinMaxOptions {
  /** What the least and the greatest training value become. Default: [0, 1]. */
  readonly range?: readonly [number, number] | undefined;
}

/** To a range: the least training value to its lower end, the greatest to its upper. Equal values become the lower end. */
export function minMaxScaler(options: MinMaxOptions = {}): Scaler {
  checkOptionNames("minMax scaler", options, ["range"]);
  const { range = [0, 1] } = options;
  const [low, high] = range;
  if (range.length !== 2 || !Number.isFinite(low) || !Number.isFinite(high) || low >= high) {
    throw new RecurraError(
      "option-value",
      `minMax scaler: range is ${describe(range)}; wanted two numbers, the lower one first`,
    );
  }
  return {
    config: { name: "minMax", range: [low, high] },
    fit(values) {
      const known = knownValues(values, "minMax");
      const least = known.reduce((a, b) => Math.min(a, b));
      const greatest = known.reduce((a, b) => Math.max(a, b));
      return fittedLine("minMax", {
        centre: least,
        width: (greatest - least) / (high - low) || 1,
        base: low,
      });
    },
  };
}

/**
 * By numbers that outliers do not move: (x - median) / (upper - lower quartile). Where the quartiles are equal, as in series that are
 * mostly 0, the standard deviation stands for their distance; equal values become 0.
 */
export function robustScaler(options: Readonly<Record<string, never>> = {}): Scaler {
  checkOptionNames("robust scaler", options, []);
  return {
    config: { name: "robust" },
    fit(values) {
      const sorted = knownValues(values, "robust").sort();
      const spread = quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25);
      const width = spread || deviationOf(sorted, meanOf(sorted)) || 1;
      return fittedLine("robust", { centre: quantileOf(sorted, 0.5), width, base: 0 });
    },
  };
}

/** A scaler that shifts and stretches, from its state. */
export function linearFromState(state: ScalerState): FittedScaler {
  const line = {
    centre: numberIn(state, "centre"),
    width: numberIn(state, "width"),
    base: numberIn(state, "base"),
  };
  return fittedLine(state.name, line);
}

function fittedLine(name: string, { centre, width, base }: Line): FittedScaler {
  return {
    transform: (values) => values.map((value) => base + (value - centre) / width),
    inverse: (scaled) => scaled.map((value) => centre + (value - base) * width),
    lost: 0,
    state: { name, centre, width, base },
  };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviationOf(values: Float64Array, mean: number): number {
  // Equal values have a mean that may differ from them by its rounding.
  if (values.every((value) => value === values[0])) return 0;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** Between neighbours in line (type 7 of Hyndman and Fan 1996). @param sorted ascending */
function quantileOf(sorted: Float64Array, p: number): number {
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? 0;
  return low + (place - below) * ((sorted[below + 1] ?? low) - low);
}
