// Property tests of convolution and pooling on the interpreter: random shapes against plain loops, with their gradients; what happens at
// ties; and the errors for shapes and options that do not fit.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conv1d, conv1dTranspose, conv2d, depthwiseConv1d } from "../../src/graph/ops/conv.ts";
import { input } from "../../src/graph/ops/leaf.ts";
import { averagePool1d, averagePool2d, maxPool1d, maxPool2d } from "../../src/graph/ops/pool.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { grad } from "../../src/graph/trace.ts";
import { RecurraError } from "../../src/platform/error.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import {
  checkGradient,
  evaluateOne,
  expectClose,
  graphOf,
  type OpCase,
  reals,
  run,
  type Source,
  spaced,
  toValue,
} from "../support/check-op.ts";
import { convByLoops, meanOf, type NaiveWindow, poolByLoops } from "../support/naive-windows.ts";

const settings = { seed: 2_718_281, numRuns: 60 } as const;

/** Checks value and gradient of a function on random inputs. */
function check(
  sources: readonly Source[],
  compute: OpCase["compute"],
  expected: (...x: NdArray[]) => NdArray,
): void {
  const random = new Random("windows");
  const arrays = sources.map((source) => source(random));
  const point = arrays.map(toValue);
  const graph = graphOf(compute, arrays);
  for (const value of run(graph, point)) expectClose(value, expected(...arrays), "value");
  checkGradient(graph, point, "gradient");
}

const upTo = (max: number, min = 1) => fc.integer({ min, max });

/** Windows along an axis on which at least one fits; a stride or a dilation, not both. */
const axes = (paddings: readonly NaiveWindow["padding"][], { dilated = true } = {}) =>
  fc
    .record({
      size: upTo(4),
      step: upTo(3),
      isDilated: dilated ? fc.boolean() : fc.constant(false),
      room: fc.nat(5),
      padding: fc.constantFrom(...paddings),
    })
    .map(({ size, step, isDilated, room, padding }) => {
      const [stride, dilation] = isDilated ? [1, step] : [step, 1];
      const least = padding === "valid" ? (size - 1) * dilation + 1 : 1;
      return { length: least + room, window: { size, stride, dilation, padding } };
    });

describe("random windows", () => {
  test("conv1d, in groups", () => {
    fc.assert(
      fc.property(
        axes(["valid", "same", "causal"]),
        fc.record({ batch: upTo(2), groups: upTo(3), features: upTo(2), channels: upTo(2) }),
        ({ length, window }, { batch, groups, features, channels }) => {
          const { size, ...options } = window;
          check(
            [reals([batch, length, groups * features]), reals([size, features, groups * channels])],
            (x, kernel) => conv1d(x, kernel, { ...options, groups }),
            (x, kernel) => convByLoops(x, kernel, [window], groups),
          );
        },
      ),
      settings,
    );
  });

  test("conv2d", () => {
    fc.assert(
      fc.property(
        axes(["valid"], { dilated: false }),
        axes(["valid"], { dilated: false }),
        fc.constantFrom("valid" as const, "same" as const),
        fc.boolean(),
        (rows, columns, padding, swapped) => {
          // Strides become dilations where the axes have room for them.
          const windows = [rows.window, columns.window].map((window) =>
            swapped && padding === "same"
              ? { ...window, stride: 1, dilation: window.stride, padding }
              : { ...window, padding },
          ) as [NaiveWindow, NaiveWindow];
          check(
            [
              reals([1, rows.length, columns.length, 2]),
              reals([rows.window.size, columns.window.size, 2, 2]),
            ],
            (x, kernel) =>
              conv2d(x, kernel, {
                strides: [windows[0].stride, windows[1].stride],
                dilations: [windows[0].dilation, windows[1].dilation],
                padding,
              }),
            (x, kernel) => convByLoops(x, kernel, windows),
          );
        },
      ),
      { ...settings, numRuns: 40 },
    );
  });

  test("conv1dTranspose is the transpose of conv1d: ⟨conv1d(x), y⟩ = ⟨x, conv1dTranspose(y)⟩", () => {
    fc.assert(
      fc.property(axes(["valid"]), upTo(3), ({ length, window }, features) => {
        const { size, stride, dilation } = window;
        const random = new Random("adjoint");
        const kernel = reals([size, features, 2])(random);
        // The length that the transpose gives back: nothing is left over past the last window, and the outputs tile the stride.
        const reach = (size - 1) * dilation + 1;
        const count = Math.floor((length - reach) / stride) + 1;
        const x = reals([1, (count - 1) * stride + Math.max(reach, stride), features])(random);
        const y = reals([1, count, 2])(random);
        const dot = (a: NdArray, b: NdArray) => {
          const other = b.toFloat64();
          return a.toFloat64().reduce((total, value, i) => total + value * (other[i] ?? Number.NaN), 0);
        };
        const forward = evaluateOne((t, k) => conv1d(t, k, { stride, dilation }), x, kernel);
        const back = evaluateOne((t, k) => conv1dTranspose(t, k, { stride, dilation }), y, kernel);
        expect(dot(forward, y)).toBeCloseTo(dot(x, back), 10);
      }),
      settings,
    );
  });

  test("pools", () => {
    fc.assert(
      fc.property(
        axes(["valid", "same"], { dilated: false }),
        axes(["valid"], { dilated: false }),
        ({ length, window }, columns) => {
          const { size, stride } = window;
          const padding = window.padding === "same" ? "same" : "valid";
          const plane: [NaiveWindow, NaiveWindow] = [window, { ...columns.window, padding }];
          const sizes = [size, columns.window.size] as const;
          const strides = [stride, columns.window.stride] as const;
          const biggest = (values: readonly number[]) => Math.max(...values);
          const [line, image] = [spaced([2, length, 2]), spaced([1, length, columns.length, 1])];
          check(
            [line],
            (x) => maxPool1d(x, size, { stride, padding }),
            (x) => poolByLoops(x, [window], biggest),
          );
          check(
            [line],
            (x) => averagePool1d(x, size, { stride, padding }),
            (x) => poolByLoops(x, [window], meanOf),
          );
          check(
            [image],
            (x) => maxPool2d(x, sizes, { strides, padding }),
            (x) => poolByLoops(x, plane, biggest),
          );
          check(
            [image],
            (x) => averagePool2d(x, sizes, { strides, padding }),
            (x) => poolByLoops(x, plane, meanOf),
          );
        },
      ),
      { ...settings, numRuns: 40 },
    );
  });
});

