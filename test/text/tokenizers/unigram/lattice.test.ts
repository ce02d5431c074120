// Lattices: expectations and best ways, against all ways listed one by one.

import { describe, expect, test } from "vitest";
import { Random } from "../../../../src/tensor/random.ts";
import { Lattices, PieceTrie } from "../../../../src/text/tokenizers/unigram/lattice.ts";

const pieces = ["a", "b", "c", "ab", "bc", "abc", "ca", "cab", "bb"];
const scores = Float64Array.from(
  new Random(2).uniform([pieces.length], -6, -1, "float64").data as Float64Array,
);
const words = ["abcab", "a", "bbbb", "cabcabbcab", "abcabc"];
const counts = Int32Array.of(3, 1, 2, 5, 7);

function codesOf(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

function latticesOf(all: readonly string[]): Lattices {
  const starts = Int32Array.from([0, ...all.map(({ length }) => length)]);
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
  return new Lattices(
    { codes: Int32Array.from(all.flatMap(codesOf)), starts },
    new PieceTrie(pieces.map(codesOf)),
  );
}

/** All ways to put a word together, as lists of pieces. */
function waysOf(word: string): number[][] {
  if (word === "") return [[]];
  return pieces.flatMap((piece, i) =>
    word.startsWith(piece) ? waysOf(word.slice(piece.length)).map((rest) => [i, ...rest]) : [],
  );
}

const scoreOf = (way: readonly number[]) => way.reduce((sum, piece) => sum + scores[piece]!, 0);

describe("against all ways", () => {
  test("how often each piece is expected, and the likelihood", () => {
    const expected = new Float64Array(pieces.length);
    const logLikelihood = latticesOf(words).expect(scores, counts, expected);
    const plain = new Float64Array(pieces.length);
    let plainLikelihood = 0;
    for (const [i, word] of words.entries()) {
      const ways = waysOf(word);
      const total = ways.reduce((sum, way) => sum + Math.exp(scoreOf(way)), 0);
      plainLikelihood += counts[i]! * Math.log(total);
      for (const way of ways)
        for (const piece of way) plain[piece]! += (counts[i]! * Math.exp(scoreOf(way))) / total;
    }
    expect(logLikelihood).toBeCloseTo(plainLikelihood, 9);
    for (const [i, count] of plain.entries()) expect(expected[i]).toBeCloseTo(count, 9);
  });

  test("the best way, also without a piece, also after pieces were left out", () => {
    const lattices = latticesOf(words);
    const path = new Int32Array(66);
    const check = (
      word: number,
      without: number,
      isKept: (piece: number) => boolean,
      numbers: Int32Array,
      kept: Float64Array,
    ) => {
      const ways = waysOf(words[word]!).filter((way) =>
        way.every((piece) => piece !== without && isKept(piece)),
      );
      const best = ways.reduce((most, way) => Math.max(most, scoreOf(way)), -Infinity);
      const [length, score] = lattices.best(word, kept, without < 0 ? -1 : numbers[without]!, path);
      expect(score).toBeCloseTo(best, 9);
      expect(length > 0).toBe(ways.length > 0);
    };
    const same = Int32Array.from(pieces, (_, i) => i);
    for (let word = 0; word < words.length; word++)
      for (const without of [-1, 0, 3, 5]) check(word, without, () => true, same, scores);
    const isKept = (piece: number) => piece !== 3 && piece !== 7;
    let next = 0;
    const numbers = Int32Array.from(pieces, (_, i) => (isKept(i) ? next++ : -1));
    lattices.keep(numbers);
    const kept = scores.filter((_, i) => isKept(i));
    for (let word = 0; word < words.length; word++)
      for (const without of [-1, 0, 5]) check(word, without, isKept, numbers, kept);
  });
});

test("the longest words there are, with pieces that are hardly or nearly always used", () => {
  const word = "a".repeat(64);
  const lattices = latticesOf([word]);
  for (const score of [-18, -1e-9]) {
    const only = new Float64Array(pieces.length).fill(-Infinity);
    only[0] = score;
    const expected = new Float64Array(pieces.length);
    expect(lattices.expect(only, Int32Array.of(1), expected)).toBeCloseTo(64 * score, 6);
    expect(expected[0]).toBeCloseTo(64, 6);
  }
});
