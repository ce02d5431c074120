// Cases for layer and root-mean-square normalisation: axes, scale and offset, and the statistics that the op gives beside.

import { applyAll } from "../../../src/graph/op.ts";
import { layerNorm, layerNormOp, rmsNorm } from "../../../src/graph/ops/normalize.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { type OpCase, reals } from "../../support/check-op.ts";
import { build, reduced } from "../../support/naive.ts";

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const varianceOf = (values: readonly number[]) =>
  meanOf(values.map((value) => (value - meanOf(values)) ** 2));
const squaresOf = (values: readonly number[]) => meanOf(values.map((value) => value ** 2));

/** An array in whose shape the axes that are not given are 1. */
const along = (x: NdArray, axes: readonly number[], values: NdArray) =>
  values.reshape(x.shape.map((extent, axis) => (axes.includes(axis) ? extent : 1)));

function normalised(
  x: NdArray,
  axes: readonly number[],
  epsilon: number,
  scale: NdArray = NdArray.full(
    axes.map((axis) => x.shape[axis] ?? 0),
    1,
    "float64",
  ),
  offset: NdArray = NdArray.zeros(scale.shape, "float64"),
): NdArray {
  const options = { keepDims: true };
  const [mean, variance] = [reduced(x, axes, meanOf, options), reduced(x, axes, varianceOf, options)];
  const [gain, shift] = [along(x, axes, scale), along(x, axes, offset)];
  const place = (of: NdArray, index: readonly number[]) =>
    of.at(...index.map((position, axis) => (of.shape[axis] === 1 ? 0 : position)));
  return build(
    x.shape,
    (...index) =>
      (place(gain, index) * (x.at(...index) - place(mean, index))) /
        Math.sqrt(place(variance, index) + epsilon) +
      place(shift, index),
  );
}

export const normalizeCases: readonly OpCase[] = [
  {
    name: "layerNorm",
    inputs: [reals([2, 3])],
    compute: (x) => layerNorm(x),
    expected: (x) => normalised(x, [1], 1e-3),
  },
  {
    name: "layerNorm with scale and offset",
    inputs: [reals([2, 2, 3]), reals([3]), reals([3])],
    compute: (x, scale, offset) => layerNorm(x, { epsilon: 0.1, scale, offset }),
    expected: (x, scale, offset) => normalised(x, [2], 0.1, scale, offset),
  },
  {
    name: "layerNorm over two axes",
    inputs: [reals([2, 2, 2]), reals([2, 2]), reals([2, 2])],
    compute: (x, scale, offset) => layerNorm(x, { axis: [1, 2], scale, offset }),
    expected: (x, scale, offset) => normalised(x, [1, 2], 1e-3, scale, offset),
  },
  {
    name: "layerNorm over axes that are not the last",
    inputs: [reals([2, 3, 2, 2]), reals([3, 2])],
    compute: (x, offset) => layerNorm(x, { axis: [-2, 1], offset }),
    expected: (x, offset) => normalised(x, [1, 2], 1e-3, undefined, offset),
  },
  {
    name: "layerNorm over a single element",
    inputs: [reals([2, 1]), reals([1]), reals([1])],
    compute: (x, scale, offset) => layerNorm(x, { scale, offset }),
    expected: (x, _, offset) => build(x.shape, () => offset.at(0)),
  },
  {
    name: "layerNorm, its mean and its inverse deviation",
    inputs: [reals([2, 3]), reals([3]), reals([3])],
    compute: (x, scale, offset) => applyAll(layerNormOp, [x, scale, offset], { axes: 1, epsilon: 0.1 }),
    expected: (x, scale, offset) => [
      normalised(x, [1], 0.1, scale, offset),
      reduced(x, [1], meanOf, { keepDims: true }),
      reduced(x, [1], (values) => 1 / Math.sqrt(varianceOf(values) + 0.1), { keepDims: true }),
    ],
  },
  {
    name: "rmsNorm",
    inputs: [reals([2, 3])],
    compute: (x) => rmsNorm(x),
    expected(x) {
      const size = reduced(x, [1], (values) => Math.sqrt(squaresOf(values) + 1e-6), { keepDims: true });
      return build(x.shape, (i, j) => x.at(i, j) / size.at(i, 0));
    },
  },
  {
    name: "rmsNorm over the first of two axes, with a scale",
    inputs: [reals([3, 2]), reals([3])],
    compute: (x, scale) => rmsNorm(x, { axis: 0, epsilon: 0.1, scale }),
    expected(x, scale) {
      const size = reduced(x, [0], (values) => Math.sqrt(squaresOf(values) + 0.1), { keepDims: true });
      return build(x.shape, (i, j) => (scale.at(i) * x.at(i, j)) / size.at(0, j));
    },
  },
];
