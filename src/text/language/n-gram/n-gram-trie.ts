// NGramTrie: the counts of n-grams of all lengths up to an order, sorted, in a few flat arrays.

/**
 * The n-grams of one length. Those that begin with the same n - 1 words, their parent, stand together and are sorted by their last word:
 * those of parent p from place `first[p]` to `first[p + 1] - 1`. An n-gram's place is its number.
 */
export interface NGramLevel {
  /** [parents + 1] */
  readonly first: Int32Array;
  /** [n-grams] the last word of each */
  readonly words: Int32Array;
  /** [n-grams] how often each was counted */
  readonly counts: Uint32Array;
}

/** Counted n-grams: 8 bytes each, and 4 for each as a parent. The root, number 0, is the n-gram of no words. */
export class NGramTrie {
  /** Of n-grams of 1, 2, … words. That of 1 has an entry for each id there is, also those never counted. */
  readonly levels: readonly NGramLevel[];

  constructor(levels: readonly NGramLevel[]) {
    this.levels = levels;
  }

  /** The number of words of the longest n-grams. */
  get order(): number {
    return this.levels.length;
  }

  /** How many ids there are. */
  get width(): number {
    return this.levels[0]?.words.length ?? 0;
  }

  /**
   * The number of the n-gram that a word makes of its parent.
   *
   * @param length words of the n-gram, from 1
   * @param parent the number of the n-gram without the last word
   * @returns -1 where it was not counted
   */
  child(length: number, parent: number, word: number): number {
    if (length === 1) return word < this.width ? word : -1;
    const level = this.levels[length - 1];
    if (level === undefined) return -1;
    const { first, words } = level;
    let low = first[parent] ?? 0;
    let high = (first[parent + 1] ?? 0) - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = words[middle] ?? 0;
      if (found === word) return middle;
      if (found < word) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** The number of the n-gram of the words `ids[from]` to `ids[to - 1]`; -1 where it was not counted, 0 for no words. */
  find(ids: ArrayLike<number>, from: number, to: number): number {
    let number = 0;
    for (let at = from; at < to && number >= 0; at++)
      number = this.child(at - from + 1, number, ids[at] ?? -1);
    return number;
  }

  /** Visits the n-grams of a length, in order of their words' ids. @param visit takes the words, in an array used again, and the count */
  each(length: number, visit: (words: readonly number[], count: number) => void): void {
    const path: number[] = [];
    const descend = (parent: number) => {
      const level = this.levels[path.length];
      if (level === undefined) return;
      const [from, to] = [level.first[parent] ?? 0, level.first[parent + 1] ?? 0];
      for (let number = from; number < to; number++) {
        path.push(level.words[number] ?? 0);
        if (path.length === length) visit(path, level.counts[number] ?? 0);
        else descend(number);
        path.pop();
      }
    };
    descend(0);
  }
}
