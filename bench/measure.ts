// How a workload is timed: as the peers do it, the median of single steps after a warm-up.

/** Milliseconds of the median step. */
export async function medianMs(
  step: () => unknown,
  { warmup = 4, budgetMs = 4000, atLeast = 7, atMost = 400 } = {},
): Promise<number> {
  for (let i = 0; i < warmup; i++) await step();
  const times: number[] = [];
  const end = performance.now() + budgetMs;
  while (times.length < atLeast || (performance.now() < end && times.length < atMost)) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}
