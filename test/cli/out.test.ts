// Where commands write: nothing that is read is written over, and a training is replaced by one of its own kind alone.

import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { runCli, testFolder } from "./run-cli.ts";

const folder = testFolder("out");
const at = (...names: string[]) => join(folder.path, ...names);

/** A folder as a training leaves it, as far as commands look at it before they train. */
async function training(
  name: string,
  model: Readonly<Record<string, object>>,
  beside: Readonly<Record<string, string>> = REPORT,
): Promise<string> {
  await mkdir(at(name, "model"), { recursive: true });
  for (const [file, content] of Object.entries(model))
    await writeFile(at(name, "model", file), JSON.stringify(content));
  for (const [file, content] of Object.entries(beside)) await writeFile(at(name, file), content);
  return at(name);
}

const REPORT = { "report.html": "<p>The old one</p>", "metrics.json": '{"data":{"source":"old.csv"}}' };
const network = (format: string) => ({ "config.json": { preprocessing: { format } } });

const PREDICT: readonly (readonly string[])[] = [
  ["classify", "predict"],
  ["table", "predict"],
  ["tag", "predict"],
  ["classify", "series", "predict"],
];

describe.each(PREDICT)("recurra %s %s %s", (...words) => {
  const command = words.filter((word) => word !== undefined);
  const INPUT = "text,label\na fine film,good\n";
  beforeAll(async () => {
    await mkdir(at("some", "model"), { recursive: true });
    await mkdir(at("inputs"), { recursive: true });
    await folder.file("inputs/new.csv", INPUT);
    await symlink(at("inputs"), at("linked")).catch(() => undefined);
  });

  test.each([
    ["the file itself", "inputs/new.csv", "inputs/new.csv"],
    ["the file, through a link", "inputs/new.csv", "linked/new.csv"],
    ["one of a folder", "inputs", "inputs/new.csv"],
    ["one of a pattern", "inputs/*.csv", "inputs/../inputs/new.csv"],
  ])("does not write over what it reads: %s", async (_, input, out) => {
    const { code, stderr } = await runCli([
      ...command,
      at("some"),
      at(input),
      "--out",
      `${folder.path}/${out}`,
    ]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`${out}" (--out): it is the file that is read`),
    ]);
    expect(await readFile(at("inputs", "new.csv"), "utf8")).toBe(INPUT);
  });

  test("does not write into the model", async () => {
    const out = at("some", "model", "told.csv");
    const { code, stderr } = await runCli([...command, at("some"), at("inputs", "new.csv"), "--out", out]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`it is in the folder of the model, "${at("some")}"`),
    ]);
  });
});

const TRAIN = [
  { argv: ["classify", "train"], mark: network("recurra-text-classifier"), called: "a text classifier" },
  { argv: ["tag", "train"], mark: network("recurra-tagger"), called: "a tagger" },
  { argv: ["table", "train"], mark: network("recurra-text-table"), called: "a model of a table" },
  { argv: ["generate", "train"], mark: network("recurra-language-model"), called: "a language model" },
  { argv: ["embed", "train"], mark: { "vectors.json": {} }, called: "a set of word vectors" },
  { argv: ["classify", "series"], mark: { "classifier.json": {} }, called: "a classifier of series" },
] as const;

describe.each(TRAIN)("recurra $argv", ({ argv, mark, called }) => {
  const run = (out: string) =>
    runCli([...argv, at("nosuch.csv"), ...(argv[0] === "table" ? ["--target", "price"] : []), "--out", out]);

  test("refuses the folder of each other kind of model by name", async () => {
    for (const other of TRAIN.filter((one) => one.called !== called)) {
      const out = await training(`kind-${other.argv.join("-")}`, other.mark);
      const { code, stderr } = await run(out);
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining(
          `"${out}" (--out): it holds ${other.called}, which recurra ${other.argv.join(" ")} made.`,
        ),
      ]);
    }
  });

  test("refuses a folder that holds but a report: it may be another's", async () => {
    await mkdir(at("report"), { recursive: true });
    await folder.file("report/report.html", "<p>Years of work</p>");
    const { code, stderr } = await run(at("report"));
    expect([code, stderr]).toEqual([2, expect.stringContaining("it holds other files (report.html)")]);
  });

  test("tells which training of its own it replaces", async () => {
    const name = `own-${argv.join("-")}`;
    const isEmbed = argv[0] === "embed";
    const own = isEmbed ? { "vectors.txt": "a 1 2" } : REPORT;
    const { code, stderr } = await run(await training(name, mark, own));
    const told = `Replacing the training${isEmbed ? "" : " of old.csv"} in ${at(name)}, once this one is done.\n`;
    expect([code, stderr]).toEqual([2, expect.stringContaining(told)]);
    for (const [file, content] of Object.entries(own))
      expect(await readFile(at(name, file), "utf8")).toBe(content);
  });
});

test("what is told of a model is not written over its training, by whichever folder it is named", async () => {
  const out = join(await training("whole", {}), "report.html");
  for (const model of [at("whole"), at("whole", "model")]) {
    const { code, stderr } = await runCli(["classify", "explain", model, "a fine film", "--out", out]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(`it is in the folder of the model, "${at("whole")}"`),
    ]);
  }
});
