// Reading tables from files of many kinds, and refusing files and options that cannot be read.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
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

  test.each([
    ["an array", (rows: readonly object[]) => rows],
    ["within an object", (rows: readonly object[]) => ({ source: "x", data: rows })],
  ])("moments of JSON keep their zone: %s", async (_, wrapped) => {
    // Midnights of Los Angeles, which are on summer time from 2 April 2000 on.
    const rows = [
      { at: "2000-03-01T08:00:00.000Z", units: 5 },
      { at: "2000-04-01T08:00:00.000Z", units: 7 },
      { at: "2000-05-01T07:00:00.000Z", units: 6 },
    ];
    const content = JSON.stringify(wrapped(rows));
    const table = await read("zoned.json", content, { timeZone: "America/Los_Angeles" });
    expect(table.shown).toEqual([
      ["2000-03-01", 5],
      ["2000-04-01", 7],
      ["2000-05-01", 6],
    ]);
    expect((await read("zoned.json", content)).shown[0]).toEqual(["2000-03-01T08:00:00Z", 5]);
  });

  test("years that JSON holds as texts", async () => {
    const rows = [1565, 1570, 1575].map((year) => ({ year: String(year), wheat: year / 40 }));
    const table = await read("years.json", JSON.stringify(rows));
    expect([table.columns, table.shown[1]]).toEqual([{ time: "year", target: "wheat" }, ["1570", 39.25]]);
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

  test("times at several distances from UTC are told, and how to have them in a zone", async () => {
    const rows = "when,units\n2020-03-29T01:00:00+01:00,5\n2020-03-29T03:00:00+02:00,7\n";
    const note = 'The times of "when" are at several distances from UTC, and shown in UTC;';
    const told = async (options: ReadTableOptions) =>
      (await read("offsets.csv", rows, options)).notes.some((one) => one.startsWith(note));
    expect([await told({}), await told({ timeZone: "Europe/Berlin" })]).toEqual([true, false]);
  });

  test("a row of totals at the end, which is left out and told", async () => {
    const { shown, notes } = await read("totals.csv", `${CSV}Grand total,12\n`);
    expect(shown).toEqual(ROWS);
    expect(notes).toContain('1 row of totals at the end of the file is left out: "Grand total".');
    // Between other rows it is a slip.
    await expect(
      read("between.csv", "month,units\n2020-01,5\nTotal,5\n2020-02,7\n", { time: "month" }),
    ).rejects.toThrow("leave it out: --where \"month <> 'Total'\".");
  });

  test.each<[string, string, ReadTableOptions, string]>([
    [
      "one that is not there",
      CSV,
      { target: "unit" },
      'There is no column "unit" (--target) in x.csv. Did you mean "units"? The columns are month (date) and units (number).',
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
      "Which column is the target? Several columns of x.csv could be it: a and b. Name it with --target; where each is a series of its own, name several, or take all with --wide. The columns are day (date), a (number) and b (number).",
    ],
    [
      "no times",
      "a,b\n1,2\n2,5\n",
      {},
      "Which column is the time? No column of x.csv looks like dates, times, years",
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

  test("a folder without tables", async () => {
    const path = join(folder, "without tables");
    await mkdir(path);
    await expect(readTable(path)).rejects.toThrow(
      'without tables": it is a folder without tables. Wanted a file, or a folder of CSV, TSV, JSON or Parquet files.',
    );
  });
});

describe("rows that are refused, by their number in the file", () => {
  test.each<[string, string, string]>([
    ["text in the target", "2020-03,many\n", 'Column "units", row 4: "many" is not a number.'],
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

describe("several files", () => {
  const half = (month: number) =>
    `day,store,units\n${[1, 2].map((day) => `2020-0${month}-0${day},a,${10 * month + day}\n`).join("")}`;
  let several: string;
  beforeAll(async () => {
    several = join(folder, "several");
    await mkdir(join(several, "other"), { recursive: true });
    await writeFile(join(several, "part-2.csv"), half(2));
    await writeFile(join(several, "part-10.csv"), half(3));
    await writeFile(join(several, "part-1.csv"), half(1));
    await writeFile(join(several, ".hidden.csv"), "no,table\n");
    await writeFile(join(several, "other", "part-1.json"), JSON.stringify(JSON_ROWS));
  });

  test("of one pattern: rows in the order of the files' names, named with their file", async () => {
    const table = await readTable(join(several, "*.csv"), { series: "store" });
    expect([...table.values]).toEqual([11, 12, 21, 22, 31, 32]);
    expect(table.source).toBe("*.csv");
    expect([0, 3, 4].map(table.rowName)).toEqual([
      "row 2 of part-1.csv",
      "row 3 of part-2.csv",
      "row 2 of part-10.csv",
    ]);
    const some = await readTable(join(several, "*.csv"), { where: "units > 20" });
    expect(some.rowName(0)).toBe("row 2 of part-2.csv");
  });

  test("of a folder, and of the folders in it, whose names are columns", async () => {
    const sales = join(folder, "sales");
    for (const store of [1, 2]) {
      const path = join(sales, `store=${store}`, "part.parquet");
      await mkdir(join(sales, `store=${store}`), { recursive: true });
      const rows = `SELECT DATE '2020-01-01' + i::INTEGER AS day, i * ${store} AS units FROM range(3) AS rows(i)`;
      await withDuckdb((duckdb) => duckdb.run(`COPY (${rows}) TO ${sqlText(path)} (FORMAT parquet)`));
    }
    const table = await readTable(sales, { series: "store" });
    expect(table.names).toEqual(["1", "2"]);
    expect([...table.values]).toEqual([0, 1, 2, 0, 2, 4]);
    expect(table.rowName(5)).toBe("record 3 of part.parquet");
  });

  test("numbers of several types are numbers, dates of several forms are text", async () => {
    const mixed = join(folder, "mixed");
    await mkdir(mixed);
    await writeFile(join(mixed, "1.csv"), "day,units\n2020-01-01,1\n2020-01-02,2\n");
    await writeFile(join(mixed, "2.csv"), "day,units\n2020-01-03,3.5\n2020-01-04,4\n");
    expect([...(await readTable(mixed)).values]).toEqual([1, 2, 3.5, 4]);
  });

  test.each<[string, Record<string, string>, string, string]>([
    [
      "kinds",
      { "a.csv": CSV, "b.json": JSON.stringify(JSON_ROWS) },
      "file-format",
      '"a.csv" is a text table, "b.json" is JSON. Wanted files of one kind: give a pattern that only they match.',
    ],
    [
      "columns",
      { "a.csv": CSV, "b.csv": "month,sold\n2020-03,9\n" },
      "file-columns",
      '"a.csv" and "b.csv" differ in their columns: month, units; month, sold. Wanted files with the same columns: read them one by one, or join them with SQL.',
    ],
    [
      "delimiters",
      { "a.csv": CSV, "b.csv": CSV.replaceAll(",", ";") },
      "file-columns",
      '"a.csv" and "b.csv" differ in what separates their columns.',
    ],
    [
      "layouts",
      { "a.csv": CSV, "b.csv": `Units sold\n\n${CSV}` },
      "file-columns",
      '"a.csv" and "b.csv" differ in the lines that stand before their rows.',
    ],
  ])("of several %s are refused", async (name, files, code, message) => {
    const path = join(folder, `several ${name}`);
    await mkdir(path);
    for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content);
    const error = await readTable(path).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(message);
  });

  test("named one by one", async () => {
    const paths = await Promise.all([
      fileOf("second.csv", "month,units\n2020-02,7\n"),
      fileOf("first.csv", "month,units\n2020-01,5\n"),
    ]);
    const { source, values, rowName } = await readTable(paths);
    expect([source, ...values]).toEqual(["second.csv and 1 more", 5, 7]);
    expect(rowName(1)).toBe("row 2 of second.csv");
  });

  test("of no name that matches", async () => {
    await expect(readTable(join(several, "*.tsv"))).rejects.toThrow(
      '*.tsv": no file has a name of this pattern. Check the path; quote the pattern where a shell would read it.',
    );
  });

  test("a broken row is named with its file", async () => {
    const broken = join(folder, "broken");
    await mkdir(broken);
    await writeFile(join(broken, "1.csv"), "day,units\n2020-01-01,1\n2020-01-02,2\n");
    await writeFile(join(broken, "2.csv"), "day,units\n2020-01-03,3\n2020-01-04,many\n2020-01-05,2\n");
    await expect(readTable(broken, { target: "units" })).rejects.toThrow(
      'Column "units", row 3 of 2.csv: "many" is not a number.',
    );
  });
});

describe("SQL", () => {
  test("over a file, which is called data", async () => {
    const path = await fileOf(
      "days.csv",
      "day,store,units\n2020-01-01,a,1\n2020-01-01,b,2\n2020-01-02,a,3\n",
    );
    const table = await readTable(path, {
      sql: "SELECT day, sum(units) AS units FROM data GROUP BY day ORDER BY day -- a comment",
    });
    expect([...table.values]).toEqual([3, 3]);
    expect(table.rowName(1)).toBe("row 2 of the query");
    expect(table.source).toBe("days.csv");
  });

  test("in which files are tables", async () => {
    const path = await fileOf("days.csv", "day,store,units\n2020-01-01,a,1\n2020-01-02,a,3\n");
    const table = await readTable({ sql: `SELECT day, units FROM ${sqlText(path)}` }, { where: "units > 1" });
    expect([...table.values]).toEqual([3]);
    expect(table.source).toBe("query");
  });

  test("that is none", async () => {
    const error = await readTable({ sql: "SELEKT 1" }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "sql" });
    expect(String(error)).toContain('Cannot read "SELEKT 1": ');
  });

  test("without rows", async () => {
    await expect(
      readTable({ sql: "SELECT DATE '2020-01-01' AS day, 1 AS units WHERE false" }),
    ).rejects.toThrow("Cannot read the query: it has a header (day, units) and no rows.");
  });
});

describe("series", () => {
  const STORES =
    "day,region,store,units\n2020-01-01,n,1,5\n2020-01-01,s,1,6\n2020-01-02,n,1,7\n2020-01-02,s,1,8\n";

  test("of several columns together", async () => {
    const table = await read("s.csv", STORES, { target: "units", series: ["region", "store"] });
    expect(table.names).toEqual(["n/1", "s/1"]);
    expect(table.columns.series).toBe("region/store");
  });

  test("told apart by the column for each of whose names times come once", async () => {
    const table = await read("s.csv", STORES, { target: "units" });
    expect(table.names).toEqual(["n", "s"]);
    expect(table.notes).toEqual([
      'Taken from the table: the time is column "day", the series are told apart by region.',
    ]);
  });

  test("told apart by several columns, where none does alone", async () => {
    const rows = ["a,x", "a,y", "b,x", "b,y"].flatMap((pair) =>
      [1, 2, 3].map((day) => `2020-01-0${day},${pair},${day}`),
    );
    const table = await read("s.csv", `day,store,item,units\n${rows.join("\n")}\n`);
    expect(table.names).toEqual(["a/x", "a/y", "b/x", "b/y"]);
    expect(table.columns.series).toBe("store/item");
  });

  test("one, where each time comes once, and where names do not tell rows apart", async () => {
    const once = "day,weather,units\n2020-01-01,sun,1\n2020-01-02,rain,2\n2020-01-03,sun,3\n";
    expect((await read("s.csv", once)).names).toEqual(["units"]);
    const twice =
      "day,weather,units\n2020-01-01,sun,1\n2020-01-01,sun,2\n2020-01-02,sun,3\n2020-01-02,rain,3\n";
    const table = await read("s.csv", twice);
    expect(table.names).toEqual(["units"]);
    expect(table.keys).toEqual(["weather"]);
  });

  test("side by side: one for each target", async () => {
    const wide = "day,DAX,SMI,note\n2020-01-01,1,,x\n2020-01-02,2,5,y\n";
    const all = await read("w.csv", wide, { wide: true });
    expect(all.names).toEqual(["DAX", "SMI"]);
    expect([...all.values]).toEqual([1, 2, Number.NaN, 5]);
    expect([...all.seriesOf]).toEqual([0, 0, 1, 1]);
    expect(all.rowName(3)).toBe("row 3");
    expect(all.columns).toEqual({ time: "day", target: "DAX and SMI", targets: ["DAX", "SMI"] });
    expect((await read("w.csv", wide, { target: ["SMI", "DAX"] })).names).toEqual(["SMI", "DAX"]);
    const stores = "day,store,in,out\n2020-01-01,a,1,2\n2020-01-01,b,3,4\n";
    expect((await read("w.csv", stores, { series: "store", target: ["in", "out"] })).names).toEqual([
      "a/in",
      "a/out",
      "b/in",
      "b/out",
    ]);
  });

  test("one a row, with times in the heading", async () => {
    const table = await read("t.csv", "store,2020-01,2020-02,2020-03\nx,1,2,3\ny,,5,6\n");
    expect(table.names).toEqual(["x", "y"]);
    expect(table.shown.slice(0, 3)).toEqual([
      ["2020-01", 1],
      ["2020-02", 2],
      ["2020-03", 3],
    ]);
    expect(table.rowName(4)).toBe('row 3, column "2020-02"');
    expect(table.notes[0]).toBe(
      'Headings such as "2020-01" are times: each row of the file is taken for a series.',
    );
  });

  test("one a row, with years in the heading", async () => {
    const table = await read("t.csv", "Country,1960,1961,1962\nA,1,2,3\nB,4,5,6\n");
    expect(table.names).toEqual(["A", "B"]);
    expect(table.style).toEqual({ form: "year" });
  });
});

test.each([
  ["months", "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec", 12, "2020-12"],
  ["quarters", "Q1,Q2,Q3,Q4", 4, "2020-Q4"],
])("%s in the heading, beside a column of years: one series", async (_, headings, count, end) => {
  const cells = (from: number) => Array.from({ length: count }, (_, i) => from + i).join(",");
  const { shown, names, notes, rowName } = await read(
    "pivot.csv",
    `Year,${headings}\n2019,${cells(1)}\n2020,${cells(1 + count)}\n`,
  );
  expect([shown.length, shown.at(-1), names]).toEqual([2 * count, [end, 2 * count], ["value"]]);
  const [first, last] = [headings.split(",")[0], headings.split(",").at(-1)];
  expect(notes).toContain(`The headings "${first}" to "${last}" are parts of the year in column "Year".`);
  expect(rowName(count)).toBe(`row 3, column "${first}"`);
});

describe("times in several columns", () => {
  test.each<[string, string, string[]]>([
    ["year and month", "year,month,units\n2020,1,5\n2020,12,7\n", ["2020-01", "2020-12"]],
    ["year and name of a month", "Year,Month,units\n2020,Jan,5\n2020,Feb,7\n", ["2020-01", "2020-02"]],
    ["year and quarter", "year,quarter,units\n2020,1,5\n2020,2,7\n", ["2020-Q1", "2020-Q2"]],
    ["year and week", "year,week,units\n2020,52,5\n2020,53,7\n", ["2020-12-21", "2020-12-28"]],
    ["year, month and day", "Year,Month,Day,units\n2020,1,30,5\n2020,1,31,7\n", ["2020-01-30", "2020-01-31"]],
    [
      "year, month, day and hour",
      "year,month,day,hour,units\n2020,1,30,5,5\n2020,1,30,6,7\n",
      ["2020-01-30T05:00:00", "2020-01-30T06:00:00"],
    ],
    [
      "date and time of day",
      "Date,Time,units\n31/01/2020,05:00,5\n31/01/2020,06:00,7\n",
      ["2020-01-31T05:00:00", "2020-01-31T06:00:00"],
    ],
  ])("%s", async (_, csv, expected) => {
    const { shown, notes } = await read("parts.csv", csv);
    expect(shown.map(([time]) => time)).toEqual(expected);
    expect(notes[0]).toContain("Taken from the table: the time is made of ");
  });

  test("named", async () => {
    const { shown, columns } = await read("parts.csv", "y,m,a,b\n2020,1,3,5\n2020,2,4,7\n", {
      time: ["y", "m"],
      target: "b",
    });
    expect(shown).toEqual([
      ["2020-01", 5],
      ["2020-02", 7],
    ]);
    expect(columns.time).toBe("y/m");
  });

  test("a moment is taken rather than its day", async () => {
    const csv = "day,time,units\n2020-01-01,2020-01-01 05:00:00,1\n2020-01-01,2020-01-01 06:00:00,2\n";
    expect((await read("parts.csv", csv)).columns.time).toBe("time");
  });
});

describe("covariates", () => {
  const CSV_WITH = 'day,store,units,price,promo,area\n2020-01-01,a,1,"1,5",true,n\n2020-01-02,a,,2,false,n\n';

  test("past, future and static ones, from numbers, text, true and false", async () => {
    const { covariates, values, columns } = await read("c.csv", CSV_WITH.replaceAll('"1,5"', "1.5"), {
      target: "units",
      series: "store",
      past: "price",
      future: ["promo"],
      static: ["area", "store"],
    });
    expect([...values]).toEqual([1, Number.NaN]);
    expect(covariates?.past).toEqual({ price: Float64Array.of(1.5, 2) });
    expect(covariates?.future).toEqual({ promo: Float64Array.of(1, 0) });
    expect(covariates?.static).toEqual({
      area: { kind: "coded", texts: ["n"], codes: Int32Array.of(0, 0) },
      store: { kind: "coded", texts: ["a"], codes: Int32Array.of(0, 0) },
    });
    expect(columns).toMatchObject({ past: ["price"], future: ["promo"], static: ["area", "store"] });
  });

  test.each<[string, string, ReadTableOptions, string, string]>([
    [
      "that are no numbers",
      "day,units,price\n2020-01-01,1,2\n2020-01-02,2,cheap\n2020-01-03,2,3\n",
      { target: "units", past: "price" },
      "covariate-not-a-number",
      'Column "price", row 3: "cheap" is not a number. Correct the file.',
    ],
    [
      "that are infinite",
      "day,units,price\n2020-01-01,1,2\n2020-01-02,2,inf\n",
      { target: "units", past: "price" },
      "covariate-not-finite",
      'Column "price", row 3: Infinity; wanted finite numbers. Correct the file.',
    ],
    [
      "of another type",
      "day,units,when\n2020-01-01,1,2020-01-01\n",
      { time: "day", target: "units", future: "when" },
      "column-type",
      'Column "when" (--future) holds values of type DATE; wanted numbers. Name another column.',
    ],
    [
      "given twice",
      "day,units,price\n2020-01-01,1,2\n",
      { past: "price", future: "price" },
      "column-twice",
      'Column "price" is given both as --past and as --future. Wanted two columns.',
    ],
    [
      "given twice for the same",
      "day,units,price\n2020-01-01,1,2\n",
      { past: ["price", "price"] },
      "column-twice",
      'Column "price" is given twice as --past. Wanted each column once.',
    ],
    [
      "that are not there",
      "day,units,price\n2020-01-01,1,2\n",
      { past: "prize" },
      "unknown-column",
      'There is no column "prize" (--past) in c.csv. Did you mean "price"?',
    ],
  ])("%s are refused", async (_, csv, options, code, message) => {
    const error = await read("c.csv", csv, options).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(message);
  });
});

describe("series that cannot be read", () => {
  const BAD =
    "day,store,units\n2020-01-01,a,1\n2020-01-01,b,oops\n2020-01-02,a,2\n,c,3\n2020-01-02,b,4\n2020-01-03,,5\n2020-01-03,a,6\n";

  test("fail the table, the first of them named with its series", async () => {
    await expect(read("b.csv", BAD, { series: "store", target: "units" })).rejects.toThrow(
      'Column "store": row 7 does not say which series it belongs to.',
    );
    await expect(
      read("b.csv", BAD, {
        series: "store",
        target: "units",
        where: "store IS NOT NULL AND day IS NOT NULL",
      }),
    ).rejects.toThrow('Column "units", row 3 (series "b"): "oops" is not a number. Correct the file.');
  });

  test("are listed with their rows on request, and the others come out", async () => {
    const options = { series: "store", target: "units", onError: "skip" } as const;
    const { skipped, names } = await readTable(await fileOf("b.csv", BAD), options);
    expect(names).toEqual(["a", "b", "c"]);
    expect(skipped).toEqual([
      { series: "b", reason: 'Column "units", row 3: "oops" is not a number. Correct the file.' },
      { series: "c", reason: expect.stringContaining('Column "day": row 5 has no time.') },
      {
        series: "rows without a series",
        reason: expect.stringContaining('Column "store": row 7 does not say'),
      },
    ]);
  });
});

test("options that make no sense", async () => {
  const path = await fileOf("a.csv", CSV);
  const tried = (options: object, source: unknown = path) => readTable(source as string, options);
  await expect(tried({ tme: "month" })).rejects.toThrow(
    'readTable: there is no option "tme". Did you mean "time"? It takes time, target, series,',
  );
  await expect(tried({ onError: "ignore" })).rejects.toThrow(
    'readTable: onError is to be "throw" or "skip", got "ignore"',
  );
  await expect(tried({ wide: "yes" })).rejects.toThrow('readTable: wide is to be true or false, got "yes"');
  await expect(tried({}, 3)).rejects.toThrow(
    'readTable: wants the path of a file, or several, or { sql: "SELECT …" }, got 3',
  );
});
