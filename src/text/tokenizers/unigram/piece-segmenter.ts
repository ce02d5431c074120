// Finds the pieces of a word: the most probable way to part it, or one that is drawn.

import type { IdSink } from "../subwords/word-cache.ts";
import { PieceTrie } from "./lattice.ts";
import type { ScoredPiece } from "./train-unigram.ts";

/** Longer words, such as Chinese text without spaces, are parted in stretches of so many characters. */
const STRETCH = 4096;

/** How much less probable a character that is not known is than the least probable piece: SentencePiece's 10 nats. */
const UNKNOWN_PENALTY = 10;

export class PieceSegmenter {
  readonly #trie: PieceTrie;
  readonly #scores: Float64Array;
  readonly #firstId: number;
  readonly #unknownId: number;
  readonly #unknownScore: number;
  readonly #codes = new Int32Array(STRETCH);
  readonly #best = new Float64Array(STRETCH + 1);
  /** The piece that ends at each place on the best way, -1 for a character that is not known, and where it begins. */
  readonly #piece = new Int32Array(STRETCH + 1);
  readonly #from = new Int32Array(STRETCH + 1);

  /**
   * @param firstId the id of the first piece
   * @param unknownId the id of what is not known; a run of it is one
   */
  constructor(pieces: readonly ScoredPiece[], firstId: number, unknownId: number) {
    this.#trie = new PieceTrie(
      pieces.map(({ piece }) => Array.from(piece, (character) => character.codePointAt(0) ?? 0)),
    );
    this.#scores = Float64Array.from(pieces, ({ score }) => score);
    this.#firstId = firstId;
    this.#unknownId = unknownId;
    this.#unknownScore = this.#scores.reduce((least, score) => Math.min(least, score), 0) - UNKNOWN_PENALTY;
  }

  /** Adds the ids of the most probable pieces of a word (Viterbi). */
  best(word: string, into: IdSink): void {
    this.#forStretches(word, (length) => {
      const best = this.#best;
      best.fill(-Infinity, 0, length + 1);
      best[0] = 0;
      this.#forEdges(length, (from, to, piece, score) => {
        const total = (best[from] ?? 0) + score;
        if (total <= (best[to] ?? 0)) return;
        best[to] = total;
        this.#piece[to] = piece;
        this.#from[to] = from;
      });
      this.#push(length, into);
    });
  }

  /**
   * Adds the ids of pieces that are drawn from all ways to part a word, each with its probability to the power of `alpha`, by sums from the
   * beginning and draws from the end.
   *
   * @param draw gives numbers in [0, 1)
   */
  sample(word: string, alpha: number, draw: () => number, into: IdSink): void {
    this.#forStretches(word, (length) => {
      const sums = this.#best; // the logarithm of the sum over all ways up to each place
      sums.fill(-Infinity, 0, length + 1);
      sums[0] = 0;
      this.#forEdges(length, (from, to, _piece, score) => {
        sums[to] = logAdd(sums[to] ?? 0, (sums[from] ?? 0) + alpha * score);
      });
      // A piece that ends at a place is chosen by its share of the sum there; the best key of all draws is the chosen one (Gumbel).
      const keys = new Float64Array(length + 1).fill(-Infinity);
      this.#forEdges(length, (from, to, piece, score) => {
        const key = (sums[from] ?? 0) + alpha * score - Math.log(-Math.log(1 - draw()));
        if (key <= (keys[to] ?? 0)) return;
        keys[to] = key;
        this.#piece[to] = piece;
        this.#from[to] = from;
      });
      this.#push(length, into);
    });
  }

  #forStretches(word: string, visit: (length: number) => void): void {
    let length = 0;
    for (let i = 0; i < word.length; i++) {
      const code = word.codePointAt(i) ?? 0;
      if (code > 0xffff) i++;
      this.#codes[length++] = code;
      if (length < STRETCH) continue;
      visit(length);
      length = 0;
    }
    if (length > 0) visit(length);
  }

  /** All pieces in the stretch, by where they begin. A character that is no piece counts as one that is not known. */
  #forEdges(length: number, visit: (from: number, to: number, piece: number, score: number) => void): void {
    const [codes, trie, scores] = [this.#codes, this.#trie, this.#scores];
    for (let from = 0; from < length; from++) {
      let node = 0;
      let hasCharacter = false;
      for (let at = from; at < length; at++) {
        node = trie.next(node, codes[at] ?? 0);
        if (node === 0) break;
        const piece = trie.pieceAt(node);
        if (piece < 0) continue;
        if (at === from) hasCharacter = true;
        visit(from, at + 1, piece, scores[piece] ?? 0);
      }
      if (!hasCharacter) visit(from, from + 1, -1, this.#unknownScore);
    }
  }

  /** Adds the ids along the way that ends at `length`. */
  #push(length: number, into: IdSink): void {
    const pieces: number[] = [];
    for (let at = length; at > 0; at = this.#from[at] ?? 0) {
      const piece = this.#piece[at] ?? -1;
      if (piece >= 0 || pieces.at(-1) !== -1) pieces.push(piece);
    }
    for (const piece of pieces.reverse()) into.push(piece < 0 ? this.#unknownId : piece + this.#firstId);
  }
}

function logAdd(a: number, b: number): number {
  if (a === -Infinity) return b;
  const most = Math.max(a, b);
  return most + Math.log1p(Math.exp(Math.min(a, b) - most));
}
