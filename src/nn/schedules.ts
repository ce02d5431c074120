// Learning rates: a number, a schedule chosen by name, or a function of the step.

import { RecurraError } from "../platform/error.ts";
import { checkedConfig, checkedNumber, describe } from "./choice.ts";
import {
  type CosineDecayOptions,
  type CosineDecayRestartsOptions,
  cosineDecay,
  cosineDecayRestarts,
  type OneCycleOptions,
  oneCycle,
} from "./schedules/cosine.ts";
import {
  type DecayOptions,
  exponentialDecay,
  inverseTimeDecay,
  type PiecewiseConstantDecayOptions,
  type PolynomialDecayOptions,
  piecewiseConstantDecay,
  polynomialDecay,
} from "./schedules/decay.ts";
import type { Schedule, ScheduleRule } from "./schedules/rule.ts";
import { type NoamOptions, noam, type WarmupOptions, warmup } from "./schedules/warmup.ts";

export type { Schedule };

interface WarmupConfig extends WarmupOptions {
  /** What comes after the warm-up, whose steps it does not count: a number, a schedule, or a function of the step. */
  readonly schedule: LearningRate;
}

/** The options of each schedule. */
interface ScheduleOptions {
  readonly exponentialDecay: DecayOptions;
  readonly inverseTimeDecay: DecayOptions;
  readonly polynomialDecay: PolynomialDecayOptions;
  readonly piecewiseConstantDecay: PiecewiseConstantDecayOptions;
  readonly cosineDecay: CosineDecayOptions;
  readonly cosineDecayRestarts: CosineDecayRestartsOptions;
  readonly oneCycle: OneCycleOptions;
  readonly warmup: WarmupConfig;
  readonly noam: NoamOptions;
}

/** The schedules there are. */
export type ScheduleName = keyof ScheduleOptions;

/** A schedule with its options, as a saved model holds it: plain JSON. */
export type ScheduleConfig = {
  [Name in ScheduleName]: { readonly name: Name } & ScheduleOptions[Name];
}[ScheduleName];

/**
 * What an optimiser takes for its learning rate. A saved model keeps numbers and schedules; a function is code, which cannot be written
 * down.
 */
export type LearningRate = number | ScheduleConfig | Schedule;

const rules: { readonly [Name in ScheduleName]: ScheduleRule<ScheduleOptions[Name]> } = {
  exponentialDecay,
  inverseTimeDecay,
  polynomialDecay,
  piecewiseConstantDecay,
  cosineDecay,
  cosineDecayRestarts,
  oneCycle,
  warmup,
  noam,
};

const optionNames = Object.fromEntries(Object.entries(rules).map(([name, { options }]) => [name, options]));

/**
 * The function of the step, counted from 0, that a learning rate stands for.
 *
 * @param what names it in messages. Default "learningRate"
 * @throws RecurraError `option-value`, `unknown-name`, `unknown-option`, `option-conflict`
 */
export function schedule(rate: LearningRate, what = "learningRate"): Schedule {
  if (typeof rate === "function") return rate;
  if (typeof rate === "number" || rate === null || typeof rate !== "object") {
    checkedNumber(what, rate, isRate, "a number from 0 up, a schedule or a function");
    return () => rate;
  }
  const config = checkedConfig("schedule", rate, optionNames) as ScheduleConfig;
  const { make } = rules[config.name] as ScheduleRule<ScheduleConfig>;
  const place = `schedule ${config.name}`;
  return make(config, place, (inner) => schedule(inner as LearningRate, `${place}: schedule`));
}

const isRate = (value: number): boolean => value >= 0 && value < Infinity;

/** Schedules of configs, which do not change. */
const resolved = new WeakMap<object, Schedule>();

/**
 * The learning rate of a step, counted from 0.
 *
 * @throws RecurraError `option-value` where a schedule gives anything but a number from 0 up, and as {@link schedule}
 */
export function learningRateAt(rate: LearningRate, step: number): number {
  let rateOf = typeof rate === "object" ? resolved.get(rate) : undefined;
  if (rateOf === undefined) {
    rateOf = schedule(rate, "learning rate");
    if (typeof rate === "object") resolved.set(rate, rateOf);
  }
  const value = rateOf(step);
  if (typeof value === "number" && isRate(value)) return value;
  throw new RecurraError(
    "option-value",
    `learning rate: wants a number from 0 up, got ${describe(value)} from the schedule at step ${step}`,
  );
}

const named =
  <Name extends ScheduleName>(name: Name) =>
  (options: ScheduleOptions[Name]): { readonly name: Name } & ScheduleOptions[Name] => ({ name, ...options });

/**
 * Schedules, for `optimizers.adam({ learningRate: schedules.cosineDecay({ initialLearningRate: 1e-3, decaySteps: 10_000 }) })`. Each gives
 * its config, which is checked when an optimiser is made of it. Steps are updates of the weights, counted from 0 over all epochs.
 */
export const schedules = {
  exponentialDecay: named("exponentialDecay"),
  inverseTimeDecay: named("inverseTimeDecay"),
  polynomialDecay: named("polynomialDecay"),
  piecewiseConstantDecay: named("piecewiseConstantDecay"),
  cosineDecay: named("cosineDecay"),
  cosineDecayRestarts: named("cosineDecayRestarts"),
  oneCycle: named("oneCycle"),
  warmup: named("warmup"),
  noam: named("noam"),
} satisfies { readonly [Name in ScheduleName]: (options: ScheduleOptions[Name]) => ScheduleConfig };
