// What is done to series before a method sees them: missing values filled, values brought to one scale. Learned on training data alone.

import type { Sample } from "./method.ts";

/**
 * How values are brought to one scale:
 *
 * - `training`: each channel less its mean, over its standard deviation, both of the training series: levels and sizes still tell
 *   series apart;
 * - `series`: each channel of each series by its own mean and standard deviation (z-normalisation): shapes alone count;
 * - `none`: as they are.
 */
export type Normalization = "training" | "series" | "none";

export const normalizations: readonly Normalization[] = ["training", "series", "none"];

/** A preparation that has seen the training data. */
export interface Preparation {
  readonly normalize: Normalization;
  /** [C] What is taken off each channel. */
  readonly means: readonly number[];
  /** [C] What each channel is divided by. */
  readonly scales: readonly number[];
}

/** Learns how to prepare series. @param x [N] series of C channels */
export function preparationOf(x: readonly Sample[], normalize: Normalization): Preparation {
  const channels = x[0]?.length ?? 0;
  const moments = Array.from({ length: channels }, (_, c) =>
    normalize === "training"
      ? momentsOf(x.map((one) => one[c] ?? new Float64Array()))
      : { mean: 0, scale: 1 },
  );
  return { normalize, means: moments.map(({ mean }) => mean), scales: moments.map(({ scale }) => scale) };
}

/** Prepares series of the channels that were learned on. */
export function prepare(x: readonly Sample[], preparation: Preparation): readonly Sample[] {
  const { normalize, means, scales } = preparation;
  return x.map((sample) =>
    sample.map((values, c) => {
      const filled = fillGaps(values);
      const { mean, scale } =
        normalize === "series" ? momentsOf([filled]) : { mean: means[c] ?? 0, scale: scales[c] ?? 1 };
      return filled.map((value) => (value - mean) / scale);
    }),
  );
}

/** Mean and standard deviation of the values that are there; a scale of 1 where all are the same. */
function momentsOf(channel: readonly Float64Array[]): { readonly mean: number; readonly scale: number } {
  let [count, sum] = [0, 0];
  for (const values of channel) {
    for (const value of values) {
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
    }
  }
  const mean = count === 0 ? 0 : sum / count;
  let squares = 0;
  for (const values of channel)
    for (const value of values) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  const scale = Math.sqrt(squares / Math.max(count, 1));
  // What is constant but for rounding stays near 0.
  return { mean, scale: scale > 1e-12 * Math.max(1, Math.abs(mean)) ? scale : 1 };
}

/** Missing values by the straight line between their neighbours; at the ends, the nearest value. The values themselves where none is missing. */
export function fillGaps(values: Float64Array): Float64Array {
  if (!values.some(Number.isNaN)) return values;
  const filled = Float64Array.from(values);
  let last = -1;
  for (let t = 0; t <= filled.length; t++) {
    const value = filled[t];
    if (value !== undefined && Number.isNaN(value)) continue;
    const before = last < 0 ? (value ?? 0) : (filled[last] ?? 0);
    const after = value ?? before;
    for (let gap = last + 1; gap < t; gap++) {
      const share = last < 0 || value === undefined ? 0 : (gap - last) / (t - last);
      filled[gap] = before + share * (after - before);
    }
    last = t;
  }
  return filled;
}
