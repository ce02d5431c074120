// Ops that move elements without changing them: transpose, concat, split, slice, pad, reverse, stack.

import { RecurraError } from "../../platform/error.ts";
import { formatShape, normalizeAxis, type Shape, sizeOf, stridesOf } from "../../tensor/shape.ts";
import { apply, applyAll, item, op } from "../op.ts";
import type { Lifted, Op } from "../tensor.ts";
import { formatType, type Tensor } from "../tensor.ts";
import { scalar } from "./leaf.ts";
import { at, broadcastTo, expandDims, offsetsOf, reshape, squeeze } from "./sum.ts";

/** Reorders axes: output axis i is input axis `order[i]`. */
export const transposeOp = op<{ readonly order: readonly number[] }, 1>("transpose", {
  infer([x], { order }) {
    if (order.length !== x.shape.length || new Set(order).size !== order.length) {
      throw new RecurraError(
        "transpose-order",
        `transpose: [${order}] is no order of the axes of ${formatType(x)}`,
      );
    }
    return { dtype: x.dtype, shape: order.map((axis) => at(x.shape, axis)) };
  },
  gradient: (dy, _, { order }) => [transpose(dy, inverseOrder(order))],
  evaluate([x], { order }, { shape }) {
    const strides = stridesOf(x.shape);
    return Float64Array.from(
      offsetsOf(
        shape,
        order.map((axis) => at(strides, axis)),
      ),
      (offset) => at(x.data, offset),
    );
  },
  lower: (emitter, [x], { order }) => emitter.one("Transpose", [x], { perm: order }),
  lift: ([x], { order }) => transpose(x.tensor, [0, ...order.map((axis) => axis + 1)]),
});

export function inverseOrder(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}

/** Reorders the axes; by default reverses them. Axis i of the result is axis `order[i]` of x. */
export function transpose(
  x: Tensor,
  order: readonly number[] = x.shape.map((_, axis) => x.rank - 1 - axis),
): Tensor {
  const axes = order.map((axis) => normalizeAxis(axis, x.rank, "transpose"));
  const stays = axes.length === x.rank && axes.every((axis, i) => axis === i);
  return stays ? x : apply(transposeOp, [x], { order: axes });
}

/** Swaps two axes. */
export function swapAxes(x: Tensor, a: number, b: number): Tensor {
  const [first, second] = [normalizeAxis(a, x.rank, "swapAxes"), normalizeAxis(b, x.rank, "swapAxes")];
  return transpose(
    x,
    x.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis)),
  );
}

/** Elements before, along and after an axis: the three loops of an op that works along it. */
function blocks(
  shape: Shape,
  axis: number,
): { readonly before: number; readonly length: number; readonly after: number } {
  return {
    before: sizeOf(shape.slice(0, axis)),
    length: at(shape, axis),
    after: sizeOf(shape.slice(axis + 1)),
  };
}

/** Joins tensors along an axis. */
export const concatOp = op<{ readonly axis: number }, number>("concat", {
  infer(inputs, { axis }) {
    const first = item(inputs);
    for (const x of inputs) {
      const fits =
        x.dtype === first.dtype &&
        x.shape.length === first.shape.length &&
        x.shape.every((dimension, i) => i === axis || dimension === first.shape[i]);
      if (!fits) {
        const all = inputs.map(formatType).join(", ");
        throw new RecurraError("concat-shape", `concat: the tensors differ apart from axis ${axis}: ${all}`);
      }
    }
    return {
      dtype: first.dtype,
      shape: first.shape.with(
        axis,
        inputs.reduce((total, x) => total + at(x.shape, axis), 0),
      ),
    };
  },
  gradient: (dy, inputs, { axis }) =>
    split(
      dy,
      inputs.map((x) => at(x.shape, axis)),
      axis,
    ),
  evaluate(inputs, { axis }, { shape }) {
    const result = new Float64Array(sizeOf(shape));
    const { before } = blocks(shape, axis);
    let position = 0;
    for (let row = 0; row < before; row++) {
      for (const { data } of inputs) {
        const width = data.length / before;
        result.set(data.subarray(row * width, (row + 1) * width), position);
        position += width;
      }
    }
    return result;
  },
  lower: (emitter, inputs, { axis }) => emitter.one("Concat", inputs, { axis }),
  lift: (inputs, { axis }, steps) =>
    concat(
      inputs.map((x) => stackedTensor(x, steps)),
      axis + 1,
    ),
});

/** The operand with a time axis, repeated along it where it is the same at every step. */
export function stackedTensor({ tensor, stacked }: Lifted, steps: number): Tensor {
  return stacked ? tensor : broadcastTo(expandDims(tensor, 0), [steps, ...tensor.shape]);
}

