// The whole of a classification: a model trained and tested, set against what needs no training.

import { now } from "#platform";
import {
  checkSeveralClasses,
  classCounts,
  type LabelledSeries,
  withClasses,
} from "../../data/labelled-series.ts";
import { checkedNumber, checkOptionNames } from "../../nn/choice.ts";
import { type Evaluation, evaluateProbabilities, mostProbable } from "../../nn/metrics/evaluation.ts";
import { SeriesClassifier, type SeriesClassifierOptions } from "./classifier.ts";
import { commonLength, lengthNotes } from "./lengths.ts";
import { ClassificationResult } from "./result.ts";
import { splitAtRandom } from "./split.ts";
import type { EpochReport } from "./training-record.ts";

export interface ClassifySeriesOptions extends SeriesClassifierOptions {
  /** Series to test on. Default: a part of the others, drawn at random, of each class alike. */
  readonly test?: LabelledSeries | undefined;
  /** The share of that part, above 0 and below 1. Default 0.2. */
  readonly testShare?: number | undefined;
  /** Called once the input is found good, before the work begins, with what was assumed, in sentences for the user. */
  readonly onStart?: ((notes: readonly string[]) => void) | undefined;
  /** Called as the work goes on. */
  readonly onProgress?: ((progress: ClassifyProgress) => void) | undefined;
  /** Ends the work when it is aborted: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a classification is. */
export interface ClassifyProgress {
  /** The part that is done, 0 to 1, by and large. */
  readonly done: number;
  readonly stage: "training" | "testing";
  /** The epoch just ended, of networks. */
  readonly epoch?: EpochReport | undefined;
}

/** How much of the work training is, by and large. */
const TRAINING_SHARE = 0.85;

/** Neighbours are compared up to so many values; more would take longer than the model. */
const COMPARED = 4e9;

/**
 * Trains a classifier and tests it, beside the most frequent class and the nearest neighbour.
 *
 * @throws RecurraError as {@link SeriesClassifier}; `unknown-class` for a test label that is not trained on
 */
export async function classifySeries(
  data: LabelledSeries,
  options: ClassifySeriesOptions = {},
): Promise<ClassificationResult> {
  checkOptionNames("classifySeries", options, [
    ...["model", "normalize", "classWeight", "seed", "test", "testShare", "onStart", "onProgress", "signal"],
  ]);
  const { test: given, testShare = 0.2, onStart, onProgress, signal, ...settings } = options;
  const { seed = 0, normalize } = settings;
  checkedNumber(
    "classifySeries: testShare",
    testShare,
    (share) => share > 0 && share < 1,
    "a share between 0 and 1",
  );
  const started = now();
  checkSeveralClasses(data);
  const classifier = new SeriesClassifier(settings);
  const split = given === undefined ? splitAtRandom(data, testShare, seed) : { training: data, test: given };
  const { training } = split;
  const test = withClasses(
    split.test,
    training.classes.filter((_, k) => (classCounts(training)[k] ?? 0) > 0),
  );
  const drawn = `Tested on ${test.labels.length} of ${data.labels.length} series, drawn at random by seed ${seed}.`;
  const more =
    given === undefined ? [drawn] : [...given.notes, ...lengthNotes(given, commonLength(training.x))];
  const notes = [...new Set([...data.notes, ...more])];
  onStart?.(notes);

  await classifier.fit(training, {
    signal,
    onProgress: ({ done, epoch }) => onProgress?.({ stage: "training", done: TRAINING_SHARE * done, epoch }),
  });
  const trained = now();
  onProgress?.({ stage: "testing", done: TRAINING_SHARE });
  const probabilities = (await classifier.predictProbabilities(test)).data as Float64Array;
  const tested = now();
  signal?.throwIfAborted();
  const evaluation = evaluateProbabilities(test.labels, probabilities, classifier.classes);
  const baselines = new Map<string, Evaluation>();
  for (const model of ["nearest", "majority"] as const) {
    if (model === classifier.name || (model === "nearest" && comparisonsOf(training, test) > COMPARED))
      continue;
    const baseline = new SeriesClassifier({ model, normalize });
    await baseline.fit(training, { signal });
    baselines.set(model, await baseline.evaluate(test));
    signal?.throwIfAborted();
  }
  onProgress?.({ stage: "testing", done: 1 });
  const seconds = (from: number, to: number) => Math.round(to - from) / 1000;
  return new ClassificationResult({
    classifier,
    training,
    test,
    split: given === undefined ? "random" : "file",
    probabilities,
    predicted: mostProbable(probabilities, classifier.classes.length),
    evaluation,
    baselines,
    seed,
    classWeight: settings.classWeight,
    notes,
    timing: {
      fitSeconds: seconds(started, trained),
      predictSeconds: seconds(trained, tested),
      totalSeconds: seconds(started, now()),
    },
  });
}

/** Values that are compared when each test series is set against each training series. */
function comparisonsOf(training: LabelledSeries, test: LabelledSeries): number {
  const values = (data: LabelledSeries) =>
    data.x.reduce((sum, channels) => sum + channels.length * (channels[0]?.length ?? 0), 0);
  return values(training) * test.x.length;
}
