// hugging-face: a tokenizer.json as their library trains and reads it, and what is none.

import { describe, expect, test } from "vitest";
import { fitBpe } from "../../../src/text/tokenizers/bpe/bpe.ts";
import { huggingFaceTokenizer } from "../../../src/text/tokenizers/hugging-face.ts";
import { openTokenizer } from "../../../src/text/tokenizers/registry.ts";
import { tokensOf } from "../../../src/text/tokenizers/vocabulary.ts";

const wordPiece = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map((content, id) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  })),
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "[CLS]", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "[SEP]", type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
      "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
    },
  },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: { "[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, un: 4, "##want": 5, "##ed": 6, run: 7, ",": 8 },
  },
};

describe("a tokenizer.json", () => {
  // Expected: tokenizers 0.23.2 (Python), Tokenizer.from_str(…).encode("Unwanted, running run", add_special_tokens=False).
  test("encodes and decodes", async () => {
    const tokenizer = await huggingFaceTokenizer(wordPiece);
    expect(tokenizer.split("Unwanted, running run")).toEqual(["un", "##want", "##ed", ",", "[UNK]", "run"]);
    expect(Array.from(tokenizer.encode("Unwanted, running run"))).toEqual([4, 5, 6, 8, 1, 7]);
    expect(tokenizer.decode([4, 5, 6, 8, 7, 0, 0])).toBe("unwanted, run");
    expect(tokenizer.vocabulary).toMatchObject({ size: 9, padding: 0, unknown: 1 });
    expect(() => tokenizer.decode([9])).toThrow("hugging-face: there is no id 9; the vocabulary has 0 to 8.");
  });

  test("is the same after JSON", async () => {
    const tokenizer = await huggingFaceTokenizer(wordPiece, { pad_token: "[PAD]" });
    const read = await openTokenizer(JSON.parse(JSON.stringify(tokenizer.record())));
    expect(read.encode("unwanted run")).toEqual(tokenizer.encode("unwanted run"));
    expect(read.vocabulary.size).toBe(9);
  });

  test("of byte-level merges encodes as Recurra's own", async () => {
    const texts = ["the theatre of the thespians, then the others there — naïve 😀"];
    const own = await fitBpe({ vocabularySize: 290 }, texts);
    const theirs = await huggingFaceTokenizer({
      version: "1.0",
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: null,
      decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        ...{ type: "BPE", dropout: null, unk_token: null, fuse_unk: false, byte_fallback: false },
        vocab: Object.fromEntries(tokensOf(own.vocabulary).map((token, id) => [token, id])),
        merges: own.record().merges,
      },
    });
    for (const text of [...texts, "They've 42  spaces\n 😀, here's the theatre."]) {
      expect(Array.from(theirs.encode(text))).toEqual(Array.from(own.encode(text)));
      expect(theirs.decode(own.encode(text))).toBe(text);
    }
  });
});

describe("what is refused", () => {
  test.each<[unknown, string]>([
    [
      {},
      "This is no tokenizer.json of Hugging Face: model: Invalid input: expected object, received undefined; got {}.",
    ],
    [{ model: { vocab: 3 } }, "This is no tokenizer.json of Hugging Face: model.vocab: Invalid input"],
    [
      { model: { type: "Other", vocab: {} }, added_tokens: [] },
      "This tokenizer.json is none that Hugging Face's library for JavaScript can read:",
    ],
  ])("%j", async (json, message) => {
    await expect(huggingFaceTokenizer(json)).rejects.toThrow(message);
  });
});
