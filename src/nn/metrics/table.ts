// Every metric that has a rule of its own, with its options. The names of all other losses are metrics too: their mean.

import { neg } from "../../graph/ops/arithmetic.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { count, either, finite, flag, type OptionKind, oneOf, positive, whole } from "../layer-options.ts";
import type { IgnoreClass } from "../losses/crossentropy.ts";
import type { DiceOptions, TverskyOptions } from "../losses/overlap.ts";
import { epsilon } from "../losses/regression.ts";
import { numberKind } from "../losses/rule.ts";
import { type CosineOptions, lossRules } from "../losses/table.ts";
import { loss } from "../losses.ts";
import {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKAccuracy,
  topKAccuracy,
} from "./accuracy.ts";
import { type AucOptions, auc } from "./auc.ts";
import { countedLabels, holdsLabels } from "./classes.ts";
import {
  type ClassScoreOptions,
  classMetric,
  type DecisionOptions,
  type FScoreOptions,
  fScoreOf,
  matthewsCorrelation,
  precisionOf,
  recallOf,
} from "./classification.ts";
import { type Metric, meanMetric } from "./metric.ts";
import { overlapMetric } from "./overlap.ts";
import { r2 } from "./r2.ts";
import { type ScaleOption, scaledErrors, squaredErrors, symmetricPercentageErrors } from "./regression.ts";

export interface ThresholdOption {
  /** Predictions above it count as 1. Default 0.5. */
  readonly threshold?: number;
}

export interface TopKOption {
  /** How many classes may be named. Default 5. */
  readonly k?: number;
}

export interface PerplexityOptions extends IgnoreClass {
  /** The predictions are logits and not probabilities. Default false. */
  readonly fromLogits?: boolean;
}

/** Everything that is known of a metric that has a name. */
export interface MetricRule<O extends object> {
  /** What each option may be. */
  readonly options: { readonly [K in keyof O]-?: OptionKind };
  /** Options that have no default. */
  readonly required?: readonly (keyof O & string)[];
  /** @param name what logs call it */
  make(name: string, options: O): Metric;
}

const classId = numberKind("a whole number from 0 up", (value) => Number.isInteger(value) && value >= 0);
const decisionKinds = {
  threshold: either('a number or "argmax"', finite, oneOf("argmax")),
  ignoreClass: whole,
};
const scoreKinds = { ...decisionKinds, average: oneOf("micro", "macro", "weighted"), classId };

