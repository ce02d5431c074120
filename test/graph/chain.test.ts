// Tests of the methods of Tensor: each is the function of the same name.

import { expect, test } from "vitest";
import "../../src/graph/chain.ts";
import * as arithmetic from "../../src/graph/ops/arithmetic.ts";
import * as functions from "../../src/graph/ops/functions.ts";
import { gather } from "../../src/graph/ops/gather.ts";
import * as layout from "../../src/graph/ops/layout.ts";
import { matmul } from "../../src/graph/ops/matmul.ts";
import * as reduce from "../../src/graph/ops/reduce.ts";
import { broadcastTo, expandDims, reshape, squeeze, sum } from "../../src/graph/ops/sum.ts";
import { Tensor } from "../../src/graph/tensor.ts";
import {
  drawInputs,
  graphOf,
  integers,
  type OpCase,
  reals,
  run,
  spaced,
  toValue,
} from "../support/check-op.ts";

const { add, sub, mul, div, pow, maximum, minimum, equal, greater, less, clip, neg, log, cast } = arithmetic;
const { abs, exp, sqrt, square, tanh, sigmoid, relu } = functions;

type Pair = readonly [method: OpCase["compute"], fn: OpCase["compute"]];

/** x [1, 3, 4], y [1, 3, 4], ids [2]. */
const pairs: Readonly<Record<string, Pair>> = {
  add: [(x, y) => x.add(y), (x, y) => add(x, y)],
  sub: [(x, y) => x.sub(y), (x, y) => sub(x, y)],
  mul: [(x) => x.mul(3), (x) => mul(x, 3)],
  div: [(x, y) => x.div(y), (x, y) => div(x, y)],
  pow: [(x, y) => x.pow(y), (x, y) => pow(x, y)],
  maximum: [(x, y) => x.maximum(y), (x, y) => maximum(x, y)],
  minimum: [(x, y) => x.minimum(y), (x, y) => minimum(x, y)],
  equal: [(x) => x.equal(1), (x) => equal(x, 1)],
  greater: [(x, y) => x.greater(y), (x, y) => greater(x, y)],
  less: [(x, y) => x.less(y), (x, y) => less(x, y)],
  clip: [(x) => x.clip(0.7, 1.2), (x) => clip(x, 0.7, 1.2)],
  neg: [(x) => x.neg(), neg],
  abs: [(x) => x.abs(), abs],
  exp: [(x) => x.exp(), exp],
  log: [(x) => x.log(), log],
  sqrt: [(x) => x.sqrt(), sqrt],
  square: [(x) => x.square(), square],
  tanh: [(x) => x.tanh(), tanh],
  sigmoid: [(x) => x.sigmoid(), sigmoid],
  relu: [(x) => x.sub(1).relu(), (x) => relu(sub(x, 1))],
  cast: [(x) => x.cast("int32"), (x) => cast(x, "int32")],
  matmul: [(x, y) => x.matmul(y, { transposeB: true }), (x, y) => matmul(x, y, { transposeB: true })],
  sum: [(x) => x.sum(1, { keepDims: true }), (x) => sum(x, 1, { keepDims: true })],
  mean: [(x) => x.mean([0, 2]), (x) => reduce.mean(x, [0, 2])],
  max: [(x) => x.max(-1), (x) => reduce.max(x, -1)],
  min: [(x) => x.min(), (x) => reduce.min(x)],
  argmax: [(x) => x.argmax(1), (x) => reduce.argmax(x, 1)],
  softmax: [(x) => x.softmax(1), (x) => reduce.softmax(x, 1)],
  logSoftmax: [(x) => x.logSoftmax(), (x) => reduce.logSoftmax(x)],
  reshape: [(x) => x.reshape([4, -1]), (x) => reshape(x, [4, -1])],
  transpose: [(x) => x.transpose([2, 0, 1]), (x) => layout.transpose(x, [2, 0, 1])],
  broadcastTo: [(x) => x.broadcastTo([2, 3, 4]), (x) => broadcastTo(x, [2, 3, 4])],
  expandDims: [(x) => x.expandDims(-1), (x) => expandDims(x, -1)],
  squeeze: [(x) => x.squeeze(0), (x) => squeeze(x, 0)],
  slice: [(x) => x.slice(2, 0, 3, 2), (x) => layout.slice(x, 2, 0, 3, 2)],
  split: [(x) => x.split([1, 3], 2), (x) => layout.split(x, [1, 3], 2)],
  reverse: [(x) => x.reverse(2), (x) => layout.reverse(x, 2)],
  gather: [(x, _, ids) => x.gather(ids ?? x, 1), (x, _, ids) => gather(x, ids ?? x, 1)],
  at: [(x) => x.at(-1, 1), (x) => layout.take(x, -1, 1)],
};

test.each(Object.entries(pairs))("%s", (name, [method, fn]) => {
  const inputs = [spaced([1, 3, 4], 0.4, 0.5, 2), reals([1, 3, 4], 0.5, 2), integers([2], 0, 3)];
  const arrays = drawInputs({ name, inputs });
  const values = [method, fn].map((compute) => run(graphOf(compute, arrays), arrays.map(toValue)));
  expect(values[0]).toEqual(values[1]);
});

test("there is no method without such a test", () => {
  const own = new Set(["constructor", "rank", "size", "toString"]);
  const methods = Object.getOwnPropertyNames(Tensor.prototype).filter((name) => !own.has(name));
  expect(methods.sort()).toEqual(Object.keys(pairs).sort());
});
