// Learns the pieces of a unigram language model and their probabilities.

import type { WordCounts } from "../subwords/count-words.ts";
import { IdList } from "../subwords/word-cache.ts";
import type { WordTable } from "../word-table.ts";
import { type CodeWords, Lattices, PieceTrie } from "./lattice.ts";
import { type SeedPiece, seedPieces } from "./seed-pieces.ts";

/** A piece with the logarithm of its probability. */
export interface ScoredPiece {
  readonly piece: string;
  readonly score: number;
}

export interface UnigramLimits {
  /** How many pieces there are to be. */
  readonly size: number;
  /** The share of all characters that get pieces of their own: the most frequent ones. */
  readonly characterCoverage: number;
  /** Characters in a piece at most. */
  readonly longestPiece: number;
  /** How many pieces the training starts from at most. */
  readonly seedSize: number;
}

/** What is left of the pieces at each pruning, and how many steps of EM come before it. */
const SHRINKING = 0.75;
const EM_STEPS = 2;

/** Pieces that are expected to be used less often are left out. */
const LEAST_EXPECTED = 0.5;

/**
 * Starts from many pieces, fits their probabilities by expectation-maximisation, leaves out the quarter without which the words lose
 * least likelihood, and so on, until as many are left as there are to be. Characters always stay.
 *
 * Source: T. Kudo, "Subword Regularization: Improving Neural Network Translation Models with Multiple Subword Candidates", ACL 2018,
 * section 3.2; the estimates with digamma (a Dirichlet prior) and the loss of a piece are those of SentencePiece's `UnigramTrainer`.
 *
 * @returns the pieces, the most probable first
 */
export function trainUnigram(
  { words, counts }: WordCounts,
  { size, characterCoverage, longestPiece, seedSize }: UnigramLimits,
): readonly ScoredPiece[] {
  const known = coveredCharacters(words, counts, characterCoverage);
  const all = asCodeWords(words, counts, known);
  let pieces = seedPieces(all.words, all.counts, { longest: longestPiece, size: seedSize });
  const lattices = new Lattices(all.words, new PieceTrie(pieces.map(({ codes }) => codes)));
  let scores = initialScores(pieces);
  const keep = (kept: readonly number[]): void => {
    if (kept.length === pieces.length) return;
    const numbers = new Int32Array(pieces.length).fill(-1);
    for (const [number, piece] of kept.entries()) numbers[piece] = number;
    lattices.keep(numbers);
    scores = Float64Array.from(kept, (piece) => scores[piece] ?? 0);
    pieces = pieces.filter((_, piece) => (numbers[piece] ?? -1) >= 0);
  };
  const target = Math.max(known.size, Math.round(1.1 * size));
  for (;;) {
    for (let step = 0; step < EM_STEPS; step++) {
      const expected = new Float64Array(pieces.length);
      lattices.expect(scores, all.counts, expected);
      const [estimates, kept] = maximize(pieces, expected);
      scores = estimates;
      keep(kept);
    }
    if (pieces.length <= target) return mostProbable(pieces, scores, size);
    const losses = pieceLosses(pieces, scores, lattices, all);
    const order = pieces.map((_, i) => i).filter((i) => (losses[i] ?? 0) > -Infinity);
    order.sort((a, b) => (losses[b] ?? 0) - (losses[a] ?? 0) || a - b);
    const left = Math.max(target, Math.floor(SHRINKING * pieces.length));
    keep(order.slice(0, left).sort((a, b) => a - b));
  }
}

interface CountedCodeWords {
  readonly words: CodeWords;
  readonly counts: Int32Array;
}

/** The most frequent characters, by code point, which make up the share of all that is to be covered. */
function coveredCharacters(words: WordTable, counts: Int32Array, coverage: number): ReadonlySet<number> {
  const totals = new Map<number, number>();
  let total = 0;
  for (let word = 0; word < words.size; word++) {
    const count = counts[word] ?? 0;
    for (const character of words.word(word)) {
      const code = character.codePointAt(0) ?? 0;
      totals.set(code, (totals.get(code) ?? 0) + count);
      total += count;
    }
  }
  const known = new Set<number>();
  let covered = 0;
  for (const [code, count] of [...totals].sort(([a, countA], [b, countB]) => countB - countA || a - b)) {
    if (covered >= coverage * total) break;
    known.add(code);
    covered += count;
  }
  return known;
}

/** Words as code points; a word with characters that are not known as the stretches between them. */
function asCodeWords(words: WordTable, counts: Int32Array, known: ReadonlySet<number>): CountedCodeWords {
  const codes = new IdList();
  const starts = new IdList();
  const partCounts = new IdList();
  for (let word = 0; word < words.size; word++) {
    let isOpen = false;
    for (const character of words.word(word)) {
      const code = character.codePointAt(0) ?? 0;
      const isKnown = known.has(code);
      if (isKnown && !isOpen) {
        starts.push(codes.length);
        partCounts.push(counts[word] ?? 0);
      }
      if (isKnown) codes.push(code);
      isOpen = isKnown;
    }
  }
  starts.push(codes.length);
  return { words: { codes: codes.view, starts: starts.view }, counts: partCounts.view };
}

