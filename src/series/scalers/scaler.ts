// What a scaler is: fitted to training values, it changes values and changes them back.

import type { Json } from "../../model/json.ts";
import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";

/**
 * Where values stand: `start`, they begin where the training values begin; `after`, they follow the training values, as test values and
 * forecasts do. It matters to differences only, which need to know what came before.
 */
export type Place = "start" | "after";

/** A scaler that has seen its training values. */
export interface FittedScaler {
  /**
   * [T] -> [T] Values scaled; NaN stays NaN.
   * @param place Default: `start`.
   * @throws RecurraError `scaler-domain` for values that it cannot take, such as negative ones under a logarithm
   */
  transform(values: Float64Array, place?: Place): Float64Array;
  /**
   * [T] -> [T] What scaled values stand for; NaN stays NaN.
   * @param place Default: `after`, as for forecasts.
   */
  inverse(scaled: Float64Array, place?: Place): Float64Array;
  /** How many values at the start have nothing before them to be set against: scaled they are NaN. */
  readonly lost: number;
  /** All that it is, as plain JSON, from which `fittedScaler` makes it again. */
  readonly state: ScalerState;
}

/** A way to scale. */
export interface Scaler {
  /** Its name and options, as plain JSON, from which `scalerOf` makes it again. */
  readonly config: ScalerConfig;
  /**
   * Fits to training values and to nothing else.
   * @param values [T] NaN where missing: these are passed over
   * @throws RecurraError `scaler-fit` where there is too little to fit to, `scaler-domain` for values that it cannot take
   */
  fit(values: Float64Array): FittedScaler;
}

/** A name with options: `{ name: "minMax", range: [-1, 1] }`. */
export interface ScalerConfig {
  readonly name: string;
  readonly [option: string]: Json;
}

/** A name with the numbers that were fitted. */
export interface ScalerState {
  readonly name: string;
  readonly [part: string]: Json;
}

/** The values that are not missing. @throws RecurraError `scaler-fit` where there are none, or some are infinite */
export function knownValues(values: Float64Array, scaler: string): Float64Array {
  const known = values.filter((value) => !Number.isNaN(value));
  const infinite = values.findIndex((value) => value === Infinity || value === -Infinity);
  if (infinite !== -1) {
    throw new RecurraError(
      "scaler-fit",
      `${scaler} scaler: value ${infinite + 1} of ${values.length} is ${values[infinite]}; wanted finite numbers`,
    );
  }
  if (known.length > 0) return known;
  throw new RecurraError(
    "scaler-fit",
    values.length === 0
      ? `${scaler} scaler: there are no values to fit to`
      : `${scaler} scaler: all ${values.length} values are missing; wanted at least one to fit to`,
  );
}

/** A number of a state. @throws RecurraError `scaler-state` for what is none */
export function numberIn(state: ScalerState, part: string): number {
  const value = state[part];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new RecurraError(
    "scaler-state",
    `The state of a scaler "${state.name}" has ${describe(value)} for ${part}; wanted a finite number`,
  );
}
