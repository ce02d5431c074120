// Reading tables from files of many kinds, and refusing files and options that cannot be read.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sqlText, withDuckdb } from "../../src/data/duckdb.ts";
import { airlinePassengers } from "../../src/data/packaged.ts";
import { type ReadTableOptions, readTable } from "../../src/data/read-table.ts";
import { formatTime } from "../../src/data/time-style.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-tables-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

async function read(name: string, content: string | Uint8Array, options: ReadTableOptions = {}) {
  const table = await readTable(await fileOf(name, content), options);
  return {
    ...table,
    shown: Array.from(table.times, (time, i) => [formatTime(time, table.style), table.values[i]]),
  };
}

const CSV = "month,units\n2020-01,5\n2020-02,7\n";
const ROWS = [
  ["2020-01", 5],
  ["2020-02", 7],
];
const JSON_ROWS = [
  { month: "2020-01", units: 5 },
  { month: "2020-02", units: 7 },
];

test("the packaged airline passengers", async () => {
  const table = await airlinePassengers();
  expect(table.values.length).toBe(144);
  // Box and Jenkins, series G: 112 in January 1949, 432 in December 1960.
  expect([table.values[0], table.values.at(-1)]).toEqual([112, 432]);
  expect(formatTime(table.times.at(-1) ?? 0, table.style)).toBe("1960-12");
  expect(table.notes).toEqual([]);
});

describe("kinds of files, told from what stands in them", () => {
  test.each<[string, string, string | Uint8Array]>([
    ["CSV", "a.csv", CSV],
    [
      "CSV without a line end at its end, with Windows line ends",
      "b.csv",
      CSV.trim().replaceAll("\n", "\r\n"),
    ],
    ["CSV with a byte order mark", "c.csv", `\ufeff${CSV}`],
    ["TSV", "a.tsv", CSV.replaceAll(",", "\t")],
    ["semicolons", "d.csv", CSV.replaceAll(",", ";")],
    ["spaces", "e.txt", CSV.replaceAll(",", " ")],
    ["nothing but text to DuckDB", "i.csv", "month;units\n2020-01;5,0\n2020-02;7,0\n"],
    ["lines before the header", "f.csv", `Units sold\n\n${CSV}`],
    ["gzip", "a.csv.gz", gzipSync(CSV)],
    ["UTF-16", "g.csv", Buffer.from(`\ufeff${CSV}`, "utf16le")],
    ["JSON", "a.json", JSON.stringify(JSON_ROWS)],
    ["JSON records within an object", "b.json", JSON.stringify({ source: "x", data: JSON_ROWS })],
    ["JSON lines in a file of another name", "a.txt", JSON_ROWS.map((row) => JSON.stringify(row)).join("\n")],
  ])("%s", async (_, name, content) => {
    const table = await read(name, content);
    expect(table.shown).toEqual(ROWS);
    expect(table.columns).toEqual({ time: "month", target: "units" });
    expect(table.notes).toContain(
      'Taken from the table: the time is column "month", the target is column "units".',
    );
  });

  test("Parquet, with dates and decimals", async () => {
    const path = join(folder, "a.parquet");
    const rows = "SELECT DATE '2020-01-31' AS day, 1.5::DECIMAL(9, 2) AS units, 'x' AS store";
    await withDuckdb((duckdb) => duckdb.run(`COPY (${rows}) TO ${sqlText(path)} (FORMAT parquet)`));
    const table = await readTable(path, { series: "store" });
    expect(table.style).toEqual({ form: "day" });
    expect([...table.values]).toEqual([1.5]);
    expect(table.names).toEqual(["x"]);
    expect(table.rowName(0)).toBe("record 1");
  });

  test("Latin-1, with a decimal comma", async () => {
    const table = await read("h.csv", Buffer.from("Monat;Größe\n2020-01;1,5\n2020-02;2,5\n", "latin1"));
    expect(table.columns.target).toBe("Größe");
    expect([...table.values]).toEqual([1.5, 2.5]);
    expect(table.notes[0]).toBe("The file is not UTF-8: its text is read as Latin-1.");
  });

  test("a name with characters that mean something to DuckDB", async () => {
    expect((await read("it's [1].csv", CSV)).shown).toEqual(ROWS);
  });
});

