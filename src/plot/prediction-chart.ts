// The chart of predictions against what came: actual and predicted values over dates, with the mean squared error in the title.

import { RecurraError } from "../platform/error.ts";
import {
  type ForecastChart,
  fewDates,
  forecastGridSpec,
  forecastSpec,
  type LineRole,
} from "./forecast-chart.ts";
import type { TopLevelSpec } from "./svg.ts";
import type { Points } from "./thin.ts";

/** What one model predicted. */
export interface Prediction {
  /** What the legend calls it. */
  readonly label: string;
  /** [T] NaN where there is no prediction. */
  readonly values: Float64Array;
}

export interface PredictionChart {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** The mean squared error, which is added to the title. */
  readonly mse?: number | undefined;
  /** Whether times are milliseconds since 1970, or the numbers of a count. */
  readonly calendar: boolean;
  /** [T] */
  readonly times: Float64Array;
  /** [T] NaN where nothing was observed. */
  readonly actual: Float64Array;
  /** Those of one to three models. */
  readonly predictions: readonly Prediction[];
  /** Where the training data end, marked by a line. */
  readonly split?: number | undefined;
  /** Units of the drawing, 1 by default a pixel. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** One colour for each model. */
const roles: readonly LineRole[] = ["forecast", "backtest", "baseline"];

/** From here on a grid is a sheet of small panels, five in a row. */
const many = 7;

/** The Vega-Lite specification: what was observed, and on it what each model predicted. */
export function predictionSpec(chart: PredictionChart): TopLevelSpec {
  return {
    ...forecastSpec(asForecast(chart)),
    config: { axisTemporal: { tickCount: fewDates(chart.width ?? 860) } },
  } as TopLevelSpec;
}

/**
 * Several predictions in one drawing, such as those of one model for each of many series, or of several models for one: up to three in a
 * row, five where there are more than six.
 */
export function predictionGridSpec(charts: readonly PredictionChart[], title: string): TopLevelSpec {
  const isDense = charts.length >= many;
  const [width, height] = isDense ? [180, 96] : [300, 180];
  const panels = charts.map((chart) => asForecast({ width, height, ...chart }));
  return {
    ...forecastGridSpec(panels, title),
    columns: isDense ? 5 : Math.min(charts.length, 3),
  } as TopLevelSpec;
}

function asForecast(chart: PredictionChart): ForecastChart {
  const { title, mse, times, actual, predictions, split, ...others } = chart;
  if (predictions.length < 1 || predictions.length > roles.length) {
    throw new RecurraError(
      "option-value",
      `prediction chart "${title}": there are ${predictions.length} predictions; wanted one to ${roles.length}. Draw more as a grid.`,
    );
  }
  const lines = [{ label: "actual", values: actual }, ...predictions];
  for (const { label, values } of lines) {
    if (values.length === times.length) continue;
    throw new RecurraError(
      "length",
      `prediction chart "${title}": "${label}" has ${values.length} values for ${times.length} times; wanted one for each`,
    );
  }
  return {
    ...others,
    title: mse === undefined ? title : `${title}: MSE ${Number(mse.toPrecision(3))}`,
    lines: lines.map(({ label, values }, i) => ({
      label,
      role: i === 0 ? "actual" : (roles[i - 1] ?? "forecast"),
      pieces: stretches(times, values),
    })),
    now: split,
  };
}

/** The stretches without a gap. */
function stretches(times: Float64Array, values: Float64Array): Points[] {
  const found: Points[] = [];
  let start = 0;
  for (let t = 0; t <= values.length; t++) {
    if (t < values.length && Number.isFinite(values[t])) continue;
    if (t > start) found.push({ times: times.subarray(start, t), values: values.subarray(start, t) });
    start = t + 1;
  }
  return found;
}
