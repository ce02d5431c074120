// What tells one loss from another: its options, the targets it takes, and its formula.

import { cast } from "../../graph/ops/arithmetic.ts";
import { formatType, type Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import type { Shape } from "../../tensor/shape.ts";
import { checkOptionNames, describe } from "../choice.ts";
import type { OptionKind } from "../layer-options.ts";
import { alignRanks, expectSameShape } from "./align.ts";

/** What a loss may read besides targets and predictions. */
export interface LossContext {
  /** The steps of the predictions that count, bool [B, T]. Default all. */
  readonly mask?: Tensor | undefined;
}

/** The whole numbers that labels may be: 0 to `count` - 1, and `except`. */
export interface LabelRange {
  readonly count: number;
  /** A number that is let through as well: the class that is ignored, or what fills short rows up. */
  readonly except: number | undefined;
}

/** The targets that a loss takes. Shapes are those of one sample, without the batch axis. */
export interface TargetRule<O> {
  /** "values": numbers like the predictions. "labels": numbers of classes, fed as int32. */
  readonly kind: "values" | "labels";
  /** The shape of the targets for predictions of a shape; -1 stands for an axis of any length. */
  shape(prediction: Shape, options: O): Shape;
  /** Targets and predictions in the dtypes and shapes that the formula wants. */
  align(what: string, yTrue: Tensor, yPred: Tensor): readonly [Tensor, Tensor];
  /** For labels: which there may be. */
  readonly range?: (prediction: Shape, options: O) => LabelRange;
  /** Looks for faults that shape, dtype and range do not show. */
  readonly check?: (what: string, targets: NdArray, prediction: Shape, options: O) => void;
}

/** Everything that is known of a loss that has a name. */
export interface LossRule<O extends object> {
  /** What each option may be. */
  readonly options: { readonly [K in keyof O]-?: OptionKind };
  /** Options that have no default. */
  readonly required?: readonly (keyof O & string)[];
  readonly targets: TargetRule<O>;
  /** The losses before reduction. */
  call(yTrue: Tensor, yPred: Tensor, options: O, context: LossContext): Tensor;
  /** The losses that count, where the loss leaves some out: bool, of the losses' shape. */
  readonly maskFor?: (options: O) => ((yTrue: Tensor, yPred: Tensor) => Tensor) | undefined;
}

/** Targets of the shape of the predictions, but for a last axis of length 1. */
export const likePredictions: TargetRule<unknown> = {
  kind: "values",
  shape: (prediction) => prediction,
  align(what, yTrue, yPred) {
    const [a, b] = alignRanks(cast(yTrue, yPred.dtype), yPred);
    expectSameShape(what, a, b);
    if (a.rank > 0) return [a, b];
    throw new RecurraError("loss-shape", `${what}: wants at least one axis, got ${formatType(yPred)}`);
  },
};

/** One number for each distribution, whose parameters stand along the last axis of the predictions. */
export const oneForEach: TargetRule<unknown> = {
  kind: "values",
  shape: (prediction) => prediction.slice(0, -1),
  align: (_, yTrue, yPred) => [cast(yTrue, yPred.dtype), yPred],
};

/** Labels go to the formula as they are. */
export const labels: Pick<TargetRule<unknown>, "kind" | "align"> = {
  kind: "labels",
  align: (_, yTrue, yPred) => [yTrue, yPred],
};

/**
 * Fails for an option that there is not, that is missing, or that is none of what it may be.
 *
 * @param what "loss huber"
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function checkOptions(
  what: string,
  options: object,
  kinds: Readonly<Record<string, OptionKind>>,
  required: readonly string[] = [],
): void {
  checkOptionNames(what, options, Object.keys(kinds));
  for (const [name, kind] of Object.entries(kinds)) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    if (value === undefined && !required.includes(name)) continue;
    const wanted = kind(value);
    if (wanted === undefined) continue;
    throw new RecurraError("option-value", `${what}: ${name} is to be ${wanted}, got ${describe(value)}`);
  }
}

/** A number that passes a test. */
export function numberKind(wanted: string, test: (value: number) => boolean): OptionKind {
  return (value) => (typeof value === "number" && test(value) ? undefined : wanted);
}

/** A list of at least one number, each of which passes a test. */
export function numberList(wanted: string, test: (value: number) => boolean): OptionKind {
  return (value) =>
    Array.isArray(value) && value.length > 0 && value.every((x) => typeof x === "number" && test(x))
      ? undefined
      : wanted;
}

/** A share, both ends included. */
export const share = numberKind("a number from 0 to 1", (value) => value >= 0 && value <= 1);
/** A factor or an exponent. */
export const notNegative = numberKind("a number from 0 up", (value) => value >= 0 && value < Infinity);
