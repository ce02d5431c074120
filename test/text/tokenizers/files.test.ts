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
  ["no JSON", "{", "it is no JSON. Save the tokeniser again."],
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

test("a file that is not there", async () => {
  await expect(loadTokenizer(join(folder, "none.json"))).rejects.toMatchObject({ code: "file-not-found" });
});
