// The chart of how often the gates of a recurrent layer are open or closed.

import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";

export interface GateSaturationChart {
  /** [T, U] each, by the name of the gate; values from 0 to 1. */
  readonly gates: Readonly<Record<string, NdArray>>;
  readonly title?: string | undefined;
  /** Default: how the drawing is read. */
  readonly subtitle?: string | undefined;
}

/** How often a gate is closed and open. */
export interface GateSaturation {
  /** [U] The share of tokens at which it is below 0.1. */
  readonly closed: Float64Array;
  /** [U] The share of tokens at which it is above 0.9. */
  readonly open: Float64Array;
}

const CLOSED = 0.1;
const OPEN = 0.9;
const SIDE = 190;

/** How often each unit's gate is closed and open: saturated to the left and to the right. @param values [T, U] */
export function gateSaturation(values: NdArray): GateSaturation {
  const [count = 0, width = 0] = values.shape;
  const numbers = values.toFloat64();
  const [closed, open] = [new Float64Array(width), new Float64Array(width)];
  for (const [i, value] of numbers.entries()) {
    const u = i % width;
    if (value < CLOSED) closed[u] = (closed[u] ?? 0) + 1 / count;
    if (value > OPEN) open[u] = (open[u] ?? 0) + 1 / count;
  }
  return { closed, open };
}

/**
 * The Vega-Lite specification of a saturation plot: for each gate a panel, in it a point for each unit, the further to the right the more
 * often the gate is closed (below 0.1), the higher the more often it is open (above 0.9).
 *
 * Source: Karpathy, Johnson & Fei-Fei, "Visualizing and understanding recurrent networks", arXiv:1506.02078, figure 3.
 *
 * @throws RecurraError `chart` for no gates, and for values that are not [T, U]
 */
export function gateSaturationSpec(chart: GateSaturationChart): TopLevelSpec {
  const { gates, title = "How often gates are closed and open" } = chart;
  const names = Object.keys(gates);
  if (names.length === 0) throw new RecurraError("chart", "gateSaturationSpec: there are no gates to draw");
  const odd = names.find((name) => gates[name]?.rank !== 2 || gates[name]?.size === 0);
  if (odd !== undefined)
    throw new RecurraError(
      "chart",
      `gateSaturationSpec: wants values [tokens, units] of each gate, got [${gates[odd]?.shape.join(", ")}] of ${odd}`,
    );
  const share = (field: string, axisTitle: string, extra: object = {}) => ({
    field,
    type: "quantitative",
    scale: { domain: [0, 1] },
    axis: { title: axisTitle, format: "%", values: [0, 0.5, 1], grid: true, ...extra },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: title,
      subtitle: chart.subtitle ?? [
        "A point is a unit: to the right, closed at more of the tokens (below 0.1);",
        "upwards, open at more of them (above 0.9).",
      ],
    },
    spacing: 28,
    hconcat: names.map((name, i) => {
      const { closed, open } = gateSaturation(gates[name] as NdArray);
      return {
        title: { text: `${name} gate`, fontSize: 12, fontWeight: 600, offset: 6 },
        width: SIDE,
        height: SIDE,
        layer: [
          {
            // Both at once is not possible.
            data: {
              values: [
                { x: 0, y: 1 },
                { x: 1, y: 0 },
              ],
            },
            mark: { type: "line", color: LIGHT.baseline, strokeWidth: 1, strokeDash: [3, 3] },
            encoding: { x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" } },
          },
          {
            data: {
              values: Array.from(closed, (value, unit) => ({
                unit,
                closed: Number(value.toFixed(4)),
                open: Number((open[unit] ?? 0).toFixed(4)),
              })),
            },
            mark: { type: "circle", color: LIGHT.forecast, size: 42, opacity: 0.55, clip: false },
            encoding: {
              x: share("closed", "closed"),
              y: share("open", i === 0 ? "open" : ""),
              tooltip: [
                { field: "unit" },
                { field: "closed", format: ".0%" },
                { field: "open", format: ".0%" },
              ],
            },
          },
        ],
      };
    }),
  } as TopLevelSpec;
}
