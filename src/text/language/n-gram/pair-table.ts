// PairTable: counts of pairs of whole numbers, for n-grams as (what stands before, word).

/** Counts pairs (parent, word). Each distinct pair has a number, in order of appearance. 20 to 28 bytes a pair. */
export class PairTable {
  #size = 0;
  #parents = new Int32Array(1024);
  #words = new Int32Array(1024);
  #counts = new Uint32Array(1024);
  /** Open addressing with linear probing: a pair's number + 1, or 0 for a free place. At most half are taken. */
  #places = new Int32Array(2048);

  /** How many distinct pairs there are. */
  get size(): number {
    return this.#size;
  }

  get parents(): Int32Array {
    return this.#parents.subarray(0, this.#size);
  }

  get words(): Int32Array {
    return this.#words.subarray(0, this.#size);
  }

  get counts(): Uint32Array {
    return this.#counts.subarray(0, this.#size);
  }

  /** Counts a pair. @returns its number */
  add(parent: number, word: number): number {
    const mask = this.#places.length - 1;
    let place = hash(parent, word) & mask;
    for (;;) {
      const pair = (this.#places[place] ?? 0) - 1;
      if (pair < 0) return this.#append(place, parent, word);
      if (this.#words[pair] === word && this.#parents[pair] === parent) {
        this.#counts[pair] = (this.#counts[pair] ?? 0) + 1;
        return pair;
      }
      place = (place + 1) & mask;
    }
  }

  #append(place: number, parent: number, word: number): number {
    const pair = this.#size++;
    if (pair === this.#words.length) {
      this.#parents = grown(this.#parents, new Int32Array(2 * pair));
      this.#words = grown(this.#words, new Int32Array(2 * pair));
      this.#counts = grown(this.#counts, new Uint32Array(2 * pair));
    }
    this.#parents[pair] = parent;
    this.#words[pair] = word;
    this.#counts[pair] = 1;
    this.#places[place] = pair + 1;
    if (2 * this.#size > this.#places.length) this.#spread();
    return pair;
  }

  #spread(): void {
    const places = new Int32Array(2 * this.#places.length);
    const mask = places.length - 1;
    for (let pair = 0; pair < this.#size; pair++) {
      let place = hash(this.#parents[pair] ?? 0, this.#words[pair] ?? 0) & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = pair + 1;
    }
    this.#places = places;
  }
}

function hash(parent: number, word: number): number {
  // Multipliers and shifts as in MurmurHash3's last step (Appleby, 2011), so that low bits depend on all.
  let mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(word, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
  return mixed ^ (mixed >>> 13);
}

function grown<A extends Int32Array | Uint32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
