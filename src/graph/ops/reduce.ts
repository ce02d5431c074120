// Reductions other than the sum, softmax, and cumulative sums.

import { RecurraError } from "../../platform/error.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { normalizeAxis, sizeOf } from "../../tensor/shape.ts";
import { apply, op } from "../op.ts";
import type { Op, Value } from "../tensor.ts";
import { formatType, type Tensor, type TensorType } from "../tensor.ts";
import { add, cast, div, equal, greater, log, mul, select, stopGradient, sub } from "./arithmetic.ts";
import { abs, exp, sqrt, square } from "./functions.ts";
import { at, axesOf, broadcastOffsets, type ReduceOptions, reducedShape, reshape, sum } from "./sum.ts";

type ReduceAttributes = { readonly axes: readonly number[]; readonly keepDims: boolean };

function checkOrdered(name: string, x: TensorType, axes: readonly number[]): void {
  if (x.dtype === "bool") throw new RecurraError("op-dtype", `${name}: wants numbers, got ${formatType(x)}`);
  if (axes.some((axis) => x.shape[axis] === 0)) {
    throw new RecurraError("reduce-empty", `${name}: an axis of ${formatType(x)} is empty`);
  }
}

function extremeOp(
  name: string,
  onnx: string,
  better: (a: number, b: number) => number,
  start: number,
): Op<ReduceAttributes> {
  const rule: Op<ReduceAttributes> = op<ReduceAttributes, 1>(name, {
    infer([x], { axes, keepDims }) {
      checkOrdered(name, x, axes);
      return { dtype: x.dtype, shape: reducedShape(x.shape, axes, keepDims) };
    },
    // Ties share the gradient equally, as in PyTorch and JAX.
    gradient(dy, [x], { axes }, y) {
      const kept = reducedShape(x.shape, axes, true);
      const winners = cast(equal(x, reshape(y, kept)), x.dtype);
      return [mul(winners, div(reshape(dy, kept), sum(winners, axes, { keepDims: true })))];
    },
    evaluate([x], { axes }) {
      const kept = reducedShape(x.shape, axes, true);
      const result = new Float64Array(sizeOf(kept)).fill(start);
      const target = broadcastOffsets(kept, x.shape);
      for (const [i, value] of x.data.entries())
        result[at(target, i)] = better(at(result, at(target, i)), value);
      return result;
    },
    lower: (emitter, [x], { axes, keepDims }) =>
      emitter.one(onnx, [x, emitter.int64s(axes)], { keepdims: Number(keepDims) }),
    lift: ([x], { axes, keepDims }) =>
      apply(rule, [x.tensor], { axes: axes.map((axis) => axis + 1), keepDims }),
  });
  return rule;
}

export const maxOp = extremeOp("max", "ReduceMax", Math.max, Number.NEGATIVE_INFINITY);
export const minOp = extremeOp("min", "ReduceMin", Math.min, Number.POSITIVE_INFINITY);

type Axis = number | readonly number[];

/** The largest element over the given axes (default: all). */
export function max(x: Tensor, axis?: Axis, { keepDims = false }: ReduceOptions = {}): Tensor {
  const axes = axesOf(axis, x.rank, "max");
  return axes.length === 0 ? x : apply(maxOp, [x], { axes, keepDims });
}

/** The smallest element over the given axes (default: all). */
export function min(x: Tensor, axis?: Axis, { keepDims = false }: ReduceOptions = {}): Tensor {
  const axes = axesOf(axis, x.rank, "min");
  return axes.length === 0 ? x : apply(minOp, [x], { axes, keepDims });
}

/** The arithmetic mean over the given axes (default: all). */
export function mean(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  floats("mean", x);
  const count = axesOf(axis, x.rank, "mean").reduce((product, a) => product * at(x.shape, a), 1);
  return mul(sum(x, axis, options), 1 / count);
}

/** The mean squared distance from the mean (divided by n, not n - 1), over the given axes (default: all). */
export function variance(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  return mean(square(sub(x, mean(x, axis, { keepDims: true }))), axis, options);
}

/** The square root of {@link variance}. */
export function standardDeviation(x: Tensor, axis?: Axis, options: ReduceOptions = {}): Tensor {
  return sqrt(variance(x, axis, options));
}

/** log Σ exp x over the given axes (default: all), without overflow. */
export function logSumExp(x: Tensor, axis?: Axis, { keepDims = false }: ReduceOptions = {}): Tensor {
  floats("logSumExp", x);
  const axes = axesOf(axis, x.rank, "logSumExp");
  const highest = stopGradient(max(x, axes, { keepDims: true }));
  const peak = select(greater(Number.POSITIVE_INFINITY, abs(highest)), highest, 0); // ∞ - ∞ would be NaN
  const total = add(log(sum(exp(sub(x, peak)), axes, { keepDims: true })), peak);
  return reshape(total, reducedShape(x.shape, axes, keepDims));
}

