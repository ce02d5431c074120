// Subwords: the n-grams of a word's characters, hashed to buckets, with vectors from which unknown words get theirs.

import { RecurraError } from "../../platform/error.ts";

/** Which n-grams of characters a word is made of. */
export interface SubwordShape {
  /** Fewest characters. fastText's default 3. */
  readonly minLength: number;
  /** Most characters. fastText's default 6. */
  readonly maxLength: number;
  /** Numbers that hashes are folded to; n-grams of one number share a vector. fastText's default 2,000,000. */
  readonly buckets: number;
}

const encoder = new TextEncoder();

/** The 32-bit FNV-1a hash of a text's UTF-8 bytes, which are taken as signed: so fastText has it, whose files it must fit. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) {
    hash ^= byte >= 128 ? byte | 0xffffff00 : byte;
    hash = Math.imul(hash, 16777619);
  }
  return hash >>> 0;
}

/**
 * The n-grams of `<word>`, from `minLength` to `maxLength` characters (code points); the marks alone are none.
 *
 *     characterNGrams("where", { minLength: 3, maxLength: 3 }); // <wh whe her ere re>
 *
 * Source: Bojanowski et al., TACL 2017, section 3.2; in the order of fastText's computeSubwords.
 */
export function characterNGrams(
  word: string,
  { minLength, maxLength }: Pick<SubwordShape, "minLength" | "maxLength">,
): string[] {
  const characters = Array.from(`<${word}>`);
  const grams: string[] = [];
  for (let from = 0; from < characters.length; from++) {
    for (let length = minLength; length <= maxLength && from + length <= characters.length; length++) {
      const isMark = length === 1 && (from === 0 || from === characters.length - 1);
      if (!isMark) grams.push(characters.slice(from, from + length).join(""));
    }
  }
  return grams;
}

/** The bucket of each n-gram of a word. */
export function bucketsOf(word: string, shape: SubwordShape): number[] {
  return characterNGrams(word, shape).map((gram) => fnv1a(gram) % shape.buckets);
}

/** Vectors of n-grams. Buckets that no word of the training has are left out: nothing was learnt for them. */
export class Subwords {
  readonly shape: SubwordShape;
  /** The buckets that have vectors, ascending. */
  readonly buckets: Int32Array;
  /** Their vectors [buckets, width]. */
  readonly matrix: Float32Array;
  readonly width: number;

  /** @throws RecurraError `shape` where the matrix has not a row for each bucket */
  constructor(shape: SubwordShape, buckets: Int32Array, matrix: Float32Array, width: number) {
    if (matrix.length !== buckets.length * width)
      throw new RecurraError(
        "shape",
        `Subwords: ${buckets.length} buckets of width ${width} want ${buckets.length * width} numbers, got ${matrix.length}`,
      );
    this.shape = shape;
    this.buckets = buckets;
    this.matrix = matrix;
    this.width = width;
  }

  /** A vector for a word that is not in the vocabulary: the mean of its n-grams' vectors; undefined where none of them is known. */
  vectorOf(word: string): Float32Array | undefined {
    const vector = new Float32Array(this.width);
    let found = 0;
    for (const bucket of bucketsOf(word, this.shape)) {
      const row = this.#rowOf(bucket);
      if (row === undefined) continue;
      found++;
      for (let i = 0; i < this.width; i++)
        vector[i] = (vector[i] ?? 0) + (this.matrix[row * this.width + i] ?? 0);
    }
    return found === 0 ? undefined : vector.map((value) => value / found);
  }

  #rowOf(bucket: number): number | undefined {
    let [low, high] = [0, this.buckets.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const here = this.buckets[middle] ?? 0;
      if (here === bucket) return middle;
      if (here < bucket) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}
