// Learning rates that follow a cosine: once, again and again, or up and down in one cycle.

import { RecurraError } from "../../platform/error.ts";
import { checkedNumber, describe } from "../choice.ts";
import { checkFlags, checkNotNegative, checkPositive } from "../option-checks.ts";
import type { ScheduleRule } from "./rule.ts";

/** From 1 at 0 to 0 at 1, along half a cosine. */
const falling = (part: number): number => 0.5 * (1 + Math.cos(Math.PI * part));

/** Options of "cosineDecay". */
export interface CosineDecayOptions {
  readonly initialLearningRate: number;
  /** The steps of the decay, which come after those of the warm-up. */
  readonly decaySteps: number;
  /** The part of the highest rate that is left at the end. Default 0. */
  readonly alpha?: number;
  /** Where a warm-up leads, in a straight line from `initialLearningRate`. Default: no warm-up. */
  readonly warmupTarget?: number;
  /** The steps of the warm-up. */
  readonly warmupSteps?: number;
}

/**
 * α·((1 - a)·½(1 + cos(π·step/s)) + a), and α·a from step s on; with a warm-up, α is its target, and steps are counted from its end.
 *
 * Source: Loshchilov & Hutter, ICLR 2017; Keras' CosineDecay.
 */
export const cosineDecay: ScheduleRule<CosineDecayOptions> = {
  options: ["initialLearningRate", "decaySteps", "alpha", "warmupTarget", "warmupSteps"],
  make({ initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps }, what) {
    checkNotNegative(what, { initialLearningRate, alpha });
    checkPositive(what, { decaySteps });
    const peak = warmupTarget ?? initialLearningRate;
    const decayed = (step: number) => peak * ((1 - alpha) * falling(Math.min(step / decaySteps, 1)) + alpha);
    if (warmupTarget === undefined && warmupSteps === undefined) return decayed;
    if (warmupTarget === undefined || warmupSteps === undefined) {
      throw new RecurraError(
        "option-conflict",
        `${what}: warmupTarget and warmupSteps go together, got warmupTarget ${describe(warmupTarget)} and warmupSteps ${describe(warmupSteps)}`,
      );
    }
    checkNotNegative(what, { warmupTarget });
    checkPositive(what, { warmupSteps });
    return (step) =>
      step < warmupSteps
        ? initialLearningRate + (warmupTarget - initialLearningRate) * (step / warmupSteps)
        : decayed(step - warmupSteps);
  },
};

/** Options of "cosineDecayRestarts". */
export interface CosineDecayRestartsOptions {
  readonly initialLearningRate: number;
  /** The steps of the first period. */
  readonly firstDecaySteps: number;
  /** How much longer each period is than the one before it, from 1 up. Default 2. */
  readonly tMul?: number;
  /** The rate that each period starts from, as a part of that of the one before it. Default 1. */
  readonly mMul?: number;
  /** The part of the initial rate that is left at the end of a period. Default 0. */
  readonly alpha?: number;
}

/**
 * In period i, which starts at step tᵢ and takes s·tMulⁱ steps: α·((1 - a)·mMulⁱ·½(1 + cos(π·(step - tᵢ)/(s·tMulⁱ))) + a).
 *
 * Source: Loshchilov & Hutter, ICLR 2017 (SGDR); Keras' CosineDecayRestarts.
 */
export const cosineDecayRestarts: ScheduleRule<CosineDecayRestartsOptions> = {
  options: ["initialLearningRate", "firstDecaySteps", "tMul", "mMul", "alpha"],
  make({ initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 }, what) {
    checkNotNegative(what, { initialLearningRate, alpha });
    checkPositive(what, { firstDecaySteps, mMul });
    checkedNumber(`${what}: tMul`, tMul, (x) => x >= 1 && x < Infinity, "a number from 1 up");
    /** The period that a step is in, and the part of it that is over. */
    const place = (step: number): readonly [period: number, part: number] => {
      if (tMul === 1) {
        const period = Math.floor(step / firstDecaySteps);
        return [period, step / firstDecaySteps - period];
      }
      // Not by logarithms: at a restart these may round to the period before.
      let [period, start, length] = [0, 0, firstDecaySteps];
      while (step >= start + length) {
        start += length;
        length *= tMul;
        period++;
      }
      return [period, (step - start) / length];
    };
    return (step) => {
      const [period, part] = place(step);
      return initialLearningRate * ((1 - alpha) * mMul ** period * falling(part) + alpha);
    };
  },
};

/** Options of "oneCycle". */
export interface OneCycleOptions {
  readonly maxLearningRate: number;
  /** The steps of the whole training. */
  readonly totalSteps: number;
  /** The part of the steps in which the rate rises, between 0 and 1. Default 0.3. */
  readonly pctStart?: number;
  /** The first rate is maxLearningRate / divFactor. Default 25. */
  readonly divFactor?: number;
  /** The last rate is the first / finalDivFactor. Default 10,000. */
  readonly finalDivFactor?: number;
  /** Fall back to the first rate as fast as it rose, and to the last one after that, as in the paper. Default false: fall to the last at once. */
  readonly threePhase?: boolean;
}

/**
 * Up to the highest rate and down again, along half cosines between (step, rate): (0, first), (p·n - 1, highest), (n - 1, last); in three
 * phases (2p·n - 2, first) comes before the end. The last rate stays from there on.
 *
 * Source: Smith & Topin, "Super-Convergence", 2018; torch's OneCycleLR with cosine annealing.
 */
export const oneCycle: ScheduleRule<OneCycleOptions> = {
  options: ["maxLearningRate", "totalSteps", "pctStart", "divFactor", "finalDivFactor", "threePhase"],
  make(
    { maxLearningRate, totalSteps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4, threePhase = false },
    what,
  ) {
    checkNotNegative(what, { maxLearningRate });
    checkPositive(what, { totalSteps, divFactor, finalDivFactor });
    checkFlags(what, { threePhase });
    const longest = threePhase ? 0.5 : 1;
    checkedNumber(
      `${what}: pctStart`,
      pctStart,
      (part) => part > 0 && part < longest,
      `between 0 and ${longest}`,
    );
    const first = maxLearningRate / divFactor;
    const corners: readonly (readonly [step: number, rate: number])[] = [
      [pctStart * totalSteps - 1, maxLearningRate],
      ...(threePhase ? ([[2 * pctStart * totalSteps - 2, first]] as const) : []),
      [totalSteps - 1, first / finalDivFactor],
    ];
    return (step) => {
      let [from, start] = [0, first];
      for (const [to, end] of corners) {
        if (step <= to && to > from) return end + (start - end) * falling((step - from) / (to - from));
        [from, start] = [to, end];
      }
      return start;
    };
  },
};
