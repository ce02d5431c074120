// The learning-rate finder: a short training at rates that grow from step to step, whose loss tells which rate to take.

import { checkedNumber, checkOptionNames } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { checkBatchSize } from "./batches.ts";
import type { Model } from "./model.ts";
import type { ModelData } from "./model-data.ts";
import type { Rows } from "./rows.ts";
import { ArraySource, type BatchData, type BatchSource, DatasetSource, isBatchData } from "./source.ts";
import type { Trainer, TrainerState } from "./training.ts";

export interface LearningRateOptions {
  /** The rate of the first step. Default 1e-7. */
  readonly minLearningRate?: number;
  /** The rate of the last one. Default 10. */
  readonly maxLearningRate?: number;
  /** Rates to try: changes of the weights. Default 100. */
  readonly steps?: number;
  /** Rows in a step, of arrays. Default 32. */
  readonly batchSize?: number;
  /** Weight of each row in the loss, of arrays: [N]; for several outputs one array for all of them, or one for each. */
  readonly sampleWeight?: ModelData;
  /** What of the smoothed loss stays at each step, in [0, 1): more for noisier losses, which puts the suggestion later. Default 0.9. */
  readonly smoothing?: number;
  /** The sweep ends where the smoothed loss is this many times its least so far, or no number. Default 4. */
  readonly divergence?: number;
}

/** What the finder saw. The lists are as long as the sweep went. */
export interface LearningRateSweep {
  /** The rate of each step. */
  readonly rates: readonly number[];
  /** The loss of each step's batch, before the step. The last may be NaN or infinite. */
  readonly losses: readonly number[];
  /** Their exponential moving average, free of its bias towards zero. */
  readonly smoothed: readonly number[];
  /**
   * The rate at which the smoothed loss fell most steeply by the logarithm of the rate; `undefined` where it did not fall, after the first
   * tenth of the steps and those until the average has half its weight.
   */
  readonly suggestion: number | undefined;
}

const optionNames: readonly (keyof LearningRateOptions)[] = [
  "minLearningRate",
  "maxLearningRate",
  "steps",
  "batchSize",
  "sampleWeight",
  "smoothing",
  "divergence",
];

type Sweep = Required<Omit<LearningRateOptions, "batchSize" | "sampleWeight">>;

/**
 * Trains a compiled model for some steps at learning rates that grow exponentially, and puts everything back: weights, optimiser
 * slots, states, counters and random numbers are what they were, to the last bit, also after an error. Batches are drawn as `fit` draws
 * them. With gradient accumulation a step is as many batches as make one change of the weights.
 *
 * Source: Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.3; smoothing, end and suggestion as in
 * fastai.
 *
 * @param x inputs [N, ...], for several inputs a list or an object of them; or batches, which an iterator that is read once loses
 * @param y targets, absent where x gives batches
 * @throws RecurraError `learning-rate-schedule` while the optimiser follows a schedule; `unknown-option`, `option-value`, and what `fit`
 *   throws for its data
 * @example
 * const { suggestion } = await findLearningRate(model, x, y);
 * model.compile({ optimizer: optimizers.adam({ learningRate: suggestion ?? 1e-3 }), loss: "mse" });
 */
export function findLearningRate(
  model: Model,
  batches: BatchData,
  options?: LearningRateOptions,
): Promise<LearningRateSweep>;
export function findLearningRate(
  model: Model,
  x: ModelData,
  y?: ModelData,
  options?: LearningRateOptions,
): Promise<LearningRateSweep>;
export async function findLearningRate(
  model: Model,
  x: ModelData | BatchData,
  y?: ModelData | LearningRateOptions,
  options?: LearningRateOptions,
): Promise<LearningRateSweep> {
  const isOptions = isBatchData(x) && options === undefined;
  const given = (isOptions ? y : options) ?? {};
  const sweep = checkedSweep(given as LearningRateOptions);
  const trainer = model.trainer();
  const { optimizer } = trainer.setup;
  if (typeof optimizer.learningRate !== "number") {
    throw new RecurraError(
      "learning-rate-schedule",
      `findLearningRate: the learning rate of ${optimizer.name} follows a schedule and cannot be swept; compile with a number`,
    );
  }
  const target = isOptions ? undefined : (y as ModelData | undefined);
  const source = sourceOf(model, trainer, x, target, given as LearningRateOptions);
  const before = copyOf(trainer.save());
  try {
    trainer.load({ ...before, json: { ...(before.json as object), pending: 0 } }, "findLearningRate");
    return await run(trainer, source, sweep);
  } finally {
    trainer.load(before, "findLearningRate");
  }
}

