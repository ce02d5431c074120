// How convolution and its transpose become ONNX: as its Conv, or as one product of gathered windows, whichever is faster.

import { sizeOf } from "../../tensor/shape.ts";
import { batchFactor } from "../batch.ts";
import type { Emitter, TensorType } from "../tensor.ts";
import type { ConvAttributes } from "./conv-form.ts";
import { padded, permuted, reshaped, type SizedForm, windowRows } from "./conv-windows.ts";
import { at } from "./sum.ts";
import { afterOf } from "./window.ts";

/**
 * The product takes over where its windows, gathered, are of at most so many elements and have rows of at least so many features.
 *
 * Measured with onnxruntime-node 1.30 on 2 cores of an AMD EPYC (AVX-512), float32, CPU milliseconds of one thread, for B, T, F -> C by
 * k taps. "conv" is Transpose, Conv, Transpose, since ONNX has the channels first; "product" is Gather and MatMul.
 *
 *     shape                      conv  product   windows (elements)
 *     8, 100, 128 -> 128, k 5    1.01     0.64    0.5 M
 *     32, 200, 64 -> 64, k 3     1.07     0.83    1.2 M
 *     32, 500, 64 -> 64, k 3     3.4      3.0     3.1 M
 *     32, 1000, 64 -> 64, k 2    4.5      4.7     4.1 M
 *     32, 500, 64 -> 128, k 8   13.0     18.1     8.2 M
 *     32, 500, 128 -> 256, k 5  28.0     41.5    10.2 M
 *     32, 500, 1 -> 64, k 3      0.08     0.26    0.05 M
 *     32, 200, 8 -> 64, k 3      0.13     0.15    0.15 M
 *
 * Windows made of slices and a concat (4.3 where the product takes 3.0, 46 for 41.5), and a sum of k shifted products (3.1, 44), are
 * never ahead by much. For 64 -> 64 in 8 groups, k 3: conv 0.36, a product by group 1.6, one with zeros between the groups 1.1.
 */
const limits = { elements: 3 * 2 ** 20, features: 16 };

/** x [B, …lengths, F], kernel [...sizes, F / groups, C] -> y [B, …counts, C] */
export function lowerConv(
  emitter: Emitter,
  x: string,
  kernel: string,
  attributes: ConvAttributes,
  [{ dtype, shape }, { shape: kernelShape }]: readonly [TensorType, TensorType],
): string {
  const [features, channels] = [at(shape, shape.length - 1), at(kernelShape, kernelShape.length - 1)];
  const form = { ...attributes, batch: at(shape, 0), features, channels };
  return convolution(emitter, x, kernel, form, dtype);
}

function convolution(
  emitter: Emitter,
  x: string,
  kernel: string,
  form: SizedForm,
  dtype: TensorType["dtype"],
): string {
  const { axes, groups, batch, features } = form;
  const elements = batch * features * sizeOf(axes.map(({ count, size }) => count * size));
  const isProductFaster =
    groups === 1 &&
    features >= limits.features &&
    elements <= limits.elements &&
    batchFactor(batch) === undefined;
  // ONNX Runtime's Conv is float32 alone.
  return dtype !== "float32" || isProductFaster
    ? productOfWindows(emitter, x, kernel, form)
    : convNode(emitter, x, kernel, form);
}

function convNode(emitter: Emitter, x: string, kernel: string, { axes, groups }: SizedForm): string {
  const spatial = axes.map((_, i) => i);
  const [before, after] = [axes.map((axis) => axis.before), axes.map(afterOf)];
  // Elements left over past the last window are to make no further one.
  const isCut = axes.some((axis) => afterOf(axis) <= -axis.stride);
  const input = isCut ? padded(emitter, x, before, after) : x;
  const none = axes.map(() => 0);
  const y = emitter.one(
    "Conv",
    [
      emitter.one("Transpose", [input], { perm: [0, axes.length + 1, ...spatial.map((axis) => axis + 1)] }),
      emitter.one("Transpose", [kernel], { perm: [axes.length + 1, axes.length, ...spatial] }),
    ],
    {
      kernel_shape: axes.map(({ size }) => size),
      strides: axes.map(({ stride }) => stride),
      dilations: axes.map(({ dilation }) => dilation),
      pads: isCut ? [...none, ...none] : [...before, ...after.map((width) => Math.max(width, 0))],
      group: groups,
    },
  );
  return emitter.one("Transpose", [y], { perm: [0, ...spatial.map((axis) => axis + 2), 1] });
}

function productOfWindows(emitter: Emitter, x: string, kernel: string, form: SizedForm): string {
  const { axes, groups, batch, features, channels } = form;
  const rows = windowRows(emitter, x, form);
  const inner = (sizeOf(axes.map(({ size }) => size)) * features) / groups;
  const shape = [batch, ...axes.map(({ count }) => count), channels];
  if (groups === 1) {
    const matrix = reshaped(emitter, kernel, [inner, channels]);
    return reshaped(emitter, emitter.one("MatMul", [rows, matrix]), shape);
  }
  const split = reshaped(emitter, kernel, [inner, groups, channels / groups]);
  const matrices = emitter.one("Transpose", [split], { perm: [1, 0, 2] });
  const y = emitter.one("MatMul", [rows, matrices]);
  return reshaped(emitter, emitter.one("Transpose", [y], { perm: [1, 0, 2] }), shape);
}

