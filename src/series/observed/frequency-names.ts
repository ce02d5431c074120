// Frequencies by name: "15 minutes", "business day", "month", and the short names of pandas.

import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { DAY, type Frequency, HOUR, MINUTE, SECOND, WEEK } from "./calendar.ts";

/** A frequency of which the day of the month may be left open, to be found in the data. */
export type WantedFrequency =
  | Exclude<Frequency, { readonly unit: "month" }>
  | { readonly unit: "month"; readonly months: number; readonly day?: number | "last-business-day" };

const fixed = (milliseconds: number): WantedFrequency => ({ unit: "fixed", milliseconds });
const monthly = (months: number, day?: number | "last-business-day"): WantedFrequency =>
  day === undefined ? { unit: "month", months } : { unit: "month", months, day };

/** What one step of each name is. Capital letters matter in the short names only: M is a month, min a minute. */
const WORDS: ReadonlyMap<string, WantedFrequency> = new Map([
  ["count", { unit: "index", step: 1 }],
  ["millisecond", fixed(1)],
  ["second", fixed(SECOND)],
  ["minute", fixed(MINUTE)],
  ["hour", fixed(HOUR)],
  ["day", fixed(DAY)],
  ["business day", { unit: "business-day" }],
  ["weekday", { unit: "business-day" }],
  ["week", fixed(WEEK)],
  ["month", monthly(1)],
  ["month start", monthly(1, 1)],
  ["month end", monthly(1, 31)],
  ["business month end", monthly(1, "last-business-day")],
  ["quarter", monthly(3)],
  ["half year", monthly(6)],
  ["year", monthly(12)],
]);

/** As one says them. */
const ADVERBS: ReadonlyMap<string, string> = new Map([
  ["minutely", "minute"],
  ["hourly", "hour"],
  ["daily", "day"],
  ["weekly", "week"],
  ["monthly", "month"],
  ["quarterly", "quarter"],
  ["yearly", "year"],
  ["annual", "year"],
  ["annually", "year"],
]);

/** Those of pandas, old and new. */
const SHORT: ReadonlyMap<string, WantedFrequency> = new Map([
  ["ms", fixed(1)],
  ["s", fixed(SECOND)],
  ["S", fixed(SECOND)],
  ["min", fixed(MINUTE)],
  ["T", fixed(MINUTE)],
  ["h", fixed(HOUR)],
  ["H", fixed(HOUR)],
  ["D", fixed(DAY)],
  ["d", fixed(DAY)],
  ["B", { unit: "business-day" }],
  ["W", fixed(WEEK)],
  ["MS", monthly(1, 1)],
  ["M", monthly(1)],
  ["ME", monthly(1, 31)],
  ["BME", monthly(1, "last-business-day")],
  ["BM", monthly(1, "last-business-day")],
  ["QS", monthly(3, 1)],
  ["Q", monthly(3)],
  ["QE", monthly(3, 31)],
  ["YS", monthly(12, 1)],
  ["AS", monthly(12, 1)],
  ["Y", monthly(12)],
  ["A", monthly(12)],
  ["YE", monthly(12, 31)],
]);

/**
 * The frequency of a name: a word (`hour`, `business day`, `month`), with a number (`15 minutes`, `2 weeks`), or as pandas writes it
 * (`15min`, `B`, `W-SUN`, `MS`, `QE-DEC`). A frequency itself is given back.
 *
 * @throws RecurraError `frequency` for a name that is none
 */
export function frequencyOf(name: string | Frequency): WantedFrequency {
  if (typeof name !== "string") return checked(name);
  const text = name.trim().replace(/^every\s+/i, "");
  const [, digits = "", rest = ""] = /^(\d*)\s*(.*)$/.exec(text) ?? [];
  const count = digits === "" ? 1 : Number(digits);
  const step = SHORT.get(rest.replace(/-[A-Z]{3}$/, "")) ?? wordOf(rest);
  const all = step && count >= 1 ? times(step, count) : undefined;
  if (all !== undefined) return all;
  const known = [...WORDS.keys(), ...ADVERBS.keys()];
  throw new RecurraError(
    "frequency",
    `There is no frequency ${describe(name)}. ${suggestion(rest, known)}Wanted hour, 15 minutes, day, business day, week, month, quarter, year or the like, or a short name of pandas (15min, h, D, B, W, MS, QE).`,
  );
}

function wordOf(text: string): WantedFrequency | undefined {
  const words = text
    .toLowerCase()
    .replace(/[-\s]+/g, " ")
    .trim();
  const noun = ADVERBS.get(words) ?? words;
  return WORDS.get(noun) ?? WORDS.get(noun.replace(/s$/, "")) ?? WORDS.get(noun.replace(/^calendar /, ""));
}

function times(step: WantedFrequency, count: number): WantedFrequency | undefined {
  switch (step.unit) {
    case "index":
      return { unit: "index", step: count * step.step };
    case "fixed":
      return fixed(count * step.milliseconds);
    case "month":
      return { ...step, months: count * step.months };
    case "business-day":
      return count === 1 ? step : undefined;
  }
}

function checked(frequency: Frequency): Frequency {
  const isStep = (value: unknown) => typeof value === "number" && value > 0 && Number.isFinite(value);
  const isFine =
    typeof frequency === "object" &&
    frequency !== null &&
    (frequency.unit === "business-day" ||
      (frequency.unit === "index" && isStep(frequency.step)) ||
      (frequency.unit === "fixed" && isStep(frequency.milliseconds)) ||
      (frequency.unit === "month" && Number.isInteger(frequency.months) && isStep(frequency.months)));
  if (isFine) return frequency;
  throw new RecurraError(
    "frequency",
    `frequency is ${describe(frequency)}; wanted a name, such as "hour", "15 minutes" or "business day"`,
  );
}