describe("columns", () => {
  test("several series, rows chosen by a condition, rows numbered as in the file", async () => {
    const csv = "day,store,units\n2020-01-01,a,1\n2020-01-01,b,2\n2020-01-02,a,3\n2020-01-02,b,4\n";
    const table = await read("stores.csv", csv, { series: "store", where: "units > 1 -- but the first" });
    expect(table.names).toEqual(["b", "a"]);
    expect([...table.seriesOf]).toEqual([0, 1, 0]);
    expect([0, 1, 2].map(table.rowName)).toEqual(["row 3", "row 4", "row 5"]);
  });

  test("a condition meets the types that DuckDB sees", async () => {
    const csv = "day,units\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n";
    const table = await read("types.csv", csv, {
      where: "day BETWEEN DATE '2020-01-02' AND '2020-01-03' AND units < 3",
    });
    expect([...table.values]).toEqual([2]);
  });

  test("capital letters in names do not matter", async () => {
    expect((await read("a.csv", CSV, { time: "Month", target: "UNITS" })).columns.target).toBe("units");
  });

  test("the numbers of rows are no target", async () => {
    expect((await read("r.csv", '"",time,value\n1,1949,112\n2,1949.083,118\n')).columns).toEqual({
      time: "time",
      target: "value",
    });
  });

  test("empty rows that a spreadsheet leaves at the end", async () => {
    const table = await read("excel.csv", `${CSV},\n,\n`);
    expect(table.shown).toEqual(ROWS);
    expect(table.notes).toContain("2 empty rows at the end of the file are left out.");
  });

  test.each<[string, string, ReadTableOptions, string]>([
    [
      "one that is not there",
      CSV,
      { target: "unit" },
      'There is no column "unit" (--target) in x.csv. Did you mean "units"? The columns are month (text) and units (number).',
    ],
    [
      "one that serves twice",
      CSV,
      { time: "month", target: "month" },
      'Column "month" is given both as --time and as --target.',
    ],
    [
      "several targets",
      "day,a,b\n2020-01-01,1,2\n",
      {},
      "Which column is the target? Several columns of x.csv could be it: a and b. Name it with --target. The columns are day (date), a (number) and b (number).",
    ],
    [
      "no times",
      "a,b\n1,2\n2,5\n",
      {},
      "Which column is the time? No column of x.csv looks like dates, times, years",
    ],
    [
      "a wide table",
      "store,2020-01,2020-02,2020-03\nx,1,2,3\n",
      {},
      'Columns such as "2020-01" are times themselves: wanted one row for each time instead.',
    ],
    [
      "a target of another type",
      "day,ok\n2020-01-01,true\n",
      { target: "ok" },
      'Column "ok" (--target) holds values of type BOOLEAN; wanted numbers.',
    ],
    [
      "an unknown one in the condition",
      CSV,
      { where: "unit > 3" },
      'Cannot use --where "unit > 3": There is no column "unit". Did you mean "units"?',
    ],
    [
      "a condition that is no SQL",
      CSV,
      { where: "units >" },
      'Cannot use --where "units >": syntax error at or near ")".',
    ],
    [
      "a condition that no row meets",
      CSV,
      { where: "units > 9" },
      'x.csv" meets --where "units > 9". Change the condition.',
    ],
  ])("%s", async (_, csv, options, message) => {
    await expect(read("x.csv", csv, options)).rejects.toThrow(message);
  });
});

describe("files that are refused", () => {
  test.each<[string, string, string | Uint8Array, string]>([
    ["an empty file", "a.csv", "", 'a.csv": the file is empty. Wanted a header and rows.'],
    ["an empty file within gzip", "a.gz", gzipSync("\n"), "the file is empty"],
    ["a header only", "a.csv", "month,units\n", 'a.csv": it has a header (month, units) and no rows.'],
    ["a binary file", "a.csv", Uint8Array.of(1, 0, 200, 7), 'a.csv": it is a binary file.'],
    [
      "an Excel workbook",
      "a.xlsx",
      "PK\u0003\u0004rest",
      "it is a zip file or an Excel workbook. Save the sheet as CSV.",
    ],
    ["a web page", "a.csv", "<!DOCTYPE html><html>", "it is a web page. Download the table itself."],
    ["a damaged gzip file", "a.gz", Uint8Array.of(0x1f, 0x8b, 1, 2, 3, 4), "it is a damaged gzip file."],
    ["a broken JSON file", "a.json", '[{"month": "2020-01", "units": 1}, {"mon', "Malformed JSON"],
    [
      "a short row",
      "a.csv",
      `${CSV}2020-03\n2020-04,8\n`,
      'a.csv": row 4 has 1 value, the header has 2. Correct the row.',
    ],
    ["a long row", "a.csv", `${CSV}2020-03,8,9\n`, "row 4 has 3 values, the header has 2."],
  ])("%s", async (_, name, content, message) => {
    await expect(read(name, content)).rejects.toThrow(message);
  });

  test("a missing file, with the nearest name", async () => {
    await fileOf("sales.csv", CSV);
    await expect(readTable(join(folder, "slaes.csv"))).rejects.toThrow(
      'there is no such file. Check the path. Did you mean "sales.csv"?',
    );
  });

  test("a folder", async () => {
    await expect(readTable(folder)).rejects.toThrow("it is a folder, and a file is wanted.");
  });
});

describe("rows that are refused, by their number in the file", () => {
  test.each<[string, string, string]>([
    ["text in the target", "2020-03,n/a\n", 'Column "units", row 4: "n/a" is not a number.'],
    ["an empty target", "2020-03,\n", 'Column "units": row 4 is empty.'],
    ["NaN", "2020-03,NaN\n", 'Column "units", row 4: NaN; wanted finite numbers.'],
    ["infinity", "2020-03,-inf\n", 'Column "units", row 4: -Infinity; wanted finite numbers.'],
    ["a missing time", ",3\n", 'Column "month": row 4 has no time.'],
    ["a month that does not exist", "2020-14,3\n", 'Column "month", row 4: cannot read "2020-14" as a time'],
  ])("%s", async (_, row, message) => {
    const csv = `${CSV}${row}2020-04,9\n2020-05,11\n`;
    await expect(read("rows.csv", csv, { time: "month", target: "units" })).rejects.toThrow(message);
  });

  test("a row without its series", async () => {
    const csv = "month,store,units\n2020-01,a,1\n2020-01,,2\n";
    await expect(read("rows.csv", csv, { series: "store" })).rejects.toThrow(
      'Column "store": row 3 does not say which series it belongs to.',
    );
  });
});
