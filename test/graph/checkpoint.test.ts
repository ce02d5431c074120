// Tests of checkpoint: a function wrapped by it has the same values and derivatives, and nothing of it is kept.

import { describe, expect, test } from "vitest";
import { isOp, item } from "../../src/graph/op.ts";
import { add, greater, mul, select } from "../../src/graph/ops/arithmetic.ts";
import { checkpoint } from "../../src/graph/ops/checkpoint.ts";
import { exp, sigmoid, tanh } from "../../src/graph/ops/functions.ts";
import { gather } from "../../src/graph/ops/gather.ts";
import { dropoutMask, randomOp, scalar } from "../../src/graph/ops/leaf.ts";
import { matmul } from "../../src/graph/ops/matmul.ts";
import { softmax } from "../../src/graph/ops/reduce.ts";
import { scan } from "../../src/graph/ops/scan.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { optimize } from "../../src/graph/passes/optimize.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { grad } from "../../src/graph/trace.ts";
import { checkGraph } from "../../src/graph/verify.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import {
  booleans,
  drawInputs,
  expectClose,
  type Graph,
  gradientGraph,
  graphOf,
  integers,
  type OpCase,
  reals,
  run,
  toValue,
} from "../support/check-op.ts";
import { bodyOps, count, outerOps, problemOf, scansOf, workOf } from "./passes/check-passes.ts";
import { zoo } from "./passes/zoo.ts";

/** Holds values and two derivatives of a wrapped function against those of the function, traced and optimised. */
function expectSame({ name, inputs, compute }: OpCase): void {
  const wrapped = (...x: Tensor[]) => checkpoint((...y: Tensor[]) => compute(...y))(...x);
  const arrays = drawInputs({ name, inputs });
  const point = arrays.map(toValue);
  let [got, wanted]: Graph[] = [graphOf(wrapped, arrays), graphOf(compute, arrays)];
  for (const what of ["value", "gradient", "second gradient"]) {
    if (got === undefined || wanted === undefined) return;
    const values = run(wanted, point).map(({ shape, data }) => new NdArray(data, shape));
    checkGraph(got.outputs, got.inputs);
    for (const outputs of [got.outputs, optimize(got.outputs)]) {
      for (const [i, value] of run({ ...got, outputs }, point).entries())
        expectClose(value, item(values, i), `${what} ${i}`, 1e-9);
    }
    [got, wanted] = [gradientGraph(got), gradientGraph(wanted)];
  }
}

const matrix = reals([3, 3], -1, 1);

const programs: readonly OpCase[] = [
  {
    name: "two layers",
    inputs: [reals([2, 3]), matrix, matrix],
    compute: (x, w, v) => tanh(matmul(tanh(matmul(x, w)), v)),
  },
  {
    name: "several results, of which one is an argument and one a constant",
    inputs: [reals([2, 3]), matrix],
    compute: (x, w) => [sigmoid(matmul(x, w)), x, scalar(2, x.dtype), exp(x)],
  },
  {
    name: "one result twice",
    inputs: [reals([2])],
    compute: (x) => {
      const y = tanh(x);
      return [y, y];
    },
  },
  {
    name: "ids and masks among the arguments",
    inputs: [integers([4], 0, 3), booleans([4, 2]), reals([3, 2])],
    compute: (ids, mask, table) => select(mask, tanh(gather(table, ids)), 0),
  },
  {
    name: "an integer result",
    inputs: [reals([4]), reals([4])],
    compute: (a, b) => [mul(a, exp(b)), greater(a, b)],
  },
  {
    name: "a tensor read in several places",
    inputs: [matrix],
    compute: (x) => matmul(softmax(matmul(x, x)), x),
  },
  {
    name: "a wrapped function within",
    inputs: [reals([2, 3]), matrix],
    compute: (x, w) => {
      const layer = checkpoint((h: Tensor) => tanh(matmul(h, w)));
      return mul(layer(layer(x)), 2);
    },
  },
  {
    name: "a loop within",
    inputs: [reals([4, 2]), reals([2]), reals([2])],
    compute: (x, h0, w) => scan((h, xt) => tanh(add(mul(h, w), xt)), h0, x).outputs,
  },
  {
    name: "a loop in segments within",
    inputs: [reals([5, 2]), reals([2]), reals([2])],
    compute: (x, h0, w) => scan((h, xt) => tanh(add(mul(h, w), xt)), h0, x, { checkpoint: 2 }).outputs,
  },
  {
    name: "in the body of a loop",
    inputs: [reals([3, 2]), reals([2]), reals([2])],
    compute: (x, h0, w) => {
      const cell = checkpoint((h: Tensor, xt: Tensor) => tanh(add(mul(sigmoid(h), w), exp(xt))));
      return scan(cell, h0, x).outputs;
    },
  },
  {
    name: "a gradient within",
    inputs: [reals([3]), reals([3])],
    compute: (x, w) => grad((v: Tensor) => sum(tanh(mul(v, w))))(x),
  },
];

test.each(programs)("same values and derivatives: $name", expectSame);

