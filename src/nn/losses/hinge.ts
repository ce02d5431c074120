// Losses of margins: hinge, squared hinge and categorical hinge.

import { add, equal, maximum, mul, select, sub } from "../../graph/ops/arithmetic.ts";
import { square } from "../../graph/ops/functions.ts";
import { max, mean } from "../../graph/ops/reduce.ts";
import { sum } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";

/**
 * mean over the last axis of max(1 - y·p, 0), for targets -1 and 1; a target of 0 is read as -1.
 *
 * Source: Rosasco et al., "Are loss functions all the same?", Neural Computation 16 (2004).
 */
export function hinge(yTrue: Tensor, yPred: Tensor): Tensor {
  return mean(margins(yTrue, yPred), -1);
}

/** mean over the last axis of max(1 - y·p, 0)², with targets as in {@link hinge}. */
export function squaredHinge(yTrue: Tensor, yPred: Tensor): Tensor {
  return mean(square(margins(yTrue, yPred)), -1);
}

/** max(1 - y·p, 0). Keras turns 0 into -1 where all targets of a batch are 0 or 1; here no sample depends on its neighbours. */
function margins(yTrue: Tensor, yPred: Tensor): Tensor {
  const side = select(equal(yTrue, 0), -1, yTrue);
  return maximum(sub(1, mul(side, yPred)), 0);
}

/**
 * max(1 + n - p, 0) over the last axis, where p is the prediction for the right class, Σ y·ŷ, and n the largest for a wrong one,
 * max (1 - y)·ŷ.
 *
 * @param yTrue one-hot [..., C]
 * @param yPred [..., C]
 * @returns [...]
 */
export function categoricalHinge(yTrue: Tensor, yPred: Tensor): Tensor {
  const right = sum(mul(yTrue, yPred), -1);
  const wrong = max(mul(sub(1, yTrue), yPred), -1);
  return maximum(add(sub(wrong, right), 1), 0);
}
