// Tokenisers on the command line: punctuation as tokens, files of one's own; and `embed train --model validity`.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { saveTokenizer } from "../../src/text/tokenizers/files.ts";
import { fitTokenizer } from "../../src/text/tokenizers/registry.ts";
import { runCli, testFolder } from "./run-cli.ts";

const folder = testFolder("tokenizers");
const at = (...names: string[]) => join(folder.path, ...names);
const recurra = (...argv: string[]) => runCli(argv);

/** Texts that nothing but their emoji tells apart. */
const tweets = Array.from(
  { length: 80 },
  (_, i) => `${["so it goes", "what a day", "here we are"][i % 3]} ${i % 2 === 0 ? "😀" : "😡"}\t${i % 2}`,
);
const train = ["--model", "mlp", "--learning-rate", "0.05", "--epochs", "8", "--json"];

beforeAll(async () => {
  await folder.file("tweets.tsv", `text\tlabel\n${tweets.join("\n")}\n`);
  await saveTokenizer(at("own.json"), await fitTokenizer({ name: "characters", unknownToken: "?" }, tweets));
});

async function accuracyOf(name: string, ...options: string[]): Promise<number> {
  const out = at(name);
  const { code, stderr, stdout } = await recurra(
    ...["classify", "train", at("tweets.tsv"), ...train, "--out", out, ...options],
  );
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  return JSON.parse(stdout).test.accuracy;
}

describe("recurra classify train", () => {
  test("--punctuation makes tokens of emoji", async () => {
    expect(await accuracyOf("with", "--tokenizer", "unicode-words", "--punctuation")).toBe(1);
    expect(await accuracyOf("without", "--tokenizer", "unicode-words")).toBeLessThan(0.9);
  });

  test("--tokenizer FILE takes a tokeniser as it is", async () => {
    expect(await accuracyOf("own", "--tokenizer", at("own.json"))).toBe(1);
    const saved = JSON.parse(await readFile(at("own", "model", "config.json"), "utf8"));
    expect(saved.preprocessing.config.tokenizer).toEqual({ name: "file", path: at("own.json") });
    expect(saved.preprocessing.tokenizer.name).toBe("characters");
    const predicted = await recurra("classify", "predict", at("own"), at("tweets.tsv"));
    expect(predicted.code).toBe(0);
  });
});

test("recurra generate train --tokenizer FILE", async () => {
  const text = await folder.file("verse.txt", `${tweets.join("\n").repeat(4)}\n`);
  const { code, stderr, stdout } = await recurra(
    ...["generate", "train", text, "--model", "ngram", "--tokenizer", at("own.json"), "--json"],
    ...["--out", at("language")],
  );
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ tokenizer: "characters" });
});

describe("what is refused", () => {
  test.each<[string, readonly string[], string]>([
    [
      "a name that there is not",
      ["classify", "train", "tweets.tsv", "--tokenizer", "word"],
      "Wanted words, unicode-words, characters, bpe, word-piece, unigram, or a file",
    ],
    [
      "a name where there are files alone",
      ["generate", "train", "tweets.tsv", "--tokenizer", "bpe"],
      "Wanted a file: a tokeniser that Recurra saved, or a tokenizer.json of Hugging Face.",
    ],
    [
      "a file that is not there",
      ["classify", "train", "tweets.tsv", "--tokenizer", "no/tokenizer.json"],
      'Cannot read "no/tokenizer.json"',
    ],
    [
      "a file that is none",
      ["generate", "train", "tweets.tsv", "--tokenizer", "tweets.tsv"],
      "Wanted a tokeniser that Recurra saved, or a tokenizer.json of Hugging Face.",
    ],
    [
      "punctuation of others",
      ["classify", "train", "tweets.tsv", "--tokenizer", "words", "--punctuation"],
      "--punctuation is for --tokenizer unicode-words.",
    ],
    [
      "a size of what has one",
      ["classify", "train", "tweets.tsv", "--tokenizer", "own.json", "--vocabulary", "99"],
      "--vocabulary is not for a tokeniser of a file",
    ],
    [
      "two ways to cut",
      ["generate", "train", "tweets.tsv", "--tokenizer", "own.json", "--level", "word"],
      "cannot be used with option",
    ],
  ])("%s", async (_, argv, message) => {
    const placed = argv.map((part) => (/^(tweets|own)\./.test(part) ? at(part) : part));
    const { code, stdout, stderr } = await recurra(...placed, "--out", at("never"));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });
});

test("recurra embed train --model validity tells how many 5-grams are told rightly", async () => {
  const lines = Array.from(
    { length: 400 },
    (_, i) => `the ${["cat", "dog"][i % 2]} ${["eats", "sees"][i % 2]} the ${["fish", "ball"][i % 2]}`,
  );
  const file = await folder.file("corpus.txt", lines.join("\n"));
  const argv = [
    "embed",
    "train",
    file,
    "--model",
    "validity",
    "--size",
    "4",
    "--passes",
    "2",
    "--threads",
    "1",
  ];
  const out = at("validity");
  const { stdout } = await recurra(...argv, "--out", out, "--json");
  expect(JSON.parse(stdout)).toEqual({
    words: 7,
    width: 4,
    heldOut: { windows: 8, accuracy: expect.any(Number), ranking: expect.any(Number) },
    folder: out,
  });
  expect((await recurra(...argv, "--out", out)).stdout).toContain(
    "% of 16 5-grams told rightly that were held out, half of them broken",
  );
  expect((await recurra("embed", "nearest", out, "cat", "--count", "1")).code).toBe(0);
  const even = await recurra(...argv, "--window", "4", "--out", at("even"));
  expect([even.code, even.stderr]).toEqual([
    2,
    expect.stringContaining("validity: window is 4; wanted an odd number"),
  ]);
  const odd = await recurra(...argv, "--subwords");
  expect([odd.code, odd.stderr]).toEqual([
    2,
    expect.stringContaining("--subwords is for --model skip-gram and cbow, not validity"),
  ]);
});
