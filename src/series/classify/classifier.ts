// SeriesClassifier: fit, predict, evaluate, save and load, whatever the method.

import {
  checkSeveralClasses,
  classCounts,
  isLabelled,
  type LabelledSeries,
  type LabelledSeriesInput,
  type SeriesSamples,
  seriesSamples,
  withClasses,
} from "../../data/labelled-series.ts";
import { checkedNumber, checkOptionNames, describe } from "../../nn/choice.ts";
import { type Evaluation, evaluateProbabilities, mostProbable } from "../../nn/metrics/evaluation.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import type { Description } from "../forecasters/local-model.ts";
import { loadClassifier, saveClassifier } from "./classifier-files.ts";
import { commonLength } from "./lengths.ts";
import type { MethodProgress } from "./method.ts";
import { type ClassifierChoice, type ClassifierName, methodOf } from "./methods.ts";
import { type Normalization, normalizations, preparationOf, prepare } from "./preparation.ts";
import type { TrainedState } from "./trained-state.ts";
import type { TrainingRecord } from "./training-record.ts";

export interface SeriesClassifierOptions {
  /** How series are classified, by name or with options: `{ name: "lstm", units: 128 }`. Default "rocket". */
  readonly model?: ClassifierChoice | undefined;
  /** How values are brought to one scale. Default "training": each channel by its mean and standard deviation over the training series. */
  readonly normalize?: Normalization | undefined;
  /**
   * What an error on a series of a class counts: `balanced` counts each class alike, numbers are by the names of classes, 1 where one is not
   * named. Neighbours and the majority do not heed it. Default: each series counts alike.
   */
  readonly classWeight?: "balanced" | Readonly<Record<string, number>> | undefined;
  /** Whatever is random comes from this seed; the same seed gives the same classifier on the same machine. Default 0. */
  readonly seed?: number | undefined;
}

export interface ClassifierFitOptions {
  /** Ends the fit when it is aborted: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called as the work goes on. */
  readonly onProgress?: ((progress: MethodProgress) => void) | undefined;
}

/** Series to classify: as they are read, or [N] series of [T] values, or of [C] channels of [T] values. */
export type SeriesToClassify = SeriesSamples | LabelledSeriesInput["x"];

/**
 * Tells the class of a series.
 *
 *     const classifier = new SeriesClassifier({ model: "conv", seed: 1 });
 *     await classifier.fit(await readLabelledSeries("GunPoint_TRAIN.tsv"));
 *     const { accuracy } = await classifier.evaluate(await readLabelledSeries("GunPoint_TEST.tsv"));
 *     await classifier.save("gun-point");
 *
 * Series may have several channels and different lengths. Missing values are filled by straight lines.
 */
export class SeriesClassifier {
  readonly #options: Required<Pick<SeriesClassifierOptions, "model" | "normalize" | "seed">> &
    Pick<SeriesClassifierOptions, "classWeight">;
  #trained: TrainedState | undefined;

  /** @throws RecurraError `unknown-option`, `unknown-name`, `option-value` */
  constructor(options: SeriesClassifierOptions = {}) {
    checkOptionNames("SeriesClassifier", options, ["model", "normalize", "classWeight", "seed"]);
    const { model = "rocket", normalize = "training", classWeight, seed = 0 } = options;
    methodOf(model); // fails for what is no method
    if (!normalizations.includes(normalize))
      throw new RecurraError(
        "option-value",
        `SeriesClassifier: normalize is to be one of ${normalizations.join(", ")}, got ${describe(normalize)}`,
      );
    checkedNumber(
      "SeriesClassifier: seed",
      seed,
      (value) => Number.isSafeInteger(value) && value >= 0,
      "a whole number from 0 up",
    );
    this.#options = { model, normalize, classWeight, seed };
  }

  /** The name of the method. */
  get name(): ClassifierName {
    const { model } = this.#options;
    return typeof model === "string" ? model : model.name;
  }

  /** [K] The names of the classes. @throws RecurraError `not-trained` */
  get classes(): readonly string[] {
    return this.#state.classes;
  }

  /** How the training went, of a network; undefined for other methods, and after a load. @throws RecurraError `not-trained` */
  get training(): TrainingRecord | undefined {
    return this.#state.fitted.training;
  }

  /** The length of all training series; 0 where they differ. @throws RecurraError `not-trained` */
  get length(): number {
    return this.#state.length;
  }

  /** What it is, for reports and JSON. @throws RecurraError `not-trained` */
  describe(): Description {
    const { fitted, preparation, counts } = this.#state;
    return {
      model: this.name,
      normalize: preparation.normalize,
      seed: this.#options.seed,
      trainingSeries: counts.reduce((sum, count) => sum + count, 0),
      ...fitted.describe(),
    };
  }

