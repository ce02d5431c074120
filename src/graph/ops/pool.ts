// Pooling in one and two dimensions: the largest or the mean element of each window. Global pooling is a plain `max` or `mean`.

import { ndarray } from "../../tensor/nd-array.ts";
import type { Tensor } from "../tensor.ts";
import { add, cast, greaterEqual, mul, sub } from "./arithmetic.ts";
import { binary, binaryOp } from "./elementwise.ts";
import { pad, slice, split } from "./layout.ts";
import { constant } from "./leaf.ts";
import { at, reshape } from "./sum.ts";
import { checkWindowOptions, perAxis, placesOf, type WindowAxis, windowAxes } from "./window.ts";

export interface Pool1dOptions {
  /** Steps from a window to the next. Default: the size of a window. */
  readonly stride?: number;
  /** Default "valid". */
  readonly padding?: "valid" | "same";
}

export interface Pool2dOptions {
  /** Rows and columns from a window to the next: one number for both, or two. Default: the size of a window. */
  readonly strides?: number | readonly [number, number];
  /** Default "valid". */
  readonly padding?: "valid" | "same";
}

/**
 * The larger of a and b, whose gradient goes to a where they are equal, so that in a window it goes to the first of the largest
 * elements, as in Keras.
 */
export const firstMaximumOp = binaryOp("firstMaximum", {
  gradient(dy, a, b) {
    const da = mul(dy, cast(greaterEqual(a, b), dy.dtype));
    return [() => da, () => sub(dy, da)];
  },
  formula: (a, b) => Math.max(a, b),
  onnx: "Max",
});
const firstMaximum = binary(firstMaximumOp);

/**
 * The largest element of each window over time: x [B, T, F] -> [B, T', F].
 *
 * @param size steps of a window
 * @throws RecurraError `window-shape`, `window-option` for a tensor and options that do not fit
 */
export function maxPool1d(x: Tensor, size: number, options: Pool1dOptions = {}): Tensor {
  return maxPool(x, layout("maxPool1d", x, 1, size, options.stride, options.padding, "stride"));
}

/**
 * The mean of the real elements of each window over time, padding left out: x [B, T, F] -> [B, T', F].
 *
 * @param size steps of a window
 * @throws RecurraError `window-shape`, `window-option` for a tensor and options that do not fit
 */
export function averagePool1d(x: Tensor, size: number, options: Pool1dOptions = {}): Tensor {
  return averagePool(x, layout("averagePool1d", x, 1, size, options.stride, options.padding, "stride"));
}

/**
 * The largest element of each window over rows and columns: x [B, H, W, F] -> [B, H', W', F].
 *
 * @param size rows and columns of a window: one number for both, or two
 * @throws RecurraError `window-shape`, `window-option` for a tensor and options that do not fit
 */
export function maxPool2d(
  x: Tensor,
  size: number | readonly [number, number],
  options: Pool2dOptions = {},
): Tensor {
  return maxPool(x, layout("maxPool2d", x, 2, size, options.strides, options.padding, "strides"));
}

/**
 * The mean of the real elements of each window over rows and columns, padding left out: x [B, H, W, F] -> [B, H', W', F].
 *
 * @param size rows and columns of a window: one number for both, or two
 * @throws RecurraError `window-shape`, `window-option` for a tensor and options that do not fit
 */
export function averagePool2d(
  x: Tensor,
  size: number | readonly [number, number],
  options: Pool2dOptions = {},
): Tensor {
  return averagePool(x, layout("averagePool2d", x, 2, size, options.strides, options.padding, "strides"));
}

/** The windows along each spatial axis. */
function layout(
  what: string,
  x: Tensor,
  rank: 1 | 2,
  size: number | readonly number[],
  given: number | readonly number[] = size,
  padding: "valid" | "same" = "valid",
  name: string,
): readonly WindowAxis[] {
  const [sizes, strides] = [perAxis(what, "size", size, rank), perAxis(what, name, given, rank)];
  checkWindowOptions(what, { size: sizes, [name]: strides }, padding, ["valid", "same"]);
  const windows = sizes.map((one, i) => ({ size: one, stride: at(strides, i), dilation: 1 }));
  return windowAxes(what, x, windows, padding);
}

/** Columns before rows, so that among equal elements the first in row-major order wins. */
function maxPool(x: Tensor, axes: readonly WindowAxis[]): Tensor {
  return axes.reduceRight(
    (result, window, i) =>
      windowElements(result, i + 1, window, Number.NEGATIVE_INFINITY).reduce((a, b) => firstMaximum(a, b)),
    x,
  );
}

function averagePool(x: Tensor, axes: readonly WindowAxis[]): Tensor {
  return axes.reduceRight((result, window, i) => {
    const total = windowElements(result, i + 1, window, 0).reduce((a, b) => add(a, b));
    return mul(total, shares(window, total, i + 1));
  }, x);
}

/** 1 / the number of real elements of each window. */
function shares(window: WindowAxis, { dtype, rank }: Tensor, axis: number): Tensor {
  const places = placesOf([window]);
  const values = Array.from({ length: window.count }, (_, i) => {
    const row = places.subarray(i * window.size, (i + 1) * window.size);
    return 1 / row.filter((place) => place >= 0).length;
  });
  const isSame = values.every((value) => value === values[0]);
  const shape = Array.from({ length: rank - axis }, (_, i) => (i === 0 && !isSame ? window.count : 1));
  return constant(ndarray(isSame ? values.slice(0, 1) : values, { shape, dtype }));
}

/**
 * The k-th tensor holds the k-th element of each window along an axis. The axis is cut into blocks of a stride first, so that no slice
 * takes steps: its gradient would put its elements back one by one.
 */
function windowElements(x: Tensor, axis: number, window: WindowAxis, value: number): readonly Tensor[] {
  const { length, count, size, stride, before } = window;
  const blocks = count + Math.ceil(size / stride) - 1;
  const after = blocks * stride - before - length;
  const whole = pad(slice(x, axis, 0, length + Math.min(after, 0)), axis, before, Math.max(after, 0), value);
  // [.., blocks·stride, ..] -> [.., blocks, 1, ..] for each place in a block
  const apart = reshape(whole, whole.shape.toSpliced(axis, 1, blocks, stride));
  const phases = split(apart, stride, axis + 1).map((phase) =>
    reshape(phase, phase.shape.toSpliced(axis + 1, 1)),
  );
  return Array.from({ length: size }, (_, k) => {
    const first = Math.floor(k / stride);
    const phase = phases[k % stride];
    if (phase === undefined) throw new RangeError(`no place ${k % stride} in a block of ${stride}`);
    return slice(phase, axis, first, first + count);
  });
}
