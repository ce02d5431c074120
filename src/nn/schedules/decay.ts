// Learning rates that fall by a power, in inverse time, along a polynomial, or in stairs. Formulas and defaults are Keras'.

import { RecurraError } from "../../platform/error.ts";
import { describe } from "../choice.ts";
import { checkFlags, checkNotNegative, checkPositive } from "../option-checks.ts";
import type { ScheduleRule } from "./rule.ts";

/** Options of "exponentialDecay" and "inverseTimeDecay". */
export interface DecayOptions {
  readonly initialLearningRate: number;
  /** The steps in which the rate falls once by `decayRate`. */
  readonly decaySteps: number;
  readonly decayRate: number;
  /** Fall at whole multiples of `decaySteps` only. Default false. */
  readonly staircase?: boolean;
}

const decayOptions = ["initialLearningRate", "decaySteps", "decayRate", "staircase"] as const;

/** How often the rate has fallen, after checks. */
function timesOf(
  { initialLearningRate, decaySteps, decayRate, staircase = false }: DecayOptions,
  what: string,
) {
  checkNotNegative(what, { initialLearningRate, decayRate });
  checkPositive(what, { decaySteps });
  checkFlags(what, { staircase });
  return (step: number) => (staircase ? Math.floor(step / decaySteps) : step / decaySteps);
}

/** α₀·r^(step/s); a `decayRate` r above 1 makes the rate grow. Source: Keras' ExponentialDecay. */
export const exponentialDecay: ScheduleRule<DecayOptions> = {
  options: decayOptions,
  make(options, what) {
    const times = timesOf(options, what);
    return (step) => options.initialLearningRate * options.decayRate ** times(step);
  },
};

/** α₀ / (1 + r·step/s). Source: Keras' InverseTimeDecay. */
export const inverseTimeDecay: ScheduleRule<DecayOptions> = {
  options: decayOptions,
  make(options, what) {
    const times = timesOf(options, what);
    return (step) => options.initialLearningRate / (1 + options.decayRate * times(step));
  },
};

/** Options of "polynomialDecay". */
export interface PolynomialDecayOptions {
  readonly initialLearningRate: number;
  /** The steps until `endLearningRate` is reached. */
  readonly decaySteps: number;
  /** Default 0.0001. */
  readonly endLearningRate?: number;
  /** Default 1: a straight line. */
  readonly power?: number;
  /** Start again at a higher rate whenever the end is reached: `decaySteps` becomes its first multiple that is not below the step. Default false. */
  readonly cycle?: boolean;
}

/** (α₀ - α₁)·(1 - step/s)^p + α₁, and α₁ from step s on. Source: Keras' PolynomialDecay. */
export const polynomialDecay: ScheduleRule<PolynomialDecayOptions> = {
  options: ["initialLearningRate", "decaySteps", "endLearningRate", "power", "cycle"],
  make({ initialLearningRate, decaySteps, endLearningRate = 0.0001, power = 1, cycle = false }, what) {
    checkNotNegative(what, { initialLearningRate, endLearningRate });
    checkPositive(what, { decaySteps, power });
    checkFlags(what, { cycle });
    return (step) => {
      const span = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
      const left = 1 - Math.min(step / span, 1);
      return (initialLearningRate - endLearningRate) * left ** power + endLearningRate;
    };
  },
};

/** Options of "piecewiseConstantDecay". */
export interface PiecewiseConstantDecayOptions {
  /** The last step of each piece but the last; ascending. */
  readonly boundaries: readonly number[];
  /** The rate of each piece: one more than there are boundaries. */
  readonly values: readonly number[];
}

/** values[0] up to and including step boundaries[0], then values[1] up to boundaries[1], …. Source: Keras' PiecewiseConstantDecay. */
export const piecewiseConstantDecay: ScheduleRule<PiecewiseConstantDecayOptions> = {
  options: ["boundaries", "values"],
  make({ boundaries, values }, what) {
    const ascend = (step: unknown, i: number, steps: readonly unknown[]) =>
      Number.isFinite(step) && (i === 0 || Number(step) > Number(steps[i - 1]));
    if (!Array.isArray(boundaries) || boundaries.length === 0 || !boundaries.every(ascend)) {
      throw new RecurraError(
        "option-value",
        `${what}: boundaries is to be a list of ascending steps, got ${describe(boundaries)}`,
      );
    }
    if (!Array.isArray(values) || values.length !== boundaries.length + 1) {
      throw new RecurraError(
        "option-value",
        `${what}: values is to be a list of ${boundaries.length + 1} learning rates, one more than there are boundaries, got ${describe(values)}`,
      );
    }
    checkNotNegative(what, Object.fromEntries(values.map((value, i) => [`values[${i}]`, value])));
    return (step) => {
      const piece = boundaries.findIndex((boundary) => step <= boundary);
      return values.at(piece) ?? Number.NaN; // -1, the last, beyond all boundaries
    };
  },
};
