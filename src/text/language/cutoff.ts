// cutoff: how large the largest of many numbers are, without sorting them.

/** Where the largest numbers end. */
export interface Cutoff {
  /** The smallest of them. */
  readonly least: number;
  /** How many of those that equal it are needed. */
  readonly ties: number;
}

/**
 * Finds the fewest largest numbers that reach a goal, by partitions as in quickselect: time in proportion to their number.
 * Source: Hoare, "Algorithm 65: Find", CACM 4(7), 1961; with three parts, as Dijkstra's flag.
 *
 * @param values numbers, whose order is lost; for sums from 0 up
 * @param length how many of them are looked at, from 1: the first
 * @param goal above 0; what cannot be reached takes all
 * @param measure "count": `goal` of them are wanted. "sum": together they are to be at least `goal`.
 */
export function cutoff(values: Float64Array, length: number, goal: number, measure: "count" | "sum"): Cutoff {
  let [low, high, missing] = [0, length, goal]; // the end lies in [low, high); those before low are in
  for (;;) {
    const pivot = medianOfThree(values[low] ?? 0, values[(low + high) >>> 1] ?? 0, values[high - 1] ?? 0);
    // [low, larger) > pivot, [larger, next) = pivot, [smaller, high) < pivot
    let [larger, next, smaller, sum] = [low, low, high, 0];
    while (next < smaller) {
      const value = values[next] ?? 0;
      if (value > pivot) {
        sum += value;
        values[next++] = values[larger] ?? 0;
        values[larger++] = value;
      } else if (value < pivot) {
        values[next] = values[--smaller] ?? 0;
        values[smaller] = value;
      } else next++;
    }
    const reached = measure === "count" ? larger - low : sum;
    const each = measure === "count" ? 1 : pivot;
    const alike = smaller - larger;
    if (larger > low && reached >= missing) high = larger;
    else if (smaller === high || reached + alike * each >= missing) {
      const needed = each === 0 ? alike : Math.ceil((missing - reached) / each);
      return { least: pivot, ties: Math.min(Math.max(needed, 1), alike) };
    } else {
      missing -= reached + alike * each;
      low = smaller;
    }
  }
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