test.each([...zoo])("same values and gradients, random leaves included: $name", (program) => {
  const { graph, point } = problemOf(program);
  const { graph: wrapped } = problemOf({ ...program, compute: checkpoint(program.compute) });
  const [got, wanted] = [wrapped, graph].map((one) => {
    const { wanted: inputs, outputs } = gradientGraph(one);
    // Of the numbers that are drawn there is no gradient to speak of.
    const gradients = outputs.filter((_, i) => !isOp(item(inputs, i).node, randomOp));
    return run({ inputs: one.inputs, outputs: [...one.outputs, ...gradients] }, point);
  });
  for (const [i, { shape, data }] of (wanted ?? []).entries())
    expectClose(item(got ?? [], i), new NdArray(data, shape), `output ${i}`, 1e-10);
});

describe("what is kept", () => {
  /** Three layers, each of which computes four values on the way. */
  const layer = (x: Tensor, w: Tensor) => {
    const z = tanh(matmul(x, w));
    return mul(sigmoid(z), exp(mul(z, z)));
  };
  const arrays = drawInputs({ name: "layers", inputs: [reals([2, 3]), matrix, matrix, matrix] });
  const chain = (one: typeof layer) =>
    graphOf((x, ...w) => w.reduce((h, weight) => one(h, weight), x), arrays);

  test("only what lies between the functions is outside of loops", () => {
    const outputs = optimize(gradientGraph(chain(checkpoint(layer))).outputs);
    expect(count(outerOps(outputs), "tanh", "sigmoid", "exp", "matmul", "mul")).toBe(0);
    // Two forward, since the gradient makes the third anew where it starts; each backward one computes what the forward one does.
    const scans = scansOf(outputs);
    expect(scans.map((node) => count(bodyOps(node), "tanh"))).toEqual([1, 1, 1, 1, 1]);
    for (const scan of scans.filter(({ attributes }) => !attributes.reverse))
      expect(scan.outputs.map(({ shape }) => shape)).toEqual([[1, 2, 3]]);
  });

  test("the backward loop reads the gradient, so that it cannot run before", () => {
    const outputs = optimize(gradientGraph(chain(checkpoint(layer))).outputs);
    const backward = scansOf(outputs).filter(({ attributes }) => attributes.reverse);
    for (const [i, scan] of backward.entries()) {
      const above = nodesOf(scan.inputs).filter((node) => node.op === scan.op && scan !== node);
      expect(above.filter((node) => backward.includes(node as typeof scan)).length).toBe(i);
    }
  });

  test("without it, all of it", () => {
    const work = (outputs: readonly Tensor[]) => workOf(outputs).filter(({ op }) => op.name === "tanh");
    expect(work(optimize(gradientGraph(chain(layer)).outputs)).length).toBe(3);
  });
});

test("random leaves are drawn once, and are the same when the function is recomputed", () => {
  const layer = (x: Tensor) => exp(mul(tanh(x), dropoutMask([3], 0.5, x.dtype)));
  const arrays = drawInputs({ name: "drop", inputs: [reals([3])] });
  const mask = { shape: [3], data: Float64Array.of(0, 2, 2) };
  const [got, wanted] = [checkpoint(layer), layer].map((fn) => {
    const graph = graphOf(fn, arrays);
    const outputs = [...graph.outputs, ...optimize(gradientGraph(graph).outputs)];
    const leaves = nodesOf(outputs).filter((node) => isOp(node, randomOp));
    expect(leaves.length).toBe(1);
    const inputs = [...graph.inputs, item(item(leaves).outputs)];
    return run({ inputs, outputs }, [...arrays.map(toValue), mask]).map(({ data }) => [...data]);
  });
  expect(got).toEqual(wanted);
});

test("random leaves stay in their order, in which they are drawn", () => {
  const drop = (x: Tensor, rate: number) => dropoutMask(x.shape, rate, x.dtype);
  const layer = (x: Tensor) => mul(drop(x, 0.1), exp(mul(x, drop(x, 0.2))));
  const arrays = drawInputs({ name: "order", inputs: [reals([3])] });
  const drawn = (fn: typeof layer) =>
    nodesOf(graphOf(fn, arrays).outputs).flatMap((node) =>
      isOp(node, randomOp) ? [node.attributes.draw] : [],
    );
  expect(drawn(checkpoint(layer))).toEqual(drawn(layer));
});

describe("what it takes and gives", () => {
  const x = () => graphOf((tensor) => tensor, drawInputs({ name: "x", inputs: [reals([2])] })).outputs;

  test("arguments of any kind, and nests of tensors back", () => {
    const [tensor] = x() as [Tensor];
    const fn = checkpoint((parts: { readonly a: Tensor }, times: number) => ({
      list: [mul(parts.a, times)] as const,
      same: parts.a,
    }));
    const { list, same } = fn({ a: tensor }, 3);
    expect(list[0].shape).toEqual([2]);
    expect(same).toBe(tensor);
  });

  test("a function that computes nothing is left alone", () => {
    const [tensor] = x() as [Tensor];
    expect(checkpoint((y: Tensor) => y)(tensor)).toBe(tensor);
  });

  test("tensors that it reads from outside are operands as well", () => {
    const [tensor] = x() as [Tensor];
    const outside = exp(tensor);
    const result = checkpoint(() => tanh(mul(outside, tensor)))();
    const [loop] = scansOf([result]);
    expect(bodyOps(loop)).toEqual(["mul", "tanh"]);
    expect(loop?.inputs.length).toBe(2);
  });

  test("a result that is no tensor is named", () => {
    const [tensor] = x() as [Tensor];
    expect(() => checkpoint((y: Tensor) => ({ y, n: 1 }))(tensor)).toThrow(
      "checkpoint: the function's result.n: wants a tensor, or arrays and plain objects of them, got number",
    );
  });
});
