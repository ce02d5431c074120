// The chart of what is inside a recurrent layer: units by tokens, for its states and its gates.

import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";
import { shownNote, TOKENS_SHOWN, tokenAxis, tokenRows } from "./token-axis.ts";

export interface StateChart {
  /** [T] */
  readonly tokens: readonly string[];
  /** [T, U] Values of the units after each token. */
  readonly values: NdArray;
  /** "signed": around 0, as states are; "share": from 0 to 1, as gates are. Default "signed". */
  readonly range?: "signed" | "share" | undefined;
  /** Units that are drawn, by number. Default: those that change most, in that order; see `maxUnits`. */
  readonly units?: readonly number[] | undefined;
  /** Default 32. */
  readonly maxUnits?: number | undefined;
  /** Tokens that are drawn, from the first. Default 120. */
  readonly maxTokens?: number | undefined;
  /** What a column is. Default "tokens". */
  readonly what?: string | undefined;
  readonly title?: string | undefined;
  /** Default: how the drawing is read. */
  readonly subtitle?: string | undefined;
  /** The |value| of the deepest colour. Default: what 98 of 100 do not exceed; of shares 1. */
  readonly scale?: number | undefined;
}

const UNITS_SHOWN = 32;
/** What is fainter is left out. */
const FAINTEST = 0.02;
const UNIT_HEIGHT = 10;
/** The share of values that are not beyond the deepest colour. */
const BELOW_DEEPEST = 0.98;

/**
 * The Vega-Lite specification of a heat map: a row for each unit, a column for each token, in several strips where there are many. What is
 * above 0 has one colour and what is below another, the deeper the further.
 *
 * @throws RecurraError `chart` for values that are not [T, U] or not finite, for no tokens, and for units that there are not
 */
export function stateSpec(chart: StateChart): TopLevelSpec {
  const { tokens, range = "signed", title = range === "signed" ? "States" : "Gate" } = chart;
  const { maxTokens = TOKENS_SHOWN, maxUnits = UNITS_SHOWN } = chart;
  const { numbers, width } = checkedStates(tokens, chart.values);
  const units = chart.units ?? changingUnits(chart.values).slice(0, maxUnits);
  const odd = units.find((unit) => !(Number.isInteger(unit) && unit >= 0 && unit < width));
  if (odd !== undefined || units.length === 0)
    throw new RecurraError(
      "chart",
      `stateSpec: units is [${units.join(", ")}]; wanted units from 0 to ${width - 1}`,
    );
  const rows = tokenRows(tokens, maxTokens);
  const shown = Math.min(tokens.length, maxTokens);
  const { scale, greatest } = scaleOf(numbers, width, shown, units, chart);
  const cells = (from: number, count: number) =>
    units.flatMap((unit) =>
      Array.from({ length: count }, (_, i) => {
        const value = numbers[(from + i) * width + unit] ?? 0;
        const opacity = Math.min(1, Math.abs(value) / scale);
        return {
          t: from + i,
          unit: String(unit),
          value: Number(value.toPrecision(4)),
          opacity: Number(opacity.toFixed(2)),
          side: value < 0 ? "below" : "above",
        };
      }).filter(({ opacity }) => opacity >= FAINTEST),
    );
  const which =
    units.length === width
      ? `all ${width} units`
      : chart.units === undefined
        ? `the ${units.length} of ${width} units that change most, the first one the most`
        : `${units.length} of ${width} units`;
  const subtitle = [
    chart.subtitle ?? `Rows: ${which}. Columns: ${chart.what ?? "tokens"}.`,
    shownNote(tokens.length, maxTokens),
  ];
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, subtitle: subtitle.filter((line) => line !== "") },
    spacing: 10,
    vconcat: [
      scaleStrip(scale, greatest > 1.01 * scale, range),
      ...rows.map((row) => ({
        width: row.step * row.labels.length,
        height: UNIT_HEIGHT * units.length,
        view: { fill: LIGHT.band },
        data: { values: cells(row.from, row.labels.length) },
        mark: { type: "rect" },
        encoding: {
          x: {
            field: "t",
            type: "ordinal",
            scale: { domain: row.labels.map((_, i) => row.from + i), padding: 0 },
            axis: tokenAxis(row),
          },
          y: {
            field: "unit",
            type: "ordinal",
            scale: { domain: units.map(String), padding: 0 },
            axis: {
              title: null,
              ticks: false,
              domain: false,
              grid: false,
              labelFontSize: 9,
              labelOverlap: false,
            },
          },
          ...SIDES,
          tooltip: [
            { field: "unit", title: "unit" },
            { field: "value", title: "value" },
          ],
        },
      })),
    ],
  } as TopLevelSpec;
}

