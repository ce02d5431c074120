// Learning rates: a number, or a function of the step.

import { RecurraError } from "../platform/error.ts";
import { describe } from "./choice.ts";

/** The learning rate at a step; the first step is 0. */
export type Schedule = (step: number) => number;

/** What an optimiser takes for its learning rate. */
export type LearningRate = number | Schedule;

/**
 * The learning rate of a step, counted from 0.
 *
 * @throws RecurraError `option-value` where a schedule gives anything but a number from 0 up
 */
export function learningRateAt(rate: LearningRate, step: number): number {
  const value = typeof rate === "number" ? rate : rate(step);
  if (typeof value === "number" && value >= 0 && value < Infinity) return value;
  throw new RecurraError(
    "option-value",
    `learning rate: wants a number from 0 up, got ${describe(value)}${typeof rate === "number" ? "" : ` from the schedule at step ${step}`}`,
  );
}
