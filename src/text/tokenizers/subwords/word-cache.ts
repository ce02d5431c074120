// WordCache: the ids of words that have been encoded before.

import { grown, WordTable } from "../word-table.ts";

/** Words kept at most, and how long they may be: what is rarer or longer is encoded each time. */
const MOST_WORDS = 2 ** 18;
const LONGEST = 64;

/** Where the encoder of a word puts its ids. */
export interface IdSink {
  push(id: number): void;
}

/** A list of ids that grows. */
export class IdList implements IdSink {
  #ids = new Int32Array(1024);
  length = 0;

  push(id: number): void {
    if (this.length === this.#ids.length) this.#ids = grown(this.#ids, 2 * this.length);
    this.#ids[this.length++] = id;
  }

  append(ids: Int32Array, from: number, to: number): void {
    const end = this.length + to - from;
    if (end > this.#ids.length) this.#ids = grown(this.#ids, 2 * end);
    for (let i = from; i < to; i++) this.#ids[this.length++] = ids[i] ?? 0;
  }

  /** The ids so far; a view, until more are added. */
  get view(): Int32Array {
    return this.#ids.subarray(0, this.length);
  }
}

/** Encodes words by a function, and each word only once. */
export class WordCache {
  readonly #words = new WordTable();
  readonly #encode: (word: string, into: IdSink) => void;
  /** The ids of all words kept, and where each word's begin. */
  readonly #kept = new IdList();
  #ids: Int32Array = new Int32Array();
  #starts = new Int32Array(1024);

  constructor(encode: (word: string, into: IdSink) => void) {
    this.#encode = encode;
  }

  /** Adds the ids of the word source[from, to) to a list. */
  encode(source: string, from: number, to: number, into: IdList): void {
    const found = to - from > LONGEST ? -1 : this.#words.find(source, from, to);
    if (found >= 0) {
      into.append(this.#ids, this.#starts[found] ?? 0, this.#starts[found + 1] ?? 0);
      return;
    }
    const begin = into.length;
    this.#encode(source.slice(from, to), into);
    if (to - from > LONGEST || this.#words.size >= MOST_WORDS) return;
    const word = this.#words.add(source, from, to);
    if (word + 1 >= this.#starts.length) this.#starts = grown(this.#starts, 2 * this.#starts.length);
    this.#kept.append(into.view, begin, into.length);
    this.#ids = this.#kept.view;
    this.#starts[word + 1] = this.#kept.length;
  }
}
