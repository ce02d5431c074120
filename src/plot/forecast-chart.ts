// The chart of a forecast: what was observed, what would have been expected in the past, and what is expected.

import { timeText, valueText } from "./hover.ts";
import type { TopLevelSpec } from "./svg.ts";
import { CHART_CONFIG, LIGHT } from "./theme.ts";
import { type Points, thin } from "./thin.ts";
import { tickInterval } from "./time-axis.ts";

/** What a line stands for, which decides its colour and stroke. */
export type LineRole = "actual" | "backtest" | "baseline" | "forecast";

export interface Line {
  /** What the legend calls it. */
  readonly label: string;
  readonly role: LineRole;
  /** Pieces that are not joined, such as the folds of a backtest. */
  readonly pieces: readonly Points[];
}

/** The interval in which values are expected with a probability of `level` percent. */
export interface IntervalBand {
  readonly level: number;
  readonly times: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export interface ForecastChart {
  readonly title: string;
  readonly subtitle?: string | undefined;
  /** Whether times are milliseconds since 1970, or the numbers of a count. */
  readonly calendar: boolean;
  /** In the order of the legend. */
  readonly lines: readonly Line[];
  /** Bands around the forecast, the widest of them palest. */
  readonly intervals?: readonly IntervalBand[] | undefined;
  /** Where the past ends and the forecast begins, marked by a line. */
  readonly now?: number | undefined;
  /** Stretches of time set off by a shade, such as the folds of a backtest. */
  readonly bands?: readonly { readonly from: number; readonly to: number }[] | undefined;
  /** Units of the drawing, 1 by default a pixel. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

const STROKES: Readonly<Record<LineRole, { width: number; dash: readonly number[] }>> = {
  actual: { width: 1.6, dash: [1, 0] },
  backtest: { width: 2, dash: [1, 0] },
  baseline: { width: 1.5, dash: [4, 3] },
  forecast: { width: 2.4, dash: [1, 0] },
};

/** More points than this are thinned: the drawing has fewer pixels. */
const POINTS = 1600;

/** The Vega-Lite specification of a forecast chart. */
export function forecastSpec(chart: ForecastChart): TopLevelSpec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: titleOf(chart),
    ...panel(chart, chart.width ?? 860, chart.height ?? 320),
  } as TopLevelSpec;
}

/** Several forecasts in one drawing: two in a row, four where there are many. */
export function forecastGridSpec(charts: readonly ForecastChart[], title: string): TopLevelSpec {
  const isDense = charts.length > 6;
  const [width, height] = isDense ? [180, 96] : [400, 180];
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title },
    columns: isDense ? 4 : 2,
    // Panels stand in line whatever the length of their numbers and titles.
    bounds: "flush",
    spacing: { row: (isDense ? 56 : 72) + (charts.some(({ subtitle }) => subtitle) ? 16 : 0), column: 48 },
    config: {
      axisTemporal: {
        tickCount: fewDates(width),
        labelOverlap: "greedy",
        labelSeparation: 6,
        labelFlush: false,
      },
      axisQuantitative: { labelOverlap: "greedy", labelSeparation: 6 },
      title: { ...CHART_CONFIG.title, frame: "group" },
      legend: { ...CHART_CONFIG.legend, offset: 20 },
    },
    concat: charts.map((chart) => {
      const drawn = panel(chart, chart.width ?? width, chart.height ?? height);
      return { ...drawn, layer: [...drawn.layer, ...panelTitle(chart, isDense ? 11 : 12)] };
    }),
  } as TopLevelSpec;
}

/** Few enough dates below an axis that each year is among them. */
export function fewDates(width: number): number {
  return Math.min(7, Math.floor(width / 60));
}

/** A title drawn as text: Vega sets titles off from the topmost label of an axis, which is higher in one panel than in the next. */
function panelTitle({ title, subtitle }: ForecastChart, fontSize: number) {
  const text = (words: string, y: number, look: object) => ({
    data: { values: [{}] },
    mark: { type: "text", text: words, x: 0, y, align: "left", baseline: "bottom", tooltip: null, ...look },
  });
  const subtitles = subtitle === undefined ? [] : [text(subtitle, -8, { fontSize, color: LIGHT.muted })];
  const y = subtitle === undefined ? -8 : -11 - fontSize;
  return [text(title, y, { fontSize, fontWeight: 600, color: LIGHT.text }), ...subtitles];
}

function titleOf({ title, subtitle }: ForecastChart) {
  return subtitle === undefined ? { text: title } : { text: title, subtitle };
}

