// How windows lie along an axis: the one place where strides, dilation and padding become positions.

import { RecurraError } from "../../platform/error.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { formatType, type Tensor } from "../tensor.ts";
import { at } from "./sum.ts";

/** "valid": windows inside the input only. "same": ⌈n / stride⌉ outputs, the smaller half of the padding in front. "causal": padded in front alone. */
export type Padding = "valid" | "same" | "causal";

/**
 * The windows along one axis: element j of window i is at place `i · stride + j · dilation - before` of the axis, and is padding where
 * that is outside it.
 */
export interface WindowAxis {
  /** Elements of the axis. */
  readonly length: number;
  /** Windows. */
  readonly count: number;
  /** Elements of a window. */
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

/** How many places a window spans. */
export function reachOf({ size, dilation }: Pick<WindowAxis, "size" | "dilation">): number {
  return (size - 1) * dilation + 1;
}

/** How far the last window reaches past the axis; negative where elements are left over. */
export function afterOf({ length, count, stride, before, ...window }: WindowAxis): number {
  return (count - 1) * stride + reachOf(window) - length - before;
}

/** What is asked of the windows along one axis. */
type WindowOptions = Pick<WindowAxis, "size" | "stride" | "dilation">;

/** What each spatial axis counts, by how many there are. */
const units = { 1: ["steps"], 2: ["rows", "columns"] } as const;

/**
 * The windows that fit the spatial axes of x [B, …, F] by Keras' rules, one for each.
 *
 * @param what the op, for messages
 * @throws RecurraError `window-shape` for a tensor of another rank or dtype, and where not one window fits
 */
export function windowAxes(
  what: string,
  x: Tensor,
  windows: readonly WindowOptions[],
  padding: Padding,
): readonly WindowAxis[] {
  const names = spatialUnits(what, x, windows.length);
  return windows.map(({ size, stride, dilation }, i) => {
    const length = at(x.shape, i + 1);
    const reach = reachOf({ size, dilation });
    const count =
      padding === "valid" ? Math.floor((length - reach) / stride) + 1 : Math.ceil(length / stride);
    if (count < 1 || size < 1) {
      const least = padding === "valid" ? reach : 1;
      throw new RecurraError(
        "window-shape",
        size < 1
          ? `${what}: a window of no ${names[i]} over ${formatType(x)}`
          : `${what}: ${length} ${names[i]} are fewer than a window of ${least}, in ${formatType(x)}`,
      );
    }
    const missing = Math.max((count - 1) * stride + reach - length, 0);
    const before = { valid: 0, same: Math.floor(missing / 2), causal: reach - 1 }[padding];
    return { length, count, size, stride, dilation, before };
  });
}

/** What the spatial axes of a tensor count, once it is known to have them: [batch, …, features], of floats. */
export function spatialUnits(what: string, x: Tensor, axes: number): readonly string[] {
  const names = axes === 1 ? units[1] : units[2];
  if (x.rank !== axes + 2) {
    throw new RecurraError(
      "window-shape",
      `${what}: wants [batch, ${names.join(", ")}, features], got ${formatType(x)}`,
    );
  }
  if (!isFloat(x.dtype)) {
    throw new RecurraError("op-dtype", `${what}: wants a float tensor, got ${formatType(x)}`);
  }
  return names;
}

/**
 * Fails unless the options of windows are numbers that can be meant.
 *
 * @param numbers by option name; an option that is given per axis comes as a list
 * @throws RecurraError `window-option`
 */
export function checkWindowOptions(
  what: string,
  numbers: Readonly<Record<string, number | readonly number[]>>,
  padding: Padding,
  allowed: readonly Padding[],
): void {
  for (const [name, given] of Object.entries(numbers)) {
    const odd = [given].flat().find((number) => !Number.isInteger(number) || number < 1);
    if (odd !== undefined) {
      throw new RecurraError("window-option", `${what}: ${name} is a positive whole number, got ${odd}`);
    }
  }
  if (!allowed.includes(padding)) {
    const names = allowed.map((name) => `"${name}"`).join(", ");
    throw new RecurraError("window-option", `${what}: padding is one of ${names}, got "${padding}"`);
  }
}

/**
 * A number for each axis, from one number for all or a list.
 *
 * @throws RecurraError `window-option` for a list of another length
 */
export function perAxis(
  what: string,
  name: string,
  given: number | readonly number[],
  axes: number,
): readonly number[] {
  const list = typeof given === "number" ? new Array<number>(axes).fill(given) : given;
  if (list.length !== axes) {
    throw new RecurraError(
      "window-option",
      `${what}: ${name} is one number or a list of ${axes}, got a list of ${list.length}`,
    );
  }
  return list;
}

/**
 * For windows along several axes, where each element is: row i, column j of the table is the place of element j of window i, counted
 * in row-major order over the axes, or -1 in the padding.
 */
export function placesOf(axes: readonly WindowAxis[]): Int32Array {
  let table = { windows: 1, elements: 1, places: Int32Array.of(0) };
  for (const { length, count, size, stride, dilation, before } of axes) {
    const { windows, elements, places } = table;
    const next = new Int32Array(windows * count * elements * size);
    let position = 0;
    for (let row = 0; row < windows; row++) {
      for (let i = 0; i < count; i++) {
        for (const outer of places.subarray(row * elements, (row + 1) * elements)) {
          for (let j = 0; j < size; j++) {
            const place = i * stride + j * dilation - before;
            next[position++] = outer < 0 || place < 0 || place >= length ? -1 : outer * length + place;
          }
        }
      }
    }
    table = { windows: windows * count, elements: elements * size, places: next };
  }
  return table.places;
}
