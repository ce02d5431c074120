// `recurra classify trace` and `recurra generate trace`: what they print and write, and what they refuse.

import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { TextClassifierConfig } from "../../src/text/classify/settings.ts";
import { trainTextClassifier } from "../../src/text/classify/train-text-classifier.ts";
import { fitNGramModel } from "../../src/text/language/n-gram/n-gram-model.ts";
import type { LanguageModelConfig } from "../../src/text/language/neural/settings.ts";
import { trainLanguageModel } from "../../src/text/language/neural/train-language-model.ts";
import { fitTokenizer } from "../../src/text/tokenizers/registry.ts";
import { runCli, testFolder } from "./run-cli.ts";

const folder = testFolder("trace");
const at = (...names: string[]) => join(folder.path, ...names);
const recurra = (...argv: string[]) => runCli(argv);

const texts = Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? "a dull film" : "a lovely story"));
const labels = texts.map((_, i) => (i % 2 === 0 ? "bad" : "good"));
const pattern = "abcbabcbd ".repeat(20);

beforeAll(async () => {
  const shared = { epochs: 1, dropout: 0, threads: 1, seed: 1 } as const;
  for (const [name, config] of Object.entries({
    lstm: { name: "lstm", units: 4, embedding: 4 },
    mlp: { name: "mlp", units: 4, embedding: 4 },
  }))
    await (
      await trainTextClassifier({ texts, labels }, {
        ...shared,
        ...config,
      } as TextClassifierConfig)
    ).save(at(name, "model"));
  for (const [name, config] of Object.entries({
    chars: { name: "lstm", units: 4, embedding: 3, context: 10 },
    gpt: { name: "gpt", layers: 1, heads: 2, width: 8, context: 12 },
  }))
    await (await trainLanguageModel([pattern], { ...shared, ...config } as LanguageModelConfig)).save(
      at(name),
    );
  await (await fitNGramModel(await fitTokenizer({ name: "characters" }, [pattern]), [pattern])).save(
    at("counts"),
  );
}, 60_000);

const missing = async (path: string) =>
  access(path).then(
    () => false,
    () => true,
  );

describe("recurra classify trace", () => {
  test("tells what the layers do, and writes a page, the numbers and the charts", async () => {
    const out = at("out");
    const { code, stdout, stderr } = await recurra(
      "classify",
      "trace",
      at("lstm"),
      "A lovely film!",
      "--out",
      out,
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^3 tokens of the text\.\nIt says “(?:bad|good)”, with a probability of \d+\.\d %\.\n/,
    );
    expect(stdout).toMatch(
      /^lstm: LSTM of 4 units\n {4}units that change most: \d, \d, \d, \d\n {4}input gate: open \(above 0\.9\) \d+\.\d %/m,
    );
    expect(stdout).toContain(`Page: ${join(out, "trace.html")}\n`);
    expect((await readdir(out)).sort()).toEqual(["charts", "trace.html", "trace.json"]);
    const charts = await readdir(join(out, "charts"));
    for (const name of ["verdict", "lstm-cell", "lstm-hidden", "lstm-forget", "lstm-saturation"])
      for (const ending of ["svg", "png"]) expect(charts).toContain(`${name}.${ending}`);
    expect(charts.filter((name) => /^lstm-unit-\d\.svg$/.test(name))).toHaveLength(3);
    const page = await readFile(join(out, "trace.html"), "utf8");
    expect(page).toContain("<h1>Inside lstm: a text token by token</h1>");
    expect(page).toContain("Memory cells of lstm");
    expect(page).not.toMatch(/NaN|undefined|https?:\/\/(?!www\.w3\.org)/);
    const json = JSON.parse(await readFile(join(out, "trace.json"), "utf8"));
    expect(json.tokens).toEqual(["a", "lovely", "film"]);
    // A second time it replaces what it wrote.
    expect((await recurra("classify", "trace", at("lstm"), "dull", "--out", out)).code).toBe(0);
    expect(JSON.parse(await readFile(join(out, "trace.json"), "utf8")).tokens).toEqual(["dull"]);
  }, 60_000);

  test("one JSON document on standard output, and no folder", async () => {
    const { code, stdout } = await recurra(
      "classify",
      "trace",
      at("lstm", "model"),
      "a film",
      "--json",
      "--layer",
      "lstm",
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ format: "recurra-text-trace", tokens: ["a", "film"] });
    expect(await missing(at("trace-lstm"))).toBe(true);
  });

  test.each([
    ["lstm", [" "], "The text is empty. Give one with words."],
    ["lstm", ["?!"], 'The text "?!" has no token that the model knows.'],
    ["lstm", ["a film", "--layer", "lsmt"], 'no recurrent or attention layer "lsmt". Did you mean "lstm"?'],
    ["mlp", ["a film"], "The network (mlp) has no recurrent layer and no attention"],
    ["none", ["a film"], "there is no such folder. Give the folder that recurra classify train wrote."],
  ])("refuses %s %j, and writes nothing", async (model, argv, message) => {
    const { code, stdout, stderr } = await recurra(
      "classify",
      "trace",
      at(model),
      ...argv,
      "--out",
      at("not"),
    );
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(await missing(at("not"))).toBe(true);
  });

  test("leaves a folder alone that holds something else", async () => {
    const { code, stderr } = await recurra("classify", "trace", at("lstm"), "a film", "--out", at("counts"));
    expect(code).toBe(2);
    expect(stderr).toContain("n-gram.json");
  });
});

describe("recurra generate trace", () => {
  test("of an LSTM: what surprises it, its states", async () => {
    const out = at("chars-out");
    const { code, stdout } = await recurra(
      "generate",
      "trace",
      at("chars"),
      "abcb dab",
      "--out",
      out,
      "--tokens",
      "6",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^6 tokens of the text; the last 2 were not read\.\nEach token after the first costs it \d\.\d\d bits on average/,
    );
    const page = await readFile(join(out, "trace.html"), "utf8");
    expect(page).toContain("How much each token surprises");
    expect(page).toContain("What it expects after the last token");
  }, 60_000);

  test("of a transformer: where each token looks", async () => {
    const out = at("gpt-out");
    const { code, stdout } = await recurra("generate", "trace", at("gpt"), "abcb dab", "--out", out);
    expect(code).toBe(0);
    expect(stdout).toContain("block_1/self_attention: attention of 2 heads\n");
    expect(await readdir(join(out, "charts"))).toContain("block_1-self_attention-attention.png");
  }, 60_000);

  test.each([
    ["counts", "abc", "The model counts n-grams: it has no layers to trace."],
    ["chars", "", "The text is empty. Give one with words."],
    ["chars", "aXb", 'cannot read the character "X" of the text'],
  ])("refuses %s %j, and writes nothing", async (model, text, message) => {
    const { code, stdout, stderr } = await recurra("generate", "trace", at(model), text, "--out", at("not"));
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(await missing(at("not"))).toBe(true);
  });
});
