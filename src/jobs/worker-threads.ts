// The executor of one machine: worker threads, started when there is work for them.

import { environment, startThread } from "#platform";
import { RecurraError } from "../platform/error.ts";
import type { Thread } from "../platform/types.ts";
import type { Executor, Job, RunOptions } from "./executor.ts";
import type { Answer, Order } from "./job-message.ts";

/** The sources run as they are; what is built has other names. */
const threadFile = import.meta.url.endsWith(".ts") ? "./job-thread.ts" : "./job-thread.js";

/**
 * Runs jobs on worker threads, one job a thread at a time. The threads stay until `end`, so that modules are loaded once.
 *
 * @param threads how many; default: as many as the machine has cores
 */
export function workerThreads(threads: number = environment.cores): Executor {
  if (!Number.isSafeInteger(threads) || threads < 1)
    throw new RecurraError("option", `workerThreads: threads is ${threads}; wanted a whole number from 1 on`);
  return new WorkerThreads(threads);
}

class WorkerThreads implements Executor {
  readonly slots: number;
  /** Threads that wait for a job. */
  readonly #idle: Thread[] = [];
  readonly #all = new Set<Thread>();

  constructor(slots: number) {
    this.slots = slots;
  }

  async run(jobs: readonly Job[], { signal, onResult }: RunOptions = {}): Promise<readonly unknown[]> {
    signal?.throwIfAborted();
    const results: unknown[] = new Array(jobs.length);
    let next = 0;
    let stopped = false;
    const work = async () => {
      while (next < jobs.length && !stopped) {
        const index = next++;
        const job = jobs[index];
        if (job === undefined) return;
        const result = await this.#one(job, index);
        if (stopped) return;
        results[index] = result;
        onResult?.(result, index);
      }
    };
    const workers = Promise.all(Array.from({ length: Math.min(this.slots, jobs.length) }, work));
    try {
      await (signal === undefined ? workers : Promise.race([workers, aborted(signal)]));
    } catch (error) {
      stopped = true;
      workers.catch(() => {});
      await this.end();
      throw error;
    }
    return results;
  }

  async end(): Promise<void> {
    const threads = [...this.#all];
    this.#all.clear();
    this.#idle.length = 0;
    await Promise.all(threads.map((thread) => thread.end()));
  }

  async #one(job: Job, id: number): Promise<unknown> {
    const thread = this.#idle.pop() ?? this.#start();
    try {
      thread.post({ ...job, id } satisfies Order);
    } catch (cause) {
      this.#idle.push(thread);
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RecurraError(
        "job",
        `the input of ${job.function} cannot be copied to another thread: ${reason}`,
        {
          cause,
        },
      );
    }
    const answer = (await thread.next()) as Answer;
    if (this.#all.has(thread)) this.#idle.push(thread);
    if (answer.kind === "done") return answer.result;
    const cause = new Error(answer.message);
    if (answer.stack !== undefined) cause.stack = answer.stack;
    throw new RecurraError(answer.code ?? "job", answer.message, { cause });
  }

  #start(): Thread {
    const thread = startThread(new URL(threadFile, import.meta.url));
    this.#all.add(thread);
    return thread;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
