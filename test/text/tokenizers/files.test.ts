// Tokenisers as files: readable, read back, and clear about files that are none.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadTokenizer, saveTokenizer } from "../../../src/text/tokenizers/files.ts";
import { fitTokenizer } from "../../../src/text/tokenizers/registry.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenizer-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a file with one token a line", async () => {
  const path = join(folder, "words.json");
  const tokenizer = await fitTokenizer({ name: "words", numWords: 4 }, ['the "cat" sat', "the cat"]);
  await saveTokenizer(path, tokenizer);
  expect(readFileSync(path, "utf8")).toBe(`{
  "format": "recurra-tokenizer",
  "version": 1,
  "name": "words",
  "options": {"numWords":4},
  "texts": 2,
  "tokens": [
    ["the",2,2],
    ["cat",2,2],
    ["sat",1,1]
  ]
}
`);
  expect((await loadTokenizer(path)).record()).toEqual(tokenizer.record());
});

test.each([
  [
    "no JSON",
    "the cat sat\n",
    'it is no JSON, but "the cat sat". Wanted a tokeniser that Recurra saved, or a tokenizer.json of Hugging Face.',
  ],
  ["a tokenizer.json of no words", '{"model":{}}', "This is no tokenizer.json of Hugging Face: model.vocab:"],
  [
    "a tokeniser of ours with a part that is wrong",
    '{"format":"recurra-tokenizer","version":1,"name":"words","options":{},"texts":2,"model":{}}',
    "A words tokeniser cannot be read: tokens:",
  ],
  [
    "no tokeniser",
    "[]",
    "This is no tokeniser of this version: it: Invalid input: expected object, received array; got [].",
  ],
])("%s", async (_, content, message) => {
  const path = join(folder, "wrong.json");
  writeFileSync(path, content);
  await expect(loadTokenizer(path)).rejects.toThrow(`Cannot read "${path}": ${message}`);
});

const huggingFace = {
  version: "1.0",
  added_tokens: [],
  normalizer: null,
  post_processor: null,
  decoder: null,
  pre_tokenizer: { type: "Whitespace" },
  model: { type: "WordLevel", unk_token: "<u>", vocab: { "<u>": 0, "<gap>": 1, cat: 2, sat: 3 } },
};

test("a tokenizer.json of Hugging Face, with what is said beside it", async () => {
  const own = mkdtempSync(join(folder, "hugging-"));
  const path = join(own, "tokenizer.json");
  writeFileSync(path, JSON.stringify(huggingFace));
  const alone = await loadTokenizer(path);
  expect(alone.name).toBe("hugging-face");
  expect([...alone.encode("cat sat on")]).toEqual([2, 3, 0]);
  expect(alone.vocabulary.padding).toBeUndefined();
  writeFileSync(join(own, "tokenizer_config.json"), '{"pad_token":"<gap>"}');
  expect((await loadTokenizer(path)).vocabulary).toMatchObject({ size: 4, padding: 1, unknown: 0 });
});

test("a file in place of a tokeniser that is fitted", async () => {
  const path = join(folder, "given.json");
  const given = await fitTokenizer("words", ["the cat sat"]);
  await saveTokenizer(path, given);
  const tokenizer = await fitTokenizer({ name: "file", path }, ["other words"]);
  expect(tokenizer.record()).toEqual(given.record());
  await expect(fitTokenizer({ name: "file", path, numWords: 3 } as never, [])).rejects.toThrow(
    'tokeniser file: there is no option "numWords"',
  );
});

test("a file that is not there", async () => {
  await expect(loadTokenizer(join(folder, "none.json"))).rejects.toMatchObject({ code: "file-not-found" });
});
