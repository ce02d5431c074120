// Scores of texts: perplexity, cross-entropy, bits a character.

import { expect, test } from "vitest";
import {
  bitsPerCharacter,
  countCharacters,
  crossEntropy,
  perplexity,
  totalScore,
} from "../../../src/text/language/language-model.ts";

test("a text of ten digits, each with probability 1/10, has perplexity 10", () => {
  // Jurafsky & Martin, Speech and Language Processing, 3rd ed. draft, 3.3: "the perplexity of this mini-language is 10".
  const score = { logProbability: 10 * Math.log(0.1), tokens: 10, characters: 20 };
  expect(perplexity(score)).toBeCloseTo(10, 12);
  expect(crossEntropy(score)).toBeCloseTo(Math.log(10), 12);
  expect(bitsPerCharacter(score)).toBeCloseTo(Math.log2(10) / 2, 12);
});

test("scores add up", () => {
  const one = { logProbability: -2, tokens: 1, characters: 3 };
  expect(totalScore([one, one, one])).toEqual({ logProbability: -6, tokens: 3, characters: 9 });
});

test("characters are code points", () => {
  expect(countCharacters("a😀\ud800b")).toBe(4);
  expect(countCharacters("")).toBe(0);
});

test("nothing scored has no perplexity", () => {
  const none = totalScore([]);
  for (const measure of [perplexity, crossEntropy, bitsPerCharacter])
    expect(() => measure(none)).toThrow(/the score is one of 0 (tokens|characters); wanted at least one/);
});
