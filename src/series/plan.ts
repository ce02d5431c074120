// What a forecast will do, settled and checked before any work is done: horizon, seasons, folds.

import { countOf, fewOf, quoted } from "../data/row-names.ts";
import { RecurraError } from "../platform/error.ts";
import { detectSeason } from "./decompose/season.ts";
import { foldsThatFit } from "./evaluate/backtest.ts";
import type { Forecaster } from "./forecasters/forecaster.ts";
import type { Need } from "./forecasters/local-model.ts";
import { type Frequency, frequencyName, HOUR } from "./observed/calendar.ts";
import type { SeriesSet } from "./observed/from-table.ts";
import { calendarSeasons } from "./observed/seasons.ts";
import type { Series } from "./observed/series.ts";
import { displayName } from "./report/names.ts";
import type { SkippedSeries } from "./report/parts.ts";

export interface PlanOptions {
  readonly horizon?: number | undefined;
  /** In steps; 1 for none. */
  readonly season?: number | undefined;
  /** How many folds are reported. */
  readonly folds: number;
  /** How many more, before them, are wanted to choose by. */
  readonly earlier: number;
  /** Steps from one origin to the next. Default: the horizon. */
  readonly step?: number | undefined;
  readonly onError: "throw" | "skip";
}

/** One series and what will be done with it. */
export interface SeriesPlan {
  /** With its season. */
  readonly series: Series;
  /** How many backtest folds fit, those to choose by included. */
  readonly folds: number;
}

