// trainTextClassifier: from labelled texts to a classifier.

import { heldOutRows } from "../../model/datasets/held-out-rows.ts";
import { fitBest } from "../../model/fit-best.ts";
import { optimizers } from "../../nn/optimizers/index.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { fitTokenizer } from "../tokenizers/registry.ts";
import { classFlags, classNumbers, type LabelSet, labelSetOf, type TextLabel } from "./labels.ts";
import {
  type TextClassifierConfig,
  type TextClassifierSettings,
  textClassifierSettings,
} from "./settings.ts";
import { TextClassifier } from "./text-classifier.ts";
import { paddingOf, putRow, usualLength } from "./text-rows.ts";

/** Texts with their labels. */
export interface LabelledTexts {
  /** [N] */
  readonly texts: readonly string[];
  /** [N] A label each; or a list of labels each, where texts may have several. */
  readonly labels: readonly TextLabel[];
}

/** What is told after each epoch. */
export interface ClassifierEpoch {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  readonly accuracy: number;
  /** The same on what is held out. */
  readonly validationLoss: number | undefined;
  readonly validationAccuracy: number | undefined;
  /** Whether this is the best epoch so far. */
  readonly isBest: boolean;
}

export interface TrainTextClassifierOptions {
  /** Texts by which the best epoch is chosen, in place of a share of those to train with. */
  readonly validation?: LabelledTexts | undefined;
  /** [V, E] Vectors of the tokenizer's ids to begin with: rows of zeros are drawn as without. See `WordVectors.matrixFor`. */
  readonly vectors?: ((vocabulary: TextClassifier["tokenizer"]["vocabulary"]) => NdArray) | undefined;
  readonly onEpoch?: ((epoch: ClassifierEpoch) => void | Promise<void>) | undefined;
  /** Told after each step: how many of how many. */
  readonly onStep?: ((done: number, of: number) => void) | undefined;
  /** Ends the training after the step under way: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains a network to tell the classes of texts.
 *
 *     const model = await trainTextClassifier({ texts, labels }, { name: "lstm" });
 *     const [{ label, probability }] = await model.predict(["What a film!"]);
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`; `no-rows`, `row-count`; `one-class`, `no-label`, `unknown-label`;
 *   `training-diverged`
 */
export async function trainTextClassifier(
  data: LabelledTexts,
  config: TextClassifierConfig,
  options: TrainTextClassifierOptions = {},
): Promise<TextClassifier> {
  const settings = textClassifierSettings(config);
  checkRows("texts", data);
  if (options.validation !== undefined) checkRows("validation", options.validation);
  const labels = labelSetOf(data.labels, settings.multiLabel);
  const { training, held } = parted(data, labels, settings, options.validation);
  // What is held out is not seen by the tokeniser either.
  const tokenizer = await fitTokenizer(settings.tokenizer, training.texts);
  const sequences = training.texts.map((text) => tokenizer.encode(text));
  const length = settings.length ?? usualLength(sequences.map((ids) => ids.length));
  const model = new TextClassifier(config, tokenizer, labels, length);
  if (options.vectors !== undefined) putVectors(model, options.vectors(tokenizer.vocabulary));
  const rows = (ids: readonly Int32Array[]) => {
    const filled = new Int32Array(ids.length * length).fill(paddingOf(tokenizer));
    for (const [row, one] of ids.entries()) putRow(filled, row, one, model.rows);
    return new NdArray(filled, [ids.length, length]);
  };
  const x = rows(sequences);
  const y = targetsOf(training.labels, labels, model);
  const validation =
    held === undefined
      ? undefined
      : ([
          rows(held.texts.map((text) => tokenizer.encode(text))),
          targetsOf(held.labels, labels, model),
        ] as const);

  const { network } = model;
  const { epochs, batchSize, threads, patience } = settings;
  network.compile({
    optimizer: optimizers.adam({ learningRate: settings.learningRate }),
    loss: model.isBinary || model.isMulti ? "binaryCrossentropy" : "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
    threads,
  });
  const fitted = await fitBest(`text classifier ${settings.name}`, network, [x, y], {
    epochs,
    steps: Math.ceil(training.texts.length / batchSize),
    patience,
    validationData: validation,
    fit: {
      batchSize,
      ...(settings.balanced && !model.isMulti && { classWeight: balancedWeights(training.labels, labels) }),
    },
    onStep: options.onStep,
    onEpoch: async (epoch, logs, isBest) => {
      const told: ClassifierEpoch = {
        epoch,
        epochs,
        loss: logs.loss ?? Number.NaN,
        accuracy: logs.accuracy ?? Number.NaN,
        validationLoss: logs.val_loss,
        validationAccuracy: logs.val_accuracy,
        isBest,
      };
      await options.onEpoch?.(told);
    },
    signal: options.signal,
  });
  model.training = {
    texts: training.texts.length,
    heldOut: held?.texts.length ?? 0,
    epochs: fitted.epochs,
    bestEpoch: fitted.bestEpoch,
    loss: fitted.logs.loss ?? Number.NaN,
    validationLoss: fitted.logs.val_loss,
    validationAccuracy: fitted.logs.val_accuracy,
  };
  return model;
}

function checkRows(what: string, { texts, labels }: LabelledTexts): void {
  if (texts.length !== labels.length)
    throw new RecurraError(
      "row-count",
      `trainTextClassifier: ${what}: there are ${texts.length} texts and ${labels.length} labels; wanted a label for each text`,
    );
  if (texts.length === 0)
    throw new RecurraError(
      "no-rows",
      `trainTextClassifier: ${what}: there are no texts; wanted some of each class`,
    );
}

/** The texts to train with and those that are held out: a share of each class, or those that were given. */
function parted(
  data: LabelledTexts,
  labels: LabelSet,
  { validationSplit, seed }: TextClassifierSettings,
  given: LabelledTexts | undefined,
): { readonly training: LabelledTexts; readonly held: LabelledTexts | undefined } {
  if (given !== undefined || validationSplit === 0) return { training: data, held: given };
  const groups = labels.isMulti ? new Int32Array(data.labels.length) : classNumbers(data.labels, labels);
  const parts = heldOutRows(groups, labels.isMulti ? 1 : labels.classes.length, validationSplit, seed);
  const take = (rows: Int32Array): LabelledTexts => ({
    texts: Array.from(rows, (row) => data.texts[row] ?? ""),
    labels: Array.from(rows, (row) => data.labels[row] ?? ""),
  });
  return { training: take(parts.training), held: parts.held.length === 0 ? undefined : take(parts.held) };
}

function targetsOf(list: readonly TextLabel[], labels: LabelSet, model: TextClassifier): NdArray {
  if (labels.isMulti) return new NdArray(classFlags(list, labels), [list.length, labels.classes.length]);
  const numbers = classNumbers(list, labels);
  return model.isBinary
    ? new NdArray(Float32Array.from(numbers), [list.length, 1])
    : new NdArray(numbers, [list.length]);
}

/** N / (K · N_k) for each class, as scikit-learn's "balanced". */
function balancedWeights(list: readonly TextLabel[], labels: LabelSet): Readonly<Record<number, number>> {
  const counts = new Float64Array(labels.classes.length);
  for (const number of classNumbers(list, labels)) counts[number] = (counts[number] ?? 0) + 1;
  return Object.fromEntries(
    Array.from(counts, (count, k) => [k, list.length / (counts.length * Math.max(count, 1))]),
  );
}

/** Vectors to begin with; a row of zeros is of a token without one, and keeps what was drawn. */
function putVectors(model: TextClassifier, matrix: NdArray): void {
  const found = model.network.weights.find(({ name }) => name === "embedding/embeddings");
  const [rows = 0, width = 0] = matrix.shape;
  const [wantedRows = 0, wantedWidth = 0] = found?.weight.shape ?? [];
  if (found === undefined || matrix.rank !== 2 || width !== wantedWidth || rows > wantedRows)
    throw new RecurraError(
      "vocabulary-weights",
      `trainTextClassifier: the vectors are [${matrix.shape.join(", ")}]; wanted [${wantedRows}, ${wantedWidth}]: one of the width of the embedding for each token. Set embedding to ${width}.`,
    );
  const into = found.weight.value.data as Float32Array;
  const from = matrix.data as Float32Array;
  for (let row = 0; row < rows; row++) {
    const vector = from.subarray(row * width, (row + 1) * width);
    if (vector.some((value) => value !== 0)) into.set(vector, row * width);
  }
}
