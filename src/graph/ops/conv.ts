// Convolution in one and two dimensions, depthwise and transposed, with Keras' conventions: channels last, kernels as Keras stores them.

import { RecurraError } from "../../platform/error.ts";
import { apply } from "../op.ts";
import { formatType, type Tensor } from "../tensor.ts";
import { convOp, convTransposeOp } from "./conv-op.ts";
import { slice } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { at, reshape } from "./sum.ts";
import {
  checkWindowOptions,
  type Padding,
  perAxis,
  reachOf,
  spatialUnits,
  type WindowAxis,
  windowAxes,
} from "./window.ts";

export interface Conv1dOptions {
  /** Steps from a window to the next. Default 1. */
  readonly stride?: number;
  /** Steps between the elements of a window; one of it and `stride` is 1. Default 1. */
  readonly dilation?: number;
  /** Default "valid". */
  readonly padding?: Padding;
  /** Into how many groups features and channels are cut, each convolved by itself. Default 1. */
  readonly groups?: number;
}

export type DepthwiseConv1dOptions = Omit<Conv1dOptions, "groups">;

export interface Conv2dOptions {
  /** Rows and columns from a window to the next: one number for both, or two. Default 1. */
  readonly strides?: number | readonly [number, number];
  /** Rows and columns between the elements of a window; either they or the strides are 1. Default 1. */
  readonly dilations?: number | readonly [number, number];
  /** Default "valid". */
  readonly padding?: "valid" | "same";
  /** As in {@link Conv1dOptions}. */
  readonly groups?: number;
}

export interface Conv1dTransposeOptions {
  /** Steps of the output for one of the input. Default 1. */
  readonly stride?: number;
  /** Steps between the elements of the kernel; one of it and `stride` is 1. Default 1. */
  readonly dilation?: number;
  /** Default "valid". */
  readonly padding?: "valid" | "same";
  /** Steps added at the end of the output, fewer than `stride`. By default as many as make it T·stride, or more for a longer kernel. */
  readonly outputPadding?: number;
}

/**
 * Convolution over time (cross-correlation, as in Keras).
 *
 * @param x [B, T, F]
 * @param kernel [k, F / groups, C]
 * @returns [B, T', C]
 * @throws RecurraError `window-shape`, `window-option` for tensors and options that do not fit
 */
export function conv1d(x: Tensor, kernel: Tensor, options: Conv1dOptions = {}): Tensor {
  const { stride = 1, dilation = 1, padding = "valid", groups = 1 } = options;
  checkWindowOptions("conv1d", { stride, dilation, groups }, padding, ["valid", "same", "causal"]);
  return convolve("conv1d", x, kernel, { strides: [stride], dilations: [dilation], padding, groups });
}

/**
 * Convolution over rows and columns.
 *
 * @param x [B, H, W, F]
 * @param kernel [kh, kw, F / groups, C]
 * @returns [B, H', W', C]
 * @throws RecurraError `window-shape`, `window-option` for tensors and options that do not fit
 */
export function conv2d(x: Tensor, kernel: Tensor, options: Conv2dOptions = {}): Tensor {
  const { padding = "valid", groups = 1 } = options;
  const strides = perAxis("conv2d", "strides", options.strides ?? 1, 2);
  const dilations = perAxis("conv2d", "dilations", options.dilations ?? 1, 2);
  checkWindowOptions("conv2d", { strides, dilations, groups }, padding, ["valid", "same"]);
  return convolve("conv2d", x, kernel, { strides, dilations, padding, groups });
}

/**
 * Convolution of each feature by itself, with M kernels each.
 *
 * @param x [B, T, F]
 * @param kernel [k, F, M]
 * @returns [B, T', F·M]: the M channels of a feature lie together
 * @throws RecurraError `window-shape`, `window-option` for tensors and options that do not fit
 */
export function depthwiseConv1d(x: Tensor, kernel: Tensor, options: DepthwiseConv1dOptions = {}): Tensor {
  const { stride = 1, dilation = 1, padding = "valid" } = options;
  const what = "depthwiseConv1d";
  checkWindowOptions(what, { stride, dilation }, padding, ["valid", "same", "causal"]);
  const [size = 0, features = 0, channels = 0] = kernel.shape;
  checkOperands(what, x, kernel, 1, features === x.shape[2], "[k, features, channels of a feature]");
  const grouped = reshape(kernel, [size, 1, features * channels]);
  return convolve(what, x, grouped, { strides: [stride], dilations: [dilation], padding, groups: features });
}

/**
 * The transpose of a convolution over time, which spreads each step over k steps of the output, `stride` apart.
 *
 * @param x [B, T, F]
 * @param kernel [k, C, F]
 * @returns [B, T', C]; T' is T·stride where the padding is "same" or k is at most the stride, else (T - 1)·stride + (k - 1)·dilation + 1
 * @throws RecurraError `window-shape`, `window-option` for tensors and options that do not fit
 */
