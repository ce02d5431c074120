// Decomposing the series of a table: trend, season and remainder of each, with a report.

import type { Table } from "../data/table.ts";
import { RecurraError } from "../platform/error.ts";
import { decomposeClassical } from "./decompose/classical.ts";
import { decomposeMstl, type SeasonalPart } from "./decompose/mstl.ts";
import { detectSeason } from "./decompose/season.ts";
import { decomposeStl } from "./decompose/stl.ts";
import { type SeriesSetOptions, seriesOf } from "./observed/from-table.ts";
import { calendarSeasons } from "./observed/seasons.ts";
import type { Series } from "./observed/series.ts";
import { DecompositionResult, type SeriesDecomposition } from "./report/decomposition-result.ts";

export const DECOMPOSITION_METHODS = ["stl", "mstl", "additive", "multiplicative"] as const;
export type DecompositionMethod = (typeof DECOMPOSITION_METHODS)[number];

export interface DecomposeOptions {
  /**
   * `stl`: by local regression (Cleveland et al. 1990). `mstl`: the same with several seasons. `additive`, `multiplicative`: classical
   * decomposition by moving averages. Default: `mstl` for several seasons, else `stl`.
   */
  readonly method?: DecompositionMethod | undefined;
  /** In steps; several for `mstl`. Default: what the calendar suggests and the values confirm, else the calendar's. */
  readonly seasons?: readonly number[] | undefined;
  /** Whether outliers count for less: stl and mstl. Default: false. */
  readonly robust?: boolean | undefined;
  /** How series are made of the table. */
  readonly table?: SeriesSetOptions | undefined;
  /** What happens to a series that cannot be decomposed. Default: `throw`. */
  readonly onError?: "throw" | "skip" | undefined;
}

/**
 * Decomposes every series of a table.
 *
 * @throws RecurraError `no-season` where there is none, `too-short` for less than two seasons, `option`, and what `seriesOf` throws
 */
export function decomposeTable(table: Table, options: DecomposeOptions = {}): DecompositionResult {
  const { onError = "throw" } = options;
  const set = seriesOf(table, options.table);
  const skipped = [...set.skipped];
  const series: SeriesDecomposition[] = [];
  for (const one of set.series) {
    try {
      series.push(decomposeOne(one, options));
    } catch (error) {
      if (!(error instanceof RecurraError) || onError === "throw") throw error;
      skipped.push({ series: one.name, reason: error.message });
    }
  }
  if (series.length === 0)
    throw new RecurraError("no-season", skipped[0]?.reason ?? "There is no series to decompose.");
  return new DecompositionResult({ table, set, series, skipped });
}

function decomposeOne(
  series: Series,
  { seasons: given, method: wanted, robust = false }: DecomposeOptions,
): SeriesDecomposition {
  const { values, name } = series;
  const seasons = given ?? seasonsOf(series);
  const method = wanted ?? (seasons.length > 1 ? "mstl" : "stl");
  const [season] = seasons;
  if (season === undefined) {
    throw new RecurraError(
      "no-season",
      `Series "${name}": its times suggest no season. Say how many steps it has: --season 12, or in code seasons: [12].`,
    );
  }
  if (seasons.length > 1 && method !== "mstl")
    throw new RecurraError(
      "option",
      `decompose: ${method} takes one season, got ${seasons.join(", ")}; wanted the method mstl`,
    );
  if (robust && (method === "additive" || method === "multiplicative"))
    throw new RecurraError(
      "option",
      `decompose: ${method} has no robust form; wanted the method stl or mstl`,
    );
  const base = { series, method, seasons };
  switch (method) {
    case "stl":
      return { ...base, ...single(season, decomposeStl(values, season, { robust })) };
    case "mstl":
      return { ...base, ...decomposeMstl(values, seasons, { stl: { robust } }) };
    case "additive":
    case "multiplicative":
      return { ...base, ...single(season, decomposeClassical(values, season, method)) };
  }
}

function single<Parts extends { readonly seasonal: Float64Array }>(season: number, decomposition: Parts) {
  const parts: readonly SeasonalPart[] = [{ season, values: decomposition.seasonal }];
  return { ...decomposition, parts };
}

function seasonsOf({ values, frequency }: Series): readonly number[] {
  const found = detectSeason(values, frequency);
  if (found > 1) return [found];
  const [likely] = calendarSeasons(frequency);
  return likely === undefined ? [] : [likely];
}
