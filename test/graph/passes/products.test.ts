// Tests of regrouping products in a loop, so that the factors that need no carry can leave it.

import { describe, expect, test } from "vitest";
import { add, mul } from "../../../src/graph/ops/arithmetic.ts";
import { exp, sigmoid, tanh } from "../../../src/graph/ops/functions.ts";
import { concat } from "../../../src/graph/ops/layout.ts";
import { scan } from "../../../src/graph/ops/scan.ts";
import { sum } from "../../../src/graph/ops/sum.ts";
import { regroupProducts } from "../../../src/graph/passes/products.ts";
import { hoistFromScans } from "../../../src/graph/passes/scan-hoist.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { type OpCase, reals } from "../../support/check-op.ts";
import { bodyOps, count, problemOf, scansOf, watcher } from "./check-passes.ts";

/** The loop of a body over x and y [3, 2, 4] from h [2, 4], regrouped, and then with what can leave it gone. */
function regrouped(body: (h: Tensor, x: Tensor, y: Tensor) => Tensor) {
  const compute: OpCase["compute"] = (h0, x, y) =>
    scan((h: Tensor, [xt, yt]: readonly [Tensor, Tensor]) => ({ carry: body(h, xt, yt), output: h }), h0, [
      x,
      y,
    ] as const).outputs;
  const inputs = [reals([2, 4]), reals([3, 2, 4]), reals([3, 2, 4])];
  const { graph, point } = problemOf({ name: "regroup", inputs, compute });
  const watch = watcher(graph, point);
  const outputs = regroupProducts(graph.outputs);
  watch("regroupProducts", outputs);
  expect(regroupProducts(outputs)[0], "a second time").toBe(outputs[0]);
  const hoisted = hoistFromScans(outputs);
  watch("hoistFromScans", hoisted);
  return bodyOps(scansOf(hoisted)[0]);
}

describe("factors that need no carry are multiplied first", () => {
  test.each<[string, (h: Tensor, x: Tensor, y: Tensor) => Tensor]>([
    ["(h·x)·y", (h, x, y) => mul(mul(h, x), y)],
    ["x·(h·y)", (h, x, y) => mul(x, mul(h, y))],
    ["((h·x)·y)·x", (h, x, y) => mul(mul(mul(h, x), y), x)],
    ["(x·h)·(y·(x·2))", (h, x, y) => mul(mul(x, h), mul(y, mul(x, 2)))],
    ["of other shapes", (h, x, y) => mul(mul(h, sum(x, 0)), sum(y, 1, { keepDims: true }))],
  ])("%s", (_, body) => {
    expect(regrouped(body)).toEqual(["mul"]);
  });

  test("also where several of them need it", () => {
    const ops = regrouped((h, x, y) => mul(mul(mul(tanh(h), x), sigmoid(h)), y));
    expect(count(ops, "mul")).toBe(2);
  });

  test("and where a partial product is read elsewhere too", () => {
    const ops = regrouped((h, x, y) => {
      const partial = mul(h, x);
      return add(mul(partial, y), exp(partial));
    });
    expect(count(ops, "mul")).toBe(2);
  });
});

describe("a join of products is a product of joins", () => {
  const both = (h: Tensor, x: Tensor, y: Tensor) => concat([mul(h, x), mul(y, tanh(h))], 1);

  test("of which one leaves the loop", () => {
    const ops = regrouped((h, x, y) => add(h, sum(both(h, x, y), 1, { keepDims: true })));
    expect(count(ops, "mul")).toBe(1);
    expect(count(ops, "concat")).toBe(1);
  });

  test("with factors that are broadcast", () => {
    const ops = regrouped((h, x, y) => {
      const joined = concat([mul(h, sum(x, 0)), mul(tanh(h), sum(y, 1, { keepDims: true }))], 1);
      return add(h, sum(joined, 1, { keepDims: true }));
    });
    expect(count(ops, "mul")).toBe(1);
  });

  test("but not where a piece is no such product", () => {
    const ops = regrouped((h, x) => add(h, sum(concat([mul(h, x), tanh(h)], 1), 1, { keepDims: true })));
    expect(count(ops, "concat", "mul")).toBe(2);
  });

  test("or both factors of a piece need the carry", () => {
    const ops = regrouped((h, x) => {
      const joined = concat([mul(h, x), mul(h, tanh(h))], 1);
      return add(h, sum(joined, 1, { keepDims: true }));
    });
    expect(count(ops, "mul")).toBe(2);
  });
});

describe("nothing to gain", () => {
  test.each<[string, (h: Tensor, x: Tensor, y: Tensor) => Tensor, number]>([
    ["one free factor", (h, x) => mul(tanh(h), x), 1],
    ["no carry among them", (h, x, y) => add(h, mul(mul(x, y), x)), 0],
    ["no free factor", (h) => mul(mul(h, tanh(h)), sigmoid(h)), 2],
  ])("%s", (_, body, left) => {
    expect(count(regrouped(body), "mul")).toBe(left);
  });
});
