// From the rows of a table to series: order, several series, frequency, and what is missing or comes twice.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RawTable, type Table, tableOf } from "../../../src/data/table.ts";
import { type SeriesSetOptions, seriesOf } from "../../../src/series/observed/from-table.ts";
import type { Series } from "../../../src/series/observed/series.ts";

const NONE = Number.NaN;
const numberOf = (cell: string | undefined) => (cell === undefined || cell === "-" ? NONE : Number(cell));

/** A table of rows `time value` or `time series value`; `-` for no value. */
function table(rows: readonly string[], more: Partial<RawTable> = {}): Table {
  const cells = rows.map((row) => row.split(" "));
  const several = cells[0]?.length === 3;
  return tableOf({
    source: "test",
    columns: { time: "month", target: "units", ...(several ? { series: "store" } : {}) },
    time: { kind: "text", values: cells.map(([time = ""]) => time) },
    target: { kind: "number", values: cells.map((row) => numberOf(row.at(-1))) },
    ...(several ? { series: cells.map(([, name = ""]) => name) } : {}),
    rowName: (position) => `row ${position + 2}`,
    ...more,
  });
}

/** A column of numbers of a table. */
const numbers = (...values: number[]) => ({ kind: "number", values }) as const;

const shown = (series: readonly Series[]) => series.map(({ name, values }) => [name, [...values]]);
const valuesOf = (rows: readonly string[], options: SeriesSetOptions) => {
  const { series, notes } = seriesOf(table(rows), options);
  return { values: [...(series[0]?.values ?? [])], notes };
};

test("rows out of order are sorted, and it is said", () => {
  const { series, notes } = seriesOf(table(["2020-03 3", "2020-02 2", "2020-01 1"]));
  expect(shown(series)).toEqual([["units", [1, 2, 3]]]);
  expect(notes).toEqual(["The rows are not in order of time: they were sorted."]);
});

test("several series, each in order, with spans of their own", () => {
  const rows = ["2020-01 b 1", "2020-02 b 2", "2020-03 b 3", "2020-02 a 7", "2020-01 a 6"];
  const { series, frequency } = seriesOf(table(rows));
  expect(shown(series)).toEqual([
    ["b", [1, 2, 3]],
    ["a", [6, 7]],
  ]);
  expect(frequency).toEqual({ unit: "month", months: 1, day: 1 });
});

test("series whose rows take turns", () => {
  const rows = ["2020-01 b 1", "2020-01 a 6", "2020-02 b 2", "2020-02 a 7"];
  const { series, notes } = seriesOf(table(rows));
  expect(shown(series)).toEqual([
    ["b", [1, 2]],
    ["a", [6, 7]],
  ]);
  expect(notes).toEqual([]);
});

test("series of a table in order share its memory", () => {
  const source = table(["2020-01 a 1", "2020-02 a 2", "2020-01 b 3", "2020-02 b 4"]);
  for (const { times, values } of seriesOf(source).series) {
    expect(times.buffer).toBe(source.times.buffer);
    expect(values.buffer).toBe(source.values.buffer);
  }
});

test("holidays of business days are named", () => {
  const days = Array.from({ length: 40 }, (_, i) => new Date(Date.UTC(2020, 0, 6 + i)))
    .filter((day) => day.getUTCDay() % 6 !== 0)
    .map((day) => day.toISOString().slice(0, 10))
    .filter((day) => day !== "2020-01-20");
  const rows = days.map((day, i) => `${day} ${i}`);
  const { notes, frequency, series } = seriesOf(table(rows));
  expect(frequency).toEqual({ unit: "business-day" });
  expect(notes).toEqual(["1 weekday without a row taken for holidays: 2020-01-20."]);
  // Where missing times are filled, so are holidays.
  const filled = seriesOf(table(rows), { missing: "forward" });
  expect(filled.series[0]?.values.length).toBe((series[0]?.values.length ?? 0) + 1);
  expect(filled.notes).toEqual(["1 missing time is filled with the value before."]);
});

