// The chart of a decomposition: what was observed, and the parts that it is made of, one below the other.

import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";
import { thin } from "./thin.ts";

export interface DecompositionPart {
  /** `trend`, `season of 12`, `remainder`. */
  readonly label: string;
  /** [T] NaN where there is none. */
  readonly values: Float64Array;
}

export interface DecompositionChart {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** Whether times are milliseconds since 1970, or the numbers of a count. */
  readonly calendar: boolean;
  /** [T] */
  readonly times: Float64Array;
  /** From the top down; each has an axis of its own. */
  readonly parts: readonly DecompositionPart[];
  readonly width?: number | undefined;
  /** Of one panel. */
  readonly height?: number | undefined;
}

/** More points than this are thinned: the drawing has fewer pixels. */
const POINTS = 1600;

/** The Vega-Lite specification of a decomposition: panels that share their time axis. */
export function decompositionSpec(chart: DecompositionChart): TopLevelSpec {
  const { title, subtitle, calendar, times, parts, width = 820, height = 90 } = chart;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: subtitle === undefined ? { text: title } : { text: title, subtitle },
    spacing: 10,
    vconcat: parts.map(({ label, values }, i) => {
      const points = thin({ times, values }, POINTS);
      const isLast = i === parts.length - 1;
      return {
        width,
        height,
        data: { values: Array.from(points.times, (t, j) => ({ t, v: finite(points.values[j]) })) },
        mark: { type: "line", color: i === 0 ? LIGHT.actual : LIGHT.forecast, strokeWidth: 1.4 },
        encoding: {
          x: {
            field: "t",
            type: calendar ? "temporal" : "quantitative",
            scale: calendar ? { type: "utc" } : { zero: false, nice: false },
            title: null,
            axis: { labels: isLast, ticks: isLast },
          },
          y: {
            field: "v",
            type: "quantitative",
            scale: { zero: false },
            axis: {
              title: label,
              tickCount: 4,
              titleAngle: 0,
              titleAlign: "left",
              titleAnchor: "end",
              titleX: -32,
              titleY: -6,
            },
          },
        },
      };
    }),
  } as TopLevelSpec;
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
