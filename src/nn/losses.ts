// Losses: chosen by name or config, given as functions from targets and predictions to losses that are not yet reduced.

import { add, cast, div, mul, notEqual } from "../graph/ops/arithmetic.ts";
import { mean } from "../graph/ops/reduce.ts";
import { sum } from "../graph/ops/sum.ts";
import { formatType, type Tensor } from "../graph/tensor.ts";
import { RecurraError } from "../platform/error.ts";
import { checkedConfig, checkedNumber, describe, type OptionNames } from "./choice.ts";
import { alignRanks, alignWeights, expectSameShape } from "./losses/align.ts";
import {
  binaryCrossentropy,
  type CrossentropyOptions,
  categoricalCrossentropy,
  type IgnoreClass,
  klDivergence,
  type LabelSmoothing,
  labelsOf,
  sparseCategoricalCrossentropy,
} from "./losses/crossentropy.ts";
import * as regression from "./losses/regression.ts";

/** Losses without options. */
type PlainLossName =
  | "meanSquaredError"
  | "mse"
  | "meanAbsoluteError"
  | "mae"
  | "meanAbsolutePercentageError"
  | "mape"
  | "meanSquaredLogarithmicError"
  | "msle"
  | "logCosh"
  | "poisson"
  | "klDivergence"
  | "cosineSimilarity";

export interface HuberOptions {
  /** Where the loss turns from a parabola to a line. Default 1. */
  readonly delta?: number;
}

export interface QuantileOptions {
  /** The levels, each in (0, 1), in the order of the predictions' last axis. */
  readonly levels: readonly number[];
}

/** A loss with its options, as a saved model holds it. */
export type LossConfig =
  | { readonly name: PlainLossName }
  | ({ readonly name: "huber" } & HuberOptions)
  | ({ readonly name: "quantile" } & QuantileOptions)
  | ({ readonly name: "binaryCrossentropy" | "categoricalCrossentropy" } & CrossentropyOptions &
      LabelSmoothing)
  | ({ readonly name: "sparseCategoricalCrossentropy" } & CrossentropyOptions & IgnoreClass);

/** The losses that may be chosen by name alone. */
export type LossName = Exclude<LossConfig["name"], "quantile">;

/**
 * From targets and predictions to the losses before reduction: one for each sample, or for each sample and time step.
 * Targets come in the dtype of the predictions.
 */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** What `compile` takes for a loss. */
export type Loss = LossName | LossConfig | LossFunction;

/** A loss ready for use. */
export interface ResolvedLoss {
  /** Its name, as logs show it; "loss" for a function without one. */
  readonly name: string;
  /** What a saved model holds; `undefined` for a function. */
  readonly config: LossConfig | undefined;
  /** "values": numbers like the predictions. "labels": numbers of classes, 0 to C - 1, which are fed as int32. */
  readonly targets: "values" | "labels";
  /** The losses before reduction. */
  readonly call: LossFunction;
  /** The places that count, for a loss that leaves some targets out: bool, of the losses' shape. */
  readonly mask: LossFunction | undefined;
}

const optionNames = {
  meanSquaredError: [],
  mse: [],
  meanAbsoluteError: [],
  mae: [],
  meanAbsolutePercentageError: [],
  mape: [],
  meanSquaredLogarithmicError: [],
  msle: [],
  huber: ["delta"],
  logCosh: [],
  poisson: [],
  klDivergence: [],
  cosineSimilarity: [],
  quantile: ["levels"],
  binaryCrossentropy: ["fromLogits", "labelSmoothing"],
  categoricalCrossentropy: ["fromLogits", "labelSmoothing"],
  sparseCategoricalCrossentropy: ["fromLogits", "ignoreClass"],
} as const satisfies OptionNames & Record<LossConfig["name"], readonly string[]>;

/**
 * The loss that a choice stands for.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`; the loss's functions throw `loss-shape` for targets and
 *   predictions that do not go together
 */
export function loss(choice: Loss): ResolvedLoss {
  if (typeof choice === "function") {
    const call: LossFunction = (yTrue, yPred) => choice(...alignRanks(cast(yTrue, yPred.dtype), yPred));
    return { name: choice.name || "loss", config: undefined, targets: "values", call, mask: undefined };
  }
  const config = checkedConfig("loss", choice, optionNames) as LossConfig;
  checkValues(config);
  const { name } = config;
  if (name === "sparseCategoricalCrossentropy") {
    const { ignoreClass } = config;
    return {
      name,
      config,
      targets: "labels",
      call: (yTrue, yPred) => sparseCategoricalCrossentropy(yTrue, yPred, config),
      mask:
        ignoreClass === undefined
          ? undefined
          : (yTrue, yPred) => notEqual(labelsOf(yTrue, yPred), ignoreClass),
    };
  }
  const rule = ruleOf(config);
  const call: LossFunction = (yTrue, yPred) => {
    const target = cast(yTrue, yPred.dtype);
    if (name === "quantile") return rule(target, yPred);
    const [a, b] = alignRanks(target, yPred);
    expectSameShape(`loss ${name}`, a, b);
    if (a.rank === 0)
      throw new RecurraError("loss-shape", `loss ${name}: wants at least one axis, got ${formatType(yPred)}`);
    return rule(a, b);
  };
  return { name, config, targets: "values", call, mask: undefined };
}

