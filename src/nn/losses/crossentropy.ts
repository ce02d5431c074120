// Losses for classes: cross-entropies and the Kullback-Leibler divergence.

import { isOp, item } from "../../graph/op.ts";
import { add, cast, clip, div, log, mul, neg, notEqual, select, sub } from "../../graph/ops/arithmetic.ts";
import { sigmoidOp, softplus } from "../../graph/ops/functions.ts";
import { pick } from "../../graph/ops/gather.ts";
import { transpose } from "../../graph/ops/layout.ts";
import { logSoftmax, mean, softmaxOp } from "../../graph/ops/reduce.ts";
import { reshape, reshapeOp, squeeze, sum } from "../../graph/ops/sum.ts";
import { formatType, type Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { sameShape } from "../../tensor/shape.ts";
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

export interface AxisOption {
  /** The axis of the classes, or, for binary losses, of the outputs. Default -1. */
  readonly axis?: number;
}

/**
 * mean over an axis (default: the last) of -(y·log p + (1 - y)·log(1 - p)), for targets between 0 and 1.
 *
 * From logits x it is computed as softplus(x) - y·x. Probabilities that come straight from a sigmoid are replaced by its input, as
 * in Keras (with TensorFlow); others are held within [1e-7, 1 - 1e-7].
 *
 * @param yTrue [..., F]
 * @param yPred [..., F]
 * @returns the shape without the axis
 */
export function binaryCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  {
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
  }: CrossentropyOptions & LabelSmoothing & AxisOption = {},
): Tensor {
  const along = classAxis("loss binaryCrossentropy", yPred, axis);
  const target = smoothBinary(yTrue, labelSmoothing);
  const logits = fromLogits ? yPred : logitsOfSigmoid(yPred);
  if (logits !== undefined) return mean(sub(softplus(logits), mul(target, logits)), along);
  // 1 - p is clipped by itself, since 1 - (1 - 1e-7) has one correct digit in float32.
  const [yes, no] = [logOf(yPred), logOf(sub(1, yPred))];
  return neg(mean(add(mul(target, yes), mul(sub(1, target), no)), along));
}

/**
 * -Σ y·log p over an axis (default: the last), for targets that are distributions over classes (one-hot, say).
 *
 * From logits log p is their log-softmax. Probabilities that come straight from a softmax are replaced by its input, as in Keras (with
 * TensorFlow); others are divided by their sum and then held within [1e-7, 1 - 1e-7].
 *
 * @param yTrue [..., C]
 * @param yPred [..., C]
 * @returns the shape without the axis
 */
export function categoricalCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  {
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
  }: CrossentropyOptions & LabelSmoothing & AxisOption = {},
): Tensor {
  const along = classAxis("loss categoricalCrossentropy", yPred, axis);
  const target = smoothClasses(yTrue, labelSmoothing, along);
  return neg(sum(mul(target, logProbabilities(yPred, fromLogits, along)), along));
}

/**
 * -log p[label] over an axis (default: the last), for targets that are the numbers of classes; log p as in
 * {@link categoricalCrossentropy}. With label smoothing s it is (1 - s) times that, plus s times the mean of -log p over the classes.
 *
 * @param yTrue labels from 0 to C - 1 of the predictions' shape without the axis, which may be there with length 1
 * @param yPred [..., C]
 * @returns the shape without the axis
 */
export function sparseCategoricalCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  {
    fromLogits = false,
    ignoreClass,
    labelSmoothing = 0,
    axis = -1,
  }: CrossentropyOptions & IgnoreClass & LabelSmoothing & AxisOption = {},
): Tensor {
  const along = classAxis("loss sparseCategoricalCrossentropy", yPred, axis);
  const labels = labelsOf(yTrue, yPred, along);
  const last = yPred.shape.flatMap((_, i) => (i === along ? [] : [i])).concat(along);
  const logs = transpose(logProbabilities(yPred, fromLogits, along), last); // [..., C]
  const counts = ignoreClass === undefined ? undefined : notEqual(labels, ignoreClass);
  const right = neg(pick(logs, counts === undefined ? labels : select(counts, labels, 0)));
  const losses =
    labelSmoothing === 0 ? right : sub(mul(right, 1 - labelSmoothing), mul(mean(logs, -1), labelSmoothing));
  return counts === undefined ? losses : select(counts, losses, 0);
}

