// What targets and predictions for classes look like, and options that ask for classes.

import { notEqual } from "../../graph/ops/arithmetic.ts";
import { formatType, type Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { type IgnoreClass, labelsOf } from "../losses/crossentropy.ts";

/** Whether predictions are one number for each sample or step: [B], or [..., 1]. */
export function hasOneOutput(yPred: Tensor): boolean {
  return yPred.rank < 2 || yPred.shape.at(-1) === 1;
}

/** Whether targets for classes are labels, and not distributions: they have an axis less, or a last one of length 1. */
export function holdsLabels(yTrue: Tensor, yPred: Tensor): boolean {
  return yTrue.rank < yPred.rank || (yTrue.shape.at(-1) === 1 && yPred.shape.at(-1) !== 1);
}

/** Which labels count, where one is left out. */
export function countedLabels({
  ignoreClass,
}: IgnoreClass): ((yTrue: Tensor, yPred: Tensor) => Tensor) | undefined {
  if (ignoreClass === undefined) return undefined;
  return (yTrue, yPred) => notEqual(labelsOf(yTrue, yPred), ignoreClass);
}

/**
 * Fails for options that ask for classes which the predictions do not have.
 *
 * @throws RecurraError `metric-shape`
 */
export function checkClasses(
  name: string,
  { classId, average }: { readonly classId?: number; readonly average?: string },
  yPred: Tensor,
): void {
  const what = `metric ${name}: ${classId === undefined ? "average" : `classId ${classId}`}`;
  const predictions = `the predictions ${formatType(yPred)}`;
  if (hasOneOutput(yPred) && (classId !== undefined || average !== undefined)) {
    throw new RecurraError("metric-shape", `${what} is for several classes, ${predictions} have one output`);
  }
  const classes = yPred.shape.at(-1) ?? 1;
  if (classId !== undefined && classId >= classes) {
    throw new RecurraError("metric-shape", `${what} is none of the ${classes} classes of ${predictions}`);
  }
}

/**
 * Fails where all of some options are given, which exclude each other.
 *
 * @throws RecurraError `option-conflict`
 */
export function checkConflict(name: string, options: Readonly<Record<string, unknown>>): void {
  if (Object.values(options).some((value) => value === undefined)) return;
  const given = Object.entries(options).map(([option, value]) => `${option} ${JSON.stringify(value)}`);
  throw new RecurraError("option-conflict", `metric ${name}: ${given.join(" and ")} exclude each other`);
}
