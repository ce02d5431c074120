// The chart of residuals: what a model left unexplained over time, and how it goes with itself some steps later.

import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";
import { thin } from "./thin.ts";

export interface ResidualChart {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** Whether times are milliseconds since 1970, or the numbers of a count. */
  readonly calendar: boolean;
  /** [T] */
  readonly times: Float64Array;
  /** [T] NaN where there is none. */
  readonly residuals: Float64Array;
  /** At the lags 1, 2, … */
  readonly autocorrelations: readonly number[];
  /** Autocorrelations beyond ± this are more than chance. */
  readonly limit: number;
}

/** Data of one row, for rules at a place of their own. */
const ONE = { values: [{}] };

/** The Vega-Lite specification: residuals over time beside their autocorrelations. */
export function residualSpec(chart: ResidualChart): TopLevelSpec {
  const { title, subtitle, calendar, times, residuals, autocorrelations, limit } = chart;
  const points = thin({ times, values: residuals }, 800);
  const x = calendar
    ? { field: "t", type: "temporal", scale: { type: "utc" }, title: null }
    : { field: "t", type: "quantitative", scale: { zero: false, nice: false }, title: null };
  const overTime = {
    width: 500,
    height: 150,
    title: { text: "residuals", fontSize: 12, fontWeight: 400, color: LIGHT.muted },
    layer: [
      {
        data: ONE,
        mark: { type: "rule", color: LIGHT.grid, strokeWidth: 1.5 },
        encoding: { y: { datum: 0 } },
      },
      {
        data: {
          values: Array.from(points.times, (t, i) => ({ t, v: points.values[i] })).filter(({ v }) =>
            Number.isFinite(v),
          ),
        },
        mark: { type: "line", color: LIGHT.actual, strokeWidth: 1.1 },
        encoding: { x, y: { field: "v", type: "quantitative", title: null, axis: { tickCount: 5 } } },
      },
    ],
  };
  const bounds = [limit, -limit].map((y) => ({
    data: ONE,
    mark: { type: "rule", color: LIGHT.backtest, strokeDash: [4, 3], strokeWidth: 1.2 },
    encoding: { y: { datum: y } },
  }));
  const bars = {
    width: 270,
    height: 150,
    title: { text: "autocorrelation by lag", fontSize: 12, fontWeight: 400, color: LIGHT.muted },
    layer: [
      {
        data: { values: autocorrelations.map((r, i) => ({ lag: i + 1, r })) },
        mark: {
          type: "bar",
          color: LIGHT.forecast,
          size: Math.max(2, Math.min(8, 200 / autocorrelations.length)),
        },
        encoding: {
          x: {
            field: "lag",
            type: "quantitative",
            title: null,
            axis: { tickMinStep: 1 },
            scale: { nice: false },
          },
          y: { field: "r", type: "quantitative", title: null, axis: { tickCount: 5 } },
        },
      },
      ...bounds,
    ],
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: subtitle === undefined ? { text: title } : { text: title, subtitle },
    spacing: 24,
    hconcat: [overTime, bars],
  } as TopLevelSpec;
}