describe("frequency", () => {
  test("is that of most series: one that is odd does not hide it", () => {
    const months = (store: string) => ["01", "02", "03", "04"].map((month) => `2020-${month}-01 ${store} 1`);
    const odd = ["2020-01-05 odd 1", "2020-01-06 odd 1", "2020-02-17 odd 1"];
    const set = seriesOf(table([...months("a"), ...odd, ...months("b")]), { onError: "skip" });
    expect(set.frequency).toEqual({ unit: "month", months: 1, day: 1 });
    expect(set.series.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(set.skipped).toEqual([
      {
        series: "odd",
        reason:
          'Series "odd": the times are monthly, but row 7 (2020-01-06) does not follow row 6 (2020-01-05) by whole steps. Wanted regular times: correct the row, or sum or average the rows to regular times first.',
      },
    ]);
    expect(set.notes).toEqual(['1 of 3 series is left out: "odd".']);
  });

  test("months may fall on other days in other series", () => {
    const rows = ["2020-01-01 a 1", "2020-02-01 a 2", "2020-03-01 a 2", "2020-01-15 b 3", "2020-02-15 b 4"];
    expect(seriesOf(table(rows)).series.map(({ frequency }) => frequency)).toEqual([
      { unit: "month", months: 1, day: 1 },
      { unit: "month", months: 1, day: 15 },
    ]);
  });

  test("ends of months, though a series has no long month", () => {
    const rows = ["2020-01-31 a 1", "2020-02-29 a 2", "2020-03-31 a 2", "2021-02-28 b 3", "2021-03-31 b 4"];
    expect(seriesOf(table(rows)).series.map(({ frequency }) => frequency)).toEqual([
      { unit: "month", months: 1, day: 31 },
      { unit: "month", months: 1, day: 31 },
    ]);
  });

  test("a week of days beside weeks without weekends are business days", () => {
    const days = (store: string, from: number, count: number) =>
      Array.from({ length: count }, (_, i) => `2020-01-${String(from + i).padStart(2, "0")} ${store} 1`);
    // 6 January 2020 was a Monday.
    const rows = [...days("a", 6, 5), ...days("a", 13, 3), ...days("b", 6, 5), ...days("c", 13, 5)];
    expect(seriesOf(table(rows)).frequency).toEqual({ unit: "business-day" });
  });

  test("is taken as named", () => {
    const rows = ["2020-01-01 1", "2020-01-03 2", "2020-01-05 3"];
    expect(seriesOf(table(rows)).frequency).toEqual({ unit: "fixed", milliseconds: 2 * 86_400_000 });
    const { series, frequency } = seriesOf(table(rows), { frequency: "day", missing: "linear" });
    expect(frequency).toEqual({ unit: "fixed", milliseconds: 86_400_000 });
    expect(shown(series)).toEqual([["units", [1, 1.5, 2, 2.5, 3]]]);
    const months = table(["2020-01-31 1", "2020-02-29 2", "2020-04-30 3"]);
    expect(seriesOf(months, { frequency: "month", missing: "zero" }).series[0]).toMatchObject({
      values: Float64Array.of(1, 2, 0, 3),
      frequency: { unit: "month", months: 1, day: 31 },
    });
  });

  test("years given as numbers are years", () => {
    const years = table([], { time: numbers(1949, 1950, 1951), target: numbers(1, 2, 3) });
    expect(seriesOf(years)).toMatchObject({
      frequency: { unit: "month", months: 12, day: 1 },
      style: { form: "year" },
    });
    const count = table([], { time: numbers(1, 2, 3), target: numbers(1, 2, 3) });
    expect(seriesOf(count).frequency).toEqual({ unit: "index", step: 1 });
  });
});

describe("missing values and times", () => {
  const rows = ["2020-01 -", "2020-02 1", "2020-03 -", "2020-05 4", "2020-06 -", "2020-07 10", "2020-08 -"];

  test.each<[SeriesSetOptions["missing"], number[], string[]]>([
    [
      "linear",
      [1, 2, 3, 4, 7, 10],
      [
        "2 rows without a value before the first or after the last of a series are left out.",
        "1 missing time and 2 empty values are filled in line between their neighbours.",
      ],
    ],
    [
      "forward",
      [1, 1, 1, 4, 4, 10],
      [
        "2 rows without a value before the first or after the last of a series are left out.",
        "1 missing time and 2 empty values are filled with the value before.",
      ],
    ],
    [
      "keep",
      [1, NONE, NONE, 4, NONE, 10],
      [
        "2 rows without a value before the first or after the last of a series are left out.",
        "1 missing time and 2 empty values are left empty.",
      ],
    ],
    ["zero", [0, 1, 0, 0, 4, 0, 10, 0], ["1 missing time and 4 empty values are filled with 0."]],
  ])("%s", (missing, expected, expectedNotes) => {
    const { values, notes } = valuesOf(rows, { missing });
    expect(values).toEqual(expected);
    expect(notes).toEqual(expectedNotes);
  });

  test("seasonal, by the calendar or by the season given", () => {
    const years = Array.from({ length: 48 }, (_, t) => 50 + 10 * Math.sin((2 * Math.PI * t) / 12));
    const monthly = years.map((value, t) => {
      const time = `${2000 + Math.floor(t / 12)}-${String(1 + (t % 12)).padStart(2, "0")}`;
      return `${time} ${t === 27 ? "-" : value}`;
    });
    // Month 27 is a peak of 60; its neighbours are 58.7.
    expect(valuesOf(monthly, { missing: "seasonal" }).values[27]).toBeCloseTo(60, 1);
    expect(valuesOf(monthly, { missing: "seasonal", season: 1 }).values[27]).toBeCloseTo(58.66, 1);
  });

  test("in some of several series", () => {
    const { series, notes } = seriesOf(
      table(["2020-01 a 1", "2020-02 a 2", "2020-03 a 3", "2020-01 b 1", "2020-03 b 5", "2020-04 b 6"]),
      { missing: "linear" },
    );
    expect(shown(series)).toEqual([
      ["a", [1, 2, 3]],
      ["b", [1, 3, 5, 6]],
    ]);
    expect(notes).toEqual(["1 missing time, in 1 of 2 series, is filled in line between their neighbours."]);
  });

  test("of series side by side: each begins with its first value", () => {
    const wide = table(["2020-01 1", "2020-02 2", "2020-03 3"], {
      columns: { time: "month", target: "DAX and SMI", targets: ["DAX", "SMI"] },
      target: [numbers(1, 2, NONE), numbers(NONE, 5, 6)],
    });
    const { series, notes } = seriesOf(wide);
    expect(shown(series)).toEqual([
      ["DAX", [1, 2]],
      ["SMI", [5, 6]],
    ]);
    expect(notes).toEqual([
      "2 rows without a value before the first or after the last of a series are left out.",
    ]);
  });
});

describe("times that come twice", () => {
  const rows = ["2020-01 1", "2020-02 2", "2020-02 6", "2020-02 -", "2020-03 3"];
  test.each<[SeriesSetOptions["duplicates"], number[]]>([
    ["first", [1, 2, 3]],
    ["mean", [1, 4, 3]],
    ["sum", [1, 8, 3]],
  ])("%s", (duplicates, expected) => {
    const { values, notes } = valuesOf(rows, { duplicates });
    expect(values).toEqual(expected);
    expect(notes).toEqual([`1 time that occurs more than once: the ${duplicates} of the rows is taken.`]);
  });

  test("last, in the order of the table", () => {
    expect(valuesOf(["2020-02 2", "2020-01 1", "2020-02 7"], { duplicates: "last" }).values).toEqual([1, 7]);
  });

  test("two empty ones stay empty", () => {
    const { values } = valuesOf(["2020-01 1", "2020-02 -", "2020-02 -", "2020-03 3"], {
      duplicates: "sum",
      missing: "linear",
    });
    expect(values).toEqual([1, 2, 3]);
  });
});

test("whatever is missing and comes twice, in whatever order: series are regular and hold what was there", () => {
  const DAY = 86_400_000;
  const row = fc.record({
    day: fc.integer({ min: 0, max: 30 }),
    store: fc.constantFrom("a", "b", "c"),
    value: fc.option(fc.integer({ min: 1, max: 99 }), { nil: NONE, freq: 4 }),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 80 }), (rows) => {
      const source = table([], {
        columns: { time: "day", target: "units", series: "store" },
        time: { kind: "instant", values: rows.map(({ day }) => day * DAY), zoned: false },
        target: numbers(...rows.map(({ value }) => value)),
        series: rows.map(({ store }) => store),
      });
      const known = rows.filter(({ value }) => !Number.isNaN(value));
      const run = () =>
        seriesOf(source, { frequency: "day", duplicates: "sum", missing: "keep", onError: "skip" }).series;
      if (known.length === 0) {
        expect(run).toThrow("None of the");
        return;
      }
      const series = run();
      expect(series.map(({ name }) => name).toSorted()).toEqual(
        [...new Set(known.map(({ store }) => store))].toSorted(),
      );
      for (const { name, times, values } of series) {
        const own = known.filter(({ store }) => store === name);
        const days = own.map(({ day }) => day);
        expect(times[0]).toBe(Math.min(...days) * DAY);
        expect(times.at(-1)).toBe(Math.max(...days) * DAY);
        for (const [t, time] of times.entries()) {
          expect(time - (times[0] ?? 0)).toBe(t * DAY);
          const sum = own.filter(({ day }) => day * DAY === time).reduce((all, { value }) => all + value, 0);
          expect(values[t]).toBe(sum === 0 ? NONE : sum);
        }
      }
    }),
    { seed: 3, numRuns: 200 },
  );
});

