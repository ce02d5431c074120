// unicode-words: words of many scripts. Some scripts follow the runtime's dictionaries, so only plain sentences of them are tried.

import { describe, expect, test } from "vitest";
import { fitUnicodeWords } from "../../../src/text/tokenizers/unicode-words.ts";

async function wordsOf(text: string, options = {}): Promise<readonly string[]> {
  return (await fitUnicodeWords(options, [text])).split(text);
}

// Expected: rules WB6, WB7, WB11 and WB12 of Unicode Standard Annex 29, and the words as a dictionary has them.
test.each<[string, string, string[]]>([
  [
    "English",
    "Don't pay 1,000.50 for U.S.A. rock'n'roll — e-mail!",
    ["don't", "pay", "1,000.50", "for", "u.s.a", "rock'n'roll", "e", "mail"],
  ],
  ["Arabic", "أهلا بالعالم، كيف حالك؟", ["أهلا", "بالعالم", "كيف", "حالك"]],
  ["Hebrew", 'שלום עולם, ד"ר', ["שלום", "עולם", 'ד"ר']],
  ["Chinese", "我爱北京", ["我", "爱", "北京"]],
  ["Japanese", "日本語を勉強", ["日本語", "を", "勉強"]],
  ["Greek", "ΟΔΥΣΣΕΥΣ", ["οδυσσευς"]],
])("%s", async (_, text, words) => {
  expect(await wordsOf(text)).toEqual(words);
});

describe("characters of several code points", () => {
  test("stay whole", async () => {
    const family = "👩‍👩‍👧‍👦";
    expect(await wordsOf(`hi ${family}!`, { punctuation: true })).toEqual(["hi", family, "!"]);
    expect(await wordsOf("नमस्ते दुनिया")).toEqual(["नमस्ते", "दुनिया"]);
  });

  test("written in two ways are one word, unless nothing is normalised", async () => {
    const text = "caf\u00e9 cafe\u0301";
    expect(new Set(await wordsOf(text)).size).toBe(1);
    expect(new Set(await wordsOf(text, { normalization: "none" })).size).toBe(2);
    expect(await wordsOf("ﬁne ＡＢＣ", { normalization: "NFKC" })).toEqual(["fine", "abc"]);
  });
});

test("lines are parted, and words keep their order", async () => {
  expect(await wordsOf("one\ntwo\r\n\nthree")).toEqual(["one", "two", "three"]);
});

test("the most frequent words, and those that come often enough", async () => {
  const texts = ["a b b c c c", "c b d"];
  expect((await fitUnicodeWords({ numWords: 3 }, texts)).tokens.map(({ token }) => token)).toEqual([
    "c",
    "b",
  ]);
  expect((await fitUnicodeWords({ minCount: 2 }, texts)).tokens.map(({ token }) => token)).toEqual(
    ["b", "c"].reverse(),
  );
});

test("decoding puts no spaces where the script has none", async () => {
  const texts = ["我爱北京 and Paris"];
  const tokenizer = await fitUnicodeWords({ lower: false }, texts);
  expect(tokenizer.decode(tokenizer.encode(texts[0] ?? ""))).toBe("我爱北京 and Paris");
});

test("a language that is none", async () => {
  await expect((async () => fitUnicodeWords({ locale: "not a language" }, ["a"]))()).rejects.toThrow(
    'unicode-words: locale is "not a language"; wanted the tag of a language, such as "en" or "zh-Hant".',
  );
});
