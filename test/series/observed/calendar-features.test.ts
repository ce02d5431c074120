// Features of the calendar, by dates that are known.

import { describe, expect, test } from "vitest";
import {
  type CalendarFeature,
  calendarFeatureNames,
  calendarFeatures,
  withCalendar,
} from "../../../src/series/observed/calendar-features.ts";
import { futureOf, timeSeries } from "../../../src/series/observed/series.ts";

const HOUR = 3_600_000;
const hourly = { unit: "fixed", milliseconds: HOUR } as const;
const daily = { unit: "fixed", milliseconds: 24 * HOUR } as const;
const utc = (text: string) => Date.parse(`${text}Z`);

/** The features of one time. */
function at(time: string, names: readonly CalendarFeature[], options = {}) {
  const features = calendarFeatures(Float64Array.of(utc(time)), hourly, names, options);
  return Object.fromEntries(Object.entries(features).map(([name, [value]]) => [name, value]));
}

const PLAIN = calendarFeatureNames.filter((name) => !/Sin|Cos|holiday/.test(name));

describe("one time", () => {
  test("a Friday that is the 366th day of its year, in week 53", () => {
    // 1 January 2021, a Friday, is still in week 53 of 2020 (ISO 8601).
    expect(at("2020-12-31T18:30", PLAIN)).toEqual({
      minute: 30,
      hour: 18,
      dayOfWeek: 3,
      dayOfMonth: 31,
      dayOfYear: 366,
      week: 53,
      month: 12,
      quarter: 4,
      year: 2020,
      weekend: 0,
    });
    expect(at("2021-01-01T00:00", ["week", "dayOfWeek", "dayOfYear", "quarter"])).toEqual({
      week: 53,
      dayOfWeek: 4,
      dayOfYear: 1,
      quarter: 1,
    });
  });

  test("before 1970", () => {
    // 4 July 1949 was a Monday.
    expect(at("1949-07-04T23:15", ["hour", "minute", "dayOfWeek", "month", "weekend"])).toEqual({
      hour: 23,
      minute: 15,
      dayOfWeek: 0,
      month: 7,
      weekend: 0,
    });
  });

  test("rounds: a quarter of the way round, sine is 1 and cosine 0", () => {
    const quarter = at("2020-01-01T06:00", ["hourSin", "hourCos"]);
    expect(quarter.hourSin).toBeCloseTo(1, 12);
    expect(quarter.hourCos).toBeCloseTo(0, 12);
    // Tuesday 18:00 is 1.75 of 7 days.
    const tuesday = at("2020-01-07T18:00", ["dayOfWeekSin", "dayOfWeekCos"]);
    expect(tuesday.dayOfWeekSin).toBeCloseTo(1, 12);
    // Three of twelve months have gone by in April, one of four quarters.
    const april = at("2020-04-15T00:00", ["monthSin", "quarterSin", "minuteCos"]);
    expect([april.monthSin, april.quarterSin, april.minuteCos].map((x) => x?.toFixed(9))).toEqual([
      "1.000000000",
      "1.000000000",
      "1.000000000",
    ]);
  });

  test("rounds do not jump at their ends, in leap years either", () => {
    for (const name of ["dayOfYear", "dayOfMonth", "week", "dayOfWeek", "hour"] as const) {
      const waves = [`${name}Sin`, `${name}Cos`] as const;
      const [before, after] = [at("2020-12-31T23:59", waves), at("2021-01-01T00:00", waves)];
      for (const wave of waves) {
        const jump = Math.abs((before[wave] ?? 9) - (after[wave] ?? -9));
        expect(jump).toBeLessThan(0.01);
      }
    }
  });

  test("holidays and weekends", () => {
    const holidays = ["2020-12-25", "2020-12-26"];
    expect(at("2020-12-25T13:00", ["holiday", "weekend"], { holidays })).toEqual({ holiday: 1, weekend: 0 });
    expect(at("2020-12-27T00:00", ["holiday", "weekend"], { holidays })).toEqual({ holiday: 0, weekend: 1 });
  });

  test("on the clock of a zone", () => {
    // 23:30 UTC is 00:30 of the next day in Berlin in winter, 01:30 in summer.
    expect(at("2020-01-04T23:30", ["hour", "dayOfWeek"], { timeZone: "Europe/Berlin" })).toEqual({
      hour: 0,
      dayOfWeek: 6,
    });
    expect(at("2020-07-04T23:30", ["hour"], { timeZone: "Europe/Berlin" })).toEqual({ hour: 1 });
  });
});

describe("beyond the end", () => {
  test("of business days", () => {
    // 10 January 2020 was a Friday.
    const { dayOfWeek } = calendarFeatures(
      Float64Array.of(utc("2020-01-09T00:00"), utc("2020-01-10T00:00")),
      { unit: "business-day" },
      ["dayOfWeek"],
      { horizon: 3 },
    );
    expect([...(dayOfWeek ?? [])]).toEqual([3, 4, 0, 1, 2]);
  });

  test("of a series, beside what it has", () => {
    const price = Float64Array.of(1, 2, 3, 4, 5);
    const series = timeSeries([5, 6, 7], {
      frequency: daily,
      start: utc("2020-01-30T00:00"),
      covariates: { future: { price }, static: { store: "a" } },
    });
    const { covariates, ...rest } = withCalendar(series, ["dayOfMonth", "month"], 2);
    expect(rest.values).toBe(series.values);
    expect(covariates).toEqual({
      past: {},
      future: { price, dayOfMonth: Float64Array.of(30, 31, 1, 2, 3), month: Float64Array.of(1, 1, 2, 2, 2) },
      static: { store: "a" },
    });
    expect(futureOf({ ...rest, ...(covariates && { covariates }) }, 2).dayOfMonth).toEqual(
      Float64Array.of(2, 3),
    );
  });
});

describe("refused", () => {
  test.each<[string, () => unknown, string]>([
    [
      "an unknown name",
      () => at("2020-01-01T00:00", ["dayOfWek" as CalendarFeature]),
      'There is no feature "dayOfWek" of the calendar. Did you mean "dayOfWeek"? There are minute, minuteSin,',
    ],
    [
      "a round of what does not go round",
      () => at("2020-01-01T00:00", ["yearSin" as CalendarFeature]),
      'There is no feature "yearSin" of the calendar.',
    ],
    [
      "holidays without their days",
      () => at("2020-01-01T00:00", ["holiday"]),
      'The feature "holiday" needs the days: wanted { holidays: ["2020-12-25", …] }',
    ],
    [
      "a holiday that is no day",
      () => at("2020-01-01T00:00", ["holiday"], { holidays: ["2020-02-30"] }),
      'The holiday "2020-02-30" is no day. Wanted a date such as 2020-12-25.',
    ],
    [
      "a count",
      () => calendarFeatures(Float64Array.of(1), { unit: "index", step: 1 }, ["hour", "month"]),
      "A count has no calendar, and hour, month need one. Wanted a series with dates.",
    ],
    [
      "a horizon of no steps",
      () => at("2020-01-01T00:00", ["hour"], { horizon: -1 }),
      "calendarFeatures: horizon is -1; wanted a whole number from 0 on",
    ],
    [
      "an unknown option",
      () => at("2020-01-01T00:00", ["hour"], { zone: "UTC" }),
      'calendarFeatures: there is no option "zone".',
    ],
    [
      "a name that is taken",
      () =>
        withCalendar(
          timeSeries([1], { frequency: daily, covariates: { past: { month: Float64Array.of(1) } } }),
          ["month"],
          1,
        ),
      'Series "series" has a covariate "month" already.',
    ],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
