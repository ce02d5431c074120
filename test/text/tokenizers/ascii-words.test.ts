// asciiWords: the same words as Intl.Segmenter finds.

import fc from "fast-check";
import { expect, test } from "vitest";
import { asciiWords, isPlainAscii } from "../../../src/text/tokenizers/ascii-words.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "word" });

function wordsOf(text: string, punctuation: boolean): string[] {
  const words: string[] = [];
  asciiWords(text, punctuation, (source, from, to) => words.push(source.slice(from, to)));
  return words;
}

function segmentsOf(text: string, punctuation: boolean): string[] {
  return Array.from(segmenter.segment(text))
    .filter(({ isWordLike, segment }) => isWordLike || (punctuation && segment.trim().length > 0))
    .map(({ segment }) => segment);
}

test.each([false, true])("as Intl.Segmenter; punctuation %s", (punctuation) => {
  const piece = fc.constantFrom(
    "a",
    "B",
    "7",
    "42",
    "_",
    ".",
    ",",
    ";",
    "'",
    '"',
    "-",
    " ",
    "\t",
    "\n",
    "\r",
    "\0",
    "$",
    "@",
    ":",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary-ascii" }),
    fc.array(piece).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(text, (one) => {
      fc.pre(isPlainAscii(one));
      expect(wordsOf(one, punctuation)).toEqual(segmentsOf(one, punctuation));
    }),
    { numRuns: 500, seed: 3 },
  );
});

test("what is not left to it", () => {
  expect(["a:b", "café", "x\u0300"].map(isPlainAscii)).toEqual([false, false, false]);
  expect(["a: b", "12:30", ":", "a:"].map(isPlainAscii)).toEqual([true, true, true, true]);
});
