// The pieces that the training of a unigram model starts from: characters, and stretches of words that come often.

import { PairTable } from "../subwords/pair-table.ts";
import { grown } from "../word-table.ts";
import type { CodeWords } from "./lattice.ts";

/** A piece as code points, with how often it comes. */
export interface SeedPiece {
  readonly codes: Int32Array;
  readonly count: number;
}

export interface SeedLimits {
  /** Code points in a piece at most. */
  readonly longest: number;
  /** How many pieces there are at most. */
  readonly size: number;
}

/**
 * All characters, and of the stretches that come at two places of different words those with the largest count times length. A stretch that
 * always goes on with the same character is left out, since the longer one says more (the inner nodes of a suffix tree, as in
 * SentencePiece). A word that comes often, but in no other, is none: it would hide the parts it has in common with others.
 *
 * Stretches are counted length by length, and only what comes at two places is made longer, so that what does not takes no room.
 */
export function seedPieces(
  { codes, starts }: CodeWords,
  counts: Int32Array,
  { longest, size }: SeedLimits,
): readonly SeedPiece[] {
  // An edge leads from a stretch to one that is longer by a character; a stretch is its edge's number + 1, the empty one 0.
  const edges = new PairTable(2 ** 18);
  let totals = new Float64Array(2 ** 18);
  let placesOf = new Int32Array(2 ** 18); // at how many places each stretch is
  const places = codes.length;
  const ends = new Int32Array(places); // where the word of each place ends
  const weights = new Int32Array(places);
  for (let word = 0; word + 1 < starts.length; word++) {
    const [start, end] = [starts[word] ?? 0, starts[word + 1] ?? 0];
    ends.fill(end, start, end);
    weights.fill(counts[word] ?? 0, start, end);
  }
  const stretches = new Int32Array(places);
  let active = Int32Array.from({ length: places }, (_, place) => place);
  for (let length = 1; length <= longest && active.length > 0; length++) {
    for (const place of active) {
      const edge = edges.add(stretches[place] ?? 0, codes[place + length - 1] ?? 0);
      if (edge >= totals.length) {
        const more = new Float64Array(2 * edge);
        more.set(totals);
        totals = more;
        placesOf = grown(placesOf, 2 * edge);
      }
      totals[edge] = (totals[edge] ?? 0) + (weights[place] ?? 0);
      placesOf[edge] = (placesOf[edge] ?? 0) + 1;
      stretches[place] = edge + 1;
    }
    active = active.filter(
      (place) => place + length < (ends[place] ?? 0) && (placesOf[(stretches[place] ?? 0) - 1] ?? 0) >= 2,
    );
  }
  const lengths = new Uint8Array(edges.size);
  const isRedundant = new Uint8Array(edges.size);
  for (let edge = 0; edge < edges.size; edge++) {
    const parent = edges.left(edge) - 1;
    lengths[edge] = parent < 0 ? 1 : (lengths[parent] ?? 0) + 1;
    if (parent >= 0 && totals[edge] === totals[parent]) isRedundant[parent] = 1;
  }
  const characters: number[] = [];
  const others: number[] = [];
  for (let edge = 0; edge < edges.size; edge++) {
    if (lengths[edge] === 1) characters.push(edge);
    else if (isRedundant[edge] === 0 && (placesOf[edge] ?? 0) >= 2) others.push(edge);
  }
  const weight = (edge: number) => (totals[edge] ?? 0) * (lengths[edge] ?? 0);
  others.sort((a, b) => weight(b) - weight(a) || a - b);
  return [...characters, ...others.slice(0, Math.max(0, size - characters.length))].map((edge) => {
    const piece = new Int32Array(lengths[edge] ?? 0);
    for (let at = edge, i = piece.length - 1; at >= 0; at = edges.left(at) - 1) piece[i--] = edges.right(at);
    return { codes: piece, count: totals[edge] ?? 0 };
  });
}
