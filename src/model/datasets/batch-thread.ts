// What runs on the thread of a workerDataset: it loads the user's module, and sends the batches that it makes.

import { parentThread } from "#platform";
import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import type { ParentThread } from "../../platform/types.ts";
import type { Batch, Batches } from "../source.ts";
import { type Answer, type Order, packBatch } from "./batch-message.ts";

type Start = Extract<Order, { kind: "start" }>;

const parent = parentThread();
if (parent !== undefined) serve(parent);

function serve(thread: ParentThread): void {
  let free = 0;
  let wake = () => {};
  /** Waits until a batch may be made. */
  const turn = async () => {
    while (free === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    free--;
  };
  thread.onMessage((message) => {
    const order = message as Order;
    if (order.kind === "start") {
      free = order.ahead;
      void send(thread, order, turn);
    } else {
      free++;
      wake();
    }
  });
}

async function send(thread: ParentThread, start: Start, turn: () => Promise<void>): Promise<void> {
  const answer = (message: Answer, moved?: readonly ArrayBuffer[]) => thread.post(message, moved);
  try {
    const batches = await open(start);
    await turn();
    let step = 0;
    for await (const given of batches) {
      const { batch, moved } = packBatch(checked(given, step), `batch ${step} of epoch ${start.epoch + 1}`);
      answer({ kind: "batch", batch }, moved);
      step++;
      await turn();
    }
    answer({ kind: "end" });
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(describe(error));
    answer({ kind: "failed", message, stack, code: error instanceof RecurraError ? error.code : undefined });
  }
}

/** The batches that the module makes of an epoch. */
async function open({ module, epoch, args }: Start): Promise<Batches> {
  const loaded: unknown = await import(module);
  const { batches } = loaded as { readonly batches?: unknown };
  if (typeof batches !== "function") {
    const names = Object.keys(loaded as object).join(", ") || "nothing";
    throw new RecurraError(
      "worker-module",
      `the module is to export a function batches(epoch, args) that gives batches; it exports ${names}`,
    );
  }
  const given: unknown = await batches(epoch, args);
  const isBatches =
    typeof given === "object" &&
    given !== null &&
    (Symbol.asyncIterator in given || Symbol.iterator in given);
  if (isBatches) return given as Batches;
  throw new RecurraError(
    "worker-module",
    `batches(epoch, args) is to give something that can be iterated over, got ${describe(given)}`,
  );
}

function checked(given: unknown, step: number): Batch {
  if (typeof given === "object" && given !== null && "x" in given) return given as Batch;
  throw new RecurraError(
    "model-data",
    `batch ${step} is to be { x, y, sampleWeight? }, got ${describe(given)}`,
  );
}
