// Cases for convolution and pooling, against loops over windows.

import { apply } from "../../../src/graph/op.ts";
import {
  type Conv1dTransposeOptions,
  conv1d,
  conv1dTranspose,
  conv2d,
  depthwiseConv1d,
} from "../../../src/graph/ops/conv.ts";
import { convKernelOp } from "../../../src/graph/ops/conv-op.ts";
import { averagePool1d, averagePool2d, maxPool1d, maxPool2d } from "../../../src/graph/ops/pool.ts";
import type { Padding } from "../../../src/graph/ops/window.ts";
import { type OpCase, reals, spaced } from "../../support/check-op.ts";
import { build, total } from "../../support/naive.ts";
import {
  convByLoops,
  convTransposeByLoops,
  meanOf,
  type NaiveWindow,
  poolByLoops,
} from "../../support/naive-windows.ts";

const steps = 7;

const paddings: readonly Padding[] = ["valid", "same", "causal"];

const describe = ({ size, stride, dilation, padding }: NaiveWindow) =>
  `size ${size}, stride ${stride}, dilation ${dilation}, ${padding}`;

const windows: readonly NaiveWindow[] = paddings.flatMap((padding) =>
  [
    { size: 1, stride: 1, dilation: 1 },
    { size: 2, stride: 1, dilation: 1 },
    { size: 3, stride: 1, dilation: 1 },
    { size: 3, stride: 2, dilation: 1 },
    { size: 2, stride: 3, dilation: 1 },
    { size: 4, stride: 3, dilation: 1 },
    { size: 3, stride: 1, dilation: 2 },
    { size: 2, stride: 1, dilation: 4 },
    { size: 1, stride: 5, dilation: 1 },
  ].map((window) => ({ ...window, padding })),
);

const convCases: readonly OpCase[] = windows.flatMap((window): OpCase[] => {
  const { size, ...options } = window;
  return [
    {
      name: `conv1d of ${describe(window)}`,
      inputs: [reals([2, steps, 2]), reals([size, 2, 3])],
      compute: (x, kernel) => conv1d(x, kernel, options),
      expected: (x, kernel) => convByLoops(x, kernel, [window]),
    },
    {
      name: `conv1d in 2 groups of ${describe(window)}`,
      inputs: [reals([1, steps, 4]), reals([size, 2, 2])],
      compute: (x, kernel) => conv1d(x, kernel, { ...options, groups: 2 }),
      expected: (x, kernel) => convByLoops(x, kernel, [window], 2),
    },
    {
      name: `depthwiseConv1d of ${describe(window)}`,
      inputs: [reals([2, steps, 2]), reals([size, 2, 2])],
      compute: (x, kernel) => depthwiseConv1d(x, kernel, options),
      expected: (x, kernel) => convByLoops(x, kernel.reshape([size, 1, 4]), [window], 2),
    },
  ];
});

/**
 * Output length and steps cut off in front. Source: Keras 3.15.1, compute_conv_transpose_output_shape, and the reach less one less the
 * left padding of compute_conv_transpose_padding_args_for_jax, for 4 steps.
 */
const transposed: readonly (readonly [
  size: number,
  length: number,
  cut: number,
  options: Conv1dTransposeOptions,
])[] = [
  [1, 4, 0, {}],
  [3, 6, 0, {}],
  [3, 9, 0, { stride: 2 }],
  [3, 10, 0, { stride: 2, outputPadding: 1 }],
  [2, 12, 0, { stride: 3 }],
  [2, 11, 0, { stride: 3, outputPadding: 0 }],
  [3, 8, 0, { dilation: 2 }],
  [3, 4, 1, { padding: "same" }],
  [4, 4, 1, { padding: "same" }],
  [3, 8, 0, { stride: 2, padding: "same" }],
  [5, 8, 1, { stride: 2, padding: "same" }],
  [5, 7, 2, { stride: 2, padding: "same", outputPadding: 0 }],
  [2, 12, 0, { stride: 3, padding: "same" }],
  [1, 12, 0, { stride: 3, padding: "same" }],
  [3, 4, 2, { dilation: 2, padding: "same" }],
];

