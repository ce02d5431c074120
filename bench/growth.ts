// How much memory a program holds on to while it repeats something.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Memory by kind, in MiB: all that the system counts, V8's heap, and what lies outside of it. */
export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What is held now, after garbage is collected. */
export async function memoryNow(): Promise<Memory> {
  collectGarbage();
  // Finalisers, which give native memory back, run between tasks.
  await new Promise((resolve) => setTimeout(resolve, 10));
  collectGarbage();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const MiB = 2 ** 20;
  return {
    rss: rss / MiB,
    heapUsed: heapUsed / MiB,
    external: external / MiB,
    arrayBuffers: arrayBuffers / MiB,
  };
}

/** By how much each kind of memory grew. */
export function growth(before: Memory, after: Memory): Memory {
  return {
    rss: after.rss - before.rss,
    heapUsed: after.heapUsed - before.heapUsed,
    external: after.external - before.external,
    arrayBuffers: after.arrayBuffers - before.arrayBuffers,
  };
}

/** By how much each kind may grow once a program runs, in MiB: what allocators and V8's bookkeeping waver by. */
export const allowed: Memory = { rss: 16, heapUsed: 1, external: 0.5, arrayBuffers: 0.1 };

/** The kinds that grew by more than is allowed. */
export function excess(grown: Memory, limits = allowed): string[] {
  return (Object.keys(limits) as (keyof Memory)[])
    .filter((kind) => grown[kind] > limits[kind])
    .map((kind) => `${kind} by ${grown[kind].toFixed(2)} MiB, where ${limits[kind]} are allowed`);
}
