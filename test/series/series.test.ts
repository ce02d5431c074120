// From the rows of a table to series: order, duplicates, gaps, several series.

import { expect, test } from "vitest";
import { type Table, tableOf } from "../../src/data/table.ts";
import { seriesOf } from "../../src/series/series.ts";

/** A table of rows `time value` or `time series value`. */
function table(rows: readonly string[]): Table {
  const cells = rows.map((row) => row.split(" "));
  const several = cells[0]?.length === 3;
  return tableOf({
    source: "test",
    columns: { time: "month", target: "units", ...(several ? { series: "store" } : {}) },
    time: { kind: "text", values: cells.map(([time = ""]) => time) },
    target: { kind: "number", values: cells.map((row) => Number(row.at(-1))) },
    ...(several ? { series: cells.map(([, name = ""]) => name) } : {}),
    rowName: (position) => `row ${position + 2}`,
  });
}

test("rows out of order are sorted, and it is said", () => {
  const { series, notes } = seriesOf(table(["2020-03 3", "2020-02 2", "2020-01 1"]));
  expect([...(series[0]?.values ?? [])]).toEqual([1, 2, 3]);
  expect(series[0]?.name).toBe("units");
  expect(notes).toEqual(["The rows are not in order of time: they were sorted."]);
});

test("several series, each in order, with spans of their own", () => {
  const rows = ["2020-01 b 1", "2020-02 b 2", "2020-03 b 3", "2020-02 a 7", "2020-01 a 6"];
  const { series, frequency } = seriesOf(table(rows));
  expect(series.map(({ name, values }) => [name, [...values]])).toEqual([
    ["b", [1, 2, 3]],
    ["a", [6, 7]],
  ]);
  expect(frequency).toEqual({ unit: "month", months: 1, day: 1 });
});

test("holidays of business days are named", () => {
  const days = Array.from({ length: 40 }, (_, i) => new Date(Date.UTC(2020, 0, 6 + i)))
    .filter((day) => day.getUTCDay() % 6 !== 0)
    .map((day) => day.toISOString().slice(0, 10))
    .filter((day) => day !== "2020-01-20");
  const { notes, frequency } = seriesOf(table(days.map((day, i) => `${day} ${i}`)));
  expect(frequency).toEqual({ unit: "business-day" });
  expect(notes).toEqual(["1 weekday without a row taken for holidays: 2020-01-20."]);
});

test.each<[string, string[], string]>([
  [
    "duplicates, which may be several series",
    ["2020-01 1", "2020-02 2", "2020-01 3"],
    'Column "month": 1 time occurs more than once: 2020-01 (row 2 and row 4). If the file holds several series, name the column that tells them apart with --series',
  ],
  [
    "duplicates within a series",
    ["2020-01 a 1", "2020-02 a 2", "2020-02 a 3"],
    'Series "a": 1 time occurs more than once: 2020-02 (row 3 and row 4). Remove the duplicates',
  ],
  [
    "gaps",
    ["2020-01 1", "2020-02 2", "2020-03 3", "2020-06 4", "2020-07 5"],
    'Column "month": the times are monthly, and 2 months are missing: 2020-04, 2020-05 (the first after row 4, before row 5).',
  ],
  [
    "times between the steps",
    ["2020-01-01T00:00 1", "2020-01-01T01:00 2", "2020-01-01T02:00 3", "2020-01-01T02:30 4"],
    "the times are hourly, but row 5 (2020-01-01T02:30:00) does not follow row 4 (2020-01-01T02:00:00) by whole steps.",
  ],
  [
    "no regular distance",
    ["2020-01-01 1", "2020-01-02 2", "2020-01-05 3", "2020-01-11 4"],
    'Column "month": the times are at no regular distance.',
  ],
  ["one row", ["2020-01 1"], 'Column "month" has one row. A forecast needs a series of them.'],
  [
    "one row for each series",
    ["2020-01 a 1", "2020-01 b 1"],
    'Each of the 2 series in column "store" has one row. Wanted many rows for each: is it the right column?',
  ],
])("refused: %s", (_, rows, message) => {
  expect(() => seriesOf(table(rows))).toThrow(message);
});