/** Joins tensors along an axis; they agree on all others. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const [first] = tensors;
  if (first === undefined)
    throw new RecurraError("concat-empty", "concat: wants at least one tensor, got none");
  const along = normalizeAxis(axis, first.rank, "concat");
  return tensors.length === 1 ? first : apply(concatOp, tensors, { axis: along });
}

/** Joins tensors of one shape along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const types = new Set(tensors.map(formatType));
  if (types.size !== 1) {
    const got = [...types].join(", ") || "none";
    throw new RecurraError("stack-shape", `stack: wants at least one tensor, all of one type, got ${got}`);
  }
  return concat(
    tensors.map((x) => expandDims(x, axis)),
    axis,
  );
}

/** Cuts a tensor into consecutive pieces along an axis; the inverse of concat. */
export const splitOp: Op<{ readonly axis: number; readonly sizes: readonly number[] }> = {
  name: "split",
  infer(inputs, { axis, sizes }) {
    const x = item(inputs);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (sizes.some((size) => !Number.isInteger(size) || size < 0)) {
      throw new RecurraError(
        "split-size",
        `split: sizes are whole and not negative, got [${sizes}] for axis ${axis} of ${formatType(x)}`,
      );
    }
    if (total !== x.shape[axis]) {
      throw new RecurraError(
        "split-size",
        `split: sizes [${sizes}] add up to ${total}, axis ${axis} of ${formatType(x)} has ${x.shape[axis]}`,
      );
    }
    return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.with(axis, size) }));
  },
  gradient: (node, cotangents) => [
    concat(
      node.outputs.map((piece, i) => cotangents[i] ?? broadcastTo(scalar(0, piece.dtype), piece.shape)),
      node.attributes.axis,
    ),
  ],
  evaluate(inputs, { attributes: { axis, sizes } }) {
    const x = item(inputs);
    const { before, length, after } = blocks(x.shape, axis);
    let start = 0;
    return sizes.map((size) => {
      const data = new Float64Array(before * size * after);
      for (let row = 0; row < before; row++) {
        const from = (row * length + start) * after;
        data.set(x.data.subarray(from, from + size * after), row * size * after);
      }
      start += size;
      return { shape: x.shape.with(axis, size), data };
    });
  },
  lower: (emitter, inputs, { attributes: { axis, sizes } }) =>
    emitter.emit("Split", [item(inputs), emitter.int64s(sizes)], { axis }, sizes.length),
  lift: (node, inputs) => split(item(inputs).tensor, node.attributes.sizes, node.attributes.axis + 1),
};

/** Cuts a tensor along an axis into equal pieces (`sections` is a number) or pieces of the given sizes. */
export function split(x: Tensor, sections: number | readonly number[], axis = 0): readonly Tensor[] {
  const along = normalizeAxis(axis, x.rank, "split");
  const length = at(x.shape, along);
  const divides = (pieces: number) => Number.isInteger(pieces) && pieces >= 1 && length % pieces === 0;
  if (typeof sections === "number" && !divides(sections)) {
    throw new RecurraError(
      "split-size",
      `split: axis ${along} of ${formatType(x)} does not divide into ${sections} equal pieces`,
    );
  }
  const sizes = typeof sections === "number" ? new Array<number>(sections).fill(length / sections) : sections;
  return sizes.length === 1 && sizes[0] === length ? [x] : applyAll(splitOp, [x], { axis: along, sizes });
}

interface Range {
  readonly start: number;
  /** The first index not taken; -1 past the start where the step is negative. */
  readonly end: number;
  readonly step: number;
}

const isWhole = ({ start, end, step }: Range, length: number) => start === 0 && step === 1 && end === length;
const lengthOf = ({ start, end, step }: Range) => Math.max(0, Math.ceil((end - start) / step));

/** Takes every `step`-th element of a range of each axis; a negative step runs backwards. */
export const sliceOp = op<{ readonly ranges: readonly Range[] }, 1>("slice", {
  infer: ([x], { ranges }) => ({ dtype: x.dtype, shape: ranges.map(lengthOf) }),
  gradient: (dy, [x], { ranges }) => [spread(dy, x.shape, ranges)],
  evaluate([x], { ranges }, { shape }) {
    const strides = stridesOf(x.shape);
    const start = ranges.reduce((offset, range, axis) => offset + range.start * at(strides, axis), 0);
    return Float64Array.from(
      offsetsOf(
        shape,
        ranges.map((range, axis) => range.step * at(strides, axis)),
        start,
      ),
      (offset) => at(x.data, offset),
    );
  },
  lower(emitter, [x], { ranges }, _type, [from]) {
    const cut = ranges
      .map((range, axis) => ({ ...range, axis }))
      .filter((range) => !isWhole(range, at(from.shape, range.axis)));
    return emitter.one("Slice", [
      x,
      emitter.int64s(cut.map((range) => range.start)),
      emitter.int64s(cut.map((range) => (range.end < 0 ? Number.MIN_SAFE_INTEGER : range.end))),
      emitter.int64s(cut.map((range) => range.axis)),
      emitter.int64s(cut.map((range) => range.step)),
    ]);
  },
  lift: ([x], { ranges }, steps) => takeRanges(x.tensor, [{ start: 0, end: steps, step: 1 }, ...ranges]),
});

function takeRanges(x: Tensor, ranges: readonly Range[]): Tensor {
  const whole = ranges.every((range, axis) => isWhole(range, at(x.shape, axis)));
  return whole ? x : apply(sliceOp, [x], { ranges });
}

