// From files to series: odd files as people have them, and many rows against what SQL says of them.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowsOf, sqlText, withDuckdb } from "../../../src/data/duckdb.ts";
import { formatTime } from "../../../src/data/time-style.ts";
import { frequencyName } from "../../../src/series/observed/calendar.ts";
import { type ReadSeriesOptions, readSeries } from "../../../src/series/observed/read-series.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-series-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The series of a file, each as its name, its values, and its first and last time. */
async function read(content: string | Uint8Array, options: ReadSeriesOptions = {}) {
  const path = join(folder, "file.csv");
  await writeFile(path, content);
  const set = await readSeries(path, options);
  return {
    ...set,
    name: frequencyName(set.frequency),
    shown: set.series.map(({ name, values, times }) => {
      const [first = 0, last = 0] = [times[0], times.at(-1)];
      return [name, [...values], formatTime(first, set.style), formatTime(last, set.style)];
    }),
  };
}

const days = (count: number, row: (day: number) => string) =>
  Array.from({ length: count }, (_, i) => row(i + 1)).join("\n");
const two = (day: number) => String(day).padStart(2, "0");

describe("odd files", () => {
  test("semicolons, decimal commas, German dates, a byte order mark, several shops", async () => {
    const rows = days(3, (day) => `0${day}.01.2024;"Köln";1.00${day},5\n0${day}.01.2024;"Bonn";2.00${day},5`);
    const { shown, name, notes } = await read(`\ufeffDatum;Filiale;Umsatz\n${rows}\n`);
    expect(name).toBe("daily");
    expect(shown).toEqual([
      ["Köln", [1001.5, 1002.5, 1003.5], "2024-01-01", "2024-01-03"],
      ["Bonn", [2001.5, 2002.5, 2003.5], "2024-01-01", "2024-01-03"],
    ]);
    expect(notes).toEqual([
      'Taken from the table: the time is column "Datum", the target is column "Umsatz", the series are told apart by Filiale.',
      'Dates of "Datum" are read day first (31.01.2020).',
      'The numbers of "Umsatz" are read with a decimal comma (1.234,5).',
    ]);
  });

  test("everything among quotes, with thousands and dollars, month first, weeks", async () => {
    const { shown, name } = await read(
      '"Order Date","Sales"\n"1/3/2024","$1,200.50"\n"1/10/2024","$900.00"\n"1/17/2024","$75"\n',
    );
    expect(name).toBe("weekly");
    expect(shown).toEqual([["Sales", [1200.5, 900, 75], "2024-01-03", "2024-01-17"]]);
  });

  test("days of a spreadsheet, blank rows at the end, no value written as #N/A", async () => {
    const { shown, notes } = await read("Date,Sales\r\n45292,10\r\n45293,#N/A\r\n45294,12\r\n,\r\n,\r\n", {
      missing: "linear",
    });
    // Excel shows 45292 as 1 January 2024.
    expect(shown).toEqual([["Sales", [10, 11, 12], "2024-01-01", "2024-01-03"]]);
    expect(notes).toContain("1 empty value is filled in line between their neighbours.");
  });

  test("hours of a local clock over the end of summer time", async () => {
    const hours = ["00", "01", "02", "02", "03"].map((hour, i) => `2023-10-29 ${hour}:00,${i}`).join("\n");
    const { shown, name } = await read(`time,load\n${hours}\n`, { timeZone: "Europe/Berlin" });
    expect(name).toBe("hourly");
    expect(shown).toEqual([
      ["load", [0, 1, 2, 3, 4], "2023-10-29T00:00:00+02:00", "2023-10-29T03:00:00+01:00"],
    ]);
  });

  test("hours of a local clock over the beginning of summer time", async () => {
    const hours = ["00", "01", "03", "04"].map((hour, i) => `2023-03-26 ${hour}:00,${i}`).join("\n");
    const { shown, name } = await read(`time,load\n${hours}\n`, { timeZone: "Europe/Berlin" });
    expect(name).toBe("hourly");
    expect(shown[0]?.[1]).toEqual([0, 1, 2, 3]);
    await expect(read(`time,load\n${hours}\n`)).rejects.toThrow("1 hour is missing: 2023-03-26T02:00:00");
  });

  test("shares side by side, of which one begins late, with a covariate for all", async () => {
    const { shown, series } = await read(
      "date,DAX,SMI,rate\n2024-01-01,1,,9\n2024-01-02,2,5,8\n2024-01-03,3,6,7\n",
      {
        target: ["DAX", "SMI"],
        past: "rate",
      },
    );
    expect(shown.map(([name, values]) => [name, values])).toEqual([
      ["DAX", [1, 2, 3]],
      ["SMI", [5, 6]],
    ]);
    expect(series[1]?.covariates?.past.rate).toEqual(Float64Array.of(8, 7));
  });

  test("rows to come, with what is known ahead", async () => {
    const rows = days(
      10,
      (day) => `2024-01-${two(day)},${day > 7 ? "" : day},${day / 2},${day % 2 === 0},north`,
    );
    const { shown, series } = await read(`day,units,price,promo,region\n${rows}\n`, {
      target: "units",
      future: ["price", "promo"],
      static: "region",
      horizon: 3,
    });
    expect(shown).toEqual([["units", [1, 2, 3, 4, 5, 6, 7], "2024-01-01", "2024-01-07"]]);
    expect(series[0]?.covariates).toEqual({
      past: {},
      future: {
        price: Float64Array.from({ length: 10 }, (_, i) => (i + 1) / 2),
        promo: Float64Array.from({ length: 10 }, (_, i) => i % 2),
      },
      static: { region: "north" },
    });
  });

  test("bad series, left out whether they cannot be read or not be used", async () => {
    const rows = days(8, (day) =>
      ["a", "text", "gap"]
        .filter((store) => store !== "gap" || day !== 5)
        .map((store) => `2024-01-0${day},${store},${store === "text" && day === 4 ? "oops" : day}`)
        .join("\n"),
    );
    const { shown, skipped, notes } = await read(`day,store,units\n${rows}\n`, {
      series: "store",
      onError: "skip",
    });
    expect(shown.map(([name]) => name)).toEqual(["a"]);
    expect(skipped).toEqual([
      { series: "text", reason: 'Column "units", row 12: "oops" is not a number. Correct the file.' },
      {
        series: "gap",
        reason: expect.stringContaining(
          'Series "gap": the times are daily, and 1 day is missing: 2024-01-05',
        ),
      },
    ]);
    expect(notes.at(-1)).toBe('2 of 3 series are left out: "text" and "gap".');
  });
});

