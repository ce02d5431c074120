// The options of a layer that belong to one of its weights: where it starts, the penalty on it, what it is held to.

import { type Constraint, constraint } from "./constraints.ts";
import { initializerKind, type OptionKind, type OptionKinds } from "./layer-options.ts";
import { type Regularizer, regularizer } from "./regularizers.ts";
import type { WeightOptions } from "./weight.ts";

/** What a weight is held to beside the loss: for "kernel", the options `kernelRegularizer` and `kernelConstraint`. */
export type WeightRules<Name extends string> = {
  /** The penalty on it that is added to the loss. Default: none. */
  readonly [Option in `${Name}Regularizer`]?: Regularizer;
} & {
  /** What its values are put back to after each step. Default: nothing. */
  readonly [Option in `${Name}Constraint`]?: Constraint;
};

/** A regulariser, by name, by config or as a function. */
export const regularizerKind: OptionKind = (value) => {
  regularizer(value as Regularizer);
  return undefined;
};

/** A constraint, by name, by config or as a function. */
export const constraintKind: OptionKind = (value) => {
  constraint(value as Constraint);
  return undefined;
};

/** The kinds of all options of some weights: for "kernel" `kernelInitializer`, `kernelRegularizer`, `kernelConstraint`. */
export function weightKinds(...names: readonly string[]): OptionKinds {
  return Object.fromEntries(
    names.flatMap((name) => [
      [`${name}Initializer`, initializerKind],
      [`${name}Regularizer`, regularizerKind],
      [`${name}Constraint`, constraintKind],
    ]),
  );
}

/** What `addWeight` is told of the weight that the options of this name are for. */
export function weightRules<Name extends string>(config: WeightRules<Name>, name: Name): WeightOptions {
  const options = config as Readonly<Record<string, unknown>>;
  const penalty = options[`${name}Regularizer`] as Regularizer | undefined;
  const held = options[`${name}Constraint`] as Constraint | undefined;
  return {
    penalty: penalty === undefined ? undefined : regularizer(penalty),
    constrain: held === undefined ? undefined : constraint(held),
  };
}
