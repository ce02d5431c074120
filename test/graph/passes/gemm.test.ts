// Tests of making a product and a sum one node.

import { describe, expect, test } from "vitest";
import { add, cast, sub } from "../../../src/graph/ops/arithmetic.ts";
import { exp, tanh } from "../../../src/graph/ops/functions.ts";
import { input } from "../../../src/graph/ops/leaf.ts";
import { matmul } from "../../../src/graph/ops/matmul.ts";
import { scan } from "../../../src/graph/ops/scan.ts";
import { expandDims, sum } from "../../../src/graph/ops/sum.ts";
import { fuseGemm } from "../../../src/graph/passes/gemm.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { checkGraph } from "../../../src/graph/verify.ts";
import { type OpCase, reals } from "../../support/check-op.ts";
import { bodyOps, outerOps, problemOf, scansOf, watcher } from "./check-passes.ts";

/** The ops of a function of a [2, 3], b [3, 4] and c [2, 4] after the pass. */
function fused(compute: (a: Tensor, b: Tensor, c: Tensor) => Tensor | readonly Tensor[]) {
  const whole: OpCase["compute"] = (a, b, c) => compute(a, b, c);
  const inputs = [reals([2, 3]), reals([3, 4]), reals([2, 4])];
  const { graph, point } = problemOf({ name: "gemm", inputs, compute: whole });
  const outputs = fuseGemm(graph.outputs);
  watcher(graph, point)("fuseGemm", outputs);
  return outerOps(outputs);
}

describe("one node", () => {
  test.each<[string, (a: Tensor, b: Tensor, c: Tensor) => Tensor]>([
    ["a·b + c", (a, b, c) => add(matmul(a, b), c)],
    ["c + a·b", (a, b, c) => add(c, matmul(a, b))],
    ["aᵀᵀ·bᵀᵀ + c, by flags", (a, b, c) => add(matmul(b, a, { transposeA: true, transposeB: true }), sum(c))],
    ["a·b + a number", (a, b) => add(matmul(a, b), 2)],
  ])("%s", (_, compute) => {
    expect(fused(compute).filter((op) => op !== "sum")).toEqual(["gemm"]);
  });

  test("a·b + a row, a·b + a column", () => {
    expect(fused((a, b, c) => add(matmul(a, b), sum(c, 0)))).toEqual(["sum", "gemm"]);
    expect(fused((a, b, c) => add(matmul(a, b), sum(c, 1, { keepDims: true })))).toEqual(["sum", "gemm"]);
  });

  test("of two products one, the other is what is added", () => {
    expect(fused((a, b, c) => add(matmul(a, b), matmul(c, matmul(b, b, { transposeA: true }))))).toEqual([
      "matmul",
      "matmul",
      "gemm",
    ]);
  });

  test("within the body of a loop", () => {
    const compute: OpCase["compute"] = (h, x, w) =>
      scan((carry, xt) => tanh(add(matmul(carry, w), xt)), h, x).outputs;
    const inputs = [reals([2, 4]), reals([3, 2, 4]), reals([4, 4])];
    const { graph, point } = problemOf({ name: "gemm in a loop", inputs, compute });
    const outputs = fuseGemm(graph.outputs);
    watcher(graph, point)("fuseGemm", outputs);
    expect(bodyOps(scansOf(outputs)[0])).toEqual(["gemm", "tanh"]);
  });
});

describe("not where", () => {
  test.each<[string, (a: Tensor, b: Tensor, c: Tensor) => Tensor | readonly Tensor[], readonly string[]]>([
    [
      "the product is read elsewhere",
      (a, b, c) => {
        const product = matmul(a, b);
        return [add(product, c), exp(product)];
      },
      ["matmul", "add", "exp"],
    ],
    [
      "the product is a result itself",
      (a, b, c) => {
        const product = matmul(a, b);
        return [add(product, c), product];
      },
      ["matmul", "add"],
    ],
    [
      "the product is added to itself",
      (a, b) => {
        const product = matmul(a, b);
        return add(product, product);
      },
      ["matmul", "add"],
    ],
    [
      "the product is broadcast",
      (a, b, c) => add(matmul(sum(a, 0, { keepDims: true }), b), c),
      ["sum", "matmul", "add"],
    ],
    [
      "there are batches of products",
      (a, b, c) => add(matmul(expandDims(a, 0), expandDims(b, 0)), c),
      ["reshape", "reshape", "matmul", "add"],
    ],
    ["it is a difference", (a, b, c) => sub(c, matmul(a, b)), ["matmul", "sub"]],
  ])("%s", (_, compute, ops) => {
    expect(fused(compute).toSorted()).toEqual([...ops].sort());
  });

  test("the numbers are integers", () => {
    const a = input("a", { dtype: "int32", shape: [2, 2] });
    const outputs = fuseGemm([add(matmul(a, a), cast(a, "int32"))]);
    checkGraph(outputs, [a]);
    expect(outerOps(outputs)).toEqual(["matmul", "add"]);
  });
});
