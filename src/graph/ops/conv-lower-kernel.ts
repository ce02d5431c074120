// How the gradient of a convolution's kernel becomes ONNX.

import type { DType } from "../../tensor/dtype.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { batchFactor } from "../batch.ts";
import type { Emitter, TensorType } from "../tensor.ts";
import type { ConvAttributes } from "./conv-form.ts";
import { padded, permuted, reshaped, type SizedForm, windowRows } from "./conv-windows.ts";
import { at } from "./sum.ts";
import { afterOf, type WindowAxis } from "./window.ts";

/**
 * x [B, …lengths, F], y [B, …counts, C] -> kernel [...sizes, F / groups, C].
 *
 * A Conv of x as an image gathers nothing and is the fastest of three forms, with two exceptions. Measured as in conv-lower.ts, B, T,
 * F -> C by k taps; "product" is that of the gathered windows with y:
 *
 *     shape                      image  product
 *     32, 200, 64 -> 64, k 3      1.02     1.5
 *     32, 500, 64 -> 128, k 8    13.9     15.3
 *     32, 1000, 128 -> 64, k 5   20.0     24.0
 *     32, 200, 16 -> 64, k 3      0.38     0.26
 *     32, 500, 1 -> 128, k 8      1.8      1.1
 *
 * With a feature a group, 32, 500, 64, k 3: image 5.6, an elementwise product and a sum for each tap 1.5.
 */
export function lowerConvKernel(
  emitter: Emitter,
  x: string,
  y: string,
  attributes: ConvAttributes,
  [{ dtype, shape }, { shape: yShape }]: readonly [TensorType, TensorType],
): string {
  const { axes, groups } = attributes;
  const [features, channels] = [at(shape, shape.length - 1), at(yShape, yShape.length - 1)];
  const form = { ...attributes, batch: at(shape, 0), features, channels };
  const inner = features * sizeOf(axes.map(({ size }) => size));
  if (groups > 1 && features === groups) return sumsOfTaps(emitter, x, y, form, dtype);
  // ONNX Runtime's Conv is float32 alone.
  if (dtype !== "float32" || (groups === 1 && inner < channels)) return product(emitter, x, y, form);
  return convOfImage(emitter, x, y, form);
}

function product(emitter: Emitter, x: string, y: string, form: SizedForm): string {
  const { axes, groups, batch, features, channels } = form;
  const [rows, sizes] = [batch * sizeOf(axes.map(({ count }) => count)), axes.map(({ size }) => size)];
  const shape = [...sizes, features / groups, channels];
  const windows = windowRows(emitter, x, form);
  if (groups === 1) {
    const table = reshaped(emitter, y, [rows, channels]);
    return reshaped(emitter, emitter.one("Gemm", [windows, table], { transA: 1 }), shape);
  }
  const split = reshaped(emitter, y, [rows, groups, channels / groups]);
  const kernels = emitter.one("MatMul", [
    emitter.one("Transpose", [windows], { perm: [0, 2, 1] }),
    emitter.one("Transpose", [split], { perm: [1, 0, 2] }),
  ]);
  return reshaped(emitter, emitter.one("Transpose", [kernels], { perm: [1, 0, 2] }), shape);
}

const single: WindowAxis = { length: 1, count: 1, size: 1, stride: 1, dilation: 1, before: 0 };

/**
 * x is one image of H × W·F pixels, whose channels are the samples, and y, with its channels in front, the kernel that runs over it. A
 * window of this Conv meets, for one tap and feature, the elements of x that y is multiplied by: its strides are the dilation of the
 * convolution, and its dilation the strides.
 */
