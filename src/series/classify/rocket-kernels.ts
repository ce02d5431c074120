// The kernels of MiniRocket: which dilations, channels and biases, and the features that they make of a series.

import { Random } from "../../tensor/random.ts";
import { longestOf, type Sample } from "./method.ts";

/** Taps of a kernel, and how many of them weigh 2 where the others weigh -1. */
const TAPS = 9;
const HEAVY = 3;

/** [84 × 3] The heavy taps of every kernel: all choices of 3 of 9. */
const KERNELS = heavyTaps();

/** How many kernels there are: 9 choose 3. */
export const KERNEL_COUNT = KERNELS.length / HEAVY;

/** At most so many dilations for a kernel. */
const MOST_DILATIONS = 32;

/** Kernels with their dilations, channels and biases. */
export interface RocketKernels {
  /** [D] Steps between the taps, ascending. */
  readonly dilations: Int32Array;
  /** [D] Features that each kernel makes at each dilation. */
  readonly counts: Int32Array;
  /** [F] The features' biases: by dilation, then by kernel. */
  readonly biases: Float32Array;
  /** [D × 84 + 1] Where the channels of each dilation and kernel begin in `channels`. */
  readonly channelStarts: Int32Array;
  /** The channels whose convolutions are added up. */
  readonly channels: Int32Array;
}

/**
 * Chooses dilations by the length of the longest series, channels at random, and biases from quantiles of the convolutions of training
 * series drawn at random.
 *
 * Source: Dempster, Schmidt and Webb, MiniRocket: a very fast (almost) deterministic transform for time series classification, KDD 2021;
 * channels as in its authors' multivariate code.
 *
 * @param features at most so many; at least 84 are made
 */
export function fitKernels(x: readonly Sample[], features: number, seed: number): RocketKernels {
  const length = longestOf(x);
  const { dilations, counts } = dilationsOf(length, Math.max(1, Math.floor(features / KERNEL_COUNT)));
  const random = new Random(seed).fold(1);
  const { channelStarts, channels } = drawChannels(x[0]?.length ?? 1, dilations.length, random.fold(0));
  const total = counts.reduce((sum, count) => sum + count, 0) * KERNEL_COUNT;
  const drawn = random.fold(1).integers([dilations.length * KERNEL_COUNT], 0, x.length).data as Int32Array;
  const biases = new Float32Array(total);
  const convolution = new Convolution(length);
  let feature = 0;
  for (let d = 0; d < dilations.length; d++) {
    for (let k = 0; k < KERNEL_COUNT; k++) {
      const combination = d * KERNEL_COUNT + k;
      const sample = x[drawn[combination] ?? 0] ?? [];
      const own = channels.subarray(channelStarts[combination], channelStarts[combination + 1]);
      const values = convolution
        .of(sample, own, k, dilations[d] ?? 1)
        .slice()
        .sort();
      for (let q = 0; q < (counts[d] ?? 0); q++, feature++)
        biases[feature] = quantileOf(values, ((feature + 1) * GOLDEN) % 1);
    }
  }
  return { dilations, counts, biases, channelStarts, channels };
}

/** The golden ratio, whose multiples spread evenly over [0, 1). */
const GOLDEN = (Math.sqrt(5) + 1) / 2;

/**
 * The features of series: for each bias the share of the steps at which the convolution is above it.
 *
 * @param result [N, F] where they are written, from row `row` on
 */
export class RocketTransform {
  readonly #kernels: RocketKernels;
  #convolution = new Convolution(0);

  constructor(kernels: RocketKernels) {
    this.#kernels = kernels;
  }

  /** F */
  get features(): number {
    return this.#kernels.biases.length;
  }

  /** Writes the features of a series. @param result [F] */
  write(sample: Sample, result: Float32Array): void {
    const { dilations, counts, biases, channelStarts, channels } = this.#kernels;
    const length = sample[0]?.length ?? 0;
    if (this.#convolution.length < length) this.#convolution = new Convolution(length);
    let feature = 0;
    for (let d = 0; d < dilations.length; d++) {
      const dilation = dilations[d] ?? 1;
      const count = counts[d] ?? 0;
      const padding = ((TAPS - 1) / 2) * dilation;
      for (let k = 0; k < KERNEL_COUNT; k++) {
        const combination = d * KERNEL_COUNT + k;
        const own = channels.subarray(channelStarts[combination], channelStarts[combination + 1]);
        const values = this.#convolution.of(sample, own, k, dilation);
        // Every second kernel looks at the steps alone at which all of its taps lie within the series.
        const isPadded = (d + k) % 2 === 0 || length <= 2 * padding;
        const [from, to] = isPadded ? [0, length] : [padding, length - padding];
        for (let q = 0; q < count; q++, feature++)
          result[feature] = shareAbove(values, from, to, biases[feature] ?? 0);
      }
    }
  }
}

function shareAbove(values: Float32Array, from: number, to: number, bias: number): number {
  let above = 0;
  for (let t = from; t < to; t++) above += (values[t] ?? 0) > bias ? 1 : 0;
  return above / (to - from);
}

/**
 * Convolutions of one series by all kernels. A kernel of weights -1 and, at three taps, 2 is -1 at all nine taps, the same for all kernels,
 * plus 3 at its three heavy ones.
 */
class Convolution {
  readonly length: number;
  readonly #result: Float32Array;
  /** [T] each, by channel: minus the sum over all nine taps, at the dilation of the last call. */
  #common: readonly Float32Array[] = [];
  #sample: Sample | undefined;
  #dilation = 0;

