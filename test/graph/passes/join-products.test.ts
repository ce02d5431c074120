// Tests of joining the products of a sum in a loop to one.

import { describe, expect, test } from "vitest";
import { add } from "../../../src/graph/ops/arithmetic.ts";
import { exp, tanh } from "../../../src/graph/ops/functions.ts";
import { transpose } from "../../../src/graph/ops/layout.ts";
import { matmul } from "../../../src/graph/ops/matmul.ts";
import { scan } from "../../../src/graph/ops/scan.ts";
import { sum } from "../../../src/graph/ops/sum.ts";
import { joinProducts } from "../../../src/graph/passes/join-products.ts";
import { hoistFromScans } from "../../../src/graph/passes/scan-hoist.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { type OpCase, reals } from "../../support/check-op.ts";
import { bodyOps, count, problemOf, scansOf, watcher } from "./check-passes.ts";

interface Step {
  readonly x: Tensor;
  readonly h: Tensor;
  /** Weights of x and of h, and a bias. */
  readonly w: Tensor;
  readonly u: Tensor;
  readonly b: Tensor;
}

/** The body of a loop over x [3, 2, 4] from h [2, 4], with w and u [4, 4] and b [4]: joined, and with what can leave it gone. */
function joined(body: (step: Step) => Tensor) {
  const compute: OpCase["compute"] = (x, h0, w, u, b) =>
    scan((h, xt) => body({ x: xt, h, w, u, b }), h0, x).outputs;
  const square = reals([4, 4], -1, 1);
  const inputs = [reals([3, 2, 4]), reals([2, 4]), square, square, reals([4])];
  const { graph, point } = problemOf({ name: "join", inputs, compute });
  const watch = watcher(graph, point);
  const outputs = joinProducts(graph.outputs);
  watch("joinProducts", outputs);
  const hoisted = hoistFromScans(outputs);
  watch("hoistFromScans", hoisted);
  return {
    before: bodyOps(scansOf(graph.outputs)[0]),
    after: bodyOps(scansOf(outputs)[0]),
    left: bodyOps(scansOf(hoisted)[0]),
  };
}

describe("one product, whose weights are put together before the loop", () => {
  test.each<[string, (step: Step) => Tensor]>([
    ["x·W + h·U", ({ x, h, w, u }) => add(matmul(x, w), matmul(h, u))],
    ["h·U + x·W", ({ x, h, w, u }) => add(matmul(h, u), matmul(x, w))],
    ["(x·W + b) + h·U", ({ x, h, w, u, b }) => add(add(matmul(x, w), b), matmul(h, u))],
    ["h·U + (b + x·W)", ({ x, h, w, u, b }) => add(matmul(h, u), add(b, matmul(x, w)))],
    ["tanh h·U + h·W", ({ h, w, u }) => add(matmul(tanh(h), u), matmul(h, w))],
  ])("%s", (_, body) => {
    const { left } = joined((step) => exp(body(step)));
    expect(count(left, "matmul")).toBe(1);
    expect(count(left, "add", "reshape", "broadcastTo")).toBe(0);
    expect(count(left, "concat")).toBe(1);
  });

  test("of three, with what is not a product beside it", () => {
    const { left } = joined(({ x, h, w, u }) => add(add(matmul(x, w), matmul(h, u)), matmul(tanh(h), w)));
    expect(count(left, "matmul")).toBeLessThanOrEqual(2);
  });
});

describe("not where", () => {
  test.each<[string, (step: Step) => Tensor]>([
    ["there is one product", ({ x, h, u }) => add(matmul(h, u), x)],
    ["a term is neither product nor bias", ({ x, h, w, u }) => add(add(matmul(h, u), tanh(h)), matmul(x, w))],
    [
      "a product is of values of the loop",
      ({ x, h, u }) => add(matmul(h, matmul(x, x, { transposeA: true })), matmul(h, u)),
    ],
    ["a product is turned", ({ x, h, w, u }) => add(matmul(h, u), matmul(x, w, { transposeB: true }))],
    [
      "a product is the same for the whole batch",
      ({ h, w, u }) => {
        const whole = sum(h, 0, { keepDims: true });
        return add(matmul(h, u), matmul(whole, w));
      },
    ],
    [
      "a product has a transpose around it",
      ({ x, h, u, w }) => add(matmul(h, u), transpose(matmul(w, transpose(x)))),
    ],
  ])("%s", (_, body) => {
    const { before, after } = joined(body);
    expect(after).toEqual(before);
  });

  test("a partial sum is read elsewhere", () => {
    const { before, after } = joined(({ x, h, w, u, b }) => {
      const partial = add(matmul(h, u), b);
      return add(add(partial, matmul(x, w)), exp(partial));
    });
    expect(after).toEqual(before);
  });
});
