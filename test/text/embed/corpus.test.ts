// Tests of reading a corpus: words, counts, sentences, and corpora that there is nothing to learn from.

import { describe, expect, test } from "vitest";
import { type CorpusSource, readCorpus } from "../../../src/text/embed/corpus.ts";

const read = (source: CorpusSource, options = {}) =>
  readCorpus("test", source, { minCount: 1, ...options }, false);

describe("a corpus", () => {
  test("words come by their counts, then by their first place; each line is a sentence", async () => {
    const { words, counts, ids, tokens } = await read(["b a b\nc a\n\n", "b  c\td"]);
    expect(words).toEqual(["b", "a", "c", "d"]);
    expect(Array.from(counts)).toEqual([3, 2, 2, 1]);
    expect(Array.from(ids)).toEqual([0, 1, 0, -1, 2, 1, -1, 0, 2, 3, -1]);
    expect(tokens).toBe(8);
  });

  test("rare words are taken out of their sentences, and sentences of one word go", async () => {
    const { words, ids } = await read(["a x b", "a y", "b a", "z"], { minCount: 2 });
    expect(words).toEqual(["a", "b"]);
    expect(Array.from(ids)).toEqual([0, 1, -1, 1, 0, -1]);
  });

  test("at most so many words", async () => {
    const { words, ids } = await read(["a b c a b a"], { maxWords: 2 });
    expect(words).toEqual(["a", "b"]);
    expect(Array.from(ids)).toEqual([0, 1, 0, 1, 0, -1]);
  });

  test("lists of tokens, streams and tokenisers", async () => {
    async function* stream() {
      yield ["New York", "is", "big"];
      yield "NEW is";
    }
    const tokenizer = { split: (text: string) => text.toLowerCase().split(" ") };
    const { words } = await read(stream(), { tokenizer });
    expect(words).toEqual(["is", "New York", "big", "new"]);
  });

  test("blocks of ids are joined", async () => {
    const sentence = Array.from({ length: 1000 }, (_, i) => `w${i % 50}`);
    const { ids, counts } = await read(Array.from({ length: 1200 }, () => sentence));
    expect(ids.length).toBe(1200 * 1001);
    expect(counts.every((count) => count === 24_000)).toBe(true);
    expect(ids.indexOf(-1, 1_100_000)).toBe(1001 * 1099 - 1);
  });

  test("memory that threads share", async () => {
    const { ids } = await readCorpus("test", ["a b a b"], { minCount: 1 }, true);
    expect(ids.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(Array.from(ids)).toEqual([0, 1, 0, 1, -1]);
  });
});

describe("what there is nothing to learn from", () => {
  test.each<[string, unknown, RegExp]>([
    ["a text alone", "a b c", /wants a list or a stream of texts, got "a b c"\. Put one text into a list/],
    [
      "a number among the texts",
      ["a b", 7],
      /item 1 of the corpus is 7; wanted a text, or a list of the tokens/,
    ],
    ["tokens that are none", [["a", 3]], /item 0 of the corpus is \["a",3\]/],
    ["nothing", [], /the corpus has no words\. Give it more text\./],
    ["white space", [" \n\t"], /the corpus has no words/],
    ["one word", ["a a a"], /of 1 different words only one comes at least once \(minCount\)/],
    ["sentences of one word", ["a", "b", "a"], /no sentence has two words/],
  ])("%s", async (_, source, message) => {
    const reading = read(source as CorpusSource);
    await expect(reading).rejects.toMatchObject({ name: "RecurraError", code: "corpus" });
    await expect(reading).rejects.toThrow(message);
  });

  test("all words too rare", async () => {
    await expect(read(["a b a c"], { minCount: 5 })).rejects.toThrow(
      'of 3 different words none comes at least 5 times (minCount); the most frequent, "a", comes 2 times. Give it more text, or lower minCount.',
    );
    await expect(read(["a b c"], { minCount: 5 })).rejects.toThrow('the most frequent, "a", comes once.');
  });
});