function panel(chart: ForecastChart, width: number, height: number) {
  const labels = chart.lines.map((line) => line.label);
  const strokes = chart.lines.map((line) => STROKES[line.role]);
  const rows = chart.lines.flatMap((line) =>
    line.pieces.flatMap((piece, number) => {
      const { times, values } = thin(piece, POINTS);
      return Array.from(times, (t, i) => ({
        t,
        v: values[i],
        line: line.label,
        piece: number,
        time: timeText(t, chart.calendar),
        value: valueText(values[i] ?? Number.NaN),
        ...(line.role === "forecast" ? bandsAt(chart.intervals, t) : {}),
      }));
    }),
  );
  const ticks = chart.calendar ? tickInterval(chart.lines.flatMap(({ pieces }) => pieces)) : undefined;
  const x = chart.calendar
    ? {
        field: "t",
        type: "temporal",
        scale: { type: "utc" },
        title: ticks?.interval === "year" ? null : yearsOf(chart),
        ...(ticks === undefined ? {} : { axis: { tickCount: ticks } }),
      }
    : {
        field: "t",
        type: "quantitative",
        scale: { zero: false, nice: false },
        axis: { tickMinStep: 1 },
        title: null,
      };
  const lines = {
    data: { values: rows },
    mark: { type: "line", interpolate: "linear", strokeCap: "round", strokeJoin: "round" },
    encoding: {
      x,
      y: { field: "v", type: "quantitative", scale: { zero: false }, axis: yAxis(chart) },
      detail: { field: "piece" },
      tooltip: [
        ...["line", "time", "value"].map((field) => ({ field, type: "nominal", title: field })),
        ...(chart.intervals ?? []).map(({ level }, i) => ({
          field: `band${i}`,
          type: "nominal",
          title: `${level} % band`,
        })),
      ],
      color: {
        field: "line",
        type: "nominal",
        scale: { domain: labels, range: chart.lines.map((line) => LIGHT[line.role]) },
      },
      strokeDash: {
        field: "line",
        type: "nominal",
        scale: { domain: labels, range: strokes.map((stroke) => stroke.dash) },
      },
      strokeWidth: {
        field: "line",
        type: "nominal",
        scale: { type: "ordinal", domain: labels, range: strokes.map((stroke) => stroke.width) },
      },
    },
  };
  const bands = {
    data: { values: chart.bands ?? [] },
    mark: { type: "rect", color: LIGHT.band, opacity: 1, tooltip: null },
    encoding: { x: { ...x, field: "from" }, x2: { field: "to" } },
  };
  const intervals = {
    data: {
      values: [...(chart.intervals ?? [])]
        .sort((a, b) => b.level - a.level)
        .flatMap(({ level, times, lower, upper }) =>
          Array.from(times, (t, i) => ({ t, lower: lower[i], upper: upper[i], level })),
        ),
    },
    mark: { type: "area", color: LIGHT.forecast, opacity: 0.16, interpolate: "linear", tooltip: null },
    encoding: {
      x,
      y: { field: "lower", type: "quantitative", scale: { zero: false } },
      y2: { field: "upper" },
      detail: { field: "level" },
    },
  };
  const now = {
    data: { values: chart.now === undefined ? [] : [{ t: chart.now }] },
    mark: { type: "rule", color: LIGHT.muted, strokeDash: [2, 3], opacity: 1, tooltip: null },
    encoding: { x },
  };
  return { width, height, layer: [bands, intervals, now, lines] };
}

/** What the bands say of a time, for the mouse. */
function bandsAt(intervals: readonly IntervalBand[] = [], time: number): Record<string, string> {
  const texts = intervals.map(({ times, lower, upper }) => {
    const h = times.indexOf(time);
    return [lower[h], upper[h]].map((bound) => (bound === undefined ? "" : valueText(bound))).join(" to ");
  });
  return Object.fromEntries(texts.flatMap((text, i) => (text === " to " ? [] : [[`band${i}`, text]])));
}

/** Less than two years are labelled with months and days alone: the years, for below the axis. */
function yearsOf({ lines }: ForecastChart): string | null {
  const times = lines.flatMap(({ pieces }) =>
    pieces.flatMap((piece) => [piece.times[0], piece.times.at(-1)]),
  );
  const known = times.filter((time) => time !== undefined);
  const [from, to] = [Math.min(...known), Math.max(...known)].map((time) => new Date(time).getUTCFullYear());
  if (from === undefined || to === undefined || to - from > 1) return null;
  return from === to ? String(from) : `${from} to ${to}`;
}

/** Millions and more are shortened: 2.5M. */
function yAxis({ lines }: ForecastChart) {
  const large = lines.some(({ pieces }) =>
    pieces.some(({ values }) => values.some((value) => Math.abs(value) >= 1e6)),
  );
  return { title: null, tickCount: 6, ...(large ? { format: "~s" } : {}) };
}
