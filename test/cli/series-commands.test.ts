// `recurra backtest`, `decompose` and `tune`: what they print, write and refuse.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli, testFolder } from "./run-cli.ts";

const folder = testFolder("commands");
const recurra = (...argv: string[]) => runCli(argv);

describe("backtest", () => {
  test("sets models against each other, with tests of the difference", async () => {
    const out = join(folder.path, "backtest");
    const argv = ["backtest", "--models", "theta,moving-average(window=3)", "--folds", "2", "--out", out];
    const { code, stdout } = await recurra(...argv);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^backtest of 2 folds +MAE +RMSE +sMAPE % +MASE +in 80 % +in 95 %$/m);
    expect(stdout).toMatch(/^seasonal naive( +[\d.]+){6}$/m);
    expect(stdout).toContain(`Report: ${join(out, "report.html")}`);
    expect((await readdir(out)).sort()).toEqual([
      "backtest.csv",
      "backtest.svg",
      "metrics.json",
      "report.html",
    ]);
    const rows = (await readFile(join(out, "backtest.csv"), "utf8")).trimEnd().split("\n");
    expect(rows[0]).toBe("series,fold,time,model,value,forecast,lower_80,upper_80,lower_95,upper_95");
    // 2 folds of 12 months by 4 models and the combination.
    expect(rows.length).toBe(1 + 2 * 12 * 5);
    const document = JSON.parse(await readFile(join(out, "metrics.json"), "utf8"));
    expect(document.comparisons.naive.pValue).toBeLessThan(0.05);
    expect(document.best).toBe(Object.keys(document.metrics)[0]);
  });

  test("bounds keep every forecast where values can be, and are to be such", async () => {
    const file = await folder.file(
      "stock.csv",
      ["t,y", ...Array.from({ length: 40 }, (_, t) => `${t},${Math.max(0, 38 - t)}`), ""].join("\n"),
    );
    const out = join(folder.path, "stock");
    const argv = ["backtest", file, "--models", "drift", "--horizon", "4", "--out", out];
    const { code } = await recurra(...argv, "--lower-bound", "0", "--upper-bound", "38");
    expect(code).toBe(0);
    const rows = (await readFile(join(out, "backtest.csv"), "utf8")).trimEnd().split("\n").slice(1);
    const forecasts = rows.flatMap((row) => row.split(",").slice(5).map(Number));
    expect(Math.min(...forecasts)).toBe(0);
    const wrong = await recurra(...argv, "--lower-bound", "2", "--upper-bound", "1");
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining("The lower bound is 2 and the upper bound 1"),
    ]);
    const word = await recurra(...argv, "--lower-bound", "none");
    expect([word.code, word.stderr]).toEqual([2, expect.stringContaining("Wanted a number.")]);
  });

  test("one bad series is skipped and told when that is asked for", async () => {
    const rows = Array.from({ length: 40 }, (_, t) => `${t},a,${10 + (t % 5)}\n${t},b,${t === 20 ? "x" : t}`);
    const file = await folder.file("two.csv", ["t,series,y", ...rows, ""].join("\n"));
    const argv = [
      "backtest",
      file,
      "--time",
      "t",
      "--target",
      "y",
      "--series",
      "series",
      "--models",
      "drift",
    ];
    const out = ["--horizon", "5", "--out", join(folder.path, "two")];
    const stopped = await recurra(...argv, ...out);
    expect([stopped.code, stopped.stdout]).toEqual([2, ""]);
    expect(stopped.stderr).toMatch(/"?x"?/);
    const skipped = await recurra(...argv, ...out, "--on-error", "skip");
    expect(skipped.code).toBe(0);
    const document = JSON.parse(await readFile(join(folder.path, "two", "metrics.json"), "utf8"));
    expect(document.skipped.map(({ series }: { series: string }) => series)).toEqual(["b"]);
    expect(document.bySeries.map(({ series }: { series: string }) => series)).toEqual(["a"]);
  });
});

