// Inputs whose number of time steps is left open: `null` at the head of their shape, where Keras has None.

import { RecurraError } from "../platform/error.ts";
import type { Shape } from "../tensor/shape.ts";

/** Shape of one sample, without the batch axis. A `null` at its head leaves the number of steps open: it may differ from batch to batch. */
export type InputShape = readonly (number | null)[];

/**
 * Numbers of steps that stand for an open one while a model is put together; each batch is then computed with its own. A layer may find
 * one of them too short (a wide kernel) or too long (a table of positions): it is enough that two pass. Those are far apart, so that what
 * depends on the number of steps shows in the shapes, also after strides.
 */
export const standIns: readonly number[] = [24, 49, 6, 13, 2, 3, 512, 1025];

/** Whether the number of steps is open. */
export function isOpen(shape: InputShape): boolean {
  return shape.includes(null);
}

/** The shape with a number of steps in place of the open one. */
export function withSteps(shape: InputShape, steps: number): Shape {
  return shape.map((dimension) => dimension ?? steps);
}

/** Whether a shape is one of those that an input takes. */
export function fitsShape(given: Shape, wanted: InputShape): boolean {
  return (
    given.length === wanted.length &&
    wanted.every((dimension, axis) => dimension === null || dimension === given[axis])
  );
}

/** What shapes have in common: `null` where they differ. */
export function commonShape([first = [], ...others]: readonly InputShape[]): InputShape {
  return first.map((dimension, axis) =>
    others.every((other) => other[axis] === dimension) ? dimension : null,
  );
}

/** A shape as messages and summaries show it: `30, 4`, `steps, 4`. */
export function formatDimensions(shape: InputShape): string {
  return shape.map((dimension) => dimension ?? "steps").join(", ");
}

/**
 * What `trace` gives for each number of steps that it takes.
 *
 * @throws what `trace` throws, where it takes none of them; RecurraError `open-length` where it takes only one
 */
export function traceSteps<T>(
  candidates: readonly number[],
  trace: (steps: number) => T,
): ReadonlyMap<number, T> {
  const traced = new Map<number, T>();
  let failure: RecurraError | undefined;
  for (const steps of candidates) {
    try {
      traced.set(steps, trace(steps));
    } catch (error) {
      if (!(error instanceof RecurraError)) throw error;
      failure ??= error;
    }
  }
  if (traced.size >= 2) return traced;
  if (failure === undefined)
    throw new RecurraError(
      "open-length",
      "there is no number of steps that all inputs of this model could have",
    );
  if (traced.size === 0) {
    const stood = `${candidates[0]} steps stand here for the open number of them`;
    throw new RecurraError(failure.code, `${failure.message} (${stood})`, { cause: failure });
  }
  throw new RecurraError(
    "open-length",
    `an input leaves its number of steps open (null), and a layer depends on it: ${failure.message}. ` +
      "Give the number in the input's shape, or pool over the steps before that layer",
    { cause: failure },
  );
}
