// t-SNE: a map on which points lie together that are neighbours among the vectors.

import { checkedNumber, checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts, checkPositive } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { Random } from "../../tensor/random.ts";
import { pauser } from "../embed/pause.ts";
import { allAffinities, neighbourAffinities } from "./affinities.ts";
import { BarnesHut } from "./barnes-hut.ts";
import { klGradient } from "./kl-gradient.ts";
import { checkChoices } from "./map-options.ts";
import { type MapStart, startingPlaces } from "./map-start.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { inMetric, type MapMetric, type PointRows, pointRows, type VectorRows } from "./point-rows.ts";

export interface TsneOptions {
  /** How many neighbours a point has, smoothly counted: above 1 and below N − 1. Default 30, less where there are few points: (N − 1) / 3. */
  readonly perplexity?: number | undefined;
  /** Default 1000. */
  readonly iterations?: number | undefined;
  /** Default N / earlyExaggeration / 4, at least 50. */
  readonly learningRate?: number | undefined;
  /** By what factor neighbours pull more strongly in the first 250 iterations. Default 12. */
  readonly earlyExaggeration?: number | undefined;
  /** 0 looks at all pairs; above that, far points count together: the larger, the faster and the coarser. Default 0 up to 2,000 points, else 0.5. */
  readonly theta?: number | undefined;
  /** Of the random start. Default 0. */
  readonly seed?: number | undefined;
  /** Default "pca". */
  readonly init?: MapStart | undefined;
  /** Of "cosine" the distance is that of the vectors scaled to length 1. Default "euclidean". */
  readonly metric?: MapMetric | undefined;
  /** Ends the work: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Is told every 25 iterations and at the end. */
  readonly onProgress?: ((progress: TsneProgress) => void) | undefined;
}

export interface TsneProgress {
  /** From 1. */
  readonly iteration: number;
  readonly iterations: number;
  /** KL(P ‖ Q) in nats. */
  readonly divergence: number;
}

export interface TsneMap {
  /** [N, 2] float64, their mean at 0. */
  readonly coordinates: NdArray;
  /** KL(P ‖ Q) in nats: what was minimised. */
  readonly divergence: number;
}

const EXACT_UP_TO = 2000;
/** More than that have more pairs than there is memory for. */
const EXACT_AT_MOST = 20_000;
const EXPLORATION = 250;
const REPORT_EVERY = 25;
const START_SPREAD = 1e-4;

/**
 * A map of vectors by t-SNE.
 *
 * Sources: van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 9, 2008; van der Maaten, "Accelerating t-SNE using
 * tree-based algorithms", JMLR 15, 2014. Momentum (0.5, then 0.8) and gains (+ 0.2, × 0.8, at least 0.01) as there; start, learning rate
 * and exaggeration as in scikit-learn (Belkina et al., Nature Communications 10, 2019; Kobak and Berens, 2019).
 *
 * @param x [N, F] at least 4 vectors; equal ones get nearly equal places
 * @throws RecurraError `map-points`, `option-value`, `unknown-option`
 */
export async function tsne(x: VectorRows, options: TsneOptions = {}): Promise<TsneMap> {
  const what = "tsne";
  checkOptionNames(what, options, [
    "perplexity",
    "iterations",
    "learningRate",
    "earlyExaggeration",
    "theta",
    "seed",
    "init",
    "metric",
    "signal",
    "onProgress",
  ]);
  const { iterations = 1000, earlyExaggeration = 12, seed = 0, init = "pca", metric = "euclidean" } = options;
  checkChoices(what, { init: [init, "pca", "random"], metric: [metric, "euclidean", "cosine"] });
  const read = pointRows(what, x, 4);
  const { count } = read;
  const { perplexity = Math.min(30, Math.max(1.5, (count - 1) / 3)) } = options;
  const { learningRate = Math.max(50, count / earlyExaggeration / 4) } = options;
  const { theta = count <= EXACT_UP_TO ? 0 : 0.5 } = options;
  checkCounts(what, { iterations });
  checkPositive(what, { learningRate, earlyExaggeration });
  checkPerplexity(what, perplexity, count);
  checkTheta(what, theta, count);

  const points = inMetric(what, read, metric);
  const places = startingPlaces(points, init, START_SPREAD, new Random(seed));
  const pause = pauser(options.signal);
  const gradientAt = await gradientOf(points, perplexity, theta, pause);
  const gradient = new Float64Array(places.length);
  const descent = new Descent(places.length);
  let divergence = Number.NaN;
  let iteration = 0;
  while (iteration < iterations) {
    const isExploring = iteration < EXPLORATION;
    const exaggeration = isExploring ? earlyExaggeration : 1;
    const isReported = ++iteration % REPORT_EVERY === 0 && options.onProgress !== undefined;
    divergence = gradientAt(places, exaggeration, gradient, isReported);
    if (isReported) options.onProgress?.({ iteration, iterations, divergence });
    descent.step(places, gradient, learningRate, isExploring ? 0.5 : 0.8);
    const wait = pause();
    if (wait !== undefined) await wait;
  }
  divergence = gradientAt(places, 1, gradient, true);
  if (iteration % REPORT_EVERY !== 0) options.onProgress?.({ iteration, iterations, divergence });
  return { coordinates: new NdArray(places, [count, 2]), divergence };
}

