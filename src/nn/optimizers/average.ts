// The moving average of the weights, which an optimiser keeps as one more slot where it is asked to.

import { add, greater, mul, select, sub } from "../../graph/ops/arithmetic.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { checkedNumber } from "../choice.ts";
import { checkCounts, checkFlags } from "../option-checks.ts";

/** Options of the average. */
export interface AverageOptions {
  /** Keep an exponential moving average of the weights. Default false. */
  readonly useEma?: boolean;
  /** Weight of the past in the average, from 0 to 1. Default 0.99. */
  readonly emaMomentum?: number;
  /** After how many steps the weights are set to their average, again and again. Default: never. */
  readonly emaOverwriteFrequency?: number;
}

/** The slot that holds the average. Before the first step it is 0. */
export const averageSlot = "average";

/** What the average adds to an optimiser. */
export interface Averaging {
  readonly slots: readonly string[];
  readonly scalars: readonly string[];
  /** `step` counts from 1. */
  hyperparameters(step: number): Readonly<Record<string, number>>;
  /** Puts the average to the new values of a step. */
  update(
    updated: Readonly<Record<string, Tensor>>,
    values: Readonly<Record<string, Tensor>>,
  ): Readonly<Record<string, Tensor>>;
}

/**
 * The average a of the weights w, with momentum μ, after each step:
 *
 *     a ← w                        after the first
 *     a ← a + (1 - μ)·(w - a)      then
 *     w ← a                        every `emaOverwriteFrequency` steps
 *
 * Source: Polyak & Juditsky, 1992; Keras' `use_ema`.
 *
 * @throws RecurraError `option-value`, `option-conflict`
 */
export function averaging(what: string, options: AverageOptions): Averaging {
  const { useEma = false, emaMomentum = 0.99, emaOverwriteFrequency } = options;
  checkFlags(what, { useEma });
  checkedNumber(`${what}: emaMomentum`, emaMomentum, (x) => x >= 0 && x <= 1, "a number from 0 to 1");
  if (emaOverwriteFrequency !== undefined) checkCounts(what, { emaOverwriteFrequency });
  const option = (["emaMomentum", "emaOverwriteFrequency"] as const).find(
    (name) => options[name] !== undefined,
  );
  // An average that is switched off by `useEma: false` may keep its options.
  if (option !== undefined && options.useEma === undefined) {
    throw new RecurraError("option-conflict", `${what}: ${option} is given without useEma: true`);
  }
  if (!useEma) {
    return { slots: [], scalars: [], hyperparameters: () => ({}), update: (updated) => updated };
  }
  const overwrites = emaOverwriteFrequency !== undefined;
  return {
    slots: [averageSlot],
    scalars: ["averageRate", ...(overwrites ? ["overwrite"] : [])],
    hyperparameters: (step) => ({
      averageRate: step === 1 ? 1 : 1 - emaMomentum,
      ...(overwrites ? { overwrite: step % emaOverwriteFrequency === 0 ? 1 : 0 } : {}),
    }),
    update(updated, { average, averageRate, overwrite }) {
      const { parameter } = updated;
      if (parameter === undefined || average === undefined || averageRate === undefined) {
        throw new RecurraError("optimizer-values", `${what}: wants "${averageSlot}" and "averageRate"`);
      }
      const next = add(average, mul(sub(parameter, average), averageRate));
      return {
        ...updated,
        parameter: overwrite === undefined ? parameter : select(greater(overwrite, 0), next, parameter),
        [averageSlot]: next,
      };
    },
  };
}
