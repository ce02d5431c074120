// Finding out how often series are observed, and which times are missing.

import {
  addSteps,
  businessDaysBetween,
  DAY,
  dayInMonth,
  type Frequency,
  isWeekend,
  monthOf,
} from "./calendar.ts";

/** What the times of a series lack, given how often it is observed. */
export type Irregularity =
  | {
      readonly kind: "gaps";
      /** The first missing times. */
      readonly missing: readonly number[];
      readonly count: number;
      /** Position of the time that the first gap follows. */
      readonly after: number;
    }
  | {
      /** A time that lies between the steps. */
      readonly kind: "off-step";
      readonly position: number;
    };

/** How many missing times are listed. */
const LISTED = 5;

/** At most this many weekdays in a row, and this share of all, are taken for holidays when they are missing. */
const HOLIDAYS_IN_A_ROW = 3;
const HOLIDAY_SHARE = 0.06;

/**
 * The frequency that most steps of the series follow: whole months where each time falls on the same day of its month
 * (or on the last), else the commonest distance in time. Days without any weekend are business days.
 *
 * @param series The times of each series, increasing, in milliseconds; or, with `index`, the numbers of a count.
 * @returns undefined where no series has two times, or where they have no common distance.
 */
export function inferFrequency(series: readonly Float64Array[], index: boolean): Frequency | undefined {
  const several = series.filter((times) => times.length > 1);
  if (several.length === 0) return undefined;
  if (index) {
    const step = commonest(several.flatMap((times) => distances(times)));
    return step === undefined ? undefined : { unit: "index", step };
  }
  const day = dayOfMonths(several);
  if (day !== undefined) {
    const months = commonest(several.flatMap((times) => distances(times.map(monthOf))));
    if (months !== undefined && months > 0) return { unit: "month", months, day };
  }
  const milliseconds = commonest(several.flatMap((times) => distances(times)));
  if (milliseconds === undefined) return undefined;
  return milliseconds === DAY && skipsWeekends(several)
    ? { unit: "business-day" }
    : { unit: "fixed", milliseconds };
}

/**
 * What keeps a series from being regular: missing times, or times between the steps.
 *
 * Single weekdays missing from business days are taken for holidays and are no gap: `holidaysIn` lists them.
 */
export function findIrregularity(times: Float64Array, frequency: Frequency): Irregularity | undefined {
  if (frequency.unit === "business-day" && holidaysIn(times) !== undefined) return undefined;
  const missing: number[] = [];
  let count = 0;
  let after = -1;
  for (let i = 1; i < times.length; i++) {
    const [previous, time] = [times[i - 1] ?? 0, times[i] ?? 0];
    const steps = stepsBetween(previous, time, frequency);
    if (steps === undefined) return { kind: "off-step", position: i };
    if (steps === 1) continue;
    if (after === -1) after = i - 1;
    count += steps - 1;
    for (let step = 1; step < steps && missing.length < LISTED; step++) {
      missing.push(addSteps(previous, step, frequency));
    }
  }
  return count === 0 ? undefined : { kind: "gaps", missing, count, after };
}

/** The weekdays missing from business days, where they are as holidays are: few in all, and few in a row; else undefined. */
export function holidaysIn(times: Float64Array): readonly number[] | undefined {
  const holidays: number[] = [];
  for (let i = 1; i < times.length; i++) {
    const [previous, time] = [times[i - 1] ?? 0, times[i] ?? 0];
    const missing = businessDaysBetween(previous, time) - 1;
    if (missing > HOLIDAYS_IN_A_ROW) return undefined;
    for (let step = 1; step <= missing; step++) {
      holidays.push(addSteps(previous, step, { unit: "business-day" }));
    }
  }
  return holidays.length <= HOLIDAY_SHARE * (times.length + holidays.length) ? holidays : undefined;
}

/** Whole steps from `from` to `to`, at least one; undefined where `to` lies between steps. */
function stepsBetween(from: number, to: number, frequency: Frequency): number | undefined {
  switch (frequency.unit) {
    case "index":
      return whole((to - from) / frequency.step);
    case "fixed":
      return whole((to - from) / frequency.milliseconds);
    case "business-day":
      return isWeekend(to) || (to - from) % DAY !== 0 ? undefined : whole(businessDaysBetween(from, to));
    case "month": {
      const steps = whole((monthOf(to) - monthOf(from)) / frequency.months);
      return steps !== undefined && addSteps(from, steps, frequency) === to ? steps : undefined;
    }
  }
}

function whole(steps: number): number | undefined {
  return Number.isInteger(steps) && steps > 0 ? steps : undefined;
}

function distances(values: Float64Array): number[] {
  return Array.from({ length: values.length - 1 }, (_, i) => (values[i + 1] ?? 0) - (values[i] ?? 0));
}

/** The distance that occurs most often, the smaller of equals; undefined where it is less than half of all. */
function commonest(distances: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const distance of distances) counts.set(distance, (counts.get(distance) ?? 0) + 1);
  let best: number | undefined;
  for (const [distance, count] of counts) {
    const most = counts.get(best ?? Number.NaN) ?? 0;
    if (count > most || (count === most && distance < (best ?? Infinity))) best = distance;
  }
  return best !== undefined && (counts.get(best) ?? 0) >= distances.length / 2 ? best : undefined;
}

/** The day of the month that all times fall on, at one time of day; undefined where they do not, or lie closer than months. */
function dayOfMonths(series: readonly Float64Array[]): number | "last-business-day" | undefined {
  const clock = (time: number) => ((time % DAY) + DAY) % DAY;
  const first = clock(series[0]?.[0] ?? 0);
  let latest = 0;
  for (const times of series) {
    for (const [i, time] of times.entries()) {
      if (clock(time) !== first) return undefined;
      if (i > 0 && monthOf(time) === monthOf(times[i - 1] ?? 0)) return undefined;
      latest = Math.max(latest, new Date(time).getUTCDate());
    }
  }
  // Days 29 to 31 are cut to the length of shorter months: 30 April, 31 May.
  const endings = [latest, "last-business-day"] as const;
  return endings.find((day) =>
    series.every((times) => times.every((time) => dayInMonth(monthOf(time), day) + first === time)),
  );
}

/** Whether days go on over a weekend and none falls on one. */
function skipsWeekends(series: readonly Float64Array[]): boolean {
  if (series.some((times) => times.some(isWeekend))) return false;
  return series.some((times) => distances(times).some((distance) => distance === 3 * DAY));
}
