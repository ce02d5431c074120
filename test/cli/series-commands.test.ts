// `recurra backtest`, `decompose` and `tune`: what they print, write and refuse.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../src/cli/run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-commands-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function recurra(...argv: string[]) {
  let [stdout, stderr] = ["", ""];
  const code = await run(argv, {
    print: (text) => {
      stdout += text;
    },
    tell: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

describe("backtest", () => {
  test("sets models against each other, with tests of the difference", async () => {
    const out = join(folder, "backtest");
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

  test("one bad series is skipped and told when that is asked for", async () => {
    const rows = Array.from({ length: 40 }, (_, t) => `${t},a,${10 + (t % 5)}\n${t},b,${t === 20 ? "x" : t}`);
    const file = join(folder, "two.csv");
    await writeFile(file, ["t,series,y", ...rows, ""].join("\n"));
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
    const out = ["--horizon", "5", "--out", join(folder, "two")];
    const stopped = await recurra(...argv, ...out);
    expect([stopped.code, stopped.stdout]).toEqual([2, ""]);
    expect(stopped.stderr).toMatch(/"?x"?/);
    const skipped = await recurra(...argv, ...out, "--on-error", "skip");
    expect(skipped.code).toBe(0);
    const document = JSON.parse(await readFile(join(folder, "two", "metrics.json"), "utf8"));
    expect(document.skipped.map(({ series }: { series: string }) => series)).toEqual(["b"]);
    expect(document.bySeries.map(({ series }: { series: string }) => series)).toEqual(["a"]);
  });
});

describe("decompose", () => {
  test("writes parts that add up to the series", async () => {
    const out = join(folder, "parts");
    const { code, stdout } = await recurra("decompose", "--out", out);
    expect([code, stdout.split("\n")[0]]).toEqual([0, `Report: ${join(out, "report.html")}`]);
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
    const out = join(folder, "classical");
    expect((await recurra("decompose", "--method", "multiplicative", "--out", out)).code).toBe(0);
    const [, ...rows] = (await readFile(join(out, "decomposition.csv"), "utf8")).trimEnd().split("\n");
    expect(rows[0]?.split(",")[3]).toBe("");
    const [value = 0, ...parts] = (rows[50] ?? "").split(",").slice(2).map(Number);
    expect(parts.reduce((product, part) => product * part, 1)).toBeCloseTo(value, 6);
  });

  test("what has no season, or too little of it, is refused", async () => {
    const file = join(folder, "plain.csv");
    await writeFile(file, ["t,y", ...Array.from({ length: 30 }, (_, t) => `${t},${t % 4}`), ""].join("\n"));
    const none = await recurra("decompose", file, "--out", join(folder, "none"));
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("suggest no season");
    const long = await recurra("decompose", file, "--season", "20", "--out", join(folder, "none"));
    expect(long.code).toBe(2);
    const bad = await recurra("decompose", "--season", "1", "--out", join(folder, "none"));
    expect(bad.stderr).toContain("Wanted whole numbers from 2 on, such as 12 or 24,168.");
    expect(await readdir(folder)).not.toContain("none");
  });
});

describe("tune", () => {
  test("finds a window, and says what it gains on values held out", async () => {
    const out = join(folder, "trials.json");
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
    const missing = await recurra("tune", "--model", "theta");
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain("--space <OPTION=RANGE>");
  });
});
