// How well series were classified: accuracy, balanced accuracy, scores of each class, area under the ROC curve, confusion matrix.

import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { type ClassificationReport, classificationReport, confusionMatrix } from "./report.ts";
import { ScoreList } from "./scores.ts";

/** What is measured of classified series. */
export interface ClassifierMetrics {
  /** The share of the series that got their class. */
  readonly accuracy: number;
  /** The mean of the classes' recalls, over those that occur: what guessing one class cannot raise. */
  readonly balancedAccuracy: number;
  /** The mean of the classes' F₁. */
  readonly macroF1: number;
  /** The mean of -ln of the probability given to the true class; probabilities below 1e-15 count as that. */
  readonly logLoss: number;
  /** Of two classes: the area under the ROC curve of the second one's probability. NaN where one of them does not occur. Else undefined. */
  readonly rocAuc?: number | undefined;
}

/** Metrics with what they come from. */
export interface Evaluation extends ClassifierMetrics {
  /** Precision, recall and F₁ of each class, with their means. */
  readonly report: ClassificationReport;
  /** [K][K] How many series of class i were taken for class j, at [i][j]. */
  readonly confusion: readonly (readonly number[])[];
}

/**
 * Measures probabilities of classes against the classes.
 *
 * @param labels [N] whole numbers from 0 to K - 1
 * @param probabilities [N, K] row-major
 * @param classes [K] their names
 * @throws RecurraError `no-rows` where there are no series
 */
export function evaluateProbabilities(
  labels: Int32Array,
  probabilities: Float64Array,
  classes: readonly string[],
): Evaluation {
  const count = classes.length;
  if (labels.length === 0) throw new RecurraError("no-rows", "evaluate: there are no series to evaluate");
  const yTrue = new NdArray(labels, [labels.length]);
  const yPred = new NdArray(mostProbable(probabilities, count), [labels.length]);
  const report = classificationReport(yTrue, yPred, { names: classes });
  const matrix = confusionMatrix(yTrue, yPred, { classes: count });
  const present = report.classes.filter(({ support }) => support > 0);
  return {
    accuracy: report.accuracy,
    balancedAccuracy: present.reduce((sum, { recall }) => sum + recall, 0) / present.length,
    macroF1: report.macro.f1Score,
    logLoss: logLossOf(labels, probabilities, count),
    ...(count === 2 ? { rocAuc: rocAucOf(labels, probabilities) } : {}),
    report,
    confusion: classes.map((_, i) => classes.map((_, j) => matrix.at(i, j))),
  };
}

/** [N] The most probable class of each row; the first of several alike. @param probabilities [N, K] row-major */
export function mostProbable(probabilities: Float64Array, classes: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, n) => {
    const row = probabilities.subarray(n * classes, (n + 1) * classes);
    let best = 0;
    for (let k = 1; k < classes; k++) if ((row[k] ?? 0) > (row[best] ?? 0)) best = k;
    return best;
  });
}

function logLossOf(labels: Int32Array, probabilities: Float64Array, classes: number): number {
  let sum = 0;
  for (const [n, label] of labels.entries())
    sum -= Math.log(Math.max(probabilities[n * classes + label] ?? 0, 1e-15));
  return sum / labels.length;
}

function rocAucOf(labels: Int32Array, probabilities: Float64Array): number {
  const scores = new ScoreList();
  for (const [n, label] of labels.entries()) scores.add(probabilities[2 * n + 1] ?? 0, label === 1 ? 1 : -1);
  return scores.areaUnderRoc() ?? Number.NaN;
}