/** The value of the deepest colour, and the greatest there is: a few units that are far beyond the others do not make these pale. */
function scaleOf(
  numbers: Float64Array,
  width: number,
  shown: number,
  units: readonly number[],
  { scale, range }: StateChart,
): { readonly scale: number; readonly greatest: number } {
  const sizes: number[] = [];
  for (let t = 0; t < shown; t++)
    for (const unit of units) sizes.push(Math.abs(numbers[t * width + unit] ?? 0));
  sizes.sort((a, b) => a - b);
  const usual = sizes[Math.ceil(BELOW_DEEPEST * sizes.length) - 1] ?? 0;
  const greatest = sizes.at(-1) ?? 0;
  return { scale: scale ?? (range === "share" ? 1 : usual || greatest || 1), greatest };
}

/** Blue above 0, orange below. */
const SIDES = {
  color: {
    field: "side",
    type: "nominal",
    legend: null,
    scale: { domain: ["above", "below"], range: [LIGHT.forecast, LIGHT.backtest] },
  },
  opacity: { field: "opacity", type: "quantitative", legend: null, scale: null },
};

/** What the colours mean, as a chart of its own. */
function scaleStrip(scale: number, isExceeded: boolean, range: "signed" | "share"): object {
  const steps = 5;
  const from = range === "signed" ? -steps : 0;
  const places = Array.from({ length: steps - from + 1 }, (_, i) => i + from);
  const label = (place: number) => {
    const text = String(Number(((scale * place) / steps).toPrecision(2))).replace("-", "−");
    if (!isExceeded || Math.abs(place) < steps) return text;
    return place < 0 ? `≤ ${text}` : `≥ ${text}`;
  };
  return {
    width: 16 * places.length,
    height: 10,
    data: {
      values: places.map((place) => ({
        place,
        opacity: Math.abs(place) / steps,
        side: place < 0 ? "below" : "above",
      })),
    },
    mark: { type: "rect" },
    encoding: {
      x: {
        field: "place",
        type: "ordinal",
        scale: { padding: 0.05 },
        axis: {
          title: null,
          orient: "bottom",
          values: [-steps, 0, steps],
          labelExpr: `${JSON.stringify(Object.fromEntries(places.map((place) => [place, label(place)])))}[datum.value]`,
          labelAngle: 0,
          labelPadding: 2,
          labelFontSize: 10,
          ticks: false,
          domain: false,
        },
      },
      ...SIDES,
    },
  };
}

/** Fails for what is no [T, U] of finite numbers. */
function checkedStates(
  tokens: readonly string[],
  values: NdArray,
): { readonly numbers: Float64Array; readonly width: number } {
  const [count = 0, width = 0] = values.shape;
  if (values.rank !== 2 || count !== tokens.length || count === 0 || width === 0)
    throw new RecurraError(
      "chart",
      `stateSpec: wants values [tokens, units] for ${tokens.length} tokens, got [${values.shape.join(", ")}]`,
    );
  const numbers = values.toFloat64();
  const odd = numbers.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0)
    throw new RecurraError(
      "chart",
      `stateSpec: unit ${odd % width} is ${numbers[odd]} at token ${Math.floor(odd / width)}; wanted a finite number`,
    );
  return { numbers, width };
}

/** The units of [T, U] by how much they change from token to token, the sum of |v_t - v_{t-1}|, the most first. */
export function changingUnits(values: NdArray): readonly number[] {
  const [count = 0, width = 0] = values.shape;
  const numbers = values.toFloat64();
  const change = new Float64Array(width);
  for (let t = 0; t < count; t++)
    for (let u = 0; u < width; u++) {
      const before = t === 0 ? 0 : (numbers[(t - 1) * width + u] ?? 0);
      change[u] = (change[u] ?? 0) + Math.abs((numbers[t * width + u] ?? 0) - before);
    }
  return Array.from({ length: width }, (_, u) => u).sort(
    (a, b) => (change[b] ?? 0) - (change[a] ?? 0) || a - b,
  );
}
