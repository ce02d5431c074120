// WordTable: numbers of words, against a Map.

import { expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { WordTable } from "../../../src/text/tokenizers/word-table.ts";

test("numbers words as a Map does, also once it has grown", () => {
  const numbers = new Random(1).integers([60_000], 0, 20_000).data as Int32Array;
  const words = Array.from(numbers, (n) => (n % 3 === 0 ? "" : String.fromCharCode(n)) + n.toString(36));
  const table = new WordTable();
  const expected = new Map<string, number>();
  for (const word of words) {
    const text = `<${word}>`;
    if (!expected.has(word)) expected.set(word, expected.size);
    expect(table.add(text, 1, text.length - 1)).toBe(expected.get(word));
  }
  expect(table.size).toBe(expected.size);
  for (const [word, number] of expected) {
    expect(table.find(word, 0, word.length)).toBe(number);
    expect(table.word(number)).toBe(word);
  }
  expect(table.find("none", 0, 4)).toBe(-1);
});

test("a word of 100,000 characters, and the empty one", () => {
  const long = "ab".repeat(50_000);
  const table = new WordTable(["", long]);
  expect([table.word(0), table.word(1)]).toEqual(["", long]);
  expect(table.find(long, 0, long.length - 1)).toBe(-1);
});
