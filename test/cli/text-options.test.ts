// What the commands of texts make of odd options, columns, prompts and folders.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { beforeAll, describe, expect, test } from "vitest";
import { withFlags } from "../../src/cli/flag-names.ts";
import { runCli, testFolder } from "./run-cli.ts";

const folder = testFolder("text-options");
const at = (...names: string[]) => join(folder.path, ...names);
const recurra = (...argv: string[]) => runCli(argv);
const MLP = ["--model", "mlp", "--epochs", "1"];

beforeAll(async () => {
  const text = await folder.file("fox.txt", "The quick brown fox jumps over the lazy dog.\n".repeat(40));
  await recurra("generate", "train", text, "--model", "ngram", "--out", at("fox"));
  const rows = Array.from(
    { length: 60 },
    (_, i) =>
      `${i},${["Invoice", "Parcel"][i % 2]} ${i},What of ${i}?,${["Billing", "Field Service"][i % 2]}`,
  );
  await folder.file("tickets.csv", `No,Short Name,Ticket Text,Assigned Team\n${rows.join("\n")}\n`);
  await folder.file("bare.csv", `${rows.join("\n")}\n`);
  const argv = ["--text", "Short Name", "--text", "Ticket Text", "--out", at("tickets")];
  await recurra("classify", "train", at("tickets.csv"), ...argv, ...MLP);
}, 30_000);

