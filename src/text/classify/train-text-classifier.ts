// trainTextClassifier: from labelled texts to a classifier.

import { fitBest } from "../../model/fit-best.ts";
import { anything, code, kind, type OptionKind } from "../../nn/layer-options.ts";
import { optimizers } from "../../nn/optimizers/index.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { fitTokenizer } from "../tokenizers/registry.ts";
import { checkOptions } from "../tokenizers/texts.ts";
import { checkedTexts, type GivenTexts, partedTexts } from "./labelled-texts.ts";
import { classFlags, classNumbers, type LabelSet, labelSetOf, type TextLabel } from "./labels.ts";
import { type TextClassifierConfig, textClassifierSettings } from "./settings.ts";
import { TextClassifier } from "./text-classifier.ts";
import { paddingOf, putRow, rowLength } from "./text-rows.ts";
import { usualNetwork, usualSettings } from "./usual-settings.ts";

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
  readonly validation?: GivenTexts | undefined;
  /** [V, E] Vectors of the tokenizer's ids to begin with: rows of zeros are drawn as without. See `WordVectors.matrixFor`. */
  readonly vectors?: ((vocabulary: TextClassifier["tokenizer"]["vocabulary"]) => NdArray) | undefined;
  readonly onEpoch?: ((epoch: ClassifierEpoch) => void | Promise<void>) | undefined;
  /** Told after each step: how many of how many. */
  readonly onStep?: ((done: number, of: number) => void) | undefined;
  /** Ends the training after the step under way: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What each of them may be. */
export const trainOptionKinds: { readonly [Name in keyof TrainTextClassifierOptions]-?: OptionKind } = {
  validation: anything,
  vectors: code,
  onEpoch: code,
  onStep: code,
  signal: kind("an AbortSignal", (value) => value instanceof AbortSignal),
};

/**
 * Trains a network to tell the classes of texts.
 *
 *     const model = await trainTextClassifier({ texts, labels }, { name: "lstm" });
 *     const [{ label, probability }] = await model.predict(["What a film!"]);
 *
 * @param config default: an LSTM; of fewer than 5,000 texts `{ name: "mlp" }`
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`; `texts`, `no-rows`, `row-count`; `one-class`, `no-label`,
 *   `unknown-label`; `training-diverged`
 */
export async function trainTextClassifier(
  given: GivenTexts,
  config?: TextClassifierConfig,
  options: TrainTextClassifierOptions = {},
): Promise<TextClassifier> {
  checkOptions("trainTextClassifier", options, trainOptionKinds);
  const data = checkedTexts("trainTextClassifier", given);
  const validation =
    options.validation && checkedTexts("trainTextClassifier: validation", options.validation);
  const asked = config === undefined ? { name: usualNetwork(data.texts.length) } : config;
  const { multiLabel, validationSplit, seed } = textClassifierSettings(asked);
  const labels = labelSetOf(data.labels, multiLabel);
  const { training, held } =
    validation === undefined
      ? partedTexts(data, labels, validationSplit, seed)
      : { training: data, held: validation };
  const whole = { ...asked, ...usualSettings(asked, training.texts) };
  const settings = textClassifierSettings(whole);
  // What is held out is not seen by the tokeniser either.
  const tokenizer = await fitTokenizer(settings.tokenizer, training.texts);
  const sequences = training.texts.map((text) => tokenizer.encode(text));
  const length = rowLength(
    settings.length,
    sequences.map((ids) => ids.length),
  );
  const model = new TextClassifier(whole, tokenizer, labels, length);
  if (options.vectors !== undefined) putVectors(model, options.vectors(tokenizer.vocabulary));
  const rows = (ids: readonly Int32Array[]) => {
    const filled = new Int32Array(ids.length * length).fill(paddingOf(tokenizer));
    for (const [row, one] of ids.entries()) putRow(filled, row, one, model.rows);
    return new NdArray(filled, [ids.length, length]);
  };
  const x = rows(sequences);
  const y = targetsOf(training.labels, labels, model);
  const heldRows =
    held.texts.length === 0
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
    validationData: heldRows,
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
    heldOut: held.texts.length,
    epochs: fitted.epochs,
    bestEpoch: fitted.bestEpoch,
    loss: fitted.logs.loss ?? Number.NaN,
    validationLoss: fitted.logs.val_loss,
    validationAccuracy: fitted.logs.val_accuracy,
  };
  return model;
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
