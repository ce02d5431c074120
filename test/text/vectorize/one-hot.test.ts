// oneHot: the lecture's example, lengths, what is refused.

import { describe, expect, test } from "vitest";
import { fitTokenizer } from "../../../src/text/tokenizers/registry.ts";
import { oneHot } from "../../../src/text/vectorize/one-hot.ts";
import { textsToSequences } from "../../../src/text/vectorize/sequences.ts";

// F. Chollet, "Deep Learning with Python", 2017, listing 6.1: results[i, j, index] = 1 for the first 10 words, ids from 1. There words keep
// their full stops, so that with "mat." and "homework." there are 10 of them and the array is (2, 10, 11).
test("the lecture's example", async () => {
  const texts = ["The cat sat on the mat.", "The dog ate my homework."];
  const tokenizer = await fitTokenizer({ name: "words", filters: "", lower: false }, texts);
  const { size } = tokenizer.vocabulary;
  const results = oneHot(textsToSequences(tokenizer, texts), size, { maxLength: 10 });
  expect(results.shape).toEqual([2, 10, 11]);
  const words = (n: number) =>
    Array.from({ length: 10 }, (_, t) =>
      Array.from({ length: size }, (_, id) => id)
        .filter((id) => results.at(n, t, id) === 1)
        .map((id) => tokenizer.vocabulary.tokenOf(id))
        .join(),
    );
  expect(words(0)).toEqual(["The", "cat", "sat", "on", "the", "mat.", "", "", "", ""]);
  expect(words(1)).toEqual(["The", "dog", "ate", "my", "homework.", "", "", "", "", ""]);
  expect(results.toArray().reduce((sum, value) => sum + value, 0)).toBe(11);
});

test("as long as the longest, or cut", () => {
  expect(oneHot([[1], [0, 2]], 3).toNested()).toEqual([
    [
      [0, 1, 0],
      [0, 0, 0],
    ],
    [
      [1, 0, 0],
      [0, 0, 1],
    ],
  ]);
  const cut = oneHot([Int32Array.of(1, 2)], 3, { maxLength: 1, dtype: "bool" });
  expect([cut.dtype, cut.toNested()]).toEqual(["bool", [[[0, 1, 0]]]]);
});

describe("what is refused", () => {
  test.each<[() => unknown, string]>([
    [() => oneHot([[0, 3]], 3), "oneHot: id 3 at 1 of sequence 0 is none of the 3 there are, 0 to 2."],
    [() => oneHot([[0.5]], 3), "oneHot: id 0.5 at 0 of sequence 0 is none of the 3 there are, 0 to 2."],
    [
      () => oneHot([1, 2] as never, 3),
      "oneHot: sequence 0 is 1; wanted a list of ids. One sequence goes into a list",
    ],
    [
      () => oneHot([[1]], 0),
      "oneHot: size is 0; wanted the number of ids there are, such as tokenizer.vocabulary.size.",
    ],
    [
      () => oneHot([[1]], 3, { maxLen: 3 } as never),
      'oneHot: there is no option "maxLen". Did you mean "maxLength"?',
    ],
  ])("%o", (make, message) => {
    expect(make).toThrow(message);
  });
});
