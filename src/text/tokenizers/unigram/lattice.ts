// Lattices: all ways to put words together from pieces, and sums and maxima over them.

import { PairTable } from "../subwords/pair-table.ts";
import { grown } from "../word-table.ts";

/** A trie of pieces of code points. */
export class PieceTrie {
  // A node is the number of the edge to it + 1; the root is 0.
  readonly #edges: PairTable;
  /** The piece + 1 that ends at each node; 0 where none does. */
  #pieces: Int32Array;

  /** @param pieces as code points */
  constructor(pieces: readonly ArrayLike<number>[]) {
    this.#edges = new PairTable(4 * pieces.length);
    this.#pieces = new Int32Array(8 * pieces.length + 64);
    for (const [i, piece] of pieces.entries()) {
      let node = 0;
      for (let at = 0; at < piece.length; at++) node = this.#edges.add(node, piece[at] ?? 0) + 1;
      if (node >= this.#pieces.length) this.#pieces = grown(this.#pieces, 2 * node);
      this.#pieces[node] = i + 1;
    }
  }

  /** The node that a code point leads to from another, or 0. The root is 0. */
  next(node: number, code: number): number {
    return this.#edges.find(node, code) + 1;
  }

  /** The piece that ends at a node, or -1. */
  pieceAt(node: number): number {
    return (this.#pieces[node] ?? 0) - 1;
  }
}

/** Words as code points, one after the other. */
export interface CodeWords {
  readonly codes: Int32Array;
  /** Where each word begins, and after the last where that ends. */
  readonly starts: Int32Array;
}

/**
 * The pieces that begin at each place of each word. Expectation and maximum over all ways through a word are sums along these edges.
 * A word is of at most 64 code points (see `countWords`).
 */
export class Lattices {
  readonly #starts: Int32Array;
  /** Where the edges from each place begin, and after the last where those end. */
  readonly #begins: Int32Array;
  #lengths: Uint8Array;
  #pieces: Int32Array;

  constructor({ codes, starts }: CodeWords, trie: PieceTrie) {
    this.#starts = starts;
    this.#begins = new Int32Array(codes.length + 1);
    let pieces = new Int32Array(4 * codes.length + 16);
    let lengths = new Uint8Array(pieces.length);
    let edges = 0;
    for (let word = 0; word + 1 < starts.length; word++) {
      const end = starts[word + 1] ?? 0;
      for (let from = starts[word] ?? 0; from < end; from++) {
        this.#begins[from] = edges;
        let node = 0;
        for (let at = from; at < end; at++) {
          node = trie.next(node, codes[at] ?? 0);
          if (node === 0) break;
          const piece = trie.pieceAt(node);
          if (piece < 0) continue;
          if (edges === pieces.length) {
            pieces = grown(pieces, 2 * edges);
            const longer = new Uint8Array(2 * edges);
            longer.set(lengths);
            lengths = longer;
          }
          pieces[edges] = piece;
          lengths[edges++] = at + 1 - from;
        }
      }
    }
    this.#begins[codes.length] = edges;
    this.#pieces = pieces.slice(0, edges);
    this.#lengths = lengths.slice(0, edges);
  }

  /** Leaves pieces out and renumbers the others. @param numbers the new number of each piece, -1 for one that is left out */
  keep(numbers: Int32Array): void {
    let to = 0;
    let edge = 0;
    for (let place = 0; place + 1 < this.#begins.length; place++) {
      const end = this.#begins[place + 1] ?? 0;
      this.#begins[place] = to;
      for (; edge < end; edge++) {
        const number = numbers[this.#pieces[edge] ?? 0] ?? -1;
        if (number < 0) continue;
        this.#pieces[to] = number;
        this.#lengths[to++] = this.#lengths[edge] ?? 0;
      }
    }
    this.#begins[this.#begins.length - 1] = to;
    this.#pieces = this.#pieces.slice(0, to);
    this.#lengths = this.#lengths.slice(0, to);
  }

  /**
   * Adds up how often each piece is expected to be used, over all ways through each word by their probability (Kudo 2018, equation 3;
   * forward-backward).
   *
   * @param scores the logarithm of each piece's probability
   * @param counts how often each word came
   * @param expected receives the sums
   * @returns the log-likelihood of all words, in nats
   */
  expect(scores: Float64Array, counts: Int32Array, expected: Float64Array): number {
    // Each probability is taken times e^8 for each of its characters: along any way through a word of n that is e^8n, so the ways keep
    // their shares, and sums over words of 64 characters stay within what a float64 holds.
    const perCharacter = 8;
    const factors = Float64Array.from({ length: 65 }, (_, length) => Math.exp(perCharacter * length));
    const probabilities = scores.map((score) => Math.exp(score));
    const [begins, pieces, lengths] = [this.#begins, this.#pieces, this.#lengths];
    const forward = new Float64Array(66);
    const backward = new Float64Array(66);
    let logLikelihood = 0;
    for (let word = 0; word + 1 < this.#starts.length; word++) {
      const start = this.#starts[word] ?? 0;
      const size = (this.#starts[word + 1] ?? 0) - start;
      forward.fill(0, 0, size + 1);
      forward[0] = 1;
      for (let i = 0; i < size; i++) {
        const before = forward[i] ?? 0;
        const end = begins[start + i + 1] ?? 0;
        for (let edge = begins[start + i] ?? 0; edge < end; edge++) {
          const length = lengths[edge] ?? 0;
          const p = (probabilities[pieces[edge] ?? 0] ?? 0) * (factors[length] ?? 0);
          forward[i + length] = (forward[i + length] ?? 0) + before * p;
        }
      }
      const total = forward[size] ?? 0;
      if (!(total > 0)) continue;
      const count = counts[word] ?? 0;
      logLikelihood += count * (Math.log(total) - perCharacter * size);
      backward[size] = 1;
      for (let i = size - 1; i >= 0; i--) {
        const share = ((forward[i] ?? 0) * count) / total;
        let sum = 0;
        const end = begins[start + i + 1] ?? 0;
        for (let edge = begins[start + i] ?? 0; edge < end; edge++) {
          const length = lengths[edge] ?? 0;
          const piece = pieces[edge] ?? 0;
          const rest = (probabilities[piece] ?? 0) * (factors[length] ?? 0) * (backward[i + length] ?? 0);
          sum += rest;
          expected[piece] = (expected[piece] ?? 0) + share * rest;
        }
        backward[i] = sum;
      }
    }
    return logLikelihood;
  }

  /**
   * The most probable way through a word (Viterbi).
   *
   * @param without a piece that is not to be used, or -1
   * @param into receives the pieces, from the last to the first
   * @returns how many pieces there are, 0 where there is no way, and the logarithm of their probability
   */
  best(word: number, scores: Float64Array, without: number, into: Int32Array): [number, number] {
    const start = this.#starts[word] ?? 0;
    const size = (this.#starts[word + 1] ?? 0) - start;
    const [begins, pieces, lengths, best, bestPiece, bestLength] = [
      this.#begins,
      this.#pieces,
      this.#lengths,
      this.#best,
      this.#bestPiece,
      this.#bestLength,
    ];
    best.fill(-Infinity, 0, size + 1);
    best[0] = 0;
    for (let i = 0; i < size; i++) {
      const before = best[i] ?? 0;
      if (before === -Infinity) continue;
      const end = begins[start + i + 1] ?? 0;
      for (let edge = begins[start + i] ?? 0; edge < end; edge++) {
        const piece = pieces[edge] ?? 0;
        const length = lengths[edge] ?? 0;
        const score = before + (scores[piece] ?? 0);
        if (score <= (best[i + length] ?? 0) || piece === without) continue;
        best[i + length] = score;
        bestPiece[i + length] = piece;
        bestLength[i + length] = length;
      }
    }
    if (best[size] === -Infinity) return [0, -Infinity];
    let count = 0;
    for (let at = size; at > 0; at -= bestLength[at] ?? 1) into[count++] = bestPiece[at] ?? 0;
    return [count, best[size] ?? 0];
  }

  readonly #best = new Float64Array(66);
  readonly #bestPiece = new Int32Array(66);
  readonly #bestLength = new Uint8Array(66);
}
