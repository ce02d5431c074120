// WordTable: numbers words by their characters, without making a string of each.

const INITIAL_WORDS = 1024;

/**
 * A hash table of words. A word is a stretch of a text, so that looking it up neither copies nor allocates.
 * Words are numbered in the order in which they come, from 0.
 */
export class WordTable {
  #size = 0;
  /** The number of a word + 1 in the slot of its hash, or in the next free one; 0 for an empty slot. */
  #slots = new Int32Array(4 * INITIAL_WORDS);
  #hashes = new Int32Array(INITIAL_WORDS);
  /** Where each word begins in `#units`; the next begins where it ends. */
  #starts = new Int32Array(INITIAL_WORDS + 1);
  /** The UTF-16 units of all words. */
  #units = new Uint16Array(8 * INITIAL_WORDS);

  constructor(words: Iterable<string> = []) {
    for (const word of words) this.add(word, 0, word.length);
  }

  /** How many words there are. */
  get size(): number {
    return this.#size;
  }

  /** The number of the word text[from, to), or -1. */
  find(text: string, from: number, to: number): number {
    return this.#find(text, from, to, hashOf(text, from, to));
  }

  /** The number of the word text[from, to), which is added where it is new: its number is then what `size` was. */
  add(text: string, from: number, to: number): number {
    const hash = hashOf(text, from, to);
    const found = this.#find(text, from, to, hash);
    if (found >= 0) return found;
    const number = this.#size;
    this.#reserve(to - from);
    const start = this.#starts[number] ?? 0;
    for (let i = from; i < to; i++) this.#units[start + i - from] = text.charCodeAt(i);
    this.#starts[number + 1] = start + to - from;
    this.#hashes[number] = hash;
    this.#size = number + 1;
    this.#place(number, hash);
    return number;
  }

  /** A word by its number. */
  word(number: number): string {
    const units = this.#units.subarray(this.#starts[number], this.#starts[number + 1]);
    let word = "";
    for (let i = 0; i < units.length; i += 4096) word += String.fromCharCode(...units.subarray(i, i + 4096));
    return word;
  }

  #find(text: string, from: number, to: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = (slots[slot] ?? 0) - 1;
      if (number < 0) return -1;
      if (this.#hashes[number] === hash && this.#equals(number, text, from, to)) return number;
    }
  }

  #equals(number: number, text: string, from: number, to: number): boolean {
    const start = this.#starts[number] ?? 0;
    if ((this.#starts[number + 1] ?? 0) - start !== to - from) return false;
    const units = this.#units;
    const offset = start - from;
    for (let i = from; i < to; i++) if (units[offset + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Makes room for one more word. */
  #reserve(length: number): void {
    const number = this.#size;
    if (number === this.#hashes.length) {
      this.#hashes = grown(this.#hashes, 2 * number);
      const starts = new Int32Array(2 * number + 1);
      starts.set(this.#starts);
      this.#starts = starts;
      this.#slots = new Int32Array(2 * this.#slots.length);
      for (let i = 0; i < number; i++) this.#place(i, this.#hashes[i] ?? 0);
    }
    const end = (this.#starts[number] ?? 0) + length;
    if (end > this.#units.length) {
      const units = new Uint16Array(Math.max(end, 2 * this.#units.length));
      units.set(this.#units);
      this.#units = units;
    }
  }

  #place(number: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }
}

/** FNV-1a over UTF-16 units, with the high bits mixed into the low ones, which choose the slot. */
function hashOf(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}

/** An array with the same beginning and room for more. */
export function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
