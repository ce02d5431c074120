// A classification as a JSON document, the same for `--json`, metrics.json and code; and its predictions as CSV.

import { classCounts } from "../../data/labelled-series.ts";
import type { Evaluation } from "../../nn/metrics/evaluation.ts";
import type { ClassScores } from "../../nn/metrics/report.ts";
import { csvField } from "../../report/csv.ts";
import type { Description } from "../forecasters/local-model.ts";
import { longestOf } from "./method.ts";
import { type ClassificationParts, classWeightText } from "./parts.ts";

/** Numbers that are no numbers are null in JSON. */
export interface ClassifierMetricsDocument {
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly macroF1: number | null;
  readonly logLoss: number;
  readonly rocAuc?: number | null;
}

export interface ClassificationDocument {
  readonly data: {
    readonly training: SeriesDocument;
    readonly test: SeriesDocument;
    readonly split: "file" | "random";
    readonly channels: number;
    readonly classes: readonly string[];
    readonly notes: readonly string[];
  };
  readonly model: Description;
  readonly test: ClassifierMetricsDocument & {
    readonly classes: readonly {
      readonly name: string;
      readonly precision: number | null;
      readonly recall: number | null;
      readonly f1: number | null;
      readonly series: number;
    }[];
    /** [K][K] How many series of class i were taken for class j. */
    readonly confusion: readonly (readonly number[])[];
  };
  readonly baselines: Readonly<Record<string, ClassifierMetricsDocument>>;
  /** The name with the best accuracy; of several alike the balanced accuracy decides. */
  readonly best: string;
  /** Of a network: each logged quantity after each epoch. */
  readonly training?: {
    readonly bestEpoch: number;
    readonly heldOut: number;
    readonly logs: Readonly<Record<string, readonly number[]>>;
  };
  readonly predictions: readonly PredictionDocument[];
  readonly timing: Readonly<Record<string, number>>;
}

interface SeriesDocument {
  readonly source: string;
  readonly series: number;
  readonly shortest: number;
  readonly longest: number;
  readonly counts: Readonly<Record<string, number>>;
}

export interface PredictionDocument {
  /** The line of the file. */
  readonly row: number;
  readonly label?: string;
  readonly prediction: string;
  /** By class. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** The document of a classification. @param best of the model and the baselines */
export function documentOf(parts: ClassificationParts, best: string): ClassificationDocument {
  const { classifier, training, test, split, evaluation, baselines, notes, timing } = parts;
  const { report, confusion } = evaluation;
  const record = classifier.training;
  const weights = classWeightText(parts);
  return {
    data: {
      training: seriesDocument(training),
      test: seriesDocument(test),
      split,
      channels: training.x[0]?.length ?? 0,
      classes: classifier.classes,
      notes,
    },
    model: { ...classifier.describe(), ...(weights === undefined ? {} : { classWeight: weights }) },
    test: {
      ...metricsDocument(evaluation),
      classes: report.classes.map((one) => scoresDocument(one.name, one)),
      confusion,
    },
    baselines: Object.fromEntries([...baselines].map(([name, one]) => [name, metricsDocument(one)])),
    best,
    ...(record === undefined
      ? {}
      : { training: { bestEpoch: record.best + 1, heldOut: record.heldOut, logs: record.logs } }),
    predictions: predictionsOf(
      test.rows,
      parts.probabilities,
      parts.predicted,
      classifier.classes,
      Array.from(test.labels, (label) => classifier.classes[label] ?? ""),
    ),
    timing,
  };
}

/** Predictions by row. @param probabilities [N, K] row-major @param labels [N] where they are known */
export function predictionsOf(
  rows: Int32Array,
  probabilities: Float64Array,
  predicted: Int32Array,
  classes: readonly string[],
  labels?: readonly string[],
): readonly PredictionDocument[] {
  return Array.from(predicted, (label, n) => ({
    row: rows[n] ?? n + 1,
    ...(labels === undefined ? {} : { label: labels[n] ?? "" }),
    prediction: classes[label] ?? "",
    probabilities: Object.fromEntries(
      classes.map((name, k) => [name, probabilities[n * classes.length + k] ?? 0]),
    ),
  }));
}

/** Predictions as CSV with the columns row, label where it is known, prediction, and the probability of each class. */
export function predictionsCsv(
  predictions: readonly PredictionDocument[],
  classes: readonly string[],
): string {
  const labelled = predictions[0]?.label !== undefined;
  const head = ["row", ...(labelled ? ["label"] : []), "prediction", ...classes.map((name) => `p_${name}`)];
  const lines = predictions.map(({ row, label, prediction, probabilities }) => [
    String(row),
    ...(labelled ? [label ?? ""] : []),
    prediction,
    ...classes.map((name) => String(Number((probabilities[name] ?? 0).toPrecision(6)))),
  ]);
  return `${[head, ...lines].map((line) => line.map(csvField).join(",")).join("\n")}\n`;
}

function metricsDocument({
  accuracy,
  balancedAccuracy,
  macroF1,
  logLoss,
  rocAuc,
}: Evaluation): ClassifierMetricsDocument {
  return {
    accuracy,
    balancedAccuracy,
    macroF1: finite(macroF1),
    logLoss,
    ...(rocAuc === undefined ? {} : { rocAuc: finite(rocAuc) }),
  };
}

function scoresDocument(name: string, { precision, recall, f1Score, support }: ClassScores) {
  return { name, precision: finite(precision), recall: finite(recall), f1: finite(f1Score), series: support };
}

function seriesDocument(data: ClassificationParts["training"]): SeriesDocument {
  const shortest = data.x.reduce((least, [first]) => Math.min(least, first?.length ?? 0), Infinity);
  const counts = classCounts(data);
  return {
    source: data.source,
    series: data.x.length,
    shortest,
    longest: longestOf(data.x),
    counts: Object.fromEntries(data.classes.map((name, k) => [name, counts[k] ?? 0])),
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
