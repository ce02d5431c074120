// Files of the Monash forecasting archive, and tables of the M4 competition's form.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ReadTableOptions, readTable } from "../../src/data/read-table.ts";
import { formatTime } from "../../src/data/time-style.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-tsf-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(name: string, content: string | Uint8Array, options: ReadTableOptions = {}) {
  const path = join(folder, name);
  await writeFile(path, content);
  const table = await readTable(path, options);
  const shown = Array.from(table.times, (time, i) => [
    table.names[table.seriesOf[i] ?? -1],
    formatTime(time, table.style),
    table.values[i],
  ]);
  return { ...table, shown };
}

/** In the form of the archive's files, which begin with remarks. */
const HEAD = `# Dataset Information
# Visitors of two places: a made-up set.

@relation Visitors
@attribute series_name string
@attribute start_timestamp date
@frequency monthly
@horizon 2
@missing true
@equallength false
@data
`;

describe(".tsf files", () => {
  test("series with a start, a frequency, and missing values", async () => {
    const table = await read("a.tsf", `${HEAD}T1:1979-11-01 00-00-00:1.5,?,3\nT2:1980-01-01 00-00-00:7,8\n`);
    expect(table.shown).toEqual([
      ["T1", "1979-11-01", 1.5],
      ["T1", "1979-12-01", Number.NaN],
      ["T1", "1980-01-01", 3],
      ["T2", "1980-01-01", 7],
      ["T2", "1980-02-01", 8],
    ]);
    expect(table.notes).toEqual([
      "The file is of the Monash archive's format: 2 series, monthly, a horizon of 2.",
    ]);
    expect([table.rowName(1), table.rowName(3)]).toEqual(["line 12, value 2", "line 13, value 1"]);
  });

  test("series that follow each other in time stay apart, and may be packed", async () => {
    const text = `${HEAD}T1:1979-11-01 00-00-00:1,2\nT2:1980-01-01 00-00-00:7,8\n`;
    expect((await read("b.tsf.gz", gzipSync(text))).names).toEqual(["T1", "T2"]);
  });

  test.each([
    ["yearly", "2001-01-01 00-00-00", ["2001", "2002"]],
    ["quarterly", "2001-01-01 00-00-00", ["2001-01", "2001-04"]],
    ["weekly", "2001-01-01 00-00-00", ["2001-01-01", "2001-01-08"]],
    ["daily", "2001-01-31", ["2001-01-31", "2001-02-01"]],
    ["half_hourly", "2001-01-01 23-30-00", ["2001-01-01T23:30", "2001-01-02T00:00"]],
    ["10_minutes", "2001-01-01 00-00-00", ["2001-01-01T00:00", "2001-01-01T00:10"]],
    ["4_seconds", "2001-01-01 00-00-00", ["2001-01-01T00:00:00", "2001-01-01T00:00:04"]],
  ])("%s steps", async (frequency, start, times) => {
    const text = `${HEAD.replace("monthly", frequency)}T1:${start}:1,2\n`;
    const table = await read(`${frequency}.tsf`, text);
    expect(table.shown.map(([, time]) => String(time).slice(0, times[0]?.length))).toEqual(times);
  });

  test("without a start the steps are counted; other attributes may be covariates", async () => {
    const head = HEAD.replace(
      "@attribute start_timestamp date",
      "@attribute beds numeric\n@attribute state string",
    );
    const text = `${head}T1:12:NSW:1,2\nT1:30:VIC:3\n`;
    const table = await read("d.tsf", text, { static: ["beds"] });
    expect(table.shown).toEqual([
      ["T1/NSW", "1", 1],
      ["T1/NSW", "2", 2],
      ["T1/VIC", "1", 3],
    ]);
    expect(table.covariates?.static).toEqual({ beds: Float64Array.of(12, 12, 30) });
  });

  test("a query over the file", async () => {
    const text = `${HEAD}T1:1979-11-01 00-00-00:1,2\nT2:1979-11-01 00-00-00:7,8\n`;
    const sql = "SELECT time, sum(value) AS visitors FROM data GROUP BY time ORDER BY time";
    const table = await read("e.tsf", text, { sql, time: "time", target: "visitors" });
    expect([...table.values]).toEqual([8, 10]);
  });

  test.each([
    ["a word for a number", `${HEAD}T1:1979-11-01 00-00-00:1,many\n`, 'line 12 has "many" among its values'],
    [
      "a part too few",
      `${HEAD}T1:1,2\n`,
      "line 12 has 2 parts between colons; wanted 3: series_name, start_timestamp and the values",
    ],
    ["a start that is no time", `${HEAD}T1:soon:1,2\n`, 'line 12 starts at "soon"; wanted a time such as'],
    ["no data", HEAD, "there is nothing after the line @data"],
    ["no line @data", HEAD.replace("@data\n", ""), "its head has no line @data"],
    [
      "another frequency",
      `${HEAD.replace("monthly", "lunar")}T1:1979-11-01 00-00-00:1,2\n`,
      'its frequency is "lunar"; wanted one of yearly,',
    ],
  ])("%s is told", async (_, text, message) => {
    await expect(read("wrong.tsf", text)).rejects.toThrow(message);
  });

  test("several are refused", async () => {
    const paths = ["x.tsf", "y.tsf"].map((name) => join(folder, name));
    for (const path of paths) await writeFile(path, `${HEAD}T1:1979-11-01 00-00-00:1,2\n`);
    await expect(readTable(paths)).rejects.toThrow("2 files of the .tsf format; wanted one at a time");
  });
});

describe("headings that count the steps, as in the files of M4", () => {
  const headings = Array.from({ length: 12 }, (_, k) => `V${k + 2}`);
  const counted = (name: string, length: number) =>
    [name, ...headings.map((_, k) => (k < length ? String(10 * (k + 1)) : ""))].join(",");

  test("each row is a series, whose end may come early", async () => {
    const text = `V1,${headings.join(",")}\n${counted("Y1", 12)}\n${counted("Y2", 9)}\n`;
    const { names, shown, isWide, notes } = await read("m4.csv", text);
    expect([names, isWide]).toEqual([["Y1", "Y2"], true]);
    expect(shown.filter(([name]) => name === "Y2").slice(7, 10)).toEqual([
      ["Y2", "9", 80],
      ["Y2", "10", 90],
      ["Y2", "11", Number.NaN],
    ]);
    expect(notes[0]).toBe(
      'Headings such as "V2" count the steps: each row of the file is taken for a series.',
    );
  });

  test("columns beside a time are columns", async () => {
    const rows = Array.from({ length: 3 }, (_, t) => counted(`2020-0${t + 1}`, 12));
    const text = `month,${headings.join(",")}\n${rows.join("\n")}\n`;
    const { values, names } = await read("wide.csv", text, { wide: true });
    expect([names.length, values.length]).toEqual([12, 36]);
  });
});
