// characters: ids in the order of code points, code points and graphemes, characters never seen.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fitCharacters } from "../../../src/text/tokenizers/characters.ts";

test("ids are places in sorted(set(text))", async () => {
  const tokenizer = await fitCharacters({}, ["cab", "a\u{1F600}\uFF5E"]);
  // U+FF5E comes before U+1F600, though not by UTF-16 units
  expect(tokenizer.split("abc\uFF5E\u{1F600}").map((token) => tokenizer.vocabulary.idOf(token))).toEqual([
    0, 1, 2, 3, 4,
  ]);
  expect(Array.from(tokenizer.encode("bac\u{1F600}"))).toEqual([1, 0, 2, 4]);
  expect(tokenizer.decode([1, 0, 4])).toBe("ba\u{1F600}");
  expect(tokenizer.vocabulary.padding).toBeUndefined();
});

test("graphemes keep accents and families together", async () => {
  const text = "e\u0301👩‍👩‍👧x";
  const tokenizer = await fitCharacters({ unit: "graphemes" }, [text]);
  expect(tokenizer.split(text)).toEqual(["e\u0301", "👩‍👩‍👧", "x"]);
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  expect(tokenizer.encode(text)).toHaveLength(3);
});

describe("characters never seen", () => {
  test("are named", async () => {
    const tokenizer = await fitCharacters({}, ["abc "]);
    expect(() => tokenizer.encode("a cab ж")).toThrow(
      'characters: "ж" (U+0436) at position 6, in "a cab ж", is none of the 4 characters that were seen. ' +
        'Leave it out, or fit with { unknownToken: "\\uFFFD" }.',
    );
  });

  test("become the token that stands for them, which no text has", async () => {
    const tokenizer = await fitCharacters({ unknownToken: "\uFFFD", paddingToken: "_" }, ["a_b\uFFFD"]);
    expect(tokenizer.vocabulary).toMatchObject({ size: 4, padding: 0, unknown: 3 });
    expect(Array.from(tokenizer.encode("abж_😀"))).toEqual([1, 2, 3, 3, 3]);
    expect(tokenizer.decode([0, 1, 3])).toBe("a\uFFFD");
  });
});

test("lower case", async () => {
  const tokenizer = await fitCharacters({ lower: true }, ["AbB"]);
  expect(tokenizer.vocabulary.size).toBe(2);
  expect(Array.from(tokenizer.encode("Ba"))).toEqual([1, 0]);
});

// The lecture prints 600,893 characters, of which 57 are distinct in lower case.
const file = join(
  process.env.RECURRA_DATA ?? join(import.meta.dirname, "../../../../shared/data"),
  "nietzsche.txt",
);
test.skipIf(!existsSync(file))(
  "Nietzsche as in the lecture (RECURRA_DATA names the folder with nietzsche.txt)",
  async () => {
    const text = readFileSync(file, "utf8");
    const tokenizer = await fitCharacters({ lower: true }, [text]);
    expect(tokenizer.vocabulary.size).toBe(57);
    expect(tokenizer.encode(text)).toHaveLength(600_893);
  },
);
