// The most probable tags that a scheme allows: against all sequences, tried one by one.

import { expect, test } from "vitest";
import { tagFault } from "../../../src/data/texts/tag-scheme.ts";
import { Random } from "../../../src/tensor/random.ts";
import { bestTags, forbiddenTags, tagRules } from "../../../src/text/tag/best-tags.ts";

const BIO = ["B-a", "B-b", "I-a", "I-b", "O"];
const BIOES = ["B-a", "B-b", "E-a", "E-b", "I-a", "O", "S-a"];

/** Every sequence of so many tags. */
function* sequences(count: number, length: number): Generator<readonly number[]> {
  if (length === 0) return yield [];
  for (const rest of sequences(count, length - 1)) for (let k = 0; k < count; k++) yield [...rest, k];
}

test.each([
  ["BIO", BIO],
  ["BIOES", BIOES],
  ["none", BIO],
] as const)("%s: the best of all sequences without a fault", (scheme, tags) => {
  const random = new Random(scheme);
  let mended = 0;
  for (let round = 0; round < 20; round++) {
    const length = 1 + (round % 4);
    const p = random.uniform([length * tags.length], 0.01, 1).data as Float32Array;
    const scoreOf = (numbers: ArrayLike<number>) =>
      Array.from(numbers).reduce((sum, k, t) => sum + Math.log(p[t * tags.length + k] ?? 0), 0);
    const isAllowed = (numbers: ArrayLike<number>) =>
      tagFault(
        Array.from(numbers, (k) => tags[k] ?? ""),
        scheme,
      ) === undefined;
    let [best, free] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const numbers of sequences(tags.length, length)) {
      free = Math.max(free, scoreOf(numbers));
      if (isAllowed(numbers)) best = Math.max(best, scoreOf(numbers));
    }
    const found = bestTags(p, length, tagRules(tags, scheme));
    expect(isAllowed(found)).toBe(true);
    expect(scoreOf(found)).toBeCloseTo(best, 10);
    if (best < free) mended++;
  }
  // The rules must have had something to do.
  expect(mended > 0).toBe(scheme !== "none");
});

test("where the rules allow nothing, the most probable tag of each token", () => {
  const rules = tagRules(["E-a", "I-a"], "BIOES");
  expect(Array.from(bestTags(Float32Array.of(0.1, 0.9, 0.8, 0.2), 2, rules))).toEqual([1, 0]);
  expect(bestTags(new Float32Array(), 0, rules)).toHaveLength(0);
});

test("the rules by the numbers of the tags", () => {
  expect(forbiddenTags(tagRules(["B-a", "B-b", "I-a", "O"], "BIO"))).toEqual({
    forbidden: [
      [1, 2],
      [3, 2],
    ],
    notFirst: [2],
    notLast: [],
  });
  expect(forbiddenTags(tagRules(["B-a", "E-a", "O"], "BIOES"))).toEqual({
    forbidden: [
      [0, 0],
      [0, 2],
      [1, 1],
      [2, 1],
    ],
    notFirst: [1],
    notLast: [0],
  });
  expect(forbiddenTags(tagRules(["N", "V"], "none"))).toEqual({ forbidden: [], notFirst: [], notLast: [] });
});
