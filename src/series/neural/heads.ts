// Heads: what the numbers that a network gives for a step stand for, and what they are trained by.

import type { Loss } from "../../nn/losses.ts";
import { normalQuantile, studentTQuantile } from "../../numeric/distributions.ts";

export const headNames = ["point", "quantiles", "gaussian", "student-t"] as const;
export type HeadName = (typeof headNames)[number];

/** Reads the numbers of one step, `outputs` of them from `at` on, all in the units of the scaled window. */
export interface Head {
  /** Numbers for each step. */
  readonly outputs: number;
  /** [outputs] What they are before anything is learned: a spread of most of the window's, where there is one. */
  readonly start: readonly number[];
  readonly loss: Loss;
  /** The power of an error in the loss: 1 or 2. Missing where the loss knows no unit. */
  readonly power: number | undefined;
  /** The middle of the distribution. */
  middle(data: Float32Array, at: number): number;
  /** The value that is not passed with a probability; missing where the head does not say, NaN where it does not know this one. */
  quantile?(data: Float32Array, at: number, probability: number): number;
}

const startSpread = 0.8;
/** Degrees of freedom: from 1, as many as zeros stand for, the way back is long. */
const startFreedom = 5;

export interface HeadSettings {
  readonly head: HeadName;
  /** Ascending. */
  readonly quantiles: readonly number[];
  readonly loss: "mae" | "mse" | "huber";
}

export function headOf({ head, quantiles, loss }: HeadSettings): Head {
  switch (head) {
    case "point":
      return {
        outputs: 1,
        start: [0],
        loss,
        power: loss === "mse" ? 2 : 1,
        middle: (data, at) => data[at] ?? 0,
      };
    case "quantiles":
      return quantileHead(quantiles);
    case "gaussian":
      return {
        outputs: 2,
        start: [0, 2 * Math.log(startSpread)],
        loss: { name: "gaussianNll", parameter: "logVariance" },
        power: undefined,
        middle: (data, at) => data[at] ?? 0,
        quantile: (data, at, probability) =>
          (data[at] ?? 0) + Math.exp((data[at + 1] ?? 0) / 2) * normalQuantile(probability),
      };
    case "student-t":
      return {
        outputs: 3,
        start: [0, Math.log(startSpread), Math.log(startFreedom)],
        loss: { name: "studentTNll", parameter: "logSigma" },
        power: undefined,
        middle: (data, at) => data[at] ?? 0,
        quantile: (data, at, probability) =>
          (data[at] ?? 0) +
          Math.exp(data[at + 1] ?? 0) * studentTQuantile(probability, Math.exp(data[at + 2] ?? 0)),
      };
  }
}

/** Quantiles that may come out crossed are put in order; between two of them it is a line. */
function quantileHead(levels: readonly number[]): Head {
  const sorted = new Float32Array(levels.length);
  const quantile = (data: Float32Array, at: number, probability: number): number => {
    sorted.set(data.subarray(at, at + levels.length));
    sorted.sort();
    const above = levels.findIndex((level) => level >= probability - 1e-9);
    const [low, high] = [levels[above - 1], levels[above]];
    if (high === undefined) return Number.NaN;
    if (Math.abs(high - probability) <= 1e-9) return sorted[above] ?? 0;
    if (low === undefined) return Number.NaN;
    const share = (probability - low) / (high - low);
    return (1 - share) * (sorted[above - 1] ?? 0) + share * (sorted[above] ?? 0);
  };
  // Where the median is not among them, the one nearest to it, or between its neighbours.
  const [first = 0.5] = levels;
  const middle = Math.min(Math.max(0.5, first), levels.at(-1) ?? 0.5);
  return {
    outputs: levels.length,
    start: levels.map((level) => startSpread * normalQuantile(level)),
    loss: { name: "quantile", levels },
    power: 1,
    middle: (data, at) => quantile(data, at, middle),
    quantile,
  };
}
