// `recurra classify series`: what it prints and writes, its use on other series, what it refuses.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../src/cli/run.ts";
import type { LabelledSeries } from "../../src/data/labelled-series.ts";
import { classifierNames, networkNames } from "../../src/series/classify/methods.ts";
import { normalizations } from "../../src/series/classify/preparation.ts";
import { toySeries } from "../series/classify/toy-series.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-classify-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command line in this process. */
async function recurra(...argv: string[]) {
  let [stdout, stderr] = ["", ""];
  const code = await run(["classify", ...argv], {
    print: (text) => {
      stdout += text;
    },
    tell: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

async function fileOf(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

const cells = (data: LabelledSeries) =>
  data.x.map(([values = []], n) => ({ label: data.classes[data.labels[n] ?? 0] ?? "", values: [...values] }));

/** As the archive writes it. */
const tsv = (data: LabelledSeries) =>
  cells(data)
    .map(({ label, values }) => [label === "sine" ? 1 : 2, ...values].join("\t"))
    .join("\n");

describe("recurra classify series", () => {
  test("trains on one file, tests on another, prints the test, writes the folder", {
    timeout: 30_000,
  }, async () => {
    const train = await fileOf("waves_TRAIN.tsv", tsv(toySeries({ count: 30, seed: 1 })));
    const later = await fileOf("waves_TEST.tsv", tsv(toySeries({ count: 20, seed: 2 })));
    const out = join(folder, "waves");
    const { code, stdout, stderr } = await recurra("series", train, later, "--out", out);
    expect([code, stderr]).toEqual([0, expect.stringContaining(`Writing ${out} …`)]);
    expect(stdout).toContain("waves_TRAIN.tsv: 2 classes by MiniRocket");
    expect(stdout).toMatch(/^tested on 20 series +accuracy +balanced +mean F1 +ROC AUC +log loss$/m);
    expect(stdout).toMatch(/^MiniRocket ★ +100\.0 % +100\.0 % +1\.000 +1\.000 +[\d.]+$/m);
    expect(stdout).toMatch(/^most frequent class +50\.0 % +50\.0 % +0\.333 +0\.500 +0\.6931$/m);
    expect(stdout).toMatch(/^true class, taken for +1 +2\n1 +10 +0\n2 +0 +10$/m);
    expect((await readdir(out)).sort()).toEqual(["metrics.json", "model", "predictions.csv", "report.html"]);
    const csv = (await readFile(join(out, "predictions.csv"), "utf8")).split("\n");
    expect(csv[0]).toBe("row,label,prediction,p_1,p_2");
    expect(csv[2]).toMatch(/^2,2,2,0\.\d+,0\.\d+$/);
    const page = await readFile(join(out, "report.html"), "utf8");
    expect(page).toContain(
      "20 of 20 test series got their class: 100.0 % (with 95 % confidence 83.9 % to 100.0 %).",
    );
    expect(page).toContain("Every test series got its class.");
    expect(page).not.toMatch(/NaN|undefined|https?:\/\/(?!www\.w3\.org)/);

    // And what was written classifies other series.
    const bare = await fileOf(
      "bare.csv",
      cells(toySeries({ count: 4, seed: 3 }))
        .map(({ values }) => values.join(","))
        .join("\n"),
    );
    const used = await recurra("series", "predict", out, bare);
    expect([used.code, used.stderr]).toEqual([0, ""]);
    expect(used.stdout.split("\n").map((line) => line.split(",").slice(0, 2).join(","))).toEqual([
      "row,prediction",
      "1,1",
      "2,2",
      "3,1",
      "4,2",
      "",
    ]);
    const known = await recurra(
      "series",
      "predict",
      join(out, "model"),
      later,
      "--out",
      join(folder, "p.csv"),
      "--json",
    );
    expect(known.stderr).toContain("20 of 20 got their class: 100.0 %.\nWritten: ");
    expect(JSON.parse(known.stdout).predictions[1]).toMatchObject({ row: 2, label: "2", prediction: "2" });
    expect(await readFile(join(folder, "p.csv"), "utf8")).toBe(csv.join("\n"));
  });

  test("a wide CSV by a network, tested on a part of it, as JSON; the same seed gives the same", {
    timeout: 30_000,
  }, async () => {
    const rows = cells(toySeries({ count: 40, seed: 1, length: 12 })).map(({ label, values }, n) =>
      [n, ...values, label].join(","),
    );
    const path = await fileOf(
      "wide.csv",
      [["id", ...Array.from({ length: 12 }, (_, t) => `t${t}`), "kind"].join(","), ...rows].join("\n"),
    );
    const argv = [
      "series",
      path,
      "--label",
      "kind",
      "--drop",
      "id",
      "--model",
      "conv",
      "--epochs",
      "3",
      "--seed",
      "4",
      "--balanced",
      "--json",
    ];
    const { code, stdout, stderr } = await recurra(
      ...argv,
      "--test-share",
      "0.25",
      "--out",
      join(folder, "wide"),
    );
    expect(code).toBe(0);
    expect(stderr).toContain("Tested on 10 of 40 series, drawn at random by seed 4.");
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual([
      "data",
      "model",
      "test",
      "baselines",
      "best",
      "training",
      "predictions",
      "timing",
    ]);
    expect(document.data.training).toEqual({
      source: "wide.csv",
      series: 30,
      shortest: 12,
      longest: 12,
      counts: { sine: 15, triangle: 15 },
    });
    expect(document.model).toMatchObject({
      model: "conv",
      seed: 4,
      filters: 64,
      kernelSizes: "8,5,3",
      classWeight: "balanced",
      epochs: 3,
      epochsTrained: 3,
    });
    expect(document.training.logs.loss.length).toBe(3);
    expect(document.predictions.length).toBe(10);
    const page = await readFile(join(folder, "wide", "report.html"), "utf8");
    expect(page).toContain("Learning curve");
    const again = JSON.parse(
      (await recurra(...argv, "--test-share", "0.25", "--out", join(folder, "wide"))).stdout,
    );
    expect(again.predictions).toEqual(document.predictions);
  });
});

test("an id is no value; a rare class that is never found, and series of another length, are told of", {
  timeout: 30_000,
}, async () => {
  // Ten of 60 are rare, and nothing tells them apart: wild numbers that are the same every time.
  const wild = (n: number, t: number) => ((n * 37 + t * 61 + n * t * 7) % 101) / 100;
  const row = (n: number, length: number) => Array.from({ length }, (_, t) => wild(n, t)).join(",");
  const head = (length: number) => `id,${Array.from({ length }, (_, t) => `t${t}`).join(",")}`;
  const lines = Array.from({ length: 60 }, (_, n) => `m${n},${row(n, 16)},${n % 6 === 3 ? "rare" : "usual"}`);
  const path = await fileOf("rare.csv", [`${head(16)},state`, ...lines].join("\n"));
  const out = join(folder, "rare");
  const argv = ["series", path, "--test-share", "0.5", "--out", out];
  const { code, stdout, stderr } = await recurra(...argv);
  expect(code).toBe(0);
  expect(stderr).toContain('Column "id" of rare.csv is left out: it tells the rows apart, and is no value.');
  expect(stdout).toContain('No series of "rare" found: --balanced finds more.');
  expect(await readFile(join(out, "report.html"), "utf8")).toContain("No series of “rare” was found.");
  expect((await recurra(...argv, "--balanced")).stdout).not.toContain("--balanced finds more");
  expect(await readFile(join(out, "report.html"), "utf8")).toContain(
    "<dt>Class weights</dt><dd>balanced</dd>",
  );

  const shorter = await fileOf("shorter.csv", `${head(12)}\nk1,${row(1, 12)}\n`);
  const used = await recurra("series", "predict", out, shorter);
  expect(used.stderr).toContain("1 series of shorter.csv has another length than in training, 16");
  expect(used.stdout).toMatch(/^row,prediction,p_rare,p_usual\n2,/);
});

describe("refused with exit code 2, a message, and nothing written", () => {
  test.each<[string, string, string[], string]>([
    [
      "one class",
      "1\t2\t3\n1\t4\t5\n",
      [],
      'odd.tsv: all 2 series have the label "1"; wanted at least two classes to tell apart.',
    ],
    [
      "a class of one series each",
      "1\t2\t3\n2\t4\t5\n",
      [],
      "each of its 2 series has a label of its own; none can be held out for a test. Check which column is the label",
    ],
    [
      "what is no number",
      "1\t2\tx\n2\t3\t4\n2\t3\t4\n",
      ["--label", "first"],
      'recurra: odd.tsv, row 1, column 3: "x" is not a number.',
    ],
    [
      "a table with a row for each time",
      "machine_id,timestamp,value,state\na,1,0.5,on\na,2,0.7,on\nb,1,0.1,off\n",
      [],
      'Cannot read odd.tsv: its column "timestamp" is no value of a series. Wanted a whole series in each row',
    ],
    ["an unknown column", "a,b\n1,2\n", ["--label", "c"], 'There is no column "c" (--label) in odd.tsv.'],
    [
      "an unknown model",
      "",
      ["--model", "resnet"],
      "argument 'resnet' is invalid. Allowed choices are rocket, conv,",
    ],
    [
      "epochs of what has none",
      "",
      ["--epochs", "3"],
      "recurra: --epochs is for networks: conv, lstm, gru, transformer. The model is rocket.",
    ],
    ["no share", "", ["--test-share", "1"], "argument '1' is invalid. Wanted a share between 0 and 1"],
    ["a misspelt option", "", ["--modle", "conv"], "(Did you mean --model?)"],
  ])("%s", async (_, text, argv, message) => {
    const path = await fileOf("odd.tsv", text);
    const out = join(folder, "refused", "out");
    const { code, stdout, stderr } = await recurra("series", path, ...argv, "--out", out);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await readdir(folder)).not.toContain("refused");
  });

  test("a test file with a class that is not trained on, a missing file, a folder that is no model", async () => {
    const train = await fileOf("t.tsv", tsv(toySeries({ count: 6, seed: 1 })));
    const later = await fileOf("s.tsv", "3\t1\t2\n");
    const unknown = await recurra("series", train, later, "--model", "majority", "--out", join(folder, "x"));
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('s.tsv, row 1: the label "3" is none of the classes trained on: 1 and 2.'),
    ]);
    expect((await recurra("series", join(folder, "nosuch.tsv"))).stderr).toContain("there is no such file");
    const none = await recurra("series", "predict", folder, later);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("classifier.json")]);
  });
});

