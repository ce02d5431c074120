// Cases for matrix products: every transpose flag, vectors, batches, and leading axes that broadcast.

import { apply } from "../../../src/graph/op.ts";
import { gemmOp, matmul } from "../../../src/graph/ops/matmul.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import type { Shape } from "../../../src/tensor/shape.ts";
import { integers, type OpCase, reals } from "../../support/check-op.ts";
import { build, elementwise, product, total, turned } from "../../support/naive.ts";

const flags = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);

/** The shape with its last two axes swapped where the flag says so. */
const stored = (shape: Shape, transposed: boolean): Shape =>
  transposed ? [...shape.slice(0, -2), shape.at(-1) ?? 0, shape.at(-2) ?? 0] : shape;

const operands: readonly (readonly [name: string, a: Shape, b: Shape])[] = [
  ["matrices", [2, 3], [3, 4]],
  ["a stack and a matrix", [2, 2, 3], [3, 2]],
  ["a matrix and a stack", [2, 3], [2, 3, 2]],
  ["two stacks", [2, 2, 3], [2, 3, 2]],
  ["stacks that broadcast", [2, 1, 2, 3], [3, 3, 2]],
  ["a row and a column", [1, 3], [3, 1]],
];

const productCases: readonly OpCase[] = operands.flatMap(([name, a, b]) =>
  flags.map((options) => ({
    name: `matmul of ${name}${options.transposeA ? ", left transposed" : ""}${options.transposeB ? ", right transposed" : ""}`,
    inputs: [reals(stored(a, options.transposeA)), reals(stored(b, options.transposeB))],
    compute: (x: Tensor, y: Tensor) => matmul(x, y, options),
    expected: (x: NdArray, y: NdArray) =>
      product(options.transposeA ? turned(x) : x, options.transposeB ? turned(y) : y),
  })),
);

const vectorCases: readonly OpCase[] = [
  {
    name: "matmul of two vectors",
    inputs: [reals([4]), reals([4])],
    compute: (a, b) => matmul(a, b),
    expected: (a, b) => build([], () => total([4], (i = 0) => a.at(i) * b.at(i))),
  },
  {
    name: "matmul of a vector and a matrix",
    inputs: [reals([3]), reals([3, 2])],
    compute: (a, b) => matmul(a, b),
    expected: (a, b) => build([2], (j = 0) => total([3], (i = 0) => a.at(i) * b.at(i, j))),
  },
  {
    name: "matmul of a vector and a transposed matrix",
    inputs: [reals([3]), reals([2, 3])],
    compute: (a, b) => matmul(a, b, { transposeB: true }),
    expected: (a, b) => build([2], (j = 0) => total([3], (i = 0) => a.at(i) * b.at(j, i))),
  },
  {
    name: "matmul of a matrix and a vector",
    inputs: [reals([2, 3]), reals([3])],
    compute: (a, b) => matmul(a, b),
    expected: (a, b) => build([2], (i = 0) => total([3], (j = 0) => a.at(i, j) * b.at(j))),
  },
  {
    name: "matmul of a transposed matrix and a vector",
    inputs: [reals([3, 2]), reals([3])],
    compute: (a, b) => matmul(a, b, { transposeA: true }),
    expected: (a, b) => build([2], (i = 0) => total([3], (j = 0) => a.at(j, i) * b.at(j))),
  },
  {
    name: "matmul of a stack and a vector",
    inputs: [reals([2, 2, 3]), reals([3])],
    compute: (a, b) => matmul(a, b),
    expected: (a, b) => build([2, 2], (i = 0, j = 0) => total([3], (k = 0) => a.at(i, j, k) * b.at(k))),
  },
  {
    name: "matmul of a matrix with itself",
    inputs: [reals([3, 3])],
    compute: (a) => matmul(a, a),
    expected: (a) => product(a, a),
  },
  {
    name: "matmul of integers",
    inputs: [integers([2, 3], -4, 4), integers([3, 2], -4, 4)],
    compute: (a, b) => matmul(a, b),
    expected: (a, b) => product(a, b).astype("int64"),
    noGradient: "integers have none",
  },
];

const gemmCases: readonly OpCase[] = flags.flatMap((options) =>
  [[4], [2, 4], [2, 1], []].map((c) => ({
    name: `gemm ${JSON.stringify(options)} plus [${c}]`,
    inputs: [reals(stored([2, 3], options.transposeA)), reals(stored([3, 4], options.transposeB)), reals(c)],
    compute: (x: Tensor, y: Tensor, z: Tensor) => apply(gemmOp, [x, y, z], options),
    expected: (x: NdArray, y: NdArray, z: NdArray) =>
      elementwise((a, b) => a + b)(
        product(options.transposeA ? turned(x) : x, options.transposeB ? turned(y) : y),
        z,
      ),
  })),
);

export const matmulCases = [...productCases, ...vectorCases, ...gemmCases];
