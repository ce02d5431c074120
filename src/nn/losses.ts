// Losses: chosen by name or config, given as functions from targets and predictions to losses that are not yet reduced.

import { add, cast, div, mul } from "../graph/ops/arithmetic.ts";
import { mean } from "../graph/ops/reduce.ts";
import { sum } from "../graph/ops/sum.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { Shape } from "../tensor/shape.ts";
import { configOf } from "./choice.ts";
import { alignRanks, alignWeights } from "./losses/align.ts";
import { epsilon } from "./losses/regression.ts";
import { checkOptions, type LabelRange, type LossContext, type LossRule } from "./losses/rule.ts";
import { lossRules } from "./losses/table.ts";

export type { LabelRange, LossContext } from "./losses/rule.ts";

type Rules = typeof lossRules;

/** The options of a loss by its name. */
export type LossOptions<Name extends keyof Rules> =
  Rules[Name] extends LossRule<infer Options> ? Options : never;

/** A loss with its options, as a saved model holds it. */
export type LossConfig = {
  readonly [Name in keyof Rules]: { readonly name: Name } & LossOptions<Name>;
}[keyof Rules];

/** Names of losses all of whose options have defaults. */
type WithDefaults = {
  readonly [Name in keyof Rules]: Partial<LossOptions<Name>> extends LossOptions<Name> ? Name : never;
};

/** The losses that may be chosen by name alone. */
export type LossName = WithDefaults[keyof Rules];

/**
 * From targets and predictions to the losses before reduction: one for each sample, or for each sample and time step.
 * Targets come in the dtype of the predictions. The third argument holds the mask of the predictions, where there is one.
 */
export type LossFunction = (yTrue: Tensor, yPred: Tensor, context?: LossContext) => Tensor;

/** What `compile` takes for a loss. */
export type Loss = LossName | LossConfig | LossFunction;

/** A loss ready for use. */
export interface ResolvedLoss {
  /** Its name, as logs show it; "loss" for a function without one. */
  readonly name: string;
  /** What a saved model holds; `undefined` for a function. */
  readonly config: LossConfig | undefined;
  /** "values": numbers like the predictions, fed as float32. "labels": numbers of classes, fed as int32. */
  readonly targets: "values" | "labels";
  /**
   * The shape that one sample's targets are to have for predictions of a shape, both without the batch axis; -1 stands for an axis of any
   * length. `undefined`: the loss is a function, which looks for itself.
   */
  targetShape(prediction: Shape): Shape | undefined;
  /** The whole numbers that labels may be, for predictions of a shape; `undefined` for values. */
  labelRange(prediction: Shape): LabelRange | undefined;
  /**
   * Looks for faults of targets [N, ...] that shape, dtype and range do not show.
   *
   * @param what names the targets in messages
   * @throws RecurraError that names the row
   */
  checkTargets(what: string, targets: NdArray, prediction: Shape): void;
  /** The losses before reduction. */
  readonly call: LossFunction;
  /** The losses that count, for a loss that leaves some targets out: bool, of the losses' shape; `undefined` where all do. */
  readonly mask: ((yTrue: Tensor, yPred: Tensor) => Tensor) | undefined;
}

/**
 * The loss that a choice stands for.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`; the loss's functions throw `loss-shape` for targets and
 *   predictions that do not go together
 */
export function loss(choice: Loss): ResolvedLoss {
  if (typeof choice === "function") return ownLoss(choice);
  const config = configOf("loss", choice, Object.keys(lossRules)) as LossConfig;
  const { name, ...options } = config;
  const what = `loss ${name}`;
  const {
    options: kinds,
    required,
    targets,
    call,
    maskFor,
  } = lossRules[name] as LossRule<Record<string, unknown>>;
  checkOptions(what, options, kinds, required);
  return {
    name,
    config,
    targets: targets.kind,
    targetShape: (prediction) => targets.shape(prediction, options),
    labelRange: (prediction) => targets.range?.(prediction, options),
    checkTargets: (named, array, prediction) => targets.check?.(named, array, prediction, options),
    call: (yTrue, yPred, context = {}) => call(...targets.align(what, yTrue, yPred), options, context),
    mask: maskFor?.(options),
  };
}

/** A user's function. Of the ranks of what it gets it need not think. */
function ownLoss(own: LossFunction): ResolvedLoss {
  return {
    name: own.name || "loss",
    config: undefined,
    targets: "values",
    targetShape: () => undefined,
    labelRange: () => undefined,
    checkTargets: () => {},
    call: (yTrue, yPred, context = {}) => own(...alignRanks(cast(yTrue, yPred.dtype), yPred), context),
    mask: undefined,
  };
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
  return div(sum(mul(weighted, kept)), add(count, epsilon));
}

/** Makes the config of a loss; the options may be left out where all have defaults. */
type Factory<Name extends keyof Rules> = (
  ...options: Partial<LossOptions<Name>> extends LossOptions<Name>
    ? [options?: LossOptions<Name>]
    : [options: LossOptions<Name>]
) => { readonly name: Name } & LossOptions<Name>;

/**
 * Losses with options, for `compile({ loss: losses.huber({ delta: 2 }) })`.
 */
export const losses = Object.fromEntries(
  Object.keys(lossRules).map((name) => [name, (options: object = {}) => ({ name, ...options })]),
) as unknown as { readonly [Name in keyof Rules]: Factory<Name> };
