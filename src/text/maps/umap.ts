// UMAP: a map that keeps the graph of nearest neighbours.

import { checkOptionNames } from "../../nn/choice.ts";
import { checkCounts, checkNotNegative } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { Random } from "../../tensor/random.ts";
import { pauser } from "../embed/pause.ts";
import { fuzzyGraph } from "./fuzzy-graph.ts";
import { checkChoices } from "./map-options.ts";
import { startingPlaces } from "./map-start.ts";
import { nearestNeighbours } from "./neighbours.ts";
import { inMetric, type MapMetric, type PointRows, pointRows, type VectorRows } from "./point-rows.ts";
import type { SparseSymmetric } from "./sparse-symmetric.ts";
import { spectralPlaces } from "./spectral-start.ts";
import { umapCurve } from "./umap-curve.ts";
import { UmapLayout } from "./umap-layout.ts";

export interface UmapOptions {
  /** k: a point and its nearest others, from 2 to N; few keep what is small, many what is large. Default 15, N where there are fewer. */
  readonly neighbors?: number | undefined;
  /** How near points may lie to each other on the map, from 0 to below 3. Default 0.1. */
  readonly minDistance?: number | undefined;
  /** Default 500, for more than 10,000 points 200. */
  readonly epochs?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Of "cosine" the distance is 1 − cosine. Default "euclidean". */
  readonly metric?: MapMetric | undefined;
  /** Ends the work: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Is told after each epoch. */
  readonly onProgress?: ((progress: UmapProgress) => void) | undefined;
}

export interface UmapProgress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
}

export interface UmapMap {
  /** [N, 2] float64, their mean at 0. */
  readonly coordinates: NdArray;
}

/** The width of the first map, and the deviation of the noise on it. */
const START_WIDTH = 10;
const START_NOISE = 1e-4;

/**
 * A map of vectors by UMAP, from all pairs' distances; it starts from the graph's eigenvectors, or from the principal components where
 * the graph falls apart.
 *
 * Source: McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection for dimension reduction", arXiv:1802.03426.
 *
 * @param x [N, F] at least 4 vectors
 * @throws RecurraError `map-points`, `option-value`, `unknown-option`
 */
export async function umap(x: VectorRows, options: UmapOptions = {}): Promise<UmapMap> {
  const what = "umap";
  checkOptionNames(what, options, [
    "neighbors",
    "minDistance",
    "epochs",
    "seed",
    "metric",
    "signal",
    "onProgress",
  ]);
  const { minDistance = 0.1, seed = 0, metric = "euclidean" } = options;
  checkChoices(what, { metric: [metric, "euclidean", "cosine"] });
  const read = pointRows(what, x, 4);
  const { count } = read;
  const { neighbors = Math.min(15, count), epochs = count <= 10_000 ? 500 : 200 } = options;
  checkCounts(what, { neighbors, epochs });
  checkNotNegative(what, { minDistance });
  if (neighbors < 2 || neighbors > count)
    throw new RecurraError(
      "option-value",
      `${what}: neighbors is ${neighbors}; with ${count} points it is to be from 2 to ${count}.`,
    );
  if (minDistance >= 3)
    throw new RecurraError(
      "option-value",
      `${what}: minDistance is ${minDistance}; it is to be below 3: 0.1 is usual.`,
    );
  const random = new Random(seed);
  const pause = pauser(options.signal);
  const points = inMetric(what, read, metric);
  const found = await nearestNeighbours(points, neighbors - 1, pause);
  const distances = found.squared.map(metric === "cosine" ? (squared) => squared / 2 : Math.sqrt);
  const graph = fuzzyGraph(found, distances);
  const places = firstPlaces(graph, points, random.fold(1));
  const layout = new UmapLayout(graph, places, umapCurve(minDistance), epochs, random.fold(2));
  for (let epoch = 0; epoch < epochs; epoch++) {
    layout.epoch(epoch, 1 - epoch / epochs);
    options.onProgress?.({ epoch: epoch + 1, epochs });
    const wait = pause();
    if (wait !== undefined) await wait;
  }
  centre(places);
  return { coordinates: new NdArray(places, [count, 2]) };
}

/** [N, 2] Each axis from 0 to 10. */
function firstPlaces(graph: SparseSymmetric, points: PointRows, random: Random): Float64Array {
  const places = spectralPlaces(graph, random) ?? startingPlaces(points, "pca", 1, random);
  const noise = random.normal([places.length], 0, START_NOISE, "float64").toFloat64();
  for (let axis = 0; axis < 2; axis++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = axis; i < places.length; i += 2) {
      low = Math.min(low, places[i] ?? 0);
      high = Math.max(high, places[i] ?? 0);
    }
    const scale = high > low ? START_WIDTH / (high - low) : 0;
    for (let i = axis; i < places.length; i += 2)
      places[i] = ((places[i] ?? 0) - low) * scale + (noise[i] ?? 0);
  }
  return places;
}

function centre(places: Float64Array): void {
  for (let axis = 0; axis < 2; axis++) {
    let sum = 0;
    for (let i = axis; i < places.length; i += 2) sum += places[i] ?? 0;
    const mean = (2 * sum) / places.length;
    for (let i = axis; i < places.length; i += 2) places[i] = (places[i] ?? 0) - mean;
  }
}
