// The scalers by name: makes them from names and options, and fitted ones from their states.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { boxCoxFromState, boxCoxScaler, logFromState, logScaler } from "./curves.ts";
import {
  differenceScaler,
  differencesFromState,
  type SeasonalDifferenceOptions,
  seasonalDifferenceScaler,
} from "./differences.ts";
import { linearFromState, minMaxScaler, robustScaler, standardScaler } from "./linear.ts";
import { fittedPipeline, scalerPipeline } from "./pipeline.ts";
import type { FittedScaler, Scaler, ScalerConfig, ScalerState } from "./scaler.ts";

interface Entry {
  readonly make: (options: Readonly<Record<string, unknown>>) => Scaler;
  readonly restore: (state: ScalerState) => FittedScaler;
}

/** The scalers there are. */
export type ScalerName =
  | "standard"
  | "minMax"
  | "robust"
  | "log"
  | "boxCox"
  | "difference"
  | "seasonalDifference"
  | "pipeline";

const SCALERS: Readonly<Record<ScalerName, Entry>> = {
  standard: { make: standardScaler as Entry["make"], restore: linearFromState },
  minMax: { make: minMaxScaler, restore: linearFromState },
  robust: { make: robustScaler as Entry["make"], restore: linearFromState },
  log: { make: logScaler, restore: logFromState },
  boxCox: { make: boxCoxScaler, restore: boxCoxFromState },
  difference: { make: differenceScaler, restore: differencesFromState },
  seasonalDifference: {
    make: (options) => seasonalDifferenceScaler(options as unknown as SeasonalDifferenceOptions),
    restore: differencesFromState,
  },
  pipeline: {
    make: ({ scalers, ...others }) => {
      checkOptionNames("pipeline scaler", others, []);
      return scalerPipeline(listOf(scalers, "scalers").map((one) => scalerOf(one as ScalerConfig)));
    },
    restore: ({ scalers }) =>
      fittedPipeline(listOf(scalers, "scalers").map((one) => fittedScaler(one as ScalerState))),
  },
};

export const scalerNames = Object.keys(SCALERS) as readonly ScalerName[];

/**
 * A scaler by its name and options: `scalerOf("standard")`, `scalerOf({ name: "minMax", range: [-1, 1] })`, a pipeline as the list of its
 * scalers.
 *
 * @throws RecurraError `unknown-name`, and what is wrong with the options
 */
export function scalerOf(choice: ScalerName | ScalerConfig | readonly (ScalerName | ScalerConfig)[]): Scaler {
  if (Array.isArray(choice)) return scalerPipeline(choice.map((one) => scalerOf(one)));
  const config = typeof choice === "string" ? { name: choice } : (choice as ScalerConfig);
  const { name, ...options } = config ?? {};
  return entryOf(name).make(options);
}

/** A fitted scaler from its state. @throws RecurraError `unknown-name`, `scaler-state` */
export function fittedScaler(state: ScalerState): FittedScaler {
  return entryOf(state?.name).restore(state);
}

function entryOf(name: unknown): Entry {
  const known = scalerNames.find((one) => one === name);
  if (known !== undefined) return SCALERS[known];
  const near = typeof name === "string" ? suggestion(name, scalerNames) : "";
  throw new RecurraError(
    "unknown-name",
    `There is no scaler ${describe(name)}. ${near}There are ${scalerNames.join(", ")}.`,
  );
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new RecurraError("option-value", `pipeline scaler: ${what} is ${describe(value)}; wanted a list`);
}
