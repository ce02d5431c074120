// What an optimiser is: an update written once as elementwise tensor code, and the numbers that change from step to step.

import { clip, mul, sub } from "../../graph/ops/arithmetic.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { checkOptionNames, describe } from "../choice.ts";
import { checkPositive } from "../option-checks.ts";
import { type LearningRate, schedule } from "../schedules.ts";
import { type AverageOptions, averaging } from "./average.ts";
import { type GroupOptions, weightGroups } from "./groups.ts";

/** Options that every optimiser takes. At most one of `clipnorm`, `globalClipnorm` and `clipvalue` is given. */
export interface CommonConfig extends GroupOptions, AverageOptions {
  /** A number, a schedule, or a function of the step (counted from 0). */
  readonly learningRate?: LearningRate;
  /** The gradient of each weight is scaled down to this norm where it is larger. */
  readonly clipnorm?: number;
  /** All gradients together are scaled down to this norm where it is larger. */
  readonly globalClipnorm?: number;
  /** Each element of a gradient is held within [-clipvalue, clipvalue]. */
  readonly clipvalue?: number;
}

/** The norm that gradients are held to: that of each weight's gradient, or that of all together. */
export interface NormLimit {
  readonly scope: "each" | "all";
  readonly limit: number;
}

/** Numbers that are the same for all elements of a group's weights, by name. */
export type Scalars = Readonly<Record<string, number>>;

/**
 * An optimiser. It holds no state: the slots, the step and the learning rate are the trainer's.
 *
 * A step: `hyperparameters` for the scalars of each group; where `normLimit` is set, "gradientScale" = limit / max(norm, limit); then
 * `update` on every element of every weight, compiled to a kernel or into a graph.
 */
export interface Optimizer {
  /** Its name, as a saved model holds it. */
  readonly name: string;
  /** The options that it was made with. */
  readonly config: CommonConfig;
  readonly learningRate: LearningRate;
  /**
   * Arrays of the size of a weight that live on from step to step. With `useEma`, the last is "average": the moving average of the
   * weights, once a step has been taken.
   */
  readonly slots: readonly string[];
  /** What a slot starts at, where that is not 0. */
  readonly slotStarts: Readonly<Record<string, number>>;
  /** Numbers that `update` takes: those of `hyperparameters`, and "gradientScale" where `normLimit` is set. */
  readonly scalars: readonly string[];
  readonly normLimit: NormLimit | undefined;
  /**
   * The group of each weight, for {@link ArenaParameter.group}: "" for those that nothing sets apart. Weights of one group take the same
   * scalars.
   *
   * @param weights names of all weights, as "dense/kernel", of frozen ones too
   * @throws RecurraError `optimizer-group` where one of the optimiser's `groups` has no weight
   */
  groupsOf(weights: readonly string[]): readonly string[];
  /** The scalars of a step for each group, computed in float64. They follow from the arguments alone. `step` counts from 1. */
  hyperparameters(step: number, learningRate: number): Readonly<Record<string, Scalars>>;
  /** New values of "parameter" and of the slots, from those, "gradient" and the scalars. */
  update(values: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>>;
}

/** What tells one optimiser from another: the update without clipping, weight decay and the average of the weights. */
export interface UpdateRule<Slot extends string, Scalar extends string> {
  readonly slots: readonly Slot[];
  /** What a slot starts at. Default 0. */
  readonly slotStarts?: Readonly<Partial<Record<Slot, number>>>;
  readonly scalars: readonly Scalar[];
  /** `step` counts from 1. What it gives may depend on nothing but the arguments, so that a training can be resumed at any step. */
  hyperparameters(step: number, learningRate: number): Readonly<Record<Scalar, number>>;
  update(
    values: Readonly<Record<"parameter" | "gradient" | Slot | Scalar, Tensor>>,
  ): Readonly<Partial<Record<"parameter" | Slot, Tensor>>>;
}

/** Options that every optimiser takes, for checks. */
const commonOptions = [
  "learningRate",
  "clipnorm",
  "globalClipnorm",
  "clipvalue",
  "weightDecay",
  "excludeFromWeightDecay",
  "groups",
  "useEma",
  "emaMomentum",
  "emaOverwriteFrequency",
] as const satisfies readonly (keyof CommonConfig)[];

/**
 * Makes an optimiser of an update rule: adds clipping, then weight decay, then the average of the weights, where they are asked for. What
 * is not asked for is not in the tensor code.
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
  const { clipvalue } = config;
  const what = `optimizer ${name}`;
  checkOptionNames(what, config, [...commonOptions, ...options]);
  schedule(rate, `${what}: learningRate`); // fails for what is none
  for (const option of ["clipnorm", "globalClipnorm", "clipvalue"] as const) {
    if (config[option] !== undefined) checkPositive(what, { [option]: config[option] });
  }
  const normLimit = normLimitOf(what, config);
  const { all: groups, groupsOf } = weightGroups(what, config);
  const decays = groups.some(({ weightDecay }) => weightDecay > 0);
  const average = averaging(what, config);
  return {
    name,
    config,
    learningRate: rate,
    slots: [...rule.slots, ...average.slots],
    slotStarts: (rule.slotStarts ?? {}) as Readonly<Record<string, number>>,
    scalars: [
      ...rule.scalars,
      ...(normLimit === undefined ? [] : ["gradientScale"]),
      ...(decays ? ["decay"] : []),
      ...average.scalars,
    ],
    normLimit,
    groupsOf,
    hyperparameters(step, current) {
      const scalarsOf = (groupRate: number, weightDecay: number): Scalars => ({
        ...rule.hyperparameters(step, groupRate),
        ...(decays ? { decay: groupRate * weightDecay } : {}),
        ...average.hyperparameters(step),
      });
      return Object.fromEntries(
        groups.map((group) => [group.name, scalarsOf(current * group.factor(step - 1), group.weightDecay)]),
      );
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
      const updated = rule.update(
        given as Readonly<Record<"parameter" | "gradient" | Slot | Scalar, Tensor>>,
      );
      return average.update(updated as Readonly<Record<string, Tensor>>, values);
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