  /**
   * Learns from series and their classes, afresh.
   *
   * @throws RecurraError `one-class` where there is nothing to tell apart; `option-value` for weights of classes that are none
   */
  async fit(data: LabelledSeries, options: ClassifierFitOptions = {}): Promise<void> {
    checkOptionNames("fit", options, ["signal", "onProgress"]);
    checkSeveralClasses(data);
    const known = withoutEmptyClasses(data);
    const { model, normalize, seed } = this.#options;
    const counts = [...classCounts(known)];
    const classWeight = this.#weightsOf(known.classes, counts);
    options.signal?.throwIfAborted();
    const preparation = preparationOf(known.x, normalize);
    const training = {
      x: prepare(known.x, preparation),
      labels: known.labels,
      classes: known.classes.length,
    };
    const fitted = await methodOf(model).fit(training, { seed, classWeight, ...options });
    this.#trained = {
      model,
      seed,
      classes: known.classes,
      preparation,
      length: commonLength(known.x),
      counts,
      fitted,
    };
  }

  /**
   * The probability of each class.
   *
   * @returns float64 [N, K], rows that add up to 1
   * @throws RecurraError `not-trained`; `channel-count` and `series-length` with the row of the first series that does not fit the training data
   */
  async predictProbabilities(series: SeriesToClassify): Promise<NdArray> {
    const { preparation, fitted, classes } = this.#state;
    const samples = "x" in series ? series : seriesSamples({ x: series });
    this.#checkShapes(samples);
    const probabilities = await fitted.probabilities(prepare(samples.x, preparation));
    return new NdArray(probabilities, [samples.x.length, classes.length]);
  }

  /** [N] The most probable class of each series, by name. Throws as {@link predictProbabilities}. */
  async predict(series: SeriesToClassify): Promise<readonly string[]> {
    const { data } = await this.predictProbabilities(series);
    const { classes } = this.#state;
    return Array.from(mostProbable(data as Float64Array, classes.length), (k) => classes[k] ?? "");
  }

  /**
   * How well it classifies series whose classes are known.
   *
   * @throws RecurraError as {@link predictProbabilities}, and `unknown-class` for a label that is none of those trained on
   */
  async evaluate(data: LabelledSeries): Promise<Evaluation> {
    if (!isLabelled(data))
      throw new RecurraError("label-missing", "evaluate: the series have no labels; wanted labelled series");
    const { classes } = this.#state;
    const { labels } = withClasses(data, classes);
    const { data: probabilities } = await this.predictProbabilities(data);
    return evaluateProbabilities(labels, probabilities as Float64Array, classes);
  }

  /**
   * Writes the folder `folder`, whole or not at all.
   *
   * @throws RecurraError `not-trained`, and what writing files throws
   */
  async save(folder: string): Promise<void> {
    await saveClassifier(folder, this.#state);
  }

  /**
   * Reads what {@link save} wrote. Its predictions are the very same.
   *
   * @throws RecurraError `file-not-found`, `file-altered`, `newer-version`, `classifier-state`
   */
  static async load(folder: string): Promise<SeriesClassifier> {
    const state = await loadClassifier(folder);
    const classifier = new SeriesClassifier({
      model: state.model,
      normalize: state.preparation.normalize,
      seed: state.seed,
    });
    classifier.#trained = state;
    return classifier;
  }

  get #state(): TrainedState {
    if (this.#trained !== undefined) return this.#trained;
    throw new RecurraError(
      "not-trained",
      "SeriesClassifier: it has learned nothing yet; call fit first, or load one",
    );
  }

  #weightsOf(classes: readonly string[], counts: readonly number[]): Float64Array {
    const { classWeight } = this.#options;
    if (classWeight === undefined) return new Float64Array(classes.length).fill(1);
    if (classWeight === "balanced") {
      const total = counts.reduce((sum, count) => sum + count, 0);
      return Float64Array.from(counts, (count) => total / (classes.length * count));
    }
    if (typeof classWeight !== "object" || classWeight === null)
      throw new RecurraError(
        "option-value",
        `SeriesClassifier: classWeight is to be "balanced" or numbers by class, got ${describe(classWeight)}`,
      );
    for (const [name, weight] of Object.entries(classWeight)) {
      if (!classes.includes(name))
        throw new RecurraError(
          "option-value",
          `SeriesClassifier: classWeight names "${name}", which is no class. ${suggestion(name, classes)}The classes are ${classes.join(", ")}`,
        );
      checkedNumber(
        `SeriesClassifier: classWeight of "${name}"`,
        weight,
        (value) => value > 0 && value < Infinity,
        "a positive number",
      );
    }
    return Float64Array.from(classes, (name) => classWeight[name] ?? 1);
  }

  #checkShapes({ source, x, rows }: SeriesSamples): void {
    const { preparation, length, model } = this.#state;
    const channels = preparation.means.length;
    const isEven = length > 0 && methodOf(model).wantsOneLength === true;
    for (const [n, sample] of x.entries()) {
      const steps = sample[0]?.length ?? 0;
      if (sample.length !== channels)
        throw new RecurraError(
          "channel-count",
          `${source}, row ${rows[n]}: it has ${sample.length} channels, and the model was trained on ${channels}.`,
        );
      if (isEven && steps !== length)
        throw new RecurraError(
          "series-length",
          `${source}, row ${rows[n]}: it has ${steps} values, and the model was trained on series of ${length}. Cut or fill it up, or train a model on series of several lengths.`,
        );
    }
  }
}

/** Classes that have no series are left out: a part of a set may lack some. */
function withoutEmptyClasses(data: LabelledSeries): LabelledSeries {
  const counts = classCounts(data);
  return withClasses(
    data,
    data.classes.filter((_, k) => (counts[k] ?? 0) > 0),
  );
}
