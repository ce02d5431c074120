// evaluate: the loss and the metrics on data, without training.

import { checkOptionNames } from "../nn/choice.ts";
import { checkBatchSize } from "./batches.ts";
import type { ModelData } from "./model-data.ts";
import { countRows, type Rows } from "./rows.ts";
import { ArraySource, type BatchData, DatasetSource, isBatchData } from "./source.ts";
import type { Trainer } from "./training.ts";

/** The loss and the metrics, by name. */
export type Evaluation = Readonly<Record<string, number>>;

export interface EvaluateOptions {
  /** Rows computed at once. Default 32. */
  readonly batchSize?: number;
  /** Weight of each row: [N]; for several outputs one array for all of them, or one for each. */
  readonly sampleWeight?: ModelData;
}

const optionNames: readonly (keyof EvaluateOptions)[] = ["batchSize", "sampleWeight"];

/** See {@link Model.evaluate}. */
export async function evaluateModel(
  trainer: Trainer,
  x: ModelData | BatchData,
  y: ModelData | undefined,
  options: EvaluateOptions,
): Promise<Evaluation> {
  checkOptionNames("evaluate", options, optionNames);
  const { batchSize = 32, sampleWeight } = options;
  checkBatchSize("evaluate", batchSize);
  if (isBatchData(x)) {
    const source = new DatasetSource("x", x, undefined, trainer.reader());
    return evaluateBatches(trainer, source.batches(0, 0));
  }
  return evaluateBatches(
    trainer,
    new ArraySource(trainer.checkRows([x, y, sampleWeight]), batchSize, undefined).batches(0, 0),
  );
}

/** The loss and the metrics over batches that have been checked. */
export async function evaluateBatches(
  trainer: Trainer,
  batches: Iterable<Rows> | AsyncIterable<Rows>,
): Promise<Evaluation> {
  const meter = trainer.meter();
  for await (const batch of batches) meter.add(await trainer.evaluate(batch), countRows(batch));
  return meter.logs();
}
