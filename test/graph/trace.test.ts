// Tests of tracing and of grad over nests of tensors: what is differentiated, what is not, and nested gradients.

import { describe, expect, test } from "vitest";
import { item } from "../../src/graph/op.ts";
import { add, cast, mul, stopGradient, sub } from "../../src/graph/ops/arithmetic.ts";
import { exp, sin, square, tanh } from "../../src/graph/ops/functions.ts";
import { split } from "../../src/graph/ops/layout.ts";
import { constant, input, scalar } from "../../src/graph/ops/leaf.ts";
import { matmul } from "../../src/graph/ops/matmul.ts";
import { mean } from "../../src/graph/ops/reduce.ts";
import { scan } from "../../src/graph/ops/scan.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { formatType, type Tensor, type TensorType } from "../../src/graph/tensor.ts";
import { grad, isTensor, trace, valueAndGrad } from "../../src/graph/trace.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import {
  drawInputs,
  evaluate,
  evaluateOne,
  expectClose,
  graphOf,
  reals,
  run,
  toValue,
} from "../support/check-op.ts";

const isArray = (value: unknown): value is NdArray => value instanceof NdArray;
const numbers = (values: readonly number[]) => ndarray(values, { dtype: "float64" });

describe("trace", () => {
  test("calls the function with an input for each array, in the nest of the arguments", () => {
    const seen: string[] = [];
    const traced = trace(
      (weights: { kernel: Tensor; layers: readonly Tensor[] }, x: Tensor) => {
        seen.push(formatType(weights.kernel), ...weights.layers.map(formatType), formatType(x));
        return { loss: sum(x), all: [weights.kernel, item(weights.layers)] };
      },
      [
        { kernel: NdArray.zeros([2, 3]), layers: [NdArray.zeros([4], "float64")] },
        NdArray.zeros([5], "int32"),
      ],
      isArray,
    );
    expect(seen).toEqual(["float32[2, 3]", "float64[4]", "int32[5]"]);
    expect(traced.inputs.map(formatType)).toEqual(seen);
    expect(traced.outputs.map(formatType)).toEqual(["int32[]", "float32[2, 3]", "float64[4]"]);
    expect(traced.result([10, 20, 30])).toEqual({ loss: 10, all: [20, 30] });
  });

  test("of a function of no argument and one result", () => {
    const traced = trace(() => scalar(3), [], isArray);
    expect(traced.inputs).toEqual([]);
    expect(traced.result(["three"])).toBe("three");
  });

  test.each([
    [
      () => 3,
      "the traced function's result: wants a tensor, or arrays and plain objects of them, got number",
    ],
    [() => ({ loss: undefined }), "the traced function's result.loss: wants a tensor"],
    [() => [scalar(1), null], "the traced function's result[1]: wants a tensor"],
    [
      () => [new Map()],
      "the traced function's result[0]: wants a tensor, or arrays and plain objects of them, got Map",
    ],
  ])("rejects the result of %s", (fn, message) => {
    expect(() => trace(fn, [], isArray)).toThrow(message);
  });

  test("rejects an argument that is neither array nor nest, by its place", () => {
    expect(() => trace((x: Tensor) => x, [{ a: [1] }], isArray)).toThrow("arguments[0].a[0]: wants a tensor");
  });
});

