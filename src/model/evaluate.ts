// evaluate: the loss and the metrics on data, without training.

import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { ArrayLike } from "./batches.ts";
import type { Model } from "./model.ts";

/** The loss and the metrics, by name. */
export type Evaluation = Readonly<Record<string, number>>;

export interface EvaluateOptions {
  /** Rows computed at once. Default 32. */
  readonly batchSize?: number;
  /** Weight of each row: [N]. */
  readonly sampleWeight?: ArrayLike;
}

/** See {@link Model.evaluate}. */
export async function evaluateModel(model: Model, x: ArrayLike, y: ArrayLike, options: EvaluateOptions): Promise<Evaluation> {
  const { batchSize = 32, sampleWeight } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RecurraError("batch-size", `evaluate: batchSize is a positive whole number, got ${batchSize}`);
  }
  const inputs = model.checkInput("x", x);
  const [count = 0] = inputs.shape;
  const trainer = model.trainer();
  const targets = trainer.checkTargets("y", y, count);
  const weight = sampleWeight === undefined ? undefined : trainer.checkSampleWeight("sampleWeight", sampleWeight, count);
  return evaluateArrays(model, { x: inputs, y: targets, weight }, batchSize);
}

/** As {@link evaluateModel}, on arrays that have been checked. */
export async function evaluateArrays(
  model: Model,
  { x, y, weight }: { readonly x: NdArray; readonly y: NdArray; readonly weight: NdArray | undefined },
  batchSize: number,
): Promise<Evaluation> {
  const [count = 0] = x.shape;
  if (count === 0) throw new RecurraError("no-rows", "evaluate: there are no rows to evaluate");
  const trainer = model.trainer();
  const meter = trainer.meter();
  for (let start = 0; start < count; start += batchSize) {
    const end = Math.min(start + batchSize, count);
    const batch = { x: x.rows(start, end), y: y.rows(start, end), weight: weight?.rows(start, end) };
    meter.add(await trainer.evaluate(batch), end - start);
  }
  return meter.logs();
}
