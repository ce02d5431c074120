// classifyTexts: train a classifier, test it on texts that it has not seen, and tell how it did.

import { now } from "#platform";
import { anything, kind, type OptionKind, text } from "../../nn/layer-options.ts";
import { type Evaluation, evaluateProbabilities } from "../../nn/metrics/evaluation.ts";
import { RecurraError } from "../../platform/error.ts";
import { checkOptions } from "../tokenizers/texts.ts";
import { bagOfWords } from "../vectorize/bag-of-words.ts";
import { type DistinctiveWord, distinctiveWords } from "./distinctive-words.ts";
import { checkedTexts, type GivenTexts, type LabelledTexts, partedTexts } from "./labelled-texts.ts";
import { classFlags, classNumbers, type LabelSet, labelSetOf } from "./labels.ts";
import { evaluateFlags, type LabelsEvaluation } from "./multi-label.ts";
import { fitNaiveBayes } from "./naive-bayes.ts";
import { type TextClassifierConfig, textClassifierSettings } from "./settings.ts";
import type { TextClassifier } from "./text-classifier.ts";
import {
  type ClassifierEpoch,
  type TrainTextClassifierOptions,
  trainOptionKinds,
  trainTextClassifier,
} from "./train-text-classifier.ts";
import { usualNetwork } from "./usual-settings.ts";

export interface ClassifyTextsOptions
  extends Pick<TrainTextClassifierOptions, "onEpoch" | "onStep" | "signal" | "validation" | "vectors"> {
  /** Texts to test on. Default: a share of those that are given, drawn at random with the classes' shares kept. */
  readonly test?: GivenTexts | undefined;
  /** That share. Default: 0.2. */
  readonly testShare?: number | undefined;
  /** What the texts are of, for reports. Default: "the texts". */
  readonly source?: string | undefined;
  readonly testSource?: string | undefined;
}

/** What a network has to beat to be worth its while. */
export interface TextBaselines {
  /** Always saying the most frequent class of the training texts. */
  readonly majority: { readonly label: string; readonly accuracy: number };
  /** Naive Bayes of counts of the same tokens, learned from the same texts. */
  readonly naiveBayes: { readonly accuracy: number };
}

/** A classifier with its test. */
export interface TextClassification {
  readonly model: TextClassifier;
  readonly source: string;
  /** Undefined where the test texts were drawn from the others. */
  readonly testSource: string | undefined;
  readonly training: LabelledTexts;
  readonly test: LabelledTexts;
  /** [N] Where the test texts stand among those that were given, from 0: of them all, or of `test`. */
  readonly testRows: Int32Array;
  /** [N, K] What the classifier gave the test texts. */
  readonly probabilities: Float64Array;
  /** Of one label each. */
  readonly evaluation: Evaluation | undefined;
  /** Of any number of labels each. */
  readonly labelsEvaluation: LabelsEvaluation | undefined;
  /** How right simpler ways are on the same texts; undefined where texts have any number of labels. */
  readonly baselines: TextBaselines | undefined;
  /** [K] */
  readonly words: readonly (readonly DistinctiveWord[])[];
  readonly epochs: readonly ClassifierEpoch[];
  /** Seconds. */
  readonly timing: { readonly training: number; readonly test: number };
}

const optionKinds: { readonly [Name in keyof ClassifyTextsOptions]-?: OptionKind } = {
  ...trainOptionKinds,
  test: anything,
  testShare: kind(
    "a share above 0 and below 1",
    (value) => typeof value === "number" && value > 0 && value < 1,
  ),
  source: text,
  testSource: text,
};

/**
 * Trains and tests a text classifier.
 *
 *     const result = await classifyTexts({ texts, labels }, { name: "lstm" });
 *     result.evaluation?.accuracy;
 *
 * @param config default: an LSTM; of fewer than 5,000 texts `{ name: "mlp" }`
 * @throws RecurraError what {@link trainTextClassifier} throws; `too-short` where no text can be held out to test on; `unknown-label` for a
 *   label in the test that training has not seen
 */
