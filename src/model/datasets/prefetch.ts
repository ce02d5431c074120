// prefetch: the next batches of a data set are made ready while a step runs.

import { checkOptionNames } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import type { Batch, BatchData, Batches, Dataset } from "../source.ts";

export interface PrefetchOptions {
  /** Batches that are made ready ahead of the step that runs. Default 2. */
  readonly ahead?: number | undefined;
}

/**
 * The same batches, asked for ahead of the steps: what a data set waits for (a disk, a database, a network) is waited for while the
 * model computes. What it computes itself in JavaScript still shares the thread with the model: see {@link workerDataset}. The arrays of
 * a batch must not be written into again when the next ones are made.
 *
 *     await model.fit(prefetch(await tableDataset("sales.parquet", { x: ["price", "stock"], y: "units" })));
 *
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function prefetch(data: AsyncIterable<Batch>, options?: PrefetchOptions): AsyncIterable<Batch>;
export function prefetch(data: BatchData, options?: PrefetchOptions): Dataset;
export function prefetch(data: BatchData, options: PrefetchOptions = {}): Dataset | AsyncIterable<Batch> {
  checkOptionNames("prefetch", options, ["ahead"]);
  const { ahead = 2 } = options;
  checkCounts("prefetch", { ahead });
  if (typeof data === "function") return { batches: (epoch) => readAhead(data(epoch), ahead) };
  if (!("batches" in data)) return readAhead(data, ahead);
  return {
    steps: data.steps,
    resetStates: data.resetStates,
    batches: (epoch) => readAhead(data.batches(epoch), ahead),
  };
}

async function* readAhead(batches: Batches, ahead: number): AsyncGenerator<Batch, void> {
  const source =
    Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
  const waiting: Promise<IteratorResult<Batch>>[] = [];
  let isOver = false;
  // One after the other: not every iterator can be asked again before it has answered.
  let last: Promise<void> = Promise.resolve();
  const ask = () => {
    const answer = last.then(() => (isOver ? ({ done: true, value: undefined } as const) : source.next()));
    last = answer.then(
      ({ done }) => {
        isOver ||= done === true;
      },
      () => {
        isOver = true; // who reads the batch is told why
      },
    );
    waiting.push(answer);
  };
  try {
    for (;;) {
      while (waiting.length <= ahead) ask();
      const answer = await waiting.shift();
      if (answer === undefined || answer.done === true) return;
      yield answer.value;
    }
  } finally {
    const wasOver = isOver;
    isOver = true;
    await last;
    if (!wasOver) await source.return?.();
  }
}
