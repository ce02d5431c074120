// `recurra tag`: train, predict and evaluate. What they print and write, and what they refuse.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type CliResult, runCli, testFolder } from "./run-cli.ts";

const folder = testFolder("tag");
const at = (...names: string[]) => join(folder.path, ...names);
const recurra = (...argv: string[]) => runCli(["tag", ...argv]);

const PEOPLE = ["Mary", "John", "Anna", "Peter", "Ruth"];
const PLACES = ["Cork", "Paris", "Oslo", "Lima"];

/** Sentences such as `Mary Smith lives in Cork .`, in turn. */
function conll(count: number, tagOf: (type: string) => string = (type) => type): string {
  const sentences = Array.from({ length: count }, (_, i) => {
    const person = `${PEOPLE[i % 5]}\t${tagOf("B-person")}`;
    const last = i % 3 === 0 ? [`Smith\t${tagOf("I-person")}`] : [];
    const place = `${PLACES[i % 4]}\t${tagOf("B-place")}`;
    const verb = `${["lives", "stays", "is"][i % 3]}\tO`;
    return [person, ...last, verb, "in\tO", place, ".\tO", ""].join("\n");
  });
  return `${sentences.join("\n")}\n`;
}

const QUICK = ["--learning-rate", "0.02", "--units", "16", "--epochs", "5"];

