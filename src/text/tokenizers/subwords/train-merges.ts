// Learns which pairs of symbols to merge: the training of byte-pair encoding and of WordPiece.

import { grown } from "../word-table.ts";
import { PairTable } from "./pair-table.ts";

/** Words as symbols. */
export interface SymbolWords {
  /** The symbols of all words, one word after the other. The training writes here. */
  readonly symbols: Int32Array;
  /** Where each word begins, and after the last where that ends. */
  readonly starts: Int32Array;
  /** How often each word came. */
  readonly counts: Int32Array;
}

/** Two symbols that become one, in the order in which they are merged. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly joined: number;
}

export interface MergeLimits {
  /** How often a pair must come. */
  readonly minCount: number;
  /** Called for each merge: the symbol that the pair becomes, new or known; `undefined` ends the training. */
  readonly join: (left: number, right: number) => number | undefined;
}

/**
 * Merges the most frequent pair of adjacent symbols, again and again; among equally frequent ones that with the smaller left, then the
 * smaller right symbol. Counts are kept up to date: a merge only looks at words that its pair is in.
 *
 * Source: R. Sennrich, B. Haddow, A. Birch, "Neural Machine Translation of Rare Words with Subword Units", ACL 2016; the order of ties
 * is that of Hugging Face's `BpeTrainer`.
 */
export function trainMerges(words: SymbolWords, { minCount, join }: MergeLimits): readonly Merge[] {
  const { symbols, starts, counts } = words;
  const lengths = new Int32Array(counts.length);
  const pairs = new PairCounts();
  for (let word = 0; word < counts.length; word++) {
    const [start, end] = [starts[word] ?? 0, starts[word + 1] ?? 0];
    lengths[word] = end - start;
    for (let i = start; i + 1 < end; i++)
      pairs.change(symbols[i] ?? 0, symbols[i + 1] ?? 0, counts[word] ?? 0, word);
  }
  pairs.queueChanged();
  const merges: Merge[] = [];
  for (;;) {
    const pair = pairs.takeMostFrequent();
    if (pair === undefined || pairs.count(pair) < minCount) return merges;
    const [left, right] = [pairs.table.left(pair), pairs.table.right(pair)];
    const joined = join(left, right);
    if (joined === undefined) return merges;
    merges.push({ left, right, joined });
    pairs.forEachWord(pair, (word) => {
      lengths[word] = mergeInWord(word, left, right, joined);
    });
    pairs.clear(pair);
    pairs.queueChanged();
  }

  /** Replaces the pair in a word, which grows shorter in its place. @returns its new length */
  function mergeInWord(word: number, left: number, right: number, joined: number): number {
    const start = starts[word] ?? 0;
    const end = start + (lengths[word] ?? 0);
    const count = counts[word] ?? 0;
    let to = start;
    for (let from = start; from < end; from++) {
      const symbol = symbols[from] ?? 0;
      if (symbol !== left || from + 1 >= end || symbols[from + 1] !== right) {
        symbols[to++] = symbol;
        continue;
      }
      if (to > start) {
        const before = symbols[to - 1] ?? 0;
        pairs.change(before, left, -count, word);
        pairs.change(before, joined, count, word);
      }
      if (from + 2 < end) {
        const after = symbols[from + 2] ?? 0;
        pairs.change(right, after, -count, word);
        pairs.change(joined, after, count, word);
      }
      symbols[to++] = joined;
      from++;
    }
    return to - start;
  }
}

/** How often each pair comes and in which words, with the most frequent at hand. */
class PairCounts {
  readonly table = new PairTable(2 ** 16);
  #counts = new Float64Array(2 ** 16);
  /** The first entry of the list of words that a pair has come in; entries are numbered from 1. */
  #heads = new Int32Array(2 ** 16);
  #entryWords = new Int32Array(2 ** 18);
  #entryNext = new Int32Array(2 ** 18);
  #entries = 0;
  /** Pairs that have come to be more frequent since they were last queued. */
  readonly #changed = new Set<number>();
  /** A heap of pairs with the counts that they had when they were queued; counts that have fallen since are found when they come up. */
  #heap = new Int32Array(2 ** 16);
  #heapCounts = new Float64Array(2 ** 16);
  #queued = 0;

