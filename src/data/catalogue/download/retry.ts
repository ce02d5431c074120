// When a broken download is tried again: the pauses between tries.

/** Milliseconds before the second try; each further pause is twice as long. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** A server that wants more patience than this, in milliseconds, is not waited for. */
export const LONGEST_WAIT = 120_000;

/** Waits; fails with the signal's reason when it is aborted. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

export const sleep: Sleep = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });

/**
 * Milliseconds to wait after so many tries in a row that brought nothing: exponential, with a random half, so that many programs
 * cut off at once do not come back at once.
 *
 * @param failures from 1
 * @param random in [0, 1)
 */
export function pauseAfter(failures: number, random: number): number {
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
  return longest * (0.5 + random / 2);
}

/** Milliseconds that a `Retry-After` header asks for: seconds, or a date (RFC 9110, 10.2.3). Undefined where it is neither. */
export function retryAfter(header: string | null, today: number): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - today);
}
