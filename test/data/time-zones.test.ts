// Time zones: distances from UTC over changes of the clocks, and columns of local times.

import { describe, expect, test } from "vitest";
import { tableOf } from "../../src/data/table.ts";
import { formatTime } from "../../src/data/time-style.ts";
import { timeZone } from "../../src/data/time-zone.ts";

const HOUR = 3_600_000;
const utc = (text: string) => Date.parse(`${text}Z`);

describe("timeZone", () => {
  // Directive 2000/84/EC: clocks change at 01:00 UTC on the last Sundays of March and October.
  test.each([
    ["2020-03-29T00:59:59", 1],
    ["2020-03-29T01:00:00", 2],
    ["2020-10-25T00:59:59", 2],
    ["2020-10-25T01:00:00", 1],
    ["1949-07-01T00:00:00", 2],
  ])("Berlin at %s UTC is %i hours ahead", (time, hours) => {
    expect(timeZone("Europe/Berlin").offsetAt(utc(time))).toBe(hours * HOUR);
  });

  test("quarters of an hour, and no summer time", () => {
    expect(timeZone("Asia/Kathmandu").offsetAt(utc("2020-01-01T00:00"))).toBe(5.75 * HOUR);
    expect(timeZone("UTC").offsetAt(utc("2020-07-01T00:00"))).toBe(0);
  });

  test("the moments of local times: one, none when clocks go forward, two when they go back", () => {
    const { momentsOf } = timeZone("America/New_York");
    expect(momentsOf(utc("2020-07-01T12:00"))).toEqual([utc("2020-07-01T16:00")]);
    // 8 March 2020, 02:00 to 03:00 is left out.
    expect(momentsOf(utc("2020-03-08T02:30"))).toEqual([]);
    // 1 November 2020, 01:00 to 02:00 comes twice.
    expect(momentsOf(utc("2020-11-01T01:30"))).toEqual([utc("2020-11-01T05:30"), utc("2020-11-01T06:30")]);
  });

  test("an unknown zone", () => {
    expect(() => timeZone("Europe/Berln")).toThrow(
      expect.objectContaining({
        code: "time-zone",
        message:
          'There is no time zone "Europe/Berln". Did you mean "Europe/Berlin"? Wanted a name of the IANA database, such as Europe/Berlin or UTC.',
      }),
    );
  });
});

/** Times as they are written again, one series unless names are given. */
function read(texts: readonly string[], zone: string, names?: readonly string[]) {
  const table = tableOf({
    source: "test",
    columns: { time: "when", target: "load", ...(names === undefined ? {} : { series: "site" }) },
    time: { kind: "text", values: texts },
    target: { kind: "number", values: texts.map((_, i) => i) },
    ...(names === undefined ? {} : { series: names }),
    rowName: (position) => `row ${position + 2}`,
    timeZone: zone,
  });
  return { table, shown: Array.from(table.times, (time) => formatTime(time, table.style)) };
}

describe("columns of local times", () => {
  test("hours over the change to winter time: the first of two equal hours is the earlier", () => {
    const hours = ["01:00", "02:00", "02:00", "03:00"].map((hour) => `2020-10-25 ${hour}`);
    const { table, shown } = read(hours, "Europe/Berlin");
    expect(table.style).toEqual({ form: "time", timeZone: "Europe/Berlin" });
    expect(shown).toEqual([
      "2020-10-25T01:00:00+02:00",
      "2020-10-25T02:00:00+02:00",
      "2020-10-25T02:00:00+01:00",
      "2020-10-25T03:00:00+01:00",
    ]);
    const distances = [...table.times].slice(1).map((time, i) => time - (table.times[i] ?? 0));
    expect(distances).toEqual([HOUR, HOUR, HOUR]);
  });

  test("each series has its own first", () => {
    const half = ["2020-10-25 02:00", "2020-10-25 02:00", "2020-10-25 02:30", "2020-10-25 02:30"];
    const { shown } = read([...half, ...half], "Europe/Berlin", [..."abab", ..."abba"]);
    expect(shown.map((time) => time.slice(11, 16) + time.slice(19))).toEqual([
      "02:00+02:00",
      "02:00+02:00",
      "02:30+02:00",
      "02:30+02:00",
      "02:00+01:00",
      "02:00+01:00",
      "02:30+01:00",
      "02:30+01:00",
    ]);
  });

  test("an hour that is left out is refused, by its row", () => {
    expect(() => read(["2020-03-29 01:00", "2020-03-29 02:00"], "Europe/Berlin")).toThrow(
      'Column "when", row 3: 2020-03-29T02:00:00 does not exist in Europe/Berlin, where clocks were set forward. Correct the row, or leave the time zone out where the clock knows no summer time.',
    );
  });

  test("days, months and the same hour of each day stay on the local clock", () => {
    expect(read(["2020-10-24", "2020-10-25", "2020-10-26"], "Europe/Berlin").table.style).toEqual({
      form: "day",
    });
    expect(read(["2020-10", "2020-11"], "Europe/Berlin").table.style).toEqual({ form: "month" });
    const { table, shown } = read(
      ["2020-10-24 06:00", "2020-10-25 06:00", "2020-10-26 06:00"],
      "Europe/Berlin",
    );
    expect(table.style).toEqual({ form: "time" });
    expect(shown[2]).toBe("2020-10-26T06:00:00");
  });

  test("moments with their distance from UTC are shown in the zone", () => {
    expect(
      read(["2020-10-25T00:30Z", "2020-10-25T01:30Z", "2020-10-25T02:30Z"], "Europe/Berlin").shown,
    ).toEqual(["2020-10-25T02:30:00+02:00", "2020-10-25T02:30:00+01:00", "2020-10-25T03:30:00+01:00"]);
    expect(read(["2020-01-01T12:00:00+09:00", "2020-01-01T13:00:00+09:00"], "UTC").shown).toEqual([
      "2020-01-01T03:00:00Z",
      "2020-01-01T04:00:00Z",
    ]);
  });

  test("local midnights written in UTC are days", () => {
    const { table, shown } = read(
      ["2020-10-24T22:00Z", "2020-10-25T23:00Z", "2020-10-26T23:00Z"],
      "Europe/Berlin",
    );
    expect(table.style).toEqual({ form: "day" });
    expect(shown).toEqual(["2020-10-25", "2020-10-26", "2020-10-27"]);
  });
});
