// Cases for gather, scatter-add, pick and one-hot, and for einsum.

import { einsum } from "../../../src/graph/ops/einsum.ts";
import { square } from "../../../src/graph/ops/functions.ts";
import { gather, oneHot, pick, scatterAdd } from "../../../src/graph/ops/gather.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { given, integers, type OpCase, reals, type Source } from "../../support/check-op.ts";
import { build, einsumByLoops, permuted, total } from "../../support/naive.ts";

/** Rows of an axis named by ids of any rank: [before..., n, after...] and [i...] -> [before..., i..., after...]. */
function gathered(x: NdArray, ids: NdArray, axis: number): NdArray {
  const shape = [...x.shape.slice(0, axis), ...ids.shape, ...x.shape.slice(axis + 1)];
  return build(shape, (...index) => {
    const id = ids.at(...index.slice(axis, axis + ids.rank));
    return x.at(...index.slice(0, axis), id, ...index.slice(axis + ids.rank));
  });
}

const gatherCases: readonly OpCase[] = [
  ...[0, 1, 2].flatMap((axis) =>
    [[], [5], [2, 3]].map((ids) => ({
      name: `gather on axis ${axis} by ids [${ids}]`,
      inputs: [reals([3, 3, 3]), integers(ids, 0, 3)],
      compute: (x: Tensor, i: Tensor) => gather(x, i, axis),
      expected: (x: NdArray, i: NdArray) => gathered(x, i, axis),
    })),
  ),
  {
    name: "gather on the last axis, counted from the end",
    inputs: [reals([2, 4]), integers([3], 0, 4, "int32")],
    compute: (x, i) => gather(x, i, -1),
    expected: (x, i) => gathered(x, i, 1),
  },
  {
    name: "gather of one row many times",
    inputs: [reals([4, 2]), given([2, 2, 2, 0], "int64")],
    compute: (x, i) => square(gather(x, i)),
    expected: (x, i) => build([4, 2], (a = 0, b = 0) => x.at(i.at(a), b) ** 2),
  },
  {
    name: "gather of rows counted from the end",
    inputs: [reals([4, 2]), given([-1, 0, -4, 3], "int64")],
    compute: (x, i) => gather(x, i),
    expected: (x, i) => build([4, 2], (a = 0, b = 0) => x.at(i.at(a), b)),
  },
  {
    name: "gather from a vector",
    inputs: [reals([4]), integers([2, 2], 0, 4)],
    compute: (x, i) => gather(x, i),
    expected: (x, i) => build([2, 2], (a = 0, b = 0) => x.at(i.at(a, b))),
  },
];

const scatterCases: readonly OpCase[] = [
  {
    name: "scatterAdd",
    inputs: [given([2, 0, 2, 2], "int64"), reals([4, 2])],
    compute: (ids, updates) => scatterAdd(4, ids, updates),
    expected: (ids, updates) =>
      build([4, 2], (row = 0, column = 0) =>
        total([4], (i = 0) => (ids.at(i) === row ? updates.at(i, column) : 0)),
      ),
  },
  {
    name: "scatterAdd by ids of two axes, of single numbers",
    inputs: [integers([2, 3], 0, 4, "int32"), reals([2, 3])],
    compute: (ids, updates) => scatterAdd(4, ids, updates),
    expected: (ids, updates) =>
      build([4], (row = 0) => total([2, 3], (...i) => (ids.at(...i) === row ? updates.at(...i) : 0))),
  },
  {
    name: "scatterAdd by a single id, counted from the end",
    inputs: [given(-1, "int64"), reals([2])],
    compute: (ids, updates) => scatterAdd(3, ids, updates),
    expected: (_, updates) => build([3, 2], (row = 0, column = 0) => (row === 2 ? updates.at(column) : 0)),
  },
  {
    name: "oneHot",
    inputs: [
      given(
        [
          [2, 0],
          [1, 3],
        ],
        "int32",
      ),
    ],
    compute: (ids) => oneHot(ids, 3, "float64"),
    expected: (ids) => build([2, 2, 3], (i = 0, j = 0, k = 0) => Number(ids.at(i, j) === k)),
    noGradient: "integers have none",
  },
  {
    name: "pick",
    inputs: [reals([2, 2, 3]), integers([2, 2], 0, 3)],
    compute: (x, ids) => pick(x, ids),
    expected: (x, ids) => build([2, 2], (i = 0, j = 0) => x.at(i, j, ids.at(i, j))),
  },
  {
    name: "pick by ids counted from the end",
    inputs: [reals([3, 3]), given([-1, 0, -3], "int32")],
    compute: (x, ids) => pick(x, ids),
    expected: (x, ids) => build([3], (i = 0) => x.at(i, ids.at(i))),
  },
  {
    name: "pick from one line",
    inputs: [reals([3]), given(2, "int64")],
    compute: (x, ids) => pick(x, ids),
    expected: (x) => build([], () => x.at(2)),
  },
];

const equations: readonly (readonly [equation: string, ...inputs: readonly Source[]])[] = [
  ["bth,hk->btk", reals([2, 3, 2]), reals([2, 4])],
  ["ij,jk->ki", reals([2, 3]), reals([3, 4])],
  ["bij,bkj->bik", reals([2, 3, 2]), reals([2, 4, 2])],
  ["bhqd,bhkd->bhqk", reals([2, 2, 2, 3]), reals([2, 2, 3, 3])],
  ["jbi,kib->bkj", reals([2, 3, 4]), reals([2, 4, 3])],
  ["i,j->ij", reals([2]), reals([3])],
  ["i,i->", reals([3]), reals([3])],
  ["i,i->i", reals([3]), reals([3])],
  ["ij,kl->", reals([2, 3]), reals([2, 2])],
  ["ijx,jky->ik", reals([2, 3, 2]), reals([3, 2, 2])],
  [",ij->ji", reals([]), reals([2, 3])],
];

const einsumCases: readonly OpCase[] = [
  ...equations.map(([equation, ...inputs]) => ({
    name: `einsum ${equation}`,
    inputs,
    compute: (a: Tensor, b: Tensor) => einsum(equation, a, b),
    expected: (a: NdArray, b: NdArray) => einsumByLoops(equation, a, b),
  })),
  {
    name: "einsum of one operand, arranged anew",
    inputs: [reals([2, 3, 4])],
    compute: (x) => einsum("abc -> cab", x),
    expected: (x) => permuted(x, [2, 0, 1]),
  },
  {
    name: "einsum of one operand, summed",
    inputs: [reals([2, 3, 4])],
    compute: (x) => einsum("abc->ca", x),
    expected: (x) => einsumByLoops("abc->ca", x),
  },
];

export const indexCases = [...gatherCases, ...scatterCases, ...einsumCases];