export async function classifyTexts(
  given: GivenTexts,
  config?: TextClassifierConfig,
  options: ClassifyTextsOptions = {},
): Promise<TextClassification> {
  checkOptions("classifyTexts", options, optionKinds);
  const { test, testShare = 0.2, source = "the texts", testSource, onEpoch, ...training } = options;
  const data = checkedTexts("classifyTexts", given);
  const asked = config === undefined ? { name: usualNetwork(data.texts.length) } : config;
  const { multiLabel, seed } = textClassifierSettings(asked);
  const labels = labelSetOf(data.labels, multiLabel);
  const parts =
    test === undefined
      ? parted(data, labels, testShare, seed)
      : givenParts(data, checkedTexts("classifyTexts: test", test));
  // Before the training, whose end would come too late to hear of it.
  const known = labelSetOf(parts.training.labels, labels.isMulti);
  if (labels.isMulti) classFlags(parts.test.labels, known);
  else classNumbers(parts.test.labels, known);
  const epochs: ClassifierEpoch[] = [];
  const started = now();
  const model = await trainTextClassifier(parts.training, asked, {
    ...training,
    onEpoch: async (epoch) => {
      epochs.push(epoch);
      await onEpoch?.(epoch);
    },
  });
  const trained = now();
  const { classes } = model;
  const set = { classes, isMulti: model.isMulti };
  const probabilities = await model.probabilities(parts.test.texts);
  const tested = now();
  const numbers = model.isMulti ? undefined : classNumbers(parts.test.labels, set);
  const flags = model.isMulti ? classFlags(parts.test.labels, set) : undefined;
  const isOf = (n: number, k: number) => [parts.training.labels[n] ?? []].flat().includes(classes[k] ?? "");
  return {
    model,
    source,
    testSource: test === undefined ? undefined : (testSource ?? "the test texts"),
    ...parts,
    probabilities,
    evaluation: numbers && evaluateProbabilities(numbers, probabilities, classes),
    labelsEvaluation: flags && evaluateFlags(flags, probabilities, classes),
    baselines: numbers && baselinesOf(parts, classNumbers(parts.training.labels, set), numbers, model),
    words: distinctiveWords(parts.training.texts, model.tokenizer, isOf, classes.length),
    epochs,
    timing: { training: (trained - started) / 1000, test: (tested - trained) / 1000 },
  };
}

type Parts = Pick<TextClassification, "training" | "test" | "testRows">;

function givenParts(training: LabelledTexts, test: LabelledTexts): Parts {
  return { training, test, testRows: Int32Array.from(test.texts.keys()) };
}

/** Some are held out, drawn at random; fails where none can be. */
function parted(data: LabelledTexts, labels: LabelSet, share: number, seed: number): Parts {
  const { training, held, heldRows } = partedTexts(data, labels, share, seed + 1);
  if (held.texts.length > 0) return { training, test: held, testRows: heldRows };
  throw new RecurraError(
    "too-short",
    `each of the ${data.texts.length} texts has a label of its own; none can be held out for a test. Check which column is the label; or give more texts of each class, or a test file.`,
  );
}

function baselinesOf(
  { training, test }: { readonly training: LabelledTexts; readonly test: LabelledTexts },
  known: Int32Array,
  asked: Int32Array,
  { tokenizer, classes }: TextClassifier,
): TextBaselines {
  const counts = new Float64Array(classes.length);
  for (const label of known) counts[label] = (counts[label] ?? 0) + 1;
  const most = counts.indexOf(Math.max(...counts));
  const { size } = tokenizer.vocabulary;
  const countsOf = (texts: readonly string[]) =>
    bagOfWords(
      texts.map((text) => tokenizer.encode(text)),
      size,
    );
  const bayes = fitNaiveBayes(countsOf(training.texts), known, classes.length).predict(countsOf(test.texts));
  const share = (isRight: (label: number, n: number) => boolean) =>
    asked.filter(isRight).length / asked.length;
  return {
    majority: { label: classes[most] ?? "", accuracy: share((label) => label === most) },
    naiveBayes: { accuracy: share((label, n) => label === bayes[n]) },
  };
}
