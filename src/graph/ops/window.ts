// Sliding windows over time: convolution and pooling in one dimension, made of slices and one product.

import { RecurraError } from "../../platform/error.ts";
import { ndarray } from "../../tensor/nd-array.ts";
import { formatType, type Tensor } from "../tensor.ts";
import { div } from "./arithmetic.ts";
import { concat, pad, slice, stack } from "./layout.ts";
import { constant } from "./leaf.ts";
import { matmul } from "./matmul.ts";
import { max } from "./reduce.ts";
import { at, reshape, sum } from "./sum.ts";

/** "valid": windows inside the input only. "same": ⌈n / stride⌉ outputs, the smaller half of the padding on the left. "causal": padded on the left alone. */
export type Padding = "valid" | "same" | "causal";

export interface WindowOptions {
  /** Steps from a window to the next. Default 1. */
  readonly stride?: number;
  /** Steps between the elements of a window. Default 1. */
  readonly dilation?: number;
  /** Default "valid". */
  readonly padding?: Padding;
}

interface Windows {
  /** The k-th tensor holds the k-th element of each window: [B, T', F]. */
  readonly elements: readonly Tensor[];
  readonly left: number;
  readonly count: number;
}

/** The windows of x [B, T, F], padded with a value. */
function windows(what: string, x: Tensor, size: number, options: WindowOptions, value: number): Windows {
  const { stride = 1, dilation = 1, padding = "valid" } = options;
  for (const [name, number] of Object.entries({ size, stride, dilation })) {
    if (!Number.isInteger(number) || number < 1) {
      throw new RecurraError("window-option", `${what}: ${name} is a positive whole number, got ${number}`);
    }
  }
  if (x.rank !== 3)
    throw new RecurraError("window-shape", `${what}: wants [batch, steps, features], got ${formatType(x)}`);
  const steps = at(x.shape, 1);
  const reach = (size - 1) * dilation + 1;
  const sameCount = Math.ceil(steps / stride);
  const total =
    padding === "same"
      ? Math.max((sameCount - 1) * stride + reach - steps, 0)
      : padding === "causal"
        ? reach - 1
        : 0;
  const left = padding === "causal" ? total : Math.floor(total / 2);
  const padded = pad(x, 1, left, total - left, value);
  const count = Math.floor((steps + total - reach) / stride) + 1;
  if (count < 1) {
    throw new RecurraError(
      "window-shape",
      `${what}: ${steps} steps are fewer than a window of ${reach}, in ${formatType(x)}`,
    );
  }
  const elements = Array.from({ length: size }, (_, k) => {
    const start = k * dilation;
    return slice(padded, 1, start, start + (count - 1) * stride + 1, stride);
  });
  return { elements, left, count };
}

/**
 * Convolution over time (cross-correlation, as in Keras): x [B, T, F], kernel [k, F, C] -> [B, T', C].
 */
export function conv1d(x: Tensor, kernel: Tensor, options: WindowOptions = {}): Tensor {
  const [size = 0, features, channels = 0] = kernel.shape;
  if (kernel.rank !== 3 || features !== x.shape[2]) {
    throw new RecurraError(
      "window-shape",
      `conv1d: a kernel ${formatType(kernel)} does not fit ${formatType(x)}: wants [k, features, channels]`,
    );
  }
  const { elements } = windows("conv1d", x, size, options, 0);
  return matmul(concat(elements, 2), reshape(kernel, [-1, channels]));
}

/** The largest element of each window over time: x [B, T, F] -> [B, T', F]. `stride` defaults to `size`. */
export function maxPool1d(x: Tensor, size: number, options: WindowOptions = {}): Tensor {
  const { elements } = windows("maxPool1d", x, size, { stride: size, ...options }, Number.NEGATIVE_INFINITY);
  return max(stack(elements, 2), 2);
}

/** The mean of the real elements of each window over time: x [B, T, F] -> [B, T', F]. `stride` defaults to `size`. */
export function averagePool1d(x: Tensor, size: number, options: WindowOptions = {}): Tensor {
  const { stride = size, dilation = 1 } = options;
  const { elements, left, count } = windows("averagePool1d", x, size, { ...options, stride }, 0);
  const steps = at(x.shape, 1);
  const real = Array.from({ length: count }, (_, i) => {
    const places = Array.from({ length: size }, (_, k) => i * stride + k * dilation - left);
    return places.filter((place) => place >= 0 && place < steps).length;
  });
  const total = sum(stack(elements, 2), 2);
  return div(total, constant(ndarray(real, { shape: [count, 1], dtype: x.dtype })));
}
