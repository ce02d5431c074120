// Every loss that has a name, with its options, its targets and its formula.

import { cast, notEqual } from "../../graph/ops/arithmetic.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Shape } from "../../tensor/shape.ts";
import { either, flag, type OptionKind, oneOf, positive, whole } from "../layer-options.ts";
import { alignWeights, maskFor } from "./align.ts";
import { crf } from "./crf.ts";
import * as classes from "./crossentropy.ts";
import { type CtcOptions, checkLabels, ctc } from "./ctc.ts";
import {
  type BinaryFocalOptions,
  binaryFocalCrossentropy,
  type CategoricalFocalOptions,
  categoricalFocalCrossentropy,
} from "./focal.ts";
import { categoricalHinge, hinge, squaredHinge } from "./hinge.ts";
import {
  type GaussianNllOptions,
  gaussianNll,
  type NegativeBinomialNllOptions,
  negativeBinomialNll,
  type StudentTNllOptions,
  studentTNll,
} from "./likelihood.ts";
import { type DiceOptions, diceOf, overlap, type TverskyOptions, tverskyOf } from "./overlap.ts";
import * as regression from "./regression.ts";
import {
  type LossContext,
  type LossRule,
  labels,
  likePredictions,
  notNegative,
  numberList,
  oneForEach,
  share,
} from "./rule.ts";

type NoOptions = Record<never, never>;

export interface HuberOptions {
  /** Where the loss turns from a parabola to a line. Default 1. */
  readonly delta?: number;
}

export interface QuantileOptions {
  /** The levels, each in (0, 1), in the order of the predictions' last axis. */
  readonly levels: readonly number[];
}

export interface CosineOptions {
  /** The axis of the vectors. Default -1. */
  readonly axis?: number;
}

/** Options of a cross-entropy with targets of the predictions' shape. */
export type CrossentropyConfig = classes.CrossentropyOptions & classes.LabelSmoothing & classes.AxisOption;
/** Options of a cross-entropy with labels. */
export type SparseCrossentropyConfig = CrossentropyConfig & classes.IgnoreClass;

const crossentropyKinds = { fromLogits: flag, labelSmoothing: share, axis: whole };
const axes: OptionKind = either("an axis or a list of axes", whole, numberList("", Number.isInteger));
const someLevels = numberList("a list of numbers between 0 and 1", (level) => level > 0 && level < 1);
const someWeights = numberList("", (weight) => weight >= 0 && weight < Infinity);

