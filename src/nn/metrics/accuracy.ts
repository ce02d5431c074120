// Accuracies: the share of predictions that name the right class.

import { cast, equal, greater, less, select } from "../../graph/ops/arithmetic.ts";
import { pick } from "../../graph/ops/gather.ts";
import { argmax } from "../../graph/ops/reduce.ts";
import { expandDims, sum } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { alignRanks, expectSameShape } from "../losses/align.ts";
import { type IgnoreClass, labelsOf } from "../losses/crossentropy.ts";
import { countedLabels, hasOneOutput, holdsLabels } from "./classes.ts";

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
export function sparseTopKAccuracy(
  yTrue: Tensor,
  yPred: Tensor,
  k: number,
  ignore: IgnoreClass = {},
): Tensor {
  const labels = labelsOf(yTrue, yPred);
  const counts = countedLabels(ignore)?.(yTrue, yPred);
  const own = expandDims(pick(yPred, counts === undefined ? labels : select(counts, labels, 0)), -1);
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
  if (hasOneOutput(yPred)) return binaryAccuracy(yTrue, yPred);
  return holdsLabels(yTrue, yPred)
    ? sparseCategoricalAccuracy(yTrue, yPred)
    : categoricalAccuracy(yTrue, yPred);
}
