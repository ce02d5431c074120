// Reading columns of times: written forms, day or month first, zones, and numbers.

import { describe, expect, test } from "vitest";
import { errorOf } from "../../src/data/faults.ts";
import { readTimeNumbers } from "../../src/data/time-number.ts";
import { formatTime } from "../../src/data/time-style.ts";
import { readTimeTexts } from "../../src/data/time-text.ts";

const rowName = (position: number) => `row ${position + 2}`;
const readTexts = (texts: readonly string[]) => readTimeTexts(texts, "when", rowName);
const readNumbers = (values: readonly number[], column = "when") =>
  readTimeNumbers(Float64Array.from(values), column, rowName);

/** What is said of rows that are no times. */
function complaint(texts: readonly string[]): string | undefined {
  const [fault] = readTexts(texts).faults ?? [];
  return fault && errorOf(fault, rowName).message;
}

/** All times as they are written again. */
function shown({ times, style }: ReturnType<typeof readTexts>): string[] {
  return Array.from(times, (time) => formatTime(time, style));
}

describe("text", () => {
  test.each<[string, string[], string[]]>([
    ["days", ["1949-01-31", "1949-02-28"], ["1949-01-31", "1949-02-28"]],
    ["days with slashes", ["1949/1/5"], ["1949-01-05"]],
    ["months", ["1949-01", "1949-12"], ["1949-01", "1949-12"]],
    ["months of Eurostat", ["2020M01", "2020M12"], ["2020-01", "2020-12"]],
    ["months, then years", ["01/1949", "12/1949"], ["1949-01", "1949-12"]],
    ["day first", ["31/01/2020", "01/02/2020"], ["2020-01-31", "2020-02-01"]],
    ["month first", ["01/31/2020", "02/01/2020"], ["2020-01-31", "2020-02-01"]],
    ["two digits of a year, as spreadsheets read them", ["1/31/29", "1/31/30"], ["2029-01-31", "1930-01-31"]],
    [
      "names of months",
      ["5 Jan 2020", "06-Feb-2020", "7 March 2020"],
      ["2020-01-05", "2020-02-06", "2020-03-07"],
    ],
    ["names of months first", ["Jan 5, 2020", "February 6, 2020"], ["2020-01-05", "2020-02-06"]],
    ["months by name", ["Jan-49", "Feb-49"], ["1949-01", "1949-02"]],
    ["quarters", ["1958Q3", "1958-Q4"], ["1958-Q3", "1958-Q4"]],
    ["quarters first", ["Q1 2020", "Q2 2020"], ["2020-Q1", "2020-Q2"]],
    // 1 January 2021 lies in week 53 of 2020 (ISO 8601).
    ["ISO weeks by their Mondays", ["2020-W53", "2021-W01"], ["2020-12-28", "2021-01-04"]],
    ["minutes", ["2020-01-01 13:05", "2020-01-01T13:10"], ["2020-01-01T13:05:00", "2020-01-01T13:10:00"]],
    [
      "hours by halves of the day",
      ["1/13/2020 12:00 AM", "1/13/2020 1:00 pm"],
      ["2020-01-13T00:00:00", "2020-01-13T13:00:00"],
    ],
    [
      "the midnight that ends a day",
      ["2020-01-01 23:00", "2020-01-01 24:00"],
      ["2020-01-01T23:00:00", "2020-01-02T00:00:00"],
    ],
    ["midnights as days", ["2020-01-01 00:00:00", "2020-01-02 00:00:00"], ["2020-01-01", "2020-01-02"]],
    [
      "one zone",
      ["2020-01-01T13:00:00+01:00", "2020-01-01T14:00:00+01:00"],
      ["2020-01-01T13:00:00+01:00", "2020-01-01T14:00:00+01:00"],
    ],
    ["UTC", ["2020-01-01T13:00:00.500Z"], ["2020-01-01T13:00:00.500Z"]],
    // On 29 March 2020 the clocks of Berlin went forward.
    [
      "changing zones in UTC",
      ["2020-03-29T01:00:00+01:00", "2020-03-29T03:00:00+02:00"],
      ["2020-03-29T00:00:00Z", "2020-03-29T01:00:00Z"],
    ],
    [
      "days of a changing zone",
      ["2020-03-29T00:00:00+01:00", "2020-03-30T00:00:00+02:00"],
      ["2020-03-29", "2020-03-30"],
    ],
  ])("%s", (_, texts, expected) => {
    expect(shown(readTexts(texts))).toEqual(expected);
  });

  test("the day that never changes over years is the day of monthly data", () => {
    const months = [...Array(24).keys()];
    const month = (i: number) => String((i % 12) + 1).padStart(2, "0");
    const year = (i: number) => 2020 + Math.floor(i / 12);
    const dayFirst = shown(readTexts(months.map((i) => `01/${month(i)}/${year(i)}`)));
    const monthFirst = shown(readTexts(months.map((i) => `${month(i)}/01/${year(i)}`)));
    expect(dayFirst).toEqual(monthFirst);
    expect(dayFirst.slice(0, 2)).toEqual(["2020-01-01", "2020-02-01"]);
  });

  test("dates that read both ways are refused, except with points", () => {
    const days = Array.from({ length: 12 }, (_, i) => `${i + 1}/2/2020`);
    expect(() => readTexts(days)).toThrow(
      'Column "when": whether the day or the month comes first cannot be told, all dates read both ways (row 2: "1/2/2020"). Write them as year-month-day.',
    );
    const read = readTexts(days.map((day) => day.replaceAll("/", ".")));
    expect(shown(read)[1]).toBe("2020-02-02");
    expect(read.note).toBe('Dates of "when" are read day first (31.01.2020).');
  });

  test("a row that is no time, or no day of the calendar, is named", () => {
    expect(complaint(["2020-01", "2020-02", "2020-13"])).toContain(
      'Column "when", row 4: cannot read "2020-13" as a time; the other rows are like 1949-01.',
    );
    expect(complaint(["2021-02-27", "2021-02-28", "2021-02-29"])).toContain(
      'row 4: cannot read "2021-02-29"',
    );
    expect(complaint(["31/01/2020", "01/31/2020", "30/01/2020"])).toContain(
      'row 3: cannot read "01/31/2020"',
    );
    expect(() => readTexts(["apples", "pears"])).toThrow(
      'row 2: cannot read "apples" as a time. Known forms are',
    );
  });

  test("zones in some rows only are refused", () => {
    expect(() => readTexts(["2020-01-01T13:00Z", "2020-01-01T14:00"])).toThrow(
      'Column "when": row 2 names its time zone, row 3 does not.',
    );
  });
});

