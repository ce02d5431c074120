// `recurra table`: train and predict. What they find out, print and write, and what they refuse.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type CliResult, runCli, testFolder } from "./run-cli.ts";

const folder = testFolder("table");
const at = (...names: string[]) => join(folder.path, ...names);
const recurra = (...argv: string[]) => runCli(["table", ...argv]);

const THINGS = ["table", "chair", "lamp", "sofa"];
const COLOURS = ["red", "blue", "green", "black", "white"];

/** A thing's price follows from what it is, its brand and its width. */
function row(i: number) {
  const [thing, colour] = [THINGS[i % 4] ?? "", COLOURS[(i * 7) % 5] ?? ""];
  const [brand, width] = [i % 3 === 0 ? "Best" : "Plain", 20 + ((i * 13) % 50)];
  const price = Math.round((100 + 400 * (i % 4)) * (brand === "Best" ? 2 : 1) * (width / 40));
  return { thing, colour, brand, width, price };
}

function csv(count: number, from = 0, target = true): string {
  const rows = Array.from({ length: count }, (_, n) => {
    const { thing, colour, brand, width, price } = row(from + n);
    const shown = n % 10 === 9 ? "" : width;
    const text = `"${colour} ${thing} with ${1 + ((from + n) % 6)} legs, number ${from + n}"`;
    return `${1000 + from + n},${text},${brand},${shown},7${target ? `,${price}` : ""}`;
  });
  return `sku_id,description,brand,width,same${target ? ",price" : ""}\n${rows.join("\n")}\n`;
}

const QUICK = ["--model", "mlp", "--epochs", "30", "--learning-rate", "0.01", "--units", "16"];

describe("a model of prices", () => {
  let trained: CliResult;
  const out = () => at("prices");
  beforeAll(async () => {
    const file = await folder.file("prices.csv", csv(300));
    trained = await recurra("train", file, "--target", "price", ...QUICK, "--out", out());
  }, 30_000);

  test("train tells what columns are, prints errors beside simple guesses, writes the folder", async () => {
    expect(trained.code).toBe(0);
    expect(trained.stderr).toContain(
      '"price" is told as a number, from the text of "description", the number "width" and the category "brand".\n',
    );
    expect(trained.stderr).toContain(
      'Left out: "sku_id" (it numbers the rows), "same" (it is the same in all rows).\n',
    );
    expect(trained.stderr).toMatch(/^epoch 1 of 30: loss \d\.\d{3}; held out: \d\.\d{3}$/m);
    expect(trained.stdout).toMatch(/^Mean error of "price" on 60 test rows: [\d.]+, or \d+\.\d %; RMSE/m);
    expect(trained.stdout).toMatch(/^The best of simple guesses, “(?:mean|median) (?:by brand|of all)”: \d/m);
    expect((await readdir(out())).sort()).toEqual([
      "metrics.json",
      "model",
      "predictions.csv",
      "report.html",
    ]);
    const metrics = JSON.parse(await readFile(join(out(), "metrics.json"), "utf8"));
    expect(metrics.test.mae).toBeLessThan(0.5 * metrics.baselines["median by brand"].mae);
    expect(metrics.data.columns).toContainEqual({
      name: "width",
      kind: "number",
      missing: 30,
      distinct: expect.any(Number),
    });
    const page = await readFile(join(out(), "report.html"), "utf8");
    for (const part of ["Beside simple guesses", "Predicted and actual", "Errors by size", "What went in"])
      expect(page).toContain(part);
    expect(page).toContain("30 (10.0 %)");
    expect(page).not.toMatch(/NaN|undefined|https?:\/\/(?!www\.w3\.org)/);
    const lines = (await readFile(join(out(), "predictions.csv"), "utf8")).trim().split("\n");
    expect(lines[0]).toBe("row,price,prediction");
    expect(lines.length).toBe(61);
  });

  test("predict needs no target, keeps columns that are asked for, tells of unknown categories", async () => {
    const bare = await folder.file("bare.csv", csv(4, 400, false).replace("Best", "Rare"));
    const { code, stdout, stderr } = await recurra("predict", out(), bare, "--keep", "sku_id");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^row,sku_id,prediction\n2,1400,[\d.]+\n3,1401,[\d.]+\n/);
    expect(stderr).toContain('1 row has a "brand" that is not in the training, such as "Rare"');
    const { stdout: json } = await recurra("predict", join(out(), "model"), bare, "--json");
    expect(JSON.parse(json)[3]).toEqual({ row: "5", prediction: expect.any(Number) });
  });

  test("predict tells how far off it is where rows have their target, and writes a file", async () => {
    const file = await folder.file("later.csv", csv(20, 300));
    const written = await recurra("predict", out(), file, "--out", at("p.csv"));
    expect([written.code, written.stdout]).toEqual([0, ""]);
    expect(written.stderr).toMatch(/^Mean error of "price": [\d.]+, RMSE [\d.,]+, R² 0\.\d{3}\.$/m);
    expect(await readFile(at("p.csv"), "utf8")).toMatch(/^row,price,prediction\n2,\d+,\d+/);
  });

  test("a column of the training that a file lacks is named", async () => {
    const file = await folder.file("less.csv", csv(3, 0, false).replace("width", "breadth"));
    const { code, stdout, stderr } = await recurra("predict", out(), file);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain('There is no column "width" (a number in training) in less.csv.');
  });
});

