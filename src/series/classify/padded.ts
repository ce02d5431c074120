// Series as one array for a network: steps joined to patches, shorter series filled up with what the network takes for padding.

import { NdArray } from "../../tensor/nd-array.ts";
import type { Sample } from "./method.ts";

/** A step all of whose features have this value is padding. */
export const PADDING = -1e9;

/** How series become the rows of an array. */
export interface PatchShape {
  /** C */
  readonly channels: number;
  /** Steps joined to one, which then has so many times the features. */
  readonly patch: number;
}

/** How many patches a series of so many steps makes; the last one may be filled up with zeros. */
export function patchesOf(steps: number, patch: number): number {
  return Math.ceil(steps / patch);
}

/**
 * Puts series into one array: [N] of [C][T] -> [N, patches, patch · C], float32.
 *
 * @param patches how many every row has, at least as many as the longest series makes
 */
export function padded(x: readonly Sample[], { channels, patch }: PatchShape, patches: number): NdArray {
  const width = patch * channels;
  const data = new Float32Array(x.length * patches * width).fill(PADDING);
  for (const [n, sample] of x.entries()) {
    const steps = sample[0]?.length ?? 0;
    const start = n * patches * width;
    data.fill(0, start, start + patchesOf(steps, patch) * width);
    for (const [c, values] of sample.entries()) {
      for (let t = 0; t < steps; t++) data[start + t * channels + c] = values[t] ?? 0;
    }
  }
  return new NdArray(data, [x.length, patches, width]);
}
