// What a decomposition gives: trend, season and what is left.

import { RecurraError } from "../../platform/error.ts";

/** Whether the parts of a series are added or multiplied. */
export type Composition = "additive" | "multiplicative";

/** The parts of a series; together, added or multiplied, they are its values. */
export interface Decomposition {
  readonly composition: Composition;
  /** [T] NaN where there is none. */
  readonly trend: Float64Array;
  /** [T] All seasons together. */
  readonly seasonal: Float64Array;
  /** [T] NaN where there is none. */
  readonly remainder: Float64Array;
}

/**
 * Checks what every decomposition wants: finite values, a whole season from 2 up, at least two of them.
 *
 * @throws RecurraError `option-value`, `too-short`, `not-finite`
 */
export function checkDecomposable(what: string, values: Float64Array, season: number): void {
  if (!Number.isInteger(season) || season < 2) {
    throw new RecurraError(
      "option-value",
      `${what}: the season is to be a whole number of steps from 2 up, got ${season}`,
    );
  }
  if (values.length < 2 * season) {
    throw new RecurraError(
      "too-short",
      `${what}: there are ${values.length} values; wanted at least ${2 * season}, two seasons of ${season}`,
    );
  }
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    throw new RecurraError(
      "not-finite",
      `${what}: value ${odd + 1} of ${values.length} is ${values[odd]}; wanted finite numbers, fill what is missing before`,
    );
  }
}
