// Counting n-grams, against counting them as text.

import { expect, test } from "vitest";
import { Random } from "../../../../src/tensor/random.ts";
import { NGramCounter } from "../../../../src/text/language/n-gram/n-gram-counter.ts";

/** The counts of n-grams of each length, as text. */
function countedAsText(
  texts: readonly Int32Array[],
  order: number,
  start: number | undefined,
  end: number | undefined,
): readonly Map<string, number>[] {
  const counts = Array.from({ length: order }, () => new Map<string, number>());
  for (const text of texts) {
    const ids = [...(start === undefined ? [] : [start]), ...text, ...(end === undefined ? [] : [end])];
    for (let n = 1; n <= order; n++) {
      for (let i = 0; i + n <= ids.length; i++) {
        const key = ids.slice(i, i + n).join(" ");
        if (key !== String(start)) counts[n - 1]?.set(key, (counts[n - 1]?.get(key) ?? 0) + 1);
      }
    }
  }
  return counts;
}

for (const order of [1, 2, 4]) {
  for (const boundaries of [true, false]) {
    test(`n-grams of up to ${order} words, boundaries ${boundaries}`, () => {
      const words = 50;
      const random = new Random(order);
      const texts = Array.from({ length: 300 }, (_, i) => {
        const draws = random.uniform([i % 40]).data as Float32Array;
        return Int32Array.from(draws, (draw) => Math.floor(words * draw ** 3));
      });
      const [end, start] = boundaries ? [words, words + 1] : [undefined, undefined];
      const width = words + (boundaries ? 2 : 0);
      const counter = new NGramCounter(order, width, start, end);
      for (const text of texts) counter.add(text);
      const trie = counter.trie();
      for (const [i, expected] of countedAsText(texts, order, start, end).entries()) {
        const found = new Map<string, number>();
        let last: readonly number[] = [];
        trie.each(i + 1, (ids, count) => {
          if (count > 0) found.set(ids.join(" "), count);
          const differs = ids.findIndex((id, at) => id !== last[at]);
          expect(ids[differs]).toBeGreaterThan(last[differs] ?? -1); // in order, none twice
          last = [...ids];
        });
        expect(found).toEqual(expected);
      }
      for (const text of texts.slice(0, 50)) {
        const ids = text.subarray(0, order);
        const number = trie.find(ids, 0, ids.length);
        expect(number).toBeGreaterThanOrEqual(0);
        if (ids.length > 1) expect(trie.levels[ids.length - 1]?.words[number]).toBe(ids.at(-1));
      }
      expect(trie.find([0, 1, width + 5], 0, 3)).toBe(-1);
    });
  }
}