export function conv1dTranspose(x: Tensor, kernel: Tensor, options: Conv1dTransposeOptions = {}): Tensor {
  const { stride = 1, dilation = 1, padding = "valid", outputPadding } = options;
  const what = "conv1dTranspose";
  checkWindowOptions(what, { stride, dilation }, padding, ["valid", "same"]);
  checkStridesOrDilations(what, [stride], [dilation]);
  checkOperands(what, x, kernel, 1, kernel.shape[2] === x.shape[2], "[k, channels, features]");
  if (
    outputPadding !== undefined &&
    !(Number.isInteger(outputPadding) && outputPadding >= 0 && outputPadding < stride)
  ) {
    throw new RecurraError(
      "window-option",
      `${what}: outputPadding is a whole number from 0 up to below the stride of ${stride}, got ${outputPadding}`,
    );
  }
  const [count, size] = [at(x.shape, 1), at(kernel.shape, 0)];
  if (count < 1 || size < 1) {
    throw new RecurraError(
      "window-shape",
      `${what}: a kernel ${formatType(kernel)} over ${formatType(x)} gives no steps`,
    );
  }
  const axis = {
    count,
    size,
    stride,
    dilation,
    ...transposedExtent(count, reachOf({ size, dilation }), options),
  };
  return apply(convTransposeOp, [x, kernel], { axes: [axis], groups: 1 });
}

/**
 * The length of a transposed convolution's output, and how many of its first steps are cut off.
 * Source: Keras 3.15, backend/common/backend_utils.py, the rule for JAX.
 */
function transposedExtent(
  count: number,
  reach: number,
  { stride = 1, padding = "valid", outputPadding }: Conv1dTransposeOptions,
): Pick<WindowAxis, "length" | "before"> {
  const least = (count - 1) * stride;
  if (padding === "valid") {
    return { length: least + reach + (outputPadding ?? Math.max(stride - reach, 0)), before: 0 };
  }
  const added = outputPadding ?? stride - (reach % 2);
  const kept = Math.ceil((reach + (reach % 2) - 2 + added) / 2);
  return { length: least + (reach % 2) + added, before: reach - 1 - Math.min(kept, reach - 1) };
}

interface Convolution {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: Padding;
  readonly groups: number;
}

function convolve(
  what: string,
  x: Tensor,
  kernel: Tensor,
  { strides, dilations, padding, groups }: Convolution,
): Tensor {
  const rank = strides.length;
  checkStridesOrDilations(what, strides, dilations);
  const fits = at(kernel.shape, rank) * groups === x.shape[rank + 1];
  const wanted = `[${rank === 1 ? "k" : "kh, kw"}, features, channels]`;
  checkOperands(what, x, kernel, rank, fits || groups > 1, wanted);
  if (!fits || at(kernel.shape, rank + 1) % groups !== 0) {
    throw new RecurraError(
      "window-shape",
      `${what}: a kernel ${formatType(kernel)} does not fit ${formatType(x)} in ${groups} groups: wants features / groups, and channels that the groups divide`,
    );
  }
  const windows = strides.map((stride, i) => ({
    size: at(kernel.shape, i),
    stride,
    dilation: at(dilations, i),
  }));
  const axes = windowAxes(what, x, windows, padding);
  if (groups === 1 && axes.every(({ size }) => size === 1)) return pointwise(x, kernel, axes);
  return apply(convOp, [x, kernel], { axes, groups });
}

/** A kernel of one element: a plain product. */
function pointwise(x: Tensor, kernel: Tensor, axes: readonly WindowAxis[]): Tensor {
  const met = axes.reduce((taken, { stride }, i) => slice(taken, i + 1, 0, undefined, stride), x);
  return matmul(met, reshape(kernel, kernel.shape.slice(axes.length)));
}

function checkStridesOrDilations(
  what: string,
  strides: readonly number[],
  dilations: readonly number[],
): void {
  if (Math.max(...strides) > 1 && Math.max(...dilations) > 1) {
    throw new RecurraError(
      "window-option",
      `${what}: one of stride and dilation is 1, as in Keras; got stride ${strides.join(", ")} and dilation ${dilations.join(", ")}`,
    );
  }
}

/** Checks the ranks and dtypes of a tensor and a kernel; `wanted` is the shape of a kernel that fits. */
function checkOperands(
  what: string,
  x: Tensor,
  kernel: Tensor,
  rank: number,
  fits: boolean,
  wanted: string,
): void {
  spatialUnits(what, x, rank);
  if (kernel.rank !== rank + 2 || kernel.dtype !== x.dtype || !fits) {
    throw new RecurraError(
      "window-shape",
      `${what}: a kernel ${formatType(kernel)} does not fit ${formatType(x)}: wants ${wanted}`,
    );
  }
}