function ruleOf(config: Exclude<LossConfig, { name: "sparseCategoricalCrossentropy" }>): LossFunction {
  switch (config.name) {
    case "meanSquaredError":
    case "mse":
      return regression.meanSquaredError;
    case "meanAbsoluteError":
    case "mae":
      return regression.meanAbsoluteError;
    case "meanAbsolutePercentageError":
    case "mape":
      return regression.meanAbsolutePercentageError;
    case "meanSquaredLogarithmicError":
    case "msle":
      return regression.meanSquaredLogarithmicError;
    case "huber":
      return (yTrue, yPred) => regression.huber(yTrue, yPred, config.delta);
    case "logCosh":
      return regression.logCosh;
    case "poisson":
      return regression.poisson;
    case "klDivergence":
      return klDivergence;
    case "cosineSimilarity":
      return regression.cosineSimilarity;
    case "quantile":
      return (yTrue, yPred) => regression.quantile(yTrue, yPred, config.levels);
    case "binaryCrossentropy":
      return (yTrue, yPred) => binaryCrossentropy(yTrue, yPred, config);
    case "categoricalCrossentropy":
      return (yTrue, yPred) => categoricalCrossentropy(yTrue, yPred, config);
    default:
      throw new TypeError(`no loss for ${describe(config satisfies never)}`);
  }
}

function checkValues(config: LossConfig): void {
  const what = (option: string) => `loss ${config.name}: ${option}`;
  const between0and1 = (value: number) => value >= 0 && value <= 1;
  if ("labelSmoothing" in config && config.labelSmoothing !== undefined) {
    checkedNumber(what("labelSmoothing"), config.labelSmoothing, between0and1, "a number from 0 to 1");
  }
  if ("ignoreClass" in config && config.ignoreClass !== undefined) {
    checkedNumber(what("ignoreClass"), config.ignoreClass, Number.isInteger, "a whole number");
  }
  if (config.name === "huber" && config.delta !== undefined) {
    checkedNumber(what("delta"), config.delta, (delta) => delta > 0 && delta < Infinity, "a positive number");
  }
  if (config.name === "quantile") {
    const { levels } = config;
    if (!Array.isArray(levels) || levels.length === 0 || !levels.every((level) => level > 0 && level < 1)) {
      throw new RecurraError(
        "option-value",
        `${what("levels")} is to be a list of numbers between 0 and 1, got ${describe(levels)}`,
      );
    }
  }
}

/** What losses are weighed with when they are reduced. */
export interface LossWeights {
  /** A factor for each sample [B], or for each sample and step [B, T]. Default 1. */
  readonly sampleWeight?: Tensor | undefined;
  /** The places that count, bool. Default all. */
  readonly mask?: Tensor | undefined;
}

/**
 * One number from losses [B, ...], as Keras reduces them: Σ losses·weight / n, n being the number of losses, or, with a mask, of those
 * that the mask keeps (plus 1e-7, so that a batch in which nothing is kept gives 0).
 *
 * @throws RecurraError `loss-shape` where weights or mask do not fit the losses
 */
export function reduceLoss(losses: Tensor, { sampleWeight, mask }: LossWeights = {}): Tensor {
  const weighted =
    sampleWeight === undefined
      ? losses
      : mul(losses, alignWeights("the sample weight", cast(sampleWeight, losses.dtype), losses));
  if (mask === undefined) return mean(weighted);
  const kept = alignWeights("the mask", cast(mask, losses.dtype), losses);
  const count = mul(sum(kept), losses.size / kept.size);
  return div(sum(mul(weighted, kept)), add(count, regression.epsilon));
}

/**
 * Losses with options, for `compile({ loss: losses.huber({ delta: 2 }) })`.
 */
export const losses = {
  meanSquaredError: () => ({ name: "meanSquaredError" }) as const,
  meanAbsoluteError: () => ({ name: "meanAbsoluteError" }) as const,
  meanAbsolutePercentageError: () => ({ name: "meanAbsolutePercentageError" }) as const,
  meanSquaredLogarithmicError: () => ({ name: "meanSquaredLogarithmicError" }) as const,
  huber: (options: HuberOptions = {}) => ({ name: "huber", ...options }) as const,
  logCosh: () => ({ name: "logCosh" }) as const,
  poisson: () => ({ name: "poisson" }) as const,
  klDivergence: () => ({ name: "klDivergence" }) as const,
  cosineSimilarity: () => ({ name: "cosineSimilarity" }) as const,
  quantile: (options: QuantileOptions) => ({ name: "quantile", ...options }) as const,
  binaryCrossentropy: (options: CrossentropyOptions & LabelSmoothing = {}) =>
    ({ name: "binaryCrossentropy", ...options }) as const,
  categoricalCrossentropy: (options: CrossentropyOptions & LabelSmoothing = {}) =>
    ({ name: "categoricalCrossentropy", ...options }) as const,
  sparseCategoricalCrossentropy: (options: CrossentropyOptions & IgnoreClass = {}) =>
    ({ name: "sparseCategoricalCrossentropy", ...options }) as const,
} satisfies Record<string, (options: never) => LossConfig>;