describe("covariates", () => {
  const rows = ["2020-01 a 1", "2020-02 a 2", "2020-03 a -", "2020-01 b 5", "2020-02 b 6", "2020-03 b -"];
  const text = (...values: string[]) => ({ kind: "text", values }) as const;
  const whole: Partial<RawTable> = {
    past: { visits: numbers(1, 2, NONE, 4, 5, NONE) },
    future: { price: numbers(7, 8, 9, 1, 2, 3) },
    static: { area: text("n", "n", "n", "s", "s", "s"), size: numbers(3, 3, 3, 4, NONE, 4) },
  };

  test("rows after the last value hold future ones", () => {
    const { series, notes } = seriesOf(table(rows, whole), { horizon: 1 });
    expect(shown(series)).toEqual([
      ["a", [1, 2]],
      ["b", [5, 6]],
    ]);
    expect(series.map(({ times }) => times.length)).toEqual([2, 2]);
    expect(series.map(({ covariates }) => covariates)).toEqual([
      {
        past: { visits: Float64Array.of(1, 2) },
        future: { price: Float64Array.of(7, 8, 9) },
        static: { area: "n", size: 3 },
      },
      {
        past: { visits: Float64Array.of(4, 5) },
        future: { price: Float64Array.of(1, 2, 3) },
        static: { area: "s", size: 4 },
      },
    ]);
    expect(notes).toEqual(["Up to 1 row of each series after the last value: what is known ahead."]);
  });

  test("one that is known less far than another", () => {
    const two = { future: { ...whole.future, promo: numbers(0, 1, NONE, 1, 0, NONE) } };
    const { series } = seriesOf(table(rows, two));
    expect(series[0]?.covariates?.future).toEqual({
      price: Float64Array.of(7, 8, 9),
      promo: Float64Array.of(0, 1),
    });
  });

  test("are filled as the target is, in line or with the value before", () => {
    const holes = ["2020-01 1", "2020-02 2", "2020-04 4", "2020-05 -"];
    const price = { future: { price: numbers(NONE, 2, 6, 7) } };
    const filled = (missing: SeriesSetOptions["missing"]) =>
      seriesOf(table(holes, price), { missing }).series[0]?.covariates?.future.price;
    expect(filled("linear")).toEqual(Float64Array.of(2, 2, 4, 6, 7));
    expect(filled("zero")).toEqual(Float64Array.of(2, 2, 2, 6, 7));
    expect(filled("keep")).toEqual(Float64Array.of(NONE, 2, NONE, 6, 7));
  });

  test("go along with rows that are sorted or left out", () => {
    const turned = ["2020-02 2", "2020-01 1", "2020-02 9", "2020-03 3"];
    const { series } = seriesOf(table(turned, { past: { price: numbers(20, 10, 90, 30) } }), {
      duplicates: "last",
    });
    expect(series[0]?.covariates?.past.price).toEqual(Float64Array.of(10, 90, 30));
  });

  test("of series side by side are the same for all", () => {
    const wide = table(["2020-01 1", "2020-02 2", "2020-03 3"], {
      columns: { time: "month", target: "DAX and SMI", targets: ["DAX", "SMI"] },
      target: [numbers(1, 2, 3), numbers(NONE, 5, 6)],
      past: { rate: numbers(7, 8, 9) },
      static: { place: text("x", "x", "x") },
    });
    expect(seriesOf(wide).series.map(({ covariates }) => covariates)).toEqual([
      { past: { rate: Float64Array.of(7, 8, 9) }, future: {}, static: { place: "x" } },
      { past: { rate: Float64Array.of(8, 9) }, future: {}, static: { place: "x" } },
    ]);
  });

  test.each<[string, Partial<RawTable>, SeriesSetOptions, string, string]>([
    [
      "one that ends before the horizon",
      whole,
      { horizon: 3 },
      "covariate-short",
      'Series "a", column "price": it is known up to row 4 (2020-03), 1 step after the last value of the series; the horizon of 3 needs 2 more. Add rows with the times to come, the target left empty, or take the column as --past.',
    ],
    [
      "a future one with a hole",
      { future: { price: numbers(7, NONE, 9, 1, 2, 3) } },
      {},
      "covariate-missing",
      'Series "a", column "price": row 3 (2020-02) is empty. A future covariate needs a number in every row up to the last one it is known in: fill it in, or have it filled with --missing.',
    ],
    [
      "a past one with a hole",
      { ...whole, past: { visits: numbers(1, 2, NONE, NONE, 5, NONE) } },
      {},
      "covariate-missing",
      'Series "b", column "visits": row 5 (2020-01) is empty. A past covariate needs a number in every row of the series: fill it in, or have it filled with --missing.',
    ],
    [
      "a static one that changes",
      { ...whole, static: { area: text("n", "n", "n", "s", "s", "n") } },
      {},
      "static-changes",
      'Series "b", column "area": "s" in row 5, "n" in row 7. A static covariate is the same in all rows of a series: correct it, or take the column as --past or --future.',
    ],
    [
      "a static one that is empty",
      { ...whole, static: { size: numbers(1, 1, 1, NONE, NONE, NONE) } },
      {},
      "covariate-missing",
      'Series "b", column "size": it is empty in all rows of the series. Wanted a number or a category.',
    ],
  ])("refused: %s", (_, columns, options, code, message) => {
    expect(() => seriesOf(table(rows, columns), options)).toThrow(expect.objectContaining({ code, message }));
  });
});

