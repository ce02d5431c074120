// `recurra table`: train and predict. What they find out, print and write, and what they refuse.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { readTexts } from "../../src/data/texts/read-texts.ts";
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

  test("predict calls a column that is kept by another name where it has one of that name itself", async () => {
    const bare = csv(2, 400, false).replace("sku_id", "prediction");
    const file = await folder.file("own.csv", bare);
    const { stdout, stderr } = await recurra("predict", out(), file, "--keep", "prediction,prediction");
    expect(stdout).toMatch(/^row,kept_prediction,prediction\n2,1400,[\d.]+\n3,1401,[\d.]+\n/);
    expect(stderr).toContain("what is kept is written as kept_prediction.\n");
  });

  test("predict tells how far off it is where rows have their target, and writes a file", async () => {
    const file = await folder.file("later.csv", csv(20, 300));
    const written = await recurra("predict", out(), file, "--out", at("p.csv"));
    expect([written.code, written.stdout]).toEqual([0, ""]);
    expect(written.stderr).toMatch(/^Mean error of "price": [\d.]+, RMSE [\d.,]+, R² 0\.\d{3}\.$/m);
    expect(await readFile(at("p.csv"), "utf8")).toMatch(/^row,price,prediction\n2,\d+,\d+/);
  });

  test("rows have the numbers that a spreadsheet shows, as where texts are classified", async () => {
    const file = await folder.file(
      "breaks.csv",
      csv(3, 400, false).replace('"red table', '"red\ntable').replaceAll(" with", "\nwith"),
    );
    const { stdout } = await recurra("predict", out(), file);
    expect(stdout).toMatch(/^row,prediction\n2,[\d.]+\n3,[\d.]+\n4,[\d.]+\n$/);
    expect([...(await readTexts(file, { text: "description", label: "none" })).rows]).toEqual([2, 3, 4]);
  });

  test("a target that is no number hinders no prediction", async () => {
    const file = await folder.file("odd.csv", csv(3, 400).replace(/,\d+\n$/, ",unsold\n"));
    const { code, stdout, stderr } = await recurra("predict", out(), file);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^4,unsold,[\d.]+$/m)]);
    expect(stderr).toMatch(/^How far off the predictions are is not told: .*"unsold" is not a number/m);
    expect(stderr).not.toMatch(/--(?:task|on-error)/);
  });

  test("predict reads standard input", async () => {
    const content = csv(4, 400, false);
    const told = await recurra("predict", out(), await folder.file("four.csv", content));
    const readInput = async (text: string) => {
      const input = vi.spyOn(process, "stdin", "get").mockReturnValue(Readable.from([text]) as never);
      const result = await recurra("predict", out(), "-");
      input.mockRestore();
      return result;
    };
    expect(await readInput(content)).toEqual(told);
    expect((await readInput("")).stderr).toContain('Cannot read "standard input": the file is empty.');
  });

  test("predict advises what it can do itself about a number that is none", async () => {
    const file = await folder.file("wide.csv", csv(3, 400).replace(/,\d+,7,/, ",wide,7,"));
    const { code, stderr } = await recurra("predict", out(), file);
    expect([code, stderr]).toEqual([2, expect.stringContaining('"wide" is not a number')]);
    expect(stderr).toContain("Or leave out such rows with --on-error skip.");
    expect(stderr).not.toMatch(/--(?:categories|drop|task)/);
    const { code: skipped, stdout } = await recurra("predict", out(), file, "--on-error", "skip");
    expect([skipped, stdout]).toEqual([0, expect.stringMatching(/^row,price,prediction\n3,/)]);
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

test("a class of one row is told of", async () => {
  const file = await folder.file("lone.csv", csv(60).replace(",Best,", ",Rare,"));
  const argv = ["--target", "brand", "--text", "none", "--epochs", "1", "--out", at("lone")];
  const { code, stderr } = await recurra("train", file, ...argv);
  expect([code, stderr]).toEqual([0, expect.stringContaining('The class "Rare" has one row: too few')]);
});

test("numbers that begin with a zero are categories, unless they are named as numbers", async () => {
  const codes = ["01067", "10115", "80331", "50667"];
  const file = await folder.file(
    "codes.csv",
    csv(60).replaceAll(/,7,/g, (_, offset: number) => `,${codes[offset % 4]},`),
  );
  const argv = ["--target", "6", "--drop", "description", "--epochs", "1"];
  const found = await recurra("train", file, ...argv, "--out", at("postcode"));
  expect(found.stdout).toContain("One epoch is little: with more of them it may do better (--epochs 2).");
  // The target is given by its number.
  expect(found.stderr).toContain('"price" is told as a number');
  expect([found.code, found.stderr]).toEqual([
    0,
    expect.stringContaining('the categories "brand" and "same"'),
  ]);
  expect(await readFile(at("postcode", "report.html"), "utf8")).toContain("01067");
  const { stderr: known } = await recurra("predict", at("postcode"), file);
  expect(known).not.toContain("is not in the training");
  const said = await recurra("train", file, ...argv, "--numbers", "same", "--out", at("same"));
  expect(said.stderr).toContain('the numbers "width" and "same"');
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
  [
    "no target",
    [],
    "bad.csv are text (a category), width (a number), kind (a category), price (a number) and none_here (it has no value).",
  ],
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
  [
    "a query over another name",
    ["--target", "price", "--sql", "SELECT * FROM bad"],
    "The file is called data",
  ],
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
