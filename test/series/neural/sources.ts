// Series for the tests of networks, and windows cut from them without haste.

import type { WindowShape } from "../../../src/series/neural/window-batch.ts";
import type { ScaledColumn, WindowSource } from "../../../src/series/neural/window-source.ts";
import { Random } from "../../../src/tensor/random.ts";

/** Numbers from a normal distribution. */
export function noise(seed: number, count: number): Float64Array {
  return Float64Array.from(new Random(seed).normal([count], 0, 1, "float64").toArray());
}

export function columnOf(values: Float64Array, location = 0, scale = 1): ScaledColumn {
  return { values, location, scale };
}

export function sourceOf(values: Float64Array, more: Partial<WindowSource> = {}): WindowSource {
  return {
    values,
    location: 0,
    scale: 1,
    hasGaps: values.some(Number.isNaN),
    isLog: false,
    change: 1,
    past: [],
    future: [],
    numbers: Float32Array.of(),
    categories: Int32Array.of(),
    ...more,
  };
}

export const plainShape: WindowShape = {
  lookback: 4,
  steps: 2,
  lead: 0,
  past: 0,
  future: 0,
  numbers: 0,
  categories: 0,
  flagged: false,
  scaling: "none",
  lossUnit: "window",
  power: 1,
};
