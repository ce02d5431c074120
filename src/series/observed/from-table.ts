// The series of a table: its rows sorted, checked and, on request, completed.

import type { SkippedSeries } from "../../data/faults.ts";
import type { Table } from "../../data/table.ts";
import type { TimeStyle } from "../../data/time-style.ts";
import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Frequency } from "./calendar.ts";
import { type Draft, subjectOf, zoneHint } from "./draft.ts";
import { type DuplicateTimes, withoutDuplicates } from "./duplicates.ts";
import { inferFrequency, ownFrequency, settleFrequency } from "./frequency.ts";
import { frequencyOf } from "./frequency-names.ts";
import { withoutGaps } from "./gaps.ts";
import { groupRows, inOrder, partOf, positionOf, type RowGroups } from "./group-rows.ts";
import { endOfValues, type MissingValues, settledValues, trimmed } from "./missing.ts";
import { calendarSeasons } from "./seasons.ts";
import type { Series } from "./series.ts";
import { Counts, notesOn } from "./set-notes.ts";
import { styleAt } from "./style.ts";
import { numbersBeside, staticsOf } from "./table-covariates.ts";

/** Series of one table, which share their frequency. */
export interface SeriesSet {
  readonly series: readonly Series[];
  readonly frequency: Frequency;
  readonly style: TimeStyle;
  /** Series of the table that are left out. */
  readonly skipped: readonly SkippedSeries[];
  /** What was assumed, in sentences for the user. */
  readonly notes: readonly string[];
}

/** How rows become series. */
export interface SeriesSetOptions {
  /** How often the series are observed: `hour`, `15 minutes`, `business day`, `month`, `QE`, … Default: as most of them are. */
  readonly frequency?: string | Frequency | undefined;
  /** What becomes of missing times and empty values. Default: "error". */
  readonly missing?: MissingValues | undefined;
  /** What becomes of times that occur more than once in a series. Default: "error". */
  readonly duplicates?: DuplicateTimes | undefined;
  /** The season in steps by which `missing: "seasonal"` fills. Default: what the calendar suggests, such as 12 for months. */
  readonly season?: number | undefined;
  /** How many steps ahead future covariates have to be known. Default: not checked. */
  readonly horizon?: number | undefined;
  /** Whether a series that cannot be used fails them all, or is listed as skipped. Default: "throw". */
  readonly onError?: "throw" | "skip" | undefined;
}

export const seriesSetOptionNames: readonly (keyof SeriesSetOptions)[] = [
  "frequency",
  "missing",
  "duplicates",
  "season",
  "horizon",
  "onError",
];

/**
 * The series of a table: rows sorted by time, the frequency found out, and duplicates, gaps and empty values refused or settled. Where
 * the table stands in order, the series share its memory.
 *
 * Rows after the last value of the target hold future covariates, where the table has such columns.
 *
 * @throws RecurraError `duplicate-times`, `gaps`, `irregular-times`, `target-missing`, `no-values`, `covariate-missing`,
 * `covariate-short`, `static-changes`, `too-short`, each naming the series, rows and times; `frequency`, `unknown-option`,
 * `option-value` for options; `all-skipped` where no series is left.
 */
export function seriesOf(table: Table, options: SeriesSetOptions = {}): SeriesSet {
  checkOptions(options);
  const work: Work = { table, groups: groupRows(table), options, counts: new Counts() };
  const skipped: SkippedSeries[] = [...(table.skipped ?? [])];
  /** What comes of a series, or nothing where it cannot be used and others can do without it. */
  const attempt = <T>(name: string, make: () => T): T | undefined => {
    try {
      return make();
    } catch (error) {
      if (options.onError !== "skip" || !(error instanceof RecurraError)) throw error;
      skipped.push({ series: name, reason: error.message });
      return undefined;
    }
  };

  const drafts: NumberedDraft[] = [];
  for (const draft of draftsOf(work)) {
    const single = attempt(draft.name, () => withSingleTimes(draft, work));
    if (single !== undefined) drafts.push(single);
  }
  const frequency = drafts.length === 0 ? undefined : sharedFrequency(drafts, work);
  const shown = frequency === undefined ? table : { ...table, style: styleAt(table.style, frequency) };
  const series: Series[] = [];
  for (const draft of drafts) {
    const one = frequency && attempt(draft.name, () => finished(draft, frequency, { ...work, table: shown }));
    if (one !== undefined) series.push(one);
  }
  if (frequency === undefined || series.length === 0) throw allSkipped(skipped, table);
  return {
    series,
    frequency,
    style: shown.style,
    skipped,
    notes: notesOn({
      series,
      frequency,
      skipped,
      table: shown,
      unsorted: work.groups.unsorted,
      counts: work.counts,
      options,
    }),
  };
}

/** What the steps from rows to series share. */
interface Work {
  readonly table: Table;
  readonly groups: RowGroups;
  readonly options: SeriesSetOptions;
  readonly counts: Counts;
}

/** A draft with its position among the names of the table. */
interface NumberedDraft extends Draft {
  readonly number: number;
}

