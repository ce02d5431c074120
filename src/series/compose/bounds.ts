// A forecaster whose forecasts and intervals stay where values can be: sales from 0 on, a share between 0 and 1.

import { joinPath } from "#platform";
import { quoted } from "../../data/row-names.ts";
import { formatTime, type TimeStyle } from "../../data/time-style.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Fold } from "../evaluate/backtest.ts";
import type { FitOptions, Fitted, Forecaster, PredictOptions } from "../forecasters/forecaster.ts";
import type { Forecast } from "../forecasters/local-model.ts";
import { INNER, writeRecord } from "../forecasters/record.ts";
import type { SeriesSet } from "../observed/from-table.ts";
import type { Series } from "../observed/series.ts";
import { Wrapped } from "./wrapped.ts";

/** Where values can be. */
export interface Bounds {
  /** The least value there can be. Default: none. */
  readonly lower?: number | undefined;
  /** The greatest value there can be. Default: none. */
  readonly upper?: number | undefined;
}

/**
 * The same forecaster, whose forecasts and intervals end at the bounds. What is beyond is moved to the bound, which no value can contradict:
 * errors get smaller or stay, and intervals hold as many values as before.
 *
 * @throws RecurraError `option` for bounds that are no numbers, or a lower one that is not below the upper one
 */
export function bounded(forecaster: Forecaster, bounds: Bounds): Forecaster {
  checkBounds(bounds);
  return new Bounded(forecaster, bounds);
}

class Bounded extends Wrapped {
  readonly #bounds: Bounds;

  constructor(inner: Forecaster, bounds: Bounds) {
    super(inner, "bounded", { bounds: JSON.parse(JSON.stringify(bounds)) });
    this.#bounds = bounds;
  }

  async fit(training: readonly Series[], options: FitOptions): Promise<Fitted> {
    return boundedFitted(this, await this.inner.fit(training, options), this.#bounds);
  }
}

/** A fitted forecaster whose forecasts end at the bounds. */
export function boundedFitted(forecaster: Forecaster, fitted: Fitted, bounds: Bounds): Fitted {
  return {
    forecaster,
    failures: fitted.failures,
    takesOthers: fitted.takesOthers,
    async predict(options?: PredictOptions) {
      const forecasts = await fitted.predict(options);
      return forecasts.map((forecast) =>
        forecast === undefined ? undefined : withinBounds(forecast, bounds),
      );
    },
    ...(fitted.fittedValues === undefined ? {} : { fittedValues: () => fitted.fittedValues?.() ?? [] }),
    describe: (index) => ({
      ...fitted.describe(index),
      ...(bounds.lower === undefined ? {} : { lowerBound: bounds.lower }),
      ...(bounds.upper === undefined ? {} : { upperBound: bounds.upper }),
    }),
    save: (folder) =>
      writeRecord(folder, { config: forecaster.config }, (into) => fitted.save(joinPath(into, INNER))),
  };
}

/** The forecast with what lies beyond the bounds moved to them. */
export function withinBounds({ mean, intervals }: Forecast, bounds: Bounds): Forecast {
  const { lower: least = Number.NEGATIVE_INFINITY, upper: most = Number.POSITIVE_INFINITY } = bounds;
  const moved = (values: Float64Array) => values.map((value) => Math.min(Math.max(value, least), most));
  return {
    mean: moved(mean),
    intervals: intervals.map(({ level, lower, upper }) => ({
      level,
      lower: moved(lower),
      upper: moved(upper),
    })),
  };
}

/** The fold with every forecast within the bounds. */
export function foldWithin(fold: Fold, bounds: Bounds): Fold {
  const forecasts = new Map(
    [...fold.forecasts].map(([name, forecast]) => [name, withinBounds(forecast, bounds)] as const),
  );
  return { ...fold, forecasts };
}

/** @throws RecurraError `option` */
export function checkBounds({ lower, upper }: Bounds): void {
  for (const [name, value] of Object.entries({ lower, upper })) {
    if (value === undefined || Number.isFinite(value)) continue;
    throw new RecurraError("option", `The ${name} bound is ${value}; wanted a number`);
  }
  if (lower === undefined || upper === undefined || lower < upper) return;
  throw new RecurraError(
    "option",
    `The lower bound is ${lower} and the upper bound ${upper}; wanted a lower one that is below the upper one`,
  );
}

/** The series whose values are within the bounds. @throws RecurraError `out-of-bounds` for one that is not, unless such are skipped */
export function seriesWithin(set: SeriesSet, bounds: Bounds, onError: "throw" | "skip"): SeriesSet {
  const faults = set.series.map((series) => faultOf(series, bounds, set.style));
  const first = faults.find((fault) => fault !== undefined);
  if (first === undefined) return set;
  const series = set.series.filter((_, i) => faults[i] === undefined);
  if (onError === "throw" || series.length === 0) throw new RecurraError("out-of-bounds", first);
  const skipped = set.series.flatMap(({ name }, i) => {
    const reason = faults[i];
    return reason === undefined ? [] : [{ series: name, reason }];
  });
  return { ...set, series, skipped: [...set.skipped, ...skipped] };
}

/** What is wrong with the first value of a series that is beyond the bounds. */
function faultOf(
  { name, values, times }: Series,
  { lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY }: Bounds,
  style: TimeStyle,
): string | undefined {
  const at = values.findIndex((value) => value < lower || value > upper);
  const value = values[at];
  if (value === undefined) return undefined;
  const bound = value < lower ? `the lower bound of ${lower}` : `the upper bound of ${upper}`;
  return `Series ${quoted(name)}: the value at ${formatTime(times[at] ?? 0, style)} is ${value}, beyond ${bound}. Mend the value, or give another bound.`;
}