describe("the table of a command", () => {
  const months = Array.from({ length: 36 }, (_, t) => [
    2020 + Math.floor(t / 12),
    1 + (t % 12),
    10 + (t % 12),
  ]);
  const rowsOf = (rows: readonly number[][]) =>
    ["year,month,units", ...rows.map((row) => row.join(",")), ""].join("\n");
  const backtest = (...argv: string[]) => recurra("backtest", "--models", "drift", "--horizon", "3", ...argv);

  test("a time in two columns, which are named", async () => {
    const file = await folder.file("months.csv", rowsOf(months));
    const out = join(folder.path, "months");
    const { code, stdout } = await backtest(file, "--time", "year,month", "--target", "units", "--out", out);
    expect([code, stdout.split("\n")[1]]).toEqual([0, "units: 3 months ahead"]);
    expect((await readFile(join(out, "backtest.csv"), "utf8")).split("\n")[1]).toMatch(/^units,1,2022-04,/);
  });

  test("several files, as a shell makes them of a pattern", async () => {
    const files = await Promise.all(
      [0, 12, 24].map((start) => folder.file(`part-${start}.csv`, rowsOf(months.slice(start, start + 12)))),
    );
    const { code, stderr } = await backtest(...files, "--out", join(folder.path, "parts-of"));
    expect(code).toBe(0);
    expect(stderr).toContain("The times are monthly, with a season of 12 steps.");
  });

  test("a query that names its own files, and one over the packaged table", async () => {
    const file = await folder.file("queried.csv", rowsOf(months));
    const query = `SELECT make_date(year, month, 1) AS month, units FROM '${file}'`;
    const own = await backtest("--sql", query, "--out", join(folder.path, "own"));
    expect([own.code, own.stdout.split("\n")[1]]).toEqual([0, "units: 3 months ahead"]);
    const twice = "SELECT month, 2 * passengers AS twice FROM data";
    const packaged = await backtest("--sql", twice, "--out", join(folder.path, "twice"));
    expect([packaged.code, packaged.stdout.split("\n")[1]]).toEqual([0, "twice: 3 months ahead"]);
  });

  test("one series of several that stops them: how the others come out", async () => {
    const rows = months.flatMap(([year, month, units], t) => [
      `${year}-${month},a,${units}`,
      ...(t === 20 ? [] : [`${year}-${month},b,${units}`]),
    ]);
    const file = await folder.file("gap.csv", ["month,store,units", ...rows, ""].join("\n"));
    const { code, stderr } = await backtest(file, "--out", join(folder.path, "gap"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^recurra: Series "b": .* 1 month is missing: 2021-09 /m);
    expect(stderr).toContain("Or leave out series that cannot be used: --on-error skip.\n");
    expect((await backtest("nosuch.csv")).stderr).not.toContain("--on-error");
  });

  test("too few rows to judge by are refused, and nothing is written", async () => {
    const out = join(folder.path, "few");
    const { code, stderr } = await recurra("backtest", "--models", "drift", "--horizon", "144", "--out", out);
    expect(code).toBe(2);
    expect(stderr).toContain("the data are too short for a forecast of the past 144 steps ahead");
    expect(await readdir(folder.path)).not.toContain("few");
  });
});

describe("decompose", () => {
  test("writes parts that add up to the series", async () => {
    const out = join(folder.path, "parts");
    const { code, stdout } = await recurra("decompose", "--out", out);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^passengers +12 +0\.9\d+ +0\.9\d+$/m);
    expect(stdout).toContain(`Report: ${join(out, "report.html")}`);
    const [head, ...rows] = (await readFile(join(out, "decomposition.csv"), "utf8")).trimEnd().split("\n");
    expect(head).toBe("series,time,value,trend,season_12,remainder");
    expect(rows.length).toBe(144);
    for (const row of rows) {
      const [value = 0, ...parts] = row.split(",").slice(2).map(Number);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(value, 6);
    }
    const page = await readFile(join(out, "report.html"), "utf8");
    expect(page).toContain("How strong are trend and season?");
    expect(page).toContain("Which periods stand out?");
  });

  test("a classical decomposition multiplies", async () => {
    const out = join(folder.path, "classical");
    expect((await recurra("decompose", "--method", "multiplicative", "--out", out)).code).toBe(0);
    const [, ...rows] = (await readFile(join(out, "decomposition.csv"), "utf8")).trimEnd().split("\n");
    expect(rows[0]?.split(",")[3]).toBe("");
    const [value = 0, ...parts] = (rows[50] ?? "").split(",").slice(2).map(Number);
    expect(parts.reduce((product, part) => product * part, 1)).toBeCloseTo(value, 6);
  });

  test("what has no season, or too little of it, is refused", async () => {
    const file = await folder.file(
      "plain.csv",
      ["t,y", ...Array.from({ length: 30 }, (_, t) => `${t},${t % 4}`), ""].join("\n"),
    );
    const none = await recurra("decompose", file, "--out", join(folder.path, "none"));
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("suggest no season");
    const long = await recurra("decompose", file, "--season", "20", "--out", join(folder.path, "none"));
    expect(long.code).toBe(2);
    const bad = await recurra("decompose", "--season", "1", "--out", join(folder.path, "none"));
    expect(bad.stderr).toContain("Wanted whole numbers from 2 on, such as 12 or 24,168.");
    expect(await readdir(folder.path)).not.toContain("none");
  });
});

describe("tune", () => {
  test("finds a window, and says what it gains on values held out", async () => {
    const out = join(folder.path, "trials.json");
    const { code, stdout } = await recurra(
      ...[
        "tune",
        "--model",
        "moving-average",
        "--space",
        "window=1..24",
        "--trials",
        "6",
        "--threads",
        "1",
        "--out",
        out,
      ],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Best: "?moving-average/m);
    expect(stdout).toMatch(/^On the values held out: MASE [\d.]+, [\d.]+ with the options as they were\.$/m);
    const { trials } = JSON.parse(await readFile(out, "utf8"));
    expect(trials).toHaveLength(6);
  });

  test("a space that makes no sense is refused", async () => {
    const { code, stderr } = await recurra("tune", "--model", "theta", "--space", "units");
    expect(code).toBe(2);
    expect(stderr).toContain("--space");
    const unknown = await recurra("tune", "--model", "moving-average", "--space", "widnow=2..5");
    expect([unknown.code, unknown.stdout]).toEqual([2, ""]);
    expect(unknown.stderr).toContain('Did you mean "window"?');
    const missing = await recurra("tune", "--model", "theta");
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("--space <OPTION=RANGE>");
  });
});