describe("a tagger of entities", () => {
  let trained: CliResult;
  const out = () => at("people");
  beforeAll(async () => {
    const file = await folder.file("people.conll", conll(120));
    trained = await recurra("train", file, ...QUICK, "--out", out());
  }, 30_000);

  test("train tells the scheme and each epoch, prints scores by type, writes the folder", async () => {
    expect(trained.code).toBe(0);
    expect(trained.stderr).toContain("The tags of people.conll mark spans as BIO does.\n");
    expect(trained.stderr).toMatch(
      /^epoch 1 of 5: loss \d\.\d{3}, accuracy \d+\.\d %; held out: F₁ \d+\.\d %, accuracy \d+\.\d %$/m,
    );
    expect(trained.stdout).toMatch(/^Tokens with the right tag: \d+\.\d % of \d+$/m);
    expect(trained.stdout).not.toMatch(/^ *accuracy/m);
    expect(trained.stdout).toMatch(/^Entities of 24 test sentences: F₁ \d+\.\d %$/m);
    expect(trained.stdout).toContain("By heart, marking what was an entity in training: 100.0 %");
    expect((await readdir(out())).sort()).toEqual([
      "metrics.json",
      "model",
      "predictions.conll",
      "report.html",
    ]);
    const page = await readFile(join(out(), "report.html"), "utf8");
    for (const part of ["By kind of entity", "What became of the entities", "Which tokens were taken"])
      expect(page).toContain(part);
    expect(page).not.toMatch(/NaN|undefined|https?:\/\/(?!www\.w3\.org)/);
    const metrics = JSON.parse(await readFile(join(out(), "metrics.json"), "utf8"));
    expect(metrics.data).toMatchObject({ training: 96, test: 24, scheme: "BIO" });
    const { right, type, extent, both, missed } = metrics.spans;
    expect(right + type + extent + both + missed).toBe(metrics.test.entities.micro.support);
    const lines = (await readFile(join(out(), "predictions.conll"), "utf8")).split("\n");
    expect(lines[0]?.split("\t").length).toBe(3);
  });

  test("predict cuts texts into tokens, and gives spans with their places and probabilities", async () => {
    const file = await folder.file("texts.txt", "Mary Smith lives in Cork.\n\nAnna is in Oslo.\n");
    const { code, stdout } = await recurra("predict", out(), file);
    expect(code).toBe(0);
    const [first, second] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first.tokens).toEqual(["Mary", "Smith", "lives", "in", "Cork", "."]);
    expect(first.spans.at(-1)).toMatchObject({
      type: "place",
      text: "Cork",
      from: 4,
      to: 5,
      start: 20,
      end: 24,
    });
    expect(first.spans.at(-1).probability).toBeGreaterThan(0.5);
    expect(second.text).toBe("Anna is in Oslo.");

    const { stdout: csv } = await recurra("predict", out(), file, "--format", "csv");
    expect(csv).toMatch(/^row,first_token,last_token,type,probability,text\n1,/);
    // The empty line is counted, as an editor counts.
    expect([first.row, second.row]).toEqual([1, 3]);
    expect(csv).toMatch(/^3,1,1,/m);
  });

  test("predict can be joined to its rows: they are numbered, columns kept, empty ones without tokens", async () => {
    const file = await folder.file("t.csv", "id,text\n7,Mary is in Cork.\n8,\n9,Anna is in Oslo.\n");
    const argv = ["predict", out(), file, "--text", "text", "--keep", "id"];
    const { code, stdout } = await recurra(...argv);
    expect(code).toBe(0);
    const told = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(told.map(({ row, columns }) => [row, columns.id])).toEqual([
      [2, "7"],
      [3, "8"],
      [4, "9"],
    ]);
    expect(told[1]).toMatchObject({ text: "", tokens: [], spans: [] });
    const { stdout: csv } = await recurra(...argv, "--format", "csv");
    expect(csv).toMatch(/^row,id,first_token,last_token,type,probability,text\n2,7,1,1,/);
    expect(csv).toMatch(/^4,9,1,1,/m);
    const clash = await recurra(...argv.slice(0, -1), "text", "--format", "csv");
    expect(clash.stdout).toMatch(/^row,kept_text,first_token/);
    expect(clash.stderr).toContain("what is kept is written as kept_text");
    const unknown = await recurra(...argv.slice(0, -1), "Id");
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('no column "Id" (--keep)')]);
    const conll = await recurra(...argv, "--format", "conll");
    expect([conll.code, conll.stderr]).toEqual([2, expect.stringContaining("--keep is for tables of texts")]);
  });

  test("sentences of CoNLL that are left out leave the numbers of the others as they are", async () => {
    const file = await folder.file("gap.conll", "Mary\tO\n\nin\tO\tO\n\nLima\tO\n");
    const argv = ["predict", out(), file, "--on-error", "skip", "--format", "jsonl"];
    const { stdout } = await recurra(...argv);
    expect(stdout.match(/"row":\d/g)).toEqual(['"row":1', '"row":5']);
  });

  test("predict tags the tokens of CoNLL, with tags beside them or without; --out writes a file", async () => {
    const tagged = await folder.file("more.conll", "Ruth\tB-person\nis\tO\n\nin\tO\nLima\tB-place\n");
    const { stdout } = await recurra("predict", out(), tagged);
    expect(stdout).toMatch(/^Ruth\t\S+\nis\t\S+\n\nin\t\S+\nLima\t\S+\n\n$/);
    const bare = await folder.file("bare.conll", "Ruth\nis\n\nin\nLima\n");
    const written = await recurra("predict", out(), bare, "--out", at("told.conll"));
    expect([written.code, written.stdout]).toEqual([0, ""]);
    expect(await readFile(at("told.conll"), "utf8")).toBe(stdout);
  });

  test("evaluate prints scores by type, or one JSON document", async () => {
    const file = await folder.file("other.conll", conll(10));
    const { code, stdout } = await recurra("evaluate", join(out(), "model"), file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^10 sentences, 54 tokens of other.conll\nTokens with the right tag: /);
    expect(stdout).toMatch(/^ *all entities +\d\.\d{3}/m);
    const { stdout: json } = await recurra("evaluate", out(), file, "--json");
    expect(JSON.parse(json)).toMatchObject({ source: "other.conll", sentences: 10, tokens: 54 });
  });

  test("a tag that training has not seen is named with its row", async () => {
    const file = await folder.file("odd.conll", "Mary\tB-person\n\nBMW\tB-car\n");
    for (const argv of [
      ["evaluate", out(), file],
      ["train", at("people.conll"), file],
    ]) {
      const { code, stderr } = await recurra(...argv, "--out", at("never")).then((result) =>
        argv[0] === "evaluate" ? recurra(...argv) : result,
      );
      expect(code).toBe(2);
      expect(stderr).toContain('odd.conll, the sentence of line 3: the tag "B-car" of the token "BMW"');
    }
    expect(await readdir(folder.path)).not.toContain("never");
  });

  test("the folder of another kind of model is told apart", async () => {
    const { code, stderr } = await runCli(["table", "predict", out(), at("people.conll")]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      "it is a tagger. Use it with recurra tag predict, or give the folder that recurra table train wrote.",
    );
  });

  test("--token-column is not for texts", async () => {
    const { code, stderr } = await recurra("predict", out(), "texts.txt", "--token-column", "2");
    expect([code, stderr]).toEqual([2, expect.stringContaining("--token-column is for CoNLL files")]);
  });
});

