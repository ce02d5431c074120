// How often a corpus is gone through: few words more often, so that their vectors come apart; many as ever.

import { expect, test } from "vitest";
import { countWords, MANY_WORDS, usualPasses } from "../../../src/text/embed/usual-passes.ts";
import { word2vec } from "../../../src/text/embed/word2vec.ts";

test("words read in all are as many as of 2,000,000 words, up to a most", () => {
  // 5 · 2,000,000 / 100,000 and 15 · 2,000,000 / 100,000.
  expect([usualPasses("word2vec", 100_000), usualPasses("glove", 100_000)]).toEqual([100, 300]);
  expect([usualPasses("word2vec", 5000), usualPasses("glove", 1)]).toEqual([200, 300]);
  for (const words of [MANY_WORDS, 17_000_000])
    expect([usualPasses("word2vec", words), usualPasses("glove", words)]).toEqual([5, 15]);
});

test("words are counted until there are many", async () => {
  let given = 0;
  async function* texts(count: number) {
    for (let i = 0; i < count; i++) {
      given++;
      yield "a b c";
    }
  }
  const tokenizer = { split: (text: string) => text.split(" ") };
  expect(await countWords(texts(4), tokenizer)).toBe(12);
  given = 0;
  await countWords(texts(3), { split: () => Array(MANY_WORDS / 2).fill("a") });
  expect(given).toBe(2);
});

test("the vectors of a small corpus come apart", async () => {
  const things = ["apple", "pear", "plum", "stone", "brick", "slate"];
  const texts = Array.from({ length: 240 }, (_, i) =>
    i % 6 < 3 ? `we eat a ripe ${things[i % 6]} today` : `they build with hard ${things[i % 6]} there`,
  );
  const passes = usualPasses("word2vec", 1440);
  const vectors = await word2vec(texts, { passes, seed: 1 });
  expect(vectors.similarity("apple", "pear") - vectors.similarity("apple", "brick")).toBeGreaterThan(0.5);
  const few = await word2vec(texts, { seed: 1 });
  expect(few.similarity("apple", "pear") - few.similarity("apple", "brick")).toBeLessThan(0.1);
});
