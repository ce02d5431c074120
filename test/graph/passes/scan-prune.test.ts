// Tests of taking away what a scan has and nobody needs.

import { describe, expect, test } from "vitest";
import { add, mul } from "../../../src/graph/ops/arithmetic.ts";
import { exp, tanh } from "../../../src/graph/ops/functions.ts";
import { constant, input } from "../../../src/graph/ops/leaf.ts";
import { partsOf, scan } from "../../../src/graph/ops/scan.ts";
import { sum } from "../../../src/graph/ops/sum.ts";
import { pruneScans } from "../../../src/graph/passes/scan-prune.ts";
import { substitute } from "../../../src/graph/rewrite.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { checkGraph } from "../../../src/graph/verify.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { type OpCase, reals } from "../../support/check-op.ts";
import { bodyOps, outerOps, problemOf, scansOf, watcher } from "./check-passes.ts";

/** Runs the pass over a program on x [3, 2], y [3, 2], a [2] and b [2]; says what its one scan then has. */
function pruned(compute: (x: Tensor, y: Tensor, a: Tensor, b: Tensor) => readonly Tensor[]) {
  const whole: OpCase["compute"] = (x, y, a, b) => compute(x, y, a, b);
  const inputs = [reals([3, 2]), reals([3, 2]), reals([2]), reals([2])];
  const { graph, point } = problemOf({ name: "prune", inputs, compute: whole });
  const outputs = pruneScans(graph.outputs);
  watcher(graph, point)("pruneScans", outputs);
  const [node] = scansOf(outputs);
  if (node === undefined) return { outputs, counts: undefined, inside: [] };
  const { carries, sequences, captures } = partsOf(node).inputs;
  const counts = {
    carries: carries.length,
    sequences: sequences.length,
    captures: captures.length,
    stacked: node.outputs.length - carries.length,
  };
  return { outputs, counts, inside: bodyOps(node) };
}

describe("unused", () => {
  test("outputs, and what only they need", () => {
    const { counts, inside } = pruned((x, y, a) => {
      const { last, outputs } = scan(
        (h: Tensor, [xt, yt]: readonly [Tensor, Tensor]) => ({
          carry: add(h, xt),
          output: { used: h, unused: exp(yt) },
        }),
        a,
        [x, y] as const,
      );
      return [last, outputs.used];
    });
    expect(counts).toEqual({ carries: 1, sequences: 1, captures: 0, stacked: 1 });
    expect(inside).toEqual(["add"]);
  });

  test("carries that feed only themselves, with their captures", () => {
    const { counts, inside } = pruned((x, _y, a, b) => {
      const { last } = scan(
        (carry, xt: Tensor) => ({
          carry: { dead: mul(carry.dead, b), used: add(carry.used, xt) },
          output: [],
        }),
        { dead: a, used: a },
        x,
      );
      return [last.used];
    });
    expect(counts).toEqual({ carries: 1, sequences: 1, captures: 0, stacked: 0 });
    expect(inside).toEqual(["add"]);
  });

  test("carries that feed each other", () => {
    const { counts } = pruned((x, _y, a, b) => {
      const { last } = scan(
        (c, xt: Tensor) => ({ carry: { p: tanh(c.q), q: tanh(c.p), used: add(c.used, xt) }, output: [] }),
        { p: a, q: b, used: a },
        x,
      );
      return [last.used];
    });
    expect(counts?.carries).toBe(1);
  });

  test("but not a carry that another one reads", () => {
    const { counts } = pruned((x, _y, a, b) => {
      const { last } = scan(
        (c, xt: Tensor) => ({
          carry: { hidden: tanh(add(c.hidden, xt)), used: add(c.used, c.hidden) },
          output: [],
        }),
        { hidden: a, used: b },
        x,
      );
      return [last.used];
    });
    expect(counts?.carries).toBe(2);
  });

  test("and not a carry that an output reads", () => {
    const { counts } = pruned((x, _y, a) => [
      scan((h: Tensor, xt: Tensor) => ({ carry: add(h, xt), output: exp(h) }), a, x).outputs,
    ]);
    expect(counts).toEqual({ carries: 1, sequences: 1, captures: 0, stacked: 1 });
  });

  test("sequences and captures, all of them: the loop then counts by its length", () => {
    const { counts } = pruned((x, _y, a) => {
      const { last } = scan((h: Tensor, xt: Tensor) => ({ carry: mul(h, 2), output: exp(xt) }), a, x);
      return [last];
    });
    expect(counts).toEqual({ carries: 1, sequences: 0, captures: 0, stacked: 0 });
  });
});

