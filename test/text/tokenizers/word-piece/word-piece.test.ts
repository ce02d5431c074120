// word-piece: BERT's splitting and greedy matching, the training, what is refused.

import { describe, expect, test } from "vitest";
import { fitWordPiece, wordPieceFrom } from "../../../../src/text/tokenizers/word-piece/word-piece.ts";

// The case of `test_full_tokenizer` and `test_wordpiece_tokenizer` in BERT's tokenization_test.py (google-research/bert).
const bertTokens = ["[UNK]", "[CLS]", "[SEP]", "want", "##want", "##ed", "wa", "un", "runn", "##ing", ","];

describe("as BERT", () => {
  test.each<[string, string[], number[]]>([
    ["UNwant\u00E9d,running", ["un", "##want", "##ed", ",", "runn", "##ing"], [7, 4, 5, 10, 8, 9]],
    ["unwanted running", ["un", "##want", "##ed", "runn", "##ing"], [7, 4, 5, 8, 9]],
    ["unwantedX running", ["[UNK]", "runn", "##ing"], [0, 8, 9]],
    ["", [], []],
  ])("%j", (text, tokens, ids) => {
    const tokenizer = wordPieceFrom(bertTokens);
    expect(tokenizer.split(text)).toEqual(tokens);
    expect(Array.from(tokenizer.encode(text))).toEqual(ids);
  });

  // `BasicTokenizer` of the same test: Chinese characters, accents, case, control characters.
  test.each<[string, object, string[]]>([
    ["ah\u535A\u63A8zz", {}, ["ah", "\u535A", "\u63A8", "zz"]],
    [" \tHeLLo!how  \n Are yoU?  ", {}, ["hello", "!", "how", "are", "you", "?"]],
    ["H\u00E9llo", {}, ["hello"]],
    ["H\u00E9llo", { lower: false }, ["H\u00E9llo"]],
    ["H\u00E9llo", { lower: true, stripAccents: false }, ["h\u00E9llo"]],
    ["a\u0000b\u00ADc\uFFFDd", {}, ["abcd"]],
    ["$5+`x`~", {}, ["$", "5", "+", "`", "x", "`", "~"]],
  ])("words of %j with %j", (text, options, words) => {
    const tokenizer = wordPieceFrom(["[UNK]", ...new Set(words)], options);
    expect(tokenizer.split(text)).toEqual(words);
  });

  test("a word of more than 100 characters is not known", () => {
    const tokenizer = wordPieceFrom(["[UNK]", "x", "##x"]);
    expect(tokenizer.encode("x".repeat(100))).toHaveLength(100);
    expect(Array.from(tokenizer.encode("x".repeat(101)))).toEqual([0]);
  });
});

describe("training", () => {
  // By hand: characters, "##" characters, then the pairs "##a ##b" (5 times), "x ##ab" (3), and "y ##ab" (2).
  test("joins the most frequent pair", async () => {
    const tokenizer = await fitWordPiece({}, ["xab xab xab yab yab", "z"]);
    expect(tokenizer.record().tokens).toEqual([
      "[PAD]",
      "[UNK]",
      "[CLS]",
      "[SEP]",
      "[MASK]",
      "a",
      "b",
      "x",
      "y",
      "z",
      "##a",
      "##b",
      "##ab",
      "xab",
      "yab",
    ]);
    expect(tokenizer.split("xab yabab q")).toEqual(["xab", "yab", "##ab", "[UNK]"]);
    expect(tokenizer.vocabulary).toMatchObject({ padding: 0, unknown: 1 });
  });

  test("no more tokens than there are to be, no pair that is too rare, no character beyond the most frequent", async () => {
    const texts = ["xab xab xab yab yab", "z"];
    const small = await fitWordPiece({ vocabularySize: 13 }, texts);
    expect(small.record().tokens).toHaveLength(13);
    const frequent = await fitWordPiece({ minCount: 3 }, texts);
    expect(frequent.vocabulary.idOf("yab")).toBeUndefined();
    const few = await fitWordPiece({ alphabetSize: 4 }, texts);
    expect(few.split("z y")).toEqual(["[UNK]", "y"]);
  });

  test("a vocabulary that has no room for the characters", async () => {
    await expect(fitWordPiece({ vocabularySize: 9 }, ["xab"])).rejects.toThrow(
      "word-piece: vocabularySize is 9; wanted at least 10, which the characters and special tokens take.",
    );
  });
});

test("decoding joins pieces and words", () => {
  const tokenizer = wordPieceFrom([
    "[PAD]",
    "[UNK]",
    "it",
    "'",
    "s",
    "un",
    "##want",
    "##ed",
    ",",
    "!",
    "[MASK]",
  ]);
  expect(tokenizer.decode([2, 3, 4, 5, 6, 7, 8, 1, 9, 0, 0])).toBe("it's unwanted, [UNK]!");
  expect(Array.from(tokenizer.encode("it [MASK]"))).toEqual([2, 10]);
});

test("a vocabulary without a token for what is not known", () => {
  expect(() => wordPieceFrom(["a", "b"])).toThrow(
    'A word-piece vocabulary of 2 tokens has no "[UNK]", which stands for words not known. Add it.',
  );
  expect(() => wordPieceFrom(["[UNK]", "a", "a"])).toThrow('A vocabulary has "a" twice, as 1 and as 2');
});