/** @throws RecurraError `unknown-option`, `option-value` */
function checkedSweep(options: LearningRateOptions): Sweep {
  const place = "findLearningRate";
  checkOptionNames(place, options, optionNames);
  const {
    minLearningRate = 1e-7,
    maxLearningRate = 10,
    steps = 100,
    batchSize = 32,
    smoothing = 0.9,
    divergence = 4,
  } = options;
  const isPositive = (value: number) => value > 0 && value < Infinity;
  checkedNumber(`${place}: minLearningRate`, minLearningRate, isPositive, "a positive number");
  checkedNumber(
    `${place}: maxLearningRate`,
    maxLearningRate,
    (value) => value > minLearningRate && value < Infinity,
    `a number above minLearningRate, ${minLearningRate}`,
  );
  checkedNumber(
    `${place}: steps`,
    steps,
    (value) => Number.isInteger(value) && value >= 3,
    "a whole number from 3 up",
  );
  checkBatchSize(place, batchSize);
  checkedNumber(`${place}: smoothing`, smoothing, (value) => value >= 0 && value < 1, "in [0, 1)");
  checkedNumber(
    `${place}: divergence`,
    divergence,
    (value) => value > 1 && value < Infinity,
    "a number above 1",
  );
  return { minLearningRate, maxLearningRate, steps, smoothing, divergence };
}

function sourceOf(
  model: Model,
  trainer: Trainer,
  x: ModelData | BatchData,
  y: ModelData | undefined,
  options: LearningRateOptions,
): BatchSource {
  const { batchSize, sampleWeight } = options;
  if (!isBatchData(x))
    return new ArraySource(trainer.checkRows([x, y, sampleWeight]), batchSize ?? 32, model.seed);
  const odd = Object.entries({ y, batchSize, sampleWeight }).find(([, value]) => value !== undefined)?.[0];
  if (odd !== undefined)
    throw new RecurraError(
      "option-value",
      `findLearningRate: ${odd} is for arrays; data that come in batches have it within them`,
    );
  return new DatasetSource("x", x, undefined, trainer.reader());
}

/** The sweep itself. */
async function run(trainer: Trainer, source: BatchSource, sweep: Sweep): Promise<LearningRateSweep> {
  const { minLearningRate, maxLearningRate, steps, smoothing, divergence } = sweep;
  const { accumulate } = trainer.setup;
  const rates: number[] = [];
  const losses: number[] = [];
  const smoothed: number[] = [];
  let [average, least, sum, batches] = [0, Infinity, 0, 0];
  for await (const batch of epochsOf(source)) {
    if (batches === 0) {
      const rate = minLearningRate * (maxLearningRate / minLearningRate) ** (rates.length / (steps - 1));
      trainer.learningRate = rate;
      rates.push(rate);
    }
    const { loss } = await trainer.step(batch);
    sum += loss;
    if (++batches < accumulate) continue;
    losses.push(sum / accumulate);
    average = smoothing * average + ((1 - smoothing) * sum) / accumulate;
    [sum, batches] = [0, 0];
    const mean = average / (1 - smoothing ** losses.length);
    smoothed.push(mean);
    least = Math.min(least, mean);
    // A loss may be negative: what counts is then how far it has risen.
    const isLost = !Number.isFinite(mean) || mean > least + (divergence - 1) * Math.abs(least);
    if (isLost || rates.length === steps) break;
  }
  return { rates, losses, smoothed, suggestion: steepest(rates, smoothed, sweep) };
}

/** The batches of one epoch after the other. */
async function* epochsOf(source: BatchSource): AsyncIterable<Rows> {
  for (let epoch = 0; ; epoch++) yield* source.batches(epoch, 0);
}

/**
 * The rate at which the smoothed loss falls most steeply before its least. Rates are evenly spaced by their logarithm, so that steps serve
 * for them; slopes are fitted over a few steps, since losses are noisy. The beginning does not count: an average of a few losses wanders.
 */
function steepest(
  rates: readonly number[],
  smoothed: readonly number[],
  { steps, smoothing }: Sweep,
): number | undefined {
  const losses = smoothed.filter(Number.isFinite);
  const end = losses.indexOf(Math.min(...losses));
  const halfKnown = smoothing === 0 ? 0 : Math.log(0.5) / Math.log(smoothing); // steps until the average has half its weight
  const start = Math.ceil(Math.max(steps / 10, halfKnown));
  const reach = Math.max(1, Math.round(steps / 25));
  let [best, place] = [0, -1];
  for (let i = start; i <= end; i++) {
    const slope = slopeAround(losses.slice(0, end + 1), i, reach);
    if (slope < best) [best, place] = [slope, i];
  }
  return place < 0 ? undefined : rates[place];
}

/** The slope of the least-squares line through a value and those up to so many places from it. */
function slopeAround(values: readonly number[], place: number, reach: number): number {
  const from = Math.max(0, place - reach);
  const near = values.slice(from, place + reach + 1);
  const middle = (near.length - 1) / 2;
  const spread = near.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  return near.reduce((sum, value, i) => sum + (i - middle) * value, 0) / spread;
}

/** A state of its own: the trainer's arrays are views. */
function copyOf({ json, arrays }: TrainerState): TrainerState {
  const copies = Array.from(
    arrays,
    ([name, array]) => [name, new NdArray(array.data.slice(), array.shape, array.dtype)] as const,
  );
  return { json, arrays: new Map(copies) };
}
