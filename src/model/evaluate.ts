// evaluate: the loss and the metrics on data, without training.

import { checkOptionNames } from "../nn/choice.ts";
import { type ArrayLike, checkBatchSize } from "./batches.ts";

import type { Rows } from "./rows.ts";
import type { Trainer } from "./training.ts";

/** The loss and the metrics, by name. */
export type Evaluation = Readonly<Record<string, number>>;

export interface EvaluateOptions {
  /** Rows computed at once. Default 32. */
  readonly batchSize?: number;
  /** Weight of each row: [N]. */
  readonly sampleWeight?: ArrayLike;
}

const optionNames: readonly (keyof EvaluateOptions)[] = ["batchSize", "sampleWeight"];

/** See {@link Model.evaluate}. */
export async function evaluateModel(
  trainer: Trainer,
  x: ArrayLike,
  y: ArrayLike,
  options: EvaluateOptions,
): Promise<Evaluation> {
  checkOptionNames("evaluate", options, optionNames);
  const { batchSize = 32, sampleWeight } = options;
  checkBatchSize("evaluate", batchSize);
  return evaluateRows(trainer, trainer.checkRows([x, y, sampleWeight]), batchSize);
}

/** As {@link evaluateModel}, on arrays that have been checked. */
export async function evaluateRows(
  trainer: Trainer,
  { x, y, weight }: Rows,
  batchSize: number,
): Promise<Evaluation> {
  const [count = 0] = x.shape;
  const meter = trainer.meter();
  for (let start = 0; start < count; start += batchSize) {
    const end = Math.min(start + batchSize, count);
    const batch = { x: x.rows(start, end), y: y.rows(start, end), weight: weight?.rows(start, end) };
    meter.add(await trainer.evaluate(batch), end - start);
  }
  return meter.logs();
}
