// Cases for ops that move elements: reshape, broadcast, transpose, concat, split, slice, pad, reverse, stack, take.

import { mul } from "../../../src/graph/ops/arithmetic.ts";
import {
  concat,
  pad,
  reverse,
  slice,
  split,
  stack,
  swapAxes,
  take,
  transpose,
} from "../../../src/graph/ops/layout.ts";
import { broadcastTo, expandDims, reshape, squeeze } from "../../../src/graph/ops/sum.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { integers, type OpCase, reals } from "../../support/check-op.ts";
import { broadcastAt, build, filled, permuted } from "../../support/naive.ts";

const shapeCases: readonly OpCase[] = [
  {
    name: "reshape",
    inputs: [reals([2, 6])],
    compute: (x) => reshape(x, [3, 2, 2]),
    expected: (x) => x.reshape([3, 2, 2]),
  },
  {
    name: "reshape with a dimension left open",
    inputs: [reals([2, 3, 2])],
    compute: (x) => reshape(x, [-1, 2]),
    expected: (x) => x.reshape([6, 2]),
  },
  {
    name: "reshape to a scalar",
    inputs: [reals([1, 1])],
    compute: (x) => reshape(x, []),
    expected: (x) => x.reshape([]),
  },
  {
    name: "expandDims in front",
    inputs: [reals([2, 3])],
    compute: (x) => expandDims(x, 0),
    expected: (x) => x.reshape([1, 2, 3]),
  },
  {
    name: "expandDims at the end",
    inputs: [reals([2, 3])],
    compute: (x) => expandDims(x, -1),
    expected: (x) => x.reshape([2, 3, 1]),
  },
  {
    name: "squeeze of all axes",
    inputs: [reals([1, 3, 1])],
    compute: (x) => squeeze(x),
    expected: (x) => x.reshape([3]),
  },
  {
    name: "squeeze of one axis",
    inputs: [reals([1, 3, 1])],
    compute: (x) => squeeze(x, -1),
    expected: (x) => x.reshape([1, 3]),
  },
  {
    name: "broadcastTo",
    inputs: [reals([3, 1])],
    compute: (x) => broadcastTo(x, [2, 3, 4]),
    expected: (x) => build([2, 3, 4], (...index) => broadcastAt(x, index)),
  },
  {
    name: "broadcastTo from a scalar",
    inputs: [reals([])],
    compute: (x) => broadcastTo(x, [2, 2]),
    expected: (x) => filled([2, 2], x.item()),
  },
  {
    name: "transpose",
    inputs: [reals([2, 3])],
    compute: (x) => transpose(x),
    expected: (x) => permuted(x, [1, 0]),
  },
  {
    name: "transpose of four axes",
    inputs: [reals([2, 1, 3, 2])],
    compute: (x) => transpose(x, [2, 0, -1, 1]),
    expected: (x) => permuted(x, [2, 0, 3, 1]),
  },
  {
    name: "transpose round, so that the inverse differs",
    inputs: [reals([2, 3, 4])],
    compute: (x) => transpose(x, [1, 2, 0]),
    expected: (x) => permuted(x, [1, 2, 0]),
  },
  {
    name: "swapAxes",
    inputs: [reals([2, 3, 4])],
    compute: (x) => swapAxes(x, 0, -1),
    expected: (x) => permuted(x, [2, 1, 0]),
  },
];

/** Several tensors joined along an axis, by looking up each element. */
function joined(arrays: readonly NdArray[], axis: number): NdArray {
  const starts = arrays.map((_, i) => arrays.slice(0, i).reduce((sum, x) => sum + (x.shape[axis] ?? 0), 0));
  const [first, ...rest] = arrays;
  if (first === undefined) throw new RangeError("nothing to join");
  const length = rest.reduce((sum, x) => sum + (x.shape[axis] ?? 0), first.shape[axis] ?? 0);
  return build(first.shape.with(axis, length), (...index) => {
    const place = index[axis] ?? 0;
    const which = starts.findLastIndex((start) => start <= place);
    return (arrays[which] ?? first).at(...index.with(axis, place - (starts[which] ?? 0)));
  });
}

/** Elements of one axis at the given places. */
function picked(x: NdArray, axis: number, places: readonly number[]): NdArray {
  return build(x.shape.with(axis, places.length), (...index) =>
    x.at(...index.with(axis, places[index[axis] ?? 0] ?? 0)),
  );
}

