// Tests of moving work out of a loop to after it: totals, and outputs that no later step needs.

import { describe, expect, test } from "vitest";
import { add, mul, sub } from "../../../src/graph/ops/arithmetic.ts";
import { exp, sigmoid, tanh } from "../../../src/graph/ops/functions.ts";
import { concat, split, take, transpose } from "../../../src/graph/ops/layout.ts";
import { matmul } from "../../../src/graph/ops/matmul.ts";
import { scan } from "../../../src/graph/ops/scan.ts";
import { expandDims, reshape, sum } from "../../../src/graph/ops/sum.ts";
import { sinkFromScans } from "../../../src/graph/passes/scan-sink.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { type OpCase, reals } from "../../support/check-op.ts";
import { bodyOps, count, outerOps, problemOf, scansOf, watcher } from "./check-passes.ts";

/** A loop over x [3, 2, 4] whose carry h [2, 4] goes on as tanh(h·w + x), with what else the function makes of a step. */
function sunk(
  shape: readonly number[],
  more: (
    next: Tensor,
    x: Tensor,
    total: Tensor,
    w: Tensor,
  ) => { total: Tensor; output: Tensor | readonly Tensor[] },
  options: { reverse?: boolean } = {},
) {
  const compute: OpCase["compute"] = (x, h0, w, start) => {
    const { last, outputs } = scan(
      ({ h, total }, xt: Tensor) => {
        const next = tanh(add(matmul(h, w), xt));
        const step = more(next, xt, total, w);
        return { carry: { h: next, total: step.total }, output: step.output };
      },
      { h: h0, total: start },
      x,
      options,
    );
    return [last.h, exp(last.total), ...[outputs].flat()] as Tensor[];
  };
  const sources = [reals([3, 2, 4]), reals([2, 4]), reals([4, 4], -1, 1), reals(shape)];
  const { graph, point } = problemOf({ name: "sink", inputs: sources, compute });
  const outputs = sinkFromScans(graph.outputs);
  watcher(graph, point)("sinkFromScans", outputs);
  const [loop] = scansOf(outputs);
  return { inside: bodyOps(loop), outside: outerOps(outputs), carries: loop?.attributes.carries };
}

describe("a total is taken after the loop", () => {
  const total = (
    shape: readonly number[],
    added: (h: Tensor, x: Tensor, w: Tensor) => Tensor,
    options = {},
  ) => sunk(shape, (h, x, before, w) => ({ total: add(before, added(h, x, w)), output: [] }), options);

  const products = [
    ["neither turned", [4, 4], (h: Tensor, x: Tensor) => matmul(transpose(h), x)],
    ["the left one turned", [4, 4], (h: Tensor, x: Tensor) => matmul(h, x, { transposeA: true })],
    ["the right one turned", [2, 2], (h: Tensor, x: Tensor) => matmul(h, x, { transposeB: true })],
    [
      "both turned",
      [4, 4],
      (h: Tensor, x: Tensor) => matmul(h, transpose(x), { transposeA: true, transposeB: true }),
    ],
  ] as const;

  test.each([...products])("of products, %s: one product over all steps", (_, shape, added) => {
    const after = total(shape, added);
    expect(after.carries).toBe(1);
    expect(count(after.inside, "matmul")).toBe(1);
    expect(count(after.outside, "matmul")).toBe(1);
  });

  test("of a loop that runs backwards", () => {
    const after = total([4, 4], (h, x) => matmul(h, x, { transposeA: true }), { reverse: true });
    expect(after.carries).toBe(1);
  });

  test("of sums", () => {
    const after = total([4], (h) => sum(h, 0));
    expect([after.carries, count(after.inside, "sum"), count(after.outside, "sum")]).toEqual([1, 0, 1]);
  });

  test("of reshaped sums, kept axes, and sums of both", () => {
    for (const added of [
      (h: Tensor) => reshape(sum(h, 0), [1, 4]),
      (h: Tensor) => sum(h, 0, { keepDims: true }),
      (h: Tensor, x: Tensor) => add(expandDims(sum(h, 0), 0), sum(x, 0, { keepDims: true })),
    ]) {
      expect(total([1, 4], added).carries).toBe(1);
    }
  });

  test("added from the left or from the right", () => {
    const after = sunk([4], (h, _x, before) => ({ total: add(sum(h, 0), before), output: [] }));
    expect(after.carries).toBe(1);
  });
});