test("many rows in no order come out as SQL has them", async () => {
  const path = join(folder, "many.parquet");
  const rows = `SELECT 'store ' || (i % 37) AS store, DATE '2020-01-01' + (i // 37)::INTEGER AS day,
    (hash(i) % 1000)::INTEGER / 8 AS units, (i % 11)::INTEGER AS price FROM range(37 * 270) AS rows(i) ORDER BY hash(i, 7)`;
  await withDuckdb((duckdb) => duckdb.run(`COPY (${rows}) TO ${sqlText(path)} (FORMAT parquet)`));
  const { series, notes } = await readSeries(path, { series: "store", target: "units", past: "price" });
  const expected = await withDuckdb((duckdb) =>
    rowsOf(
      duckdb,
      `SELECT store, list(units ORDER BY day) AS units, list(price ORDER BY day) AS prices FROM ${sqlText(path)} GROUP BY store`,
    ),
  );
  expect(series.length).toBe(37);
  expect(notes).toEqual([
    'Taken from the table: the time is column "day".',
    "The rows are not in order of time: they were sorted.",
  ]);
  for (const row of expected) {
    const one = series.find(({ name }) => name === row.store);
    expect([...(one?.values ?? [])]).toEqual(row.units);
    expect([...(one?.covariates?.past.price ?? [])]).toEqual(row.prices);
    expect(one?.times.length).toBe(270);
  }
});

test("options are those of both steps, and no others", async () => {
  await expect(read("day,units\n2024-01-01,1\n", { tme: "day" } as ReadSeriesOptions)).rejects.toThrow(
    'readSeries: there is no option "tme". Did you mean "time"? It takes time, target, series, past, future, static, wide, where, sql, timeZone, onError, source, signal, frequency, missing, duplicates, season, horizon',
  );
});
