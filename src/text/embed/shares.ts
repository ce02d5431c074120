// Training by several threads on one memory without locks (Hogwild), or by this thread alone, with progress and an end on demand.

import { environment, now } from "#platform";
import type { Job } from "../../jobs/executor.ts";
import { workerThreads } from "../../jobs/worker-threads.ts";
import { pauser } from "./pause.ts";

/** What a thread says of its share: where it is in the array that all threads see. */
export interface Tally {
  /** Three numbers a thread: units of work done; sum of the loss; examples it is of. */
  readonly numbers: Float64Array;
  readonly thread: number;
}

const DONE = 0;
const LOSS = 1;
const EXAMPLES = 2;
const NUMBERS = 3;

/** Adds work that was done to a thread's tally. */
export function count({ numbers, thread }: Tally, done: number, loss: number, examples: number): void {
  const at = NUMBERS * thread;
  numbers[at + DONE] = (numbers[at + DONE] ?? 0) + done;
  numbers[at + LOSS] = (numbers[at + LOSS] ?? 0) + loss;
  numbers[at + EXAMPLES] = (numbers[at + EXAMPLES] ?? 0) + examples;
}

/** The work that all threads have done so far. */
export function allDone({ numbers }: Pick<Tally, "numbers">): number {
  return sumOf(numbers, DONE);
}

function sumOf(numbers: Float64Array, which: number): number {
  let sum = 0;
  for (let at = which; at < numbers.length; at += NUMBERS) sum += numbers[at] ?? 0;
  return sum;
}

/** How far a training is. */
export interface EmbedProgress {
  /** Words (word2vec) or pairs of words (GloVe) that have been trained on, all passes together. */
  readonly done: number;
  readonly total: number;
  /** Of them in a second, since the beginning. */
  readonly perSecond: number;
  readonly secondsLeft: number;
  /** Mean loss of the examples since the last report, in nats; for GloVe its weighted squared error. NaN where there were none. */
  readonly loss: number;
}

/** How a training is run; the same for all kinds of vectors. */
export interface RunOptions {
  /**
   * Threads that train on the same vectors at the same time. With more than one the result depends on their timing, a little and each
   * time anew; with one it follows from the seed to the bit. In a browser there is one. Default 1.
   */
  readonly threads?: number | undefined;
  /** Called about four times a second, and at the end. */
  readonly onProgress?: ((progress: EmbedProgress) => void) | undefined;
  /** Ends the training when it is aborted: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Threads that a training can have here. */
export function possibleThreads(threads: number): number {
  return environment.runtime === "browser" ? 1 : threads;
}

/** An array of a thread's or all threads' memory. */
export function tallyNumbers(threads: number): Float64Array {
  const bytes = 8 * NUMBERS * threads;
  return new Float64Array(threads > 1 ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
}

/** What is trained, share by share. */
export interface Shares<Input> {
  /** One share for each thread. */
  readonly inputs: readonly Input[];
  /** Trains a share, and stops for a moment after each piece. */
  readonly train: (input: Input) => Iterable<void>;
  /** The same on another thread: a function that trains the whole share. */
  readonly job: Pick<Job, "module" | "function">;
  readonly numbers: Float64Array;
  /** Work to be done in all. */
  readonly total: number;
}

const REPORT_MS = 250;

/** Trains all shares, on threads where there are several. */
export async function trainShares<Input>(
  { inputs, train, job, numbers, total }: Shares<Input>,
  { onProgress, signal }: RunOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const began = now();
  let before = { loss: 0, examples: 0 };
  const report = () => {
    if (onProgress === undefined) return;
    const done = sumOf(numbers, DONE);
    const [loss, examples] = [sumOf(numbers, LOSS), sumOf(numbers, EXAMPLES)];
    const perSecond = (1000 * done) / (now() - began);
    onProgress({
      done,
      total,
      perSecond,
      secondsLeft: (total - done) / perSecond,
      loss: (loss - before.loss) / (examples - before.examples),
    });
    before = { loss, examples };
  };
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined) await trainHere(train(only), report, signal);
  else await trainOnThreads(inputs, job, report, signal);
  report();
}

async function trainHere(pieces: Iterable<void>, report: () => void, signal: AbortSignal | undefined) {
  const pause = pauser(signal);
  let reported = now();
  for (const _ of pieces) {
    if (now() - reported >= REPORT_MS) {
      report();
      reported = now();
    }
    const wait = pause();
    if (wait !== undefined) await wait;
  }
}

async function trainOnThreads<Input>(
  inputs: readonly Input[],
  job: Pick<Job, "module" | "function">,
  report: () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const executor = workerThreads(inputs.length);
  let timer: ReturnType<typeof setInterval> | undefined;
  try {
    const run = executor.run(
      inputs.map((input) => ({ ...job, input })),
      { signal },
    );
    timer = setInterval(report, REPORT_MS);
    await run;
  } finally {
    clearInterval(timer);
    await executor.end();
  }
}
