// Optimisers: chosen by name, by config, or made with options.

import { RecurraError } from "../../platform/error.ts";
import { configOf, describe } from "../choice.ts";
import { type AdadeltaConfig, adadelta } from "./adadelta.ts";
import { type AdagradConfig, adagrad } from "./adagrad.ts";
import { type AdamConfig, adam, adamw } from "./adam.ts";
import { type AdamaxConfig, adamax } from "./adamax.ts";
import { type LionConfig, lion } from "./lion.ts";
import { type NadamConfig, nadam } from "./nadam.ts";
import type { CommonConfig, Optimizer } from "./optimizer.ts";
import { type RmspropConfig, rmsprop } from "./rmsprop.ts";
import { type SgdConfig, sgd } from "./sgd.ts";

export { averageSlot } from "./average.ts";
export {
  gradualUnfreezing,
  type LayerNames,
  layerwiseDecay,
  type ParameterGroup,
  type WeightPattern,
} from "./groups.ts";
export type { NormLimit, Optimizer } from "./optimizer.ts";
export type {
  AdadeltaConfig,
  AdagradConfig,
  AdamaxConfig,
  AdamConfig,
  LionConfig,
  NadamConfig,
  RmspropConfig,
  SgdConfig,
};

/** The maker, which checks before all else that it is given options. */
function checked<Config extends CommonConfig>(name: string, make: (config?: Config) => Optimizer) {
  return (config?: Config): Optimizer => {
    if (config === undefined || (typeof config === "object" && config !== null)) return make(config);
    throw new RecurraError(
      "option-value",
      `optimizer ${name}: options are to be an object, got ${describe(config)}`,
    );
  };
}

/** The optimisers there are, for `compile({ optimizer: optimizers.adam({ learningRate: 1e-4 }) })`. */
export const optimizers = {
  sgd: checked("sgd", sgd),
  rmsprop: checked("rmsprop", rmsprop),
  adam: checked("adam", adam),
  adamw: checked("adamw", adamw),
  adagrad: checked("adagrad", adagrad),
  adadelta: checked("adadelta", adadelta),
  adamax: checked("adamax", adamax),
  nadam: checked("nadam", nadam),
  lion: checked("lion", lion),
};

export type OptimizerName = keyof typeof optimizers;

/** An optimiser with its options, as a saved model holds it. */
export type OptimizerConfig =
  | ({ readonly name: "sgd" } & SgdConfig)
  | ({ readonly name: "rmsprop" } & RmspropConfig)
  | ({ readonly name: "adam" | "adamw" } & AdamConfig)
  | ({ readonly name: "adagrad" } & AdagradConfig)
  | ({ readonly name: "adadelta" } & AdadeltaConfig)
  | ({ readonly name: "adamax" } & AdamaxConfig)
  | ({ readonly name: "nadam" } & NadamConfig)
  | ({ readonly name: "lion" } & LionConfig);

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