const joinCases: readonly OpCase[] = [
  ...[0, 1, -1].map((axis) => ({
    name: `concat along axis ${axis}`,
    inputs: [
      [2, 3, 2],
      [2, 3, 2],
      [2, 3, 2],
    ].map((shape, i) => reals(shape.with(axis, i + 1))),
    compute: (...x: Tensor[]) => concat(x, axis),
    expected: (...x: NdArray[]) => joined(x, axis === -1 ? 2 : axis),
  })),
  {
    name: "concat of a tensor with itself",
    inputs: [reals([2, 2])],
    compute: (x) => concat([x, x], 1),
    expected: (x) => joined([x, x], 1),
  },
  {
    name: "concat of one",
    inputs: [reals([2, 2])],
    compute: (x) => mul(concat([x]), 2),
    expected: (x) => build([2, 2], (...index) => 2 * x.at(...index)),
  },
  {
    name: "stack in front",
    inputs: [reals([2, 3]), reals([2, 3])],
    compute: (...x) => stack(x),
    expected: (...x) => build([2, 2, 3], (i = 0, ...index) => x[i]?.at(...index) ?? 0),
  },
  {
    name: "stack at the end",
    inputs: [reals([2, 3]), reals([2, 3])],
    compute: (...x) => stack(x, -1),
    expected: (...x) => build([2, 3, 2], (i = 0, j = 0, k = 0) => x[k]?.at(i, j) ?? 0),
  },
  {
    name: "split into equal pieces",
    inputs: [reals([2, 6])],
    compute: (x) => split(x, 3, 1),
    expected: (x) => [0, 2, 4].map((start) => picked(x, 1, [start, start + 1])),
  },
  {
    name: "split into pieces of given sizes",
    inputs: [reals([4, 2])],
    compute: (x) => split(x, [1, 0, 3]),
    expected: (x) => [[0], [], [1, 2, 3]].map((places) => picked(x, 0, places)),
  },
  {
    name: "split of which one piece is used",
    inputs: [reals([2, 6])],
    compute: (x) => split(x, 3, -1)[1] ?? x,
    expected: (x) => picked(x, 1, [2, 3]),
  },
  {
    name: "split into one piece",
    inputs: [reals([2, 3])],
    compute: (x) => split(mul(x, 3), 1),
    expected: (x) => [build([2, 3], (...index) => 3 * x.at(...index))],
  },
];

type Slice = readonly [
  name: string,
  axis: number,
  start: number,
  end: number | undefined,
  step: number,
  places: readonly number[],
];

/** Of an axis of length 7. */
const slices: readonly Slice[] = [
  ["from the start", 0, 0, 3, 1, [0, 1, 2]],
  ["in the middle", 1, 2, 5, 1, [2, 3, 4]],
  ["to the end", 1, 4, undefined, 1, [4, 5, 6]],
  ["counted from the end", 0, -3, -1, 1, [4, 5]],
  ["beyond the end", 1, 5, 100, 1, [5, 6]],
  ["that is empty", 1, 4, 2, 1, []],
  ["every second", 0, 0, undefined, 2, [0, 2, 4, 6]],
  ["every second, the last one falling short", 1, 1, undefined, 2, [1, 3, 5]],
  ["every third from the second", 1, 1, 6, 3, [1, 4]],
  ["a step beyond the length", 0, 2, undefined, 10, [2]],
];

const sliceCases: readonly OpCase[] = slices.map(([name, axis, start, end, step, places]) => ({
  name: `slice ${name}`,
  inputs: [reals(axis === 0 ? [7, 2] : [2, 7])],
  compute: (x: Tensor) => slice(x, axis, start, end, step),
  expected: (x: NdArray) => picked(x, axis, places),
}));

const cutCases: readonly OpCase[] = [
  ...sliceCases,
  {
    name: "slice of integers",
    inputs: [integers([4], 0, 9)],
    compute: (x) => slice(x, 0, 1, 3),
    expected: (x) => build([2], (i = 0) => x.at(i + 1), "int64"),
    noGradient: "integers have none",
  },
  {
    name: "take",
    inputs: [reals([3, 2])],
    compute: (x) => take(x, 1),
    expected: (x) => build([2], (j = 0) => x.at(1, j)),
  },
  {
    name: "take from the end of an axis",
    inputs: [reals([2, 3, 2])],
    compute: (x) => take(x, -1, 1),
    expected: (x) => build([2, 2], (i = 0, j = 0) => x.at(i, 2, j)),
  },
  {
    name: "reverse",
    inputs: [reals([3, 2])],
    compute: (x) => reverse(x),
    expected: (x) => picked(x, 0, [2, 1, 0]),
  },
  {
    name: "reverse of the last axis",
    inputs: [reals([2, 4])],
    compute: (x) => reverse(x, -1),
    expected: (x) => picked(x, 1, [3, 2, 1, 0]),
  },
  {
    name: "reverse of an axis of one",
    inputs: [reals([2, 1])],
    compute: (x) => reverse(x, 1),
    expected: (x) => x,
  },
  {
    name: "pad with zeros",
    inputs: [reals([2, 3])],
    compute: (x) => pad(x, 1, 2, 1),
    expected: (x) => build([2, 6], (i = 0, j = 0) => (j >= 2 && j < 5 ? x.at(i, j - 2) : 0)),
  },
  {
    name: "pad with another value, in front only",
    inputs: [reals([2, 3])],
    compute: (x) => pad(x, 0, 2, 0, -1.5),
    expected: (x) => build([4, 3], (i = 0, j = 0) => (i >= 2 ? x.at(i - 2, j) : -1.5)),
  },
  {
    name: "pad by nothing",
    inputs: [reals([3])],
    compute: (x) => mul(pad(x, 0, 0, 0), 2),
    expected: (x) => build([3], (i = 0) => 2 * x.at(i)),
  },
];

export const layoutCases = [...shapeCases, ...joinCases, ...cutCases];
