// Confusion matrix and report by class, of arrays at hand.

import { RecurraError } from "../../platform/error.ts";
import { NdArray, type Nested, ndarray } from "../../tensor/nd-array.ts";
import { formatShape, sameShape } from "../../tensor/shape.ts";
import { checkOptions, numberKind } from "../losses/rule.ts";
import { averaged, type ClassCounts, fScoreOf, precisionOf, recallOf } from "./classification.ts";

export interface ConfusionOptions {
  /** How many classes there are. Default as many as `yPred` has scores for, or one more than the largest label. */
  readonly classes?: number;
  /** `yPred` holds one probability for each place; above this it is class 1, else 0. By default it holds labels or scores. */
  readonly threshold?: number;
  /** A factor for each sample [N], or for each place. Default 1. */
  readonly sampleWeight?: NdArray | Nested;
  /** A label in `yTrue` whose places are left out. */
  readonly ignoreClass?: number;
}

export interface ReportOptions extends ConfusionOptions {
  /** What the classes are called. Default their numbers. */
  readonly names?: readonly string[];
}

/** How well a class is found, or what that is on average. */
export interface ClassScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1Score: number;
  /** The weight of the places where it is. */
  readonly support: number;
}

export interface ClassificationReport {
  readonly classes: readonly (ClassScores & { readonly name: string })[];
  /** The share of the places that are right. */
  readonly accuracy: number;
  /** Means over the classes; classes that are neither there nor predicted are left out. */
  readonly macro: ClassScores;
  /** Means weighed by support. */
  readonly weighted: ClassScores;
}

const count = numberKind("a positive whole number", (value) => Number.isInteger(value) && value > 0);
const confusionKinds = {
  classes: count,
  threshold: numberKind("a number", Number.isFinite),
  ignoreClass: numberKind("a whole number", Number.isInteger),
  sampleWeight: () => undefined,
};

/**
 * How often each class was taken for which: the weight of the places of class i that were predicted as class j, at [i, j].
 *
 * @param yTrue labels [...]
 * @param yPred labels [...], scores [..., C] of which the largest counts, or, with `threshold`, probabilities [...]
 * @returns float64 [C, C]
 * @throws RecurraError `option-value`, `metric-shape`, `label-range`
 */
export function confusionMatrix(
  yTrue: NdArray | Nested,
  yPred: NdArray | Nested,
  options: ConfusionOptions = {},
): NdArray {
  checkOptions("confusionMatrix", options, confusionKinds);
  const { ignoreClass, sampleWeight } = options;
  const { labels, chosen, scored } = decide(arrayOf(yTrue), arrayOf(yPred), options);
  const weights = weightsOf(sampleWeight, labels);
  const actual = labels.toFloat64();
  const kept = Array.from(actual.keys()).filter((i) => actual[i] !== ignoreClass);
  const largest = (values: Float64Array) => kept.reduce((most, i) => Math.max(most, values[i] ?? 0), -1);
  const classes = options.classes ?? scored ?? Math.max(largest(actual), largest(chosen)) + 1;
  const matrix = new Float64Array(classes * classes);
  for (const i of kept) {
    const [row, column] = [checkLabel("yTrue", actual, i, classes), checkLabel("yPred", chosen, i, classes)];
    const place = row * classes + column;
    matrix[place] = (matrix[place] ?? 0) + (weights[i] ?? Number.NaN);
  }
  return new NdArray(matrix, [classes, classes]);
}

/**
 * Precision, recall and F₁ of each class and on average. Arguments as for {@link confusionMatrix}.
 *
 * @throws RecurraError `option-value`, `metric-shape`, `label-range`
 */
export function classificationReport(
  yTrue: NdArray | Nested,
  yPred: NdArray | Nested,
  { names, ...options }: ReportOptions = {},
): ClassificationReport {
  const matrix = confusionMatrix(yTrue, yPred, {
    ...(names === undefined ? {} : { classes: names.length }),
    ...options,
  });
  const [classes = 0] = matrix.shape;
  if (names !== undefined && names.length !== classes) {
    throw new RecurraError(
      "option-value",
      `classificationReport: names are to be ${classes}, one for each class, got ${names.length}`,
    );
  }
  const numbers = Array.from({ length: classes }, (_, i) => i);
  const total = (place: (i: number) => number) => numbers.reduce((sum, i) => sum + place(i), 0);
  const counts = numbers.map((i) => ({
    hits: matrix.at(i, i),
    predicted: total((row) => matrix.at(row, i)),
    actual: total((column) => matrix.at(i, column)),
  }));
  const support = total((i) => counts[i]?.actual ?? 0);
  return {
    classes: counts.map((own, i) => ({
      name: names?.[i] ?? String(i),
      ...scoresOf((score) => score(own), own.actual),
    })),
    accuracy: total((i) => counts[i]?.hits ?? 0) / support,
    macro: scoresOf((score) => averaged(counts, "macro", score), support),
    weighted: scoresOf((score) => averaged(counts, "weighted", score), support),
  };
}

