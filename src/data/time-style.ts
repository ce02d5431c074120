// How the times of a table were written, so that forecast times are written the same way.

import { timeZone } from "./time-zone.ts";

/**
 * The form of a time column.
 *
 * `index` counts steps without a calendar; `year`, `quarter`, `month` and `day` name whole periods; `time` is a moment,
 * on a clock without a zone; with `offsetMinutes`, on a clock at that distance from UTC; with `timeZone`, on the UTC clock, to be
 * written as the clocks of that zone show it.
 */
export type TimeStyle =
  | { readonly form: "index" }
  | { readonly form: "year" }
  | { readonly form: "quarter" }
  | { readonly form: "month" }
  | { readonly form: "day" }
  | { readonly form: "time"; readonly offsetMinutes?: number; readonly timeZone?: string };

/**
 * One time as text, in ISO 8601 except for an index and a quarter (`1958-Q3`).
 *
 * @param time Milliseconds since 1970 on the column's own clock (as if it were UTC), or the number of an index.
 */
export function formatTime(time: number, style: TimeStyle): string {
  if (style.form === "index") return String(time);
  if (style.form === "time" && style.timeZone !== undefined) {
    const offset = timeZone(style.timeZone).offsetAt(time);
    return formatTime(time + offset, { form: "time", offsetMinutes: Math.round(offset / 60_000) });
  }
  const iso = new Date(time).toISOString();
  const [date = "", clock = ""] = iso.split("T");
  switch (style.form) {
    case "year":
      return date.slice(0, -6);
    case "quarter":
      return `${date.slice(0, -6)}-Q${Math.floor(new Date(time).getUTCMonth() / 3) + 1}`;
    case "month":
      return date.slice(0, -3);
    case "day":
      return date;
    case "time":
      return `${date}T${clock.replace(/(?:[.]000)?Z$/, "")}${formatOffset(style.offsetMinutes)}`;
  }
}

function formatOffset(minutes: number | undefined): string {
  if (minutes === undefined) return "";
  if (minutes === 0) return "Z";
  const size = Math.abs(minutes);
  const pad = (part: number) => String(part).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}
