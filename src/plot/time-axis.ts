// The ticks of a time axis, where the values are so few that each has one.

import type { Points } from "./thin.ts";

export interface TickInterval {
  readonly interval: "day" | "month" | "year";
  readonly step: 1;
}

const DAY = 86_400_000;

/** So many steps are labelled one by one. */
const FEW = 12;

/**
 * The step of the calendar at which the values stand, where they are few: years are not to be divided into months, nor days into hours.
 *
 * @returns undefined where there are many, or steps of less than a day
 */
export function tickInterval(pieces: readonly Points[]): TickInterval | undefined {
  if (pieces.some(({ times }) => times.length > FEW)) return undefined;
  const times = [...new Set(pieces.flatMap((piece) => [...piece.times]))].sort((a, b) => a - b);
  if (times.length < 2 || times.length > FEW) return undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < times.length; i++) least = Math.min(least, (times[i] ?? 0) - (times[i - 1] ?? 0));
  if (least < DAY) return undefined;
  const interval = least >= 360 * DAY ? "year" : least >= 28 * DAY ? "month" : "day";
  // Gaps may be longer than steps.
  const steps = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / least;
  return steps > 2 * FEW || (interval === "day" && least > DAY) ? undefined : { interval, step: 1 };
}
