// Long work on the only thread: now and then it lets others run, and ends where it is told to.

import { now } from "#platform";

const PAUSE_MS = 50;

/**
 * Makes what long work calls as often as it likes: it gives a promise to wait for where it is time for a pause, else nothing. The
 * promise rejects with the signal's reason once that is aborted.
 */
export function pauser(signal: AbortSignal | undefined): () => Promise<void> | undefined {
  signal?.throwIfAborted();
  let paused = now();
  return () => {
    if (now() - paused < PAUSE_MS) return undefined;
    return new Promise<void>((resolve) => setTimeout(resolve, 0)).then(() => {
      signal?.throwIfAborted();
      paused = now();
    });
  };
}
