// MSTL: STL for several seasons at once.

import { checkOptionNames } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { checkDecomposable, type Decomposition } from "./decomposition.ts";
import { decomposeStl, type StlOptions } from "./stl.ts";

export interface MstlOptions {
  /** Rounds in which each season is estimated again without the others. Default: 2; one season alone takes one. */
  readonly iterations?: number | undefined;
  /** The seasonal window of each season, from the shortest on, or `periodic`. Default: 11, 15, 19, … */
  readonly seasonWindows?: readonly (number | "periodic")[] | undefined;
  /** What else STL is told. */
  readonly stl?: Omit<StlOptions, "seasonWindow"> | undefined;
}

/** The part of one season. */
export interface SeasonalPart {
  /** In steps. */
  readonly season: number;
  /** [T] */
  readonly values: Float64Array;
}

export interface MstlDecomposition extends Decomposition {
  /** From the shortest season on; `seasonal` is their sum. */
  readonly parts: readonly SeasonalPart[];
}

/**
 * Decomposes a series with several seasons, such as a day and a week of hours (Bandara, Hyndman and Bergmeir 2021, arXiv 2107.13462;
 * R's `mstl`). Seasons of which there are not two in the series are left out.
 *
 * @param values [T] finite
 * @param seasons in steps, from 2 up
 * @throws RecurraError `unknown-option`, `option-value`, `not-finite`, `too-short` where not even the shortest season is there twice
 */
export function decomposeMstl(
  values: Float64Array,
  seasons: readonly number[],
  options: MstlOptions = {},
): MstlDecomposition {
  checkOptionNames("MSTL", options, ["iterations", "seasonWindows", "stl"]);
  const { seasonWindows, stl = {} } = options;
  const sorted = [...new Set(seasons)].sort((a, b) => a - b);
  const [shortest] = sorted;
  if (shortest === undefined)
    throw new RecurraError("option-value", "MSTL: there are no seasons; wanted one at least");
  checkDecomposable("MSTL", values, shortest);
  const kept = sorted.filter((season) => 2 * season <= values.length);
  const { iterations = 2 } = options;
  checkCounts("MSTL", { iterations });
  const windows = kept.map((_, i) => seasonWindows?.[i] ?? 11 + 4 * i);

  const parts = kept.map((season) => ({ season, values: new Float64Array(values.length) }));
  const rest = values.slice(); // without the seasons
  let trend = new Float64Array(values.length);
  for (let round = 0; round < (kept.length === 1 ? 1 : iterations); round++) {
    for (const [i, part] of parts.entries()) {
      for (let t = 0; t < rest.length; t++) rest[t] = (rest[t] ?? 0) + (part.values[t] ?? 0);
      const found = decomposeStl(rest, part.season, { ...stl, seasonWindow: windows[i] });
      part.values.set(found.seasonal);
      for (let t = 0; t < rest.length; t++) rest[t] = (rest[t] ?? 0) - (part.values[t] ?? 0);
      trend = Float64Array.from(found.trend);
    }
  }
  const seasonal = new Float64Array(values.length);
  for (const part of parts)
    for (let t = 0; t < seasonal.length; t++) seasonal[t] = (seasonal[t] ?? 0) + (part.values[t] ?? 0);
  const remainder = rest.map((value, t) => value - (trend[t] ?? 0));
  return { composition: "additive", trend, seasonal, remainder, parts };
}
