// Tests of attention beyond its values and gradients: hopeless masks, when it is opened and when it becomes a loop, and its errors.

import { describe, expect, test } from "vitest";
import { anyBatch } from "../../src/graph/batch.ts";
import { apply } from "../../src/graph/op.ts";
import { type AttentionOptions, scaledDotProductAttention } from "../../src/graph/ops/attention.ts";
import { attentionGradientOp, attentionOp } from "../../src/graph/ops/attention-op.ts";
import { constant, input } from "../../src/graph/ops/leaf.ts";
import { type MultiHeadWeights, multiHeadAttention } from "../../src/graph/ops/multi-head.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { optimize } from "../../src/graph/passes/optimize.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { grad } from "../../src/graph/trace.ts";
import { lowerGraph } from "../../src/runtime/compile.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { evaluate, evaluateOne } from "../support/check-op.ts";

const random = new Random("attention");
const values = (...shape: number[]) => random.normal(shape, 0, 1, "float64");
const leaf = (name: string, shape: Shape, dtype: DType = "float32") => input(name, { dtype, shape });

test("a query that may look nowhere gets the mean of the values, and a finite gradient", () => {
  const [q, k, v] = [values(1, 2, 1, 3), values(1, 4, 1, 3), values(1, 4, 1, 2)];
  const mask = constant(ndarray([[true, true, false, false], Array(4).fill(false)], { dtype: "bool" }));
  const attention = (...[a, b, c]: readonly Tensor[]) =>
    scaledDotProductAttention(a as Tensor, b as Tensor, c as Tensor, { mask });
  const y = evaluateOne(attention, q, k, v);
  for (const e of [0, 1]) {
    const mean = [0, 1, 2, 3].reduce((total, s) => total + v.at(0, s, 0, e) / 4, 0);
    expect(y.at(0, 1, 0, e)).toBeCloseTo(mean, 12);
    expect(y.at(0, 0, 0, e)).not.toBeCloseTo(mean, 3);
  }
  const [dq] = evaluate(
    (a, b, c) => grad((x: Tensor) => sum(attention(x, b as Tensor, c as Tensor)))(a as Tensor),
    q,
    k,
    v,
  );
  expect(dq?.toFloat64().every(Number.isFinite)).toBe(true);
});

/** Attention and its gradient for the given sizes. */
function training(samples: number, positions: number, options: AttentionOptions = {}) {
  const inputs = ["q", "k", "v"].map((name) => leaf(name, [samples, positions, 2, 8]));
  const [q, k, v] = inputs as [Tensor, Tensor, Tensor];
  const loss = (x: Tensor) => sum(scaledDotProductAttention(x, k, v, options));
  return { inputs, outputs: [loss(q), grad(loss)(q)] };
}

const opsOf = (outputs: readonly Tensor[]) => nodesOf(outputs).map(({ op }) => op.name);

describe("the weights", () => {
  test("of few samples are computed once, for the output and the gradient", () => {
    const ops = opsOf(optimize(training(2, 4, { dropout: 0.5, causal: true }).outputs));
    expect(ops.filter((name) => name === "softmax")).toHaveLength(1);
    expect(ops.filter((name) => name.startsWith("attention"))).toEqual([]);
  });

  test("of many are computed sample by sample, and anew for the gradient", () => {
    const { inputs, outputs } = training(40, 400);
    const ops = opsOf(optimize(outputs));
    expect(ops).toContain(attentionOp.name);
    expect(ops).toContain(attentionGradientOp.name);
    expect(ops).not.toContain("softmax");
    expect(onnxOf(inputs, outputs)).toContain("Scan");
  });

  test("of an unknown number of samples are computed at once", () => {
    const inputs = ["q", "k", "v"].map((name) => leaf(name, [anyBatch, 400, 2, 8]));
    const [q, k, v] = inputs as [Tensor, Tensor, Tensor];
    const outputs = [scaledDotProductAttention(q, k, v)];
    expect(opsOf(optimize(outputs))).toContain("softmax");
    expect(onnxOf(inputs, outputs)).not.toContain("Scan");
  });
});

/** The bytes of the ONNX model as text, in which the names of its ops can be found. */
function onnxOf(inputs: readonly Tensor[], outputs: readonly Tensor[]): string {
  const { model } = lowerGraph(
    inputs.map((tensor, i) => [`in${i}`, tensor]),
    outputs.map((tensor, i) => [`out${i}`, tensor]),
  );
  return new TextDecoder("latin1").decode(model);
}