describe("one bad series among others", () => {
  const rows = [
    ...["2020-01 a 1", "2020-02 a 2", "2020-03 a 3"],
    ...["2020-01 twice 1", "2020-01 twice 2", "2020-02 twice 3"],
    ...["2020-01 gap 1", "2020-02 gap 2", "2020-04 gap 3"],
    ...["2020-01 hole 1", "2020-02 hole -", "2020-03 hole 3"],
    ...["2020-01 none -", "2020-02 none -"],
  ];

  test("fails them all", () => {
    expect(() => seriesOf(table(rows))).toThrow('Series "twice": 1 time occurs more than once: 2020-01');
  });

  test("is left out on request, with the reason", () => {
    const { series, skipped, notes } = seriesOf(table(rows), { onError: "skip" });
    expect(shown(series)).toEqual([["a", [1, 2, 3]]]);
    expect(skipped.map((one) => [one.series, one.reason.slice(0, 60)])).toEqual([
      ["twice", 'Series "twice": 1 time occurs more than once: 2020-01 (row 5'],
      ["gap", 'Series "gap": the times are monthly, and 1 month is missing:'],
      ["hole", 'Series "hole", column "units": row 12 (2020-02) is empty. Fi'],
      ["none", 'Series "none", column "units": it has no values. Wanted numb'],
    ]);
    expect(notes).toEqual(['4 of 5 series are left out: "twice", "gap", "hole" and 1 more.']);
  });

  test("that could not be read is left out, too", () => {
    const bad = table(["2020-01 a 1", "2020-02 a 2"], {
      columns: { time: "month", target: "units", series: "store" },
      time: { kind: "text", values: ["2020-01", "2020-02", "2020-01", "when?"] },
      target: numbers(1, 2, 3, 4),
      series: ["a", "a", "b", "b"],
      onError: "skip",
    });
    const { series, skipped } = seriesOf(bad, { onError: "skip" });
    expect(shown(series)).toEqual([["a", [1, 2]]]);
    expect(skipped).toEqual([{ series: "b", reason: expect.stringContaining('row 5: cannot read "when?"') }]);
  });

  test("all bad", () => {
    const two = ["2020-01 a 1", "2020-02 a -", "2020-03 a 1", "2020-01 b 1", "2020-02 b -", "2020-03 b 1"];
    expect(() => seriesOf(table(two), { onError: "skip" })).toThrow(
      expect.objectContaining({
        code: "all-skipped",
        message: expect.stringContaining(
          'None of the 2 series of test can be used. The first: Series "a", column',
        ),
      }),
    );
  });
});

