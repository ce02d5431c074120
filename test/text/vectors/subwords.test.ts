// Tests of subwords: n-grams, fastText's hash, vectors of unknown words.

import { describe, expect, test } from "vitest";
import { bucketsOf, characterNGrams, fnv1a, Subwords } from "../../../src/text/vectors/subwords.ts";

describe("n-grams of characters", () => {
  test("the paper's example: where, of 3 characters (Bojanowski et al. 2017, section 3.2)", () => {
    expect(characterNGrams("where", { minLength: 3, maxLength: 3 })).toEqual([
      "<wh",
      "whe",
      "her",
      "ere",
      "re>",
    ]);
  });

  test("of several lengths; the word with its marks is one where it is short enough", () => {
    expect(characterNGrams("is", { minLength: 3, maxLength: 6 })).toEqual(["<is", "<is>", "is>"]);
    expect(characterNGrams("a", { minLength: 1, maxLength: 2 })).toEqual(["<a", "a", "a>"]);
  });

  test("characters are code points", () => {
    expect(characterNGrams("😀é", { minLength: 3, maxLength: 3 })).toEqual(["<😀é", "😀é>"]);
  });
});

describe("the hash", () => {
  test("FNV-1a's published values for ASCII (Fowler, Noll & Vo, test vectors of FNV-1a 32)", () => {
    expect(fnv1a("")).toBe(0x811c9dc5);
    expect(fnv1a("a")).toBe(0xe40c292c);
    expect(fnv1a("foobar")).toBe(0xbf9cf968);
  });

  test("bytes from 128 on count as negative, as in fastText's dictionary.cc", () => {
    // (h ^ uint32(int8(0xc3))) · 16777619, then the same with 0xa9: é, worked out with 64-bit integers.
    let hash = 0x811c9dc5n;
    for (const byte of [0xffffffc3n, 0xffffffa9n]) hash = ((hash ^ byte) * 16777619n) & 0xffffffffn;
    expect(fnv1a("é")).toBe(Number(hash));
  });
});

describe("vectors of unknown words", () => {
  const shape = { minLength: 3, maxLength: 3, buckets: 1000 };
  const [here = 0, her = 0, ere = 0] = ["<he", "her", "ere"].map((gram) => fnv1a(gram) % 1000);
  const sorted = [here, her, ere].sort((a, b) => a - b);
  const value = new Map([
    [here, 3],
    [her, 6],
    [ere, 12],
  ]);
  const subwords = new Subwords(
    shape,
    Int32Array.from(sorted),
    Float32Array.from(sorted, (b) => value.get(b)!),
    1,
  );

  test("are means of the n-grams that are known", () => {
    expect(bucketsOf("here", shape).length).toBe(4);
    expect(Array.from(subwords.vectorOf("here")!)).toEqual([7]); // <he her ere, not re>
    expect(Array.from(subwords.vectorOf("hero")!)).toEqual([4.5]); // <he her
    expect(subwords.vectorOf("xyz")).toBeUndefined();
  });

  test("a matrix that does not fit", () => {
    expect(() => new Subwords(shape, Int32Array.of(1, 2), new Float32Array(3), 2)).toThrow(
      "2 buckets of width 2 want 4 numbers, got 3",
    );
  });
});
