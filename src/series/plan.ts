// What a forecast will do, settled and checked before any work is done: horizon, seasons, folds.

import { countOf, fewOf, quoted } from "../data/row-names.ts";
import { RecurraError } from "../platform/error.ts";
import { foldsThatFit } from "./backtest.ts";
import { type Frequency, frequencyName, HOUR } from "./calendar.ts";
import type { Forecaster } from "./forecaster.ts";
import { calendarSeasons, detectSeason } from "./season.ts";
import type { Series, SeriesSet } from "./series.ts";

export interface PlanOptions {
  readonly horizon?: number | undefined;
  readonly season?: number | undefined;
  /** How many folds are wanted. */
  readonly folds: number;
}

/** One series and what will be done with it. */
export interface SeriesPlan {
  readonly series: Series;
  /** In steps; 1 for none. */
  readonly season: number;
  /** How many backtest folds fit. */
  readonly folds: number;
}

export interface Plan {
  readonly horizon: number;
  readonly series: readonly SeriesPlan[];
  /** What was assumed, in sentences for the user. */
  readonly notes: readonly string[];
}

/**
 * Settles what is left open and checks that every series is long enough.
 *
 * @throws RecurraError `too-short` naming the series, the rows it has and the rows that are needed.
 */
export function planForecast(set: SeriesSet, forecasters: readonly Forecaster[], options: PlanOptions): Plan {
  const notes: string[] = [];
  const seasons = set.series.map((series) => options.season ?? seasonOf(series, set.frequency, options));
  const longest = Math.max(...seasons);
  const horizon = options.horizon ?? (longest > 1 ? longest : plainHorizon(set.frequency));

  if (options.season === undefined) notes.push(seasonNote(set, seasons));
  const short: { name: string; folds: number }[] = [];
  const series = set.series.map((one, i) => {
    const season = seasons[i] ?? 1;
    const length = one.values.length;
    const needs = forecasters.map((forecaster) => forecaster.rowsNeeded({ horizon, season }));
    if (season > 1) needs.push({ rows: 2 * season, because: `two seasons of ${season}` });
    const most = needs.reduce((a, b) => (b.rows > a.rows ? b : a));
    if (length < most.rows) throw tooShort(one, most, set.series.length > 1);
    const folds = foldsThatFit(length, horizon, options.folds, Math.max(most.rows, season + 1));
    if (folds < options.folds) short.push({ name: one.name, folds });
    return { series: one, season, folds };
  });
  if (short.length > 0) notes.push(shortNote(short, set.series.length, options.folds, horizon));
  return { horizon, series, notes };
}

/** The season shown by the values before the first backtest origin, but by three seasons at least. */
function seasonOf({ values }: Series, frequency: Frequency, { folds, horizon }: PlanOptions): number {
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
      only.folds === 0 ? "there is no backtest" : `there ${only.folds === 1 ? "is" : "are"} ${only.folds}`;
    return `The series is too short for a backtest of ${wanted} × ${horizon} steps: ${have}.`;
  }
  const listed = short.map(({ name, folds }) => `${quoted(name)} has ${folds}`);
  return `${short.length} of ${series} series are too short for a backtest of ${wanted} × ${horizon} steps: ${fewOf(listed)}.`;
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
