// What a metric is: statistics of each batch as tensor code, gathered exactly on the host, and a number made of them.

import { cast, mul } from "../../graph/ops/arithmetic.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import { broadcastTo, sum } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { alignWeights, maskFor } from "../losses/align.ts";
import type { LossContext, LossWeights } from "../losses.ts";

/** Statistics of one batch by name. Their lengths may differ from batch to batch, as those of raw scores do. */
export type Statistics = Readonly<Record<string, Float64Array>>;

/** A quantity that is followed over batches and reported once for all of them. It holds no state itself. */
export interface Metric {
  /** Its name in logs. */
  readonly name: string;
  /**
   * Statistics of a batch, in tensor code: float32 tensors of fixed shape, the same names for every batch.
   *
   * @param weights a factor for each sample, and a mask; what counts 0 is left out
   */
  update(yTrue: Tensor, yPred: Tensor, weights?: LossWeights): Readonly<Record<string, Tensor>>;
  /**
   * Starts to gather: at the start of an epoch, or of an evaluation.
   *
   * @param saved what another accumulator of this metric has saved, to go on from, to the same bits
   */
  begin(saved?: Statistics): Accumulator;
}

/** Gathers the statistics of batches. */
export interface Accumulator {
  /** Takes in a batch. The work grows with the batch alone, not with what came before. */
  add(statistics: Statistics): void;
  /** The metric over all batches so far; NaN where nothing was counted. It may be asked for at any time, and again. */
  result(): number;
  /** What it has gathered, for {@link Metric.begin}; nothing where nothing was added. */
  save(): Statistics;
}

/** Adds statistics up, name by name and element by element, from saved sums on. */
export function sums(saved: Statistics = {}, result: (totals: Statistics) => number): Accumulator {
  let totals = copyOf(saved);
  return {
    add(statistics) {
      if (Object.keys(totals).length === 0) totals = copyOf(statistics);
      else for (const [name, values] of Object.entries(statistics)) addInto(totals[name], values);
    },
    result: () => (Object.keys(totals).length === 0 ? Number.NaN : result(totals)),
    save: () => copyOf(totals),
  };
}

function copyOf(statistics: Statistics): Statistics {
  return Object.fromEntries(Object.entries(statistics).map(([name, values]) => [name, values.slice()]));
}

function addInto(total: Float64Array = new Float64Array(), values: Float64Array): void {
  for (let i = 0; i < total.length; i++) total[i] = (total[i] ?? 0) + (values[i] ?? Number.NaN);
}

/** The weighted mean of values [B, ...] that are computed from targets and predictions. */
export interface MeanRule {
  values(yTrue: Tensor, yPred: Tensor, context: LossContext): Tensor;
  /** The values that count, bool, of their shape. Default all. */
  readonly counts?: ((yTrue: Tensor, yPred: Tensor) => Tensor) | undefined;
  /** What is made of the mean. Default the mean itself. */
  readonly result?: (mean: number) => number;
}

/** A metric that is a weighted mean, or a function of one. */
export function meanMetric(name: string, { values, counts, result = (mean) => mean }: MeanRule): Metric {
  return {
    name,
    update(yTrue, yPred, weights = {}) {
      const all = values(yTrue, yPred, { mask: weights.mask });
      return weightedSums(all, weights, counts?.(yTrue, yPred));
    },
    begin: (saved) =>
      sums(saved, ({ total, count }) => result((total?.[0] ?? Number.NaN) / (count?.[0] ?? Number.NaN))),
  };
}

/** Σ values·weight and Σ weight, the weights broadcast to the values [B, ...]; values that do not count may be anything. */
function weightedSums(
  values: Tensor,
  weights: LossWeights,
  counts: Tensor | undefined,
): Readonly<Record<"total" | "count", Tensor>> {
  const factor = factorOf(values, weights, counts);
  return factor === undefined
    ? { total: sum(values), count: scalar(values.size, values.dtype) }
    : { total: sum(mul(values, factor)), count: sum(factor) };
}

/**
 * Sample weight, mask, and what else says which values count, as one factor of the values' shape; `undefined` where there is none.
 * A mask with axes that the values have lost is left out, as it is for losses.
 */
export function factorOf(
  values: Tensor,
  { sampleWeight, mask }: LossWeights,
  counts?: Tensor,
): Tensor | undefined {
  const given = [sampleWeight, maskFor(values, mask), counts].flatMap((one) =>
    one === undefined ? [] : [alignWeights("the sample weight or mask", cast(one, values.dtype), values)],
  );
  const [first, ...rest] = given;
  return first === undefined ? undefined : broadcastTo(rest.reduce(mul, first), values.shape);
}
