// Frequencies by name.

import { expect, test } from "vitest";
import { frequencyOf, type WantedFrequency } from "../../../src/series/observed/frequency-names.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const fixed = (milliseconds: number): WantedFrequency => ({ unit: "fixed", milliseconds });
const months = (count: number, day?: number | "last-business-day"): WantedFrequency =>
  day === undefined ? { unit: "month", months: count } : { unit: "month", months: count, day };

test.each<[WantedFrequency, string[]]>([
  [fixed(1000), ["second", "1 second", "s", "S"]],
  [fixed(MINUTE), ["minute", "min", "T", "every minute", "minutely"]],
  [fixed(15 * MINUTE), ["15 minutes", "15min", "15T", "15-minute", "every 15 minutes"]],
  [fixed(HOUR), ["hour", "hourly", "h", "H", "1h"]],
  [fixed(6 * HOUR), ["6 hours", "6h"]],
  [fixed(DAY), ["day", "daily", "D", "calendar day"]],
  [{ unit: "business-day" }, ["business day", "business days", "Business-Day", "B", "weekday"]],
  [fixed(7 * DAY), ["week", "weekly", "W", "W-SUN", "W-MON"]],
  [fixed(14 * DAY), ["2 weeks", "2W"]],
  [months(1), ["month", "monthly", "M", "months"]],
  [months(1, 1), ["MS", "month start"]],
  [months(1, 31), ["ME", "month end"]],
  [months(1, "last-business-day"), ["BME", "BM", "business month end"]],
  [months(3), ["quarter", "quarterly", "Q", "Q-DEC"]],
  [months(3, 1), ["QS", "QS-OCT"]],
  [months(3, 31), ["QE", "QE-DEC"]],
  [months(6), ["half year", "half-year", "6 months"]],
  [months(12), ["year", "yearly", "annual", "Y", "A", "A-DEC"]],
  [months(12, 1), ["YS", "AS"]],
  [months(60), ["5 years"]],
  [{ unit: "index", step: 2 }, ["2 counts"]],
])("%j", (frequency, names) => {
  for (const name of names) expect([name, frequencyOf(name)]).toEqual([name, frequency]);
});

test("a frequency is given back", () => {
  expect(frequencyOf({ unit: "fixed", milliseconds: 5 })).toEqual(fixed(5));
});

test.each<[unknown, string]>([
  [
    "monthli",
    'There is no frequency "monthli". Did you mean "month"? Wanted hour, 15 minutes, day, business day, week, month, quarter, year or the like, or a short name of pandas (15min, h, D, B, W, MS, QE).',
  ],
  ["0 days", 'There is no frequency "0 days".'],
  ["2B", 'There is no frequency "2B".'],
  ["", 'There is no frequency "".'],
  [
    { unit: "fixed", milliseconds: 0 },
    'frequency is {"unit":"fixed","milliseconds":0}; wanted a name, such as "hour"',
  ],
  [7, "frequency is 7; wanted a name"],
])("%j is refused", (name, message) => {
  expect(() => frequencyOf(name as string)).toThrow(message);
});