test("vectors of words set the width of the embedding", async () => {
  const vectors = await folder.file("v.txt", "mary 0.1 0.2 0.3\ncork 0.5 0.1 0.2\ndublin 0.4 0.1 0.1\n");
  const file = await folder.file("few.conll", conll(20));
  const argv = ["--vectors", vectors, "--model", "conv", "--no-crf", "--epochs", "1", "--json"];
  const { code, stdout } = await recurra("train", file, ...argv, "--out", at("few"));
  expect(code).toBe(0);
  const { model } = JSON.parse(stdout);
  expect(model.config).toMatchObject({ name: "conv", embedding: 3, output: "softmax" });
  const bare = await recurra("train", file, ...argv.slice(2), "--out", at("bare"));
  // Dublin, which is in no sentence, has a vector too.
  expect(model.words - JSON.parse(bare.stdout).model.words).toBe(1);
});

test("more epochs are advised where the last was the best", async () => {
  const file = await folder.file("short.conll", conll(20));
  const argv = ["--model", "conv", "--no-crf", "--epochs", "1", "--out", at("short")];
  const { stdout } = await recurra("train", file, ...argv);
  expect(stdout).toContain("One epoch is little: with more of them it may do better (--epochs 2).");
});

test("tags that mark no spans are scored token by token, on a test file, as one JSON document", async () => {
  const kinds: Readonly<Record<string, string>> = {
    "B-person": "NAME",
    "I-person": "NAME",
    "B-place": "NAME",
  };
  const text = conll(60, (type) => kinds[type] ?? "X").replaceAll("\tO", "\tOTHER");
  const train = await folder.file("pos.conll", text);
  const argv = ["train", train, train, ...QUICK, "--validation", train, "--json", "--out", at("pos")];
  const { code, stdout } = await recurra(...argv);
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(document.data).toMatchObject({ scheme: "none", tags: ["NAME", "OTHER"], training: 60, test: 60 });
  expect(document.memory.accuracy).toBe(1);
  const page = await readFile(at("pos", "report.html"), "utf8");
  expect(page).toContain("<h2>By tag</h2>");
  expect(page).toContain("Which tags were taken for which");
}, 30_000);

test.each([
  ["a single tag", "Mary\tO\nis\tO\n", [], 'bad.conll: all 2 tokens have the tag "O"; wanted two tags'],
  ["a line without its tag", "Mary\tB-a\nis\nin\tO\n", [], "bad.conll, line 2: it has 1 column"],
  ["tags that do not fit", "Mary\tI-a\nis\tO\n\nin\tB-a\n", [], "bad.conll, line 1: the tag I-a follows O"],
  ["an empty file", "", [], "the file is empty"],
  ["a column that is not there", "Mary\tO\n", ["--tag-column", "4"], "There is no column 4 in bad.conll"],
  ["vectors that are not there", "Mary\tB-a\nis\tO\n", ["--vectors", "no.txt"], 'Cannot read "no.txt"'],
  ["a model that there is none of", "Mary\tO\n", ["--model", "lstn"], "Allowed choices are bilstm, lstm"],
  ["too few sentences", "Mary\tB-a\nis\tO\n", [], "none can be held out for a test"],
])("train refuses %s", async (_, content, argv, message) => {
  const file = await folder.file("bad.conll", content);
  const { code, stdout, stderr } = await recurra("train", file, "--out", at("never"), ...argv);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
  expect(await readdir(folder.path)).not.toContain("never");
});

test("a folder without a tagger is named", async () => {
  const { code, stderr } = await recurra("predict", at("nothing"), "x.txt");
  expect(code).toBe(2);
  expect(stderr).toContain("there is no such folder. Give the folder that recurra tag train wrote.");
});
