// NGramCounter: counts the n-grams of texts, then sorts them into a trie.

import { type NGramLevel, NGramTrie } from "./n-gram-trie.ts";
import { PairTable } from "./pair-table.ts";

/** Counts the n-grams of 1 to `order` words of one text after the other. */
export class NGramCounter {
  readonly #start: number | undefined;
  readonly #end: number | undefined;
  /** [width] */
  readonly #words: Uint32Array;
  /** Of 2, 3, … words. */
  readonly #tables: readonly PairTable[];
  /** The numbers of the n-grams of 0, 1, … words that end at the last word. */
  readonly #path: Int32Array;

  /**
   * @param order words of the longest n-grams
   * @param width how many ids there are, those of start and end too
   * @param start stands before each text, and is not counted by itself; none where undefined
   * @param end ends each text; none where undefined
   */
  constructor(order: number, width: number, start?: number, end?: number) {
    this.#start = start;
    this.#end = end;
    this.#words = new Uint32Array(width);
    this.#tables = Array.from({ length: order - 1 }, () => new PairTable());
    this.#path = new Int32Array(order);
  }

  /** Counts the n-grams of a text. @param ids [T] below `width` */
  add(ids: Int32Array): void {
    let before = 0;
    if (this.#start !== undefined && this.#path.length > 1) {
      this.#path[1] = this.#start;
      before = 1;
    }
    for (let t = 0; t < ids.length; t++) this.#count(ids[t] ?? 0, before + t);
    if (this.#end !== undefined) this.#count(this.#end, before + ids.length);
  }

  /** @param before words before it */
  #count(word: number, before: number): void {
    const path = this.#path;
    // From the longest n-gram to the shortest: each makes the path of the next word of the path up to the word before.
    for (let length = Math.min(before, path.length - 1) + 1; length >= 2; length--) {
      const number = this.#tables[length - 2]?.add(path[length - 1] ?? 0, word) ?? 0;
      if (length < path.length) path[length] = number;
    }
    this.#words[word] = (this.#words[word] ?? 0) + 1;
    if (path.length > 1) path[1] = word;
  }

  /** All that was counted. */
  trie(): NGramTrie {
    const width = this.#words.length;
    const levels: NGramLevel[] = [
      {
        first: Int32Array.of(0, width),
        words: Int32Array.from({ length: width }, (_, id) => id),
        counts: this.#words.slice(),
      },
    ];
    let rank = Int32Array.from({ length: width }, (_, id) => id);
    for (const table of this.#tables) {
      const { level, places } = sorted(table, rank, width);
      levels.push(level);
      rank = places;
    }
    return new NGramTrie(levels);
  }
}

/**
 * The pairs of a table sorted by parent, then by word: two counting sorts, the second keeping the order of the first.
 *
 * @param rank [parents] the place of each parent, by its number in the table before
 * @returns the level, and the place of each pair by its number
 */
function sorted(
  table: PairTable,
  rank: Int32Array,
  width: number,
): { readonly level: NGramLevel; readonly places: Int32Array<ArrayBuffer> } {
  const { size, parents, words, counts } = table;
  const wordStarts = new Int32Array(width + 1);
  for (let pair = 0; pair < size; pair++) increment(wordStarts, (words[pair] ?? 0) + 1);
  accumulate(wordStarts);
  const byWord = new Int32Array(size);
  for (let pair = 0; pair < size; pair++) byWord[increment(wordStarts, words[pair] ?? 0)] = pair;

  const first = new Int32Array(rank.length + 1);
  for (let pair = 0; pair < size; pair++) increment(first, (rank[parents[pair] ?? 0] ?? 0) + 1);
  accumulate(first);
  const next = first.slice();
  const level = { first, words: new Int32Array(size), counts: new Uint32Array(size) };
  const places = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const pair = byWord[i] ?? 0;
    const place = increment(next, rank[parents[pair] ?? 0] ?? 0);
    places[pair] = place;
    level.words[place] = words[pair] ?? 0;
    level.counts[place] = counts[pair] ?? 0;
  }
  return { level, places };
}

/** Adds 1. @returns what was there */
function increment(values: Int32Array, at: number): number {
  const value = values[at] ?? 0;
  values[at] = value + 1;
  return value;
}

function accumulate(values: Int32Array): void {
  for (let i = 1; i < values.length; i++) values[i] = (values[i] ?? 0) + (values[i - 1] ?? 0);
}
