// The Dice and Tversky losses as metrics: where they sum over samples, they sum over those of all batches.

import { cast } from "../../graph/ops/arithmetic.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { alignRanks, expectSameShape } from "../losses/align.ts";
import { overlap, overlapLoss, type TverskyOptions } from "../losses/overlap.ts";
import type { LossFunction } from "../losses.ts";
import { factorOf, type Metric, meanMetric, sums } from "./metric.ts";

/**
 * @param loss the loss of one batch
 * @param slack what keeps its divisor from 0
 */
export function overlapMetric(
  name: string,
  options: TverskyOptions,
  loss: LossFunction,
  slack: number,
): Metric {
  const byMean = meanMetric(name, { values: loss });
  return {
    name,
    update(yTrue, yPred, weights = {}) {
      if (!sumsOverSamples(options, yPred)) return byMean.update(yTrue, yPred, weights);
      const [target, predicted] = alignRanks(cast(yTrue, yPred.dtype), yPred);
      expectSameShape(`metric ${name}`, target, predicted);
      return { ...overlap(target, predicted, options, factorOf(predicted, weights)) };
    },
    begin: (saved) =>
      sums(saved, ({ total, count, both, actual, predicted }) => {
        if (actual === undefined) return (total?.[0] ?? Number.NaN) / (count?.[0] ?? Number.NaN);
        const losses = actual.map((sum, i) =>
          overlapLoss(
            { both: both?.[i] ?? Number.NaN, actual: sum, predicted: predicted?.[i] ?? Number.NaN },
            options,
            slack,
          ),
        );
        return losses.reduce((all, value) => all + value, 0) / losses.length;
      }),
  };
}

function sumsOverSamples({ axis }: TverskyOptions, yPred: Tensor): boolean {
  if (axis === undefined) return true;
  return (typeof axis === "number" ? [axis] : axis).some((one) => one === 0 || one === -yPred.rank);
}
