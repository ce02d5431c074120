// Optimisers: chosen by name, by config, or made with options.

import { namedConfig, type OptionNames } from "../choice.ts";
import { type AdamConfig, adam, adamw } from "./adam.ts";
import { commonOptions, type Optimizer } from "./optimizer.ts";
import { type RmspropConfig, rmsprop } from "./rmsprop.ts";
import { type SgdConfig, sgd } from "./sgd.ts";

export type { AdamConfig, RmspropConfig, SgdConfig };
export type { NormLimit, Optimizer } from "./optimizer.ts";

/** The optimisers there are, for `compile({ optimizer: optimizers.adam({ learningRate: 1e-4 }) })`. */
export const optimizers = { sgd, rmsprop, adam, adamw };

export type OptimizerName = keyof typeof optimizers;

/** An optimiser with its options, as a saved model holds it. */
export type OptimizerConfig =
  | ({ readonly name: "sgd" } & SgdConfig)
  | ({ readonly name: "rmsprop" } & RmspropConfig)
  | ({ readonly name: "adam" | "adamw" } & AdamConfig);

/** What `compile` takes for an optimiser. */
export type OptimizerChoice = OptimizerName | OptimizerConfig | Optimizer;

const adamOptions = [...commonOptions, "beta1", "beta2", "epsilon", "amsgrad"];
const optionNames = {
  sgd: [...commonOptions, "momentum", "nesterov"],
  rmsprop: [...commonOptions, "rho", "momentum", "epsilon", "centered"],
  adam: adamOptions,
  adamw: adamOptions,
} as const satisfies OptionNames & Record<OptimizerName, readonly string[]>;

/**
 * The optimiser that a choice stands for.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`, `option-conflict`
 */
export function optimizer(choice: OptimizerChoice): Optimizer {
  if (typeof choice === "object" && "update" in choice) return choice;
  const { name, ...options } = namedConfig("optimizer", choice, optionNames) as OptimizerConfig;
  return optimizers[name](options);
}
