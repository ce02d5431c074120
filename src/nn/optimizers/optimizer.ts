// What an optimiser is: an update written once as elementwise tensor code, and the numbers that change from step to step.

import { clip, mul, sub } from "../../graph/ops/arithmetic.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { checkedNumber, checkOptionNames, describe } from "../choice.ts";
import type { LearningRate } from "../schedules.ts";

/** Options that every optimiser takes. At most one of `clipnorm`, `globalClipnorm` and `clipvalue` is given. */
export interface CommonConfig {
  /** A number, or a function of the step (counted from 0). */
  readonly learningRate?: LearningRate;
  /** The gradient of each weight is scaled down to this norm where it is larger. */
  readonly clipnorm?: number;
  /** All gradients together are scaled down to this norm where it is larger. */
  readonly globalClipnorm?: number;
  /** Each element of a gradient is held within [-clipvalue, clipvalue]. */
  readonly clipvalue?: number;
  /** Before each step a weight w loses learningRate·weightDecay·w. */
  readonly weightDecay?: number;
}

/** The norm that gradients are held to: that of each weight's gradient, or that of all together. */
export interface NormLimit {
  readonly scope: "each" | "all";
  readonly limit: number;
}

/**
 * An optimiser. It holds no state: the slots, the step and the learning rate are the trainer's.
 *
 * A step: `hyperparameters` for the scalars; where `normLimit` is set, "gradientScale" = limit / max(norm, limit); then `update` on every
 * element of every weight, compiled to a kernel or into a graph.
 */
export interface Optimizer {
  /** Its name, as a saved model holds it. */
  readonly name: string;
  /** The options that it was made with. */
  readonly config: CommonConfig;
  readonly learningRate: LearningRate;
  /** Arrays of the size of a weight that live on from step to step; they start at 0. */
  readonly slots: readonly string[];
  /** Numbers that `update` takes: those of `hyperparameters`, and "gradientScale" where `normLimit` is set. */
  readonly scalars: readonly string[];
  readonly normLimit: NormLimit | undefined;
  /** The scalars of a step, computed in float64. `step` counts from 1. "decay" may be set to 0 for weights that are not to decay. */
  hyperparameters(step: number, learningRate: number): Readonly<Record<string, number>>;
  /** New values of "parameter" and of the slots, from those, "gradient" and the scalars. */
  update(values: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>>;
}

/** What tells one optimiser from another: the update without clipping and weight decay. */
export interface UpdateRule<Slot extends string, Scalar extends string> {
  readonly slots: readonly Slot[];
  readonly scalars: readonly Scalar[];
  hyperparameters(step: number, learningRate: number): Readonly<Record<Scalar, number>>;
  update(
    values: Readonly<Record<"parameter" | "gradient" | Slot | Scalar, Tensor>>,
  ): Readonly<Partial<Record<"parameter" | Slot, Tensor>>>;
}

/** Options that every optimiser takes, for messages and checks. */
const commonOptions = ["learningRate", "clipnorm", "globalClipnorm", "clipvalue", "weightDecay"] as const;

/**
 * Makes an optimiser of an update rule: adds clipping, then weight decay, where they are asked for. What is not asked for is not in the
 * tensor code.
 *
 * @throws RecurraError `unknown-option`, `option-value`, `option-conflict`
 */
export function defineOptimizer<Slot extends string, Scalar extends string>(
  name: string,
  config: CommonConfig,
  {
    learningRate,
    options,
    rule,
  }: {
    readonly learningRate: number;
    /** Options beside the common ones. */
    readonly options: readonly string[];
    readonly rule: UpdateRule<Slot, Scalar>;
  },
): Optimizer {
  const rate = config.learningRate ?? learningRate;
  const { clipvalue, weightDecay } = config;
  const what = `optimizer ${name}`;
  checkOptionNames(what, config, [...commonOptions, ...options]);
  if (typeof rate !== "function")
    checkedNumber(`${what}: learningRate`, rate, atLeast0, "a number from 0 up or a function");
  for (const option of ["clipnorm", "globalClipnorm", "clipvalue"] as const) {
    if (config[option] !== undefined) positive(what, option, config[option]);
  }
  if (weightDecay !== undefined)
    checkedNumber(`${what}: weightDecay`, weightDecay, atLeast0, "a number from 0 up");
  const normLimit = normLimitOf(what, config);
  const decays = weightDecay !== undefined && weightDecay > 0;
  return {
    name,
    config,
    learningRate: rate,
    slots: rule.slots,
    scalars: [
      ...rule.scalars,
      ...(normLimit === undefined ? [] : ["gradientScale"]),
      ...(decays ? ["decay"] : []),
    ],
    normLimit,
    hyperparameters(step, current) {
      const values = rule.hyperparameters(step, current);
      return decays ? { ...values, decay: current * weightDecay } : values;
    },
    update(values) {
      const { parameter, gradient, gradientScale, decay } = values;
      if (parameter === undefined || gradient === undefined) {
        throw new RecurraError(
          "optimizer-values",
          `${what}: wants "parameter" and "gradient", got ${Object.keys(values).join(", ")}`,
        );
      }
      const clipped = clipvalue === undefined ? gradient : clip(gradient, -clipvalue, clipvalue);
      const scaled = gradientScale === undefined ? clipped : mul(clipped, gradientScale);
      // Not w·(1 - decay): in float32 the factor would keep few digits of the decay.
      const decayed = decay === undefined ? parameter : sub(parameter, mul(parameter, decay));
      const given = { ...values, parameter: decayed, gradient: scaled };
      return rule.update(
        given as Readonly<Record<"parameter" | "gradient" | Slot | Scalar, Tensor>>,
      ) as Readonly<Record<string, Tensor>>;
    },
  };
}

function normLimitOf(
  what: string,
  { clipnorm, globalClipnorm, clipvalue }: CommonConfig,
): NormLimit | undefined {
  const given = Object.entries({ clipnorm, globalClipnorm, clipvalue }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length > 1) {
    const options = given.map(([option, value]) => `${option} ${describe(value)}`).join(" and ");
    throw new RecurraError(
      "option-conflict",
      `${what}: takes one of clipnorm, globalClipnorm and clipvalue, got ${options}`,
    );
  }
  if (clipnorm !== undefined) return { scope: "each", limit: clipnorm };
  return globalClipnorm === undefined ? undefined : { scope: "all", limit: globalClipnorm };
}

const atLeast0 = (value: number): boolean => value >= 0 && value < Infinity;

/** Checks an option that is a positive number. */
export function positive(what: string, option: string, value: unknown): number {
  return checkedNumber(`${what}: ${option}`, value, (x) => x > 0 && x < Infinity, "a positive number");
}

/** Checks an option that is the weight of the past in a running mean. */
export function decayRate(what: string, option: string, value: unknown): number {
  return checkedNumber(`${what}: ${option}`, value, (x) => x >= 0 && x < 1, "a number in [0, 1)");
}
