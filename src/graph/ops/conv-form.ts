// The trilinear form that convolution is: its shapes, and its terms one by one.

import { type Shape, sizeOf } from "../../tensor/shape.ts";
import { placesOf, type WindowAxis } from "./window.ts";

/**
 * With windows over the spatial axes of x, element j of window i being at place p(i, j), the form is
 *
 *     Σ x[b, p(i, j), f] · kernel[j, f, c] · y[b, i, c]
 *
 * over all of x [B, …lengths, F], kernel [...sizes, F / groups, C] and y [B, …counts, C]; c takes part with the features of its own
 * group. Each op computes the derivative with respect to one of the three.
 */
export interface ConvAttributes {
  readonly axes: readonly WindowAxis[];
  /** Features and channels are cut into as many groups, which know nothing of each other. */
  readonly groups: number;
}

/** The tensors of the form. */
export type Role = "x" | "kernel" | "y";

/** The sizes that a form's tensors share. */
export interface Extents {
  readonly batch: number;
  /** Of one group. */
  readonly features: number;
  readonly channels: number;
}

export function shapeOf(role: Role, { axes, groups }: ConvAttributes, sizes: Extents): Shape {
  const { batch, features, channels } = sizes;
  if (role === "x") return [batch, ...axes.map(({ length }) => length), groups * features];
  if (role === "y") return [batch, ...axes.map(({ count }) => count), groups * channels];
  return [...axes.map(({ size }) => size), features, groups * channels];
}

/** Calls back with the offsets in x, kernel and y of each term of the form. */
export function forEachTerm(
  { axes, groups }: ConvAttributes,
  { batch, features, channels }: Extents,
  visit: (x: number, kernel: number, y: number) => void,
): void {
  const places = placesOf(axes);
  const [length, count, size] = [
    sizeOf(axes.map((axis) => axis.length)),
    sizeOf(axes.map((axis) => axis.count)),
    sizeOf(axes.map((axis) => axis.size)),
  ];
  for (let b = 0; b < batch; b++) {
    for (const [k, place] of places.entries()) {
      if (place < 0) continue;
      const [i, j] = [Math.floor(k / size), k % size];
      for (let c = 0; c < groups * channels; c++) {
        const group = Math.floor(c / channels);
        for (let f = 0; f < features; f++) {
          visit(
            ((b * length + place) * groups + group) * features + f,
            (j * features + f) * groups * channels + c,
            (b * count + i) * groups * channels + c,
          );
        }
      }
    }
  }
}
