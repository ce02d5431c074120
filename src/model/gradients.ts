// How gradients leave the graph: dense ones as they are, those of an embedding as the rows that were read.

import { isOp, item } from "../graph/op.ts";
import { add, addOp } from "../graph/ops/arithmetic.ts";
import { SMALL_TABLE, scatterAddOp } from "../graph/ops/gather.ts";
import type { Tensor } from "../graph/tensor.ts";

/** Rows to be added into a gradient that is otherwise zero. */
export interface GradientRows {
  /** int32 or int64 [...], the rows' places. */
  readonly ids: Tensor;
  /** [..., width] */
  readonly rows: Tensor;
}

/** The gradient of one weight: the sum of a dense part and of rows. */
export interface GradientParts {
  readonly dense: Tensor | undefined;
  readonly sparse: readonly GradientRows[];
}

/** Takes a gradient apart. A small table of which most rows are read anyway stays dense. */
export function gradientParts(gradient: Tensor): GradientParts {
  const terms = termsOf(gradient);
  const sparse = terms.flatMap(({ node }): GradientRows[] => {
    if (!isOp(node, scatterAddOp)) return [];
    return [{ ids: item(node.inputs), rows: item(node.inputs, 1) }];
  });
  const rowCount = sparse.reduce((total, { ids }) => total + ids.size, 0);
  const [tableRows = 0] = gradient.shape;
  if (sparse.length === 0 || (rowCount > tableRows && tableRows <= SMALL_TABLE))
    return { dense: gradient, sparse: [] };
  const rest = terms.filter(({ node }) => !isOp(node, scatterAddOp));
  return { dense: rest.length === 0 ? undefined : rest.reduce((a, b) => add(a, b)), sparse };
}

function termsOf(tensor: Tensor): readonly Tensor[] {
  const { node } = tensor;
  const isSum = isOp(node, addOp) && node.inputs.every((input) => input.size === tensor.size);
  return isSum ? node.inputs.flatMap(termsOf) : [tensor];
}
