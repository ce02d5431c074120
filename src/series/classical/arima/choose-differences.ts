// How often a series is differenced before an ARIMA model is fitted to it: by season, and from one value to the next.

import { leastSquares } from "../../../numeric/least-squares.ts";
import { differencesNeeded, isConstant, KPSS_CRITICAL } from "../../../numeric/unit-root.ts";
import { decomposeStl } from "../../decompose/stl.ts";
import { difference } from "./difference.ts";
import type { Differences } from "./prepare.ts";

/** A season stronger than this is differenced. */
const STRONG = 0.64;

/**
 * What the KPSS statistic is to exceed for a first and for a second difference. The test rejects too often where a series is only slow to
 * come back, and a second difference makes long forecasts wild: with the 0.1 % point rather than the 5 % point it pays on held-out ends of
 * the training parts of M3 and of M4's weekly series.
 */
const CRITICAL = [KPSS_CRITICAL[0.05], KPSS_CRITICAL[0.001]];

/**
 * The strength of a season, between 0 and 1: how much less varies without it, 1 - Var(R) / Var(S + R), by the season S and the remainder
 * R of STL (Wang, Smith and Hyndman 2006, Data Mining and Knowledge Discovery 13, 335–364).
 *
 * @param values [T] without missing values
 * @returns 0 for two seasons and fewer.
 */
export function seasonalStrength(values: Float64Array, season: number): number {
  if (season < 2 || values.length <= 2 * season || isConstant(values)) return 0;
  const { seasonal, remainder } = decomposeStl(values, season);
  const both = varianceOf(remainder.map((value, t) => value + (seasonal[t] ?? 0)));
  return both > 0 ? Math.min(1, Math.max(0, 1 - varianceOf(remainder) / both)) : 0;
}

function varianceOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** What is settled of the differences beforehand. */
export interface DifferencesWanted {
  readonly d?: number | undefined;
  readonly D?: number | undefined;
}

/**
 * Chooses D by the strength of the season, then d by the KPSS test (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd
 * ed., section 9.7). With regressors, both look at the residuals of a regression on them.
 *
 * @param values [T] without missing values
 */
export function chooseDifferences(
  values: Float64Array,
  regressors: readonly Float64Array[],
  season: number,
  wanted: DifferencesWanted = {},
): Differences {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const scaled = values.map((value) => value / largest);
  const ones = new Float64Array(values.length).fill(1);
  const rest = regressors.length === 0 ? scaled : leastSquares([ones, ...regressors], scaled).residuals;
  const D = wanted.D ?? (seasonalStrength(rest, season) > STRONG ? 1 : 0);
  let seasoned = rest;
  for (let i = 0; i < D; i++) seasoned = difference(seasoned, season);
  const d = wanted.d ?? (isConstant(seasoned, 1) ? 0 : differencesNeeded(seasoned, CRITICAL));
  return { d, D, m: season };
}
