// The penalty on a layer's output that is added to the loss: `activityRegularizer`.

import { mul } from "../graph/ops/arithmetic.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { CallContext } from "./layer.ts";
import { type Regularizer, regularizer } from "./regularizers.ts";
import { regularizerKind } from "./weight-options.ts";

export interface ActivityOption {
  /** A penalty on the output that is added to the loss, divided by the batch size. Default: none. */
  readonly activityRegularizer?: Regularizer;
}

export const activityKinds = { activityRegularizer: regularizerKind };

/**
 * Adds the penalty on an output [B, ...] to the loss, divided by B, and gives the output back.
 * Source: `Layer.__call__` of Keras 3.15; earlier versions of Keras 3 did not divide.
 */
export function penalized(
  output: Tensor,
  { activityRegularizer }: ActivityOption,
  context: CallContext,
): Tensor {
  if (activityRegularizer === undefined) return output;
  const [batch = 1] = output.shape;
  context.addLoss(mul(regularizer(activityRegularizer)(output), 1 / batch));
  return output;
}