test("inputs that are narrow next to a head are not projected", () => {
  const sizes = (features: number) => {
    const x = leaf("x", [2, 5, features]);
    const kernel = leaf("kernel", [features, 2, 64]);
    const projection = { kernel, bias: leaf("bias", [2, 64]) };
    const output = { kernel: leaf("output", [2, 64, features]) };
    const y = multiHeadAttention(
      { query: x, value: x },
      { query: projection, key: projection, value: projection, output },
    );
    return nodesOf([y]).flatMap((node) => node.outputs.map(({ shape }) => shape.join()));
  };
  expect(sizes(3)).not.toContain("2,5,2,64");
  expect(sizes(40)).toContain("2,5,2,64");
});

describe("wrong operands are named", () => {
  const [q, k, v] = [leaf("q", [2, 3, 4, 8]), leaf("k", [2, 5, 2, 8]), leaf("v", [2, 5, 2, 6])];
  const attend = (a: Tensor, b: Tensor, c: Tensor, options?: AttentionOptions) => () =>
    scaledDotProductAttention(a, b, c, options);
  const heads: MultiHeadWeights = {
    query: { kernel: leaf("wq", [7, 2, 4]), bias: leaf("bq", [2, 4]) },
    key: { kernel: leaf("wk", [7, 2, 4]) },
    value: { kernel: leaf("wv", [7, 2, 3]) },
    output: { kernel: leaf("wo", [2, 3, 5]) },
  };
  const x = leaf("x", [2, 3, 7]);
  const multi =
    (inputs: Parameters<typeof multiHeadAttention>[0], weights: Partial<MultiHeadWeights>) => () =>
      multiHeadAttention(inputs, { ...heads, ...weights });

  test.each<[string, () => unknown, string]>([
    [
      "ranks",
      attend(leaf("q", [2, 3, 8]), k, v),
      "attention: wants query [B, T, N, D], key [B, S, M, D] and value [B, S, M, E] with M a divisor of N, got float32[2, 3, 8], float32[2, 5, 2, 8], float32[2, 5, 2, 6]",
    ],
    [
      "heads that do not divide",
      attend(q, leaf("k", [2, 5, 3, 8]), v),
      "with M a divisor of N, got float32[2, 3, 4, 8]",
    ],
    ["widths", attend(q, leaf("k", [2, 5, 2, 7]), v), "got float32[2, 3, 4, 8], float32[2, 5, 2, 7]"],
    ["dtypes", attend(q, leaf("k", [2, 5, 2, 8], "float64"), v), "float64[2, 5, 2, 8]"],
    [
      "a mask of numbers",
      attend(q, k, v, { mask: leaf("mask", [3, 5], "int32") }),
      "attention: the mask is to be bool, true where a query may look, got int32[3, 5]",
    ],
    [
      "a mask of another shape",
      attend(q, k, v, { mask: leaf("mask", [2, 5], "bool") }),
      "attention: the mask bool[2, 5] does not broadcast to [2, 4, 3, 5]: batch, heads, queries, keys",
    ],
    ["a rate of 1", attend(q, k, v, { dropout: 1 }), "dropout: the rate is in [0, 1), got 1"],
    [
      "a kernel of other features",
      multi({ query: x, value: x }, { key: { kernel: leaf("wk", [6, 2, 4]) } }),
      "multiHeadAttention: the key kernel is to be float32[7, 2, 4], got float32[6, 2, 4]",
    ],
    [
      "a bias of other heads",
      multi({ query: x, value: x }, { value: { ...heads.value, bias: leaf("bv", [3, 3]) } }),
      "multiHeadAttention: the value bias is to be float32[2, 3], got float32[3, 3]",
    ],
    [
      "keys of another length than the values",
      multi({ query: x, value: x, key: leaf("key", [2, 4, 7]) }, {}),
      "multiHeadAttention: the key is to be float32[2, 3, any], got float32[2, 4, 7]",
    ],
    [
      "an op's operands",
      () =>
        apply(attentionOp, [leaf("q", [1, 2, 3, 4]), leaf("k", [1, 5, 4]), leaf("v", [1, 6, 4])], {
          scale: 1,
          rate: 0,
          mask: false,
          keep: false,
          limit: 1,
        }),
      "attention: the operands do not fit each other: float32[1, 2, 3, 4], float32[1, 5, 4], float32[1, 6, 4]",
    ],
    [
      "an output of another shape than the gradient's op wants",
      () =>
        apply(
          attentionGradientOp,
          [
            [1, 2, 3, 4],
            [1, 5, 4],
            [1, 5, 6],
            [1, 2, 3, 6],
            [1, 2, 3, 4],
          ].map((shape) => leaf("x", shape)),
          { scale: 1, rate: 0, mask: false, keep: false, limit: 1 },
        ),
      "attentionGradient: output and gradient are float32[1, 2, 3, 6], got float32[1, 2, 3, 4]",
    ],
  ])("%s", (_, attempt, message) => {
    expect(attempt).toThrow(message);
  });
});
