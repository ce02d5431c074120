// A series made ready for windows: transformed, with its scale and its covariates.

import type { Series } from "../observed/series.ts";
import { type CovariateScales, prepareCovariates } from "./covariate-scales.ts";
import {
  chooseTransform,
  meanChange,
  seriesScale,
  type Transform,
  type TransformOptions,
  transformed,
} from "./preparation.ts";
import type { WindowScaling } from "./window-batch.ts";
import type { WindowSource } from "./window-source.ts";

export interface PreparedSeries {
  readonly name: string;
  /** Values of the whole series, of which a saved forecaster keeps the last alone. */
  readonly length: number;
  readonly transform: Transform;
  readonly source: WindowSource;
}

export interface PrepareOptions extends TransformOptions {
  readonly scaling: WindowScaling;
}

/**
 * Prepares a series. Transform and scales come from its values before `end` alone.
 *
 * @throws RecurraError `covariates`
 */
export function prepareSeries(
  series: Series,
  scales: CovariateScales,
  options: PrepareOptions,
  end = series.values.length,
): PreparedSeries {
  const transform = chooseTransform(series, end, options);
  const values = transformed(series.values, transform);
  const seen = values.subarray(0, end);
  const lag = transform.season === null && series.season < end ? series.season : 1;
  return {
    name: series.name,
    length: series.values.length,
    transform,
    source: {
      values,
      hasGaps: values.some((value) => Number.isNaN(value)),
      isLog: transform.log,
      ...seriesScale(seen, options.scaling),
      change: meanChange(seen, lag),
      ...prepareCovariates(series, scales, end),
    },
  };
}
