// What a metric is: statistics of each batch as tensor code, added up exactly on the host, and a number made of them.

import { cast, mul } from "../../graph/ops/arithmetic.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import { broadcastTo, sum } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { alignWeights } from "../losses/align.ts";
import type { LossWeights } from "../losses.ts";

/** Statistics by name: arrays of numbers, of the same length for every batch. */
export type Statistics = Readonly<Record<string, Float64Array>>;

/** A quantity that is followed over batches and reported once for all of them. It holds no state. */
export interface Metric {
  /** Its name in logs. */
  readonly name: string;
  /**
   * Statistics of a batch, in tensor code: float32 tensors of fixed shape, the same names for every batch.
   *
   * @param weights a factor for each sample, and a mask; what counts 0 is left out
   */
  update(yTrue: Tensor, yPred: Tensor, weights?: LossWeights): Readonly<Record<string, Tensor>>;
  /** The statistics of two sets of batches together. */
  combine(a: Statistics, b: Statistics): Statistics;
  /** The metric; NaN where nothing was counted. */
  result(statistics: Statistics): number;
}

/** A metric that is a function of sums over the batches. */
export function sumMetric(
  name: string,
  update: Metric["update"],
  result: (sums: { readonly total: number; readonly count: number }) => number,
): Metric {
  return {
    name,
    update,
    combine: addStatistics,
    result: ({ total, count }) =>
      result({ total: total?.[0] ?? Number.NaN, count: count?.[0] ?? Number.NaN }),
  };
}

/** The weighted mean of values [B, ...] that are computed from targets and predictions. */
export function meanMetric(
  name: string,
  valuesOf: (yTrue: Tensor, yPred: Tensor) => Tensor,
  result: (mean: number) => number = (mean) => mean,
): Metric {
  return sumMetric(
    name,
    (yTrue, yPred, weights) => weightedSums(valuesOf(yTrue, yPred), weights),
    ({ total, count }) => result(total / count),
  );
}

/** Σ values·weight and Σ weight, the weights broadcast to the values [B, ...]. */
export function weightedSums(
  values: Tensor,
  weights: LossWeights = {},
): Readonly<Record<"total" | "count", Tensor>> {
  const factor = factorOf(values, weights);
  return factor === undefined
    ? { total: sum(values), count: scalar(values.size, values.dtype) }
    : { total: sum(mul(values, factor)), count: sum(factor) };
}

/** Sample weight and mask as one factor of the values' shape; `undefined` where there is neither. */
export function factorOf(values: Tensor, { sampleWeight, mask }: LossWeights): Tensor | undefined {
  const [first, second] = [sampleWeight, mask].flatMap((given) =>
    given === undefined ? [] : [alignWeights("the sample weight or mask", cast(given, values.dtype), values)],
  );
  if (first === undefined) return undefined;
  return broadcastTo(second === undefined ? first : mul(first, second), values.shape);
}

/** Adds statistics name by name, element by element. */
export function addStatistics(a: Statistics, b: Statistics): Statistics {
  return Object.fromEntries(
    Object.entries(a).map(([name, values]) => [
      name,
      values.map((value, i) => value + (b[name]?.[i] ?? Number.NaN)),
    ]),
  );
}
