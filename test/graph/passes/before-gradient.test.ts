// Tests of what is done to a graph before it is differentiated: the gradients stay those of the graph as it was.

import { describe, expect, test } from "vitest";
import { item } from "../../../src/graph/op.ts";
import { add, mul } from "../../../src/graph/ops/arithmetic.ts";
import { square, tanh } from "../../../src/graph/ops/functions.ts";
import { take } from "../../../src/graph/ops/layout.ts";
import { scalar } from "../../../src/graph/ops/leaf.ts";
import { matmul } from "../../../src/graph/ops/matmul.ts";
import { scan } from "../../../src/graph/ops/scan.ts";
import { sum, zeros } from "../../../src/graph/ops/sum.ts";
import { beforeGradient, beforeGradientTo } from "../../../src/graph/passes/before-gradient.ts";
import { optimize } from "../../../src/graph/passes/optimize.ts";
import { nodesOf } from "../../../src/graph/rewrite.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { grad, valueAndGrad } from "../../../src/graph/trace.ts";
import { checkGraph } from "../../../src/graph/verify.ts";
import { vjp } from "../../../src/graph/vjp.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import {
  checkGradient,
  expectClose,
  type Graph,
  gradientGraph,
  graphOf,
  type OpCase,
  reals,
  run,
} from "../../support/check-op.ts";
import { bodyOps, count, problemOf, scansOf, watcher } from "./check-passes.ts";
import { zoo } from "./zoo.ts";

const valuesOf = (graph: Graph, point: Parameters<typeof run>[1]) =>
  run(graph, point).map(({ shape, data }) => new NdArray(data, shape));

function expectSame(left: Graph, right: Graph, point: Parameters<typeof run>[1], what: string): void {
  const wanted = valuesOf(right, point);
  for (const [i, value] of valuesOf(left, point).entries()) {
    expectClose(value, item(wanted, i), `${what} ${i}`, 1e-9);
  }
}

describe.each([...zoo])("$name", (program) => {
  const { graph, point } = problemOf(program);

  test("values, and gradients with respect to all inputs, are those of the graph as it was", () => {
    const ready = beforeGradient(graph.outputs);
    watcher(graph, point)("beforeGradient", ready);
    const [left, right] = [gradientGraph({ ...graph, outputs: ready }), gradientGraph(graph)];
    checkGraph(left.outputs, left.inputs);
    expectSame(left, right, point, "gradient");
    watcher(left, point)("optimize", optimize(left.outputs));
  });
});

/** h_t = tanh(x_t W + h_{t-1} U) */
const rnn = (x: Tensor, w: Tensor, u: Tensor) =>
  scan((h, xt) => tanh(add(matmul(xt, w), matmul(h, u))), zeros([2, 2], "float64"), x).outputs;

const inputs = [reals([3, 2, 2], -1, 1), reals([2, 2], -1, 1), reals([2, 2], -1, 1)];

describe("grad with respect to something that is computed", () => {
  /** Holds gradients that `grad` takes inside a function against those that vjp takes of it. */
  const check = (name: string, expected: (...x: Tensor[]) => Tensor, compute: (...x: Tensor[]) => Tensor) => {
    const { graph, point } = problemOf({ name, inputs, compute });
    checkGraph(graph.outputs, graph.inputs);
    const whole = graphOf((...x) => expected(...x), graph.inputs);
    expectSame(graph, whole, point, name);
    checkGradient(graph, point, name);
  };

  test("by a loop: the gradient is not lost when work leaves that loop", () => {
    check(
      "of the outputs of a loop",
      (x, w, u) => mul(rnn(x, w, u), 2),
      (x, w, u) => grad((h: Tensor) => sum(square(h)))(rnn(x, w, u)),
    );
  });

  test("by a loop, of a function that is a loop too", () => {
    const loss = (h: Tensor, w: Tensor, u: Tensor) => sum(square(take(rnn(h, w, u), -1)));
    check(
      "of a loop over a loop",
      (x, w, u) => {
        const h = rnn(x, w, u);
        const [found] = vjp([loss(h, w, u)], [scalar(1, "float64")], [h]);
        return found ?? h;
      },
      (x, w, u) => grad((h: Tensor) => loss(h, w, u))(rnn(x, w, u)),
    );
  });

  test("with respect to what is also read from outside, counts the argument alone", () => {
    check(
      "argument and closure",
      (x, w, u) => rnn(x, w, u),
      (x, w, u) => {
        const h = rnn(x, w, u);
        return grad((argument: Tensor) => sum(mul(argument, h)))(h);
      },
    );
  });

  test("within the body of a loop", () => {
    const compute: OpCase["compute"] = (x, w, u) =>
      scan(
        (h, xt) => {
          const rows = rnn(add(x, sum(h)), w, u);
          return add(tanh(h), grad((r: Tensor) => sum(square(mul(r, xt))))(take(rows, 0)));
        },
        zeros([2, 2], "float64"),
        x,
      ).outputs;
    const { graph, point } = problemOf({ name: "in a body", inputs, compute });
    checkGraph(graph.outputs, graph.inputs);
    expect(Math.abs(item(valuesOf(graph, point)).at(2, 0, 0))).toBeGreaterThan(0);
    checkGradient(graph, point, "in a body");
  });
});

test("what lies before the wanted tensors stays as it is, and is not computed twice", () => {
  const { graph } = problemOf({
    name: "shared",
    inputs,
    compute: (x, w, u) => {
      const h = rnn(x, w, u);
      const { value, gradient } = valueAndGrad((r: Tensor) => sum(square(matmul(r, w))))(h);
      return [h, value, gradient];
    },
  });
  expect(scansOf(graph.outputs).length).toBe(1);
});

test("wanted tensors and constants are the very same afterwards; a value that needs neither is left alone", () => {
  const { graph } = problemOf({ name: "same", inputs, compute: (x, w, u) => [rnn(x, w, u), square(w)] });
  const [h, other] = graph.outputs as [Tensor, Tensor];
  const [loss, unrelated] = beforeGradientTo(
    [sum(rnn(h, item(graph.inputs, 1), item(graph.inputs, 2))), other],
    [h],
  );
  expect(unrelated).toBe(other);
  expect(nodesOf([loss as Tensor])).toContain(h.node);
});

test("a projection and the state's product become one, with one gradient product", () => {
  // Large enough for the projection to stay in the loop.
  const shapes = [
    [1000, 128, 64],
    [64, 128],
    [128, 128],
  ];
  const graph = graphOf(
    (x, w, u) => {
      const start = zeros([128, 128]);
      return scan((h, xt) => tanh(add(matmul(xt, w), matmul(h, u))), start, x).last;
    },
    shapes.map((shape) => ({ dtype: "float32", shape }) as const),
  );
  const outputs = optimize(gradientGraph({ ...graph, outputs: beforeGradient(graph.outputs) }).outputs);
  checkGraph(outputs, graph.inputs);
  const scans = scansOf(outputs);
  expect(scans.map((scan) => count(bodyOps(scan), "matmul", "gemm"))).toEqual([1, 1]);
});
