// Optimisers: chosen by name, by config, or made with options.

import { configOf } from "../choice.ts";
import { type AdamConfig, adam, adamw } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { type RmspropConfig, rmsprop } from "./rmsprop.ts";
import { type SgdConfig, sgd } from "./sgd.ts";

export type { NormLimit, Optimizer } from "./optimizer.ts";
export type { AdamConfig, RmspropConfig, SgdConfig };

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

/**
 * The optimiser that a choice stands for.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`, `option-conflict`
 */
export function optimizer(choice: OptimizerChoice): Optimizer {
  if (typeof choice === "object" && choice !== null && "update" in choice) return choice;
  const { name, ...options } = configOf("optimizer", choice, Object.keys(optimizers)) as OptimizerConfig;
  return optimizers[name](options);
}