/** Applies a function to each line along an axis. */
function mapLines(x: Value, axis: number, line: (values: Float64Array) => Float64Array): Float64Array {
  const length = at(x.shape, axis);
  const stride = sizeOf(x.shape.slice(axis + 1));
  const result = new Float64Array(x.data.length);
  for (let block = 0; block < x.data.length; block += length * stride) {
    for (let offset = block; offset < block + stride; offset++) {
      const values = Float64Array.from({ length }, (_, i) => at(x.data, offset + i * stride));
      for (const [i, value] of line(values).entries()) result[offset + i * stride] = value;
    }
  }
  return result;
}

const largest = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);

function floats(name: string, x: TensorType): TensorType {
  if (!isFloat(x.dtype))
    throw new RecurraError("op-dtype", `${name}: wants a float tensor, got ${formatType(x)}`);
  return { dtype: x.dtype, shape: x.shape };
}

export const softmaxOp = op<{ readonly axis: number }, 1>("softmax", {
  infer: ([x]) => floats("softmax", x),
  gradient: (dy, _, { axis }, y) => {
    const weighted = mul(dy, y);
    return [sub(weighted, mul(y, sum(weighted, axis, { keepDims: true })))];
  },
  evaluate: ([x], { axis }) =>
    mapLines(x, axis, (values) => {
      const peak = largest(values);
      const powers = values.map((value) => Math.exp(value - peak));
      const total = powers.reduce((sum, value) => sum + value, 0);
      return powers.map((value) => value / total);
    }),
  lower: (emitter, [x], { axis }) => emitter.one("Softmax", [x], { axis }),
  lift: ([x], { axis }) => softmax(x.tensor, axis + 1),
});

/** exp x / Σ exp x along an axis (default: the last). */
export function softmax(x: Tensor, axis = -1): Tensor {
  return apply(softmaxOp, [x], { axis: normalizeAxis(axis, x.rank, "softmax") });
}

const logSoftmaxOp = op<{ readonly axis: number }, 1>("logSoftmax", {
  infer: ([x]) => floats("logSoftmax", x),
  gradient: (dy, _, { axis }, y) => [sub(dy, mul(exp(y), sum(dy, axis, { keepDims: true })))],
  evaluate: ([x], { axis }) =>
    mapLines(x, axis, (values) => {
      const peak = largest(values);
      const total = Math.log(values.reduce((sum, value) => sum + Math.exp(value - peak), 0)) + peak;
      return values.map((value) => value - total);
    }),
  lower: (emitter, [x], { axis }) => emitter.one("LogSoftmax", [x], { axis }),
  lift: ([x], { axis }) => logSoftmax(x.tensor, axis + 1),
});

/** The logarithm of softmax along an axis (default: the last), computed without overflow. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return apply(logSoftmaxOp, [x], { axis: normalizeAxis(axis, x.rank, "logSoftmax") });
}

const cumsumOp = op<{ readonly axis: number; readonly reverse: boolean }, 1>("cumsum", {
  infer([x]) {
    if (x.dtype === "bool") throw new RecurraError("op-dtype", `cumsum: wants numbers, got ${formatType(x)}`);
    return { dtype: x.dtype, shape: x.shape };
  },
  gradient: (dy, _, { axis, reverse }) => [cumsum(dy, axis, { reverse: !reverse })],
  evaluate: ([x], { axis, reverse }) =>
    mapLines(x, axis, (values) => {
      let total = 0;
      const order = reverse ? values.toReversed() : values;
      const sums = order.map((value) => (total += value));
      return reverse ? sums.reverse() : sums;
    }),
  lower: (emitter, [x], { axis, reverse }) =>
    emitter.one("CumSum", [x, emitter.scalar(axis, "int64")], { reverse: Number(reverse) }),
  lift: ([x], { axis, reverse }) => cumsum(x.tensor, axis + 1, { reverse }),
});

/** Running sums along an axis (default: the first); with `reverse`, from its end. */
export function cumsum(
  x: Tensor,
  axis = 0,
  { reverse = false }: { readonly reverse?: boolean } = {},
): Tensor {
  return apply(cumsumOp, [x], { axis: normalizeAxis(axis, x.rank, "cumsum"), reverse });
}

const argmaxOp = op<{ readonly axis: number }, 1>("argmax", {
  infer([x], { axis }) {
    checkOrdered("argmax", x, [axis]);
    return { dtype: "int64", shape: reducedShape(x.shape, [axis], false) };
  },
  gradient: "none",
  evaluate([x], { axis }) {
    const places: number[] = [];
    mapLines(x, axis, (values) => {
      places.push(values.indexOf(largest(values)));
      return values;
    });
    return Float64Array.from(places);
  },
  lower: (emitter, [x], { axis }) => emitter.one("ArgMax", [x], { axis, keepdims: 0 }),
  lift: ([x], { axis }) => argmax(x.tensor, axis + 1),
});

/** The place (int64) of the first largest element along an axis (default: the last). */
export function argmax(x: Tensor, axis = -1): Tensor {
  return apply(argmaxOp, [x], { axis: normalizeAxis(axis, x.rank, "argmax") });
}