/** The gradient of a kernel, an op of its own: Σ over samples and windows of what an element of the kernel meets, times y. */
const kernelCases: readonly OpCase[] = [1, 2].flatMap((groups) =>
  [
    { size: 3, stride: 1, dilation: 2, before: 0, count: 3 },
    { size: 3, stride: 2, dilation: 1, before: 1, count: 4 },
    { size: 2, stride: 3, dilation: 1, before: 0, count: 2 },
  ].map(({ count, before, size, stride, dilation }): OpCase => {
    const axes = [{ length: steps, count, size, stride, dilation, before }];
    return {
      name: `convKernel of size ${size}, stride ${stride}, dilation ${dilation}, ${groups} groups`,
      inputs: [reals([2, steps, 2]), reals([2, count, 4])],
      compute: (x, y) => apply(convKernelOp, [x, y], { axes, groups }),
      expected: (x, y) =>
        build([size, 2 / groups, 4], (j = 0, f = 0, c = 0) =>
          total([2, count], (b = 0, i = 0) => {
            const place = i * stride + j * dilation - before;
            const feature = f + Math.floor((c * groups) / 4) * (2 / groups);
            return place < 0 || place >= steps ? 0 : x.at(b, place, feature) * y.at(b, i, c);
          }),
        ),
    };
  }),
);

const transposedCases: readonly OpCase[] = transposed.map(([size, length, cut, options]) => ({
  name: `conv1dTranspose of size ${size}, ${JSON.stringify(options)}`,
  inputs: [reals([2, 4, 2]), reals([size, 3, 2])],
  compute: (x, kernel) => conv1dTranspose(x, kernel, options),
  expected: (x, kernel) =>
    convTransposeByLoops(x, kernel, { stride: 1, dilation: 1, ...options, cut, length }),
}));

const planes: readonly (readonly [
  size: [number, number],
  strides: [number, number],
  dilations: [number, number],
])[] = [
  [
    [1, 1],
    [1, 1],
    [1, 1],
  ],
  [
    [1, 1],
    [2, 1],
    [1, 1],
  ],
  [
    [2, 3],
    [1, 1],
    [1, 1],
  ],
  [
    [3, 2],
    [2, 1],
    [1, 1],
  ],
  [
    [2, 2],
    [2, 3],
    [1, 1],
  ],
  [
    [2, 2],
    [1, 1],
    [1, 2],
  ],
  [
    [2, 1],
    [1, 1],
    [3, 1],
  ],
];

const planeCases: readonly OpCase[] = planes.flatMap(([size, strides, dilations]) =>
  (["valid", "same"] as const).flatMap((padding): OpCase[] => {
    const [rows, columns] = [0, 1].map((i) => ({
      size: size[i] ?? 0,
      stride: strides[i] ?? 0,
      dilation: dilations[i] ?? 0,
      padding,
    })) as [NaiveWindow, NaiveWindow];
    const name = `of ${size.join(" × ")}, strides ${strides}, dilations ${dilations}, ${padding}`;
    const conv: OpCase[] = [1, 2].map((groups) => ({
      name: `conv2d ${name}, ${groups} groups`,
      inputs: [reals([1, 4, 5, 2]), reals([...size, 2 / groups, 2])],
      compute: (x, kernel) => conv2d(x, kernel, { strides, dilations, padding, groups }),
      expected: (x, kernel) => convByLoops(x, kernel, [rows, columns], groups),
    }));
    if (Math.max(...dilations) > 1) return conv;
    return [
      ...conv,
      {
        name: `maxPool2d ${name}`,
        inputs: [spaced([1, 4, 5, 2])],
        compute: (x) => maxPool2d(x, size, { strides, padding }),
        expected: (x) => poolByLoops(x, [rows, columns], (values) => Math.max(...values)),
      },
      {
        name: `averagePool2d ${name}`,
        inputs: [spaced([1, 4, 5, 2])],
        compute: (x) => averagePool2d(x, size, { strides, padding }),
        expected: (x) => poolByLoops(x, [rows, columns], meanOf),
      },
    ];
  }),
);

const poolCases: readonly OpCase[] = windows.flatMap((window): OpCase[] => {
  const { size, stride, dilation, padding } = window;
  if (dilation > 1 || padding === "causal") return [];
  return [
    {
      name: `maxPool1d of ${describe(window)}`,
      inputs: [spaced([1, steps, 2])],
      compute: (x) => maxPool1d(x, size, { stride, padding }),
      expected: (x) => poolByLoops(x, [window], (values) => Math.max(...values)),
    },
    {
      name: `averagePool1d of ${describe(window)}`,
      inputs: [spaced([1, steps, 2])],
      compute: (x) => averagePool1d(x, size, { stride, padding }),
      expected: (x) => poolByLoops(x, [window], meanOf),
    },
  ];
});

export const windowCases: readonly OpCase[] = [
  ...convCases,
  ...kernelCases,
  ...transposedCases,
  ...planeCases,
  ...poolCases,
];
