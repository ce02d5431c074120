// The force plot: from the base value to the prediction, with what pushes it up coming from the left and what pushes it down from the right.

import { type Arrow, LABELS, placeLabels } from "./explanation-force-labels.ts";
import {
  closedFeatures,
  type ExplainedFeature,
  type ExplainedRow,
  LOWERS,
  labelOf,
  RAISES,
  shortNumber,
  signed,
} from "./explanation-parts.ts";
import { textWidth } from "./explanation-text-width.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";

export interface ForceChart {
  /** What `row()` of an explanation gives. */
  readonly explanation: ExplainedRow;
  /** Default "What pushes the prediction". */
  readonly title?: string | undefined;
  /** Default: how the drawing is read. */
  readonly subtitle?: string | undefined;
  /** Units of the drawing, 1 by default a pixel. Default 860. */
  readonly width?: number | undefined;
  /** Features that are named at most, the strongest. Default 16. */
  readonly labels?: number | undefined;
}

/** Places from the top down, in units of the drawing. */
const PREDICTION = 14;
const BASE = 33;
const BAR = { top: 44, bottom: 70 };
/** How far an arrow's head reaches. */
const TIP = 6;

/**
 * The Vega-Lite specification of a force plot of one prediction, as in Python's shap. Red arrows raise the prediction, blue ones lower it,
 * each as long as the feature's value; the two sides meet at the prediction.
 *
 * @throws RecurraError `chart` for a row without features or with values that are not finite
 */
