// Brings targets, predictions, weights and masks to shapes that go together.

import { take } from "../../graph/ops/layout.ts";
import { expandDims, reshape, squeeze } from "../../graph/ops/sum.ts";
import { formatType, type Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { sameShape } from "../../tensor/shape.ts";

/**
 * Two tensors of which one may have a last axis of length 1 that the other lacks, with the same number of axes: [B] and [B, 1] become
 * [B, 1] and [B, 1]; [B, T] and [B, T, 1] become [B, T] and [B, T]. Others stay as they are. Source: Keras'
 * `squeeze_or_expand_to_same_rank`.
 */
export function alignRanks(a: Tensor, b: Tensor): readonly [Tensor, Tensor] {
  if (a.rank === b.rank + 1 && a.shape.at(-1) === 1) {
    return b.rank === 1 ? [a, expandDims(b, -1)] : [squeeze(a, -1), b];
  }
  if (b.rank === a.rank + 1 && b.shape.at(-1) === 1) {
    return a.rank === 1 ? [expandDims(a, -1), b] : [a, squeeze(b, -1)];
  }
  return [a, b];
}

/**
 * Fails unless targets and predictions have the same shape: broadcasting [B] against [B, 1] to [B, B] is the classic silent mistake.
 *
 * @throws RecurraError `loss-shape`
 */
export function expectSameShape(what: string, yTrue: Tensor, yPred: Tensor): void {
  if (sameShape(yTrue.shape, yPred.shape)) return;
  throw new RecurraError(
    "loss-shape",
    `${what}: the targets ${formatType(yTrue)} are to have the shape of the predictions ${formatType(yPred)}`,
  );
}

/**
 * Weights or a mask with as many axes as the values that they are for, so that they broadcast: [B] for [B, T] becomes [B, 1].
 *
 * @throws RecurraError `loss-shape` where they are no prefix of the values' shape
 */
export function alignWeights(what: string, weights: Tensor, values: Tensor): Tensor {
  const given = weights.rank > values.rank && weights.shape.at(-1) === 1 ? squeeze(weights, -1) : weights;
  const fits = given.shape.every((dimension, axis) => dimension === values.shape[axis] || dimension === 1);
  if (given.rank > values.rank || !fits) {
    throw new RecurraError(
      "loss-shape",
      `${what} ${formatType(weights)} does not fit losses ${formatType(values)}: wants its first axes`,
    );
  }
  return reshape(given, [...given.shape, ...new Array<number>(values.rank - given.rank).fill(1)]);
}

/**
 * A mask as values [B, ...] need it: `undefined` where they have lost axes that the mask has, such as the time axis.
 */
export function maskFor(values: Tensor, mask: Tensor | undefined): Tensor | undefined {
  return mask?.shape.every((dimension, axis) => dimension === values.shape[axis]) === true ? mask : undefined;
}

/**
 * Targets [...] beside predictions [..., count] that hold the parameters of a distribution for each: a last axis of length 1 that the
 * targets have too many goes, and the parameters are taken apart.
 *
 * @returns the targets [...], and each parameter [...]
 * @throws RecurraError `loss-shape`
 */
export function alignParameters(
  what: string,
  yTrue: Tensor,
  yPred: Tensor,
  count: number,
): { readonly target: Tensor; readonly parts: readonly Tensor[] } {
  const target = yTrue.rank === yPred.rank && yTrue.shape.at(-1) === 1 ? squeeze(yTrue, -1) : yTrue;
  if (yPred.shape.at(-1) !== count || !sameShape(target.shape, yPred.shape.slice(0, -1))) {
    throw new RecurraError(
      "loss-shape",
      `${what}: wants predictions [..., ${count}] and one target for each ${count} of them, got targets ` +
        `${formatType(yTrue)} and predictions ${formatType(yPred)}`,
    );
  }
  return { target, parts: Array.from({ length: count }, (_, i) => take(yPred, i, -1)) };
}
