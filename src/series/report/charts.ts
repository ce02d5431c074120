// The charts of a forecast: the whole history with the forecast, and the backtest seen closely.

import { type ForecastChart, forecastGridSpec, forecastSpec, type Line } from "../../plot/forecast-chart.ts";
import type { TopLevelSpec } from "../../plot/svg.ts";
import type { Points } from "../../plot/thin.ts";
import type { Fold } from "../evaluate/backtest.ts";
import { addSteps, stepNoun } from "../observed/calendar.ts";
import { displayName, titleOf } from "./names.ts";
import type { ForecastParts, SeriesForecast } from "./parts.ts";

/** How many series a drawing of several shows. */
const DRAWN = 60;

/** The drawing of forecast.svg: one chart, or a grid of the first series. */
export function overviewSpec(parts: ForecastParts): TopLevelSpec {
  const [only, second] = parts.series;
  if (only !== undefined && second === undefined) return forecastSpec(forecastChart(parts, only));
  return seriesGridSpec(parts);
}

/** A grid of small charts, one for each series. */
export function seriesGridSpec(parts: ForecastParts): TopLevelSpec {
  const drawn = parts.series.slice(0, DRAWN);
  const of =
    drawn.length < parts.series.length
      ? `, the first ${drawn.length} of ${parts.series.length.toLocaleString("en-US")}`
      : "";
  return forecastGridSpec(
    drawn.map((one) => forecastChart(parts, one)),
    `${titleOf(parts.table, parts.series.length)}${of}`,
  );
}

/** Observed, backtested and forecast values of one series. A long history is shown from where the forecast can be seen. */
export function forecastChart(parts: ForecastParts, one: SeriesForecast): ForecastChart {
  const { series, folds } = one;
  const shown = Math.max(12 * parts.horizon, (folds.length + 3) * parts.horizon, 150);
  const start = Math.max(0, series.values.length - shown);
  const history: Points = { times: series.times.subarray(start), values: series.values.subarray(start) };
  const noun = `${parts.horizon} ${stepNoun(parts.frequency, parts.horizon)}`;
  const several = parts.series.length > 1;
  const lines: Line[] = [
    { label: "observed", role: "actual", pieces: [history] },
    ...backtestLines(parts.model, folds, "backtest"),
    { label: "forecast", role: "forecast", pieces: [joined(series, one)] },
  ];
  return {
    title: several ? series.name : `${parts.table.columns.target}: ${noun} ahead`,
    ...(several ? {} : { subtitle: subtitleOf(parts, start) }),
    calendar: parts.style.form !== "index",
    lines,
    now: series.times.at(-1),
    intervals: one.forecast.intervals.map((interval) => ({ ...interval, times: one.times })),
    bands: bandsOf(folds, parts),
  };
}

/** What a chart of folds has to know beside them. */
export type BacktestSurroundings = Pick<ForecastParts, "horizon" | "frequency" | "style" | "model">;

/** The folds of one series, with every forecaster's expectation; undefined where it has none. */
export function backtestChart(
  parts: BacktestSurroundings,
  one: Pick<SeriesForecast, "series" | "folds">,
): ForecastChart | undefined {
  const { series, folds } = one;
  const [first] = folds;
  if (first === undefined) return undefined;
  const start = Math.max(0, first.origin - Math.max(parts.horizon, series.season));
  const names = [...first.forecasts.keys()];
  const baseline = names.includes("seasonal-naive") ? "seasonal-naive" : "naive";
  return {
    title: `Backtest: ${folds.length} × ${parts.horizon} ${stepNoun(parts.frequency, 2)}`,
    subtitle: "Each stretch was forecast from what came before it, and nothing else",
    calendar: parts.style.form !== "index",
    lines: [
      {
        label: "observed",
        role: "actual",
        pieces: [{ times: series.times.subarray(start), values: series.values.subarray(start) }],
      },
      ...backtestLines(parts.model, folds, displayName(parts.model)),
      ...(baseline === parts.model ? [] : backtestLines(baseline, folds, displayName(baseline), "baseline")),
    ],
    bands: bandsOf(folds, parts),
  };
}

function backtestLines(
  model: string,
  folds: readonly Fold[],
  label: string,
  role: Line["role"] = "backtest",
): Line[] {
  const pieces = folds.flatMap((fold) => {
    const forecast = fold.forecasts.get(model);
    return forecast === undefined ? [] : [{ times: fold.times, values: forecast.mean }];
  });
  return pieces.length === 0 ? [] : [{ label, role, pieces }];
}

/** The forecast from the last observation on, so that the lines meet. */
function joined({ times, values }: SeriesForecast["series"], one: SeriesForecast): Points {
  return {
    times: Float64Array.of(times.at(-1) ?? 0, ...one.times),
    values: Float64Array.of(values.at(-1) ?? 0, ...one.forecast.mean),
  };
}

/** Each fold from the last value it knew to its end; every second one, so that they are told apart. */
function bandsOf(
  folds: readonly Fold[],
  parts: Pick<ForecastParts, "frequency">,
): { from: number; to: number }[] {
  return folds
    .map((fold) => ({
      from: addSteps(fold.times[0] ?? 0, -1, parts.frequency),
      to: fold.times.at(-1) ?? 0,
    }))
    .filter((_, i) => (folds.length - i) % 2 === 1);
}

function subtitleOf(parts: ForecastParts, start: number): string {
  const by = `by ${displayName(parts.model)}`;
  return start === 0
    ? by
    : `${by}; of the history, the last ${(parts.series[0]?.series.values.length ?? 0) - start} values`;
}
