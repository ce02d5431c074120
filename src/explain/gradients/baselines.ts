// Where the way of integrated gradients starts: baselines, for each input of a model.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray, type Nested, ndarray } from "../../tensor/nd-array.ts";
import { formatShape, sameShape } from "../../tensor/shape.ts";
import type { PathStart } from "./path-gradient.ts";

/** A number for all features, a row, or for ids `"zeros"` in place of an embedding's rows. */
export type Baseline = number | "zeros" | NdArray | readonly Nested[];

/** One baseline, or one for each input of a model by its name. */
export type Baselines = Baseline | Readonly<Record<string, Baseline>>;

/** Checked baselines, in the order of the inputs. */
export interface CheckedBaselines {
  /** [1, ...] each */
  readonly arrays: readonly NdArray[];
  readonly starts: readonly PathStart[];
}

/**
 * Baselines for some inputs.
 *
 * @param names of the inputs
 * @throws RecurraError `unknown-option`, `option-value`, `input-shape`
 */
export function baselinesOf(
  what: string,
  baseline: Baselines,
  inputs: readonly NdArray[],
  names: readonly string[],
): CheckedBaselines {
  const isNamed = typeof baseline === "object" && !Array.isArray(baseline) && !(baseline instanceof NdArray);
  if (isNamed) checkOptionNames(`${what}: baseline`, baseline, names);
  const given = inputs.map((_, i) =>
    isNamed
      ? ((baseline as Readonly<Record<string, Baseline>>)[names[i] ?? ""] ?? 0)
      : (baseline as Baseline),
  );
  return {
    arrays: inputs.map((array, i) => baselineRow(`${what}: baseline`, given[i] ?? 0, array)),
    starts: given.map((one) => (one === "zeros" ? "zeros" : "inputs")),
  };
}

/** A baseline as one row [1, ...] of an input's type. */
function baselineRow(what: string, baseline: Baseline, { dtype, shape }: NdArray): NdArray {
  const wanted = shape.slice(1);
  if (baseline === "zeros") return NdArray.zeros([1, ...wanted], dtype);
  if (typeof baseline === "number") return NdArray.full([1, ...wanted], baseline, dtype);
  if (!(baseline instanceof NdArray) && !Array.isArray(baseline))
    throw new RecurraError(
      "option-value",
      `${what} is to be a number, "zeros" or a row, got ${describe(baseline)}`,
    );
  const row = baseline instanceof NdArray ? baseline.astype(dtype) : ndarray(baseline as Nested, { dtype });
  if (!sameShape(row.shape, wanted))
    throw new RecurraError(
      "input-shape",
      `${what} has the shape ${formatShape(row.shape)}, a row ${formatShape(wanted)}; wanted the same`,
    );
  return row.reshape([1, ...wanted]);
}
