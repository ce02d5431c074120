// Plain loops over indices: the second implementation that ops are held against.

import type { DType } from "../../src/tensor/dtype.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import type { Shape } from "../../src/tensor/shape.ts";

/** All index tuples of a shape, in row-major order. */
export function indicesOf(shape: Shape): number[][] {
  const [first, ...rest] = shape;
  if (first === undefined) return [[]];
  const tails = indicesOf(rest);
  return Array.from({ length: first }, (_, i) => tails.map((tail) => [i, ...tail])).flat();
}

/** An array whose element at each index is what the function says. */
export function build(
  shape: Shape,
  element: (...index: number[]) => number,
  dtype: DType = "float64",
): NdArray {
  const values = indicesOf(shape).map((index) => element(...index));
  return ndarray(Float64Array.from(values), { dtype, shape });
}

/** Σ of a function over all indices of a shape. */
export function total(shape: Shape, term: (...index: number[]) => number): number {
  return indicesOf(shape).reduce((sum, index) => sum + term(...index), 0);
}

/** The element of an array that broadcasting puts at an index of the result: axes line up from the last. */
export function broadcastAt(x: NdArray, index: readonly number[]): number {
  const own = index.slice(index.length - x.rank);
  return x.at(...own.map((position, axis) => (x.shape[axis] === 1 ? 0 : position)));
}

/** NumPy's broadcast shape, for shapes that are known to fit. */
export function broadcastShape(...shapes: readonly Shape[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const extents = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    return extents.find((extent) => extent !== 1) ?? 1;
  });
}

/** A function of numbers, applied element by element to arrays that broadcast. */
export function elementwise(formula: (...x: number[]) => number, dtype: DType = "float64") {
  return (...arrays: readonly NdArray[]): NdArray =>
    build(
      broadcastShape(...arrays.map(({ shape }) => shape)),
      (...index) => formula(...arrays.map((x) => broadcastAt(x, index))),
      dtype,
    );
}

/** A function of the elements along some axes, applied to each such group; the axes go, or stay with length 1. */
export function reduced(
  x: NdArray,
  axes: readonly number[],
  formula: (values: readonly number[]) => number,
  { keepDims = false, dtype = "float64" as DType } = {},
): NdArray {
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const all = indicesOf(x.shape);
  const result = build(
    kept,
    (...index) => {
      const group = all.filter((other) =>
        index.every((position, axis) => axes.includes(axis) || other[axis] === position),
      );
      return formula(group.map((other) => x.at(...other)));
    },
    dtype,
  );
  return keepDims ? result : result.reshape(x.shape.filter((_, axis) => !axes.includes(axis)));
}

/** A function of the line along one axis, giving a line of the same length. */
export function alongAxis(
  x: NdArray,
  axis: number,
  line: (values: readonly number[]) => readonly number[],
): NdArray {
  return build(x.shape, (...index) => {
    const values = Array.from({ length: x.shape[axis] ?? 0 }, (_, i) => x.at(...index.with(axis, i)));
    return line(values)[index[axis] ?? 0] ?? Number.NaN;
  });
}

/** The same elements with the axes in another order: axis i of the result is axis `order[i]` of x. */
export function permuted(x: NdArray, order: readonly number[]): NdArray {
  return build(
    order.map((axis) => x.shape[axis] ?? 0),
    (...index) => x.at(...x.shape.map((_, axis) => index[order.indexOf(axis)] ?? 0)),
  );
}

/** The matrix product of the last two axes, over leading axes that broadcast. */
export function product(a: NdArray, b: NdArray): NdArray {
  const [m = 0, inner = 0] = a.shape.slice(-2);
  const [n = 0] = b.shape.slice(-1);
  const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n];
  const rows = (x: NdArray) => x.shape.slice(0, -2);
  const batchIndex = (x: NdArray, index: readonly number[]) => {
    const own = index.slice(index.length - rows(x).length);
    return own.map((position, axis) => (x.shape[axis] === 1 ? 0 : position));
  };
  return build(shape, (...index) => {
    const [row = 0, column = 0] = index.slice(-2);
    const batch = index.slice(0, -2);
    return total(
      [inner],
      (k = 0) => a.at(...batchIndex(a, batch), row, k) * b.at(...batchIndex(b, batch), k, column),
    );
  });
}

/** The last two axes swapped. */
export function turned(x: NdArray): NdArray {
  const axes = x.shape.map((_, axis) => axis);
  return permuted(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
}

/** Einstein summation by looping over all letters. */
export function einsumByLoops(equation: string, ...arrays: readonly NdArray[]): NdArray {
  const [left = "", result = ""] = equation.split("->");
  const terms = left.split(",");
  const sizes = new Map<string, number>();
  for (const [i, term] of terms.entries()) {
    for (const [axis, letter] of [...term].entries()) sizes.set(letter, arrays[i]?.shape[axis] ?? 0);
  }
  const inner = [...sizes.keys()].filter((letter) => !result.includes(letter));
  const size = (letter: string) => sizes.get(letter) ?? 0;
  return build([...result].map(size), (...outer) =>
    total(inner.map(size), (...bound) => {
      const place = (letter: string) =>
        (result.includes(letter) ? outer[result.indexOf(letter)] : bound[inner.indexOf(letter)]) ?? 0;
      return terms.reduce((value, term, i) => value * (arrays[i]?.at(...[...term].map(place)) ?? 0), 1);
    }),
  );
}

/** An array of one element for each place, all of them `value`. */
export function filled(shape: Shape, value: number): NdArray {
  return NdArray.full(shape, value, "float64");
}
