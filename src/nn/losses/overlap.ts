// Losses of overlap: one minus the Dice and the Tversky index of targets and predictions, for classes of which one is rare.

import { add, div, mul, sub } from "../../graph/ops/arithmetic.ts";
import { sum } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { epsilon } from "./regression.ts";

export interface DiceOptions {
  /** The axes that are summed over. Default all: one loss for the whole batch. */
  readonly axis?: number | readonly number[];
}

export interface TverskyOptions extends DiceOptions {
  /** Weight of what is there and not predicted, Σ y·(1 - p). Default 0.5. (Keras calls these false positives.) */
  readonly alpha?: number;
  /** Weight of what is predicted and not there, Σ (1 - y)·p. Default 0.5. */
  readonly beta?: number;
}

/** What the indices are made of: Σ y·p, Σ y and Σ p. */
export interface Overlap<T> {
  readonly both: T;
  readonly actual: T;
  readonly predicted: T;
}

/** Sums over some axes (default: all), with weights that broadcast to the predictions. */
export function overlap(
  yTrue: Tensor,
  yPred: Tensor,
  { axis }: DiceOptions = {},
  weights?: Tensor,
): Overlap<Tensor> {
  const total = (x: Tensor) => sum(weights === undefined ? x : mul(x, weights), axis);
  return { both: total(mul(yTrue, yPred)), actual: total(yTrue), predicted: total(yPred) };
}

/** 1 - 2·Σ y·p / (Σ y + Σ p + 1e-7). Source: Milletari et al., 3DV 2016, with y and p in place of their squares, as in Keras. */
export function diceOf({ both, actual, predicted }: Overlap<Tensor>): Tensor {
  return sub(1, div(mul(both, 2), add(add(actual, predicted), epsilon)));
}

/** 1 - Σ y·p / (Σ y·p + α·Σ y·(1 - p) + β·Σ (1 - y)·p + 1e-7). Source: Salehi et al., MLMI 2017. */
export function tverskyOf(
  { both, actual, predicted }: Overlap<Tensor>,
  { alpha = 0.5, beta = 0.5 }: TverskyOptions = {},
): Tensor {
  const [missed, wrong] = [sub(actual, both), sub(predicted, both)];
  return sub(1, div(both, add(add(both, epsilon), add(mul(missed, alpha), mul(wrong, beta)))));
}

/** Both losses in numbers: Dice is Tversky with ½, ½ and half the slack. */
export function overlapLoss(
  { both, actual, predicted }: Overlap<number>,
  { alpha = 0.5, beta = 0.5 }: TverskyOptions,
  slack: number,
): number {
  return 1 - both / (both + alpha * (actual - both) + beta * (predicted - both) + slack);
}
