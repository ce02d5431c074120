// A series and its regressors as likelihoods take them: differenced once for all orders that share d and D, and of the size of 1.

import { fillMissing } from "../../observed/fill.ts";
import { differenced } from "./difference.ts";
import type { ArimaOrder } from "./order.ts";

export type Differences = Pick<ArimaOrder, "d" | "D" | "m">;

/** What the filters run over. */
export interface Prepared {
  readonly differences: Differences;
  /** [N] The differenced values, or, where some are missing, the values as they are; divided by `scale`. */
  readonly values: Float64Array;
  readonly scale: number;
  /** [N] What stands for the constant: ones, a line of slope 1, or what that becomes when it is differenced. */
  readonly constant: Float64Array;
  /** [N] each, the constant not among them. */
  readonly regressors: readonly Float64Array[];
  /** [N] 1 where there is a value; there where values are missing only. */
  readonly observed?: Uint8Array;
}

/** Differences a series without missing values. */
export function prepare(
  values: Float64Array,
  regressors: readonly Float64Array[],
  differences: Differences,
): Prepared {
  const { d, D, m } = differences;
  const result = differenced(values, differences);
  const scale = sizeOf(result);
  return {
    differences,
    values: result.map((value) => value / scale),
    scale,
    constant: new Float64Array(result.length).fill(d === 0 && D === 1 ? m : 1),
    regressors: regressors.map((column) => differenced(column, differences)),
  };
}

/** A series with missing values (NaN) stays as it is, but for its level, which differences take away anyway. */
export function prepareWithGaps(
  values: Float64Array,
  regressors: readonly Float64Array[],
  differences: Differences,
): Prepared {
  const { d, D, m } = differences;
  const scale = sizeOf(differenced(fillMissing(values, "seasonal", m), differences));
  const first = values.find((value) => !Number.isNaN(value)) ?? 0;
  const level = d + D > 0 ? first : 0;
  return {
    differences,
    values: values.map((value) => (Number.isNaN(value) ? 0 : (value - level) / scale)),
    scale,
    constant: values.map((_, t) => (d + D > 0 ? t : 1)),
    regressors: regressors.map((column) => column.map((value) => value - (d + D > 0 ? (column[0] ?? 0) : 0))),
    observed: Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1)),
  };
}

/** The root of the mean square; 1 for zeros. */
function sizeOf(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  if (most === 0) return 1;
  let squares = 0;
  for (const value of values) squares += (value / most) ** 2;
  return most * Math.sqrt(squares / values.length);
}
