// Shapes: sizes, strides, axes and the broadcasting rules of NumPy.

import { RecurraError } from "../platform/error.ts";

/** The extent of a tensor along each axis; `[]` is a scalar. */
export type Shape = readonly number[];

/** How many elements a tensor of this shape holds; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
}

/** The distance, in elements, between neighbours along each axis of a row-major array: `[2, 3, 4]` -> `[12, 4, 1]`. */
export function stridesOf(shape: Shape): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const extent of shape.toReversed()) {
    strides.push(stride);
    stride *= extent;
  }
  return strides.reverse();
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** A shape as messages show it: `[32, 30, 1]`, and `[]` for a scalar. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * Checks that a shape consists of non-negative integers and that its size is a safe integer.
 *
 * @param shape The shape.
 * @param what Whose shape it is, for the message: `zeros`, `layer "lstm_1"`.
 * @throws RecurraError `shape`.
 */
export function checkShape(shape: Shape, what = "shape"): void {
  let size = 1;
  for (const [axis, extent] of shape.entries()) {
    if (!Number.isSafeInteger(extent) || extent < 0) {
      throw new RecurraError(
        "shape",
        `${what}: axis ${axis} of shape ${formatShape(shape)} is ${extent}; extents are whole numbers from 0 up`,
      );
    }
    size *= extent;
    if (size > Number.MAX_SAFE_INTEGER) {
      throw new RecurraError("shape", `${what}: shape ${formatShape(shape)} holds more than 2^53 elements`);
    }
  }
}

/**
 * The axis counted from the front: -1 is the last one.
 *
 * @param axis An integer from -rank to rank - 1.
 * @param rank How many axes there are.
 * @param what Whose axis it is, for the message: `softmax`.
 * @throws RecurraError `axis` when it is outside that range.
 */
export function normalizeAxis(axis: number, rank: number, what: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const wanted =
      rank === 0 ? "a scalar has no axes" : `a tensor of rank ${rank} has axes ${-rank} to ${rank - 1}`;
    throw new RecurraError("axis", `${what}: there is no axis ${axis}; ${wanted}`);
  }
  return axis < 0 ? axis + rank : axis;
}

/**
 * The shape that the given shapes broadcast to, by NumPy's rules: aligned at their last axes, a missing or 1-wide
 * axis stretches to the extent of the others.
 *
 * @param what The op that broadcasts, for the message: `add`.
 * @param shapes Any number of shapes; none gives a scalar's.
 * @throws RecurraError `shape` when two of them do not fit; it names the first such pair.
 */
export function broadcastShapes(what: string, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  const cause = new Array<Shape>(rank).fill([]); // the shape that set each extent
  for (const shape of shapes) {
    const offset = rank - shape.length;
    for (const [axis, extent] of shape.entries()) {
      const soFar = result[offset + axis];
      if (extent === 1 || extent === soFar) continue;
      if (soFar !== 1) {
        const other = formatShape(cause[offset + axis] ?? []);
        throw new RecurraError(
          "shape",
          `${what}: shapes ${other} and ${formatShape(shape)} do not broadcast: ` +
            `axis ${offset + axis - rank} is ${soFar} in one and ${extent} in the other, and neither is 1`,
        );
      }
      result[offset + axis] = extent;
      cause[offset + axis] = shape;
    }
  }
  return result;
}
