// Runs a metric over batches, by the interpreter.

import { expect } from "vitest";
import { interpret } from "../../../src/graph/interpret.ts";
import { input } from "../../../src/graph/ops/leaf.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { type Metric, type MetricChoice, metric, type Statistics } from "../../../src/nn/metrics.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { toValue } from "../../support/check-op.ts";

export interface Weights {
  readonly sampleWeight?: NdArray;
  readonly mask?: NdArray;
}

/** The statistics of one batch. */
function statisticsOf(rule: Metric, yTrue: NdArray, yPred: NdArray, weights: Weights): Statistics {
  const given = { yTrue, yPred, ...weights };
  const leaves = Object.fromEntries(Object.entries(given).map(([name, array]) => [name, input(name, array)]));
  const { yTrue: y, yPred: p, sampleWeight, mask } = leaves as Record<string, Tensor>;
  const tree = rule.update(y as Tensor, p as Tensor, { sampleWeight, mask });
  const point = new Map(
    Object.entries(given).map(([name, array]) => [leaves[name] as Tensor, toValue(array)]),
  );
  const values = interpret(Object.values(tree), point);
  return Object.fromEntries(
    Object.keys(tree).map((name, i) => [name, values[i]?.data ?? new Float64Array()]),
  );
}

/**
 * A metric over batches that end at the given rows. It is asked for after each of them, which must not change it; and it is saved and
 * gone on from, which must give the same bits.
 */
export function over(
  choice: MetricChoice,
  yTrue: NdArray,
  yPred: NdArray,
  ends: readonly number[] = [yTrue.shape[0] ?? 0],
  weights: Weights = {},
): number {
  const rule = metric(choice);
  const gathered = rule.begin();
  expect(gathered.save()).toEqual({});
  let resumed = rule.begin(gathered.save());
  for (const [i, end] of ends.entries()) {
    const cut = (array: NdArray) => array.rows(ends[i - 1] ?? 0, end);
    const kept = Object.fromEntries(Object.entries(weights).map(([name, array]) => [name, cut(array)]));
    const statistics = statisticsOf(rule, cut(yTrue), cut(yPred), kept);
    gathered.add(statistics);
    resumed.add(statistics);
    expect(resumed.result()).toBe(gathered.result());
    resumed = rule.begin(throughLists(resumed.save()));
  }
  expect(resumed.result()).toBe(gathered.result());
  return gathered.result();
}

/** As a checkpoint keeps them. */
function throughLists(saved: Statistics): Statistics {
  return Object.fromEntries(
    Object.entries(saved).map(([name, values]) => [name, Float64Array.from([...values])]),
  );
}

/** The numbers of an array, row by row. */
export function rowsOf(array: NdArray): number[][] {
  const [rows = 0] = array.shape;
  const width = array.size / rows;
  const values = array.toFloat64();
  return Array.from({ length: rows }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);
}
