// The main job around the networks, with a stand-in for them: plan, backtest, forecast, files, report.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { airlinePassengers } from "../../src/data/packaged.ts";
import { type Table, tableOf } from "../../src/data/table.ts";
import { type ForecastOptions, type ForecastProgress, forecast } from "../../src/series/forecast.ts";
import { LocalForecaster } from "../../src/series/forecasters/local-forecaster.ts";
import type { LocalModel } from "../../src/series/forecasters/local-model.ts";
import { growthStandIn } from "./stand-in.ts";

let folder: string;
let airline: Table;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-forecast-"));
  airline = await airlinePassengers();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (table: Table, options: ForecastOptions = {}) =>
  forecast(table, { models: [growthStandIn()], ...options });

/** Monthly values from January 2000 on; of several series, one after the other. */
function monthly(series: Readonly<Record<string, readonly number[]>>): Table {
  const rows = Object.entries(series).flatMap(([name, values]) =>
    values.map((value, t) => ({ name, value, time: Date.UTC(2000, t) })),
  );
  const several = Object.keys(series).length > 1;
  return tableOf({
    source: "test",
    columns: { time: "month", target: "units", ...(several ? { series: "store" } : {}) },
    time: { kind: "instant", values: rows.map(({ time }) => time), zoned: false },
    target: { kind: "number", values: rows.map(({ value }) => value) },
    ...(several ? { series: rows.map(({ name }) => name) } : {}),
    rowName: (position) => `row ${position + 2}`,
  });
}

/** Three years or so of a season with growth. */
const seasonal = (count: number, level = 100) =>
  Array.from({ length: count }, (_, t) => level + t + 20 * Math.sin((2 * Math.PI * t) / 12));

describe("airline passengers", () => {
  test("the document", async () => {
    const result = await run(airline);
    const document = result.toJSON();
    expect(document.data).toMatchObject({
      columns: { time: "month", target: "passengers" },
      rows: 144,
      frequency: "monthly",
      season: 12,
      series: [{ name: "passengers", rows: 144, from: "1949-01", to: "1960-12", season: 12 }],
      notes: ["The times are monthly, with a season of 12 steps."],
    });
    expect(document.model).toMatchObject({ name: "lstm", horizon: 12, seed: 0, lookback: 12 });
    expect(document.backtest.folds.map(({ from, to, trainingRows }) => [from, to, trainingRows])).toEqual([
      ["1958-01", "1958-12", 108],
      ["1959-01", "1959-12", 120],
      ["1960-01", "1960-12", 132],
    ]);
    expect(Object.keys(document.backtest.metrics)).toEqual(["lstm", "naive", "seasonal-naive"]);
    expect(document.backtest.metrics["seasonal-naive"]?.rmse).toBeCloseTo(41.979, 3);
    expect(document.backtest.best).toBe("lstm");
    expect(document.forecast.map(({ time }) => time)).toEqual(
      Array.from({ length: 12 }, (_, m) => `1961-${String(m + 1).padStart(2, "0")}`),
    );
    // 1960 times its growth over 1959 (5,714 after 5,140 thousand passengers).
    expect(document.forecast[0]).toMatchObject({ series: "passengers" });
    expect(document.forecast[0]?.value).toBeCloseTo((417 * 5714) / 5140, 9);
    expect(Object.keys(document.timing)).toEqual(["backtestSeconds", "fitSeconds", "totalSeconds"]);
    expect(JSON.parse(JSON.stringify(result))).toEqual(JSON.parse(JSON.stringify(document)));
    expect(result.metrics.get("lstm")).toEqual(document.backtest.metrics.lstm);
  });

  test("horizon, season and folds as asked for", async () => {
    const result = await run(airline, { horizon: 6, season: 4, backtest: { folds: 2 } });
    const { model, data, backtest, forecast: values } = result.toJSON();
    expect([model.horizon, data.season, backtest.folds.length, values.length]).toEqual([6, 4, 2, 6]);
  });

  test("progress grows from 0 to 1, and says what is being done", async () => {
    const seen: ForecastProgress[] = [];
    await run(airline, { backtest: { folds: 2 }, onProgress: (progress) => seen.push(progress) });
    const shares = seen.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[0]).toBe(0);
    expect(shares.at(-1)).toBe(1);
    // Six more folds come before those that are reported.
    expect(
      new Set(seen.map(({ forecaster, fold, folds }) => `${forecaster} ${fold ?? "-"}/${folds}`)),
    ).toEqual(
      new Set([
        ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((fold) =>
          ["lstm", "naive", "seasonal-naive"].map((name) => `${name} ${fold}/8`),
        ),
        "lstm -/0",
      ]),
    );
  });

  test("an aborted signal ends the work with its reason", async () => {
    const controller = new AbortController();
    const work = run(airline, {
      signal: controller.signal,
      onProgress: ({ share }) => share > 0.3 && controller.abort(new Error("enough")),
    });
    await expect(work).rejects.toThrow("enough");
  });

  test("several models are combined, each counting by how it did before", async () => {
    const zeros: LocalModel = {
      name: "zeros",
      need: () => ({ rows: 1, because: "nothing" }),
      fit: () => null,
      forecast: (_, { horizon }) => ({ mean: new Float64Array(horizon), intervals: [] }),
    };
    const worse = new LocalForecaster(zeros, { name: "zeros" });
    const result = await run(airline, { models: [worse, growthStandIn("better")] });
    expect(result.parts.model).toBe("combination");
    expect(new Set(result.metrics.keys())).toEqual(
      new Set(["combination", "zeros", "better", "naive", "seasonal-naive"]),
    );
    const [better, both] = ["better", "combination"].map(
      (name) => result.metrics.get(name)?.mase ?? Number.NaN,
    );
    expect(both).toBeCloseTo(better ?? 0, 1);
    expect(result.toJSON().model.members).toBe("zeros 0 %, better 100 %");
  });

  test("intervals of the forecast and of the folds, as wide as errors before were", async () => {
    const result = await run(airline, { levels: [50, 90] });
    const [first] = result.forecast;
    const [low, high] = first?.intervals["90"] ?? [];
    expect(low).toBeLessThan(first?.intervals["50"]?.[0] ?? 0);
    expect(high).toBeGreaterThan(first?.intervals["50"]?.[1] ?? 0);
    expect(Object.keys(result.metrics.get("lstm")?.coverage ?? {})).toEqual(["50", "90"]);
    expect((await run(airline, { levels: [] })).forecast[0]?.intervals).toEqual({});
  });
});

