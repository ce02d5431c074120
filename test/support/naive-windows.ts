// Convolution and pooling by loops over windows and places, for one spatial axis and for two: the second implementation of both.

import type { NdArray } from "../../src/tensor/nd-array.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { build, indicesOf, total } from "./naive.ts";

/** How windows lie along one axis, by Keras' rules. */
export interface NaiveWindow {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: "valid" | "same" | "causal";
}

/** How many windows there are, and where the first begins. */
export function layoutOf(length: number, { size, stride, dilation, padding }: NaiveWindow) {
  const reach = (size - 1) * dilation + 1;
  if (padding === "valid") return { count: Math.ceil((length - reach + 1) / stride), left: 0 };
  const count = Math.ceil(length / stride);
  if (padding === "causal") return { count, left: reach - 1 };
  return { count, left: Math.floor(Math.max((count - 1) * stride + reach - length, 0) / 2) };
}

interface Met {
  readonly element: readonly number[];
  readonly place: readonly number[];
}

/** The elements of a window, one index for each axis, with their places in the input; those in the padding are left out. */
function elementsOf(x: NdArray, windows: readonly NaiveWindow[], window: readonly number[]): readonly Met[] {
  const met = indicesOf(windows.map(({ size }) => size)).map((element) => ({
    element,
    place: windows.map((axis, i) => {
      const { left } = layoutOf(x.shape[i + 1] ?? 0, axis);
      return (window[i] ?? 0) * axis.stride + (element[i] ?? 0) * axis.dilation - left;
    }),
  }));
  return met.filter(({ place }) => place.every((p, i) => p >= 0 && p < (x.shape[i + 1] ?? 0)));
}

const countsOf = (x: NdArray, windows: readonly NaiveWindow[]): Shape =>
  windows.map((window, i) => layoutOf(x.shape[i + 1] ?? 0, window).count);

/** x [B, …, F], kernel [..., F / groups, C]: each channel sums over the features of its own group. */
export function convByLoops(
  x: NdArray,
  kernel: NdArray,
  windows: readonly NaiveWindow[],
  groups = 1,
): NdArray {
  const features = kernel.shape.at(-2) ?? 0;
  const channels = kernel.shape.at(-1) ?? 0;
  return build([x.shape[0] ?? 0, ...countsOf(x, windows), channels], (...index) => {
    const [b = 0, c = 0] = [index[0], index.at(-1)];
    const first = Math.floor((c * groups) / channels) * features;
    return elementsOf(x, windows, index.slice(1, -1)).reduce(
      (sum, { element, place }) =>
        sum + total([features], (f = 0) => x.at(b, ...place, first + f) * kernel.at(...element, f, c)),
      0,
    );
  });
}

/** Each step of x [B, T, F] adds kernel [k, C, F] times itself to the steps from `step·stride - cut` on. */
export function convTransposeByLoops(
  x: NdArray,
  kernel: NdArray,
  { stride, dilation, cut, length }: Record<"stride" | "dilation" | "cut" | "length", number>,
): NdArray {
  const [batch = 0, steps = 0, features = 0] = x.shape;
  const [size = 0, channels = 0] = kernel.shape;
  return build([batch, length, channels], (b = 0, t = 0, c = 0) =>
    total([steps, size, features], (i = 0, j = 0, f = 0) =>
      i * stride + j * dilation - cut === t ? x.at(b, i, f) * kernel.at(j, c, f) : 0,
    ),
  );
}

/** A function of the real elements of each window. */
export function poolByLoops(
  x: NdArray,
  windows: readonly NaiveWindow[],
  formula: (values: readonly number[]) => number,
): NdArray {
  return build([x.shape[0] ?? 0, ...countsOf(x, windows), x.shape.at(-1) ?? 0], (...index) => {
    const [b = 0, f = 0] = [index[0], index.at(-1)];
    return formula(elementsOf(x, windows, index.slice(1, -1)).map(({ place }) => x.at(b, ...place, f)));
  });
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
