// How often words stand near each other, nearer ones counting more: the matrix that GloVe is fitted to.

import { SENTENCE_END } from "./corpus.ts";
import { pauser } from "./pause.ts";

/** The cells above and on the diagonal of a symmetric matrix that are not 0. */
export interface CoOccurrences {
  /** Row and column of each cell, first ≤ second. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** X: what the cell and the one across the diagonal hold each. */
  readonly values: Float64Array;
}

/** Words, the most frequent ones, whose cells are kept in a full matrix: they make up most of what is counted. */
const DENSE = 2000;

const IDS_BETWEEN_PAUSES = 10_000;

/**
 * Counts, for each word, the words at most `window` words before and after it in its sentence; one that is d words away counts 1/d.
 *
 * Source: Pennington et al., EMNLP 2014, section 4.2.
 *
 * @param ids sentences of word ids, each with {@link SENTENCE_END} after it
 */
export async function coOccurrences(
  ids: Int32Array,
  words: number,
  window: number,
  signal?: AbortSignal,
): Promise<CoOccurrences> {
  const dense = Math.min(words, DENSE);
  const full = new Float64Array(dense * dense);
  const rest = new PairTable();
  const weights = Float64Array.from({ length: window + 1 }, (_, d) => 1 / d);
  const pause = pauser(signal);
  let begin = 0;
  for (let at = 0; at < ids.length; at++) {
    const wait = at % IDS_BETWEEN_PAUSES === 0 ? pause() : undefined;
    if (wait !== undefined) await wait;
    const word = ids[at] ?? SENTENCE_END;
    if (word === SENTENCE_END) {
      begin = at + 1;
      continue;
    }
    for (let before = Math.max(begin, at - window); before < at; before++) {
      const other = ids[before] ?? 0;
      // A word near itself: the cell is seen from both sides.
      const weight = (weights[at - before] ?? 0) * (word === other ? 2 : 1);
      const [low, high] = word < other ? [word, other] : [other, word];
      if (high < dense) full[low * dense + high] = (full[low * dense + high] ?? 0) + weight;
      else rest.add(low, high, weight);
    }
  }
  return gathered(full, dense, rest);
}

function gathered(full: Float64Array, dense: number, rest: PairTable): CoOccurrences {
  let size = rest.size;
  for (const value of full) if (value > 0) size++;
  const first = new Int32Array(size);
  const second = new Int32Array(size);
  const values = new Float64Array(size);
  let at = 0;
  const put = (low: number, high: number, value: number) => {
    first[at] = low;
    second[at] = high;
    values[at++] = value;
  };
  for (const [cell, value] of full.entries())
    if (value > 0) put(Math.floor(cell / dense), cell % dense, value);
  rest.forEach(put);
  return { first, second, values };
}

/** Sums by pairs of numbers: a hash table with open addressing. */
class PairTable {
  size = 0;
  #capacity = 1 << 16;
  /** The first number of each pair; -1 where the place is free. */
  #first = new Int32Array(this.#capacity).fill(-1);
  #second = new Int32Array(this.#capacity);
  #sums = new Float64Array(this.#capacity);

  add(first: number, second: number, weight: number): void {
    const place = this.#placeOf(first, second);
    if (this.#first[place] === -1) {
      this.#first[place] = first;
      this.#second[place] = second;
      this.size++;
    }
    this.#sums[place] = (this.#sums[place] ?? 0) + weight;
    if (2 * this.size > this.#capacity) this.#grow();
  }

  forEach(visit: (first: number, second: number, sum: number) => void): void {
    for (const [place, first] of this.#first.entries())
      if (first !== -1) visit(first, this.#second[place] ?? 0, this.#sums[place] ?? 0);
  }

  /** Where a pair is, or the free place where it goes. */
  #placeOf(first: number, second: number): number {
    const mask = this.#capacity - 1;
    const mixed = Math.imul(Math.imul(first, 0x9e3779b1) ^ second, 0x85ebca6b);
    let place = (mixed ^ (mixed >>> 15)) & mask;
    for (;;) {
      const here = this.#first[place];
      if (here === -1 || (here === first && this.#second[place] === second)) return place;
      place = (place + 1) & mask;
    }
  }

  #grow(): void {
    const [firsts, seconds, sums] = [this.#first, this.#second, this.#sums];
    this.#capacity *= 2;
    this.#first = new Int32Array(this.#capacity).fill(-1);
    this.#second = new Int32Array(this.#capacity);
    this.#sums = new Float64Array(this.#capacity);
    for (let at = 0; at < firsts.length; at++) {
      const first = firsts[at] ?? -1;
      if (first === -1) continue;
      const place = this.#placeOf(first, seconds[at] ?? 0);
      this.#first[place] = first;
      this.#second[place] = seconds[at] ?? 0;
      this.#sums[place] = sums[at] ?? 0;
    }
  }
}
