// Ctrl-C in a command that takes long.

import { onInterrupt } from "#platform";
import { RecurraError } from "../platform/error.ts";
import type { CliContext } from "./context.ts";

/**
 * A signal that Ctrl-C aborts. A second Ctrl-C ends the program at once.
 *
 * @param stopped what the user is told when all has come to an end, in sentences
 * @returns the signal, and what gives Ctrl-C its usual meaning back
 */
export function interruptible(
  { tell }: CliContext,
  stopped: string,
): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const release = onInterrupt(() => {
    if (controller.signal.aborted) process.exit(130);
    tell("\nStopping …\n");
    controller.abort(new RecurraError("interrupted", stopped));
  });
  return { signal: controller.signal, release };
}
