// Time zones: how far local clocks are from UTC, and what moment a local time names when clocks are set forward or back.

import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** A time zone of the IANA database. */
export interface TimeZone {
  readonly name: string;
  /** The local clock's distance from UTC in milliseconds. @param utc milliseconds since 1970 */
  offsetAt(utc: number): number;
  /**
   * The moments that a local time names: one, two where clocks were set back (the earlier first), none where they were set forward.
   * @param wall milliseconds since 1970, as if the local clock were UTC
   */
  momentsOf(wall: number): readonly number[];
}

const zones = new Map<string, TimeZone>();

/** @throws RecurraError `time-zone` for a name that is none */
export function timeZone(name: string): TimeZone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = makeZone(name, formatOf(name));
  zones.set(name, zone);
  return zone;
}

function formatOf(name: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (error) {
    throw new RecurraError(
      "time-zone",
      `There is no time zone "${name}". ${suggestion(name, Intl.supportedValuesOf("timeZone"))}Wanted a name of the IANA database, such as Europe/Berlin or UTC.`,
      { cause: error },
    );
  }
}

function makeZone(name: string, format: Intl.DateTimeFormat): TimeZone {
  // A formatter is slow: it is asked once for each day, and where a day has several offsets, for each of its minutes.
  const days = new Map<number, number | undefined>();
  const minutes = new Map<number, number>();
  const offsetOfMinute = (minute: number) => {
    const known = minutes.get(minute);
    if (known !== undefined) return known;
    const offset = measured(format, minute * MINUTE);
    minutes.set(minute, offset);
    return offset;
  };
  const offsetOfDay = (day: number) => {
    const known = days.get(day);
    if (known !== undefined || days.has(day)) return known;
    const first = measured(format, day * DAY);
    const offset = first === measured(format, (day + 1) * DAY) ? first : undefined;
    days.set(day, offset);
    return offset;
  };
  const offsetAt = (utc: number) =>
    offsetOfDay(Math.floor(utc / DAY)) ?? offsetOfMinute(Math.floor(utc / MINUTE));
  return {
    name,
    offsetAt,
    momentsOf(wall) {
      // No clock is further than a day from UTC.
      const offsets = new Set([offsetAt(wall - DAY), offsetAt(wall + DAY)]);
      return [...offsets]
        .sort((a, b) => b - a)
        .map((offset) => wall - offset)
        .filter((utc) => utc + offsetAt(utc) === wall);
    },
  };
}

function measured(format: Intl.DateTimeFormat, utc: number): number {
  const whole = Math.floor(utc / 1000) * 1000;
  const parts = Object.fromEntries(format.formatToParts(whole).map(({ type, value }) => [type, value]));
  const year = parts.era === "BC" ? 1 - Number(parts.year) : Number(parts.year);
  const wall = new Date(0);
  wall.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  wall.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  return wall.getTime() - whole;
}
