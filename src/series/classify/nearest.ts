// The nearest neighbour: a series gets the class of the training series that is most like it.

import { checkedNumber, checkOptionNames } from "../../nn/choice.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { type Envelope, envelopeOf, lowerBound, squaredDistance, warpedDistance } from "./distance.ts";
import { type FittedMethod, longestOf, type Method, type Sample, type Samples } from "./method.ts";
import { arrayOf, numberOf, packSamples, textOf, unpackSamples } from "./saved.ts";
import { Turns } from "./turns.ts";

export interface NearestConfig {
  /** `euclidean` compares step with step; `dtw` lets time stretch (dynamic time warping). Default `euclidean`. */
  readonly distance?: "euclidean" | "dtw" | undefined;
  /** How far time may be stretched by `dtw`, as a share of the longer series, 0 to 1. Default 0.1. */
  readonly window?: number | undefined;
}

/** What it keeps: the training series, and how they are compared. */
interface Memory extends Samples {
  readonly distance: "euclidean" | "dtw";
  readonly window: number;
  /** Steps of the longest training series. */
  readonly length: number;
}

/**
 * The class of the nearest training series. The probability of a class is the inverse of the distance to the nearest series of that class,
 * as a share of all classes'. For `euclidean`, series of other lengths are drawn out or pressed together to the longest training series'.
 *
 * Source: Bagnall, Lines, Bostrom, Large and Keogh, The great time series classification bake off, DMKD 31, 2017, where both
 * distances are the benchmark.
 *
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function nearest(config: NearestConfig = {}): Method {
  checkOptionNames("nearest", config, ["distance", "window"]);
  const { distance = "euclidean", window = 0.1 } = config;
  checkedNumber("nearest: window", window, (share) => share >= 0 && share <= 1, "a share from 0 to 1");
  return {
    name: distance === "dtw" ? "dtw" : "nearest",
    async fit(training) {
      return fitted({ ...training, distance, window, length: longestOf(training.x) });
    },
    async restore(state, classes) {
      const { json } = state;
      const labels = Int32Array.from(arrayOf(state, "labels").toArray());
      const x = unpackSamples(state, numberOf(json, "channels"));
      const kept = textOf(json, "distance") === "dtw" ? "dtw" : "euclidean";
      return fitted({
        x,
        labels,
        classes,
        distance: kept,
        window: numberOf(json, "window"),
        length: numberOf(json, "length"),
      });
    },
  };
}

function fitted(memory: Memory): FittedMethod {
  const { labels, classes, distance, window, length } = memory;
  const isWarped = distance === "dtw";
  const x = isWarped ? memory.x : memory.x.map((sample) => resampled(sample, length));
  const reach = Math.floor(window * length);
  let envelopes: readonly Envelope[] | undefined;
  return {
    async probabilities(asked) {
      if (isWarped) envelopes ??= x.map((sample) => envelopeOf(sample, reach));
      const result = new Float64Array(asked.length * classes);
      const turns = new Turns();
      for (const [n, sample] of asked.entries()) {
        const nearestOf = isWarped
          ? warpedNeighbours(sample, x, labels, classes, reach, envelopes ?? [])
          : neighbours(resampled(sample, length), x, labels, classes);
        result.set(sharesOf(nearestOf), n * classes);
        await turns.give();
      }
      return result;
    },
    describe: () => ({ distance, ...(isWarped ? { window } : {}), neighbours: 1, series: x.length }),
    state: () => ({
      json: { distance, window, length, channels: memory.x[0]?.length ?? 0 },
      arrays: { ...packSamples(memory.x), labels: new NdArray(labels, [labels.length]) },
    }),
  };
}

/** [K] The squared distance to the nearest series of each class. */
function neighbours(sample: Sample, x: readonly Sample[], labels: Int32Array, classes: number): Float64Array {
  const best = new Float64Array(classes).fill(Infinity);
  for (const [i, other] of x.entries()) {
    const label = labels[i] ?? 0;
    const found = squaredDistance(sample, other, best[label] ?? Infinity);
    if (found < (best[label] ?? Infinity)) best[label] = found;
  }
  return best;
}

/** As {@link neighbours}, by warped distance: those whose lower bound is least come first, and most need not be worked out. */
function warpedNeighbours(
  sample: Sample,
  x: readonly Sample[],
  labels: Int32Array,
  classes: number,
  reach: number,
  envelopes: readonly Envelope[],
): Float64Array {
  const best = new Float64Array(classes).fill(Infinity);
  const steps = sample[0]?.length ?? 0;
  const bounds = x.map((other, i) => {
    const envelope = envelopes[i];
    return envelope === undefined || other[0]?.length !== steps ? 0 : lowerBound(sample, envelope, Infinity);
  });
  const order = Array.from(x.keys()).sort((a, b) => (bounds[a] ?? 0) - (bounds[b] ?? 0) || a - b);
  for (const i of order) {
    const label = labels[i] ?? 0;
    const limit = best[label] ?? Infinity;
    if ((bounds[i] ?? 0) >= limit) continue;
    const found = warpedDistance(sample, x[i] ?? sample, reach, limit);
    if (found < limit) best[label] = found;
  }
  return best;
}

/** Shares by the inverse of the distance; all to the classes that are met exactly, where some are. */
function sharesOf(squares: Float64Array): Float64Array {
  const exact = squares.filter((square) => square === 0).length;
  if (exact > 0) return squares.map((square) => (square === 0 ? 1 / exact : 0));
  const inverse = squares.map((square) => 1 / Math.sqrt(square));
  const sum = inverse.reduce((total, value) => total + value, 0);
  return inverse.map((value) => value / sum);
}

/** Drawn out or pressed together to another length, by straight lines. */
function resampled(sample: Sample, length: number): Sample {
  return sample.map((values) => {
    const last = values.length - 1;
    if (values.length === length) return values;
    return Float64Array.from({ length }, (_, t) => {
      const place = length === 1 ? 0 : (t * last) / (length - 1);
      const left = Math.min(Math.floor(place), last);
      const share = place - left;
      return (values[left] ?? 0) * (1 - share) + (values[Math.min(left + 1, last)] ?? 0) * share;
    });
  });
}
