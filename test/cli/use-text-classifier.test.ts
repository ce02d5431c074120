// `recurra classify predict` and `explain`: where each text stands, what is kept beside it, and texts of which little can be told.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type CliResult, runCli, testFolder } from "./run-cli.ts";

const folder = testFolder("use-classifier");
const at = (...names: string[]) => join(folder.path, ...names);
const recurra = (...argv: string[]) => runCli(["classify", ...argv]);
const MLP = ["--model", "mlp", "--learning-rate", "0.02", "--epochs", "6"];

const csv = (count: number) =>
  `label,text\n${Array.from({ length: count }, (_, i) => (i % 2 === 0 ? `bad,a dull film of kind ${i % 3}` : `good,a fine film of kind ${i % 3}`)).join("\n")}\n`;

describe("a classifier of films", () => {
  let trained: CliResult;
  beforeAll(async () => {
    const file = await folder.file("films.csv", csv(80));
    trained = await recurra("train", file, ...MLP, "--length", "100000000", "--out", at("films"));
  }, 30_000);

  test("more tokens than any text has are not read", () => {
    expect([trained.code, trained.stderr]).toEqual([0, expect.not.stringContaining("fault in recurra")]);
  });

  test("predict copies columns through, and leaves the prediction of an empty text empty", async () => {
    const file = await folder.file(
      "new.csv",
      'id,date,text\n7,2024-01-02,a fine film\n8,2024-01-03,\n9,2024-01-04,"never\nseen"\n10,,dull\n',
    );
    const { code, stdout, stderr } = await recurra("predict", at("films"), file, "--keep", "id, date");
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining("1 text is empty and has no prediction; the first is line 3.\n"),
    ]);
    expect(stderr).toContain("The model knows no word of 1 text (the first is line 4)");
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("row,id,date,prediction,p_bad,p_good,text");
    expect(lines[1]).toMatch(/^2,7,2024-01-02,good,0\.\d+,0\.\d+,a fine film$/);
    expect(lines[2]).toBe("3,8,2024-01-03,,,,");
    expect(lines[5]).toMatch(/^6,10,,bad,/);

    const all = await recurra("predict", at("films"), file, "--keep", "all", "--json");
    const found = JSON.parse(all.stdout);
    expect(found[0]).toMatchObject({ row: 2, columns: { id: "7", date: "2024-01-02" }, knownTokens: 3 });
    expect(found[1]).toMatchObject({ prediction: null, probabilities: null, knownTokens: 0 });
    expect(found[2]).toMatchObject({ row: 4, knownTokens: 0 });
  });

  test("predict names the files of a folder", async () => {
    await mkdir(at("later"));
    await writeFile(at("later", "a.txt"), "a dull film");
    await writeFile(at("later", "b.txt"), "a fine film");
    await writeFile(at("later", "c.txt"), "");
    const { stdout, stderr } = await recurra("predict", at("films"), at("later"));
    expect(stdout).toMatch(/^file,row,prediction,.*\na\.txt,1,bad,.*\nb\.txt,1,good,/);
    expect(stderr).toContain("left out; the first is");
  });

  test.each([
    ["--keep", "nosuch", 'There is no column "nosuch"'],
    ["--keep", "id,,date", "--keep wants names of columns: --keep id,date, or --keep all."],
  ])("predict refuses %s %s", async (option, value, message) => {
    const file = await folder.file("kept.csv", "id,date,text\n7,2024-01-02,a fine film\n");
    const { code, stderr } = await recurra("predict", at("films"), file, option, value);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test("explain says where the model knows no word, and which words it reads", async () => {
    const { stdout, stderr } = await recurra("explain", at("films"), "hello there", "--json");
    expect(stderr).toContain("The model knows no word of the text");
    expect(JSON.parse(stdout)).toMatchObject({ knownTokens: 0, read: { start: 0, end: 11 } });

    // The longest text of the training has six tokens.
    const text = `${"a dull film ".repeat(20)}but a fine film it was`;
    const long = await recurra("explain", at("films"), text, "--json");
    expect(long.stderr).toContain(
      "The model reads the last 6 tokens of a text: what stands before them (92 % of this one) is not read",
    );
    expect(JSON.parse(long.stdout).words).toHaveLength(6);
  });
});

test("train finds the words of texts without spaces, says so, and tells what may help", async () => {
  const rows = Array.from({ length: 60 }, (_, i) =>
    i % 2 === 0 ? "差,这家餐厅的服务很糟糕" : "好,这家餐厅的菜很好吃",
  );
  const file = await folder.file("chinese.csv", `label,text\n${rows.join("\n")}\n`);
  const { code, stdout, stderr } = await recurra(
    "train",
    file,
    "--model",
    "conv",
    "--epochs",
    "1",
    "--out",
    at("chinese"),
  );
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining(
      "Words are found by --tokenizer unicode-words, since these texts are written without spaces between words.\n",
    ),
  ]);
  expect(stdout).toContain("Of fewer than 5,000 texts, the mean of the words' vectors often");
  expect(stdout).toContain("One epoch is little: with more of them it may do better (--epochs 2).");
  const said = await recurra("train", file, ...MLP, "--tokenizer", "words", "--out", at("said"));
  expect(said.stderr).toContain(
    "--tokenizer words parts texts at spaces, and these texts are written without",
  );
}, 30_000);
