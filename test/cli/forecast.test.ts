// The command line: what it prints and writes, what it refuses, with a stand-in for the networks.

import { execFile } from "node:child_process";
import { readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { ProgressView } from "../../src/cli/progress.ts";
import { run } from "../../src/cli/run.ts";
import { growthStandIn } from "../series/stand-in.ts";
import { runCli, testFolder } from "./run-cli.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

const folder = testFolder("cli");

const recurra = (...argv: string[]) =>
  runCli(argv, { makeForecaster: ({ name, lookback }) => growthStandIn(name, Number(lookback ?? 12)) });

describe("recurra forecast", () => {
  test("without a file forecasts the packaged series, prints a summary, writes the folder", async () => {
    const out = join(folder.path, "out");
    const { code, stdout, stderr } = await recurra("forecast", "--models", "lstm", "--out", out);
    expect(code).toBe(0);
    expect(stdout).toContain("passengers: 12 months ahead by LSTM");
    expect(stdout).toMatch(/^LSTM ★( +[\d.]+){6}$/m);
    expect(stdout).toMatch(/^1961-01 +463\.6 +[\d.]+ to [\d.]+$/m);
    expect(stdout).toContain(`Report: ${join(out, "report.html")}`);
    expect(stderr).toContain("The times are monthly, with a season of 12 steps.\n");
    expect((await readdir(out)).sort()).toEqual([
      "forecast.csv",
      "forecast.html",
      "forecast.svg",
      "metrics.json",
      "model",
      "report.html",
    ]);
  });

  test("--json prints one document and nothing else", async () => {
    const argv = ["--models", "gru", "--horizon", "6", "--seed", "3", "--where", "month < '1960'", "--json"];
    const { code, stdout } = await recurra("forecast", ...argv, "--out", join(folder.path, "json"));
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual(["data", "model", "backtest", "forecast", "timing"]);
    expect(document.data.where).toBe("month < '1960'");
    expect(document.model).toMatchObject({ name: "gru", horizon: 6, seed: 3 });
    expect(Object.keys(document.backtest.metrics.gru)).toEqual([
      "mae",
      "rmse",
      "mape",
      "smape",
      "mase",
      "rmsse",
      "bias",
      "pinball",
      "coverage",
    ]);
    expect(document.forecast[0]).toEqual({
      time: "1960-01",
      series: "passengers",
      value: expect.any(Number),
      intervals: {
        80: [expect.any(Number), expect.any(Number)],
        95: [expect.any(Number), expect.any(Number)],
      },
    });
    expect(document.timing).toEqual({
      readSeconds: expect.any(Number),
      backtestSeconds: expect.any(Number),
      fitSeconds: expect.any(Number),
      totalSeconds: expect.any(Number),
    });
  });

  test("several series of a file, their columns named or guessed", async () => {
    const days = Array.from({ length: 70 }, (_, t) =>
      new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10),
    );
    const rows = days.flatMap((day, t) => [`${day},a,${10 + (t % 7)}`, `${day},b,${20 - (t % 7)}`]);
    const path = await folder.file("sales.csv", ["day,store,units", ...rows, ""].join("\n"));
    const { code, stdout, stderr } = await recurra(
      "forecast",
      path,
      "--series",
      "store",
      "--models",
      "lstm",
      "--out",
      join(folder.path, "sales"),
    );
    expect(code).toBe(0);
    expect(stderr).toContain('Taken from the table: the time is column "day", the target is column "units".');
    expect(stdout).toContain("units of 2 series: 7 days ahead by LSTM");
    const csv = await readFile(join(folder.path, "sales", "forecast.csv"), "utf8");
    expect(csv.split("\n")[1]).toMatch(/^2024-03-11,a,10,/);
  });
});