/** Σ y·log(y / p) over the last axis, both held within [1e-7, 1]. Source: Kullback & Leibler, Ann. Math. Stat. 22 (1951). */
export function klDivergence(yTrue: Tensor, yPred: Tensor): Tensor {
  const [y, p] = [clip(yTrue, epsilon, 1), clip(yPred, epsilon, 1)];
  return sum(mul(y, log(div(y, p))), -1);
}

/**
 * Labels as integers, of the shape of the predictions without the axis of the classes (default: the last).
 *
 * @throws RecurraError `loss-shape`
 */
export function labelsOf(yTrue: Tensor, yPred: Tensor, axis = yPred.rank - 1): Tensor {
  const labels = yTrue.rank === yPred.rank && yTrue.shape[axis] === 1 ? squeeze(yTrue, axis) : yTrue;
  if (!sameShape(labels.shape, yPred.shape.toSpliced(axis, 1))) {
    throw new RecurraError(
      "loss-shape",
      `sparse categorical labels ${formatType(yTrue)} do not fit predictions ${formatType(yPred)}: ` +
        "wants one whole number for each distribution over classes (for one-hot targets use categoricalCrossentropy)",
    );
  }
  return labels.dtype === "int64" ? labels : cast(labels, "int32");
}

/**
 * An axis of the predictions, counted from the first; that of the samples is none to reduce.
 *
 * @throws RecurraError `loss-shape`
 */
export function classAxis(what: string, yPred: Tensor, axis: number): number {
  const place = axis < 0 ? axis + yPred.rank : axis;
  if (place > 0 && place < yPred.rank) return place;
  throw new RecurraError(
    "loss-shape",
    `${what}: axis ${axis} is to be one of the predictions ${formatType(yPred)}, and not the first`,
  );
}

/** Targets between 0 and 1, moved towards ½. */
export function smoothBinary(yTrue: Tensor, labelSmoothing: number): Tensor {
  return labelSmoothing === 0 ? yTrue : add(mul(yTrue, 1 - labelSmoothing), 0.5 * labelSmoothing);
}

/** Distributions along an axis, moved towards the uniform one. */
export function smoothClasses(yTrue: Tensor, labelSmoothing: number, axis: number): Tensor {
  if (labelSmoothing === 0) return yTrue;
  return add(mul(yTrue, 1 - labelSmoothing), labelSmoothing / item(yTrue.shape, axis));
}

function logOf(probability: Tensor): Tensor {
  return log(clip(probability, epsilon, 1 - epsilon));
}

/** The logarithms of the probabilities of the classes along an axis, as {@link categoricalCrossentropy} says. */
export function logProbabilities(yPred: Tensor, fromLogits: boolean, axis: number): Tensor {
  const logits = fromLogits ? yPred : logitsOfSoftmax(yPred, axis);
  return logits === undefined
    ? logOf(div(yPred, sum(yPred, axis, { keepDims: true })))
    : logSoftmax(logits, axis);
}

/** What a tensor was before it was reshaped. */
function beforeReshape(x: Tensor): Tensor {
  let before = x;
  while (isOp(before.node, reshapeOp)) before = item(before.node.inputs);
  return before;
}

/** The input of the sigmoid that yPred is. */
export function logitsOfSigmoid(yPred: Tensor): Tensor | undefined {
  const { node } = beforeReshape(yPred);
  return isOp(node, sigmoidOp) ? reshape(item(node.inputs), yPred.shape) : undefined;
}

/** The input of the softmax over an axis that yPred is; reshaping must not have moved class boundaries. */
export function logitsOfSoftmax(yPred: Tensor, axis: number): Tensor | undefined {
  const probabilities = beforeReshape(yPred);
  const { node } = probabilities;
  if (!isOp(node, softmaxOp)) return undefined;
  const logits = item(node.inputs);
  const same = probabilities === yPred && node.attributes.axis === axis;
  const overLast =
    axis === yPred.rank - 1 &&
    node.attributes.axis === logits.rank - 1 &&
    logits.shape.at(-1) === yPred.shape.at(-1);
  return same || overLast ? reshape(logits, yPred.shape) : undefined;
}
