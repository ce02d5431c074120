// PairTable: numbers pairs of ids.

import { grown } from "../word-table.ts";

/** A hash table of pairs of ids, which are numbered in the order in which they come, from 0. */
export class PairTable {
  #size = 0;
  /** The number of a pair + 1 in the slot of its hash, or in the next free one; 0 for an empty slot. */
  #slots: Int32Array;
  #lefts: Int32Array;
  #rights: Int32Array;

  /** @param expected how many pairs there will be about */
  constructor(expected = 1024) {
    const room = 2 ** Math.ceil(Math.log2(expected + 1));
    this.#slots = new Int32Array(4 * room);
    this.#lefts = new Int32Array(room);
    this.#rights = new Int32Array(room);
  }

  get size(): number {
    return this.#size;
  }

  left(pair: number): number {
    return this.#lefts[pair] ?? 0;
  }

  right(pair: number): number {
    return this.#rights[pair] ?? 0;
  }

  /** The number of a pair, or -1. */
  find(left: number, right: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hashOf(left, right) & mask; ; slot = (slot + 1) & mask) {
      const pair = (slots[slot] ?? 0) - 1;
      if (pair < 0 || (this.#lefts[pair] === left && this.#rights[pair] === right)) return pair;
    }
  }

  /** The number of a pair, which is added where it is new: its number is then what `size` was. */
  add(left: number, right: number): number {
    const found = this.find(left, right);
    if (found >= 0) return found;
    const pair = this.#size++;
    if (pair === this.#lefts.length) {
      this.#lefts = grown(this.#lefts, 2 * pair);
      this.#rights = grown(this.#rights, 2 * pair);
      this.#slots = new Int32Array(2 * this.#slots.length);
      for (let i = 0; i < pair; i++) this.#place(i);
    }
    this.#lefts[pair] = left;
    this.#rights[pair] = right;
    this.#place(pair);
    return pair;
  }

  #place(pair: number): void {
    const mask = this.#slots.length - 1;
    let slot = hashOf(this.left(pair), this.right(pair)) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = pair + 1;
  }
}

function hashOf(left: number, right: number): number {
  const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right + 0x7f4a7c15, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