/**
 * y [B, …counts, C], kernel [...sizes, F / groups, C] -> x [B, …lengths, F].
 *
 * With stride s, place b·s + p of x gets what y[b - q] · kernel[q·s + p] says, over all q: a convolution of y that gives s places at
 * once, its channels; with stride 1 it is the kernel turned round. ONNX's ConvTranspose is slower: 6.0 for 1.5 milliseconds (32, 500,
 * 64 -> 64, k 3, stride 2).
 */
export function lowerConvTranspose(
  emitter: Emitter,
  y: string,
  kernel: string,
  { axes, groups }: ConvAttributes,
  [{ dtype, shape }, { shape: kernelShape }]: readonly [TensorType, TensorType],
): string {
  const [batch, channels] = [at(shape, 0), at(shape, shape.length - 1)];
  const sizes = { features: at(kernelShape, axes.length), channels: channels / groups };
  const strides = axes.map(({ stride }) => stride);
  const blocks = axes.map(({ length, count, size, stride, dilation, before }) => {
    const [taps, first] = [Math.ceil(size / stride), Math.floor(before / stride)];
    const blockCount = Math.floor((before + length - 1) / stride) - first + 1;
    return {
      length: count,
      count: blockCount,
      size: taps,
      stride: 1,
      dilation,
      before: (taps - 1) * dilation - first,
      start: before - first * stride,
    };
  });
  const turned = blockKernel(emitter, kernel, axes, groups, sizes);
  const width = groups * sizes.features;
  const form = { axes: blocks, groups, batch, features: channels, channels: width * sizeOf(strides) };
  const made = convolution(emitter, y, turned, form, dtype);
  const whole = joinBlocks(
    emitter,
    made,
    batch,
    blocks.map(({ count }) => count),
    [groups, ...strides, sizes.features],
  );
  const cut = axes.flatMap(({ length, stride }, i) => {
    const block = blocks[i];
    return block === undefined || block.count * stride === length
      ? []
      : [{ axis: i + 1, start: block.start, end: block.start + length }];
  });
  return cut.length === 0
    ? whole
    : emitter.one("Slice", [
        whole,
        emitter.int64s(cut.map(({ start }) => start)),
        emitter.int64s(cut.map(({ end }) => end)),
        emitter.int64s(cut.map(({ axis }) => axis)),
      ]);
}

/** [...sizes, f, groups·c] -> [...taps, c, groups·strides·f], with zeros for the taps that a last block lacks, and turned round. */
function blockKernel(
  emitter: Emitter,
  kernel: string,
  axes: ConvAttributes["axes"],
  groups: number,
  { features, channels }: { readonly features: number; readonly channels: number },
): string {
  const taps = axes.map(({ size, stride }) => Math.ceil(size / stride));
  const missing = axes.map(({ size, stride }, i) => (taps[i] ?? 0) * stride - size);
  const full = missing.every((count) => count === 0)
    ? kernel
    : emitter.one("Pad", [kernel, emitter.int64s([...axes.flatMap(() => 0), 0, 0, ...missing, 0, 0])]);
  const parts = [...axes.flatMap(({ stride }, i) => [taps[i] ?? 0, stride]), features, groups, channels];
  const apart = reshaped(emitter, full, parts);
  const turning = taps.flatMap((count, i) => (count > 1 ? [2 * i] : []));
  const turned =
    turning.length === 0
      ? apart
      : emitter.one("Slice", [
          apart,
          emitter.int64s(turning.map(() => -1)),
          emitter.int64s(turning.map(() => Number.MIN_SAFE_INTEGER)),
          emitter.int64s(turning),
          emitter.int64s(turning.map(() => -1)),
        ]);
  const rank = axes.length;
  const [tapAxes, strideAxes] = [axes.map((_, i) => 2 * i), axes.map((_, i) => 2 * i + 1)];
  const order = [...tapAxes, 2 * rank + 2, 2 * rank + 1, ...strideAxes, 2 * rank];
  const strides = sizeOf(axes.map(({ stride }) => stride));
  return permuted(emitter, turned, parts, order, [...taps, channels, groups * strides * features]);
}

/** [B, …counts, groups·strides·f] -> [B, …(counts·strides), groups·f] */
function joinBlocks(
  emitter: Emitter,
  x: string,
  batch: number,
  counts: readonly number[],
  parts: readonly number[],
): string {
  const [groups = 1, ...strides] = parts.slice(0, -1);
  if (strides.every((stride) => stride === 1)) return x;
  const rank = counts.length;
  const order = [0, ...counts.flatMap((_, i) => [i + 1, i + rank + 2]), rank + 1, 2 * rank + 2];
  return permuted(emitter, x, [batch, ...counts, ...parts], order, [
    batch,
    ...counts.map((count, i) => count * (strides[i] ?? 1)),
    groups * (parts.at(-1) ?? 1),
  ]);
}