/** The rules by name. */
export const metricRules = {
  accuracy: rule<NoOptions>({ options: {}, make: (name) => meanMetric(name, { values: accuracy }) }),
  binaryAccuracy: rule<ThresholdOption>({
    options: { threshold: finite },
    make: (name, { threshold }) =>
      meanMetric(name, { values: (yTrue, yPred) => binaryAccuracy(yTrue, yPred, threshold) }),
  }),
  categoricalAccuracy: rule<NoOptions>({
    options: {},
    make: (name) => meanMetric(name, { values: categoricalAccuracy }),
  }),
  sparseCategoricalAccuracy: rule<IgnoreClass>({
    options: { ignoreClass: whole },
    make: (name, options) =>
      meanMetric(name, { values: sparseCategoricalAccuracy, counts: countedLabels(options) }),
  }),
  topKCategoricalAccuracy: rule<TopKOption>({
    options: { k: count },
    make: (name, { k = 5 }) => meanMetric(name, { values: (yTrue, yPred) => topKAccuracy(yTrue, yPred, k) }),
  }),
  sparseTopKCategoricalAccuracy: rule<TopKOption & IgnoreClass>({
    options: { k: count, ignoreClass: whole },
    make: (name, { k = 5, ...ignore }) =>
      meanMetric(name, {
        values: (yTrue, yPred) => sparseTopKAccuracy(yTrue, yPred, k, ignore),
        counts: countedLabels(ignore),
      }),
  }),
  perplexity: rule<PerplexityOptions>({
    options: { fromLogits: flag, ignoreClass: whole },
    make: perplexity,
  }),

  auc: rule<AucOptions>({
    options: {
      curve: oneOf("ROC", "PR"),
      interpolation: oneOf("step", "linear"),
      average: oneOf("micro", "macro"),
      classId,
    },
    make: auc,
  }),
  precision: rule<ClassScoreOptions>({
    options: scoreKinds,
    make: (name, options) => classMetric(name, options, precisionOf),
  }),
  recall: rule<ClassScoreOptions>({
    options: scoreKinds,
    make: (name, options) => classMetric(name, options, recallOf),
  }),
  f1Score: rule<ClassScoreOptions>({
    options: scoreKinds,
    make: (name, options) => classMetric(name, options, fScoreOf(1)),
  }),
  fBetaScore: rule<FScoreOptions>({
    options: { ...scoreKinds, beta: positive },
    make: (name, { beta = 1, ...options }) => classMetric(name, options, fScoreOf(beta)),
  }),
  matthewsCorrelation: rule<DecisionOptions>({ options: decisionKinds, make: matthewsCorrelation }),
  dice: rule<DiceOptions>({
    options: lossRules.dice.options,
    make: (name, options) =>
      overlapMetric(name, options, loss({ name: "dice", ...options }).call, epsilon / 2),
  }),
  tversky: rule<TverskyOptions>({
    options: lossRules.tversky.options,
    make: (name, options) =>
      overlapMetric(name, options, loss({ name: "tversky", ...options }).call, epsilon),
  }),

  rootMeanSquaredError: rule<NoOptions>({ options: {}, make: rootMeanSquaredError }),
  rmse: rule<NoOptions>({ options: {}, make: rootMeanSquaredError }),
  symmetricMeanAbsolutePercentageError: rule<NoOptions>({ options: {}, make: symmetricPercentage }),
  smape: rule<NoOptions>({ options: {}, make: symmetricPercentage }),
  meanAbsoluteScaledError: rule<ScaleOption>({
    options: { scale: positive },
    required: ["scale"],
    make: scaledError,
  }),
  mase: rule<ScaleOption>({ options: { scale: positive }, required: ["scale"], make: scaledError }),
  r2: rule<NoOptions>({ options: {}, make: (name) => r2(name) }),
  cosineSimilarity: rule<CosineOptions>({
    options: { axis: whole },
    // The loss is the negative cosine, the metric the cosine, as in Keras.
    make(name, options) {
      const { call } = loss({ name: "cosineSimilarity", ...options });
      return meanMetric(name, { values: (yTrue, yPred) => neg(call(yTrue, yPred)) });
    },
  }),
};

type NoOptions = Record<never, never>;

/** A rule; it says which options it takes. */
function rule<O extends object>(metricRule: MetricRule<O>): MetricRule<O> {
  return metricRule;
}

function rootMeanSquaredError(name: string): Metric {
  return meanMetric(name, { values: squaredErrors, result: Math.sqrt });
}

function symmetricPercentage(name: string): Metric {
  return meanMetric(name, { values: symmetricPercentageErrors });
}

function scaledError(name: string, { scale }: ScaleOption): Metric {
  return meanMetric(name, { values: (yTrue, yPred) => scaledErrors(yTrue, yPred, scale) });
}

/** exp of the mean cross-entropy in nats: how many classes it is as hard as to choose from evenly. */
function perplexity(name: string, { fromLogits = false, ignoreClass }: PerplexityOptions): Metric {
  const sparse = loss({
    name: "sparseCategoricalCrossentropy",
    fromLogits,
    ...(ignoreClass === undefined ? {} : { ignoreClass }),
  });
  const dense = loss({ name: "categoricalCrossentropy", fromLogits });
  const areLabels = (yTrue: Tensor, yPred: Tensor) => ignoreClass !== undefined || holdsLabels(yTrue, yPred);
  return meanMetric(name, {
    values: (yTrue, yPred) => (areLabels(yTrue, yPred) ? sparse : dense).call(yTrue, yPred),
    counts: sparse.mask,
    result: Math.exp,
  });
}