export function forceSpec(chart: ForceChart): TopLevelSpec {
  const { explanation, title = "What pushes the prediction", width = 860, labels = 16 } = chart;
  const { baseValue, prediction } = explanation;
  const features = closedFeatures("forceSpec", explanation);
  const [raising, lowering] = [1, -1].map((sign) => arrows(features, prediction, sign)) as [Arrow[], Arrow[]];
  const low = Math.min(baseValue, raising.at(-1)?.from ?? prediction);
  const high = Math.max(baseValue, lowering.at(-1)?.from ?? prediction);
  const span = high - low || Math.max(Math.abs(prediction), 1) * 0.1;
  const domain = [low - 0.06 * span, high + 0.06 * span] as const;
  const toPixels = (value: number) => ((value - domain[0]) / (domain[1] - domain[0])) * width;
  const perPixel = (domain[1] - domain[0]) / width;

  const placed = placeLabels([...raising, ...lowering], { labels, width, toPixels });
  const deepest = Math.max(-1, ...placed.map(({ tier }) => tier));
  const height = (deepest < 0 ? BAR.bottom : LABELS.first + LABELS.step * deepest) + 10;

  const x = {
    field: "x",
    type: "quantitative",
    scale: { domain, nice: false, zero: false },
    axis: { orient: "top", title: null, tickCount: 8, format: ",~f", domain: true, labelPadding: 4 },
  };
  const y = { field: "y", type: "quantitative", scale: { domain: [height, 0], nice: false }, axis: null };
  const polygons = (side: readonly Arrow[], fill: string): object => ({
    data: { values: side.flatMap((arrow, i) => corners(arrow, i, perPixel)) },
    mark: {
      type: "line",
      fill,
      stroke: LIGHT.background,
      strokeWidth: 0.8,
      strokeJoin: "round",
      interpolate: "linear-closed",
    },
    encoding: {
      x,
      y,
      detail: { field: "arrow" },
      order: { field: "order", type: "quantitative" },
      tooltip: [{ field: "label", title: "feature" }, { field: "effect" }],
    },
  });
  const text = (values: readonly object[], mark: object): object => ({
    data: { values },
    mark: { type: "text", baseline: "middle", ...mark },
    encoding: { x, y, text: { field: "text" } },
  });
  const rules = (values: readonly object[], mark: object): object => ({
    data: { values },
    mark: { type: "rule", ...mark },
    encoding: { x, y, y2: { field: "y2" } },
  });
  const fx = `${explanation.output === undefined || /^output \d+$/.test(explanation.output) ? "f(x)" : explanation.output} = ${shortNumber(prediction)}`;
  const base = `base value ${shortNumber(baseValue)}`;
  /** Where a text stands that is centred at a value, but wholly within the drawing. */
  const within = (value: number, text: string, size: number) => {
    const half = textWidth(text, size) / 2;
    const pixels = Math.min(Math.max(toPixels(value), half), width - half);
    return domain[0] + pixels * perPixel;
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: title,
      subtitle: chart.subtitle ?? "Red raises, blue lowers; they meet at the prediction.",
      offset: 18,
    },
    width,
    height,
    layer: [
      polygons(raising, RAISES),
      polygons(lowering, LOWERS),
      rules([{ x: baseValue, y: BASE + 8, y2: BAR.bottom + 4 }], {
        color: LIGHT.text,
        strokeWidth: 1.2,
        strokeDash: [3, 2],
      }),
      rules([{ x: prediction, y: PREDICTION + 9, y2: BAR.bottom + 4 }], {
        color: LIGHT.text,
        strokeWidth: 1.2,
      }),
      rules(
        placed.map(({ at, tier }) => ({
          x: at,
          y: BAR.bottom + 2,
          y2: LABELS.first + LABELS.step * tier - 8,
        })),
        { color: LIGHT.baseline, strokeWidth: 1 },
      ),
      text([{ x: within(prediction, fx, 15), y: PREDICTION, text: fx }], {
        color: LIGHT.text,
        fontSize: 14,
        fontWeight: 600,
      }),
      // Not beneath the line that comes down from the prediction.
      ...baseLabel(),
      ...(["left", "center", "right"] as const).map((align) =>
        text(
          placed
            .filter((label) => label.align === align)
            .map(({ at, tier, text }) => ({ x: at, y: LABELS.first + LABELS.step * tier, text })),
          {
            color: LIGHT.text,
            fontSize: LABELS.size,
            align,
            dx: align === "left" ? -1 : align === "right" ? 1 : 0,
          },
        ),
      ),
    ],
  } as TopLevelSpec;

  function baseLabel() {
    const gap = toPixels(prediction) - toPixels(baseValue);
    const half = textWidth(base, 12) / 2;
    const isNear = Math.abs(gap) < half + 6;
    const place = Math.min(Math.max(toPixels(baseValue), half), width - half);
    // Beside the line, on the side that the base value is on.
    const side = gap >= 0 ? toPixels(prediction) - half - 6 : toPixels(prediction) + half + 6;
    const pixels = isNear ? Math.min(Math.max(side, half), width - half) : place;
    return [
      text([{ x: domain[0] + pixels * perPixel, y: BASE, text: base }], { color: LIGHT.muted, fontSize: 12 }),
    ];
  }
}

/** The arrows of one side, the strongest next to the prediction. */
function arrows(features: readonly ExplainedFeature[], prediction: number, sign: number): Arrow[] {
  const side = features.filter(({ value }) => Math.sign(value) === sign);
  side.sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  let to = prediction;
  return side.map((feature) => {
    const from = to - feature.value;
    const arrow = { feature, from, to };
    to = from;
    return arrow;
  });
}

/** The corners of an arrow: a bar with a notch where it starts and a head where it ends. */
function corners({ feature, from, to }: Arrow, i: number, perPixel: number) {
  const back = Math.sign(from - to) * TIP * perPixel;
  const middle = (BAR.top + BAR.bottom) / 2;
  const points = [
    [from + back, BAR.top],
    [to + back, BAR.top],
    [to, middle],
    [to + back, BAR.bottom],
    [from + back, BAR.bottom],
    [from, middle],
  ];
  const [label, effect] = [labelOf(feature, 60), signed(feature.value)];
  return points.map(([x, y], order) => ({ x, y, order, arrow: i, label, effect }));
}
