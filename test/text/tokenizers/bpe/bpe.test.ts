// bpe: the merges and ids of Hugging Face's trainer, any text given back, and what is refused.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../../src/tensor/random.ts";
import { MergeRules } from "../../../../src/text/tokenizers/bpe/apply-merges.ts";
import { fitBpe } from "../../../../src/text/tokenizers/bpe/bpe.ts";
import { BYTE_LETTERS, pushBytes, textOfBytes } from "../../../../src/text/tokenizers/bpe/byte-alphabet.ts";

const texts = [
  "The quick brown fox jumps over the lazy dog.",
  "She's sure they've said: we'll see 'em, I'd say.",
  "Don't panic! Don't panic 42 times, or 4242…",
  "naïve café 👩‍👩‍👧 日本語  two  spaces\n\n\tand tabs",
  "the theatre of the thespians, then the others there",
];

// Expected: tokenizers 0.23.2 (Python), ByteLevelBPETokenizer().train_from_iterator(texts, vocab_size=300, min_frequency=2,
// special_tokens=["<|endoftext|>"]).
describe("as Hugging Face's tokenizers", () => {
  const merges =
    "h e|Ġ t|Ġt he|Ġ s|a n|Ġ o|4 2|i c|r e|v e|â Ģ|ð Ł|ðŁ ĳ|' t|D o|e s|p an|t he|© âĢ|Ġ 42|Ġ pan|į ðŁĳ|Ġs a|Do n|©âĢ įðŁĳ|Ġpan ic".split(
      "|",
    );

  test("merges", async () => {
    const tokenizer = await fitBpe({ vocabularySize: 300, specialTokens: ["<|endoftext|>"] }, texts);
    expect(tokenizer.record().merges).toEqual(merges);
  });

  test.each<[string, number[]]>([
    [
      "They're there, naïve 👩‍👧!\n  x",
      [
        52, 257, 89, 7, 265, 259, 265, 12, 221, 78, 65, 128, 108, 266, 221, 269, 281, 101, 1, 199, 221, 221,
        88,
      ],
    ],
    ["the others' dog", [274, 262, 274, 82, 83, 7, 221, 68, 79, 71]],
  ])("ids of %j", async (text, ids) => {
    const tokenizer = await fitBpe({ vocabularySize: 300, specialTokens: ["<|endoftext|>"] }, texts);
    expect(Array.from(tokenizer.encode(text))).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(text);
  });

  // GPT-2's vocabulary begins with the bytes in the order of their letters: "!" is 0, and a space, "Ġ", is 220.
  test("bytes have GPT-2's ids", async () => {
    const { vocabulary } = await fitBpe({ vocabularySize: 256 }, texts);
    expect(["!", "~", "¡", "Ā", "Ċ", "Ġ"].map((token) => vocabulary.idOf(token))).toEqual([
      0, 93, 94, 188, 198, 220,
    ]);
    expect(new Set(BYTE_LETTERS).size).toBe(256);
  });
});

describe("any text", () => {
  test("comes back as it was, also with halves of surrogate pairs", async () => {
    const tokenizer = await fitBpe(
      { vocabularySize: 280, specialTokens: ["<|end|>"], paddingToken: "<pad>" },
      texts,
    );
    const unit = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("<|end|>", "<pad>", "👩‍👩‍👧", "\uD83D", "\uDE00", "\uFEFF", "\uFFFD", "\0", " the"),
    );
    fc.assert(
      fc.property(fc.array(unit), (parts) => {
        const text = parts.join("").replaceAll("<pad>", "");
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 120, seed: 7 },
    );
  });

  test("bytes that are no text become U+FFFD", () => {
    expect(textOfBytes(Uint8Array.of(0x61, 0xff, 0x62, 0xe2, 0x82))).toBe("a\uFFFDb\uFFFD");
    const bytes: number[] = [];
    pushBytes("aé€😀\uD800", { push: (byte) => bytes.push(byte) });
    expect(bytes).toEqual([0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0x80]);
  });

  test("a word of a million letters is encoded in time", async () => {
    const tokenizer = await fitBpe({ vocabularySize: 260 }, ["aaaa aaaa aaaa bb"]);
    const long = "a".repeat(1_000_000);
    expect(tokenizer.encode(long)).toHaveLength(250_000);
    expect(tokenizer.decode(tokenizer.encode(long))).toBe(long);
  });
});

test.each([40, 120])("words of %i symbols are merged rule by rule", (size) => {
  const random = new Random(11);
  const merges = Array.from({ length: 40 }, (_, i) => {
    const [left = 0, right = 0] = random.integers([2], 0, 4 + i).toArray();
    return { left, right, joined: 4 + i };
  });
  const rules = new MergeRules(merges);
  for (let round = 0; round < 30; round++) {
    const word = random.integers([size], 0, 4).toArray();
    const symbols = Int32Array.from(word);
    const length = rules.apply(symbols, symbols.length);
    expect(Array.from(symbols.subarray(0, length))).toEqual(mergePlainly(word, merges));
  }
});

/** Applies the first rule that fits anywhere, at the leftmost place, until none does. */
function mergePlainly(
  word: readonly number[],
  merges: readonly { left: number; right: number; joined: number }[],
) {
  const symbols = [...word];
  for (;;) {
    const fits = (left: number, right: number) =>
      symbols.findIndex((symbol, i) => symbol === left && symbols[i + 1] === right);
    const rule = merges.find(({ left, right }) => fits(left, right) >= 0);
    if (rule === undefined) return symbols;
    symbols.splice(fits(rule.left, rule.right), 2, rule.joined);
  }
}

describe("ids with a meaning of their own", () => {
  test("special tokens are found in text, padding is left out of it", async () => {
    const tokenizer = await fitBpe(
      { vocabularySize: 300, specialTokens: ["<|end|>", "<|end|>>"], paddingToken: "<pad>" },
      texts,
    );
    expect(Array.from(tokenizer.encode("<|end|>><|end|>"))).toEqual([2, 1]);
    expect(tokenizer.decode([0, 1, 0])).toBe("<|end|>");
    expect(tokenizer.vocabulary).toMatchObject({ padding: 0 });
    expect(tokenizer.vocabulary.unknown).toBeUndefined();
  });

  test("what is refused", async () => {
    await expect(fitBpe({ vocabularySize: 200 }, texts)).rejects.toThrow(
      "bpe: vocabularySize is 200; wanted at least 256, which the bytes and special tokens take.",
    );
    await expect(fitBpe({ specialTokens: ["a", "a"] }, texts)).rejects.toThrow(
      'bpe: specialTokens is ["a","a"]; wanted a list of different texts of at least one character each.',
    );
    const tokenizer = await fitBpe({ vocabularySize: 256 }, texts);
    expect(() => tokenizer.decode([256])).toThrow("bpe: there is no id 256; the vocabulary has 0 to 255.");
  });
});
