// The pictures of a classification beside its confusion matrix: what each class looks like, and series that got a wrong class.

import type { LabelledSeries } from "../../data/labelled-series.ts";
import type { TopLevelSpec } from "../../plot/svg.ts";
import { type ColourRole, LIGHT } from "../../plot/theme.ts";
import { thin } from "../../plot/thin.ts";
import type { ClassificationParts } from "./parts.ts";

/** Series drawn of each class, classes drawn, and wrong series drawn. */
const EXAMPLES = 6;
const CLASSES = 12;
const WRONG = 9;

/** More points than this are thinned: a panel has fewer pixels. */
const POINTS = 500;

/** A line of a panel. */
interface Curve {
  /** What the legend calls it. */
  readonly label: string;
  readonly values: Float64Array;
}

interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
}

/** How lines are drawn by their labels, in the order of the legend; those that come first lie below. */
interface Style {
  readonly label: string;
  readonly colour: ColourRole;
  readonly width: number;
}

/** Some series of each class, and, where all have one length, the mean of the class. */
export function classesSpec({ training, classifier }: ClassificationParts): TopLevelSpec {
  const shown = classifier.classes.slice(0, CLASSES);
  const panels = shown.map((name): Panel => {
    const own = rowsOf(training, name);
    const mean = classifier.length > 0 ? [{ label: "mean of the class", values: meanOf(training, own) }] : [];
    const some = own.slice(0, EXAMPLES).map((n) => ({ label: "some series", values: firstOf(training, n) }));
    return { title: `${name}: ${own.length} series`, curves: [...some, ...mean] };
  });
  const of =
    shown.length < classifier.classes.length
      ? `${shown.length} of ${classifier.classes.length} classes`
      : "in training";
  return gridSpec("What the classes look like", channelNote(training, of), panels, [
    { label: "some series", colour: "baseline", width: 1 },
    ...(classifier.length > 0
      ? [{ label: "mean of the class", colour: "forecast", width: 2.5 } as const]
      : []),
  ]);
}

/** The series that got a wrong class with the greatest confidence; undefined where all are right. */
export function wrongSpec(parts: ClassificationParts): TopLevelSpec | undefined {
  const { test, training, predicted, probabilities, classifier } = parts;
  const { classes, length } = classifier;
  const confidence = (n: number) => probabilities[n * classes.length + (predicted[n] ?? 0)] ?? 0;
  const wrong = Array.from(predicted.keys())
    .filter((n) => predicted[n] !== test.labels[n])
    .sort((a, b) => confidence(b) - confidence(a) || a - b);
  if (wrong.length === 0) return undefined;
  const panels = wrong.slice(0, WRONG).map((n): Panel => {
    const [label, taken] = [classes[test.labels[n] ?? 0] ?? "", classes[predicted[n] ?? 0] ?? ""];
    const means =
      length > 0
        ? [
            { label: "mean of its class", values: meanOf(training, rowsOf(training, label)) },
            {
              label: "mean of the wrong class",
              values: meanOf(training, rowsOf(training, taken)),
            },
          ]
        : [];
    return {
      title: `row ${test.rows[n]}: ${label}, taken for ${taken} (${sureness(confidence(n))})`,
      curves: [...means, { label: "the series", values: firstOf(test, n) }],
    };
  });
  const of =
    wrong.length > WRONG
      ? `the ${WRONG} most confident of ${wrong.length} errors`
      : "the most confident first";
  return gridSpec("Series that got a wrong class", channelNote(test, of), panels, [
    ...(length > 0
      ? ([
          { label: "mean of its class", colour: "forecast", width: 1.6 },
          { label: "mean of the wrong class", colour: "backtest", width: 1.6 },
        ] as const)
      : []),
    { label: "the series", colour: "actual", width: 1.4 },
  ]);
}

function gridSpec(
  title: string,
  subtitle: string,
  panels: readonly Panel[],
  styles: readonly Style[],
): TopLevelSpec {
  const columns = panels.length < 3 ? 2 : 3;
  const { longest, least, greatest } = extentOf(panels);
  const legend = { columns: 4, symbolStrokeWidth: 2 };
  const scale = (range: readonly (string | number)[]) => ({
    domain: styles.map(({ label }) => label),
    range,
  });
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, subtitle },
    columns,
    bounds: "flush",
    spacing: { row: 58, column: 40 },
    concat: panels.map((panel) => ({
      title: { text: shorten(panel.title), fontSize: 11, fontWeight: 600, offset: 6 },
      width: columns === 2 ? 395 : 250,
      height: columns === 2 ? 180 : 130,
      data: { values: panel.curves.flatMap((curve, piece) => pointsOf(curve, piece)) },
      mark: { type: "line", strokeJoin: "round", opacity: 0.9 },
      encoding: {
        x: {
          field: "t",
          type: "quantitative",
          title: null,
          scale: { domain: [1, longest], nice: false },
          axis: { tickCount: 5, format: "d", tickMinStep: 1 },
        },
        y: {
          field: "v",
          type: "quantitative",
          title: null,
          scale: { domain: [least, greatest], zero: false, nice: false },
          axis: { tickCount: 4 },
        },
        detail: { field: "piece" },
        order: { field: "t" },
        color: {
          field: "line",
          type: "nominal",
          legend,
          scale: scale(styles.map(({ colour }) => LIGHT[colour])),
        },
        strokeWidth: {
          field: "line",
          type: "nominal",
          legend,
          scale: { type: "ordinal", ...scale(styles.map(({ width }) => width)) },
        },
      },
    })),
  } as TopLevelSpec;
}

/** What all panels show, so that their axes are the same and levels can be compared. */
function extentOf(panels: readonly Panel[]) {
  let [longest, least, greatest] = [2, Infinity, -Infinity];
  for (const { values } of panels.flatMap(({ curves }) => curves)) {
    longest = Math.max(longest, values.length);
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
  }
  const room = least < greatest ? 0.03 * (greatest - least) : 1;
  return { longest, least: least - room, greatest: greatest + room };
}

function pointsOf({ label, values }: Curve, piece: number) {
  const times = Float64Array.from(values, (_, t) => t + 1);
  const thinned = thin({ times, values }, POINTS);
  return Array.from(thinned.times, (t, i) => {
    const value = thinned.values[i];
    return { t, v: Number.isFinite(value) ? value : null, line: label, piece };
  });
}

function rowsOf({ labels, classes }: LabelledSeries, name: string): readonly number[] {
  const label = classes.indexOf(name);
  return Array.from(labels.keys()).filter((n) => labels[n] === label);
}

/** The first channel, which is drawn for all. */
function firstOf({ x }: LabelledSeries, n: number): Float64Array {
  return x[n]?.[0] ?? new Float64Array();
}

/** The mean of series of one length, step by step, over those that are there. */
function meanOf(data: LabelledSeries, rows: readonly number[]): Float64Array {
  const length = firstOf(data, rows[0] ?? 0).length;
  return Float64Array.from({ length }, (_, t) => {
    const values = rows.map((n) => firstOf(data, n)[t] ?? Number.NaN).filter(Number.isFinite);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

function channelNote({ x }: LabelledSeries, text: string): string {
  const channels = x[0]?.length ?? 1;
  return channels > 1 ? `${text}; the first of ${channels} channels` : text;
}

function sureness(share: number): string {
  return share > 0.995 ? "> 99 %" : `${Math.round(100 * share)} %`;
}

function shorten(text: string): string {
  return text.length > 44 ? `${text.slice(0, 43)}…` : text;
}
