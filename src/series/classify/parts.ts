// What a classification consists of: the figures that documents, charts and reports are made from.

import type { LabelledSeries } from "../../data/labelled-series.ts";
import type { Evaluation } from "../../nn/metrics/evaluation.ts";
import type { SeriesClassifier, SeriesClassifierOptions } from "./classifier.ts";
import { unweightedNames } from "./methods.ts";

/** All that a classification consists of. */
export interface ClassificationParts {
  readonly classifier: SeriesClassifier;
  readonly training: LabelledSeries;
  /** Its labels are counted in the classifier's classes. */
  readonly test: LabelledSeries;
  /** How the test series came about: a file of their own, or a part of the only one. */
  readonly split: "file" | "random";
  /** [N, K] row-major: what the classifier gave the test series. */
  readonly probabilities: Float64Array;
  /** [N] */
  readonly predicted: Int32Array;
  readonly evaluation: Evaluation;
  /** By name, what needs no training, on the same test series. */
  readonly baselines: ReadonlyMap<string, Evaluation>;
  readonly seed: number;
  /** What an error on a series of each class counted, where not alike. */
  readonly classWeight: SeriesClassifierOptions["classWeight"];
  /** What was assumed, in sentences for the user. */
  readonly notes: readonly string[];
  /** Seconds, by what they were spent on. */
  readonly timing: Readonly<Record<string, number>>;
}

/** Of fewer test series, that none is found may be chance. */
const SEVERAL = 5;

/** The classes of several test series that none was taken for, where weights of the classes might help; else none. */
export function missedClasses({
  classifier,
  evaluation,
  classWeight,
}: ClassificationParts): readonly string[] {
  if (classWeight !== undefined || unweightedNames.includes(classifier.name)) return [];
  return evaluation.report.classes
    .filter(({ support, recall }) => support >= SEVERAL && recall === 0)
    .map(({ name }) => name);
}

/** `balanced`, or `on: 5, off: 1`; undefined where errors on all series counted alike. */
export function classWeightText({ classWeight }: ClassificationParts): string | undefined {
  if (classWeight === undefined || classWeight === "balanced") return classWeight;
  return Object.entries(classWeight)
    .map(([name, weight]) => `${name}: ${weight}`)
    .join(", ");
}
