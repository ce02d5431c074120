// Steps through the calendar, and finding out how often a series is observed.

import { describe, expect, test } from "vitest";
import {
  addSteps,
  businessDaysBetween,
  type Frequency,
  frequencyName,
  stepNoun,
} from "../../../src/series/observed/calendar.ts";
import { findIrregularity, holidaysIn, inferFrequency } from "../../../src/series/observed/frequency.ts";

const time = (text: string) => Date.parse(text.includes("T") ? `${text}Z` : `${text}T00:00Z`);
const times = (texts: readonly string[]) => Float64Array.from(texts, time);
const iso = (value: number) => new Date(value).toISOString().slice(0, 16);

const monthly = (day: number | "last-business-day", months = 1): Frequency => ({
  unit: "month",
  months,
  day,
});
const fixed = (milliseconds: number): Frequency => ({ unit: "fixed", milliseconds });
const HOUR = 3_600_000;

describe("addSteps", () => {
  test.each<[string, string, number, Frequency, string]>([
    ["15 minutes over midnight", "2020-12-31T23:45", 1, fixed(HOUR / 4), "2021-01-01T00:00"],
    ["weeks", "2020-02-24", 1, fixed(7 * 24 * HOUR), "2020-03-02T00:00"],
    ["months", "1960-12-01", 1, monthly(1), "1961-01-01T00:00"],
    ["months at a time of day", "2020-01-15T06:00", 13, monthly(15), "2021-02-15T06:00"],
    ["ends of months", "2020-01-31", 1, monthly(31), "2020-02-29T00:00"],
    ["ends of months after a short one", "2020-02-29", 1, monthly(31), "2020-03-31T00:00"],
    // 31 May 2020 was a Sunday.
    ["last business days", "2020-04-30", 1, monthly("last-business-day"), "2020-05-29T00:00"],
    ["quarters", "2020-10-01", 1, monthly(1, 3), "2021-01-01T00:00"],
    ["years, back from a leap day", "2020-02-29", -1, monthly(29, 12), "2019-02-28T00:00"],
    // 10 January 2020 was a Friday.
    ["business days over a weekend", "2020-01-10", 1, { unit: "business-day" }, "2020-01-13T00:00"],
    ["business days back", "2020-01-13", -6, { unit: "business-day" }, "2020-01-03T00:00"],
  ])("%s", (_, from, steps, frequency, expected) => {
    expect(iso(addSteps(time(from), steps, frequency))).toBe(expected);
  });

  test("a count", () => {
    expect(addSteps(10, 3, { unit: "index", step: 2 })).toBe(16);
  });

  test("business days are counted as they are added", () => {
    const monday = time("2020-01-06");
    for (let steps = 1; steps <= 12; steps++) {
      const later = addSteps(monday, steps, { unit: "business-day" });
      expect(businessDaysBetween(monday, later)).toBe(steps);
    }
  });
});

/** `count` times from the first on. */
function run(from: string, count: number, frequency: Frequency): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => addSteps(time(from), i, frequency));
}

describe("inferFrequency", () => {
  test.each<[string, Float64Array, Frequency, string]>([
    ["minutes", run("2020-01-01", 30, fixed(60_000)), fixed(60_000), "every minute"],
    ["quarters of an hour", run("2020-01-01", 30, fixed(900_000)), fixed(900_000), "every 15 minutes"],
    ["hours", run("2020-01-01", 30, fixed(HOUR)), fixed(HOUR), "hourly"],
    ["days", run("2020-01-01", 30, fixed(24 * HOUR)), fixed(24 * HOUR), "daily"],
    ["weeks", run("2020-01-01", 30, fixed(168 * HOUR)), fixed(168 * HOUR), "weekly"],
    [
      "business days",
      run("2020-01-01", 30, { unit: "business-day" }),
      { unit: "business-day" },
      "business days",
    ],
    ["months", run("2020-01-01", 30, monthly(1)), monthly(1), "monthly"],
    ["ends of months", run("2020-01-31", 30, monthly(31)), monthly(31), "monthly"],
    [
      "last business days",
      run("2020-01-31", 30, monthly("last-business-day")),
      monthly("last-business-day"),
      "monthly",
    ],
    ["quarters", run("2020-01-01", 9, monthly(1, 3)), monthly(1, 3), "quarterly"],
    ["years", run("2020-01-01", 9, monthly(1, 12)), monthly(1, 12), "yearly"],
    ["every five years", run("2020-01-01", 9, monthly(1, 60)), monthly(1, 60), "every 5 years"],
  ])("%s", (_, observed, expected, name) => {
    expect(inferFrequency([observed], false)).toEqual(expected);
    expect(frequencyName(expected)).toBe(name);
    expect(findIrregularity(observed, expected)).toBeUndefined();
  });

  test("a count", () => {
    expect(inferFrequency([Float64Array.of(10, 20, 30)], true)).toEqual({ unit: "index", step: 10 });
  });

  test("gaps do not hide the frequency, and are listed", () => {
    const months = run("2020-01-01", 24, monthly(1)).filter((_, i) => ![3, 4, 15].includes(i));
    expect(inferFrequency([months], false)).toEqual(monthly(1));
    expect(findIrregularity(months, monthly(1))).toEqual({
      kind: "gaps",
      missing: [...times(["2020-04-01", "2020-05-01", "2021-04-01"])],
      count: 3,
      after: 2,
    });
  });

  test("times between the steps", () => {
    const hours = run("2020-01-01", 10, fixed(HOUR)).map((value, i) => (i === 6 ? value + 60_000 : value));
    expect(findIrregularity(hours, fixed(HOUR))).toEqual({ kind: "off-step", position: 6 });
  });

  test("times without a common distance", () => {
    expect(inferFrequency([Float64Array.of(0, 1, 3, 7, 12, 18).map((n) => n * HOUR)], false)).toBeUndefined();
    expect(inferFrequency([Float64Array.of(0)], false)).toBeUndefined();
  });

  test("single weekdays that are missing are holidays, a week is a gap", () => {
    const days = run("2020-01-01", 60, { unit: "business-day" });
    const withHoliday = days.filter((_, i) => i !== 20);
    expect(holidaysIn(withHoliday)).toEqual([days[20]]);
    expect(findIrregularity(withHoliday, { unit: "business-day" })).toBeUndefined();
    // From 11 to 14 September 2001 the New York Stock Exchange was closed.
    const autumn = run("2001-08-01", 80, { unit: "business-day" });
    expect(holidaysIn(autumn.filter((_, i) => i < 29 || i >= 33))).toHaveLength(4);
    const withoutWeek = days.filter((_, i) => i < 20 || i >= 25);
    expect(holidaysIn(withoutWeek)).toBeUndefined();
    expect(findIrregularity(withoutWeek, { unit: "business-day" })).toMatchObject({ kind: "gaps", count: 5 });
  });
});

test("names of steps", () => {
  expect([monthly(1), monthly(1, 3), fixed(HOUR), fixed(900_000)].map((of) => stepNoun(of, 2))).toEqual([
    "months",
    "quarters",
    "hours",
    "steps of 15 minutes",
  ]);
});
