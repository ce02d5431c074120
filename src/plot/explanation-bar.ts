// The bar chart of an explanation: how much each feature matters over many rows, or what it adds in one.

import { RecurraError } from "../platform/error.ts";
import {
  closedFeatures,
  type ExplainedRow,
  type ExplainedTable,
  LOWERS,
  labelOf,
  nameAxis,
  RAISES,
  ranked,
  shortNumber,
  signed,
} from "./explanation-parts.ts";
import { textWidth } from "./explanation-text-width.ts";
import { mostWith } from "./explanation-waterfall.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";

export interface ExplanationBarChart {
  /** An explanation of one output, of which the mean |value| of each feature is drawn; or one row of it, with signs. */
  readonly explanation: ExplainedTable | ExplainedRow;
  /** Default "What matters most", and of one row "What this prediction rests on". */
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** Features at most; the weaker ones are one bar together. Default 20. */
  readonly features?: number | undefined;
  /** Units of the drawing without the names, 1 by default a pixel. Default 560. */
  readonly width?: number | undefined;
}

const ROW = 28;

/**
 * The Vega-Lite specification of a bar chart of an explanation.
 *
 * @throws RecurraError `chart` for no features, and for several outputs at once
 */
export function explanationBarSpec(chart: ExplanationBarChart): TopLevelSpec {
  const { explanation, width = 560, features: most = 20 } = chart;
  if (!Number.isInteger(most) || most < 1)
    throw new RecurraError(
      "chart",
      `explanationBarSpec: features is ${most}; wanted a positive whole number`,
    );
  const isRow = "features" in explanation;
  const bars = isRow
    ? mostWith(closedFeatures("explanationBarSpec", explanation), most).map((feature) => ({
        name: labelOf(feature),
        value: feature.value,
        text: signed(feature.value),
      }))
    : meanBars(explanation, most);
  const rows = bars.map((bar, i) => ({ row: i, ...bar, effect: bar.value >= 0 ? "raises" : "lowers" }));
  const [low, high] = [
    Math.min(0, ...bars.map(({ value }) => value)),
    Math.max(0, ...bars.map(({ value }) => value)),
  ];
  const beside = Math.max(...bars.map(({ text }) => textWidth(text, 12))) + 12;
  const unit = (high - low || 1) / Math.max(width - (low < 0 ? 2 : 1) * beside, 50);
  const x = {
    field: "value",
    type: "quantitative",
    scale: { domain: [low < 0 ? low - beside * unit : 0, high + beside * unit], nice: false },
    axis: {
      title: isRow ? "what it adds to the prediction" : "mean |value|: by how much it moves predictions",
      tickCount: 6,
      format: ",~f",
    },
  };
  const y = {
    field: "row",
    type: "ordinal",
    scale: { paddingInner: 0.3, paddingOuter: 0.15 },
    axis: nameAxis(bars.map(({ name }) => name)),
  };
  const only = (effect: string) => [{ filter: `datum.effect == '${effect}'` }];
  const bar = (effect: string, color: string) => ({
    transform: only(effect),
    mark: { type: "bar", color, cornerRadiusEnd: 2 },
    encoding: {
      x,
      y,
      tooltip: [
        { field: "name", title: "feature" },
        { field: "text", title: "value" },
      ],
    },
  });
  const text = (effect: string, align: string, dx: number) => ({
    transform: only(effect),
    mark: { type: "text", align, dx, fontSize: 12, color: LIGHT.text },
    encoding: { x, y, text: { field: "text" } },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: chart.title ?? (isRow ? "What this prediction rests on" : "What matters most"),
      subtitle: chart.subtitle ?? (isRow ? "Red raises the prediction, blue lowers it." : undefined),
    },
    width,
    height: rows.length * ROW,
    data: { values: rows },
    layer: [
      // A mean without sign raises nothing: it has a colour of its own.
      bar("raises", isRow ? RAISES : LIGHT.forecast),
      bar("lowers", LOWERS),
      text("raises", "left", 5),
      text("lowers", "right", -5),
    ],
  } as TopLevelSpec;
}

function meanBars(table: ExplainedTable, most: number) {
  const { means, order } = ranked("explanationBarSpec", table);
  const isAll = order.length <= most;
  const bars = order.slice(0, isAll ? most : most - 1).map((f) => ({
    name: table.names[f] ?? "",
    value: means[f] ?? 0,
    text: shortNumber(means[f] ?? 0),
  }));
  if (isAll) return bars;
  const rest = order.slice(most - 1);
  const value = rest.reduce((sum, f) => sum + (means[f] ?? 0), 0);
  return [...bars, { name: `${rest.length} other features`, value, text: shortNumber(value) }];
}
