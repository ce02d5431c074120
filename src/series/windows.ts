// Cutting a series into windows: so many values back, so many ahead.

import { NdArray } from "../tensor/nd-array.ts";

export interface Windows {
  /** [N, L, 1] Each window's values, oldest first. */
  readonly x: NdArray;
  /** [N, H] The values after each window. */
  readonly y: NdArray;
}

/** How many windows a series of `length` values holds. */
export function windowCount(length: number, lookback: number, horizon: number): number {
  return Math.max(0, length - lookback - horizon + 1);
}

/** All windows of `lookback` values with the `horizon` values after them, one step apart, oldest first. */
export function windowsOf(values: Float64Array, lookback: number, horizon: number): Windows {
  const count = windowCount(values.length, lookback, horizon);
  const x = new Float32Array(count * lookback);
  const y = new Float32Array(count * horizon);
  for (let n = 0; n < count; n++) {
    x.set(values.subarray(n, n + lookback), n * lookback);
    y.set(values.subarray(n + lookback, n + lookback + horizon), n * horizon);
  }
  return { x: new NdArray(x, [count, lookback, 1]), y: new NdArray(y, [count, horizon]) };
}

/** [1, L, 1] The last `lookback` values. */
export function lastWindow(values: Float64Array, lookback: number): NdArray {
  return new NdArray(Float32Array.from(values.subarray(values.length - lookback)), [1, lookback, 1]);
}