function checkPerplexity(what: string, perplexity: number, count: number): void {
  if (typeof perplexity === "number" && perplexity > 1 && perplexity < count - 1) return;
  throw new RecurraError(
    "option-value",
    `${what}: perplexity is ${describe(perplexity)}; with ${count} points it is to be above 1 and below ${count - 1}, as a rule at most a third of the points: ${Math.max(2, Math.floor((count - 1) / 3))}.`,
  );
}

function checkTheta(what: string, theta: number, count: number): void {
  checkedNumber(`${what}: theta`, theta, (value) => value >= 0 && value <= 1, "a number from 0 to 1");
  if (theta === 0 && count > EXACT_AT_MOST)
    throw new RecurraError(
      "option-value",
      `${what}: ${count} points have too many pairs to look at each; leave theta out, or give it a number above 0, such as 0.5.`,
    );
}

type GradientOf = typeof klGradient extends (joint: Float64Array, ...rest: infer Rest) => number
  ? (...rest: Rest) => number
  : never;

/** The gradient as a function of the places, with what it needs to know of the vectors. */
async function gradientOf(
  points: PointRows,
  perplexity: number,
  theta: number,
  pause: () => Promise<void> | undefined,
): Promise<GradientOf> {
  if (theta === 0) {
    const joint = await allAffinities(points, perplexity, pause);
    return (...rest) => klGradient(joint, ...rest);
  }
  const each = Math.min(points.count - 1, Math.floor(3 * perplexity) + 1);
  const neighbours = await nearestNeighbours(points, each, pause);
  const approximate = new BarnesHut(neighbourAffinities(neighbours, perplexity), theta);
  return (...rest) => approximate.gradient(...rest);
}

/** Gradient descent with momentum and a gain for each number (Jacobs, Neural Networks 1, 1988). */
class Descent {
  readonly #step: Float64Array;
  readonly #gains: Float64Array;

  constructor(size: number) {
    this.#step = new Float64Array(size);
    this.#gains = new Float64Array(size).fill(1);
  }

  /** Moves the places, and their mean back to 0. */
  step(places: Float64Array, gradient: Float64Array, learningRate: number, momentum: number): void {
    const steps = this.#step;
    const gains = this.#gains;
    const mean = [0, 0];
    for (let i = 0; i < places.length; i++) {
      const slope = gradient[i] ?? 0;
      const before = steps[i] ?? 0;
      const gain = gains[i] ?? 1;
      // A gain grows while the step goes downhill.
      const next = slope * before < 0 ? gain + 0.2 : Math.max(0.01, gain * 0.8);
      gains[i] = next;
      const step = momentum * before - learningRate * next * slope;
      steps[i] = step;
      const place = (places[i] ?? 0) + step;
      places[i] = place;
      mean[i % 2] = (mean[i % 2] ?? 0) + place;
    }
    const [x = 0, y = 0] = mean.map((sum) => (2 * sum) / places.length);
    for (let i = 0; i < places.length; i++) places[i] = (places[i] ?? 0) - (i % 2 === 0 ? x : y);
  }
}
