// What can be said of the folds of a backtest without another fit: combinations, and intervals from the errors of earlier folds.

import type { Fold } from "../evaluate/backtest.ts";
import type { Forecast } from "../forecasters/local-model.ts";
import { calibrate, conformalIntervals, ownWidths, type PastErrors } from "./calibration.ts";
import { combineForecasts } from "./combination.ts";
import { weightsOf } from "./weights.ts";

/**
 * The folds with the combination of forecasters, under a name of its own: each counts by how it did in the folds of the same series
 * before (see {@link weightsOf}).
 */
export function withCombination(folds: readonly Fold[], members: readonly string[], name: string): Fold[] {
  const bySeries = Map.groupBy(folds, ({ index }) => index);
  return folds.map((fold) => {
    const before = bySeries.get(fold.index)?.filter((other) => other.fold < fold.fold) ?? [];
    const combined = combineForecasts(
      members.map((member) => fold.forecasts.get(member)),
      "mean",
      weightsOf(before, members),
    );
    return combined === undefined
      ? fold
      : { ...fold, forecasts: new Map([[name, combined], ...fold.forecasts]) };
  });
}

/**
 * The folds with intervals that the errors of the same forecaster in the folds before, of all series, have made as wide as they should
 * be; in the first fold they are the forecaster's own, or none.
 *
 * @param names of the forecasters whose intervals are changed; default: all
 */
export function withConformalIntervals(
  folds: readonly Fold[],
  levels: readonly number[],
  names?: readonly string[],
): Fold[] {
  if (levels.length === 0) return [...folds];
  const calibrations = new Map<string, ReturnType<typeof calibrate>>();
  const calibrationOf = (name: string, before: number, horizon: number) => {
    const key = `${before} ${name}`;
    if (!calibrations.has(key)) {
      const earlier = folds.filter(({ fold }) => fold < before);
      calibrations.set(key, calibrate(pastErrors(earlier, name), horizon));
    }
    return calibrations.get(key);
  };
  return folds.map((fold) => {
    const forecasts = new Map<string, Forecast>();
    for (const [name, forecast] of fold.forecasts) {
      if (names?.includes(name) === false) {
        forecasts.set(name, forecast);
        continue;
      }
      const calibration = calibrationOf(name, fold.fold, fold.actual.length);
      const intervals =
        calibration === undefined
          ? forecast.intervals.filter(({ level }) => levels.includes(level))
          : conformalIntervals(forecast, fold.scale.absolute, calibration, levels);
      forecasts.set(name, { ...forecast, intervals });
    }
    return { ...fold, forecasts };
  });
}

/** The errors that a forecaster made, for {@link calibrate}. */
export function pastErrors(folds: readonly Fold[], name: string): PastErrors[] {
  return folds.flatMap(({ actual, forecasts, scale }) => {
    const forecast = forecasts.get(name);
    if (forecast === undefined) return [];
    const errors = actual.map((value, h) => value - (forecast.mean[h] ?? Number.NaN));
    return [{ errors, scale: scale.absolute, own: ownWidths(forecast) }];
  });
}

/** The last folds in time, at most `count` of each series. */
export function lastFolds(folds: readonly Fold[], count: number): Fold[] {
  const last = folds.reduce((most, { fold }) => Math.max(most, fold), -1);
  return folds.filter(({ fold }) => fold > last - count);
}

/** The fold with the intervals of these levels alone. */
export function onlyLevels(fold: Fold, levels: readonly number[]): Fold {
  const forecasts = new Map(
    [...fold.forecasts].map(([name, { mean, intervals }]): [string, Forecast] => [
      name,
      { mean, intervals: intervals.filter(({ level }) => levels.includes(level)) },
    ]),
  );
  return { ...fold, forecasts };
}