test("Ctrl-C stops the work, and nothing is written", async () => {
  const path = await fileOf("long.tsv", tsv(toySeries({ count: 20, seed: 1 })));
  const told: string[] = [];
  const code = await run(["classify", "series", path, "--model", "conv", "--out", join(folder, "stopped")], {
    print: () => {},
    tell: (text) => {
      told.push(text);
      // Told once the work is about to begin.
      if (text.startsWith("Tested on")) process.emit("SIGINT");
    },
  });
  expect([code, told.at(-1)]).toEqual([130, "recurra: Stopped. Nothing was written.\n"]);
  expect((await readdir(folder)).filter((name) => name.includes("stopped"))).toEqual([]);
  expect(process.listenerCount("SIGINT")).toBe(0);
});

test("help: of the command, of its parts, with what there is to choose from", async () => {
  const { code, stdout } = await recurra("series", "--help");
  expect(code).toBe(0);
  const text = stdout.replace(/\s+/g, " ");
  for (const names of [classifierNames, normalizations])
    expect(text).toContain(names.map((name) => `"${name}"`).join(", "));
  for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(84);
  expect((await recurra("--help")).stdout).toContain("series");
  expect((await recurra("series", "predict", "--help")).stdout).toContain(
    "Usage: recurra classify series predict",
  );
  expect(networkNames.every((name) => classifierNames.includes(name))).toBe(true);
});
