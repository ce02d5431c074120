// The map of words: points with names, as far as there is room for them.

import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { placeLabels } from "./label-layout.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";

export interface WordMapChart {
  /** [N] What the points are called. The first are named first, so what matters most comes first, unless `priority` says otherwise. */
  readonly words: readonly string[];
  /** [N, 2] Where they lie. */
  readonly coordinates: NdArray;
  /** [N] Those with larger numbers are named first. */
  readonly priority?: readonly number[] | undefined;
  /** [N] Points of a group have a colour; of more than eight groups the largest ones do. */
  readonly groups?: readonly string[] | undefined;
  /** Default "Map of words". */
  readonly title?: string | undefined;
  /** Default: how many are named, and how to read the map. */
  readonly subtitle?: string | undefined;
  /** What the axes mean, right and up. Default: nothing, and there are no axes. */
  readonly axes?: readonly [string, string] | undefined;
  /** Names at most. Default: as many as there is room for. */
  readonly labels?: number | undefined;
  /** Units of the drawing, 1 by default a pixel. Default 760 × 560. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Colours of groups. The first two have a second tone for dark surroundings; the others can be read on white as well as on black. */
export const GROUP_COLOURS: readonly string[] = [
  LIGHT.forecast,
  LIGHT.backtest,
  "#2f8f4e",
  "#a15bd0",
  "#d9407a",
  "#12879a",
  "#93801a",
  "#7a70d8",
];
const OTHERS = "other";

const FONT = 11;
/** The radius of points, and how far the outermost lie from the edge. */
const RADIUS = 3;
const MARGIN = 12;
/** More points than this are drawn fainter, so that names can be read among them. */
const CROWD = 1500;
/** Longer names are cut; the mouse shows all of them. */
const LONGEST_NAME = 28;

/**
 * The Vega-Lite specification of a map of words: a unit is as long to the right as it is up, names do not cover each other, and words
 * that there is no room to name are small points that the mouse names in HTML.
 *
 * @throws RecurraError `chart` where words, places, groups and priorities are not as many, or a place is not finite
 */
export function wordMapSpec(chart: WordMapChart): TopLevelSpec {
  checkMap(chart);
  const { words, groups, title = "Map of words", width = 760, height = 560 } = chart;
  const order = byPriority(words.length, chart.priority);
  const { xs, ys, domain, toX, toY } = scaled(chart.coordinates, width, height);
  const spots = order.map((i) => ({
    x: toX(xs[i] ?? 0),
    y: toY(ys[i] ?? 0),
    label: shortened(words[i] ?? ""),
  }));
  const placed = placeLabels(spots, {
    width,
    height,
    fontSize: FONT,
    radius: RADIUS + 1.5,
    most: chart.labels ?? Infinity,
  });
  const colours = groups === undefined ? undefined : groupNames(groups);
  const groupOf = (i: number) => {
    const group = groups?.[i];
    return group === undefined || colours?.includes(group) ? group : OTHERS;
  };
  const named = new Set(placed.map(({ point }) => point));
  const rows = order
    .map((i, rank) => ({
      px: spots[rank]?.x,
      py: spots[rank]?.y,
      word: words[i],
      colour: groupOf(i),
      group: groups?.[i],
      named: named.has(rank),
    }))
    .reverse(); // what matters most is drawn last, on top
  const labels = placed.map(({ point, x, y, align }) => ({
    px: x,
    py: y,
    align,
    label: spots[point]?.label,
    word: words[order[point] ?? 0],
    group: groups?.[order[point] ?? 0],
  }));
  const tooltip = [
    { field: "word", title: "word" },
    ...(groups === undefined ? [] : [{ field: "group", title: "group" }]),
  ];
  const position = axesOf(chart.axes, domain, width, height);
  const points = (isNamed: boolean, mark: object) => ({
    data: { values: rows.filter((row) => row.named === isNamed) },
    mark: { type: "circle", ...(colours === undefined ? { color: LIGHT.forecast } : {}), ...mark },
    encoding: {
      ...position,
      tooltip,
      ...(colours === undefined ? {} : { color: colourOf(colours, groups ?? [], width) }),
    },
  });
  const names = (mark: object) => ({
    data: { values: labels },
    mark: { type: "text", align: { expr: "datum.align" }, baseline: "middle", fontSize: FONT, ...mark },
    encoding: { ...position, text: { field: "label" }, tooltip },
  });
  const panel = {
    width,
    height,
    layer: [
      points(false, rows.length > CROWD ? { size: 10, opacity: 0.4 } : { size: 14, opacity: 0.65 }),
      // Names have a rim, so that they can be read across points without names.
      names({
        color: LIGHT.background,
        stroke: LIGHT.background,
        strokeWidth: 3,
        strokeJoin: "round",
        strokeOpacity: 0.85,
      }),
      points(true, { size: (2 * RADIUS) ** 2, opacity: 0.95 }),
      names({ color: LIGHT.text }),
    ],
  };
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: title,
      subtitle: chart.subtitle ?? subtitleOf(words.length, placed.length, chart.axes !== undefined),
    },
    hconcat: [panel],
  } as unknown as TopLevelSpec;
}