test("classes, of a test file, in groups; as one JSON document", async () => {
  const train = await folder.file("train.csv", csv(120));
  const other = await folder.file("test.csv", csv(30, 200));
  const argv = ["--target", "brand", "--drop", "description", "--group", "sku_id", "--epochs", "4"];
  const { code, stdout } = await recurra("train", train, other, ...argv, "--json", "--out", at("brand"));
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(document.data).toMatchObject({ kind: "classes", group: "sku_id", training: 120, test: 30 });
  expect(document.test.majority).toBeCloseTo(2 / 3);
  const page = await readFile(at("brand", "report.html"), "utf8");
  expect(page).toContain("Confusion matrix");
  expect(page).toContain("sku_id (it numbers the rows)");
  const { stdout: told } = await recurra("predict", at("brand"), other);
  expect(told).toMatch(/^row,brand,prediction,p_Best,p_Plain\n2,/);
}, 30_000);

test("the names of classes that look like numbers are kept as they are written", async () => {
  const file = await folder.file(
    "codes.csv",
    csv(60).replaceAll(",Best,", ",01,").replaceAll(",Plain,", ",1.0,"),
  );
  const argv = ["--target", "brand", "--text", "none", "--epochs", "1", "--out", at("codes")];
  const { code, stderr } = await recurra("train", file, ...argv);
  expect(code).toBe(0);
  expect(stderr).toContain('"brand" is told as a class');
  const { stdout } = await recurra("predict", at("codes"), file);
  expect(stdout).toMatch(/^row,brand,prediction,p_01,p_1\.0\n2,01,/);
});

test("a class of the test that training has not seen is named with its row", async () => {
  const train = await folder.file("train.csv", csv(60));
  const other = await folder.file("test.csv", csv(3).replace(",Best,", ",Bets,"));
  const { code, stderr } = await recurra("train", train, other, "--target", "brand", "--out", at("never"));
  expect(code).toBe(2);
  expect(stderr).toContain(
    'test.csv, row 2: the target "brand" is "Bets", which is none of those trained on',
  );
  expect(stderr).toContain('Did you mean "Best"?');
});

const ROWS = "a big table,30,x,10\na small lamp,40,y,20\n";
test.each([
  ["no target", [], "Which column is to be told? Name it with --target. The columns of"],
  [
    "an unknown target",
    ["--target", "prise"],
    'no column "prise" (--target) in bad.csv. Did you mean "price"?',
  ],
  ["an unknown text", ["--target", "price", "--text", "txt"], 'no column "txt" (--text) in bad.csv.'],
  ["a column twice", ["--target", "price", "--text", "price"], "both as --target and as --text"],
  [
    "an empty text",
    ["--target", "price", "--text", "none_here"],
    'Column "none_here" of bad.csv has no value',
  ],
  ["--log of classes", ["--target", "kind", "--log"], "--log is for numbers"],
  ["a condition", ["--target", "price", "--where", "prise > 1"], 'no column "prise". Did you mean "price"?'],
])("train refuses %s", async (_, argv, message) => {
  const file = await folder.file(
    "bad.csv",
    `text,width,kind,price,none_here\n${ROWS.repeat(8).replaceAll("\n", ",\n")}`,
  );
  const { code, stdout, stderr } = await recurra("train", file, "--out", at("never"), ...argv);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
  expect(await readdir(folder.path)).not.toContain("never");
});

test.each([
  ["an empty file", "", "the file is empty"],
  ["a header alone", "a,price\n", "no rows"],
  ["a constant target", `a,price\n${"1,5\n2,5\n".repeat(9)}`, 'the target "price" is "5" in all 18 rows'],
  [
    "a target without a number",
    `a,price\n${"1,5\n2,6\n3,9\n".repeat(9)}4,cheap\n`,
    'row 29: "cheap" is not a number.',
  ],
  [
    "a target that is missing",
    `a,price\n${"1,5\n2,6\n3,9\n".repeat(9)}4,\n`,
    "has no value in row 29. Fill it in, or",
  ],
  [
    "a number without a number",
    `a,b,price\n${"1,2,5\n2,1,6\n3,7,9\n".repeat(9)}four,1,5\n`,
    'Column "a", row 29: "four"',
  ],
  [
    "nothing to tell from",
    `a,price\n${"1,5\n1,6\n1,9\n".repeat(9)}`,
    'there is nothing to tell "price" from',
  ],
  [
    "too many classes",
    `a,price\n${Array.from({ length: 30 }, (_, i) => `${i % 3},n${i}`).join("\n")}\n`,
    "these are no classes",
  ],
])("train refuses %s", async (_, content, message) => {
  const file = await folder.file("bad.csv", content);
  const { code, stdout, stderr } = await recurra("train", file, "--target", "price", "--out", at("never"));
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
  expect(await readdir(folder.path)).not.toContain("never");
});

test("--on-error skip leaves out what cannot be used, and tells of it", async () => {
  const good = Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 5},${10 + (i % 7)}\n`).join("");
  const file = await folder.file("some.csv", `a,b,price\n${good}1,2,\n1,2,cheap\n`);
  const argv = ["--target", "price", "--on-error", "skip", "--epochs", "2", "--out", at("some")];
  const { code, stderr } = await recurra("train", file, ...argv);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^2 rows of some\.csv left out; the first is Column "price"/m);
});