/** The rules by name. */
export const lossRules = {
  meanSquaredError: plain(regression.meanSquaredError),
  mse: plain(regression.meanSquaredError),
  meanAbsoluteError: plain(regression.meanAbsoluteError),
  mae: plain(regression.meanAbsoluteError),
  meanAbsolutePercentageError: plain(regression.meanAbsolutePercentageError),
  mape: plain(regression.meanAbsolutePercentageError),
  meanSquaredLogarithmicError: plain(regression.meanSquaredLogarithmicError),
  msle: plain(regression.meanSquaredLogarithmicError),
  huber: rule<HuberOptions>({
    options: { delta: positive },
    targets: likePredictions,
    call: (yTrue, yPred, { delta }) => regression.huber(yTrue, yPred, delta),
  }),
  logCosh: plain(regression.logCosh),
  poisson: plain(regression.poisson),
  cosineSimilarity: rule<CosineOptions>({
    options: { axis: whole },
    targets: likePredictions,
    call: (yTrue, yPred, { axis }) => regression.cosineSimilarity(yTrue, yPred, axis),
  }),
  quantile: rule<QuantileOptions>({
    options: { levels: someLevels },
    required: ["levels"],
    targets: oneForEach,
    call: (yTrue, yPred, { levels }) => regression.quantile(yTrue, yPred, levels),
  }),

  gaussianNll: rule<GaussianNllOptions>({
    options: { parameter: oneOf("variance", "sigma", "logVariance"), full: flag },
    targets: oneForEach,
    call: gaussianNll,
  }),
  studentTNll: rule<StudentTNllOptions>({
    options: { parameter: oneOf("sigma", "logSigma"), degreesOfFreedom: positive },
    targets: oneForEach,
    call: studentTNll,
  }),
  negativeBinomialNll: rule<NegativeBinomialNllOptions>({
    options: { parameter: oneOf("mean", "logMean") },
    targets: oneForEach,
    call: negativeBinomialNll,
  }),

  binaryCrossentropy: rule<CrossentropyConfig>({
    options: crossentropyKinds,
    targets: likePredictions,
    call: classes.binaryCrossentropy,
  }),
  categoricalCrossentropy: rule<CrossentropyConfig>({
    options: crossentropyKinds,
    targets: likePredictions,
    call: classes.categoricalCrossentropy,
  }),
  sparseCategoricalCrossentropy: rule<SparseCrossentropyConfig>({
    options: { ...crossentropyKinds, ignoreClass: whole },
    targets: {
      ...labels,
      shape: (prediction, { axis = -1 }) => prediction.toSpliced(placeOf(prediction, axis), 1),
      range: (prediction, { axis = -1, ignoreClass }) => ({
        count: prediction[placeOf(prediction, axis)] ?? 1,
        except: ignoreClass,
      }),
    },
    call: classes.sparseCategoricalCrossentropy,
    maskFor: ({ ignoreClass, axis = -1 }) => {
      if (ignoreClass === undefined) return undefined;
      const along = (yPred: Tensor) => classes.classAxis("loss sparseCategoricalCrossentropy", yPred, axis);
      return (yTrue, yPred) => notEqual(classes.labelsOf(yTrue, yPred, along(yPred)), ignoreClass);
    },
  }),
  binaryFocalCrossentropy: rule<BinaryFocalOptions>({
    options: { ...crossentropyKinds, gamma: notNegative, alpha: share, applyClassBalancing: flag },
    targets: likePredictions,
    call: binaryFocalCrossentropy,
  }),
  categoricalFocalCrossentropy: rule<CategoricalFocalOptions>({
    options: {
      ...crossentropyKinds,
      gamma: notNegative,
      alpha: either("a number or a list of numbers from 0 up", notNegative, someWeights),
    },
    targets: likePredictions,
    call: categoricalFocalCrossentropy,
  }),
  klDivergence: plain(classes.klDivergence),
  hinge: plain(hinge),
  squaredHinge: plain(squaredHinge),
  categoricalHinge: plain(categoricalHinge),
  dice: rule<DiceOptions>({
    options: { axis: axes },
    targets: likePredictions,
    call: (yTrue, yPred, options, { mask }) => diceOf(overlap(yTrue, yPred, options, maskOf(yPred, mask))),
  }),
  tversky: rule<TverskyOptions>({
    options: { axis: axes, alpha: notNegative, beta: notNegative },
    targets: likePredictions,
    call: (yTrue, yPred, options, { mask }) =>
      tverskyOf(overlap(yTrue, yPred, options, maskOf(yPred, mask)), options),
  }),
  ctc: rule<CtcOptions>({
    options: { blankIndex: whole, fromLogits: flag, zeroInfinity: flag },
    targets: {
      ...labels,
      shape: () => [-1],
      range: (prediction) => ({ count: prediction.at(-1) ?? 1, except: -1 }),
      check: checkLabels,
    },
    call: ctc,
  }),
  crf: rule<NoOptions>({
    options: {},
    targets: {
      ...labels,
      shape: (prediction) => prediction.slice(0, 1),
      range: (prediction) => ({ count: prediction.at(-1) ?? 1, except: undefined }),
    },
    call: (yTrue, yPred, _, context) => crf(yTrue, yPred, context),
  }),
};

/** A rule; it says which options it takes. */
function rule<O extends object>(lossRule: LossRule<O>): LossRule<O> {
  return lossRule;
}

/** A rule without options, for targets of the shape of the predictions. */
function plain(formula: (yTrue: Tensor, yPred: Tensor) => Tensor): LossRule<NoOptions> {
  return { options: {}, targets: likePredictions, call: (yTrue, yPred) => formula(yTrue, yPred) };
}

/** Where an axis of the predictions stands in the shape of one sample; axes are counted with that of the samples. */
function placeOf(prediction: Shape, axis: number): number {
  return axis < 0 ? axis + prediction.length : axis - 1;
}

/** The mask of the predictions as a factor that broadcasts to them. */
function maskOf(yPred: Tensor, mask: LossContext["mask"]): Tensor | undefined {
  const fitting = maskFor(yPred, mask);
  return fitting === undefined ? undefined : alignWeights("the mask", cast(fitting, yPred.dtype), yPred);
}
