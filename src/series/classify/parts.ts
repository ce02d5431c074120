// What a classification consists of: the figures that documents, charts and reports are made from.

import type { LabelledSeries } from "../../data/labelled-series.ts";
import type { SeriesClassifier } from "./classifier.ts";
import type { Evaluation } from "./evaluation.ts";

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
  /** What was assumed, in sentences for the user. */
  readonly notes: readonly string[];
  /** Seconds, by what they were spent on. */
  readonly timing: Readonly<Record<string, number>>;
}