/** The gradient of a slice: puts the pieces back where they came from, with zeros between and around. */
function spread(dy: Tensor, shape: Shape, ranges: readonly Range[]): Tensor {
  let result = dy;
  for (const [axis, range] of ranges.entries()) {
    const length = at(shape, axis);
    const backwards = range.step < 0;
    if (backwards) result = reverse(result, axis);
    const stride = Math.abs(range.step);
    const count = lengthOf(range);
    const first = backwards ? range.start - stride * (count - 1) : range.start;
    if (stride > 1 && count > 1) {
      // [.., n, ..] -> [.., n, 1, ..] -> [.., n, stride, ..] -> [.., n·stride, ..]
      const apart = pad(expandDims(result, axis + 1), axis + 1, 0, stride - 1);
      const joined = reshape(apart, apart.shape.toSpliced(axis, 2, count * stride));
      result = slice(joined, axis, 0, stride * (count - 1) + 1);
    }
    result = pad(result, axis, first, length - first - at(result.shape, axis));
  }
  return result;
}

/**
 * Elements `start` up to but not including `end` of one axis, every `step`-th. Negative positions count from the end, as in
 * Array.slice.
 */
export function slice(x: Tensor, axis: number, start: number, end?: number, step = 1): Tensor {
  const along = normalizeAxis(axis, x.rank, "slice");
  const length = at(x.shape, along);
  const place = (position: number) =>
    Math.min(Math.max(position < 0 ? position + length : position, 0), length);
  if (!Number.isInteger(step) || step < 1) {
    throw new RecurraError("slice-step", `slice: the step is a positive whole number, got ${step}`);
  }
  const odd = [start, end ?? length].find((position) => !Number.isInteger(position));
  if (odd !== undefined)
    throw new RecurraError("index-range", `slice: positions are whole numbers, got ${odd}`);
  const range = { start: place(start), end: Math.max(place(end ?? length), place(start)), step };
  return takeRanges(
    x,
    x.shape.map((dimension, i) => (i === along ? range : { start: 0, end: dimension, step: 1 })),
  );
}

/** The element at one place of an axis, which goes; a negative place counts from the end. */
export function take(x: Tensor, index: number, axis = 0): Tensor {
  const along = normalizeAxis(axis, x.rank, "take");
  const length = at(x.shape, along);
  const place = index < 0 ? index + length : index;
  if (!Number.isInteger(place) || place < 0 || place >= length) {
    throw new RecurraError(
      "index-range",
      `take: index ${index} is outside axis ${along} of ${formatType(x)}`,
    );
  }
  return squeeze(slice(x, along, place, place + 1), along);
}

/** Turns an axis round. */
export function reverse(x: Tensor, axis = 0): Tensor {
  const along = normalizeAxis(axis, x.rank, "reverse");
  return takeRanges(
    x,
    x.shape.map((dimension, i) =>
      i === along ? { start: dimension - 1, end: -1, step: -1 } : { start: 0, end: dimension, step: 1 },
    ),
  );
}

/** Adds constant elements before and after each axis. */
export const padOp = op<
  { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number },
  1
>("pad", {
  infer([x], { before, after }) {
    if ([...before, ...after].some((width) => width < 0 || !Number.isInteger(width))) {
      throw new RecurraError(
        "pad-width",
        `pad: widths are whole and not negative, got ${formatShape(before)} and ${formatShape(after)}`,
      );
    }
    return { dtype: x.dtype, shape: x.shape.map((dimension, i) => dimension + at(before, i) + at(after, i)) };
  },
  gradient: (dy, [x], { before }) => [
    takeRanges(
      dy,
      x.shape.map((dimension, i) => ({ start: at(before, i), end: at(before, i) + dimension, step: 1 })),
    ),
  ],
  evaluate([x], { before, value }, { shape }) {
    const result = new Float64Array(sizeOf(shape)).fill(value);
    const strides = stridesOf(shape);
    const start = before.reduce((offset, width, axis) => offset + width * at(strides, axis), 0);
    for (const [i, offset] of offsetsOf(x.shape, strides, start).entries()) result[offset] = at(x.data, i);
    return result;
  },
  lower: (emitter, [x], { before, after, value }, { dtype }) =>
    emitter.one("Pad", [x, emitter.int64s([...before, ...after]), emitter.scalar(value, dtype)]),
  lift: ([x], { before, after, value }) => padAll(x.tensor, [0, ...before], [0, ...after], value),
});

function padAll(x: Tensor, before: readonly number[], after: readonly number[], value: number): Tensor {
  return [...before, ...after].every((width) => width === 0)
    ? x
    : apply(padOp, [x], { before, after, value });
}

/** Adds `before` and `after` elements of a constant value to an axis. */
export function pad(x: Tensor, axis: number, before: number, after: number, value = 0): Tensor {
  const along = normalizeAxis(axis, x.rank, "pad");
  const only = (width: number) => x.shape.map((_, i) => (i === along ? width : 0));
  return padAll(x, only(before), only(after), value);
}