  /** @param length the most steps that a series will have */
  constructor(length: number) {
    this.length = length;
    this.#result = new Float32Array(length);
  }

  /** [T] The sum over some channels. The array is written over by the next call. */
  of(sample: Sample, channels: Int32Array, kernel: number, dilation: number): Float32Array {
    if (this.#sample !== sample || this.#dilation !== dilation) {
      this.#common = sample.map((values) => commonPart(values, dilation));
      this.#sample = sample;
      this.#dilation = dilation;
    }
    const steps = sample[0]?.length ?? 0;
    const result = this.#result.subarray(0, steps);
    for (let i = 0; i < channels.length; i++) {
      const channel = channels[i] ?? 0;
      const common = this.#common[channel];
      const values = sample[channel];
      if (common === undefined || values === undefined) continue;
      if (i === 0) result.set(common);
      else for (let t = 0; t < steps; t++) result[t] = (result[t] ?? 0) + (common[t] ?? 0);
      for (let h = 0; h < HEAVY; h++)
        addShifted(result, values, 3, shiftOf(KERNELS[kernel * HEAVY + h] ?? 0, dilation));
    }
    return result;
  }
}

function commonPart(values: Float64Array, dilation: number): Float32Array {
  const sum = new Float32Array(values.length);
  for (let tap = 0; tap < TAPS; tap++) addShifted(sum, values, -1, shiftOf(tap, dilation));
  return sum;
}

/** How many steps ahead of a step a tap looks. */
function shiftOf(tap: number, dilation: number): number {
  return (tap - (TAPS - 1) / 2) * dilation;
}

/** Adds `factor` times the values `shift` steps ahead; beyond the ends of the series stands 0. */
function addShifted(sum: Float32Array, values: Float64Array, factor: number, shift: number): void {
  const steps = values.length;
  const to = Math.min(steps, steps - shift);
  for (let t = Math.max(0, -shift); t < to; t++) sum[t] = (sum[t] ?? 0) + factor * (values[t + shift] ?? 0);
}

/** Dilations from 1 to what a kernel as wide as the series has, evenly spread by their logarithm, and the features at each. */
function dilationsOf(length: number, perKernel: number): Pick<RocketKernels, "dilations" | "counts"> {
  const places = Math.min(perKernel, MOST_DILATIONS);
  const widest = Math.log2(Math.max(1, (length - 1) / (TAPS - 1)));
  const all = Array.from({ length: places }, (_, i) =>
    Math.floor(2 ** (places === 1 ? 0 : (widest * i) / (places - 1)) + 1e-9),
  );
  const dilations = Int32Array.from(new Set(all));
  const counts = dilations.map((dilation) =>
    Math.floor((all.filter((one) => one === dilation).length * perKernel) / places),
  );
  const left = perKernel - counts.reduce((sum, count) => sum + count, 0);
  for (let i = 0; i < left; i++) counts[i % counts.length] = (counts[i % counts.length] ?? 0) + 1;
  return { dilations, counts };
}

/** For each dilation and kernel some channels: as many as 2 to a uniform power, 9 at most. */
function drawChannels(
  channels: number,
  dilations: number,
  random: Random,
): Pick<RocketKernels, "channelStarts" | "channels"> {
  const combinations = dilations * KERNEL_COUNT;
  const powers = random.uniform([combinations], 0, Math.log2(Math.min(channels, TAPS) + 1))
    .data as Float32Array;
  const channelStarts = new Int32Array(combinations + 1);
  const chosen: number[] = [];
  for (let i = 0; i < combinations; i++) {
    const order = random.fold(i).permutation(channels);
    const count = Math.max(1, Math.floor(2 ** (powers[i] ?? 0)));
    chosen.push(...order.subarray(0, count).toSorted());
    channelStarts[i + 1] = chosen.length;
  }
  return { channelStarts, channels: Int32Array.from(chosen) };
}

/** Between neighbours by the straight line, as NumPy's default. @param sorted ascending */
function quantileOf(sorted: Float32Array, share: number): number {
  const place = share * (sorted.length - 1);
  const left = Math.floor(place);
  const low = sorted[left] ?? 0;
  return low + (place - left) * ((sorted[left + 1] ?? low) - low);
}

function heavyTaps(): Int32Array {
  const taps: number[] = [];
  for (let a = 0; a < TAPS; a++)
    for (let b = a + 1; b < TAPS; b++) for (let c = b + 1; c < TAPS; c++) taps.push(a, b, c);
  return Int32Array.from(taps);
}