describe("short, constant and several series", () => {
  test("fewer folds where three do not fit", async () => {
    const { backtest, data } = (await run(monthly({ units: seasonal(48) }))).toJSON();
    expect(backtest.folds.length).toBe(2);
    expect(data.notes).toContain(
      "The series is too short for a backtest of 3 folds of 12 steps: 2 of them fit.",
    );
  });

  test("no backtest where none fits", async () => {
    const result = await run(monthly({ units: seasonal(30) }));
    const { backtest, forecast: values, data } = result.toJSON();
    expect(backtest).toEqual({ folds: [], metrics: {} });
    expect(values.length).toBe(12);
    expect(data.notes.at(-1)).toBe(
      "The series is too short for a backtest of 3 folds of 12 steps: there is none.",
    );
    await result.report(join(folder, "short.html"));
    expect(await readFile(join(folder, "short.html"), "utf8")).toContain("too short for a backtest");
  });

  test("a constant goes on, its MASE is null", async () => {
    const document = (await run(monthly({ units: new Array<number>(80).fill(5) }))).toJSON();
    expect(document.forecast.every(({ value }) => value === 5)).toBe(true);
    expect(document.backtest.metrics.lstm).toMatchObject({
      mae: 0,
      rmse: 0,
      smape: 0,
      mase: null,
      rmsse: null,
    });
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  test("several series: all models pooled over the same points, one model a series", async () => {
    // The second has no season: there the seasonal naive forecast is the naive one.
    const table = monthly({ a: seasonal(72), "b/b": Array.from({ length: 60 }, (_, t) => 50 + t) });
    const result = await run(table);
    const { data, backtest, forecast: values } = result.toJSON();
    expect(data.series.map(({ name, rows, season }) => [name, rows, season])).toEqual([
      ["a", 72, 12],
      ["b/b", 60, 1],
    ]);
    const [, , , , , last] = backtest.folds;
    expect(backtest.folds.length).toBe(6);
    expect(last?.metrics["seasonal-naive"]).toEqual(last?.metrics.naive);
    expect(values.length).toBe(24);
    await result.save(join(folder, "several"));
    expect(await readdir(join(folder, "several", "model"))).toEqual(["forecaster", "forecaster.json"]);
    const csv = await readFile(join(folder, "several", "forecast.csv"), "utf8");
    const [lower, upper] = values[0]?.intervals["80"] ?? [];
    expect(csv.split("\n")[0]).toBe("time,series,value,lower_80,upper_80,lower_95,upper_95");
    expect(csv.split("\n")[1]).toContain(`2006-01-01,a,${values[0]?.value},${lower},${upper},`);
    const page = await readFile(join(folder, "several", "report.html"), "utf8");
    expect(page).toContain("<h2>Series</h2>");
    expect(page.match(/<svg /g)?.length).toBe(1);
  });
});

describe("the folder", () => {
  const files = ["forecast.csv", "forecast.html", "forecast.svg", "metrics.json", "model", "report.html"];

  test("is written whole, and replaced", async () => {
    const result = await run(airline);
    const out = join(folder, "made", "out");
    await result.save(out);
    await result.save(out);
    expect((await readdir(out)).sort()).toEqual(files);
    expect(await readdir(join(folder, "made"))).toEqual(["out"]);
    const metrics = JSON.parse(await readFile(join(out, "metrics.json"), "utf8"));
    expect(Object.keys(metrics)).toEqual(["data", "model", "backtest", "timing"]);
    const csv = (await readFile(join(out, "forecast.csv"), "utf8")).trimEnd().split("\n");
    expect(csv.length).toBe(13);
    expect(csv[12]).toMatch(/^1961-12,passengers(,\d+\.\d+){5}$/);
    expect(await readFile(join(out, "forecast.svg"), "utf8")).toMatch(/^<svg role="img" .*<\/svg>$/s);
  });

  test("is not replaced where it holds anything else", async () => {
    const out = join(folder, "mine");
    await mkdir(out);
    await writeFile(join(out, "thesis.txt"), "years of work");
    await expect((await run(airline)).save(out)).rejects.toThrow("it holds other files (thesis.txt)");
    expect(await readdir(out)).toEqual(["thesis.txt"]);
  });

  test("the report names data and model, marks the winner, and needs no network", async () => {
    const path = join(folder, "report.html");
    await (await run({ ...airline, source: "<b>.csv" })).report(path);
    const page = await readFile(path, "utf8");
    expect(page).toContain(
      "12 months ahead by LSTM, 1961-01 to 1961-12, from 144 values (monthly, 1949-01 to 1960-12).",
    );
    expect(page).toContain('<tr class="best"><td>LSTM <span class="mark">★ best</span></td>');
    expect(page).toMatch(/In the backtest, LSTM had \d+ % less error than seasonal naive \(MASE \d\.\d+\)/);
    expect(page).toContain("<dt>Source</dt><dd>&lt;b&gt;.csv</dd>");
    expect(page).toContain("prefers-color-scheme:dark");
    expect(page).toContain("<td>1958-01 to 1958-12</td>");
    expect(page.replaceAll(/xmlns(:xlink)?="[^"]*"/g, "")).not.toMatch(/https?:|src=|@import|url\((?!#)/);
  });
});

describe("refused before any work is done", () => {
  test.each<[string, ForecastOptions, string]>([
    ["no steps ahead", { horizon: 0 }, "forecast: horizon is 0; wanted a whole number from 1 on"],
    ["half an epoch", { epochs: 0.5 }, "forecast: epochs is 0.5; wanted a whole number from 1 on"],
    ["a negative seed", { seed: -1 }, "forecast: seed is -1; wanted a whole number from 0 on"],
    ["no folds", { backtest: { folds: 0 } }, "forecast: backtest.folds is 0"],
    [
      "an unknown model",
      { models: ["teta" as "theta"] },
      'There is no forecaster "teta". Did you mean "theta"?',
    ],
    [
      "too long a season",
      { season: 100 },
      "The series has 144 rows, and at least 200 are needed: two seasons of 100.",
    ],
  ])("%s", async (_, options, message) => {
    let started = false;
    await expect(run(airline, { ...options, onStart: () => (started = true) })).rejects.toThrow(message);
    expect(started).toBe(false);
  });

  test("a series that is too short", async () => {
    await expect(run(monthly({ units: seasonal(20) }))).rejects.toThrow(
      "The series has 20 rows, and at least 24 are needed: lookback 12 + horizon 12. Give more rows, or a smaller --lookback, --horizon or --season.",
    );
    await expect(run(monthly({ a: seasonal(80), b: seasonal(20) }))).rejects.toThrow(
      'Series "b" has 20 rows',
    );
  });
});