  count(pair: number): number {
    return this.#counts[pair] ?? 0;
  }

  change(left: number, right: number, by: number, word: number): void {
    const pair = this.table.add(left, right);
    if (pair === this.#counts.length) {
      const counts = new Float64Array(2 * pair);
      counts.set(this.#counts);
      this.#counts = counts;
      this.#heads = grown(this.#heads, 2 * pair);
    }
    this.#counts[pair] = (this.#counts[pair] ?? 0) + by;
    if (by < 0) return;
    this.#changed.add(pair);
    const head = this.#heads[pair] ?? 0;
    if (head > 0 && this.#entryWords[head] === word) return; // a word's pairs come one after the other
    const entry = ++this.#entries;
    if (entry === this.#entryWords.length) {
      this.#entryWords = grown(this.#entryWords, 2 * entry);
      this.#entryNext = grown(this.#entryNext, 2 * entry);
    }
    this.#entryWords[entry] = word;
    this.#entryNext[entry] = head;
    this.#heads[pair] = entry;
  }

  /** The words that a pair has come in; it may have left some of them. */
  forEachWord(pair: number, visit: (word: number) => void): void {
    for (let entry = this.#heads[pair] ?? 0; entry > 0; entry = this.#entryNext[entry] ?? 0)
      visit(this.#entryWords[entry] ?? 0);
  }

  /** Forgets a pair that has been merged everywhere. */
  clear(pair: number): void {
    this.#counts[pair] = 0;
    this.#heads[pair] = 0;
  }

  queueChanged(): void {
    for (const pair of this.#changed) this.#push(pair);
    this.#changed.clear();
  }

  /** The most frequent pair, which leaves the queue. */
  takeMostFrequent(): number | undefined {
    while (this.#queued > 0) {
      const pair = this.#heap[0] ?? 0;
      const queuedCount = this.#heapCounts[0] ?? 0;
      this.#pop();
      const count = this.count(pair);
      if (count === queuedCount) return pair;
      if (count > 0) this.#push(pair);
    }
    return undefined;
  }

  #push(pair: number): void {
    const count = this.count(pair);
    if (this.#queued === this.#heap.length) {
      this.#heap = grown(this.#heap, 2 * this.#queued);
      const heapCounts = new Float64Array(2 * this.#queued);
      heapCounts.set(this.#heapCounts);
      this.#heapCounts = heapCounts;
    }
    let at = this.#queued++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = this.#heap[parent] ?? 0;
      const otherCount = this.#heapCounts[parent] ?? 0;
      if (!this.#before(pair, count, other, otherCount)) break;
      this.#heap[at] = other;
      this.#heapCounts[at] = otherCount;
      at = parent;
    }
    this.#heap[at] = pair;
    this.#heapCounts[at] = count;
  }

  /** Removes the first of the heap. */
  #pop(): void {
    const size = --this.#queued;
    const pair = this.#heap[size] ?? 0;
    const count = this.#heapCounts[size] ?? 0;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#beforeAt(child + 1, child)) child++;
      const other = this.#heap[child] ?? 0;
      const otherCount = this.#heapCounts[child] ?? 0;
      if (this.#before(pair, count, other, otherCount)) break;
      this.#heap[at] = other;
      this.#heapCounts[at] = otherCount;
      at = child;
    }
    this.#heap[at] = pair;
    this.#heapCounts[at] = count;
  }

  #beforeAt(a: number, b: number): boolean {
    return this.#before(
      this.#heap[a] ?? 0,
      this.#heapCounts[a] ?? 0,
      this.#heap[b] ?? 0,
      this.#heapCounts[b] ?? 0,
    );
  }

  #before(pair: number, count: number, other: number, otherCount: number): boolean {
    if (count !== otherCount) return count > otherCount;
    const difference = this.table.left(pair) - this.table.left(other);
    return difference !== 0 ? difference < 0 : this.table.right(pair) < this.table.right(other);
  }
}
