// Time arithmetic: how often a series is observed, and the times that come after its last one.

/**
 * How often a series is observed.
 *
 * `index`: a count without a calendar, every `step`. `fixed`: every so many milliseconds. `business-day`: Monday to Friday.
 * `month`: every so many months (3 quarterly, 12 yearly), on a `day` of the month: 1 to 31, cut to the length of
 * shorter months, or the last day from Monday to Friday.
 */
export type Frequency =
  | { readonly unit: "index"; readonly step: number }
  | { readonly unit: "fixed"; readonly milliseconds: number }
  | { readonly unit: "business-day" }
  | { readonly unit: "month"; readonly months: number; readonly day: number | "last-business-day" };

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

/** The time `steps` steps after `time` (before it, where negative), in the units of the series' times. */
export function addSteps(time: number, steps: number, frequency: Frequency): number {
  switch (frequency.unit) {
    case "index":
      return time + steps * frequency.step;
    case "fixed":
      return time + steps * frequency.milliseconds;
    case "business-day":
      return addBusinessDays(time, steps);
    case "month":
      return dayInMonth(monthOf(time) + steps * frequency.months, frequency.day) + clockOf(time);
  }
}

/** What a frequency is called: `monthly`, `every 15 minutes`, `business days`. */
export function frequencyName(frequency: Frequency): string {
  switch (frequency.unit) {
    case "index":
      return frequency.step === 1 ? "a plain count" : `a count by ${frequency.step}`;
    case "fixed":
      return fixedName(frequency.milliseconds);
    case "business-day":
      return "business days";
    case "month":
      return (
        MONTH_NAMES.get(frequency.months) ??
        (frequency.months % 12 === 0
          ? `every ${frequency.months / 12} years`
          : `every ${frequency.months} months`)
      );
  }
}

/** What steps are called when there are `count` of them: `month`, `hours`, `steps of 15 minutes`. */
export function stepNoun(frequency: Frequency, count: number): string {
  const plural = (noun: string) => `${noun}${count === 1 ? "" : "s"}`;
  switch (frequency.unit) {
    case "index":
      return plural("step");
    case "business-day":
      return plural("business day");
    case "month":
      return plural(MONTH_NOUNS.get(frequency.months) ?? "step");
    case "fixed": {
      const unit = UNITS.find(({ length }) => frequency.milliseconds === length);
      if (unit !== undefined) return plural(unit.noun);
      return `${plural("step")} of ${fixedName(frequency.milliseconds).replace("every ", "")}`;
    }
  }
}

/** Milliseconds since midnight. */
export function clockOf(time: number): number {
  return ((time % DAY) + DAY) % DAY;
}

/** Months since January 1970. */
export function monthOf(time: number): number {
  const date = new Date(time);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** Midnight of a day of a month. @param month Months since January 1970. */
export function dayInMonth(month: number, day: number | "last-business-day"): number {
  const last = new Date(Date.UTC(1970, month + 1, 0));
  if (day !== "last-business-day") {
    return Date.UTC(1970, month, Math.min(day, last.getUTCDate()));
  }
  const weekday = last.getUTCDay();
  return last.getTime() - (weekday === 6 ? 1 : weekday === 0 ? 2 : 0) * DAY;
}

/** Whether the day of a time is a Saturday or a Sunday. */
export function isWeekend(time: number): boolean {
  const weekday = new Date(time).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** Days from Monday to Friday after `from`, up to and with `to`. Neither lies on a weekend. */
export function businessDaysBetween(from: number, to: number): number {
  const days = Math.round((to - from) / DAY);
  const weekends = Math.floor((weekdayOf(from) + days) / 7);
  return days - 2 * weekends;
}

function addBusinessDays(time: number, steps: number): number {
  // Counted from the Monday of the week, five days are a week.
  const weekday = Math.min(weekdayOf(time), 4);
  const monday = time - weekdayOf(time) * DAY;
  const total = weekday + steps;
  return monday + Math.floor(total / 5) * WEEK + (((total % 5) + 5) % 5) * DAY;
}

/** 0 for Monday to 6 for Sunday. */
function weekdayOf(time: number): number {
  return (new Date(time).getUTCDay() + 6) % 7;
}

const MONTH_NAMES = new Map([
  [1, "monthly"],
  [3, "quarterly"],
  [6, "half-yearly"],
  [12, "yearly"],
]);
const MONTH_NOUNS = new Map([
  [1, "month"],
  [3, "quarter"],
  [6, "half-year"],
  [12, "year"],
]);

/** From the longest to the shortest. */
const UNITS = [
  { length: WEEK, noun: "week", name: "weekly" },
  { length: DAY, noun: "day", name: "daily" },
  { length: HOUR, noun: "hour", name: "hourly" },
  { length: MINUTE, noun: "minute", name: "every minute" },
  { length: SECOND, noun: "second", name: "every second" },
] as const;

function fixedName(milliseconds: number): string {
  const unit = UNITS.find(({ length }) => milliseconds % length === 0);
  if (unit === undefined) return `every ${milliseconds} milliseconds`;
  return milliseconds === unit.length ? unit.name : `every ${milliseconds / unit.length} ${unit.noun}s`;
}
