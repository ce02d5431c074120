// Which models a forecast tries where none are named.

import type { ForecasterConfig } from "./forecasters/forecaster.ts";
import type { Series } from "./observed/series.ts";

/** What a default model is for. */
interface DefaultModel {
  readonly config: ForecasterConfig;
  /** Values in all series up to which it is tried: the time it takes grows with them. */
  readonly most: number;
  /** Values that each series must have at least: it needs many to learn from. */
  readonly least?: number;
  /** Whether it is for series with a season. */
  readonly isSeasonal?: boolean;
  /** The season up to which it is tried. */
  readonly longestSeason?: number;
}

const MODELS: readonly DefaultModel[] = [
  // It has a state for each value of a season: above 24 it is slow and no better than without (R's ets stops there, too). mstl smooths those.
  { config: { name: "ets" }, most: Number.POSITIVE_INFINITY, longestSeason: 24 },
  { config: { name: "theta" }, most: Number.POSITIVE_INFINITY },
  { config: { name: "mstl", log: "auto" }, most: Number.POSITIVE_INFINITY, isSeasonal: true },
  { config: { name: "ar" }, most: Number.POSITIVE_INFINITY, least: 300 },
  { config: { name: "nhits" }, most: 500_000 },
  { config: { name: "arima" }, most: 50_000 },
];

/**
 * The models that suit the data: those that take minutes are left out where there is much.
 *
 * @param series with their seasons
 * @returns in the order in which they are tried
 */
export function defaultModels(series: readonly Series[]): readonly ForecasterConfig[] {
  const values = series.reduce((sum, one) => sum + one.values.length, 0);
  const season = series.reduce((longest, one) => Math.max(longest, one.season), 1);
  const shortest = series.reduce(
    (least, one) => Math.min(least, one.values.length),
    Number.POSITIVE_INFINITY,
  );
  return MODELS.filter(
    ({ most, least = 0, isSeasonal = false, longestSeason = Number.POSITIVE_INFINITY }) =>
      values <= most && shortest >= least && season <= longestSeason && (season > 1 || !isSeasonal),
  ).map(({ config }) => config);
}