function* draftsOf({ table, groups }: Work): Generator<NumberedDraft> {
  const { names, covariates } = table;
  const skipped = new Set(table.skipped?.map(({ series }) => series));
  const times = inOrder(table.times, groups);
  const values = inOrder(table.values, groups);
  const columns = (["past", "future"] as const).flatMap((role) =>
    Object.entries(covariates?.[role] ?? {}).map(([name, column]) => ({
      name,
      role,
      ordered: inOrder(column, groups),
    })),
  );
  for (const [number, name] of names.entries()) {
    if (skipped.has(name)) continue;
    const part = (ordered: Float64Array) => partOf(ordered, groups, number);
    yield {
      number,
      name,
      times: part(times),
      values: part(values),
      columns: columns.map(({ name, role, ordered }) => ({ name, role, values: part(ordered) })),
      positionOf: (t) => positionOf(groups, number, t),
    };
  }
}

function withSingleTimes(
  draft: NumberedDraft,
  { table, options: { duplicates = "error" }, counts }: Work,
): NumberedDraft {
  const { draft: single, settled } = withoutDuplicates(draft, duplicates, table);
  counts.duplicates += settled;
  return { ...single, number: draft.number };
}

function sharedFrequency(drafts: readonly NumberedDraft[], { table, options }: Work): Frequency {
  const times = drafts.map((draft) => draft.times);
  const index = table.style.form === "index";
  if (options.frequency === undefined) {
    const found = inferFrequency(times, index);
    if (found === undefined) throw noFrequency(drafts, table);
    return found;
  }
  const wanted = frequencyOf(options.frequency);
  if ((wanted.unit === "index") !== index) {
    throw new RecurraError(
      "frequency",
      `Column "${table.columns.time}" holds ${index ? "a count without a calendar" : "dates or times"}, and the frequency is ${describe(options.frequency)}. Wanted ${index ? "dates" : "a step of the calendar, such as day or month"}: name another frequency, or leave it out.`,
    );
  }
  return settleFrequency(wanted, times);
}

function finished(draft: NumberedDraft, shared: Frequency, { table, groups, options, counts }: Work): Series {
  const { missing = "error", horizon = 0 } = options;
  const frequency = ownFrequency(draft.times, shared);
  const hasFuture = draft.columns.some(({ role }) => role === "future");
  const isFilled = missing !== "error";
  const whole = table.isWide || (isFilled && missing !== "zero") ? trimmed(draft, hasFuture) : draft;
  const { draft: regular, added } = withoutGaps(whole, frequency, isFilled, table);
  const end = hasFuture ? endOfValues(regular) : regular.times.length;
  const season = options.season ?? calendarSeasons(frequency)[0] ?? 1;
  const { values, filled } = settledValues(regular, end, missing, season, table);
  const numbers = numbersBeside(regular, end, missing, horizon, table);
  const series = {
    name: draft.name,
    times: regular.times.subarray(0, end),
    values,
    frequency,
    season: 1,
    ...(table.covariates === undefined
      ? {}
      : { covariates: { ...numbers, static: staticsOf(draft.name, draft.number, groups, table) } }),
  };
  counts.trimmed += draft.times.length - whole.times.length;
  counts.ahead = Math.max(counts.ahead, regular.times.length - end);
  counts.added += added;
  // Added rows are empty, too.
  counts.filled += Math.max(0, filled - added);
  if (added + filled > 0) counts.completedSeries++;
  return series;
}

function checkOptions(options: SeriesSetOptions): void {
  checkOptionNames("seriesOf", options, seriesSetOptionNames);
  const choices = {
    missing: ["error", "keep", "linear", "seasonal", "forward", "zero"],
    duplicates: ["error", "first", "last", "mean", "sum"],
    onError: ["throw", "skip"],
  } as const;
  for (const [name, known] of Object.entries(choices)) {
    const given = options[name as keyof typeof choices];
    if (given === undefined || known.some((one) => one === given)) continue;
    const wanted = known.map((one) => `"${one}"`).join(", ");
    throw new RecurraError(
      "option-value",
      `seriesOf: ${name} is ${describe(given)}; wanted one of ${wanted}`,
    );
  }
  const { season = 1, horizon = 1 } = options;
  checkCounts("seriesOf", { season, horizon });
}

function noFrequency(drafts: readonly Draft[], table: Table): RecurraError {
  const [first] = drafts;
  const longest = drafts.reduce((most, { times }) => Math.max(most, times.length), 0);
  if (longest < 2) {
    return new RecurraError(
      "too-short",
      first !== undefined && drafts.length === 1
        ? `${subjectOf(first, table)} has one row. A forecast needs a series of them.`
        : `Each of the ${drafts.length} series in column "${table.columns.series}" has one row. Wanted many rows for each: is it the right column?`,
    );
  }
  return new RecurraError(
    "irregular-times",
    `Column "${table.columns.time}": the times are at no regular distance. Wanted a value every minute, hour, day, week, month, quarter or year; sum or average the rows to one of these first, or name one with --frequency.${first === undefined ? "" : zoneHint(first, table)}`,
  );
}

function allSkipped(skipped: readonly SkippedSeries[], { source }: Table): RecurraError {
  const [first] = skipped;
  return new RecurraError(
    "all-skipped",
    `None of the ${skipped.length.toLocaleString("en-US")} series of ${source} can be used. The first: ${first?.reason ?? ""}`,
  );
}
