// k-means: a background of a few centres, each with the weight of the rows that it stands for.

import { checkOptionNames } from "../nn/choice.ts";
import { checkCounts, checkFlags } from "../nn/option-checks.ts";
import { RecurraError } from "../platform/error.ts";
import { allocate } from "../tensor/dtype.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { asRows, type Background, type RowData, widthOf } from "./background.ts";

export interface KMeansOptions {
  /** Seed of the first centres. Default 0. */
  readonly seed?: number;
  /** Take, for each feature of a centre, the nearest value that a row has, so that ids and flags stay such. Default true. */
  readonly round?: boolean;
  /** Tries from other first centres, of which the best counts. Default 10. */
  readonly tries?: number;
  /** Rounds of a try at most. Default 300. */
  readonly rounds?: number;
}

/**
 * Sums a table up in k weighted rows, a background for {@link kernelExplainer}, as `shap.kmeans` does. For numbers: the mean of two word
 * ids is no word between them, so take {@link sampleRows} of texts.
 *
 * Source: Lloyd 1982, IEEE Trans. Inf. Theory 28(2); first centres: Arthur and Vassilvitskii 2007, k-means++, SODA.
 *
 * @param rows [N, ...]
 * @param k centres, at most N
 * @throws RecurraError `no-rows`, `option-value`, `missing-values` for what is not finite
 */
export function kMeansBackground(rows: RowData, k: number, options: KMeansOptions = {}): Background {
  checkOptionNames("kMeansBackground", options, ["seed", "round", "tries", "rounds"]);
  const { seed = 0, round = true, tries = 10, rounds = 300 } = options;
  checkCounts("kMeansBackground", { k, tries, rounds });
  checkFlags("kMeansBackground", { round });
  const array = asRows("kMeansBackground", rows);
  const [count = 0] = array.shape;
  if (k > count)
    throw new RecurraError("option-value", `kMeansBackground: k is ${k}, but there are ${count} rows`);
  const data = array.toFloat64();
  const width = widthOf(array);
  const odd = data.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0)
    throw new RecurraError(
      "missing-values",
      `kMeansBackground: row ${Math.floor(odd / width)} holds ${data[odd]}; wanted finite numbers: fill or leave out such rows`,
    );
  const random = new Random(seed);
  let best: Clusters | undefined;
  for (let i = 0; i < tries; i++) {
    const found = lloyd(data, count, width, firstCentres(data, count, width, k, random.fold(i)), rounds);
    if (best === undefined || found.inertia < best.inertia) best = found;
  }
  const { centres, owners } = best as Clusters;
  if (round || array.dtype === "int32") roundToValues(centres, data, count, width);
  const weights = new Float64Array(k);
  for (const owner of owners) weights[owner] = (weights[owner] ?? 0) + 1 / count;
  const held = allocate(array.dtype, centres.length) as Float64Array;
  held.set(centres);
  return { rows: new NdArray(held, [k, ...array.shape.slice(1)]), weights };
}

interface Clusters {
  /** [k × F] */
  readonly centres: Float64Array;
  /** [N] */
  readonly owners: Int32Array;
  /** The sum of squared distances to the centres. */
  readonly inertia: number;
}

/** k-means++: each further centre is a row drawn by its squared distance to those before. */
function firstCentres(data: Float64Array, count: number, width: number, k: number, random: Random) {
  const centres = new Float64Array(k * width);
  const nearest = new Float64Array(count).fill(Infinity);
  const draws = random.uniform([k], 0, 1, "float64").data as Float64Array;
  let chosen = Math.min(count - 1, Math.floor((draws[0] ?? 0) * count));
  for (let c = 0; c < k; c++) {
    centres.set(data.subarray(chosen * width, (chosen + 1) * width), c * width);
    let total = 0;
    for (let n = 0; n < count; n++) {
      const squared = distance(data, n * width, centres, c * width, width);
      nearest[n] = Math.min(nearest[n] ?? 0, squared);
      total += nearest[n] ?? 0;
    }
    let left = (draws[c + 1] ?? 0) * total;
    chosen = 0;
    for (let n = 0; n < count; n++) {
      if ((nearest[n] ?? 0) > 0) chosen = n;
      left -= nearest[n] ?? 0;
      if (left < 0) break;
    }
  }
  return centres;
}

function lloyd(
  data: Float64Array,
  count: number,
  width: number,
  centres: Float64Array,
  rounds: number,
): Clusters {
  const k = centres.length / width;
  const owners = new Int32Array(count).fill(-1);
  const sizes = new Float64Array(k);
  let inertia = 0;
  for (let round = 0; round < rounds; round++) {
    let moved = false;
    inertia = 0;
    for (let n = 0; n < count; n++) {
      let [owner, least] = [0, Infinity];
      for (let c = 0; c < k; c++) {
        const squared = distance(data, n * width, centres, c * width, width);
        if (squared < least) [owner, least] = [c, squared];
      }
      if (owners[n] !== owner) moved = true;
      owners[n] = owner;
      inertia += least;
    }
    if (!moved) break;
    const sums = new Float64Array(centres.length);
    sizes.fill(0);
    for (let n = 0; n < count; n++) {
      const owner = owners[n] ?? 0;
      sizes[owner] = (sizes[owner] ?? 0) + 1;
      for (let f = 0; f < width; f++)
        sums[owner * width + f] = (sums[owner * width + f] ?? 0) + (data[n * width + f] ?? 0);
    }
    for (let c = 0; c < k; c++) {
      const size = sizes[c] ?? 0;
      if (size === 0) continue; // it stays where it was
      for (let f = 0; f < width; f++) centres[c * width + f] = (sums[c * width + f] ?? 0) / size;
    }
  }
  return { centres, owners, inertia };
}

function distance(a: Float64Array, i: number, b: Float64Array, j: number, width: number): number {
  let sum = 0;
  for (let f = 0; f < width; f++) {
    const difference = (a[i + f] ?? 0) - (b[j + f] ?? 0);
    sum += difference * difference;
  }
  return sum;
}

function roundToValues(centres: Float64Array, data: Float64Array, count: number, width: number): void {
  for (let i = 0; i < centres.length; i++) {
    const feature = i % width;
    const mean = centres[i] ?? 0;
    let nearest = data[feature] ?? 0;
    for (let n = 1; n < count; n++) {
      const value = data[n * width + feature] ?? 0;
      if (Math.abs(value - mean) < Math.abs(nearest - mean)) nearest = value;
    }
    centres[i] = nearest;
  }
}