describe("where elements of a window are equal, the first takes the gradient, as in Keras", () => {
  const slopes = (compute: (x: Tensor) => Tensor, values: readonly number[], shape: readonly number[]) =>
    evaluateOne(
      (t) => grad((u: Tensor) => sum(compute(u)))(t),
      new NdArray(Float64Array.from(values), shape),
    ).toFloat64();

  test("in windows side by side", () => {
    const x = [2, 2, 1, 3, 3, 3];
    expect([...slopes((t) => maxPool1d(t, 3), x, [1, 6, 1])]).toEqual([1, 0, 0, 1, 0, 0]);
  });

  test("in windows that overlap", () => {
    // Windows [2, 2], [2, 1], [1, 1].
    expect([...slopes((t) => maxPool1d(t, 2, { stride: 1 }), [2, 2, 1, 1], [1, 4, 1])]).toEqual([1, 1, 1, 0]);
  });

  test("in a plane, in row-major order", () => {
    const x = [0, 5, 5, 5];
    expect([...slopes((t) => maxPool2d(t, 2), x, [1, 2, 2, 1])]).toEqual([0, 1, 0, 0]);
  });
});

const of =
  (dtype: DType) =>
  (...shape: number[]) =>
    input("x", { dtype, shape });
const [f32, f64, i64] = [of("float32"), of("float64"), of("int64")];