describe("numbers", () => {
  test.each<[string, number[], string[]]>([
    ["years", [1949, 1950], ["1949", "1950"]],
    ["months", [202001, 202012], ["2020-01", "2020-12"]],
    ["days", [20200131, 20200201], ["2020-01-31", "2020-02-01"]],
    // 1,577,836,800 s after 1970 began the year 2020 (UTC).
    ["seconds since 1970", [1577836800, 1577840400], ["2020-01-01T00:00:00Z", "2020-01-01T01:00:00Z"]],
    [
      "milliseconds since 1970",
      [1577836800000, 1577840400000],
      ["2020-01-01T00:00:00Z", "2020-01-01T01:00:00Z"],
    ],
    ["days in seconds since 1970", [1577836800, 1577923200], ["2020-01-01", "2020-01-02"]],
    ["a count", [1, 2, 3], ["1", "2", "3"]],
    // R's time series: 1949 + 1/12 and 1949 + 11/12.
    ["parts of years", [1949, 1949.08333, 1949.91667], ["1949-01", "1949-02", "1949-12"]],
    ["quarters of years", [1949, 1949.25, 1949.75], ["1949-Q1", "1949-Q2", "1949-Q4"]],
  ])("%s", (_, values, expected) => {
    expect(shown(readNumbers(values))).toEqual(expected);
  });

  test("a column that counts by its name counts, whatever its numbers", () => {
    expect(shown(readNumbers([1999, 2000], "day"))).toEqual(["1999", "2000"]);
  });

  test.each(["t", "index", "idx"])(
    "years in a column named %j, where a count would begin at 0 or 1",
    (name) => {
      const read = readNumbers([1871, 1872], name);
      expect(shown(read)).toEqual(["1871", "1872"]);
      expect(read.note).toBe(`The numbers of "${name}" are read as years.`);
      expect(shown(readNumbers([1, 2], name))).toEqual(["1", "2"]);
      expect(readNumbers([1499, 1500, 1501], name).style).toEqual({ form: "index" });
    },
  );

  test("days of a spreadsheet, in a column of dates", () => {
    // Excel shows 43831 as 1 January 2020 and 43831.75 as 18:00 of that day.
    const days = readNumbers([43831, 43832], "Date");
    expect(shown(days)).toEqual(["2020-01-01", "2020-01-02"]);
    expect(days.note).toBe(
      'The numbers of "Date" are read as the days of a spreadsheet, counted from 1900 on.',
    );
    expect(shown(readNumbers([43831, 43831.75], "sale_date"))).toEqual([
      "2020-01-01T00:00:00",
      "2020-01-01T18:00:00",
    ]);
    expect(shown(readNumbers([43831, 43832], "time"))).toEqual(["43831", "43832"]);
  });

  test("numbers without a meaning are refused", () => {
    expect(() => readNumbers([1, 2.5, 3])).toThrow('Column "when", row 3: the number 2.5 is no time.');
  });
});