export interface Plan {
  readonly horizon: number;
  readonly forecasters: readonly Forecaster[];
  readonly series: readonly SeriesPlan[];
  readonly skipped: readonly SkippedSeries[];
  /** What was assumed, in sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Settles what is left open and checks that every series is long enough.
 *
 * @param set with the seasons of its series, see {@link withSeasons}
 * @param forecasters those that must be able to forecast
 * @param optional those that are left out where a series is too short for them
 * @throws RecurraError `too-short` naming the series, the rows it has and the rows that are needed.
 */
export function planForecast(
  set: SeriesSet,
  forecasters: readonly Forecaster[],
  optional: readonly Forecaster[],
  options: PlanOptions,
): Plan {
  const notes: string[] = [];
  const longest = set.series.reduce((most, { season }) => Math.max(most, season), 1);
  const horizon = options.horizon ?? (longest > 1 ? longest : plainHorizon(set.frequency));

  const task = { horizon, seed: 0 };
  const { step = horizon } = options;
  const skipped: SkippedSeries[] = [];
  const kept = set.series.filter((series) => {
    const needs = forecasters.map((forecaster) => forecaster.need(series, task));
    if (series.season > 1)
      needs.push({ rows: 2 * series.season, because: `two seasons of ${series.season}` });
    const need = mostOf(needs);
    if (series.values.length >= need.rows) return true;
    const error = tooShort(series, need, set.series.length > 1);
    if (options.onError === "throw") throw error;
    skipped.push({ series: series.name, reason: error.message });
    return false;
  });
  if (kept.length === 0)
    throw new RecurraError("too-short", skipped[0]?.reason ?? "There is no series to forecast.");

  const folds = (series: Series, forecaster: Forecaster, wanted: number) =>
    foldsThatFit(
      series.values.length,
      horizon,
      wanted,
      Math.max(forecaster.need(series, task).rows, series.season + 1),
      step,
    );
  // A model of which there are others is left out where it would cost folds of the backtest.
  const used = optional.filter((forecaster) =>
    kept.every((series) => {
      const possible = Math.min(...forecasters.map((one) => folds(series, one, options.folds)));
      const { rows } = forecaster.need(series, task);
      return series.values.length >= rows && folds(series, forecaster, options.folds) >= possible;
    }),
  );
  if (used.length < optional.length) {
    const names = optional.filter((one) => !used.includes(one)).map(({ name }) => name);
    notes.push(`The data are too short for ${names.map(displayName).join(", ")}.`);
  }

  const all = [...forecasters, ...used];
  const short: { name: string; folds: number }[] = [];
  const series = kept.map((one) => {
    const fit = Math.min(...all.map((forecaster) => folds(one, forecaster, options.folds + options.earlier)));
    if (fit < options.folds) short.push({ name: one.name, folds: fit });
    return { series: one, folds: fit };
  });
  if (short.length > 0) notes.push(shortNote(short, kept.length, options.folds, horizon));
  return { horizon, forecasters: all, series, skipped, notes };
}

function mostOf(needs: readonly Need[]): Need {
  return needs.reduce((a, b) => (b.rows > a.rows ? b : a), { rows: 1, because: "a value" });
}

/** The series with their seasons: as given, or what the calendar suggests and the values confirm. */
export function withSeasons(
  set: SeriesSet,
  options: Pick<PlanOptions, "horizon" | "season" | "folds">,
): SeriesSet {
  const seasons = set.series.map((series) => options.season ?? seasonOf(series, set.frequency, options));
  return {
    ...set,
    series: set.series.map((series, i) => ({ ...series, season: seasons[i] ?? 1 })),
    notes: options.season === undefined ? [...set.notes, seasonNote(set, seasons)] : set.notes,
  };
}

/** The season shown by the values before the first backtest origin, but by three seasons at least. */
function seasonOf(
  { values }: Series,
  frequency: Frequency,
  { folds, horizon }: Pick<PlanOptions, "folds" | "horizon">,
): number {
  const [likely = 1] = calendarSeasons(frequency);
  const before = values.length - folds * (horizon ?? likely);
  return detectSeason(values.subarray(0, Math.max(before, 3 * likely)), frequency);
}

/** One horizon for series without a season. */
function plainHorizon(frequency: Frequency): number {
  if (frequency.unit === "fixed" && frequency.milliseconds < HOUR)
    return calendarSeasons(frequency).at(-1) ?? 10;
  const [likely = frequency.unit === "index" ? 10 : 5] = calendarSeasons(frequency);
  return likely > 24 ? 13 : likely;
}

function seasonNote(set: SeriesSet, seasons: readonly number[]): string {
  const name = frequencyName(set.frequency);
  const seasonal = seasons.filter((season) => season > 1);
  const [season = 1] = seasonal;
  const likely = calendarSeasons(set.frequency);
  if (likely.length === 0) return `The times are ${name}, without a season; --season sets one.`;
  if (seasonal.length === 0) {
    return `The times are ${name}; the values show no season of ${likely.join(" or ")} steps, --season sets one.`;
  }
  if (seasons.length === 1) return `The times are ${name}, with a season of ${season} steps.`;
  const kinds = [...new Set(seasonal)].sort((a, b) => a - b).join(" or ");
  return `The times are ${name}; ${seasonal.length} of ${seasons.length} series show a season of ${kinds} steps.`;
}

function shortNote(
  short: readonly { readonly name: string; readonly folds: number }[],
  series: number,
  wanted: number,
  horizon: number,
): string {
  const [only] = short;
  if (series === 1 && only !== undefined) {
    const have =
      only.folds === 0
        ? "there is none"
        : only.folds === 1
          ? "one of them fits"
          : `${only.folds} of them fit`;
    return `The series is too short for a backtest of ${wanted} folds of ${horizon} steps: ${have}.`;
  }
  const listed = short.map(({ name, folds }) => `${quoted(name)} has room for ${folds}`);
  return `${short.length} of ${series} series are too short for a backtest of ${wanted} folds of ${horizon} steps: ${fewOf(listed)}.`;
}

function tooShort(
  series: Series,
  needed: { readonly rows: number; readonly because: string },
  several: boolean,
): RecurraError {
  const subject = several ? `Series ${quoted(series.name)}` : "The series";
  return new RecurraError(
    "too-short",
    `${subject} has ${countOf(series.values.length, "row")}, and at least ${needed.rows} are needed: ${needed.because}. Give more rows, or a smaller --lookback, --horizon or --season.`,
  );
}