describe("what does not fit is named", () => {
  test.each<[what: string, attempt: () => unknown, message: string]>([
    [
      "features of other groups",
      () => conv1d(f32(1, 4, 6), f32(2, 2, 4), { groups: 2 }),
      "conv1d: a kernel float32[2, 2, 4] does not fit float32[1, 4, 6] in 2 groups: wants features / groups, and channels that the groups divide",
    ],
    [
      "channels that the groups do not divide",
      () => conv1d(f32(1, 4, 6), f32(2, 2, 4), { groups: 3 }),
      "conv1d: a kernel float32[2, 2, 4] does not fit float32[1, 4, 6] in 3 groups",
    ],
    [
      "half a group",
      () => conv1d(f32(1, 4, 6), f32(2, 2, 4), { groups: 1.5 }),
      "conv1d: groups is a positive whole number, got 1.5",
    ],
    [
      "stride and dilation at once",
      () => conv1d(f32(1, 9, 2), f32(2, 2, 3), { stride: 2, dilation: 2 }),
      "conv1d: one of stride and dilation is 1, as in Keras; got stride 2 and dilation 2",
    ],
    [
      "the same along two axes",
      () => conv2d(f32(1, 9, 9, 2), f32(2, 2, 2, 3), { strides: [1, 2], dilations: [3, 1] }),
      "conv2d: one of stride and dilation is 1, as in Keras; got stride 1, 2 and dilation 3, 1",
    ],
    [
      "an unknown padding",
      () => conv1d(f32(1, 4, 2), f32(2, 2, 3), { padding: "full" as never }),
      'conv1d: padding is one of "valid", "same", "causal", got "full"',
    ],
    [
      "a causal plane",
      () => conv2d(f32(1, 4, 4, 2), f32(2, 2, 2, 3), { padding: "causal" as never }),
      'conv2d: padding is one of "valid", "same", got "causal"',
    ],
    [
      "integers",
      () => conv1d(i64(1, 4, 2), i64(2, 2, 3)),
      "conv1d: wants a float tensor, got int64[1, 4, 2]",
    ],
    [
      "a kernel of no steps",
      () => conv1d(f32(1, 4, 2), f32(0, 2, 3)),
      "conv1d: a window of no steps over float32[1, 4, 2]",
    ],
    [
      "no steps",
      () => conv1d(f32(1, 0, 2), f32(1, 2, 3), { padding: "same" }),
      "conv1d: 0 steps are fewer than a window of 1, in float32[1, 0, 2]",
    ],
    [
      "too few columns",
      () => conv2d(f32(1, 4, 2, 2), f32(3, 3, 2, 3)),
      "conv2d: 2 columns are fewer than a window of 3, in float32[1, 4, 2, 2]",
    ],
    [
      "a line for a plane",
      () => conv2d(f32(1, 4, 2), f32(3, 3, 2, 3)),
      "conv2d: wants [batch, rows, columns, features], got float32[1, 4, 2]",
    ],
    [
      "a kernel for a line",
      () => conv2d(f32(1, 4, 4, 2), f32(3, 2, 3)),
      "conv2d: a kernel float32[3, 2, 3] does not fit float32[1, 4, 4, 2]: wants [kh, kw, features, channels]",
    ],
    [
      "three strides",
      () => conv2d(f32(1, 4, 4, 2), f32(3, 3, 2, 3), { strides: [1, 1, 1] as never }),
      "conv2d: strides is one number or a list of 2, got a list of 3",
    ],
    [
      "a depthwise kernel of other features",
      () => depthwiseConv1d(f32(1, 4, 2), f32(2, 3, 1)),
      "depthwiseConv1d: a kernel float32[2, 3, 1] does not fit float32[1, 4, 2]: wants [k, features, channels of a feature]",
    ],
    [
      "a transposed kernel turned round",
      () => conv1dTranspose(f32(1, 4, 2), f32(3, 2, 5)),
      "conv1dTranspose: a kernel float32[3, 2, 5] does not fit float32[1, 4, 2]: wants [k, channels, features]",
    ],
    [
      "an output padded by a stride",
      () => conv1dTranspose(f32(1, 4, 2), f32(3, 5, 2), { stride: 2, outputPadding: 2 }),
      "conv1dTranspose: outputPadding is a whole number from 0 up to below the stride of 2, got 2",
    ],
    [
      "a transposed convolution of nothing",
      () => conv1dTranspose(f32(1, 0, 2), f32(3, 5, 2)),
      "conv1dTranspose: a kernel float32[3, 5, 2] over float32[1, 0, 2] gives no steps",
    ],
    [
      "two dtypes",
      () => conv1d(f32(1, 4, 2), f64(2, 2, 3)),
      "float64[2, 2, 3] does not fit float32[1, 4, 2]",
    ],
    [
      "a pool that is too long",
      () => maxPool1d(f32(1, 4, 2), 5),
      "maxPool1d: 4 steps are fewer than a window of 5, in float32[1, 4, 2]",
    ],
    [
      "a pool by half a step",
      () => averagePool1d(f32(1, 4, 2), 2, { stride: 0.5 }),
      "averagePool1d: stride is a positive whole number, got 0.5",
    ],
    [
      "a pool of integers",
      () => maxPool2d(i64(1, 4, 4, 2), 2),
      "maxPool2d: wants a float tensor, got int64[1, 4, 4, 2]",
    ],
    [
      "a pool of three sizes",
      () => averagePool2d(f32(1, 4, 4, 2), [2, 2, 2] as never),
      "averagePool2d: size is one number or a list of 2, got a list of 3",
    ],
  ])("%s", (_, attempt, message) => {
    expect(attempt).toThrow(RecurraError);
    expect(attempt).toThrow(message);
  });
});
