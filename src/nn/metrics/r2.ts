// R²: the share of the targets' variance that predictions explain.

import { cast, div, maximum, mul, sub } from "../../graph/ops/arithmetic.ts";
import { square } from "../../graph/ops/functions.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import { broadcastTo, reshape, sum } from "../../graph/ops/sum.ts";
import { alignRanks, expectSameShape } from "../losses/align.ts";
import { factorOf, type Metric, type Statistics } from "./metric.ts";

/**
 * 1 - Σ(y - ŷ)² / Σ(y - ȳ)² for each output, and the mean of that over the outputs, as in Keras; 0 for an output whose targets are all the
 * same. Spread within a batch and spread of the batches' means are kept apart, so that a large mean costs no precision.
 *
 * Source of the combination: Chan, Golub, LeVeque, COMPSTAT 1982.
 */
export function r2(name: string): Metric {
  return {
    name,
    update(yTrue, yPred, weights = {}) {
      const [a, b] = alignRanks(cast(yTrue, yPred.dtype), yPred);
      expectSameShape("metric r2", a, b);
      const columns = a.rank < 2 ? 1 : (a.shape.at(-1) ?? 1);
      const rows = (x: typeof a) => reshape(x, [-1, columns]);
      const factor = rows(factorOf(a, weights) ?? broadcastTo(scalar(1, a.dtype), a.shape));
      const [target, predicted] = [rows(a), rows(b)];
      const weight = sum(factor, 0);
      const mean = div(sum(mul(target, factor), 0), maximum(weight, 1e-30));
      return {
        weight,
        mean,
        spread: sum(mul(square(sub(target, mean)), factor), 0),
        residual: sum(mul(square(sub(target, predicted)), factor), 0),
      };
    },
    combine: (a, b) => {
      const weight = pairs(a.weight, b.weight, (m, n) => m + n);
      const shift = pairs(b.mean, a.mean, (m, n) => m - n);
      const at = (values: Float64Array | undefined, i: number) => values?.[i] ?? Number.NaN;
      const share = weight.map((total, i) => (total === 0 ? 0 : at(b.weight, i) / total));
      return {
        weight,
        mean: shift.map((value, i) => at(a.mean, i) + value * at(share, i)),
        spread: shift.map(
          (value, i) => at(a.spread, i) + at(b.spread, i) + value ** 2 * at(a.weight, i) * at(share, i),
        ),
        residual: pairs(a.residual, b.residual, (m, n) => m + n),
      };
    },
    result: ({ spread, residual }: Statistics) => {
      const scores = pairs(residual, spread, (left, all) => (all === 0 ? 0 : 1 - left / all));
      return scores.reduce((total, score) => total + score, 0) / scores.length;
    },
  };
}

function pairs(
  a: Float64Array = new Float64Array(),
  b: Float64Array = new Float64Array(),
  formula: (x: number, y: number) => number,
): Float64Array {
  return a.map((value, i) => formula(value, b[i] ?? Number.NaN));
}