describe("a total stays in the loop", () => {
  test.each<[string, readonly number[], Parameters<typeof sunk>[1]]>([
    [
      "where each step is an output",
      [4],
      (h, _x, t) => ({ total: add(t, sum(h, 0)), output: add(t, sum(h, 0)) }),
    ],
    [
      "where a value made of it is an output",
      [4],
      (h, _x, t) => {
        const total = add(t, sum(h, 0));
        return { total, output: exp(total) };
      },
    ],
    ["where the total before is read", [4], (h, _x, t) => ({ total: add(t, sum(h, 0)), output: exp(t) })],
    ["where it is added twice", [4], (h, _x, t) => ({ total: add(add(t, sum(h, 0)), t), output: [] })],
    ["where it is scaled", [4], (h, _x, t) => ({ total: add(mul(t, 0.5), sum(h, 0)), output: [] })],
    ["where it is subtracted from", [4], (h, _x, t) => ({ total: sub(t, sum(h, 0)), output: [] })],
    [
      "where elements are added, which take no less room",
      [2, 4],
      (h, _x, t) => ({ total: add(t, h), output: [] }),
    ],
    ["where what is added is broadcast", [2, 4], (h, _x, t) => ({ total: add(t, sum(h, 0)), output: [] })],
  ])("%s", (_, shape, more) => {
    expect(sunk(shape, more).carries).toBe(2);
  });
});

describe("an output is computed after the loop", () => {
  const output = (made: (h: Tensor, x: Tensor, w: Tensor) => Tensor | readonly Tensor[]) =>
    sunk([], (h, x, t, w) => ({ total: mul(t, 2), output: made(h, x, w) }));
  /** What is in the loop in any case. */
  const cell = ["matmul", "add", "tanh", "mul"];

  test.each<[string, (h: Tensor, x: Tensor, w: Tensor) => Tensor | readonly Tensor[], readonly string[]]>([
    ["a product", (h, _x, w) => matmul(h, w), ["matmul"]],
    ["a sum", (h) => sum(h, 1), ["sum"]],
    ["elementwise work on what is stacked anyway", (h) => [h, exp(h)], ["exp"]],
    ["elementwise work with the sequence", (h, x) => [h, mul(h, x)], ["mul"]],
    ["elementwise work on one value that takes no more room", (h) => exp(h), ["exp"]],
    ["a join", (h, x) => [h, concat([h, x], 1)], ["concat"]],
  ])("%s", (_, made, moved) => {
    const after = output(made);
    expect(after.inside.toSorted()).toEqual(cell.toSorted());
    for (const op of moved) expect(after.outside).toContain(op);
  });

  test("but not what the next step needs", () => {
    expect(count(output((h) => h).inside, "tanh")).toBe(1);
  });

  test("and not where its operands would take more room than it", () => {
    const after = output((h, x) => {
      const a = sigmoid(add(h, x));
      const b = sigmoid(sub(h, x));
      return mul(a, b);
    });
    expect(count(after.inside, "sigmoid")).toBe(2);
    expect(count(after.inside, "mul")).toBe(2);
  });

  test("a piece of a split too", () => {
    const after = output((h) => [h, ...split(h, 2, 1)]);
    expect(count(after.inside, "split")).toBe(0);
    expect(count(after.outside, "split")).toBeGreaterThan(0);
  });

  test("and its own operands in the next turn", () => {
    const compute: OpCase["compute"] = (x, h0) =>
      scan(
        (h: Tensor, xt: Tensor) => {
          const next = tanh(add(h, xt));
          return { carry: next, output: sum(exp(mul(next, 2)), 1) };
        },
        h0,
        x,
      ).outputs;
    const { graph, point } = problemOf({ name: "chain", inputs: [reals([3, 2, 4]), reals([2, 4])], compute });
    const watch = watcher(graph, point);
    let { outputs } = graph;
    for (let turn = 0; turn < 4; turn++) {
      outputs = sinkFromScans(outputs);
      watch("sinkFromScans", outputs);
    }
    expect(bodyOps(scansOf(outputs)[0])).toEqual(["add", "tanh"]);
  });

  test("also where only its last step is read", () => {
    const compute: OpCase["compute"] = (x, h0, w) =>
      take(scan((h: Tensor, xt: Tensor) => ({ carry: add(h, xt), output: matmul(h, w) }), h0, x).outputs, -1);
    const sources = [reals([3, 2, 4]), reals([2, 4]), reals([4, 4])];
    const { graph, point } = problemOf({ name: "last", inputs: sources, compute });
    const outputs = sinkFromScans(graph.outputs);
    watcher(graph, point)("sinkFromScans", outputs);
    expect(bodyOps(scansOf(outputs)[0])).toEqual(["add"]);
  });
});