function scoresOf(apply: (score: (counts: ClassCounts) => number) => number, support: number): ClassScores {
  return { precision: apply(precisionOf), recall: apply(recallOf), f1Score: apply(fScoreOf(1)), support };
}

/** The report as a table of text, three decimals; without an accuracy where that is of other things than the classes count. */
export function formatReport({
  classes,
  accuracy,
  macro,
  weighted,
}: Omit<ClassificationReport, "accuracy"> & { readonly accuracy?: number | undefined }): string {
  const cells = ({ precision, recall, f1Score, support }: ClassScores) => [
    ...[precision, recall, f1Score].map((score) => score.toFixed(3)),
    String(Number(support.toFixed(3))),
  ];
  const rows = [
    ["", "precision", "recall", "F1", "support"],
    ...classes.map((one) => [one.name, ...cells(one)]),
    ...(accuracy === undefined ? [] : [["accuracy", "", "", accuracy.toFixed(3), cells(macro).at(-1) ?? ""]]),
    ["macro mean", ...cells(macro)],
    ["weighted mean", ...cells(weighted)],
  ];
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  "),
    )
    .join("\n");
}

const arrayOf = (given: NdArray | Nested): NdArray =>
  given instanceof NdArray ? given : ndarray(given, { dtype: "float64" });

/** The true and the predicted class of each place, and how many classes have scores. */
function decide(
  yTrue: NdArray,
  yPred: NdArray,
  { threshold }: ConfusionOptions,
): { readonly labels: NdArray; readonly chosen: Float64Array; readonly scored: number | undefined } {
  const given = yPred.toFloat64();
  const sizes = ({ shape }: NdArray) => shape.filter((dimension, axis) => axis === 0 || dimension !== 1);
  if (sameShape(sizes(yTrue), sizes(yPred))) {
    const chosen = threshold === undefined ? given : given.map((score) => Number(score > threshold));
    return { labels: yTrue, chosen, scored: threshold === undefined ? undefined : 2 };
  }
  const scores = yPred.shape.at(-1) ?? 1;
  if (threshold !== undefined || !sameShape(sizes(yTrue), sizes(yPred).slice(0, -1))) {
    throw new RecurraError(
      "metric-shape",
      `confusionMatrix: labels ${formatShape(yTrue.shape)} want ${threshold === undefined ? "labels or scores of classes" : "probabilities"} ` +
        `for each place, got ${formatShape(yPred.shape)}`,
    );
  }
  const best = Float64Array.from({ length: yTrue.size }, (_, i) => {
    const line = given.subarray(i * scores, (i + 1) * scores);
    return line.indexOf(Math.max(...line));
  });
  return { labels: yTrue, chosen: best, scored: scores };
}

/** A weight for each place. */
function weightsOf(sampleWeight: NdArray | Nested | undefined, labels: NdArray): Float64Array {
  if (sampleWeight === undefined) return new Float64Array(labels.size).fill(1);
  const weights = arrayOf(sampleWeight);
  const repeats = labels.size / weights.size;
  const fits = weights.shape.every((dimension, axis) => dimension === labels.shape[axis]);
  if (!fits) {
    throw new RecurraError(
      "metric-shape",
      `confusionMatrix: sampleWeight ${formatShape(weights.shape)} does not fit labels ${formatShape(labels.shape)}`,
    );
  }
  const values = weights.toFloat64();
  return Float64Array.from({ length: labels.size }, (_, i) => values[Math.floor(i / repeats)] ?? Number.NaN);
}

function checkLabel(what: string, labels: Float64Array, i: number, classes: number): number {
  const label = labels[i] ?? Number.NaN;
  if (Number.isInteger(label) && label >= 0 && label < classes) return label;
  throw new RecurraError(
    "label-range",
    `confusionMatrix: ${what} holds ${label} at place ${i}; labels are whole numbers from 0 to ${classes - 1}` +
      `${what === "yPred" && !Number.isInteger(label) ? " (for probabilities give a threshold)" : ""}`,
  );
}
