// What commands that take long have in common: Ctrl-C, a view of the progress, threads, and a name for what they write.

import { basename } from "node:path";
import type { Executor } from "../jobs/executor.ts";
import type { CliContext } from "./context.ts";
import { interruptible } from "./interrupt.ts";
import { ProgressView } from "./progress.ts";

export interface Work {
  readonly signal: AbortSignal;
  readonly view: ProgressView;
  readonly executor: Executor;
}

/** Runs the long part of a command; Ctrl-C stops it. @param threads Default: as many as there are cores. */
export async function work<T>(
  context: CliContext,
  threads: number | undefined,
  run: (work: Work) => Promise<T>,
): Promise<T> {
  const { workerThreads } = await import("../jobs/worker-threads.ts");
  const { signal, release } = interruptible(context, "Stopped. Nothing was written.");
  const view = new ProgressView(context.tell);
  const executor = workerThreads(threads);
  try {
    return await run({ signal, view, executor });
  } finally {
    await view.end();
    await executor.end();
    release();
  }
}

/** `sales` for `data/sales.csv.gz`, `sales` for `sales/*.parquet`, `input` for standard input. */
export function nameOf(path: string): string {
  if (path === "-") return "input";
  const plain = path.replace(/[/\\]*[^/\\]*[*?[{][^/\\]*$/, "");
  return (
    basename(plain).replace(/(?<=.)\.(?:csv|tsv|txt|dat|json|jsonl|ndjson|parquet|gz)(?=\.|$)/gi, "") ||
    "table"
  );
}
