// Cases for convolution and pooling over time, against loops over windows.

import { averagePool1d, conv1d, maxPool1d, type Padding } from "../../../src/graph/ops/window.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { type OpCase, reals, spaced } from "../../support/check-op.ts";
import { build, total } from "../../support/naive.ts";

interface Setting {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: Padding;
}

/** How many windows there are, and where the first begins, by Keras' rules. */
function layoutOf(steps: number, { size, stride, dilation, padding }: Setting) {
  const reach = (size - 1) * dilation + 1;
  if (padding === "valid") return { count: Math.ceil((steps - reach + 1) / stride), left: 0 };
  const count = Math.ceil(steps / stride);
  if (padding === "causal") return { count, left: reach - 1 };
  return { count, left: Math.floor(Math.max((count - 1) * stride + reach - steps, 0) / 2) };
}

/** The places in the input of each window's elements; those in the padding are left out. */
function placesOf(steps: number, setting: Setting): { readonly element: number; readonly place: number }[][] {
  const { count, left } = layoutOf(steps, setting);
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: setting.size }, (_, element) => ({
      element,
      place: i * setting.stride + element * setting.dilation - left,
    })).filter(({ place }) => place >= 0 && place < steps),
  );
}

const steps = 7;

const settings: readonly Setting[] = (["valid", "same", "causal"] as const).flatMap((padding) =>
  [
    { size: 1, stride: 1, dilation: 1 },
    { size: 2, stride: 1, dilation: 1 },
    { size: 3, stride: 1, dilation: 1 },
    { size: 3, stride: 2, dilation: 1 },
    { size: 2, stride: 3, dilation: 1 },
    { size: 3, stride: 1, dilation: 2 },
    { size: 2, stride: 2, dilation: 3 },
    { size: 1, stride: 5, dilation: 1 },
  ].map((setting) => ({ ...setting, padding })),
);

const describe = ({ size, stride, dilation, padding }: Setting) =>
  `size ${size}, stride ${stride}, dilation ${dilation}, ${padding}`;

export const windowCases: readonly OpCase[] = settings.flatMap((setting) => {
  const { size, ...options } = setting;
  const windows = placesOf(steps, setting);
  return [
    {
      name: `conv1d of ${describe(setting)}`,
      inputs: [reals([2, steps, 2]), reals([size, 2, 3])],
      compute: (x: Tensor, kernel: Tensor) => conv1d(x, kernel, options),
      expected: (x: NdArray, kernel: NdArray) =>
        build([2, windows.length, 3], (b = 0, t = 0, c = 0) =>
          (windows[t] ?? []).reduce(
            (sum, { element, place }) =>
              sum + total([2], (f = 0) => x.at(b, place, f) * kernel.at(element, f, c)),
            0,
          ),
        ),
    },
    {
      name: `maxPool1d of ${describe(setting)}`,
      inputs: [spaced([1, steps, 2])],
      compute: (x: Tensor) => maxPool1d(x, size, options),
      expected: (x: NdArray) =>
        build([1, windows.length, 2], (b = 0, t = 0, f = 0) =>
          Math.max(...(windows[t] ?? []).map(({ place }) => x.at(b, place, f))),
        ),
    },
    {
      name: `averagePool1d of ${describe(setting)}`,
      inputs: [spaced([1, steps, 2])],
      compute: (x: Tensor) => averagePool1d(x, size, options),
      expected: (x: NdArray) =>
        build([1, windows.length, 2], (b = 0, t = 0, f = 0) => {
          const values = (windows[t] ?? []).map(({ place }) => x.at(b, place, f));
          return values.reduce((sum, value) => sum + value, 0) / values.length;
        }),
    },
  ];
});