/** Probabilities in proportion to count times length, as in SentencePiece. */
function initialScores(pieces: readonly SeedPiece[]): Float64Array {
  const weights = pieces.map(({ codes, count }) => (codes.length === 1 ? count : count * codes.length));
  const total = Math.log(weights.reduce((sum, weight) => sum + weight, 0));
  return Float64Array.from(weights, (weight) => Math.log(weight) - total);
}

/** The M-step. @returns the new scores, and which pieces stay */
function maximize(pieces: readonly SeedPiece[], expected: Float64Array): [Float64Array, readonly number[]] {
  const kept: number[] = [];
  let sum = 0;
  for (const [i, { codes }] of pieces.entries()) {
    const count = expected[i] ?? 0;
    if (codes.length > 1 && count < LEAST_EXPECTED) continue;
    kept.push(i);
    sum += Math.max(count, LEAST_EXPECTED);
  }
  const total = digamma(sum);
  return [expected.map((count) => digamma(Math.max(count, LEAST_EXPECTED)) - total), kept];
}

/**
 * How much likelihood the words lose about where a piece is left out and its second best way takes its place; -Infinity for a piece that
 * is never used, Infinity for one that has to stay.
 */
function pieceLosses(
  pieces: readonly SeedPiece[],
  scores: Float64Array,
  lattices: Lattices,
  { counts }: CountedCodeWords,
): Float64Array {
  const used = new Float64Array(pieces.length);
  const path = new Int32Array(66);
  for (let word = 0; word < counts.length; word++) {
    const [length] = lattices.best(word, scores, -1, path);
    for (let i = 0; i < length; i++) {
      const piece = path[i] ?? 0;
      used[piece] = (used[piece] ?? 0) + (counts[word] ?? 0);
    }
  }
  const total = used.reduce((sum, count) => sum + count, 0);
  const logTotal = Math.log(total);
  const own = new Lattices(asWords(pieces), new PieceTrie(pieces.map(({ codes }) => codes)));
  return Float64Array.from(pieces, ({ codes }, i) => {
    if (codes.length === 1) return Infinity;
    const count = used[i] ?? 0;
    const [length, score] = own.best(i, scores, i, path);
    if (length === 0) return Infinity;
    if (count === 0) return score >= (scores[i] ?? 0) ? -Infinity : 0;
    // Its uses go to the pieces of the second best way, so that there are more uses in all.
    const logAfter = Math.log(total + count * (length - 1));
    let after = 0;
    for (let j = 0; j < length; j++) after += Math.log((used[path[j] ?? 0] ?? 0) + count) - logAfter;
    return (count / total) * (Math.log(count) - logTotal - after);
  });
}

/** Pieces as words of their own. */
function asWords(pieces: readonly SeedPiece[]): CodeWords {
  const starts = new Int32Array(pieces.length + 1);
  for (const [i, { codes }] of pieces.entries()) starts[i + 1] = (starts[i] ?? 0) + codes.length;
  const all = new Int32Array(starts[pieces.length] ?? 0);
  for (const [i, { codes }] of pieces.entries()) all.set(codes, starts[i]);
  return { codes: all, starts };
}

/** All characters and the most probable of the others, the most probable first. */
function mostProbable(
  pieces: readonly SeedPiece[],
  scores: Float64Array,
  size: number,
): readonly ScoredPiece[] {
  const byScore = (a: number, b: number) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b;
  const isCharacter = (i: number) => pieces[i]?.codes.length === 1;
  const all = pieces.map((_, i) => i);
  const characters = all.filter(isCharacter);
  const others = all.filter((i) => !isCharacter(i)).sort(byScore);
  return [...characters, ...others.slice(0, Math.max(0, size - characters.length))]
    .sort(byScore)
    .map((i) => ({
      piece: String.fromCodePoint(...(pieces[i]?.codes ?? [])),
      score: scores[i] ?? 0,
    }));
}

/** The derivative of the logarithm of the gamma function: its recurrence up to 7, then its asymptotic series. */
function digamma(x: number): number {
  let sum = 0;
  let at = x;
  for (; at < 7; at++) sum -= 1 / at;
  const centre = at - 0.5;
  const inverse2 = 1 / (centre * centre);
  const series =
    inverse2 * (1 / 24 - inverse2 * (7 / 960 - inverse2 * (31 / 8064 - (inverse2 * 127) / 30720)));
  return sum + Math.log(centre) + series;
}
