// What the calendar knows of each time: hour, day of the week, month, holidays, known as far ahead as one likes.

import { timeZone } from "../../data/time-zone.ts";
import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { addSteps, DAY, type Frequency, HOUR } from "./calendar.ts";
import type { Series } from "./series.ts";

/** A moment on its own clock, as the features see it. */
interface Moment {
  /** Milliseconds since 1970 on that clock. */
  readonly wall: number;
  readonly date: Date;
  /** Part of the day that has gone by, 0 to below 1. */
  readonly dayPart: number;
}

/** One feature: a number, and where it goes round, which part of its round has gone by. */
interface Feature {
  value(moment: Moment): number;
  /** 0 to below 1. */
  round?(moment: Moment): number;
}

const startOfYear = (year: number) => Date.UTC(year, 0, 1);
const yearOf = ({ date }: Moment) => date.getUTCFullYear();
const monthOf = ({ date }: Moment) => date.getUTCMonth();
const weekday = ({ date }: Moment) => (date.getUTCDay() + 6) % 7;
/** Days since 1 January, with a fraction. */
const daysIntoYear = (moment: Moment) => (moment.wall - startOfYear(yearOf(moment))) / DAY;
const daysOfYear = (moment: Moment) => (startOfYear(yearOf(moment) + 1) - startOfYear(yearOf(moment))) / DAY;
const daysOfMonth = (moment: Moment) =>
  new Date(Date.UTC(yearOf(moment), monthOf(moment) + 1, 0)).getUTCDate();
const daysIntoMonth = ({ date, dayPart }: Moment) => date.getUTCDate() - 1 + dayPart;

/** The week of ISO 8601, 1 to 53: the first one holds 4 January. */
function isoWeek(moment: Moment): number {
  const thursday = moment.wall + (3 - weekday(moment)) * DAY;
  const year = new Date(thursday).getUTCFullYear();
  return 1 + Math.floor((thursday - startOfYear(year)) / (7 * DAY));
}

const FEATURES = {
  /** 0 to 59. */
  minute: {
    value: ({ date }) => date.getUTCMinutes(),
    round: ({ wall }) => (((wall % HOUR) + HOUR) % HOUR) / HOUR,
  },
  /** 0 to 23. */
  hour: { value: ({ date }) => date.getUTCHours(), round: ({ dayPart }) => dayPart },
  /** 0 for Monday to 6 for Sunday. */
  dayOfWeek: { value: weekday, round: (moment) => (weekday(moment) + moment.dayPart) / 7 },
  /** 1 to 31. */
  dayOfMonth: {
    value: ({ date }) => date.getUTCDate(),
    round: (moment) => daysIntoMonth(moment) / daysOfMonth(moment),
  },
  /** 1 to 366. */
  dayOfYear: {
    value: (moment) => 1 + Math.floor(daysIntoYear(moment)),
    round: (moment) => daysIntoYear(moment) / daysOfYear(moment),
  },
  /** 1 to 53, of ISO 8601. */
  week: { value: isoWeek, round: (moment) => daysIntoYear(moment) / daysOfYear(moment) },
  /** 1 to 12. */
  month: { value: (moment) => 1 + monthOf(moment), round: (moment) => monthOf(moment) / 12 },
  /** 1 to 4. */
  quarter: {
    value: (moment) => 1 + Math.floor(monthOf(moment) / 3),
    round: (moment) => Math.floor(monthOf(moment) / 3) / 4,
  },
  year: { value: yearOf },
  /** 1 on Saturdays and Sundays, else 0. */
  weekend: { value: (moment) => (weekday(moment) >= 5 ? 1 : 0) },
} satisfies Readonly<Record<string, Feature>>;

type Plain = keyof typeof FEATURES;
type Round = Exclude<Plain, "year" | "weekend">;

/**
 * Features of the calendar. `Sin` and `Cos` together say where in its round a time stands, without a jump from the last to the first:
 * `hourSin` is sin(2π · part of the day). `holiday` is 1 on days of the list, else 0.
 */
export type CalendarFeature = Plain | `${Round}Sin` | `${Round}Cos` | "holiday";

export const calendarFeatureNames: readonly CalendarFeature[] = (Object.keys(FEATURES) as Plain[])
  .flatMap((name): CalendarFeature[] =>
    name === "year" || name === "weekend" ? [name] : [name, `${name}Sin`, `${name}Cos`],
  )
  .concat("holiday");

export interface CalendarOptions {
  /** Steps after the last time for which the features are given as well. Default: 0. */
  readonly horizon?: number | undefined;
  /** The days of the feature `holiday`, as 2020-12-25. Default: none. */
  readonly holidays?: readonly string[] | undefined;
  /** The zone whose clock counts, where times are moments on the UTC clock: a name of the IANA database. Default: the times' own clock. */
  readonly timeZone?: string | undefined;
}

