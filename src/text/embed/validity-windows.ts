// Windows of a corpus and what stands against them: the same with another word in the middle.

import type { Batch, Dataset } from "../../model/source.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import type { Random } from "../../tensor/random.ts";
import { SENTENCE_END } from "./corpus.ts";
import { aliasTable, unigramWeights } from "./sampling.ts";

/** Places in a corpus where as many words of one sentence follow each other as a window has: [N]. */
export function windowStarts(ids: Int32Array, width: number): Int32Array {
  const starts = new Int32Array(ids.length);
  let [count, begin] = [0, 0];
  for (let at = 0; at < ids.length; at++) {
    if (ids[at] === SENTENCE_END) begin = at + 1;
    else if (at - begin + 1 >= width) starts[count++] = at - width + 1;
  }
  return starts.slice(0, count);
}

/** Draws ids of words, each with a probability that goes with a power of how often it comes; 0 draws all alike. */
export function wordDrawer(
  counts: Float64Array,
  power: number,
): (count: number, random: Random) => Int32Array {
  const table = aliasTable(unigramWeights(counts, power));
  return (count, random) => {
    const bits = random.bits(2 * count);
    return Int32Array.from({ length: count }, (_, i) => {
      const column = Math.floor(((bits[2 * i] ?? 0) / 2 ** 32) * counts.length);
      return (bits[2 * i + 1] ?? 0) < (table[2 * column] ?? 0) ? column : (table[2 * column + 1] ?? 0);
    });
  };
}

/** What windows are cut from, and what is drawn into their middles. */
export interface WindowSource {
  readonly ids: Int32Array;
  /** Words in a window; odd. */
  readonly width: number;
  readonly draw: (count: number, random: Random) => Int32Array;
}

/** Some windows: the words around the middle, and in the middle the word that stood there and another one. */
export interface WindowPairs {
  /** [B, width - 1] */
  readonly around: NdArray;
  /** [B, 2] */
  readonly middles: NdArray;
}

/** The windows that begin at `starts`; the word that is drawn is not the one that stood there, unless it is drawn twice in a row. */
export function windowPairs(
  { ids, width, draw }: WindowSource,
  starts: ArrayLike<number>,
  random: Random,
): WindowPairs {
  const [rows, half] = [starts.length, width >> 1];
  const around = new Int32Array(rows * 2 * half);
  const middles = new Int32Array(2 * rows);
  const drawn = draw(2 * rows, random);
  for (let row = 0; row < rows; row++) {
    const start = starts[row] ?? 0;
    around.set(ids.subarray(start, start + half), row * 2 * half);
    around.set(ids.subarray(start + half + 1, start + width), row * 2 * half + half);
    const own = ids[start + half] ?? 0;
    const first = drawn[2 * row] ?? 0;
    middles[2 * row] = own;
    middles[2 * row + 1] = first === own ? (drawn[2 * row + 1] ?? 0) : first;
  }
  return { around: new NdArray(around, [rows, 2 * half]), middles: new NdArray(middles, [rows, 2]) };
}

/**
 * All windows once a pass, in a new order with new words against them. Batches are all of one size: the last goes on at the beginning.
 */
export function windowBatches(
  source: WindowSource,
  starts: Int32Array,
  batchSize: number,
  random: Random,
): Dataset & { readonly steps: number } {
  const steps = Math.ceil(starts.length / batchSize);
  // 1 for the word that stood there, 0 for the other one.
  const y = new NdArray(
    Float32Array.from({ length: 2 * batchSize }, (_, i) => 1 - (i % 2)),
    [batchSize, 2],
  );
  return {
    steps,
    *batches(pass): Iterable<Batch> {
      const own = random.fold(pass);
      const order = own.permutation(starts.length);
      const some = new Int32Array(batchSize);
      for (let step = 0; step < steps; step++) {
        for (let row = 0; row < batchSize; row++)
          some[row] = starts[order[(step * batchSize + row) % order.length] ?? 0] ?? 0;
        const { around, middles } = windowPairs(source, some, own);
        yield { x: [around, middles], y };
      }
    },
  };
}
