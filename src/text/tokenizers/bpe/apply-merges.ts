// Applies learnt merges to the symbols of a word.

import { PairTable } from "../subwords/pair-table.ts";
import type { Merge } from "../subwords/train-merges.ts";

/** Up to so many symbols the next merge is looked for among all; beyond, a heap knows it. */
const SHORT = 48;

/** Merges by their pair, with their rank: the earlier learnt, the earlier applied. */
export class MergeRules {
  readonly #pairs: PairTable;
  readonly #joined: Int32Array;

  constructor(merges: readonly Merge[]) {
    this.#pairs = new PairTable(merges.length);
    this.#joined = new Int32Array(merges.length);
    for (const { left, right, joined } of merges) {
      const known = this.#pairs.size;
      const rank = this.#pairs.add(left, right);
      if (rank === known) this.#joined[rank] = joined; // a pair that comes again has its first rule
    }
  }

  /**
   * Merges the symbols of a word until no pair has a rule: the one of lowest rank first, the leftmost of equals.
   *
   * @param symbols the first `length` of them; written to
   * @returns how many are left
   */
  apply(symbols: Int32Array, length: number): number {
    return length <= SHORT ? this.#applyByScan(symbols, length) : this.#applyByHeap(symbols, length);
  }

  #rank(left: number, right: number): number {
    const pair = this.#pairs.find(left, right);
    return pair < 0 ? Number.MAX_SAFE_INTEGER : pair;
  }

  #applyByScan(symbols: Int32Array, length: number): number {
    const pairs = this.#pairs;
    let count = length;
    for (;;) {
      let best = 0x7fffffff;
      let bestAt = -1;
      for (let i = 0; i + 1 < count; i++) {
        const rank = pairs.find(symbols[i] ?? 0, symbols[i + 1] ?? 0);
        if (rank >= 0 && rank < best) {
          best = rank;
          bestAt = i;
        }
      }
      if (bestAt < 0) return count;
      symbols[bestAt] = this.#joined[best] ?? 0;
      symbols.copyWithin(bestAt + 1, bestAt + 2, count);
      count--;
    }
  }

  #applyByHeap(symbols: Int32Array, length: number): number {
    const next = new Int32Array(length);
    const previous = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    const queue = new RankQueue(length);
    const offer = (at: number): void => {
      const after = next[at] ?? length;
      if (after >= length) return;
      const rank = this.#rank(symbols[at] ?? 0, symbols[after] ?? 0);
      if (rank < Number.MAX_SAFE_INTEGER) queue.push(rank, at);
    };
    for (let i = 0; i + 1 < length; i++) offer(i);
    for (let at = queue.pop(); at >= 0; at = queue.pop()) {
      const after = next[at] ?? length;
      // What was queued may be no more: a symbol that has been merged into the one before it is -1.
      if (symbols[at] === -1 || after >= length) continue;
      if (this.#rank(symbols[at] ?? 0, symbols[after] ?? 0) !== queue.rank) continue;
      symbols[at] = this.#joined[queue.rank] ?? 0;
      symbols[after] = -1;
      const beyond = next[after] ?? length;
      next[at] = beyond;
      if (beyond < length) previous[beyond] = at;
      offer(at);
      const before = previous[at] ?? -1;
      if (before >= 0) offer(before);
    }
    let count = 0;
    for (let i = 0; i < length; i++) if (symbols[i] !== -1) symbols[count++] = symbols[i] ?? 0;
    return count;
  }
}

/** A heap of places by rank, then by place. */
class RankQueue {
  /** The rank of the place that was popped last. */
  rank = 0;
  // rank · 2^32 + place, which a float64 holds exactly for ranks below 2^21
  #keys: Float64Array;
  #size = 0;

  constructor(room: number) {
    this.#keys = new Float64Array(Math.max(16, room));
  }

  push(rank: number, place: number): void {
    if (this.#size === this.#keys.length) {
      const keys = new Float64Array(2 * this.#size);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    const key = rank * 2 ** 32 + place;
    const keys = this.#keys;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = keys[parent] ?? 0;
      if (other <= key) break;
      keys[at] = other;
      at = parent;
    }
    keys[at] = key;
  }

  /** The place with the lowest rank, or -1 where there is none. */
  pop(): number {
    if (this.#size === 0) return -1;
    const keys = this.#keys;
    const first = keys[0] ?? 0;
    const size = --this.#size;
    const key = keys[size] ?? 0;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && (keys[child + 1] ?? 0) < (keys[child] ?? 0)) child++;
      const other = keys[child] ?? 0;
      if (other >= key) break;
      keys[at] = other;
      at = child;
    }
    keys[at] = key;
    this.rank = Math.floor(first / 2 ** 32);
    return first % 2 ** 32;
  }
}
