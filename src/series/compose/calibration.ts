// Intervals from errors of the past: split conformal prediction for several steps ahead.

import { normalQuantile } from "../../numeric/distributions.ts";
import type { Forecast, Interval } from "../forecasters/local-model.ts";

/** The errors of one forecast of the past, and how large they were expected to be. */
export interface PastErrors {
  /** [H] y - f; NaN where the value is missing. */
  readonly errors: Float64Array;
  /** What makes the errors of different series and times alike, such as the training data's mean naive error. */
  readonly scale: number;
  /** The forecaster's own interval of {@link REFERENCE_LEVEL} percent, where it gave one. */
  readonly own?: OwnWidths | undefined;
}

/** How far an interval reaches from the forecast. */
export interface OwnWidths {
  /** [H] */
  readonly below: Float64Array;
  /** [H] */
  readonly above: Float64Array;
}

/** The level of the forecaster's own interval by which its errors are measured. */
export const REFERENCE_LEVEL = 80;

/** What is known of a forecaster's errors; plain data. */
export interface Calibration {
  /**
   * [H] How errors grow with the step: their root mean square in units of the scale, never falling. Missing where the unit is the
   * forecaster's own interval.
   */
  readonly growth?: readonly number[] | undefined;
  /** [n] The sizes of the errors in these units, ascending. */
  readonly scores: readonly number[];
}

/**
 * Sorts errors of the past into what intervals are made of. Where the forecaster gave intervals of its own, they say how errors are spread
 * over steps and sides, and the errors how wide they should have been; else a growth with the step is found in the errors.
 *
 * @param horizon H
 * @returns undefined where there are no errors
 */
export function calibrate(past: readonly PastErrors[], horizon: number): Calibration | undefined {
  const owned = past.filter((one): one is PastErrors & { own: OwnWidths } => one.own !== undefined);
  if (owned.length > 0) {
    const scores = owned.flatMap(({ errors, own }) =>
      Array.from(errors, (error, h) => Math.abs(error) / ((error < 0 ? own.below : own.above)[h] ?? 0)),
    );
    return sorted(scores);
  }
  const known = past.filter(({ scale }) => scale > 0);
  const growth = growthOf(known, horizon);
  const scores = known.flatMap(({ errors, scale }) =>
    Array.from(errors, (error, h) => Math.abs(error) / (scale * (growth[h] ?? 1))),
  );
  return sorted(scores, growth);
}

function sorted(scores: readonly number[], growth?: readonly number[]): Calibration | undefined {
  const known = scores.filter((score) => Number.isFinite(score)).sort((a, b) => a - b);
  if (known.length === 0) return undefined;
  return growth === undefined ? { scores: known } : { growth, scores: known };
}

/**
 * Intervals around a forecast: as wide as the (n + 1)·level/100-th smallest of n errors of the past, in units of the forecaster's own
 * interval, or of the scale and the errors' growth with the step. A new error that is exchangeable with them lies inside with at least
 * that probability (split conformal prediction; Vovk, Gammerman and Shafer 2005; Lei et al. 2018, JASA 113). Where n is too small for
 * the level, the largest error counts, or the normal quantile of their root mean square where that is larger. A forecaster's own
 * intervals are widened, never narrowed: years that were easy to forecast do not make the next ones so.
 *
 * @param forecast with the interval of {@link REFERENCE_LEVEL}, where the calibration has no growth
 * @param scale in the units of {@link PastErrors}
 */
export function conformalIntervals(
  { mean, intervals }: Forecast,
  scale: number,
  { growth, scores }: Calibration,
  levels: readonly number[],
): Interval[] {
  const own = growth === undefined ? ownWidths({ mean, intervals }) : undefined;
  const unit = (side: keyof OwnWidths, h: number) =>
    own?.[side][h] ?? scale * (growth?.[Math.min(h, growth.length - 1)] ?? 1);
  return levels.map((level) => {
    const learned = scoreAt(scores, level / 100);
    const times = own === undefined ? learned : Math.max(learned, normalRatio(level));
    return {
      level,
      lower: mean.map((value, h) => value - times * unit("below", h)),
      upper: mean.map((value, h) => value + times * unit("above", h)),
    };
  });
}

/** How much wider a normal distribution's interval of `level` percent is than that of {@link REFERENCE_LEVEL}. */
function normalRatio(level: number): number {
  return normalQuantile((1 + level / 100) / 2) / normalQuantile((1 + REFERENCE_LEVEL / 100) / 2);
}

/** How far a forecast's own interval of {@link REFERENCE_LEVEL} reaches; undefined where it has none. */
export function ownWidths({ mean, intervals }: Forecast): OwnWidths | undefined {
  const interval = intervals.find(({ level }) => level === REFERENCE_LEVEL);
  if (interval === undefined) return undefined;
  return {
    below: mean.map((value, h) => value - (interval.lower[h] ?? Number.NaN)),
    above: mean.map((value, h) => (interval.upper[h] ?? Number.NaN) - value),
  };
}

function scoreAt(scores: readonly number[], probability: number): number {
  const rank = Math.ceil((scores.length + 1) * probability);
  const score = scores[Math.min(rank, scores.length) - 1] ?? 0;
  if (rank <= scores.length) return score;
  const meanSquare = scores.reduce((sum, one) => sum + one * one, 0) / scores.length;
  return Math.max(score, Math.sqrt(meanSquare) * normalQuantile((1 + probability) / 2));
}

/** Each step's root mean square over itself and its neighbours, made to rise: few errors make a rough profile. */
function growthOf(past: readonly PastErrors[], horizon: number): number[] {
  const meanSquares = Array.from({ length: horizon }, (_, h) => {
    let [sum, count] = [0, 0];
    for (const { errors, scale } of past) {
      const score = (errors[h] ?? Number.NaN) / scale;
      if (!Number.isFinite(score)) continue;
      sum += score * score;
      count++;
    }
    return { sum, count };
  });
  const reach = Math.ceil(horizon / 6);
  const smooth = meanSquares.map((_, h) => {
    const near = meanSquares.slice(Math.max(0, h - reach), h + reach + 1);
    const count = near.reduce((total, one) => total + one.count, 0);
    return count === 0 ? Number.NaN : Math.sqrt(near.reduce((total, one) => total + one.sum, 0) / count);
  });
  return rising(smooth);
}

/** The closest sequence that never falls (pool adjacent violators); all ones where nothing is known or all is 0. */
function rising(values: readonly number[]): number[] {
  const blocks: { mean: number; count: number }[] = [];
  for (const value of values.map((one) => (Number.isFinite(one) ? one : 0))) {
    let block = { mean: value, count: 1 };
    for (let last = blocks.at(-1); last !== undefined && last.mean >= block.mean; last = blocks.at(-1)) {
      blocks.pop();
      const count = last.count + block.count;
      block = { mean: (last.mean * last.count + block.mean * block.count) / count, count };
    }
    blocks.push(block);
  }
  const risen = blocks.flatMap(({ mean, count }) => new Array<number>(count).fill(mean));
  const least = risen.find((one) => one > 0);
  return least === undefined ? risen.map(() => 1) : risen.map((one) => (one > 0 ? one : least));
}
