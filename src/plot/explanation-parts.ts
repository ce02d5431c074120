// What the charts of explanations have in common: what they are drawn from, their colours, and how numbers and names are written.

import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { LIGHT } from "./theme.ts";

/** What one feature adds to one prediction. */
export interface ExplainedFeature {
  readonly name: string;
  readonly value: number;
  /** What the row holds there. */
  readonly data?: string | undefined;
}

/** One prediction taken apart: what `row()` of an explanation gives. */
export interface ExplainedRow {
  /** What is predicted where nothing is known. */
  readonly baseValue: number;
  readonly prediction: number;
  /** What the output is called. */
  readonly output?: string | undefined;
  readonly features: readonly ExplainedFeature[];
}

/** Explanations of many rows. */
export interface ExplainedTable {
  /** [F] */
  readonly names: readonly string[];
  /** [N, F] */
  readonly values: NdArray;
  /** [N, F] What the rows hold, for colours; where there is one column for each feature. */
  readonly data?: NdArray | undefined;
}

/** Red for what raises a prediction, blue for what lowers it: tones that can be read on white as well as on black, so they have no second one. */
export const RAISES = "#e5484d";
export const LOWERS = "#3b82f6";
/** Between them. */
export const BETWEEN = "#9365a2";

/** A number in three digits or so: 0.123, -4.56, 1,230. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 5e-4)) return minus(value.toExponential(1));
  if (size >= 100) return minus(Math.round(value).toLocaleString("en-US"));
  return minus(value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3));
}

/** With its sign: +0.123, −0.456. */
export function signed(value: number): string {
  return value > 0 ? `+${shortNumber(value)}` : shortNumber(value);
}

const minus = (text: string) => text.replace(/^-/, "−");

/** A name with what the row holds there, on one line and not longer than `most` letters. */
export function labelOf({ name, data }: ExplainedFeature, most = 44): string {
  // Padding has no name.
  const oneLine = (text: string) => text.replace(/\s+/gu, " ").trim() || "(empty)";
  if (data === undefined || data === "") return shorten(oneLine(name), most);
  const held = shorten(oneLine(data), Math.ceil(most / 2));
  return `${shorten(oneLine(name), most - 3 - [...held].length)} = ${held}`;
}

export function shorten(text: string, most: number): string {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join("")}…`;
}

/** A vertical axis that names features, in strips of some height; names are broken into two lines where they are long. */
export function nameAxis(names: readonly string[], place = "datum.value"): object {
  const lines = names.map((name) => brokenLabel(name));
  return {
    title: null,
    labelExpr: `${JSON.stringify(lines)}[${place}]`,
    // Two lines stand on both sides of the middle.
    labelOffset: {
      condition: { test: `length(${JSON.stringify(lines)}[${place}]) > 1`, value: -6.5 },
      value: 0,
    },
    labelLimit: 0,
    labelFontSize: 12,
    labelLineHeight: 13,
    labelColor: LIGHT.text,
    labelPadding: 8,
    ticks: false,
    domain: false,
  };
}

/** A name in one line or two, at most so many letters each. */
export function brokenLabel(name: string, most = 28): readonly string[] {
  const lines = [""];
  for (const word of name.split(" ")) {
    const line = lines.at(-1) ?? "";
    const joined = line === "" ? word : `${line} ${word}`;
    if ([...joined].length <= most || line === "" || lines.length === 2) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines.map((line) => shorten(line, most));
}

/**
 * The features, and as one more what they leave open: values of gradients or occlusion need not sum to the prediction.
 *
 * @throws RecurraError `chart` for a row without features, or with values that are not finite
 */
export function closedFeatures(what: string, row: ExplainedRow): readonly ExplainedFeature[] {
  const { features, baseValue, prediction } = row;
  if (features.length === 0) throw new RecurraError("chart", `${what}: there are no features to draw`);
  const odd = features.find(({ value }) => !Number.isFinite(value));
  if (odd !== undefined || !Number.isFinite(baseValue + prediction))
    throw new RecurraError(
      "chart",
      `${what}: ${odd === undefined ? "the prediction or the base value" : `the value of ${odd.name}`} is not finite`,
    );
  const sum = features.reduce((total, { value }) => total + value, 0);
  const size = features.reduce((total, { value }) => total + Math.abs(value), 0);
  const rest = prediction - baseValue - sum;
  return Math.abs(rest) <= 0.005 * Math.max(size, 1e-12)
    ? features
    : [...features, { name: "(not shared out)", value: rest }];
}

/** Mean of |value| for each feature, and the features in that order, the largest first. @throws RecurraError `chart` */
export function ranked(what: string, { names, values }: ExplainedTable) {
  const [count = 0, width = 0] = values.shape;
  if (values.rank !== 2 || width !== names.length || count === 0 || width === 0)
    throw new RecurraError(
      "chart",
      `${what}: wants values [rows, features] with a name for each feature, got [${values.shape.join(", ")}] and ${names.length} names` +
        (values.rank === 3 ? "; choose an output: explanation.output(0)" : ""),
    );
  const numbers = values.toFloat64();
  const means = new Float64Array(width);
  for (let n = 0; n < count; n++)
    for (let f = 0; f < width; f++)
      means[f] = (means[f] ?? 0) + Math.abs(numbers[n * width + f] ?? 0) / count;
  const order = Array.from({ length: width }, (_, f) => f).sort((a, b) => (means[b] ?? 0) - (means[a] ?? 0));
  return { numbers, means, order, count, width };
}