function convOfImage(emitter: Emitter, x: string, y: string, form: SizedForm): string {
  const { axes, groups, batch, channels } = form;
  const features = form.features / groups;
  const [high = single, wide = single] = axes;
  const isCut = axes.some((axis) => afterOf(axis) < 0);
  const input = isCut
    ? padded(
        emitter,
        x,
        axes.map(({ before }) => before),
        axes.map(afterOf),
      )
    : x;
  const extent = (axis: WindowAxis) => axis.length + (isCut ? axis.before + afterOf(axis) : 0);
  const split = [batch, extent(high) * extent(wide), groups, features];
  const pixels = [groups * batch, extent(high), extent(wide) * features];
  const image = permuted(emitter, input, split, [2, 0, 1, 3], [1, ...pixels]);
  const filters = [channels, batch, high.count, wide.count];
  const filter = permuted(emitter, y, [batch, ...filters.slice(2), channels], [3, 0, 1, 2], filters);
  const edges = [high.before, wide.before * features, afterOf(high), afterOf(wide) * features];
  const kernel = emitter.one("Conv", [image, filter], {
    kernel_shape: [high.count, wide.count],
    strides: [high.dilation, 1],
    dilations: [high.stride, wide.stride * features],
    pads: isCut ? [0, 0, 0, 0] : edges,
    group: groups,
  });
  // [1, C, kh, (kw - 1)·dilation·F + F] -> [kh, kw, F, C]
  const places = (wide.size - 1) * wide.dilation + 1;
  const all = reshaped(emitter, kernel, [channels, high.size, places, features]);
  const taps =
    wide.dilation === 1
      ? all
      : emitter.one("Slice", [
          all,
          emitter.int64s([0]),
          emitter.int64s([places]),
          emitter.int64s([2]),
          emitter.int64s([wide.dilation]),
        ]);
  const shape = [channels, high.size, wide.size, features];
  const sizes = axes.map(({ size }) => size);
  return permuted(emitter, taps, shape, [1, 2, 3, 0], [...sizes, features, channels]);
}

/** For one feature a group: the elements that a tap meets, times y, summed over samples and windows. */
function sumsOfTaps(emitter: Emitter, x: string, y: string, form: SizedForm, dtype: DType): string {
  const { axes, groups, batch, channels } = form;
  const counts = axes.map(({ count }) => count);
  const after = axes.map((axis) => Math.max(afterOf(axis), 0));
  const whole = padded(
    emitter,
    x,
    axes.map(({ before }) => before),
    after,
  );
  const spatial = emitter.int64s(axes.map((_, i) => i + 1));
  const table = reshaped(emitter, y, [batch, ...counts, groups, channels / groups]);
  let taps: readonly (readonly number[])[] = [[]];
  for (const { size, dilation } of axes) {
    taps = taps.flatMap((tap) => Array.from({ length: size }, (_, j) => [...tap, j * dilation]));
  }
  // A product with ones adds up rows faster than ReduceSum: 0.05 in place of 0.22 milliseconds for 16,000 rows of 64 on 2 threads.
  const rows = batch * sizeOf(counts);
  const ones =
    batchFactor(batch) === undefined ? emitter.constant(NdArray.full([1, rows], 1, dtype)) : undefined;
  const sums = taps.map((starts) => {
    const met = emitter.one("Slice", [
      whole,
      emitter.int64s(starts),
      emitter.int64s(axes.map(({ count, stride }, i) => (starts[i] ?? 0) + (count - 1) * stride + 1)),
      spatial,
      emitter.int64s(axes.map(({ stride }) => stride)),
    ]);
    const products = emitter.one("Mul", [reshaped(emitter, met, [batch, ...counts, groups, 1]), table]);
    return ones === undefined
      ? emitter.one("ReduceSum", [products, emitter.int64s([0, ...axes.map((_, i) => i + 1)])], {
          keepdims: 0,
        })
      : emitter.one("MatMul", [ones, reshaped(emitter, products, [rows, channels])]);
  });
  const kernel = sums.length === 1 ? sums[0] : emitter.one("Concat", sums, { axis: 0 });
  return reshaped(emitter, kernel ?? "", [...axes.map(({ size }) => size), 1, channels]);
}