describe("grad", () => {
  const x = numbers([0.5, -1, 2]);

  test("of one tensor", () => {
    const slope = evaluateOne((t) => grad((u: Tensor) => sum(square(u)))(t), x);
    expectClose(slope, numbers([1, -2, 4]), "2x");
  });

  test("comes in the nest of the first argument; further arguments are left alone", () => {
    const loss = ({ w, rest: [b] }: { w: Tensor; rest: readonly [Tensor] }, data: Tensor, factor: number) =>
      mul(sum(add(mul(w, data), b)), factor);
    const graph = graphOf(
      (w, b, data) => {
        const { value, gradient } = valueAndGrad(loss)({ w, rest: [b] }, data, 3);
        return [value, gradient.w, gradient.rest[0]];
      },
      [x, numbers([1]), x],
    );
    const results = run(graph, [toValue(x), toValue(numbers([1])), toValue(x)]);
    expect(results.map(({ data }) => [...data])).toEqual([[3 * (5.25 + 3)], [1.5, -3, 6], [9]]);
  });

  test("of what the function does not depend on is zero, of its own dtype and shape", () => {
    const types: TensorType[] = [
      { dtype: "float64", shape: [] },
      { dtype: "float32", shape: [2, 3] },
    ];
    const graph = graphOf((a, b) => {
      const { gradient } = valueAndGrad((p: { a: Tensor; b: Tensor }) => square(p.a))({ a, b });
      return [gradient.a, gradient.b];
    }, types);
    expect(graph.outputs.map(formatType)).toEqual(["float64[]", "float32[2, 3]"]);
    expect(
      run(graph, [toValue(numbers([3]).reshape([])), toValue(NdArray.zeros([2, 3]))]).map(({ data }) => [
        ...data,
      ]),
    ).toEqual([[6], [0, 0, 0, 0, 0, 0]]);
  });

  test("of a function that returns its argument is one", () => {
    expect(evaluateOne((t) => grad((u: Tensor) => u)(t), numbers([7])).toArray()).toEqual([1]);
  });

  test("of parameters in two dtypes", () => {
    const graph = graphOf(
      (a, b) => grad((p: readonly Tensor[]) => sum(mul(item(p), cast(item(p, 1), "float64"))))([a, b]),
      [
        { dtype: "float64", shape: [2] },
        { dtype: "float32", shape: [2] },
      ],
    );
    expect(graph.outputs.map(formatType)).toEqual(["float64[2]", "float32[2]"]);
  });

  test("counts only what the function does with its argument, not what else reads the same tensor", () => {
    const slope = evaluateOne((t) => grad((u: Tensor) => sum(mul(u, t)))(t), x);
    expectClose(slope, x, "d(u·t)/du at u = t");
  });

  test("of a tensor that is passed twice keeps the two uses apart", () => {
    const loss = (p: { a: Tensor; b: Tensor }) => sum(mul(square(p.a), p.b));
    const slopes = evaluate((t) => {
      const { a, b } = grad(loss)({ a: t, b: t });
      return [a, b];
    }, x);
    expect(slopes.map((slope) => slope.toArray())).toEqual([
      [2 * 0.25, 2, 8],
      [0.25, 1, 4],
    ]);
  });

  test("of a gradient in which the outer variable is a constant", () => {
    // d/dx [x · d/dy (x + y)] = d/dx [x · 1] = 1: a gradient that mixed up x and y would say 2.
    const outer = grad((u: Tensor) => mul(u, grad((v: Tensor) => add(u, v))(u)));
    expect(evaluateOne((t) => outer(t), numbers([3])).toArray()).toEqual([1]);
  });

  test("of an intermediate tensor that is one of several outputs of a node", () => {
    const slope = evaluateOne((t) => {
      const [, right = t] = split(exp(t), [1, 2]);
      return grad((p: Tensor) => sum(square(p)))(right);
    }, x);
    expectClose(slope, numbers([2 * Math.exp(-1), 2 * Math.exp(2)]), "2 exp x");
  });

  test("three times over", () => {
    const third = grad((a: Tensor) => grad((b: Tensor) => grad((c: Tensor) => sin(mul(c, 2)))(b))(a));
    expectClose(
      evaluateOne((t) => third(t), numbers([0.3])),
      numbers([-8 * Math.cos(0.6)]),
      "(sin 2x)'''",
    );
  });

  test("does not flow through stopGradient, nor through integers", () => {
    const slope = evaluateOne(
      (t) => grad((u: Tensor) => sum(add(mul(stopGradient(u), u), cast(cast(u, "int32"), "float64"))))(t),
      x,
    );
    expectClose(slope, x, "the factor that is not stopped");
  });

  test("within a scan's body reaches captured tensors", () => {
    const [w, rows] = drawInputs({ name: "inner grad", inputs: [reals([2]), reals([3, 2])] });
    if (w === undefined || rows === undefined) throw new RangeError("two inputs");
    const descend = (t: Tensor, xs: Tensor) =>
      scan((v, row) => sub(v, grad((u: Tensor) => mean(square(sub(tanh(mul(u, row)), t))))(v)), t, xs).last;
    const numeric = ([value]: readonly number[]) =>
      evaluateOne(
        (t, xs) => sum(descend(t, xs)),
        ndarray([value ?? 0, w.at(1)], { dtype: "float64" }),
        rows,
      ).item();
    const h = 1e-4;
    const slope = evaluateOne((t, xs) => grad((u: Tensor) => sum(descend(u, xs)))(t), w, rows);
    expect(slope.at(0)).toBeCloseTo((numeric([w.at(0) + h]) - numeric([w.at(0) - h])) / (2 * h), 6);
  });
});

describe("grad rejects", () => {
  const f32 = (...shape: number[]) => input("x", { dtype: "float32", shape });

  test.each([
    [
      "a result with more than one element",
      () => grad(square)(f32(2)),
      "grad: the function is to return one float, it returned float32[2]",
    ],
    ["an integer result", () => grad((x: Tensor) => cast(sum(x), "int32"))(f32(2)), "it returned int32[]"],
    ["a number", () => grad((() => 3) as never)(f32(2) as never), "it returned number"],
    [
      "integer parameters",
      () => grad((x: Tensor) => sum(x))(cast(f32(2), "int64")),
      "grad: wants float tensors to differentiate, got int64[2]",
    ],
    [
      "parameters that are no tensors",
      () => grad(() => scalar(1))({ w: [1] }),
      "the argument to differentiate.w[0]: wants a tensor",
    ],
  ])("%s", (_, attempt, message) => {
    expect(attempt).toThrow(message);
  });

  test("nothing where the one float has axes of length 1", () => {
    const graph = graphOf(
      (x) => grad((u: Tensor) => matmul(u, constant(NdArray.full([2, 1], 3, "float64"))))(x),
      [{ dtype: "float64", shape: [1, 2] }],
    );
    expect([...item(run(graph, [{ shape: [1, 2], data: Float64Array.of(1, 2) }])).data]).toEqual([3, 3]);
  });
});

test("isTensor tells tensors from arrays", () => {
  expect(isTensor(scalar(1))).toBe(true);
  expect(isTensor(NdArray.zeros([1]))).toBe(false);
});
