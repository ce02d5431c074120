// Tests of the leaves of a graph, of what a tensor says of itself, and of dimensions that stand for any batch size.

import { describe, expect, test } from "vitest";
import { anyBatch, batchFactor } from "../../src/graph/batch.ts";
import { isOp, item } from "../../src/graph/op.ts";
import { add } from "../../src/graph/ops/arithmetic.ts";
import {
  constant,
  type Draw,
  dropoutMask,
  input,
  randomNormal,
  randomOp,
  randomUniform,
  scalar,
} from "../../src/graph/ops/leaf.ts";
import { ones, zeros } from "../../src/graph/ops/sum.ts";
import { formatType, type Tensor } from "../../src/graph/tensor.ts";
import { vjp } from "../../src/graph/vjp.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { evaluateOne } from "../support/check-op.ts";

describe("random leaves", () => {
  test.each<[string, Tensor, string, Draw]>([
    ["uniform", randomUniform([2, 3]), "float32[2, 3]", { kind: "uniform", low: 0, high: 1 }],
    [
      "uniform between bounds",
      randomUniform([], -1, 2, "float64"),
      "float64[]",
      { kind: "uniform", low: -1, high: 2 },
    ],
    ["normal", randomNormal([4]), "float32[4]", { kind: "normal", mean: 0, stddev: 1 }],
    [
      "normal of a mean and a spread",
      randomNormal([4], 3, 0.5),
      "float32[4]",
      { kind: "normal", mean: 3, stddev: 0.5 },
    ],
    ["dropout's mask", dropoutMask([2, 1], 0.25), "float32[2, 1]", { kind: "keep", rate: 0.25 }],
    ["dropout's mask of rate 0", dropoutMask([2], 0, "float64"), "float64[2]", { kind: "keep", rate: 0 }],
  ])("%s", (_, leaf, type, draw) => {
    const { node } = leaf;
    expect(formatType(leaf)).toBe(type);
    expect(isOp(node, randomOp) ? node.attributes.draw : undefined).toEqual(draw);
  });

  test("are drawn separately, however alike", () => {
    expect(randomUniform([2]).node).not.toBe(randomUniform([2]).node);
  });

  test.each([-0.1, 1, 1.5, Number.NaN])("dropout's mask rejects a rate of %s", (rate) => {
    expect(() => dropoutMask([2], rate)).toThrow(`dropout: the rate is in [0, 1), got ${rate}`);
  });

  test("have no gradient", () => {
    const mask = dropoutMask([], 0.5);
    expect(vjp([add(mask, mask)], [scalar(1)], [input("x", mask)])).toEqual([undefined]);
  });
});

test("constants keep their dtype, and integers their value", () => {
  expect(formatType(scalar(2))).toBe("float32[]");
  expect(formatType(scalar(2, "int64"))).toBe("int64[]");
  expect(formatType(constant(ndarray([[true, false]])))).toBe("bool[1, 2]");
  expect(evaluateOne(() => constant(ndarray([2 ** 53 - 1], { dtype: "int64" }))).toArray()).toEqual([
    2 ** 53 - 1,
  ]);
});

test("zeros and ones have the shape and dtype asked for", () => {
  expect([zeros([2]), ones([2, 1], "int64")].map(formatType)).toEqual(["float32[2]", "int64[2, 1]"]);
  expect(evaluateOne(() => zeros([2, 2])).toArray()).toEqual([0, 0, 0, 0]);
  expect(evaluateOne(() => ones([])).toArray()).toEqual([1]);
});

test("a tensor knows its rank, its size and its op", () => {
  const x = input("x", { dtype: "float32", shape: [2, 3, 4] });
  expect([x.rank, x.size]).toEqual([3, 24]);
  expect(scalar(1).size).toBe(1);
  expect(`${add(x, x)}`).toBe("Tensor(add: float32[2, 3, 4])");
  expect(formatType(NdArray.zeros([0, 2], "int32"))).toBe("int32[0, 2]");
  expect(() => item([], 0)).toThrow("no item 0 in a list of 0");
});

test("a dimension that stands for any batch size is recognised in products", () => {
  expect([anyBatch, 3 * anyBatch, 30 * anyBatch].map(batchFactor)).toEqual([1, 3, 30]);
  expect([0, 1, 32, 30, 2 ** 20].map(batchFactor)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