describe("refused with exit code 2, a message, and nothing written", () => {
  test.each<[string, string[], string]>([
    [
      "no steps",
      ["--horizon", "0"],
      "recurra: option '--horizon <N>' argument '0' is invalid. Wanted a whole number from 1 on.",
    ],
    ["fewer than none", ["--horizon", "-3"], "argument '-3' is invalid"],
    ["half a step", ["--lookback", "1.5"], "argument '1.5' is invalid"],
    ["a word", ["--epochs", "abc"], "argument 'abc' is invalid"],
    [
      "names that are none",
      ["--models", "lstm,,gru"],
      "argument 'lstm,,gru' is invalid. Wanted names with commas, such as ets,theta or lstm(units=32,layers=2).",
    ],
    ["a misspelt option", ["--horzion", "3"], "(Did you mean --horizon?)"],
    ["two files, of which one is missing", ["a.csv", "b.csv"], 'Cannot read "a.csv": there is no such file.'],
    ["a missing file", ["nosuch.csv"], 'recurra: Cannot read "nosuch.csv": there is no such file.'],
    ["an unknown column", ["--target", "pasengers"], 'Did you mean "passengers"?'],
    [
      "a bad condition",
      ["--where", "passengers >"],
      'recurra: Cannot use --where "passengers >": syntax error',
    ],
    [
      "gaps",
      ["--where", "month <> '1955-05'"],
      "1 month is missing: 1955-05 (the first after row 77, before row 79).",
    ],
    [
      "too few rows",
      ["--models", "lstm", "--where", "month < '1950-06'", "--lookback", "12"],
      "The series has 17 rows, and at least 24 are needed: lookback 12 + horizon 12.",
    ],
  ])("%s", async (_, argv, message) => {
    const out = join(folder.path, "refused", "out");
    const { code, stdout, stderr } = await recurra("forecast", ...argv, "--out", out);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await readdir(folder.path)).not.toContain("refused");
  });

  test("an --out that is a file", async () => {
    const path = await folder.file("taken", "mine");
    const { code, stderr } = await recurra("forecast", "--out", path);
    expect([code, stderr]).toEqual([
      2,
      `recurra: Cannot write "${path}": it is a file, and a folder is to be written. Choose another name.\n`,
    ]);
    expect(await readFile(path, "utf8")).toBe("mine");
  });

  test("an unknown command", async () => {
    const { code, stderr } = await recurra("forecats");
    expect(code).toBe(2);
    expect(stderr).toContain("recurra: unknown command 'forecats'\n(Did you mean forecast?)");
  });
});

describe("help", () => {
  test("of the program, also without arguments", async () => {
    const { code, stdout } = await recurra("--help");
    expect(code).toBe(0);
    expect(stdout).toContain("Usage: recurra [options] [command]");
    expect(await recurra()).toEqual({ code: 0, stdout, stderr: "" });
  });

  test("of the command, with its examples", async () => {
    const { code, stdout } = await recurra("forecast", "--help");
    expect(code).toBe(0);
    expect(stdout.match(/^ {2}recurra forecast.*$/gm)?.length).toBe(3);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(84);
  });

  test("the version is the package's", async () => {
    const manifest = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await recurra("--version")).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });
});

test("the program itself: exit codes, and what is on which stream", async () => {
  const start = (...argv: string[]) =>
    promisify(execFile)(process.execPath, ["--conditions=source", main, ...argv], { cwd: folder.path });
  expect((await start("--help")).stdout).toContain("forecast");
  await expect(start("forecast", "nosuch.csv")).rejects.toMatchObject({
    code: 2,
    stdout: "",
    stderr: `recurra: Cannot read "nosuch.csv": there is no such file. Check the path. It was looked for in ${await realpath(folder.path)}.\n`,
  });
});

test("Ctrl-C stops the work, and nothing is written", async () => {
  const out = join(folder.path, "interrupted");
  const told: string[] = [];
  const stopping = growthStandIn("lstm");
  const code = await run(["forecast", "--models", "lstm", "--out", out], {
    print: () => {},
    tell: (text) => told.push(text),
    makeForecaster: () => ({
      name: "lstm",
      config: stopping.config,
      takesMissing: false,
      need: stopping.need.bind(stopping),
      async fit(training, options) {
        process.emit("SIGINT");
        return stopping.fit(training, options);
      },
    }),
  });
  expect(code).toBe(130);
  expect(told.at(-1)).toBe("recurra: Stopped. Nothing was written.\n");
  expect((await readdir(folder.path)).filter((name) => name.includes("interrupted"))).toEqual([]);
  expect(process.listenerCount("SIGINT")).toBe(0);
});

test("on a terminal a bar is drawn, and taken away", async () => {
  const view = new ProgressView(() => {}, true);
  view.show({ share: 0, label: "LSTM, backtest 1 of 2" });
  view.show({ share: 0.5, label: "LSTM, backtest 2 of 2", detail: "loss 0.5" });
  await view.end();
  await view.end();
});
