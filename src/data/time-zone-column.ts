// A column of times in a time zone: local times become moments, moments are shown on the local clock.

import { RecurraError } from "../platform/error.ts";
import type { Fault } from "./faults.ts";
import { formatTime } from "./time-style.ts";
import { areDays, type Times } from "./time-text.ts";
import type { TimeZone } from "./time-zone.ts";

const DAY = 86_400_000;

/**
 * Times in a time zone. Whole periods, and times that stand at the same local hour each day, stay on the local clock, on which they
 * are regular; others become moments, on the UTC clock, which a change to summer time does not disturb. Where clocks were set back and
 * a series has a local time twice, the first row is the one before the change.
 *
 * @param seriesOf [rows] the series of each row
 */
export function inTimeZone(read: Times, zone: TimeZone, column: string, seriesOf: Uint32Array): Times {
  const { style, times } = read;
  if (style.form !== "time") return read;
  if (style.offsetMinutes === undefined) {
    return atOneHour(times) ? read : fromLocal(read, zone, column, seriesOf);
  }
  const offset = style.offsetMinutes * 60_000;
  const moments = times.map((time) => time - offset);
  const walls = moments.map((utc) => (Number.isNaN(utc) ? utc : utc + zone.offsetAt(utc)));
  if (areDays(walls)) return { ...read, times: walls, style: { form: "day" } };
  if (atOneHour(walls)) return { ...read, times: walls, style: { form: "time" } };
  return { ...read, times: moments, style: { form: "time", timeZone: zone.name } };
}

/** Whether all times, but for missing ones, are at the same time of day. */
function atOneHour(times: Float64Array): boolean {
  const hour = (time: number) => ((time % DAY) + DAY) % DAY;
  const first = hour(times.find((time) => !Number.isNaN(time)) ?? 0);
  return times.every((time) => Number.isNaN(time) || hour(time) === first);
}

function fromLocal(read: Times, zone: TimeZone, column: string, seriesOf: Uint32Array): Times {
  const moments = new Float64Array(read.times.length);
  const skipped: number[] = [];
  /** The series that have had a local time that comes twice. */
  const met = new Map<number, Set<number>>();
  let last = { wall: Number.NaN, moments: [] as readonly number[] };
  for (let row = 0; row < moments.length; row++) {
    const wall = read.times[row] ?? Number.NaN;
    if (wall !== last.wall) last = { wall, moments: Number.isNaN(wall) ? [] : zone.momentsOf(wall) };
    const [first, second] = last.moments;
    if (first === undefined && !Number.isNaN(wall)) skipped.push(row);
    moments[row] = first ?? Number.NaN;
    if (second === undefined) continue;
    const series = met.get(wall) ?? new Set();
    met.set(wall, series);
    const one = seriesOf[row] ?? 0;
    if (series.has(one)) moments[row] = second;
    else series.add(one);
  }
  const fault: Fault = {
    rows: skipped,
    error: ([row = 0], [name = ""]) =>
      new RecurraError(
        "time-zone",
        `Column "${column}", ${name}: ${formatTime(read.times[row] ?? 0, { form: "time" })} does not exist in ${zone.name}, where clocks were set forward. Correct the row, or leave the time zone out where the clock knows no summer time.`,
      ),
  };
  const times: Times = { ...read, times: moments, style: { form: "time", timeZone: zone.name } };
  return skipped.length === 0 ? times : { ...times, faults: [...(read.faults ?? []), fault] };
}