test.each<[string, string[], string]>([
  [
    "duplicates, which may be several series",
    ["2020-01 1", "2020-02 2", "2020-01 3"],
    'Column "month": 1 time occurs more than once: 2020-01 (row 2 and row 4). If the file holds several series, name the column that tells them apart with --series, or choose one with --where; else remove the duplicates, or settle them with --duplicates (first, last, mean or sum).',
  ],
  [
    "duplicates within a series",
    ["2020-01 a 1", "2020-02 a 2", "2020-02 a 3"],
    'Series "a": 1 time occurs more than once: 2020-02 (row 3 and row 4). Remove the duplicates, choose among them with --where, or settle them with --duplicates (first, last, mean or sum).',
  ],
  [
    "an hour that comes twice",
    ["2020-10-25T01:00 1", "2020-10-25T02:00 2", "2020-10-25T02:00 3", "2020-10-25T03:00 4"],
    "Where clocks were set back, name the zone with --time-zone, or give the times in UTC.",
  ],
  [
    "gaps",
    ["2020-01 1", "2020-02 2", "2020-03 3", "2020-06 4", "2020-07 5"],
    'Column "month": the times are monthly, and 2 months are missing: 2020-04, 2020-05 (the first after row 4, before row 5). Add the rows, choose a part without gaps with --where, or fill them with --missing (linear, seasonal, forward or zero).',
  ],
  [
    "an empty value",
    ["2020-01 1", "2020-02 -", "2020-03 3"],
    'Column "units": row 3 (2020-02) is empty. Fill in numbers, or have them filled with --missing (linear, seasonal, forward or zero).',
  ],
  [
    "empty values at the end",
    ["2020-01 1", "2020-02 2", "2020-03 -", "2020-04 -"],
    'Column "units": row 4 (2020-03) and row 5 (2020-04) are empty. Fill in numbers, or have them filled with --missing (linear, seasonal, forward or zero). Rows at the end that hold what is known ahead want its columns as --future; others are left out with --where.',
  ],
  [
    "no values",
    ["2020-01 -", "2020-02 -"],
    'Column "units": it has no values. Wanted numbers: is it the right column?',
  ],
  [
    "local midnights written in UTC",
    ["2020-02-01T08:00Z 1", "2020-03-01T08:00Z 2", "2020-04-01T07:00Z 3", "2020-05-01T07:00Z 4"],
    "They may be regular on a local clock: name its zone with --time-zone, such as Europe/Berlin.",
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

test("columns that may name series are hinted at", () => {
  expect(() => seriesOf(table(["2020-01 1", "2020-01 2"], { keys: ["store", "item"] }))).toThrow(
    "name the column that tells them apart with --series (store and item?), or choose one",
  );
});

test("times that are coarser than the frequency asked for are told in its words", () => {
  expect(() => seriesOf(table(["2020-01 1", "2020-02 2"]), { frequency: "day" })).toThrow(
    "the times are daily, and 30 days are missing: 2020-01-02, 2020-01-03,",
  );
  const { style } = seriesOf(table(["2020-01 1", "2020-02 2"]), { frequency: "day", missing: "linear" });
  expect(style).toEqual({ form: "day" });
});

test("an hour that is missing where clocks were set forward", () => {
  // In Europe on Sunday, 28 March 2021; a Monday has no such reason.
  const day = (date: string, hours: readonly number[]) => hours.map((hour) => `${date}T0${hour}:00 ${hour}`);
  expect(() => seriesOf(table(day("2021-03-28", [0, 1, 3, 4, 5])))).toThrow(
    "Where clocks were set forward, name the zone with --time-zone, or give the times in UTC.",
  );
  expect(() => seriesOf(table(day("2021-03-29", [0, 1, 3, 4, 5])))).toThrow(/forward or zero\)\.$/);
});

test("gaps that are too many to fill", () => {
  const rows = ["2020-01-01 1", "2020-01-02 2", "2099-01-01 3"];
  expect(() => seriesOf(table(rows), { missing: "linear" })).toThrow(
    "or name another frequency: these are too many to fill.",
  );
});

test.each<[object, string]>([
  [
    { missing: "mean" },
    'seriesOf: missing is "mean"; wanted one of "error", "keep", "linear", "seasonal", "forward", "zero"',
  ],
  [
    { duplicates: "drop" },
    'seriesOf: duplicates is "drop"; wanted one of "error", "first", "last", "mean", "sum"',
  ],
  [{ onError: true }, 'seriesOf: onError is true; wanted one of "throw", "skip"'],
  [{ season: 0 }, "seriesOf: season is to be a positive whole number, got 0"],
  [{ horizon: 1.5 }, "seriesOf: horizon is to be a positive whole number, got 1.5"],
  [{ fill: "linear" }, 'seriesOf: there is no option "fill".'],
  [{ frequency: "moon" }, 'There is no frequency "moon".'],
  [
    { frequency: "count" },
    'Column "month" holds dates or times, and the frequency is "count". Wanted a step of the calendar, such as day or month: name another frequency, or leave it out.',
  ],
])("options %j make no sense", (options, message) => {
  expect(() => seriesOf(table(["2020-01 1", "2020-02 2"]), options)).toThrow(message);
});

test("a calendar for a count makes no sense", () => {
  const count = table([], { time: numbers(1, 2, 3), target: numbers(1, 2, 3) });
  expect(() => seriesOf(count, { frequency: "day" })).toThrow(
    'Column "month" holds a count without a calendar, and the frequency is "day". Wanted dates: name another frequency, or leave it out.',
  );
});