function checkMap({ words, coordinates, groups, priority }: WordMapChart): void {
  const count = words.length;
  const fail = (what: string): never => {
    throw new RecurraError("chart", `wordMapSpec: ${what}`);
  };
  if (count === 0) fail("there are no words; wanted at least one, with its place.");
  if (coordinates.rank !== 2 || coordinates.shape[0] !== count || coordinates.shape[1] !== 2)
    fail(
      `coordinates have the shape [${coordinates.shape.join(", ")}]; wanted [${count}, 2], a place for each word.`,
    );
  for (const [name, list] of Object.entries({ groups, priority })) {
    if (list !== undefined && list.length !== count)
      fail(`there are ${list.length} ${name} and ${count} words; wanted as many.`);
  }
  const odd = coordinates.toFloat64().findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) fail(`the place of "${words[Math.floor(odd / 2)]}" is not finite; leave the word out.`);
}

/** Numbers of points, the most important first; equal ones as they come. */
function byPriority(count: number, priority: readonly number[] | undefined): readonly number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  return priority === undefined ? order : order.sort((a, b) => (priority[b] ?? 0) - (priority[a] ?? 0));
}

/** The places, and how they become units of the drawing: the same scale both ways, the map in the middle. */
function scaled(coordinates: NdArray, width: number, height: number) {
  const values = coordinates.toFloat64();
  const xs = values.filter((_, i) => i % 2 === 0);
  const ys = values.filter((_, i) => i % 2 === 1);
  const [left, right] = rangeOf(xs);
  const [bottom, top] = rangeOf(ys);
  const [wide, high] = [Math.max(1, width - 2 * MARGIN), Math.max(1, height - 2 * MARGIN)];
  const unit = Math.max((right - left) / wide, (top - bottom) / high) || 1;
  const middle = [(left + right) / 2, (bottom + top) / 2] as const;
  const half = [(unit * width) / 2, (unit * height) / 2] as const;
  return {
    xs,
    ys,
    domain: {
      x: [middle[0] - half[0], middle[0] + half[0]],
      y: [middle[1] - half[1], middle[1] + half[1]],
    } as const,
    toX: (x: number) => width / 2 + (x - middle[0]) / unit,
    toY: (y: number) => height / 2 - (y - middle[1]) / unit,
  };
}

function rangeOf(values: Float64Array): readonly [number, number] {
  return [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
}

/** Marks stand at units of the drawing; axes, where there are some, are written in the map's own. */
function axesOf(
  axes: readonly [string, string] | undefined,
  domain: { readonly x: readonly number[]; readonly y: readonly number[] },
  width: number,
  height: number,
): object {
  const axis = (
    title: string | undefined,
    [low = 0, high = 1]: readonly number[],
    size: number,
    turned: boolean,
  ) => {
    if (title === undefined) return null;
    const step = tickStep(high - low);
    const first = Math.ceil(low / step);
    const ticks = Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
    const unit = (high - low) / size;
    const value = turned ? `${high} - datum.value * ${unit}` : `${low} + datum.value * ${unit}`;
    return {
      title,
      values: ticks.map((tick) => (turned ? high - tick : tick - low) / unit),
      labelExpr: `format(round((${value}) / ${step}) * ${step}, '.3~g')`,
      grid: true,
      domain: false,
      ticks: false,
    };
  };
  return {
    x: {
      field: "px",
      type: "quantitative",
      scale: { domain: [0, width], nice: false },
      axis: axis(axes?.[0], domain.x, width, false),
    },
    y: {
      field: "py",
      type: "quantitative",
      scale: { domain: [height, 0], nice: false },
      axis: axis(axes?.[1], domain.y, height, true),
    },
  };
}

/** A round number of which there are some five in a span. */
function tickStep(span: number): number {
  const power = 10 ** Math.floor(Math.log10(span / 5));
  return ([1, 2, 5].find((factor) => factor * power >= span / 5) ?? 10) * power;
}

/** The groups that have a colour of their own: all, or of too many the largest, by size; in the order in which they come. */
function groupNames(groups: readonly string[]): readonly string[] {
  const sizes = new Map<string, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const names = [...sizes.keys()];
  if (names.length <= GROUP_COLOURS.length) return names;
  const largest = names.toSorted((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0));
  const kept = new Set(largest.slice(0, GROUP_COLOURS.length));
  return names.filter((name) => kept.has(name));
}

function colourOf(colours: readonly string[], groups: readonly string[], width: number): object {
  const hasOthers = groups.some((group) => !colours.includes(group));
  return {
    field: "colour",
    type: "nominal",
    scale: {
      domain: [...colours, ...(hasOthers ? [OTHERS] : [])],
      range: [...GROUP_COLOURS.slice(0, colours.length), ...(hasOthers ? [LIGHT.baseline] : [])],
    },
    legend: {
      title: null,
      symbolType: "circle",
      symbolSize: 60,
      symbolStrokeWidth: 0,
      symbolOpacity: 0.95,
      labelLimit: 140,
      columns: Math.max(1, Math.floor(width / 120)),
    },
  };
}

function shortened(name: string): string {
  const letters = [...name.replace(/\s+/gu, " ").trim()];
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join("")}…` : letters.join("");
}

function subtitleOf(count: number, named: number, hasAxes: boolean): readonly string[] {
  const all = `${count.toLocaleString("en-US")} ${count === 1 ? "word" : "words"}`;
  return [
    named === count ? `${all}.` : `${named.toLocaleString("en-US")} of ${all} have room for their name.`,
    ...(hasAxes ? [] : ["What lies together is alike; directions and wide gaps mean little."]),
  ];
}