describe("columns", () => {
  test("several of texts are remembered by the model", async () => {
    const config = JSON.parse(await readFile(at("tickets", "model", "config.json"), "utf8"));
    expect(config.preprocessing.columns).toEqual({
      text: ["Short Name", "Ticket Text"],
      label: "Assigned Team",
    });
    const { code, stdout } = await recurra("classify", "predict", at("tickets"), at("tickets.csv"), "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(60);
    const told = await recurra(
      "classify",
      "predict",
      at("tickets"),
      at("tickets.csv"),
      "--text",
      "Short Name,No",
    );
    expect(told.stdout).toContain('"Invoice 0\n0"');
  });

  test("--header and --no-header", async () => {
    const argv = ["--text", "3", "--label", "4", ...MLP, "--out", at("header"), "--json"];
    for (const [flags, texts] of [
      [[], 60],
      [["--header"], 59],
      [["--no-header"], 60],
    ] as const) {
      const { stdout } = await recurra("classify", "train", at("bare.csv"), ...argv, ...flags);
      const { training, test: tested } = JSON.parse(stdout).data;
      expect(training + tested).toBe(texts);
    }
  });

  test("labels that hardly recur are no classes", async () => {
    const argv = ["--text", "Ticket Text", "--label", "Short Name", ...MLP, "--out", at("never")];
    const { code, stderr } = await recurra("classify", "train", at("tickets.csv"), ...argv);
    expect([code, stderr]).toEqual([
      2,
      'recurra: tickets.csv: of 60 different labels (column "Short Name"), 60 have a single text, and a class is learnt from many. Name the column of the labels with --label, or leave rare ones out with --where.\n',
    ]);
  });
});

describe("generate sample", () => {
  const sample = (...argv: string[]) => recurra("generate", "sample", at("fox"), "--length", "20", ...argv);

  test("an empty prompt is none", async () => {
    const [none, empty] = [await sample(), await sample("--prompt", "")];
    expect(none.code).toBe(0);
    expect(empty).toEqual(none);
  });

  test("a prompt's strange characters are named, all of them", async () => {
    const { code, stderr } = await sample("--prompt", "Zürich 😀 sea 😀");
    expect([code, stderr]).toEqual([
      2,
      'recurra: The model cannot read the characters "Z", "ü" and "😀" of the prompt: they were not in what it was trained on. Leave them out.\n',
    ]);
  });

  test("at temperature 0 one text is written", async () => {
    const { stdout, stderr } = await sample("--prompt", "The quick", "--temperature", "0", "--count", "3");
    expect(stdout).toBe("The quick brown fox jumps ove\n");
    expect(stderr).toBe("At temperature 0 all texts would be the same: one is written.\n");
  });

  test.each([
    [["--top-p", "0"], "Wanted a number above 0, up to 1."],
    [["--repetition-penalty", "0"], "Wanted a number above 0."],
    [["--stop", ""], "It is empty."],
  ])("refuses %j", async (argv, message) => {
    const { code, stderr } = await sample(...argv);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

test("a folder of another command's model is told apart", async () => {
  const refusal = async (...argv: string[]) => (await recurra(...argv)).stderr;
  expect(await refusal("generate", "sample", at("tickets"))).toBe(
    `recurra: Cannot use "${at("tickets")}": it is a text classifier. Use it with recurra classify predict, or give the folder that recurra generate train wrote.\n`,
  );
  expect(await refusal("classify", "series", "predict", at("tickets"), at("tickets.csv"))).toContain(
    "or give the folder that recurra classify series wrote.",
  );
  expect(await refusal("classify", "explain", at("fox", "model"), "A fox")).toContain(
    "it is a language model. Use it with recurra generate sample, or",
  );
});

describe("embed", () => {
  beforeAll(() => folder.file("vectors.txt", "king 1 2\nqueen 1 3\nman 2 1\nParis 0 1\n"));
  const ask = (...argv: string[]) => recurra("embed", ...argv);

  test("nearest looks a word up in small letters, and answers for those that it has", async () => {
    const { code, stdout, stderr } = await ask(
      "nearest",
      at("vectors.txt"),
      "King",
      "zzz",
      "Paris",
      "--json",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout).map(({ question }: { question: string }) => question)).toEqual([
      "king",
      "Paris",
    ]);
    expect(stderr).toBe('There is no vector for "zzz" among the 4 words.\n');
    const none = await ask("nearest", at("vectors.txt"), "zzz", "qqq");
    expect([none.code, none.stderr]).toEqual([
      2,
      'recurra: There is no vector for "zzz" among the 4 words. Give a word that is in the vocabulary.\n',
    ]);
    expect((await ask("analogy", at("vectors.txt"), "Man", "King", "Queen")).code).toBe(0);
  });

  test("evaluate names the file of a bad line", async () => {
    const pairs = await folder.file("bad.txt", "king queen 7\nking of queens\n");
    const { code, stderr } = await ask("evaluate", at("vectors.txt"), pairs);
    expect([code, stderr]).toEqual([
      2,
      `recurra: ${pairs}: line 2 is "king of queens"; wanted two words and a number.\n`,
    ]);
  });
});

describe("options are called by their flags", () => {
  const command = new Command("train");
  for (const flags of [
    "--min-count <N>",
    "--context <N>",
    "--held-out <S>",
    "--units <N>",
    "--samples <N>",
    "--no-header",
  ])
    command.option(flags);

  test.each([
    [
      "option-value",
      "word2vec: minCount is to be a positive whole number, got 0",
      "--min-count is to be a positive whole number, got 0",
    ],
    [
      "option-value",
      "language model gpt: width is to be a multiple of its 4 heads, got 7",
      "--units is to be a multiple of its 4 heads, got 7",
    ],
    [
      "short-text",
      "Give it a smaller context (context), or hold nothing out (validationSplit: 0).",
      "Give it a smaller context (--context), or hold nothing out (--held-out 0).",
    ],
    [
      "samples",
      "samples: 1 coalitions cannot tell 4 features apart",
      "--samples: 1 coalitions cannot tell 4 features apart",
    ],
    [
      "few-words",
      "none comes at least 9 times (minCount). Lower minCount.",
      "none comes at least 9 times (--min-count). Lower --min-count.",
    ],
    [
      "unknown-column",
      'There is no column "minCount". The context is long (see below).',
      'There is no column "minCount". The context is long (see below).',
    ],
    [
      "column-not-given",
      "Which column is it (context)? The columns are at (context) and minCount (number).",
      "Which column is it (--context)? The columns are at (context) and minCount (number).",
    ],
    [
      "option-value",
      "generate: topP is to be above 0, and header too",
      "generate: topP is to be above 0, and header too",
    ],
  ])("%s: %s", (code, message, told) => {
    expect(withFlags(message, code, command)).toBe(told);
  });

  test("in what commands print", async () => {
    const words = await recurra(
      "embed",
      "train",
      at("fox.txt"),
      "--min-count",
      "100000",
      "--out",
      at("never"),
    );
    expect(words.stderr).toContain("(--min-count)");
    const argv = ["generate", "train", at("fox.txt"), "--out", at("never"), "--model", "gpt"];
    expect((await recurra(...argv, "--units", "7")).stderr).toBe(
      "recurra: --units is to be a multiple of its 4 heads, got 7\n",
    );
    expect((await recurra(...argv, "--context", "5000")).stderr).toContain("a smaller context (--context)");
  });
});
