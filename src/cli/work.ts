// What commands that take long have in common: Ctrl-C, a view of the progress, threads, and a name for what they write.

import { basename } from "node:path";
import { writeFolderAtomic } from "#platform";
import type { Executor } from "../jobs/executor.ts";
import type { CliContext } from "./context.ts";
import { interruptible } from "./interrupt.ts";
import { ProgressView } from "./progress.ts";

export interface Work {
  readonly signal: AbortSignal;
  readonly view: ProgressView;
  readonly executor: Executor;
  /**
   * Ends the progress and writes a folder, all of it or nothing: Ctrl-C still stops it.
   *
   * @param isOwn whether a file in the folder is one that this command writes, and may be replaced
   */
  readonly write: (
    folder: string,
    isOwn: (name: string) => boolean,
    write: (folder: string) => Promise<void>,
  ) => Promise<void>;
}

/**
 * Runs the long part of a command; Ctrl-C stops it.
 *
 * @param threads Default: as many as there are cores.
 * @param stopped what the user is told then
 */
export async function work<T>(
  context: CliContext,
  threads: number | undefined,
  run: (work: Work) => Promise<T>,
  stopped = "Stopped. Nothing was written.",
): Promise<T> {
  const { workerThreads } = await import("../jobs/worker-threads.ts");
  const { signal, release } = interruptible(context, stopped);
  const view = new ProgressView(context.tell);
  const executor = workerThreads(threads);
  try {
    return await run({
      signal,
      view,
      executor,
      async write(folder, isOwn, write) {
        await view.end();
        context.tell(`Writing ${folder} …\n`);
        const whole = async (draft: string) => {
          await write(draft);
          signal.throwIfAborted();
        };
        await writeFolderAtomic(folder, whole, { owned: isOwn });
      },
    });
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