describe("there twice", () => {
  test("sequences", () => {
    const { counts } = pruned((x, y, a) => [
      scan(
        (h: Tensor, [p, q, r]: readonly [Tensor, Tensor, Tensor]) => ({
          carry: add(h, mul(p, add(q, r))),
          output: [],
        }),
        a,
        [x, y, x] as const,
      ).last,
    ]);
    expect(counts).toEqual({ carries: 1, sequences: 2, captures: 0, stacked: 0 });
  });

  test("outputs", () => {
    const { counts } = pruned((x, _y, a) => {
      const { outputs } = scan(
        (h: Tensor, xt: Tensor) => {
          const next = add(h, xt);
          return { carry: next, output: [next, next] as const };
        },
        a,
        x,
      );
      return [sum(outputs[0]), sum(outputs[1])];
    });
    expect(counts).toEqual({ carries: 1, sequences: 1, captures: 0, stacked: 1 });
  });
});

describe("handed through", () => {
  test("a sequence is its own output; the loop keeps the rest", () => {
    const { outputs, counts } = pruned((x, _y, a) => {
      const loop = scan((h: Tensor, xt: Tensor) => ({ carry: add(h, xt), output: xt }), a, x);
      return [loop.last, loop.outputs];
    });
    expect(counts).toEqual({ carries: 1, sequences: 1, captures: 0, stacked: 0 });
    expect(outputs[1]?.node.op.name).toBe("input");
  });

  test("a capture is repeated", () => {
    const { outputs, counts } = pruned((x, _y, a, b) => {
      const loop = scan((h: Tensor, xt: Tensor) => ({ carry: add(h, xt), output: b }), a, x);
      return [loop.last, loop.outputs];
    });
    expect(counts?.stacked).toBe(0);
    expect(outputs[1]?.node.op.name).toBe("broadcastTo");
  });

  test("a loop of which nothing else is read goes", () => {
    const { outputs, counts } = pruned((x, _y, a) => [
      scan((h: Tensor, xt: Tensor) => ({ carry: add(h, xt), output: xt }), a, x).outputs,
    ]);
    expect(counts).toBeUndefined();
    expect(outerOps(outputs)).toEqual([]);
  });
});

test("a captured constant moves into the body", () => {
  const x = input("x", { dtype: "float32", shape: [3, 2] });
  const a = input("a", { dtype: "float32", shape: [2] });
  const b = input("b", { dtype: "float32", shape: [2] });
  const { outputs } = scan((h, xt) => add(mul(h, b), xt), a, x);
  // As a pass leaves it that turned what was captured into a constant.
  const captured = substitute([outputs], new Map([[b, constant(ndarray([1, 2]))]]));
  const results = pruneScans(captured);
  checkGraph(results, [x, a]);
  const captures = [...captured, ...results].map(({ node }) => node.inputs.length - 2);
  expect(captures).toEqual([1, 0]);
});

test("what is captured twice, as it may be once equal nodes are merged, is captured once", () => {
  const x = input("x", { dtype: "float32", shape: [3, 2] });
  const [a, b, c] = ["a", "b", "c"].map((name) => input(name, { dtype: "float32", shape: [2] })) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const { outputs } = scan((h, xt) => add(mul(h, b), mul(xt, c)), a, x);
  const twice = substitute([outputs], new Map([[c, b]]));
  const results = pruneScans(twice);
  checkGraph(results, [x, a, b]);
  expect([...twice, ...results].map(({ node }) => node.inputs.length - 2)).toEqual([2, 1]);
});

test("what is needed is left as it is", () => {
  const x = input("x", { dtype: "float32", shape: [3, 2] });
  const a = input("a", { dtype: "float32", shape: [2] });
  const { outputs } = scan((h, xt) => tanh(add(h, xt)), a, x);
  expect(pruneScans([outputs])[0]).toBe(outputs);
});

test("inner loops are pruned by what the outer body reads", () => {
  const { inside } = pruned((x, y, a) => [
    scan(
      (h, xt) => {
        const inner = scan(
          (g: Tensor, yt: Tensor) => ({ carry: add(g, yt), output: exp(mul(g, yt)) }),
          mul(h, xt),
          y,
        );
        return inner.last;
      },
      a,
      x,
    ).outputs,
  ]);
  expect(inside).toEqual(["mul", "scan", "add"]);
});
