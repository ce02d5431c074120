// What `recurra classify series` prints: progress on the way, and when it is done the test and where the files are.

import { join } from "node:path";
import { fewOf } from "../../data/row-names.ts";
import { displayNumber, percent } from "../../report/numbers.ts";
import type { ClassifyProgress } from "../../series/classify/classify-series.ts";
import { classifierName } from "../../series/classify/names.ts";
import { missedClasses } from "../../series/classify/parts.ts";
import type { ClassificationResult } from "../../series/classify/result.ts";
import type { WorkProgress } from "../progress.ts";
import { alignColumns } from "./summary.ts";

/** Up to so many classes the confusion matrix is printed. */
const CLASSES = 8;

/** A classification's progress as the view shows it. */
export function workOf(model: string, { done, stage, epoch }: ClassifyProgress): WorkProgress {
  const loss = epoch?.logs.val_loss ?? epoch?.logs.loss;
  return {
    share: done,
    label: `${classifierName(model)}, ${stage}`,
    ...(epoch === undefined
      ? {}
      : {
          detail: `epoch ${epoch.epoch} of up to ${epoch.epochs}, loss ${displayNumber(loss ?? Number.NaN)}`,
        }),
  };
}

/** @param folder where the classification was written */
export function classifySummary(result: ClassificationResult, folder: string): string {
  const { classifier, training, test } = result.parts;
  const isTwo = classifier.classes.length === 2;
  const rows = result.ranked.map(([name, one]) => [
    classifierName(name) + (name === result.best ? " ★" : ""),
    percent(one.accuracy),
    percent(one.balancedAccuracy),
    one.macroF1.toFixed(3),
    ...(isTwo ? [Number.isFinite(one.rocAuc) ? (one.rocAuc ?? 0).toFixed(3) : "–"] : []),
    displayNumber(one.logLoss),
  ]);
  const heads = ["accuracy", "balanced", "mean F1", ...(isTwo ? ["ROC AUC"] : []), "log loss"];
  return [
    "",
    `${training.source}: ${classifier.classes.length} classes by ${classifierName(classifier.name)}`,
    "",
    ...alignColumns([[`tested on ${test.x.length.toLocaleString("en-US")} series`, ...heads], ...rows]),
    "",
    ...(classifier.classes.length > CLASSES ? [] : [...confusionLines(result), ""]),
    ...missedLines(result),
    `Report: ${join(folder, "report.html")}`,
    "Also there: predictions.csv, metrics.json, model/",
    "",
  ].join("\n");
}

function missedLines({ parts }: ClassificationResult): string[] {
  const missed = missedClasses(parts);
  if (missed.length === 0) return [];
  return [
    `No series of ${fewOf(missed.map((name) => JSON.stringify(name)))} found: --balanced finds more.`,
    "",
  ];
}

function confusionLines({ classifier, evaluation }: ClassificationResult): string[] {
  const { classes } = classifier;
  const rows = evaluation.confusion.map((row, i) => [
    cut(classes[i] ?? ""),
    ...row.map((value) => value.toLocaleString("en-US")),
  ]);
  return alignColumns([["true class, taken for", ...classes.map(cut)], ...rows]);
}

function cut(name: string): string {
  return name.length > 20 ? `${name.slice(0, 19)}…` : name;
}
