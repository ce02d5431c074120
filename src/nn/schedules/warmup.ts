// Learning rates that rise in a straight line first.

import { checkCounts, checkNotNegative, checkPositive } from "../option-checks.ts";
import type { ScheduleRule } from "./rule.ts";

/** Options of "warmup", of which `schedule` is a learning rate as optimisers take it. */
export interface WarmupOptions {
  readonly warmupSteps: number;
  /** What comes after the warm-up, whose steps it does not count: a number, a schedule, or a function of the step. */
  readonly schedule: unknown;
  /** The rate of the first step. Default 0, with which the first step changes nothing. */
  readonly initialLearningRate?: number;
}

/** In a straight line from the initial rate to the first of `schedule`, then on with that. Source: Goyal et al., 2017, section 2.2. */
export const warmup: ScheduleRule<WarmupOptions> = {
  options: ["warmupSteps", "schedule", "initialLearningRate"],
  make({ warmupSteps, schedule, initialLearningRate = 0 }, what, resolve) {
    checkPositive(what, { warmupSteps });
    checkNotNegative(what, { initialLearningRate });
    const rateAfter = resolve(schedule);
    return (step) =>
      step < warmupSteps
        ? initialLearningRate + (rateAfter(0) - initialLearningRate) * (step / warmupSteps)
        : rateAfter(step - warmupSteps);
  },
};

/** Options of "noam". */
export interface NoamOptions {
  /** The width of the model: features of a step between its layers. */
  readonly modelSize: number;
  /** Default 4,000. */
  readonly warmupSteps?: number;
  /** Default 1. */
  readonly factor?: number;
}

/**
 * The inverse square root of the step, after a rise: f·d^(-½)·min(s^(-½), s·w^(-1½)), s being the step counted from 1. The highest rate,
 * f / √(d·w), is that of step s = w.
 *
 * Source: Vaswani et al., "Attention Is All You Need", 2017, section 5.3.
 */
export const noam: ScheduleRule<NoamOptions> = {
  options: ["modelSize", "warmupSteps", "factor"],
  make({ modelSize, warmupSteps = 4000, factor = 1 }, what) {
    checkCounts(what, { modelSize });
    checkPositive(what, { warmupSteps, factor });
    return (step) =>
      (factor / Math.sqrt(modelSize)) * Math.min((step + 1) ** -0.5, (step + 1) * warmupSteps ** -1.5);
  },
};
