// Finding out how often series are observed, and which times are missing.

import {
  addSteps,
  businessDaysBetween,
  clockOf,
  DAY,
  dayInMonth,
  type Frequency,
  isWeekend,
  monthOf,
} from "./calendar.ts";
import type { WantedFrequency } from "./frequency-names.ts";

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
const HOLIDAYS_IN_A_ROW = 4;
const HOLIDAY_SHARE = 0.06;

/**
 * The frequency of most series, each counted by its length: whole months where each time falls on the same day of its month (or on the
 * last), else the commonest distance in time. Days without any weekend are business days.
 *
 * @param series The times of each series, increasing, in milliseconds; or, with `index`, the numbers of a count.
 * @returns undefined where no series has two times, or where they have no common distance.
 */
export function inferFrequency(series: readonly Float64Array[], index: boolean): Frequency | undefined {
  const votes = new Map<string, { frequency: Frequency; times: Float64Array[]; weight: number }>();
  for (const times of series) {
    const frequency = frequencyOfOne(times, index);
    if (frequency === undefined) continue;
    // The day of a month is settled over all series: one that has no long month does not show its last day.
    const key = frequency.unit === "month" ? `${frequency.months} months` : JSON.stringify(frequency);
    const vote = votes.get(key) ?? { frequency, times: [], weight: 0 };
    vote.times.push(times);
    vote.weight += times.length;
    votes.set(key, vote);
  }
  // A few days of one week do not show that weekends are left out.
  const days = votes.get(JSON.stringify({ unit: "fixed", milliseconds: DAY }));
  const businessDays = votes.get(JSON.stringify({ unit: "business-day" }));
  if (days !== undefined && businessDays !== undefined) {
    for (const times of days.times) {
      if (times.some(isWeekend)) continue;
      days.weight -= times.length;
      businessDays.weight += times.length;
    }
  }
  const [first, ...others] = votes.values();
  if (first === undefined) return undefined;
  const most = others.reduce((a, b) => (b.weight > a.weight ? b : a), first);
  if (most.frequency.unit !== "month") return most.frequency;
  return { ...most.frequency, day: dayOfMonths(most.times) ?? most.frequency.day };
}

/** A frequency that was asked for, with the day of the month, where it is left open, as the series have it. */
export function settleFrequency(wanted: WantedFrequency, series: readonly Float64Array[]): Frequency {
  if (wanted.unit !== "month" || wanted.day !== undefined) return { ...wanted } as Frequency;
  const inferred = inferFrequency(series, false);
  const day = inferred?.unit === "month" ? inferred.day : undefined;
  const first = series.find((times) => times.length > 0)?.[0] ?? 0;
  return { ...wanted, day: day ?? dayOfMonths(series) ?? new Date(first).getUTCDate() };
}

/** The frequency of one series among others that share it: its own day of the month, where it has another one than most. */
export function ownFrequency(times: Float64Array, shared: Frequency): Frequency {
  if (shared.unit !== "month") return shared;
  const fits = (day: number | "last-business-day") => {
    const clock = clockOf(times[0] ?? 0);
    return times.every((time) => dayInMonth(monthOf(time), day) + clock === time);
  };
  if (fits(shared.day)) return shared;
  const day = dayOfMonths([times]);
  return day === undefined ? shared : { ...shared, day };
}

function frequencyOfOne(times: Float64Array, index: boolean): Frequency | undefined {
  if (times.length < 2) return undefined;
  if (index) {
    const step = commonestDistance(times);
    return step === undefined ? undefined : { unit: "index", step };
  }
  const day = dayOfMonths([times]);
  if (day !== undefined) {
    const months = commonestDistance(times.map(monthOf));
    if (months !== undefined && months > 0) return { unit: "month", months, day };
  }
  const milliseconds = commonestDistance(times);
  if (milliseconds === undefined) return undefined;
  return milliseconds === DAY && skipsWeekends(times)
    ? { unit: "business-day" }
    : { unit: "fixed", milliseconds };
}

/**
 * What keeps a series from being regular: missing times, or times between the steps.
 *
 * Single weekdays missing from business days are taken for holidays and are no gap: `holidaysIn` lists them.
 *
 * @param holidaysAreGaps Whether they are gaps all the same. Default: false.
 */
export function findIrregularity(
  times: Float64Array,
  frequency: Frequency,
  holidaysAreGaps = false,
): Irregularity | undefined {
  const [first = 0] = times;
  const isWorking =
    frequency.unit === "business-day" &&
    times.every((time) => !isWeekend(time) && (time - first) % DAY === 0);
  if (isWorking && !holidaysAreGaps && holidaysIn(times) !== undefined) return undefined;
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
export function stepsBetween(from: number, to: number, frequency: Frequency): number | undefined {
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

/** The distance that occurs most often, the smaller of equals; undefined where it is less than half of all. */
function commonestDistance(values: Float64Array): number | undefined {
  const counts = new Map<number, number>();
  for (let i = 1; i < values.length; i++) {
    const distance = (values[i] ?? 0) - (values[i - 1] ?? 0);
    counts.set(distance, (counts.get(distance) ?? 0) + 1);
  }
  let best: number | undefined;
  let most = 0;
  for (const [distance, count] of counts) {
    if (count < most || (count === most && distance > (best ?? Infinity))) continue;
    best = distance;
    most = count;
  }
  return most >= (values.length - 1) / 2 ? best : undefined;
}

/** The day of the month that all times fall on, at one time of day; undefined where they do not, or lie closer than months. */
function dayOfMonths(series: readonly Float64Array[]): number | "last-business-day" | undefined {
  const first = clockOf(series.find((times) => times.length > 0)?.[0] ?? 0);
  let latest = 0;
  for (const times of series) {
    let monthBefore: number | undefined;
    for (const time of times) {
      const month = monthOf(time);
      if (clockOf(time) !== first || month === monthBefore) return undefined;
      monthBefore = month;
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
function skipsWeekends(times: Float64Array): boolean {
  if (times.some(isWeekend)) return false;
  return times.some((time, i) => i > 0 && time - (times[i - 1] ?? 0) === 3 * DAY);
}
