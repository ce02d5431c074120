// Errors of forecasts, element by element: squared, symmetric percentage and scaled ones.

import { add, cast, div, maximum, mul, sub } from "../../graph/ops/arithmetic.ts";
import { abs, square } from "../../graph/ops/functions.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { alignRanks, expectSameShape } from "../losses/align.ts";

export interface ScaleOption {
  /**
   * What errors are divided by: the mean absolute error of the seasonal naive forecast within the training data, Σ |y_t - y_{t-m}| / (T - m)
   * with the season m (1 for none).
   */
  readonly scale: number;
}

/** (y - ŷ)² */
export function squaredErrors(yTrue: Tensor, yPred: Tensor): Tensor {
  const [target, predicted] = aligned("metric rootMeanSquaredError", yTrue, yPred);
  return square(sub(predicted, target));
}

/** 200·|y - ŷ| / (|y| + |ŷ|), 0 where both are 0. Source: Makridakis et al., "The M4 Competition", Int. J. Forecasting 36 (2020). */
export function symmetricPercentageErrors(yTrue: Tensor, yPred: Tensor): Tensor {
  const [target, predicted] = aligned("metric symmetricMeanAbsolutePercentageError", yTrue, yPred);
  const size = add(abs(target), abs(predicted));
  return mul(div(abs(sub(predicted, target)), maximum(size, 1e-30)), 200);
}

/** |y - ŷ| / scale. Source: Hyndman & Koehler, Int. J. Forecasting 22 (2006). */
export function scaledErrors(yTrue: Tensor, yPred: Tensor, scale: number): Tensor {
  const [target, predicted] = aligned("metric meanAbsoluteScaledError", yTrue, yPred);
  return div(abs(sub(predicted, target)), scale);
}

function aligned(what: string, yTrue: Tensor, yPred: Tensor): readonly [Tensor, Tensor] {
  const [target, predicted] = alignRanks(cast(yTrue, yPred.dtype), yPred);
  expectSameShape(what, target, predicted);
  return [target, predicted];
}
