// What the commands of texts say of words that a model does not know or has few of, and how a network begins without a prompt.

import { beforeAll, describe, expect, test } from "vitest";
import type { LanguageModelConfig } from "../../src/text/language/neural/settings.ts";
import { trainLanguageModel } from "../../src/text/language/neural/train-language-model.ts";
import { runCli, testFolder } from "./run-cli.ts";

const folder = testFolder("unknown-words");
const at = (name: string) => `${folder.path}/${name}`;
const recurra = (...argv: string[]) => runCli(argv);

test("classify train tells how many test texts have no word that is known", async () => {
  const rows = (text: (i: number) => string) =>
    `label,text\n${Array.from({ length: 60 }, (_, i) => `${i % 2 === 0 ? "bad" : "good"},${text(i)}`).join("\n")}\n`;
  const train = await folder.file(
    "train.csv",
    rows((i) => (i % 2 === 0 ? "a dull film" : "a fine film")),
  );
  const strange = await folder.file(
    "test.csv",
    rows((i) => (i < 3 ? "xqzv brrt" : "“a film”")),
  );
  const argv = ["--model", "mlp", "--epochs", "1"];
  const told = await recurra("classify", "train", train, strange, ...argv, "--out", at("films"));
  expect([told.code, told.stdout]).toEqual([
    0,
    expect.stringContaining("No word is known of 3 of the test texts: what is told of them is a guess\n"),
  ]);
  const none = await recurra("classify", "train", train, train, ...argv, "--out", at("same"));
  expect(none.stdout).not.toContain("No word is known");
}, 30_000);

describe("of a network that writes", () => {
  const lines = ["the quick brown fox", "jumps over a lazy dog", "zebras move in herds"];
  beforeAll(async () => {
    const text = Array.from({ length: 120 }, (_, i) => `${lines[(i * i + (i >> 2)) % 3]}\n`).join("");
    const config = {
      name: "lstm",
      units: 32,
      embedding: 8,
      layers: 1,
      context: 40,
      batchSize: 8,
      epochs: 60,
    };
    const training = { learningRate: 0.01, validationSplit: 0, tokenizer: { name: "characters" } };
    await (await trainLanguageModel([text], { ...config, ...training } as LanguageModelConfig)).save(
      at("lines"),
    );
  }, 60_000);

  test("trace names all characters that it cannot read, and gives no advice for code", async () => {
    const { code, stderr } = await recurra("generate", "trace", at("lines"), "the Ü fox 😀");
    expect([code, stderr]).toEqual([
      2,
      'recurra: The model cannot read the characters "Ü" and "😀" of the text: they were not in what it was trained on. Leave them out.\n',
    ]);
  });

  test("sample without a prompt begins as a line of its text does", async () => {
    const argv = ["--length", "8", "--count", "8", "--temperature", "0.5", "--json"];
    const { stdout } = await recurra("generate", "sample", at("lines"), ...argv);
    const { texts } = JSON.parse(stdout) as { texts: { text: string }[] };
    const begin = texts.filter(({ text }) => lines.some((line) => line.startsWith(text)));
    expect(texts.map(({ text }) => text)).toHaveLength(8);
    expect(begin).toHaveLength(8);
  });
});

test("generate sample names the words of a prompt that a model of words does not know", async () => {
  const text = await folder.file("fox.txt", "The quick brown fox jumps over the lazy dog.\n".repeat(40));
  const argv = ["--model", "ngram", "--level", "word", "--out", at("words")];
  expect((await recurra("generate", "train", text, ...argv)).code).toBe(0);
  const sample = (prompt: string) => recurra("generate", "sample", at("words"), "--prompt", prompt);
  expect((await sample("The xqzv fox brrt")).stderr).toBe(
    'Of the prompt, "xqzv" and "brrt" are not known to the model: they are read as unknown.\n',
  );
  expect((await sample("The quick")).stderr).toBe("");
});

test("embed train goes through a small corpus more often, and says so", async () => {
  const corpus = await folder.file("small.txt", "The quick brown fox jumps over the lazy dog.\n".repeat(40));
  const told = "360 words are few to learn from: they are gone through 200 times (--passes).\n";
  const train = (...argv: string[]) =>
    recurra("embed", "train", corpus, "--size", "4", "--out", at("e"), ...argv);
  expect((await train()).stderr).toContain(told);
  expect((await train("--passes", "3")).stderr).not.toContain("--passes");
});
