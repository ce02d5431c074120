// The chart of predicted numbers against those that came: a point for each row, on the line where both are the same.

import { RecurraError } from "../platform/error.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";

export interface PredictedActualChart {
  /** [N] */
  readonly actual: Float64Array;
  /** [N] */
  readonly predicted: Float64Array;
  /** Default "Predicted and actual". */
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** What the numbers are: `price`. Default "value". */
  readonly quantity?: string | undefined;
  /** Whether both are drawn by their logarithm, which leaves out what is not positive. Default false. */
  readonly log?: boolean | undefined;
  /** The side of the drawing in its units, 1 by default a pixel. Default 460. */
  readonly size?: number | undefined;
}

/** Of more points than this every so many-th is drawn. */
const MOST = 3000;

/** The Vega-Lite specification. @throws RecurraError `length` for numbers that are not as many of both, or none */
export function predictedActualSpec(chart: PredictedActualChart): TopLevelSpec {
  const {
    actual,
    predicted,
    title = "Predicted and actual",
    quantity = "value",
    log = false,
    size = 460,
  } = chart;
  if (actual.length !== predicted.length || actual.length === 0)
    throw new RecurraError(
      "length",
      `predictedActualSpec: there are ${actual.length} actual and ${predicted.length} predicted numbers; wanted as many of both, at least one`,
    );
  const stride = Math.ceil(actual.length / MOST);
  const points: { x: number; y: number }[] = [];
  for (let row = 0; row < actual.length; row += stride) {
    const [x = Number.NaN, y = Number.NaN] = [actual[row], predicted[row]];
    if (Number.isFinite(x) && Number.isFinite(y) && (!log || (x > 0 && y > 0))) points.push({ x, y });
  }
  const all = points.flatMap(({ x, y }) => [x, y]);
  const least = all.reduce((a, b) => Math.min(a, b), Infinity);
  const most = all.reduce((a, b) => Math.max(a, b), -Infinity);
  const domain = widened(least, most, log);
  const scale = { type: log ? "log" : "linear", domain, nice: !log, zero: false };
  const axis = { format: "~s", grid: true, tickCount: 6, ...(log && { values: logTicks(domain) }) };
  const x = { field: "x", type: "quantitative", scale, axis, title: `actual ${quantity}` };
  const y = { field: "y", type: "quantitative", scale, axis, title: `predicted ${quantity}` };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, ...(chart.subtitle !== undefined && { subtitle: chart.subtitle }) },
    width: size,
    height: size,
    layer: [
      {
        data: { values: domain.map((value) => ({ x: value, y: value })) },
        mark: { type: "line", color: LIGHT.muted, strokeDash: [4, 3], strokeWidth: 1.5 },
        encoding: { x, y },
      },
      {
        data: { values: points },
        mark: {
          type: "circle",
          color: LIGHT.forecast,
          size: 26,
          opacity: points.length > 600 ? 0.35 : 0.55,
          clip: true,
        },
        encoding: { x, y },
      },
    ],
  } as TopLevelSpec;
}

/** Room beside the first and the last point, as a share of what lies between them. */
const MARGIN = 0.04;

/** The bounds of the axes: no point is cut. */
function widened(least: number, most: number, log: boolean): [number, number] {
  if (!log) {
    const margin = MARGIN * (most - least);
    return [least - margin, most + margin];
  }
  const margin = (most / least) ** MARGIN;
  return [least / margin, most * margin];
}

/** Fewer labels than this are too few to read values off. */
const LABELS = 4;
/** Of each power of ten, the first of these that give enough. */
const FACTORS = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 8]];

/** Undefined where the axis finds its own. */
function logTicks([least, most]: readonly [number, number]): readonly number[] | undefined {
  for (const factors of FACTORS) {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++)
      for (const factor of factors) ticks.push(Number(`${factor}e${power}`));
    const shown = ticks.filter((tick) => tick >= least && tick <= most);
    if (shown.length >= LABELS) return shown;
  }
  return undefined;
}
