// workerDataset: batches that are made on a thread of their own, while the model computes on this one.

import { startThread } from "#platform";
import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Batch, Dataset } from "../source.ts";
import { type Answer, type Order, unpackBatch } from "./batch-message.ts";

export interface WorkerDatasetOptions {
  /** What `batches` of the module is given beside the epoch. It is copied to the other thread: numbers, texts, arrays, no functions. */
  readonly args?: unknown;
  /** Batches that are made ahead of the step that runs; beyond that the thread waits. Default 2. */
  readonly ahead?: number | undefined;
  /** Batches in an epoch, where it is known. */
  readonly steps?: number | undefined;
  /** Whether stateful layers are put back to zero; see {@link Dataset}. */
  readonly resetStates?: Dataset["resetStates"];
}

/**
 * Batches that a module makes on a thread of its own. The model's steps and the making of batches then run at the same time: on this
 * thread nothing else runs while a step does. The module exports `batches(epoch, args)`, which gives the batches of an epoch, counted
 * from 0, as an iterable or an async iterable; the arrays of a batch move to this thread, so that each batch needs new ones.
 *
 *     // crops.ts
 *     export function* batches(epoch: number, { file }: { file: string }): Iterable<Batch> { … }
 *
 *     // train.ts
 *     const crops = workerDataset(new URL("./crops.ts", import.meta.url), { args: { file: "crops.bin" }, ahead: 4 });
 *     await model.fit(crops, { epochs: 20 });
 *
 * Each epoch has a thread to itself, which loads the module and ends with the epoch, or where the training breaks off: what all epochs
 * need is better read piece by piece than when the module is loaded.
 *
 * @param module its address
 * @throws RecurraError `option-value`, `unknown-option`; `worker-failed`, or the code of the error, where the module fails; `no-threads`
 *   in a browser
 */
export function workerDataset(module: URL | string, options: WorkerDatasetOptions = {}): Dataset {
  checkOptionNames("workerDataset", options, ["args", "ahead", "steps", "resetStates"]);
  const { args, ahead = 2, steps, resetStates } = options;
  checkCounts("workerDataset", { ahead, ...(steps === undefined ? {} : { steps }) });
  if (!(module instanceof URL) && !URL.canParse(module)) {
    throw new RecurraError(
      "option-value",
      `workerDataset: wants the address of a module, such as new URL("./batches.ts", import.meta.url), got ${describe(module)}`,
    );
  }
  const address = String(module);
  return {
    steps,
    resetStates,
    batches: (epoch) => batchesFrom({ kind: "start", module: address, epoch, args, ahead }),
  };
}

/** The sources run as they are; what is built has other names. */
const threadFile = import.meta.url.endsWith(".ts") ? "./batch-thread.ts" : "./batch-thread.js";

async function* batchesFrom(start: Extract<Order, { kind: "start" }>): AsyncGenerator<Batch, void> {
  const thread = startThread(new URL(threadFile, import.meta.url));
  const order = (message: Order) => thread.post(message);
  try {
    try {
      order(start);
    } catch (cause) {
      throw new RecurraError(
        "option-value",
        `workerDataset: args cannot be copied to another thread: ${cause instanceof Error ? cause.message : cause}`,
        { cause },
      );
    }
    for (;;) {
      const answer = await thread.next().catch((cause: unknown) => {
        throw failure(start.module, cause instanceof Error ? cause.message : String(cause), cause);
      });
      const message = answer as Answer;
      if (message.kind === "end") return;
      if (message.kind === "failed")
        throw failure(start.module, message.message, causeOf(message), message.code);
      order({ kind: "taken" });
      yield unpackBatch(message.batch);
    }
  } finally {
    await thread.end();
  }
}

function failure(module: string, message: string, cause: unknown, code = "worker-failed"): RecurraError {
  return new RecurraError(code, `workerDataset: ${module}: ${message}`, { cause });
}

/** The error as the other thread had it. */
function causeOf({
  message,
  stack,
}: {
  readonly message: string;
  readonly stack: string | undefined;
}): Error {
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
