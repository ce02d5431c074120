// Long work in one thread gives way: events such as an interruption or a progress bar are seen to in between.

import { now } from "#platform";

/** Others have their turn this often, in milliseconds. */
const TURN = 50;

/** Gives way now and then in a loop that never waits. */
export class Turns {
  #last = now();

  /**
   * Gives way where the last time is long enough ago.
   *
   * @returns whether it did
   * @throws the reason of `signal` where it was aborted meanwhile
   */
  async give(signal?: AbortSignal): Promise<boolean> {
    if (now() - this.#last < TURN) return false;
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    this.#last = now();
    return true;
  }
}
