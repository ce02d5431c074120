// Season lengths that a calendar suggests.

import { DAY, type Frequency, HOUR, MINUTE, WEEK } from "./calendar.ts";

/**
 * Season lengths, in steps, that a calendar suggests for a frequency, the likeliest first: 12 for months, 4 for quarters,
 * 7 for days, 5 for business days, 24 for hours, a day or else an hour for minutes, 52 for weeks. None for years and counts.
 */
export function calendarSeasons(frequency: Frequency): readonly number[] {
  switch (frequency.unit) {
    case "index":
      return [];
    case "business-day":
      return [5];
    case "month":
      return wholePeriods([12], frequency.months);
    case "fixed": {
      const { milliseconds } = frequency;
      if (milliseconds === WEEK) return [52];
      if (milliseconds >= DAY) return wholePeriods([WEEK], milliseconds);
      if (milliseconds >= HOUR) return wholePeriods([DAY, WEEK], milliseconds);
      return wholePeriods(milliseconds >= MINUTE ? [DAY, HOUR] : [HOUR, MINUTE], milliseconds);
    }
  }
}

/** The lengths of `periods` in steps, where they are two or more whole steps. */
function wholePeriods(periods: readonly number[], step: number): readonly number[] {
  return periods.map((period) => period / step).filter((steps) => Number.isInteger(steps) && steps > 1);
}
