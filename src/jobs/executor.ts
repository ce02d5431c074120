// Work that fans out: jobs that name a function of a module and carry their data, and what runs them.

/** A call that can be made anywhere: on another thread, on another machine. */
export interface Job {
  /** The address of the module. */
  readonly module: string;
  /** The exported function that is called, with `input` as its only argument. */
  readonly function: string;
  /** Plain data: numbers, texts, lists, typed arrays; no functions. Typed arrays are copied with the whole buffer they view. */
  readonly input: unknown;
}

export interface RunOptions {
  /** Ends the run when it is aborted: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called as each job ends. */
  readonly onResult?: ((result: unknown, index: number) => void) | undefined;
}

/** What runs jobs. */
export interface Executor {
  /** How many jobs run at the same time. */
  readonly slots: number;
  /**
   * Runs jobs and gives their results, in the order of the jobs.
   *
   * @throws RecurraError the first error of a job, with the code it had there; the other jobs are not waited for.
   */
  run(jobs: readonly Job[], options?: RunOptions): Promise<readonly unknown[]>;
  /** Ends what it has started. */
  end(): Promise<void>;
}
