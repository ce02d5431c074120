// The waterfall: step by step from the base value at the bottom to the prediction at the top, the strongest feature last.

import {
  closedFeatures,
  type ExplainedFeature,
  type ExplainedRow,
  LOWERS,
  labelOf,
  nameAxis,
  RAISES,
  shortNumber,
  signed,
} from "./explanation-parts.ts";
import { textWidth } from "./explanation-text-width.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";

export interface WaterfallChart {
  /** What `row()` of an explanation gives. */
  readonly explanation: ExplainedRow;
  /** Default "From the base value to the prediction". */
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** Steps at most; the weaker features are one step together. Default 10. */
  readonly steps?: number | undefined;
  /** Units of the drawing without the names, 1 by default a pixel. Default 560. */
  readonly width?: number | undefined;
}

const ROW = 30;

/**
 * The Vega-Lite specification of a waterfall plot of one prediction, as in Python's shap.
 *
 * @throws RecurraError `chart` for a row without features or with values that are not finite
 */
export function waterfallSpec(chart: WaterfallChart): TopLevelSpec {
  const { explanation, title = "From the base value to the prediction", width = 560, steps = 10 } = chart;
  const { baseValue, prediction } = explanation;
  const features = mostWith(closedFeatures("waterfallSpec", explanation), steps);
  let after = prediction;
  const rows = features.map((feature, i) => {
    const before = after - feature.value;
    const row = {
      row: i,
      from: before,
      to: after,
      effect: feature.value >= 0 ? "raises" : "lowers",
      text: signed(feature.value),
      label: labelOf(feature),
      next: i + 1,
    };
    after = before;
    return row;
  });
  const ends = rows.flatMap(({ from, to }) => [from, to]);
  const [low, high] = [Math.min(...ends, baseValue), Math.max(...ends, baseValue)];
  const span = high - low || Math.max(Math.abs(prediction), 1) * 0.1;
  // Room for the numbers beside the bars.
  const beside = Math.max(...rows.map(({ text }) => textWidth(text, 12))) + 12;
  const unit = span / Math.max(width - 2 * beside, 50);
  const domain = [low - beside * unit, high + beside * unit];
  const x = {
    field: "from",
    type: "quantitative",
    scale: { domain, nice: false, zero: false },
    axis: { title: null, tickCount: 7, format: ",~f", domain: true, grid: false },
  };
  const height = rows.length * ROW;
  const y = {
    field: "row",
    type: "ordinal",
    scale: { paddingInner: 0.3, paddingOuter: 0.15 },
    axis: nameAxis(features.map((feature) => labelOf(feature))),
  };
  const bars = (effect: string, color: string) => ({
    transform: [{ filter: `datum.effect == '${effect}'` }],
    mark: { type: "bar", color, cornerRadius: 1.5, minBandSize: 3 },
    encoding: {
      x,
      x2: { field: "to" },
      y,
      tooltip: [
        { field: "label", title: "feature" },
        { field: "text", title: "value" },
      ],
    },
  });
  const numbers = (effect: string, align: string, dx: number) => ({
    transform: [{ filter: `datum.effect == '${effect}'` }],
    mark: { type: "text", align, dx, fontSize: 12, color: LIGHT.text },
    encoding: { x: { ...x, field: "to" }, y, text: { field: "text" } },
  });
  const name =
    explanation.output === undefined || /^output \d+$/.test(explanation.output) ? "f(x)" : explanation.output;
  const rule = (value: number, dash: readonly number[], color: string) => ({
    data: { values: [{ from: value }] },
    mark: { type: "rule", color, strokeDash: dash, strokeWidth: 1 },
    encoding: { x },
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: title,
      subtitle:
        chart.subtitle ??
        `From the bottom, base value ${shortNumber(baseValue)}, up to ${name} = ${shortNumber(prediction)}. Red raises, blue lowers.`,
    },
    width,
    height,
    data: { values: rows },
    layer: [
      rule(baseValue, [2, 3], LIGHT.baseline),
      rule(prediction, [1, 0], LIGHT.baseline),
      // From where a step starts to where the one below ended.
      {
        transform: [{ filter: `datum.row < ${rows.length - 1}` }],
        mark: { type: "rule", color: LIGHT.baseline, strokeWidth: 1, strokeDash: [2, 2] },
        encoding: { x, y: { ...y, bandPosition: 0.5 }, y2: { field: "next", bandPosition: 0.5 } },
      },
      bars("raises", RAISES),
      bars("lowers", LOWERS),
      numbers("raises", "left", 5),
      numbers("lowers", "right", -5),
    ],
  } as TopLevelSpec;
}

/** The strongest features, strongest first, and the others as one. */
export function mostWith(features: readonly ExplainedFeature[], most: number): readonly ExplainedFeature[] {
  const sorted = features.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  if (sorted.length <= most) return sorted;
  const rest = sorted.slice(most - 1);
  const value = rest.reduce((sum, feature) => sum + feature.value, 0);
  return [...sorted.slice(0, most - 1), { name: `${rest.length} other features`, value }];
}
