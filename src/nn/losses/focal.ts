// Focal losses: cross-entropies in which examples that are predicted well count little.

import { add, clip, log, maximum, mul, neg, pow, sub } from "../../graph/ops/arithmetic.ts";
import { exp, sigmoid, softplus } from "../../graph/ops/functions.ts";
import { constant } from "../../graph/ops/leaf.ts";
import { mean } from "../../graph/ops/reduce.ts";
import { reshape, sum } from "../../graph/ops/sum.ts";
import { formatType, type Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { ndarray } from "../../tensor/nd-array.ts";
import {
  type AxisOption,
  type CrossentropyOptions,
  classAxis,
  type LabelSmoothing,
  logitsOfSigmoid,
  logProbabilities,
  smoothBinary,
  smoothClasses,
} from "./crossentropy.ts";
import { epsilon } from "./regression.ts";

interface FocalOptions extends CrossentropyOptions, LabelSmoothing, AxisOption {
  /** Exponent γ of the factor that takes weight from what is predicted well; 0 leaves the cross-entropy. Default 2. */
  readonly gamma?: number;
}

export interface BinaryFocalOptions extends FocalOptions {
  /** Whether class 1 is weighed by alpha and class 0 by 1 - alpha. Default false. */
  readonly applyClassBalancing?: boolean;
  /** Default 0.25. */
  readonly alpha?: number;
}

export interface CategoricalFocalOptions extends FocalOptions {
  /** A weight for all classes, or one for each. Default 0.25. */
  readonly alpha?: number | readonly number[];
}

/**
 * mean over an axis (default: the last) of (1 - p_t)^γ times the binary cross-entropy, where 1 - p_t = y·(1 - p) + (1 - y)·p.
 *
 * From logits, and from probabilities that come straight from a sigmoid, p and its logarithms are computed from the logits without
 * clipping; other probabilities are held within [1e-7, 1 - 1e-7].
 *
 * Source: Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017; Keras' BinaryFocalCrossentropy.
 *
 * @param yTrue [..., F]
 * @param yPred [..., F]
 * @returns the shape without the axis
 */
export function binaryFocalCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  {
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
    gamma = 2,
    alpha = 0.25,
    applyClassBalancing = false,
  }: BinaryFocalOptions = {},
): Tensor {
  const along = classAxis("loss binaryFocalCrossentropy", yPred, axis);
  const target = smoothBinary(yTrue, labelSmoothing);
  const other = sub(1, target);
  const { yes, no, logYes, logNo } = binaryProbabilities(yPred, fromLogits);
  const entropy = neg(add(mul(target, logYes), mul(other, logNo)));
  const loss = mul(focus(add(mul(target, no), mul(other, yes)), gamma), entropy);
  const weight = applyClassBalancing ? add(mul(target, alpha), mul(other, 1 - alpha)) : undefined;
  return mean(weight === undefined ? loss : mul(loss, weight), along);
}

/** p, 1 - p and their logarithms. */
function binaryProbabilities(yPred: Tensor, fromLogits: boolean) {
  const logits = fromLogits ? yPred : logitsOfSigmoid(yPred);
  if (logits === undefined) {
    const [yes, no] = [yPred, sub(1, yPred)].map((p) => clip(p, epsilon, 1 - epsilon)) as [Tensor, Tensor];
    return { yes, no, logYes: log(yes), logNo: log(no) };
  }
  const opposite = neg(logits);
  return {
    yes: sigmoid(logits),
    no: sigmoid(opposite),
    logYes: neg(softplus(opposite)),
    logNo: neg(softplus(logits)),
  };
}

/**
 * -Σ α·(1 - p)^γ·y·log p over an axis (default: the last), p being normalised, and held within [1e-7, 1 - 1e-7] where it does not come
 * from logits.
 *
 * Source: Lin et al., ICCV 2017; Keras' CategoricalFocalCrossentropy.
 *
 * @param yTrue one-hot [..., C]
 * @param yPred [..., C]
 * @returns the shape without the axis
 */
export function categoricalFocalCrossentropy(
  yTrue: Tensor,
  yPred: Tensor,
  {
    fromLogits = false,
    labelSmoothing = 0,
    axis = -1,
    gamma = 2,
    alpha = 0.25,
  }: CategoricalFocalOptions = {},
): Tensor {
  const along = classAxis("loss categoricalFocalCrossentropy", yPred, axis);
  const target = smoothClasses(yTrue, labelSmoothing, along);
  const logs = logProbabilities(yPred, fromLogits, along);
  const weight = mul(focus(sub(1, exp(logs)), gamma), classWeights(alpha, yPred, along));
  return neg(sum(mul(weight, mul(target, logs)), along));
}

/** What is missing to certainty, to the power γ. It is held above 0, where powers below 1 are infinitely steep. */
function focus(missing: Tensor, gamma: number): Tensor {
  return pow(maximum(missing, epsilon), gamma);
}

/** One weight, or one for each class along an axis. */
function classWeights(alpha: number | readonly number[], yPred: Tensor, axis: number): Tensor | number {
  if (typeof alpha === "number") return alpha;
  if (alpha.length !== yPred.shape[axis]) {
    throw new RecurraError(
      "loss-shape",
      `loss categoricalFocalCrossentropy: alpha has ${alpha.length} weights, the predictions ${formatType(yPred)} ` +
        `have ${yPred.shape[axis]} classes`,
    );
  }
  const shape = yPred.shape.map((_, i) => (i === axis ? alpha.length : 1));
  return reshape(constant(ndarray(alpha, { dtype: yPred.dtype })), shape);
}
