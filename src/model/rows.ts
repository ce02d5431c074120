// The arrays that a model is trained or evaluated on: inputs, targets and weights, checked together before any work is done.

import type { ResolvedLoss } from "../nn/losses.ts";
import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { type ArrayLike, asArray, checkSameRows } from "./batches.ts";
import type { Network } from "./network.ts";
import { checkFinite, checkRange } from "./values.ts";

/** Inputs, targets and weights, row by row. */
export interface Rows {
  /** [N, ...] */
  readonly x: NdArray;
  /** [N, ...] */
  readonly y: NdArray;
  /** [N], or [N, T] */
  readonly weight: NdArray | undefined;
}

/** The arrays as a user gives them. */
export type GivenRows = readonly [x: ArrayLike, y: ArrayLike, sampleWeight?: ArrayLike | undefined];

/** What messages call the arrays. */
export type RowNames = readonly [x: string, y: string, sampleWeight: string];

const argumentNames: RowNames = ["x", "y", "sampleWeight"];

/**
 * Arrays in the dtypes that a training step reads.
 *
 * @throws RecurraError that names the argument, and the row and place of a number that is none or out of range
 */
export function checkRows(
  model: Network,
  loss: ResolvedLoss,
  [x, y, sampleWeight]: GivenRows,
  names: RowNames = argumentNames,
): Rows {
  const inputs = model.checkInput(names[0], x);
  const [count = 0] = inputs.shape;
  if (count === 0) throw new RecurraError("no-rows", `${names[0]}: there are no rows`);
  checkFinite(names[0], inputs);
  const targets = checkTargets(model, loss, y, count, names);
  if (sampleWeight === undefined) return { x: inputs, y: targets, weight: undefined };
  const weight = asArray(names[2], sampleWeight, "float32");
  checkSameRows(names[2], weight, count, names[0]);
  checkFinite(names[2], weight);
  return { x: inputs, y: targets, weight };
}

/** Targets in the dtype that the loss reads and, where only axes of length 1 are missing, in the shape of the output. */
function checkTargets(
  model: Network,
  loss: ResolvedLoss,
  y: ArrayLike,
  count: number,
  [x, what]: RowNames,
): NdArray {
  const areLabels = loss.targets === "labels";
  const array = asArray(what, y, areLabels ? "int32" : "float32");
  checkSameRows(what, array, count, x);
  checkFinite(what, array);
  const { outputShape, layers } = model;
  const layer = layers.at(-1)?.name ?? "";
  if (areLabels) {
    const except =
      loss.config !== undefined && "ignoreClass" in loss.config ? loss.config.ignoreClass : undefined;
    const classes = outputShape.at(-1) ?? 1;
    checkRange(what, array, {
      kind: "label",
      count: classes,
      owner: `the ${classes} classes that layer ${layer} gives`,
      except,
    });
  }
  const wanted = areLabels ? outputShape.slice(0, -1) : outputShape;
  const given = array.shape.slice(1);
  const sizes = (shape: readonly number[]) => shape.filter((dimension) => dimension !== 1);
  if (!sameShape(given, wanted) && sameShape(sizes(given), sizes(wanted)))
    return array.reshape([count, ...wanted]);
  if (loss.config !== undefined && loss.config.name !== "quantile" && !sameShape(given, wanted)) {
    const samples = (shape: readonly number[]) =>
      `[samples${shape.map((dimension) => `, ${dimension}`).join("")}]`;
    throw new RecurraError(
      "target-shape",
      `${what}: layer ${layer} gives ${samples(outputShape)}, for the loss ${loss.name} the targets are to be ${samples(wanted)}, ` +
        `got ${formatShape(array.shape)}`,
    );
  }
  return array;
}
