// What a tagger sees of a token.

import { expect, test } from "vitest";
import { paddedLength } from "../../../src/text/tag/tagger.ts";
import {
  casingOf,
  casings,
  featuresOf,
  tableOf,
  tokensIn,
  tokenTables,
} from "../../../src/text/tag/token-features.ts";

test.each([
  ["cork", "lower case"],
  ["Cork", "capitalised"],
  ["A", "capitalised"],
  ["NASA", "upper case"],
  ["McDonald", "mixed case"],
  ["Élan", "capitalised"],
  ["مرحبا", "lower case"],
  ["2017", "digits"],
  ["٣", "digits"],
  ["4th", "digits and others"],
  ["...", "neither letters nor digits"],
  ["", "neither letters nor digits"],
])("%s is %s", (token, casing) => {
  expect(casings[casingOf(token)]).toBe(casing);
});

test("words are looked up in lower case, and long ones by their first and last characters", () => {
  const tables = tokenTables([["Ab", "ab", "c"], ["<unknown>"]], 1, ["Zed"]);
  expect(tokensIn(tables.words)).toEqual(["ab", "c", "zed"]);
  expect(Array.from(tables.counts)).toEqual([0, 1, 2, 1, 0]);
  expect(tokensIn(tokenTables([["Ab", "ab", "c"]], 2).words)).toEqual(["ab"]);
  const known = { words: tableOf(["ab"]), characters: tableOf(["A", "b", "😀"]) };
  // word, casing, three characters
  expect(Array.from(featuresOf(["Ab", "x", "A\u{1f600}xbb"], known, 3))).toEqual([
    ...[2, 2, 2, 3, 0],
    ...[1, 1, 1, 0, 0],
    ...[1, 2, 2, 4, 3],
  ]);
});

test("lengths that sentences are filled up to", () => {
  expect([1, 8, 9, 12, 13, 17, 25, 33, 49, 100].map(paddedLength)).toEqual([
    8, 8, 12, 12, 16, 24, 32, 48, 64, 128,
  ]);
});
