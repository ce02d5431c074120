// Accuracies: the share of predictions that name the right class.

import { cast, equal, greater, less } from "../../graph/ops/arithmetic.ts";
import { pick } from "../../graph/ops/gather.ts";
import { argmax } from "../../graph/ops/reduce.ts";
import { expandDims, sum } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { alignRanks, expectSameShape } from "../losses/align.ts";
import { labelsOf } from "../losses/crossentropy.ts";

/** 1 where yPred > threshold says the same as yTrue, 0 or 1; [..., F] -> [..., F]. */
export function binaryAccuracy(yTrue: Tensor, yPred: Tensor, threshold = 0.5): Tensor {
  const [target, predicted] = alignRanks(cast(yTrue, yPred.dtype), yPred);
  expectSameShape("metric binaryAccuracy", target, predicted);
  return cast(equal(target, cast(greater(predicted, threshold), predicted.dtype)), yPred.dtype);
}

/** 1 where the largest of yPred stands where the largest of yTrue does; [..., C] -> [...]. */
export function categoricalAccuracy(yTrue: Tensor, yPred: Tensor): Tensor {
  expectSameShape("metric categoricalAccuracy", yTrue, yPred);
  return cast(equal(argmax(yTrue), argmax(yPred)), yPred.dtype);
}

/** 1 where the largest of yPred [..., C] stands at the label; labels [...] or [..., 1]. */
export function sparseCategoricalAccuracy(yTrue: Tensor, yPred: Tensor): Tensor {
  const labels = labelsOf(yTrue, yPred);
  return cast(equal(labels, cast(argmax(yPred), labels.dtype)), yPred.dtype);
}

/** 1 where fewer than k of yPred [..., C] are larger than that of the label; labels [...] or [..., 1]. */
export function sparseTopKAccuracy(yTrue: Tensor, yPred: Tensor, k: number): Tensor {
  const own = expandDims(pick(yPred, labelsOf(yTrue, yPred)), -1);
  const before = sum(cast(greater(yPred, own), yPred.dtype), -1);
  return cast(less(before, k), yPred.dtype);
}

/** As {@link sparseTopKAccuracy}, the label being the place of the largest of yTrue [..., C]. */
export function topKAccuracy(yTrue: Tensor, yPred: Tensor, k: number): Tensor {
  expectSameShape("metric topKCategoricalAccuracy", yTrue, yPred);
  return sparseTopKAccuracy(argmax(yTrue), yPred, k);
}

/** The accuracy that fits the shapes, as Keras chooses it: binary for one output, sparse for labels, else categorical. */
export function accuracy(yTrue: Tensor, yPred: Tensor): Tensor {
  const outputs = yPred.shape.at(-1) ?? 1;
  if (outputs === 1) return binaryAccuracy(yTrue, yPred);
  const isSparse = yTrue.rank < yPred.rank || yTrue.shape.at(-1) === 1;
  return isSparse ? sparseCategoricalAccuracy(yTrue, yPred) : categoricalAccuracy(yTrue, yPred);
}
