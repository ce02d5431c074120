// Losses for numbers: squared and absolute errors and their kin. All are means over the last axis, as in Keras.

import { add, div, lessEqual, log, maximum, mul, select, sub } from "../../graph/ops/arithmetic.ts";
import { abs, softplus, sqrt, square } from "../../graph/ops/functions.ts";
import { constant } from "../../graph/ops/leaf.ts";
import { mean } from "../../graph/ops/reduce.ts";
import { expandDims, sum } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { ndarray } from "../../tensor/nd-array.ts";
import { alignParameters } from "./align.ts";

/** Keras' fuzz factor, which keeps divisors and logarithms away from 0. */
export const epsilon = 1e-7;

/** mean (yTrue - yPred)² */
export function meanSquaredError(yTrue: Tensor, yPred: Tensor): Tensor {
  return mean(square(sub(yPred, yTrue)), -1);
}

/** mean |yTrue - yPred| */
export function meanAbsoluteError(yTrue: Tensor, yPred: Tensor): Tensor {
  return mean(abs(sub(yPred, yTrue)), -1);
}

/** 100 · mean |yTrue - yPred| / max(|yTrue|, 1e-7) */
export function meanAbsolutePercentageError(yTrue: Tensor, yPred: Tensor): Tensor {
  return mul(mean(div(abs(sub(yPred, yTrue)), maximum(abs(yTrue), epsilon)), -1), 100);
}

/** mean (log(1 + yTrue) - log(1 + yPred))², both held at or above 1e-7 */
export function meanSquaredLogarithmicError(yTrue: Tensor, yPred: Tensor): Tensor {
  const logOf = (y: Tensor) => log(add(maximum(y, epsilon), 1));
  return mean(square(sub(logOf(yPred), logOf(yTrue))), -1);
}

/** With e = yPred - yTrue: mean of e²/2 where |e| <= delta, else delta·|e| - delta²/2. Source: Huber, Ann. Math. Stat. 35 (1964). */
export function huber(yTrue: Tensor, yPred: Tensor, delta = 1): Tensor {
  const error = sub(yPred, yTrue);
  const size = abs(error);
  const far = sub(mul(size, delta), 0.5 * delta ** 2);
  return mean(select(lessEqual(size, delta), mul(square(error), 0.5), far), -1);
}

/** mean log cosh (yPred - yTrue), computed as |e| + softplus(-2|e|) - log 2, which does not overflow. */
export function logCosh(yTrue: Tensor, yPred: Tensor): Tensor {
  const size = abs(sub(yPred, yTrue));
  return mean(sub(add(size, softplus(mul(size, -2))), Math.LN2), -1);
}

/** mean (yPred - yTrue · log(yPred + 1e-7)): the negative log-likelihood of counts, but for a constant. */
export function poisson(yTrue: Tensor, yPred: Tensor): Tensor {
  return mean(sub(yPred, mul(yTrue, log(add(yPred, epsilon)))), -1);
}

/** The negative cosine of the angle between yTrue and yPred along an axis (default: the last): -1 for the same direction. */
export function cosineSimilarity(yTrue: Tensor, yPred: Tensor, axis = -1): Tensor {
  const normalized = (y: Tensor) => {
    const squares = sum(square(y), axis, { keepDims: true });
    return div(y, sqrt(maximum(squares, epsilon ** 2)));
  };
  return mul(sum(mul(normalized(yTrue), normalized(yPred)), axis), -1);
}

/**
 * The pinball loss, whose minimum is the quantile: with e = yTrue - yPred the mean over the levels τ of max(τ·e, (τ-1)·e).
 *
 * Source: Koenker & Bassett, Econometrica 46 (1978).
 *
 * @param yTrue [...], or [..., 1]
 * @param yPred [..., Q], a prediction for each level
 * @param levels Q numbers between 0 and 1
 * @returns [...]
 */
export function quantile(yTrue: Tensor, yPred: Tensor, levels: readonly number[]): Tensor {
  const { target } = alignParameters("loss quantile", yTrue, yPred, levels.length);
  const error = sub(expandDims(target, -1), yPred);
  const tau = constant(ndarray(levels, { dtype: yPred.dtype }));
  return mean(maximum(mul(error, tau), mul(error, sub(tau, 1))), -1);
}
