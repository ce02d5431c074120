// `recurra classify predict` and `explain`: where each text stands, what is kept beside it, and texts of which little can be told.

import { mkdir, readFile, writeFile } from "node:fs/promises";
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
      expect.stringContaining("1 text is empty and has no prediction; the first is row 3.\n"),
    ]);
    expect(stderr).toContain(
      "The model knows no word of 1 text (the first is row 4): what it tells of it is a guess.\n",
    );
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("row,id,date,prediction,p_bad,p_good,text");
    expect(lines[1]).toMatch(/^2,7,2024-01-02,good,0\.\d+,0\.\d+,a fine film$/);
    expect(lines[2]).toBe("3,8,2024-01-03,,,,");
    expect(lines[5]).toMatch(/^5,10,,bad,/);

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
    expect(stderr).toContain("1 file of later left out; the first is c.txt: the file is empty.\n");
  });

  test("predict tells of files that are left out by what is wrong with them", async () => {
    await mkdir(at("odd"));
    for (const name of ["a", "b"]) await writeFile(at("odd", `${name}.txt`), "a dull film");
    for (const name of ["c", "d"]) await writeFile(at("odd", `${name}.txt`), "");
    await mkdir(at("labelled", "bad"), { recursive: true });
    await mkdir(at("labelled", "good"), { recursive: true });
    await writeFile(at("labelled", "bad", "1.txt"), "a dull film");
    await writeFile(at("labelled", "bad", "2.txt"), "");
    await writeFile(at("labelled", "good", "3.txt"), Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x20, 0x61));
    const flat = await recurra("predict", at("films"), at("odd"));
    expect(flat.stderr).toContain("2 files of odd left out; the first is c.txt: the file is empty.\n");
    const { stderr } = await recurra("predict", at("films"), at("labelled"), "--on-error", "skip");
    expect(stderr).toContain(
      `2 files of labelled left out (1 empty, 1 not UTF-8); the first is ${join("bad", "2.txt")}: the file is empty.\n`,
    );
  });

  test("predict tells the class of all texts, and scores those that have a label", async () => {
    const file = await folder.file(
      "some.csv",
      "label,text\ngood,a fine film\n,a dull film\nbad,a fine film of kind 1\n",
    );
    for (const more of [[], ["--label", "label"], ["--on-error", "skip"]]) {
      const { code, stdout, stderr } = await recurra("predict", at("films"), file, ...more);
      expect([code, stderr]).toEqual([
        0,
        expect.stringContaining(
          "1 text has no label, and is not counted.\n1 of 2 got their class: 50.0 %.\n",
        ),
      ]);
      expect(stdout).toMatch(
        /^row,label,prediction,p_bad,p_good,text\n2,good,good,.*\n3,,bad,.*\n4,bad,good,/,
      );
    }
    const { stdout } = await recurra("predict", at("films"), file, "--json");
    expect(JSON.parse(stdout)[1]).toMatchObject({ label: null, prediction: "bad" });

    const none = await folder.file("none.csv", "label,text\n,a fine film\n,a dull film\n");
    const bare = await recurra("predict", at("films"), none);
    expect(bare.stdout).toMatch(/^row,prediction,p_bad,/);
    expect(bare.stderr).not.toContain("label, and");
  });

  test("predict calls a column that is kept by another name where it has one of that name itself", async () => {
    const file = await folder.file(
      "own.csv",
      "row,prediction,kept_row,text\n70,so so,x,a fine film\n80,well,y,a dull film\n",
    );
    const keep = ["--keep", "prediction,row,kept_row"];
    const { stdout, stderr } = await recurra("predict", at("films"), file, ...keep);
    expect(stdout).toMatch(
      /^row,kept_prediction,kept_kept_row,kept_row,prediction,p_bad,p_good,text\n2,so so,70,x,good,/,
    );
    expect(stderr).toContain(
      'The predictions have names of the file\'s columns "prediction" and "row": what is kept is written as kept_prediction and kept_kept_row.\n',
    );
    const json = await recurra("predict", at("films"), file, ...keep, "--json");
    expect(JSON.parse(json.stdout)[0]).toMatchObject({ row: 2, columns: { row: "70", prediction: "so so" } });
  });

  test("predict and explain make the folders that --out names", async () => {
    const file = await folder.file("one.csv", "text\na fine film\n");
    const told = await recurra("predict", at("films"), file, "--out", at("deep", "er", "told.csv"));
    expect([told.code, told.stderr]).toEqual([0, `Written: ${at("deep", "er", "told.csv")}\n`]);
    expect(await readFile(at("deep", "er", "told.csv"), "utf8")).toMatch(/^row,prediction,/);
    const page = await recurra("explain", at("films"), "a fine film", "--out", at("why", "page.html"));
    expect(page.stderr).toContain(`Written: ${at("why", "page.html")}\n`);
    const { code, stderr } = await recurra("predict", at("films"), file, "--out", join(file, "told.csv"));
    expect([code, stderr]).toEqual([2, expect.stringContaining("a part of this path is a file")]);
  });

  test("train tells where each test text stands", async () => {
    const lines = (await readFile(at("films", "predictions.csv"), "utf8")).trim().split("\n");
    expect(lines[0]).toBe("row,label,prediction,p_bad,p_good,text");
    expect(lines).toHaveLength(17);
    const source = csv(80).split("\n");
    for (const line of lines.slice(1)) {
      const [row, label, , , , text] = line.split(",");
      expect(source[Number(row) - 1]).toBe(`${label},${text}`);
    }
  });

  test("train tells of labels that differ only in case or spaces", async () => {
    const file = await folder.file(
      "case.csv",
      csv(80).replace("\nbad,", "\nBad,").replace("\ngood,", "\nGOOD,"),
    );
    const { stderr } = await recurra("train", file, ...MLP, "--out", at("case"));
    expect(stderr).toContain(
      "Labels that differ only in case or spaces are classes of their own: “Bad” / “bad” and “GOOD” / “good”.",
    );
    expect(trained.stderr).not.toContain("differ only in case");
  });

  test("an encoding that is nearly the name of one is told", async () => {
    const { code, stderr } = await recurra("predict", at("films"), "x.csv", "--encoding", "latin-1");
    expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean "latin1"? Wanted an encoding')]);
  });

  test("a file or a folder that is missing: where it was looked for", async () => {
    const looked = `It was looked for in ${process.cwd()}.\n`;
    const file = await recurra("predict", at("films"), "nosuch.csv");
    expect([file.code, file.stderr]).toEqual([
      2,
      `recurra: Cannot read "nosuch.csv": there is no such file. Check the path. ${looked}`,
    ]);
    expect((await recurra("predict", "nosuch", "x.csv")).stderr).toContain(looked);
    expect((await recurra("predict", at("films"), at("nosuch.csv"))).stderr).not.toContain("looked for");
  });

  test.each([
    ["--keep", "Date", 'There is no column "Date" (--keep) in kept.csv. Did you mean "date"?'],
    ["--keep", "id,,date", "--keep wants names of columns: --keep id,date, or --keep all."],
  ])("predict refuses %s %s", async (option, value, message) => {
    const file = await folder.file("kept.csv", "id,date,text\n7,2024-01-02,a fine film\n");
    const { code, stderr } = await recurra("predict", at("films"), file, option, value);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test("explain says where the model knows no word, and which words it reads", async () => {
    const { stdout, stderr } = await recurra("explain", at("films"), "hello there", "--json");
    expect(stderr).toContain("The model knows no word of the text: what it tells is a guess.\n");
    expect(JSON.parse(stdout)).toMatchObject({ knownTokens: 0, read: { start: 0, end: 11 } });

    const mixed = await recurra("explain", at("films"), "a fine xqzv");
    expect(mixed.stdout).toMatch(/^xqzv +[+−]0\.\d{4} {2}\(unknown to the model\)$/m);
    expect(mixed.stdout).toMatch(/^fine +[+−]0\.\d{4}$/m);

    await recurra("explain", at("films"), "a fine xqzv", "--out", at("why.html"));
    expect(await readFile(at("why.html"), "utf8")).toContain("Unknown to the model: xqzv.");

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
