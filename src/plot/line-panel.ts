// A panel of lines over a count, such as epochs or steps: what the charts of a training are put together from.

import { type ColourRole, LIGHT } from "./theme.ts";
import { type Points, thin } from "./thin.ts";

/** A line of a panel. Values that are not finite leave a gap. */
export interface PanelLine {
  /** What the legend calls it. */
  readonly label: string;
  readonly points: Points;
}

export interface LinePanel {
  readonly title?: string | undefined;
  /** In the order of the legend; those of one label are one line. */
  readonly lines: readonly PanelLine[];
  /** All labels that the drawing's legend has, in order: it is one for all panels. */
  readonly labels: readonly string[];
  /** Below the axis. */
  readonly xTitle: string;
  /** Whether values are drawn by their logarithm, where there are any above zero. Default false. */
  readonly log?: boolean | undefined;
  /** Places set off by a dashed line. */
  readonly rules?: readonly number[] | undefined;
  readonly width: number;
  readonly height: number;
}

/** Colours, and with each a stroke: twelve lines that can be told apart, in light and in dark. */
const colours: readonly ColourRole[] = ["forecast", "backtest", "actual", "baseline"];
const dashes: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 2.5],
];

/** More points than this are thinned: the drawing has fewer pixels. */
const limit = 1600;

/** The part of a Vega-Lite specification that draws a panel. */
export function linePanel({ title, lines, labels, xTitle, log, rules = [], width, height }: LinePanel) {
  const values = lines.flatMap(({ points }) => [...points.values]).filter(Number.isFinite);
  const isLog = log === true && values.some((value) => value > 0);
  const rows = lines.flatMap(({ label, points }) => {
    const { times, values } = thin(points, limit);
    const drawn = (value: number) => (Number.isFinite(value) && (!isLog || value > 0) ? value : null);
    return Array.from(values, (value, i) => ({ x: times[i], y: drawn(value), line: label }));
  });
  const x = {
    field: "x",
    type: "quantitative",
    scale: { zero: false, nice: false },
    axis: { tickMinStep: 1, tickCount: 8, format: "d" },
    title: xTitle,
  };
  const y = {
    field: "y",
    type: "quantitative",
    scale: isLog ? { type: "log", nice: false } : { zero: false },
    axis: { title: null, ...(isLog ? logAxis(values.filter((value) => value > 0)) : { tickCount: 6 }) },
  };
  const legend = { columns: 4, symbolStrokeWidth: 2 };
  const curves = {
    data: { values: rows },
    // Lines of one point would not be seen.
    mark: {
      type: "line",
      point: lines.every(({ points }) => points.values.length < 2),
      strokeWidth: 2,
      strokeJoin: "round",
    },
    encoding: {
      x,
      y,
      color: {
        field: "line",
        type: "nominal",
        legend,
        scale: {
          domain: labels,
          range: labels.map((_, i) => LIGHT[colours[i % colours.length] ?? "actual"]),
        },
      },
      strokeDash: {
        field: "line",
        type: "nominal",
        legend,
        scale: {
          domain: labels,
          range: labels.map((_, i) => dashes[Math.floor(i / colours.length) % dashes.length]),
        },
      },
    },
  };
  const marks = {
    data: { values: rules.map((place) => ({ x: place })) },
    mark: { type: "rule", color: LIGHT.muted, strokeDash: [2, 3], opacity: 1 },
    encoding: { x },
  };
  return {
    ...(title === undefined ? {} : { title: { text: title, fontSize: 12, frame: "group" } }),
    width,
    height,
    layer: [marks, curves],
  };
}

/** Ticks of a logarithmic axis: powers of ten, a few decades apart where there are many; over less than two, 1, 2 and 5 of each. */
function logAxis(values: readonly number[]) {
  const [from, to] = values.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Infinity, 0],
  );
  const [first, last] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))];
  const stride = Math.max(1, Math.ceil((last - first) / 8));
  const factors = to / from < 100 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.ceil(first / stride) * stride; power <= last; power += stride) {
    for (const factor of factors) ticks.push(Number(`${factor}e${power}`));
  }
  const shown = ticks.filter((tick) => tick >= from && tick <= to);
  if (shown.length < 2) return { tickCount: 5, format: "~g" };
  const isPlain = "datum.value >= 0.001 && datum.value < 10000";
  return {
    values: shown,
    labelExpr: `${isPlain} ? format(datum.value, '~g') : format(datum.value, '~e')`,
  };
}

/** Points at the places given. */
export function pointsAt(places: Iterable<number>, values: Iterable<number>): Points {
  return { times: Float64Array.from(places), values: Float64Array.from(values) };
}