/**
 * Features of the calendar for each time of a series, and for the steps after it.
 *
 *     calendarFeatures(series.times, series.frequency, ["hourSin", "hourCos", "weekend"], { horizon: 24 })
 *
 * @param times [T] milliseconds since 1970
 * @returns [T + horizon] each, by name
 * @throws RecurraError `calendar-feature` for an unknown name, for a count without a calendar, for days that are none, and for `holiday`
 * without a list of them; `unknown-option`, `option-value`, `time-zone`
 */
export function calendarFeatures(
  times: Float64Array,
  frequency: Frequency,
  names: readonly CalendarFeature[],
  options: CalendarOptions = {},
): Record<string, Float64Array> {
  checkOptionNames("calendarFeatures", options, ["horizon", "holidays", "timeZone"]);
  const { horizon = 0, holidays, timeZone: zoneName } = options;
  if (!Number.isInteger(horizon) || horizon < 0) {
    throw new RecurraError(
      "option-value",
      `calendarFeatures: horizon is ${describe(horizon)}; wanted a whole number from 0 on`,
    );
  }
  if (frequency.unit === "index") {
    throw new RecurraError(
      "calendar-feature",
      `A count has no calendar, and ${names.join(", ")} ${names.length === 1 ? "needs" : "need"} one. Wanted a series with dates.`,
    );
  }
  const features = names.map((name) => featureOf(name, holidays));
  const last = times.at(-1) ?? 0;
  const zone = zoneName === undefined ? undefined : timeZone(zoneName);
  const columns = names.map(() => new Float64Array(times.length + horizon));
  for (let t = 0; t < times.length + horizon; t++) {
    const time = times[t] ?? addSteps(last, t + 1 - times.length, frequency);
    const wall = zone === undefined ? time : time + zone.offsetAt(time);
    const moment = { wall, date: new Date(wall), dayPart: (((wall % DAY) + DAY) % DAY) / DAY };
    for (const [i, feature] of features.entries()) {
      const column = columns[i];
      if (column !== undefined) column[t] = feature(moment);
    }
  }
  return Object.fromEntries(names.map((name, i) => [name, columns[i] ?? new Float64Array()]));
}

/**
 * A series with features of the calendar among its covariates known ahead.
 *
 *     withCalendar(series, ["hour", "dayOfWeek"], 24)
 *
 * @param horizon Steps after the last value for which they are known.
 * @throws RecurraError as `calendarFeatures` does; `calendar-feature` where the series has a covariate of that name
 */
export function withCalendar(
  series: Series,
  names: readonly CalendarFeature[],
  horizon: number,
  options: Omit<CalendarOptions, "horizon"> = {},
): Series {
  const { past, future, static: statics } = series.covariates ?? { past: {}, future: {}, static: {} };
  const taken = names.find((name) => name in past || name in future);
  if (taken !== undefined) {
    throw new RecurraError(
      "calendar-feature",
      `Series ${describe(series.name)} has a covariate "${taken}" already. Wanted a feature of another name, or the covariate renamed.`,
    );
  }
  const features = calendarFeatures(series.times, series.frequency, names, { ...options, horizon });
  return { ...series, covariates: { past, future: { ...future, ...features }, static: statics } };
}

function featureOf(
  name: CalendarFeature,
  holidays: readonly string[] | undefined,
): (moment: Moment) => number {
  if (name === "holiday") {
    const days = holidayDays(holidays);
    return ({ wall }) => (days.has(Math.floor(wall / DAY)) ? 1 : 0);
  }
  const [, base = name, wave] = /^(.*?)(Sin|Cos)?$/.exec(name) ?? [];
  const feature: Feature | undefined = base in FEATURES ? FEATURES[base as Plain] : undefined;
  const { round } = feature ?? {};
  if (feature === undefined || (wave !== undefined && round === undefined)) {
    throw new RecurraError(
      "calendar-feature",
      `There is no feature ${describe(name)} of the calendar. ${suggestion(String(name), calendarFeatureNames)}There are ${calendarFeatureNames.join(", ")}.`,
    );
  }
  if (wave === undefined || round === undefined) return feature.value;
  const curve = wave === "Sin" ? Math.sin : Math.cos;
  return (moment) => curve(2 * Math.PI * round(moment));
}

/** Days since 1970. */
function holidayDays(holidays: readonly string[] | undefined): ReadonlySet<number> {
  if (holidays === undefined) {
    throw new RecurraError(
      "calendar-feature",
      `The feature "holiday" needs the days: wanted { holidays: ["2020-12-25", …] }`,
    );
  }
  return new Set(
    holidays.map((text) => {
      const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00Z`) : Number.NaN;
      if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return time / DAY;
      throw new RecurraError(
        "calendar-feature",
        `The holiday ${describe(text)} is no day. Wanted a date such as 2020-12-25.`,
      );
    }),
  );
}
