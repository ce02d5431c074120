// The summary plot: for each feature a swarm of all rows, by what it adds and by how large it is there.

import { BETWEEN, type ExplainedTable, LOWERS, nameAxis, RAISES, ranked } from "./explanation-parts.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";

export interface SummaryChart {
  /** An explanation of one output. */
  readonly explanation: ExplainedTable;
  /** Default "What matters most, and which way". */
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** Features at most, those with the largest mean |value|. Default 20. */
  readonly features?: number | undefined;
  /** Whether points are coloured by what the row holds; not for ids, whose size says nothing. Default: where the rows hold one number for each feature. */
  readonly coloured?: boolean | undefined;
  /** Units of the drawing without the names, 1 by default a pixel. Default 560. */
  readonly width?: number | undefined;
}

/** Height of a feature's strip, and the size of a point. */
const STRIP = 30;
const POINT = 5.5;

/** More rows than this are thinned to every second, every third and so on: a drawing of all would be slow and no clearer. */
const ROWS = 1500;

/**
 * The Vega-Lite specification of a summary plot ("beeswarm"), as in Python's shap.
 *
 * @throws RecurraError `chart` for no rows or features, and for several outputs at once
 */
export function summarySpec(chart: SummaryChart): TopLevelSpec {
  const { explanation, title = "What matters most, and which way", width = 560, features = 20 } = chart;
  const { numbers, order, count, width: total } = ranked("summarySpec", explanation);
  const shown = order.slice(0, features);
  const data = explanation.data?.size === count * total ? explanation.data.toFloat64() : undefined;
  const isColoured = chart.coloured !== false && data !== undefined;
  const stride = Math.ceil(count / ROWS);
  const drawn = Math.ceil(count / stride);
  const columnOf = (values: Float64Array, f: number) =>
    Float64Array.from({ length: drawn }, (_, i) => values[i * stride * total + f] ?? 0);
  const all = shown.map((f) => columnOf(numbers, f));
  const low = Math.min(0, ...all.map((column) => column.reduce((a, b) => Math.min(a, b), 0)));
  const high = Math.max(0, ...all.map((column) => column.reduce((a, b) => Math.max(a, b), 0)));
  const span = high - low || 1;
  const rows = shown.flatMap((f, strip) => {
    const values = all[strip] as Float64Array;
    const offsets = swarm(values, (span * POINT) / width);
    const sizes = data === undefined ? undefined : relative(columnOf(data, f));
    return Array.from(values, (value, n) => {
      const size = sizes?.[n];
      return {
        x: value,
        y: (strip + 0.5) * STRIP + (offsets[n] ?? 0),
        size: isColoured && size !== undefined && Number.isFinite(size) ? size : null,
        name: explanation.names[f],
        held: data?.[n * stride * total + f],
      };
    });
  });
  const y = {
    field: "y",
    type: "quantitative",
    scale: { domain: [shown.length * STRIP, 0], nice: false },
    axis: {
      ...nameAxis(
        shown.map((f) => explanation.names[f] ?? ""),
        `floor(datum.value / ${STRIP})`,
      ),
      values: shown.map((_, strip) => (strip + 0.5) * STRIP),
      grid: true,
    },
  };
  const x = {
    field: "x",
    type: "quantitative",
    scale: { domain: [low - 0.02 * span, high + 0.02 * span], nice: false },
    axis: { title: "what it adds to the prediction", tickCount: 7, format: ",~f", domain: true },
  };
  const points = (filter: string, color: object | undefined, mark: object) => ({
    data: { values: rows },
    transform: [{ filter }],
    mark: { type: "circle", size: POINT ** 2, opacity: 0.85, ...mark },
    encoding: {
      x,
      y,
      ...(color === undefined ? {} : { color }),
      tooltip: [
        { field: "name", title: "feature" },
        { field: "held", title: "holds" },
        { field: "x", title: "adds" },
      ],
    },
  });
  const scale = {
    field: "size",
    type: "quantitative",
    scale: { domain: [0, 0.5, 1], range: [LOWERS, BETWEEN, RAISES], clamp: true },
    legend: {
      title: null,
      orient: "top",
      direction: "horizontal",
      gradientLength: 200,
      gradientThickness: 8,
      gradientStrokeColor: null,
      values: [0, 1],
      labelExpr: "datum.value < 0.5 ? 'small feature' : 'large feature'",
    },
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: title,
      subtitle:
        chart.subtitle ??
        `${stride === 1 ? "" : `${drawn.toLocaleString("en-US")} of `}${count.toLocaleString("en-US")} rows; a point to the right raises the prediction.`,
    },
    width,
    height: shown.length * STRIP,
    layer: [
      {
        data: { values: [{ x: 0 }] },
        mark: { type: "rule", color: LIGHT.baseline, strokeWidth: 1 },
        encoding: { x },
      },
      points("datum.size === null", undefined, { color: isColoured ? LIGHT.baseline : LIGHT.forecast }),
      ...(isColoured ? [points("datum.size !== null", scale, {})] : []),
    ],
  } as TopLevelSpec;
}

/** How far points are moved off their line so that they lie beside each other: those of one bin alternately up and down. */
function swarm(values: Float64Array, bin: number): Float64Array {
  const bins = new Map<number, number[]>();
  for (const [n, value] of values.entries()) {
    const place = Math.round(value / bin);
    const list = bins.get(place);
    if (list === undefined) bins.set(place, [n]);
    else list.push(n);
  }
  const fullest = Math.max(...[...bins.values()].map((list) => list.length));
  const most = STRIP / 2 - POINT / 2 - 1;
  const step = Math.min(POINT, most / Math.max(1, Math.ceil((fullest - 1) / 2)));
  const offsets = new Float64Array(values.length);
  for (const list of bins.values())
    for (const [i, n] of list.entries()) offsets[n] = Math.ceil(i / 2) * step * (i % 2 === 0 ? 1 : -1);
  return offsets;
}

/** Where values lie between the 5th and the 95th percentile, 0 to 1, as Python's shap colours them; NaN stays. */
function relative(column: Float64Array): Float64Array {
  const sorted = column.filter(Number.isFinite).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  let [low, high] = [at(0.05), at(0.95)];
  if (low === high) [low, high] = [at(0), at(1)];
  return column.map((value) =>
    low === high
      ? Number.isFinite(value)
        ? 0.5
        : value
      : Math.min(1, Math.max(0, (value - low) / (high - low))),
  );
}
