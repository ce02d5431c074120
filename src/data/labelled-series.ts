// Labelled series: what a classifier learns from and is tested on.

import { RecurraError } from "../platform/error.ts";
import { fewOf, listOf, quoted } from "./row-names.ts";

/** Series without their classes. */
export interface SeriesSamples {
  /** What they are called in messages: the name of their file. */
  readonly source: string;
  /** [N] series of C channels each, a channel being [T] values, NaN where one is missing. Lengths may differ from series to series. */
  readonly x: readonly (readonly Float64Array[])[];
  /** [N] Where each stands in its source, counted from 1: the line of its file. */
  readonly rows: Int32Array;
  /** What was assumed in reading them, in sentences for the user. */
  readonly notes: readonly string[];
}

/** Series with the class of each. */
export interface LabelledSeries extends SeriesSamples {
  /** [N] The class of each series: its place in `classes`. */
  readonly labels: Int32Array;
  /** [K] The names of the classes: by size where all are numbers, else by alphabet. */
  readonly classes: readonly string[];
}

/** What {@link labelledSeries} takes. */
export interface LabelledSeriesInput {
  /** [N] series: [T] values, or [C] channels of [T] values each. NaN where one is missing. */
  readonly x: readonly (ArrayLike<number> | readonly ArrayLike<number>[])[];
  /** [N] */
  readonly labels: readonly (string | number | boolean)[];
  /** What they are called in messages. Default: `the data`. */
  readonly source?: string | undefined;
  /** [N] Where each stands in its source. Default: 1 to N. */
  readonly rows?: ArrayLike<number> | undefined;
  readonly notes?: readonly string[] | undefined;
}

/**
 * Puts series and their labels together.
 *
 * @throws RecurraError `no-rows` where there is none, `label-count` where labels and series are not equally many, `channel-count` where
 * a series has more or fewer channels than the first, `ragged-series` where its channels differ in length, `empty-series` where a
 * channel holds no number
 */
export function labelledSeries(input: LabelledSeriesInput): LabelledSeries {
  const samples = seriesSamples(input);
  const { source, x } = samples;
  if (input.labels.length !== x.length) {
    throw new RecurraError(
      "label-count",
      `${source}: there are ${x.length} series and ${input.labels.length} labels; wanted one label for each series`,
    );
  }
  return { ...samples, ...classesOf(input.labels.map(labelText)) };
}

/** As {@link labelledSeries}, without labels. */
export function seriesSamples(input: Omit<LabelledSeriesInput, "labels">): SeriesSamples {
  const { source = "the data", notes = [] } = input;
  if (input.x.length === 0) throw new RecurraError("no-rows", `${source}: there are no series in it`);
  const rows =
    input.rows === undefined
      ? Int32Array.from({ length: input.x.length }, (_, i) => i + 1)
      : Int32Array.from(input.rows);
  const x = input.x.map((one, i) => channelsOf(one, `${source}, row ${rows[i]}`));
  const channels = x[0]?.length ?? 0;
  const odd = x.findIndex((one) => one.length !== channels);
  if (odd >= 0) {
    throw new RecurraError(
      "channel-count",
      `${source}, row ${rows[odd]}: it has ${x[odd]?.length} channels, and row ${rows[0]} has ${channels}; wanted as many in each`,
    );
  }
  return { source, x, rows, notes };
}

/** Whether samples come with their classes. */
export function isLabelled(samples: SeriesSamples): samples is LabelledSeries {
  return "labels" in samples;
}

/** Some of the series, in the order given. All classes stay, whether they still occur or not. */
export function takeSeries(data: LabelledSeries, places: ArrayLike<number>): LabelledSeries {
  const chosen = Array.from(places);
  return {
    ...data,
    x: chosen.map((i) => data.x[i] ?? []),
    labels: Int32Array.from(chosen, (i) => data.labels[i] ?? 0),
    rows: Int32Array.from(chosen, (i) => data.rows[i] ?? 0),
  };
}

/**
 * The same series with their labels counted in other classes: those that a model knows.
 *
 * @throws RecurraError `unknown-class` with the row of the first label that is none of them
 */
export function withClasses(data: LabelledSeries, classes: readonly string[]): LabelledSeries {
  const places = data.classes.map((name) => classes.indexOf(name));
  const odd = data.labels.findIndex((label) => places[label] === -1);
  if (odd >= 0) {
    const name = data.classes[data.labels[odd] ?? 0] ?? "";
    throw new RecurraError(
      "unknown-class",
      `${data.source}, row ${data.rows[odd]}: the label ${quoted(name)} is none of the classes trained on: ${fewOf(classes, 12)}.`,
    );
  }
  return { ...data, classes, labels: data.labels.map((label) => places[label] ?? 0) };
}

/** [K] How many series each class has. */
export function classCounts({ labels, classes }: LabelledSeries): Int32Array {
  const counts = new Int32Array(classes.length);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/**
 * Fails where there is nothing to tell apart.
 *
 * @throws RecurraError `one-class`
 */
export function checkSeveralClasses(data: LabelledSeries): void {
  const found = data.classes.filter((_, k) => (classCounts(data)[k] ?? 0) > 0);
  if (found.length > 1) return;
  throw new RecurraError(
    "one-class",
    `${data.source}: all ${data.labels.length} series have the label ${listOf(found.map(quoted))}; wanted at least two classes to tell apart. Check which column is the label.`,
  );
}

/** `1.0` and `1.0000000e+00` are the label `1`, as the archive's older files have it; any other text stays as it is. */
function labelText(label: string | number | boolean): string {
  const text = String(label).trim();
  const number = Number(text);
  return /^[+-]?\d+(?:\.0*)?(?:e[+-]?\d+)?$/i.test(text) && /[.e]/i.test(text) && Number.isSafeInteger(number)
    ? String(number)
    : text;
}

function classesOf(names: readonly string[]): Pick<LabelledSeries, "labels" | "classes"> {
  const distinct = [...new Set(names)];
  const areNumbers = distinct.every((name) => name !== "" && Number.isFinite(Number(name)));
  const classes = areNumbers ? distinct.sort((a, b) => Number(a) - Number(b)) : distinct.sort();
  const places = new Map(classes.map((name, k) => [name, k]));
  return { classes, labels: Int32Array.from(names, (name) => places.get(name) ?? 0) };
}

function channelsOf(
  series: ArrayLike<number> | readonly ArrayLike<number>[],
  where: string,
): readonly Float64Array[] {
  const isPlain = ArrayBuffer.isView(series) || typeof series[0] === "number";
  const given = (isPlain ? [series] : series) as readonly ArrayLike<number>[];
  const channels = given.map((values) =>
    values instanceof Float64Array ? values : Float64Array.from(values),
  );
  const [first] = channels;
  if (first === undefined) throw new RecurraError("empty-series", `${where}: it has no values`);
  for (const [c, values] of channels.entries()) {
    const channel = channels.length > 1 ? `, channel ${c + 1}` : "";
    if (values.length !== first.length) {
      throw new RecurraError(
        "ragged-series",
        `${where}${channel}: it has ${values.length} values, and channel 1 has ${first.length}; wanted as many in each channel`,
      );
    }
    if (!values.some(Number.isFinite))
      throw new RecurraError("empty-series", `${where}${channel}: it holds no number`);
  }
  return channels;
}
