// Losses for classes: cross-entropies and the Kullback-Leibler divergence.

import { isOp, item } from "../../graph/op.ts";
import { add, cast, clip, div, log, mul, neg, notEqual, select, sub } from "../../graph/ops/arithmetic.ts";
import { sigmoidOp, softplus } from "../../graph/ops/functions.ts";
import { pick } from "../../graph/ops/gather.ts";
import { logSoftmax, mean, softmaxOp } from "../../graph/ops/reduce.ts";
import { reshape, reshapeOp, squeeze, sum } from "../../graph/ops/sum.ts";
import { formatType, type Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { sameShape } from "../../tensor/shape.ts";
import { expectSameShape } from "./align.ts";
import { epsilon } from "./regression.ts";

export interface CrossentropyOptions {
  /** The predictions are logits, any real numbers, and not probabilities. Default false. */
  readonly fromLogits?: boolean;
}

export interface LabelSmoothing {
  /** Share in [0, 1] by which the targets are moved towards the uniform distribution. Default 0. */
  readonly labelSmoothing?: number;
}

export interface IgnoreClass {
  /** A label whose places count for nothing: their loss is 0, and the mean is over the others. Default none. */
  readonly ignoreClass?: number;
}

/**
 * mean over the last axis of -(y·log p + (1 - y)·log(1 - p)), for targets between 0 and 1.
 *
 * From logits x it is computed as softplus(x) - y·x. Probabilities that come straight from a sigmoid are replaced by its input, as
 * in Keras (with TensorFlow); others are held within [1e-7, 1 - 1e-7].
 *
 * @param yTrue [..., F]
 * @param yPred [..., F]
 * @returns [...]
 */
export function binaryCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  { fromLogits = false, labelSmoothing = 0 }: CrossentropyOptions & LabelSmoothing = {},
): Tensor {
  expectSameShape("loss binaryCrossentropy", yTrue, yPred);
  const target = labelSmoothing === 0 ? yTrue : add(mul(yTrue, 1 - labelSmoothing), 0.5 * labelSmoothing);
  const logits = fromLogits ? yPred : logitsOfSigmoid(yPred);
  if (logits !== undefined) return mean(sub(softplus(logits), mul(target, logits)), -1);
  // 1 - p is clipped by itself, since 1 - (1 - 1e-7) has one correct digit in float32.
  const [yes, no] = [logOf(yPred), logOf(sub(1, yPred))];
  return neg(mean(add(mul(target, yes), mul(sub(1, target), no)), -1));
}

/**
 * -Σ y·log p over the last axis, for targets that are distributions over classes (one-hot, say).
 *
 * From logits log p is their log-softmax. Probabilities that come straight from a softmax are replaced by its input, as in Keras (with
 * TensorFlow); others are divided by their sum and then held within [1e-7, 1 - 1e-7].
 *
 * @param yTrue [..., C]
 * @param yPred [..., C]
 * @returns [...]
 */
export function categoricalCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  { fromLogits = false, labelSmoothing = 0 }: CrossentropyOptions & LabelSmoothing = {},
): Tensor {
  expectSameShape("loss categoricalCrossentropy", yTrue, yPred);
  const classes = item(yPred.shape, yPred.rank - 1);
  const target = labelSmoothing === 0 ? yTrue : add(mul(yTrue, 1 - labelSmoothing), labelSmoothing / classes);
  return neg(sum(mul(target, logProbabilities(yPred, fromLogits)), -1));
}

/**
 * -log p[label] over the last axis, for targets that are the numbers of classes; log p as in {@link categoricalCrossentropy}.
 *
 * @param yTrue labels from 0 to C - 1: [...], or [..., 1]
 * @param yPred [..., C]
 * @returns [...]
 */
export function sparseCategoricalCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  { fromLogits = false, ignoreClass }: CrossentropyOptions & IgnoreClass = {},
): Tensor {
  const labels = labelsOf(yTrue, yPred);
  if (ignoreClass === undefined) return neg(pick(logProbabilities(yPred, fromLogits), labels));
  const counts = notEqual(labels, ignoreClass);
  const losses = neg(pick(logProbabilities(yPred, fromLogits), select(counts, labels, 0)));
  return select(counts, losses, 0);
}

/** Σ y·log(y / p) over the last axis, both held within [1e-7, 1]. Source: Kullback & Leibler, Ann. Math. Stat. 22 (1951). */
export function klDivergence(yTrue: Tensor, yPred: Tensor): Tensor {
  const [y, p] = [clip(yTrue, epsilon, 1), clip(yPred, epsilon, 1)];
  return sum(mul(y, log(div(y, p))), -1);
}

/**
 * Labels as integers with one axis less than the predictions.
 *
 * @throws RecurraError `loss-shape`
 */
export function labelsOf(yTrue: Tensor, yPred: Tensor): Tensor {
  const labels = yTrue.rank === yPred.rank && yTrue.shape.at(-1) === 1 ? squeeze(yTrue, -1) : yTrue;
  if (!sameShape(labels.shape, yPred.shape.slice(0, -1))) {
    throw new RecurraError(
      "loss-shape",
      `sparse categorical labels ${formatType(yTrue)} do not fit predictions ${formatType(yPred)}: ` +
        "wants one whole number for each distribution over classes (for one-hot targets use categoricalCrossentropy)",
    );
  }
  return labels.dtype === "int64" ? labels : cast(labels, "int32");
}

function logOf(probability: Tensor): Tensor {
  return log(clip(probability, epsilon, 1 - epsilon));
}

function logProbabilities(yPred: Tensor, fromLogits: boolean): Tensor {
  const logits = fromLogits ? yPred : logitsOfSoftmax(yPred);
  return logits === undefined ? logOf(div(yPred, sum(yPred, -1, { keepDims: true }))) : logSoftmax(logits);
}

/** What a tensor was before it was reshaped. */
function beforeReshape(x: Tensor): Tensor {
  let before = x;
  while (isOp(before.node, reshapeOp)) before = item(before.node.inputs);
  return before;
}

function logitsOfSigmoid(yPred: Tensor): Tensor | undefined {
  const { node } = beforeReshape(yPred);
  return isOp(node, sigmoidOp) ? reshape(item(node.inputs), yPred.shape) : undefined;
}

/** The input of the softmax over the last axis that yPred is; reshaping must not have moved class boundaries. */
function logitsOfSoftmax(yPred: Tensor): Tensor | undefined {
  const { node } = beforeReshape(yPred);
  if (!isOp(node, softmaxOp)) return undefined;
  const logits = item(node.inputs);
  const overLast = node.attributes.axis === logits.rank - 1 && logits.shape.at(-1) === yPred.shape.at(-1);
  return overLast ? reshape(logits, yPred.shape) : undefined;
}
