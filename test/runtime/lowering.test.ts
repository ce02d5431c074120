// Every op, lowered to ONNX and run on the CPU, gives what the reference interpreter gives.

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import "../../src/graph/chain.ts";
import { applyAll } from "../../src/graph/op.ts";
import * as arithmetic from "../../src/graph/ops/arithmetic.ts";
import { attentionGradientOp, attentionOp } from "../../src/graph/ops/attention-op.ts";
import { conv1d } from "../../src/graph/ops/conv.ts";
import { einsum } from "../../src/graph/ops/einsum.ts";
import * as functions from "../../src/graph/ops/functions.ts";
import { gather, oneHot, pick, scatterAdd } from "../../src/graph/ops/gather.ts";
import * as layout from "../../src/graph/ops/layout.ts";
import { constant, scalar } from "../../src/graph/ops/leaf.ts";
import { gemmOp, matmul } from "../../src/graph/ops/matmul.ts";
import { layerNorm, layerNormOp, rmsNorm } from "../../src/graph/ops/normalize.ts";
import { averagePool1d, maxPool1d } from "../../src/graph/ops/pool.ts";
import * as reduce from "../../src/graph/ops/reduce.ts";
import { broadcastTo, reshape, sum } from "../../src/graph/ops/sum.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { vjp } from "../../src/graph/vjp.ts";
import { jit } from "../../src/runtime/jit.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";
import { differential, draw, opsSeen } from "./differential.ts";

const FLOATS: readonly DType[] = ["float32", "float64"];
const NUMBERS: readonly DType[] = [...FLOATS, "int32", "int64"];

/** What ONNX Runtime's CPU build has no kernel for. */
const LACKING: { readonly [op: string]: readonly DType[] } = { erf: ["float64"], gelu: ["float64"] };

function forEachDtype(
  name: string,
  dtypes: readonly DType[],
  test: (dtype: DType) => Promise<unknown>,
): void {
  for (const dtype of dtypes) {
    const lacks = LACKING[name]?.includes(dtype) ?? false;
    it(`${name} ${dtype}`, async () => {
      if (lacks)
        await expect(test(dtype)).rejects.toThrow("could not be loaded: Could not find an implementation");
      else await test(dtype);
    });
  }
}

describe("elementwise", () => {
  const { add, sub, mul, div, pow, maximum, minimum, equal, greater, greaterEqual } = arithmetic;
  for (const [name, apply] of Object.entries({
    add,
    sub,
    mul,
    maximum,
    minimum,
    equal,
    greater,
    greaterEqual,
  })) {
    forEachDtype(name, NUMBERS, (dtype) =>
      differential([draw([3, 1, 4], dtype), draw([2, 4], dtype, { seed: 2 })], (a, b) => [
        apply(a!, b!),
        apply(a!, 1),
        apply(a!, a!),
      ]),
    );
  }
  forEachDtype("div", NUMBERS, (dtype) =>
    differential(
      [draw([3, 4], dtype, { low: -9, high: 9 }), draw([4], dtype, { low: 1, high: 5 })],
      (a, b) => [div(a!, b!), div(a!, 2)],
    ),
  );
  forEachDtype("pow", FLOATS, (dtype) =>
    differential([draw([3, 4], dtype, { low: 0.1 }), draw([4], dtype)], (a, b) => [
      pow(a!, b!),
      pow(a!, 3),
      pow(a!, 0.5),
    ]),
  );
  forEachDtype("equal", ["bool"], (dtype) =>
    differential([draw([3, 4], dtype), draw([4], dtype)], (a, b) => equal(a!, b!)),
  );

  const { neg, log } = arithmetic;
  const { exp, sqrt, sign, abs, sin, cos, tanh, sigmoid, relu, softplus, erf, gelu, floor, round } =
    functions;
  for (const [name, apply] of Object.entries({ neg, sign, abs })) {
    forEachDtype(name, NUMBERS, (dtype) => differential([draw([3, 5], dtype)], (x) => apply(x!)));
  }
  for (const [name, apply] of Object.entries({
    exp,
    sin,
    cos,
    tanh,
    sigmoid,
    relu,
    softplus,
    erf,
    gelu,
    floor,
    round,
  })) {
    forEachDtype(name, FLOATS, (dtype) =>
      differential([draw([3, 7], dtype, { low: -4, high: 4 })], (x) => apply(x!)),
    );
  }
  for (const [name, apply] of Object.entries({ log, sqrt })) {
    forEachDtype(name, FLOATS, (dtype) =>
      differential([draw([3, 5], dtype, { low: 0.1 })], (x) => apply(x!)),
    );
  }
  forEachDtype("round halves", FLOATS, (dtype) =>
    differential([ndarray([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5], { dtype })], (x) => round(x!)),
  );

  const { logicalAnd, logicalOr, logicalNot, select, cast, stopGradient } = arithmetic;
  it("logicalAnd, logicalOr, logicalNot", () =>
    differential([draw([3, 4], "bool"), draw([4], "bool", { seed: 2 })], (a, b) => [
      logicalAnd(a!, b!),
      logicalOr(a!, b!),
      logicalNot(a!),
    ]));
  forEachDtype("select", [...NUMBERS, "bool"], (dtype) =>
    differential([draw([3, 4], "bool"), draw([3, 1], dtype), draw([4], dtype, { seed: 2 })], (c, a, b) =>
      select(c!, a!, b!),
    ),
  );
  for (const from of [...NUMBERS, "bool"] as const) {
    it(`cast from ${from}`, () =>
      differential([draw([3, 4], from, { low: -9, high: 9 })], (x) =>
        [...NUMBERS, "bool" as const].map((to) => cast(x!, to)),
      ));
  }
  it("stopGradient", () =>
    differential([draw([3], "float32")], (x) => [stopGradient(x!), stopGradient(exp(x!))]));
});

describe("layout", () => {
  const { transpose, concat, stack, split, slice, reverse, pad, take } = layout;
  const ALL: readonly DType[] = [...NUMBERS, "bool"];
  forEachDtype("reshape", ALL, (dtype) =>
    differential([draw([2, 3, 4], dtype)], (x) => [
      reshape(x!, [4, 6]),
      reshape(x!, [-1]),
      reshape(x!, [24, 1, 1]),
    ]),
  );
  forEachDtype("transpose", ALL, (dtype) =>
    differential([draw([2, 3, 4], dtype)], (x) => [transpose(x!), transpose(x!, [0, 2, 1])]),
  );
  forEachDtype("broadcastTo", ALL, (dtype) =>
    differential([draw([3, 1], dtype), draw([], dtype)], (x, y) => [
      broadcastTo(x!, [2, 3, 4]),
      broadcastTo(y!, [2, 3]),
    ]),
  );
  forEachDtype("concat", ALL, (dtype) =>
    differential([draw([2, 3], dtype), draw([2, 1], dtype)], (a, b) => [
      concat([a!, b!, a!], 1),
      stack([a!, a!], 1),
    ]),
  );
  forEachDtype("split", ALL, (dtype) =>
    differential([draw([2, 6], dtype)], (x) => [...split(x!, 3, 1), ...split(x!, [1, 3, 2], 1)]),
  );
  forEachDtype("slice", ALL, (dtype) =>
    differential([draw([5, 6], dtype)], (x) => [
      slice(x!, 0, 1, 4),
      slice(x!, 1, 0, 6, 2),
      reverse(x!, 0),
      reverse(x!, 1),
      take(x!, -1, 1),
    ]),
  );
  forEachDtype("pad", ALL, (dtype) =>
    differential([draw([2, 3], dtype)], (x) => [pad(x!, 0, 1, 2), pad(x!, 1, 2, 0, 1)]),
  );
});

describe("products", () => {
  forEachDtype("matmul", NUMBERS, (dtype) =>
    differential(
      [
        draw([3, 4], dtype),
        draw([4, 5], dtype),
        draw([2, 3, 4], dtype),
        draw([2, 4, 5], dtype),
        draw([4], dtype),
      ],
      (a, b, c, d, e) => [
        matmul(a!, b!),
        matmul(c!, b!),
        matmul(c!, d!),
        matmul(a!, d!),
        matmul(a!, e!),
        matmul(e!, b!),
      ],
    ),
  );
  forEachDtype("matmul transposed", NUMBERS, (dtype) =>
    differential(
      [draw([4, 3], dtype), draw([5, 4], dtype), draw([2, 4, 3], dtype), draw([2, 5, 4], dtype)],
      (a, b, c, d) => [
        matmul(a!, b!, { transposeA: true, transposeB: true }),
        matmul(transposed(a!), b!, { transposeB: true }),
        matmul(a!, transposed(b!), { transposeA: true }),
        matmul(c!, d!, { transposeA: true, transposeB: true }),
        matmul(c!, transposed(b!), { transposeA: true }),
      ],
    ),
  );
  forEachDtype("gemm", FLOATS, (dtype) =>
    differential(
      [draw([3, 4], dtype), draw([4, 5], dtype), draw([5], dtype), draw([3, 5], dtype)],
      (a, b, c, d) => [
        ...applyAll(gemmOp, [a!, b!, c!], { transposeA: false, transposeB: false }),
        ...applyAll(gemmOp, [a!, b!, d!], { transposeA: false, transposeB: false }),
        ...applyAll(gemmOp, [transposed(a!), transposed(b!), c!], { transposeA: true, transposeB: true }),
      ],
    ),
  );
  forEachDtype("einsum", FLOATS, (dtype) =>
    differential([draw([2, 3, 4], dtype), draw([4, 5], dtype)], (a, b) => [
      einsum("bth,hk->btk", a!, b!),
      einsum("bth->tb", a!),
    ]),
  );
  const transposed = (x: Tensor) => layout.transpose(x);
});

describe("reductions", () => {
  const { max, min, mean, softmax, logSoftmax, logSumExp, cumsum, argmax } = reduce;
  for (const [name, apply] of Object.entries({ sum, max, min })) {
    forEachDtype(name, NUMBERS, (dtype) =>
      differential([draw([2, 3, 4], dtype)], (x) => [
        apply(x!),
        apply(x!, 1),
        apply(x!, [0, 2]),
        apply(x!, -1, { keepDims: true }),
      ]),
    );
  }
  for (const [name, apply] of Object.entries({ mean, logSumExp })) {
    forEachDtype(name, FLOATS, (dtype) =>
      differential([draw([2, 3, 4], dtype)], (x) => [apply(x!), apply(x!, [0, 1])]),
    );
  }
  for (const [name, apply] of Object.entries({ softmax, logSoftmax })) {
    forEachDtype(name, FLOATS, (dtype) =>
      differential([draw([2, 3, 4], dtype)], (x) => [apply(x!), apply(x!, 0), apply(x!, 1)]),
    );
  }
  forEachDtype("cumsum", NUMBERS, (dtype) =>
    differential([draw([3, 4], dtype)], (x) => [cumsum(x!), cumsum(x!, 1), cumsum(x!, 1, { reverse: true })]),
  );
  forEachDtype("argmax", NUMBERS, (dtype) =>
    differential([draw([3, 4], dtype, { low: -50, high: 50 })], (x) => [argmax(x!), argmax(x!, 0)]),
  );
});

describe("normalisation", () => {
  forEachDtype("layerNorm", FLOATS, (dtype) =>
    differential(
      [draw([2, 3, 4], dtype), draw([4], dtype), draw([4], dtype, { seed: 2 }), draw([3, 4], dtype)],
      (x, scale, offset, wide) => [
        layerNorm(x!, { scale: scale!, offset: offset! }),
        layerNorm(x!, { axis: [1, 2], scale: wide!, epsilon: 1e-6 }),
        layerNorm(x!, { axis: 1 }),
        ...applyAll(layerNormOp, [x!, scale!, offset!], { axes: 1, epsilon: 1e-3 }),
      ],
    ),
  );
  it("layerNorm of numbers far from 0", () =>
    differential([draw([4, 300], "float32", { low: 99, high: 101 })], (x) =>
      mul(layerNorm(x!, { epsilon: 1e-12 }), 0.1),
    ));
  forEachDtype("rmsNorm", FLOATS, (dtype) =>
    differential([draw([2, 3, 4], dtype), draw([4], dtype)], (x, scale) => rmsNorm(x!, { scale: scale! })),
  );
  const { mul } = arithmetic;
});

describe("attention", () => {
  const shapes = { q: [2, 2, 3, 4, 2], k: [2, 2, 5, 2], v: [2, 2, 5, 17] };
  const [kept, y] = [
    [2, 2, 3, 4, 5],
    [2, 2, 3, 4, 17],
  ];
  for (const limit of [1, 60, 1000]) {
    for (const mask of [undefined, [1, 1, 1, 4, 5], [2, 1, 1, 1, 5], [2, 2, 3, 1, 5]]) {
      for (const keep of [false, true]) {
        const attributes = { scale: 0.5, rate: keep ? 0.5 : 0, mask: mask !== undefined, keep, limit };
        forEachDtype(
          `attention up to ${limit} weights at once, mask ${mask}, dropout ${keep},`,
          FLOATS,
          (dtype) =>
            differential(
              [
                ...Object.values(shapes).map((shape, i) => draw(shape, dtype, { seed: i })),
                ...(mask === undefined ? [] : [draw(mask, "bool")]),
                ...(keep ? [draw(kept, "bool", { low: -1, high: 3 })] : []),
                draw(y, dtype),
                draw(y, dtype, { seed: 9 }),
              ],
              (...inputs) => [
                ...applyAll(attentionOp, inputs.slice(0, -2), attributes),
                ...applyAll(attentionGradientOp, inputs, attributes),
              ],
            ),
        );
      }
    }
  }
});

it("attention of one sample, head by head", () =>
  differential(
    [
      [1, 3, 1, 4, 2],
      [1, 3, 5, 2],
      [1, 3, 5, 2],
    ].map((shape) => draw(shape, "float32")),
    (...inputs) => applyAll(attentionOp, inputs, { scale: 1, rate: 0, mask: false, keep: false, limit: 1 }),
  ));

describe("gather and scatter", () => {
  const ids = (dtype: DType) =>
    ndarray(
      [
        [0, 3],
        [1, 3],
        [-1, 2],
      ],
      { dtype },
    );
  for (const idType of ["int32", "int64"] as const) {
    forEachDtype(`gather by ${idType}`, [...NUMBERS, "bool"], (dtype) =>
      differential([draw([5, 2], dtype), ids(idType)], (x, i) => [
        gather(x!, i!),
        gather(x!, i!.abs().minimum(1), 1),
      ]),
    );
    forEachDtype(`scatterAdd by ${idType}`, NUMBERS, (dtype) =>
      differential([ids(idType), draw([3, 2, 4], dtype)], (i, x) => scatterAdd(5, i!, x!)),
    );
    for (const rows of [5, 200])
      it(`scatterAdd by ${idType}, of wide rows into ${rows}`, () =>
        differential([ids(idType), draw([3, 2, 40], "float32")], (i, x) => scatterAdd(rows, i!, x!)));
    forEachDtype(`pick by ${idType}`, NUMBERS, (dtype) =>
      differential([draw([3, 2, 4], dtype), ids(idType)], (x, i) => pick(x!, i!)),
    );
    forEachDtype(`oneHot by ${idType}`, NUMBERS, (dtype) =>
      differential([ids(idType)], (i) => oneHot(i!, 4, dtype)),
    );
  }
});

describe("scatterAdd", () => {
  // Whole numbers, whose sums are exact. Kernels that share the updates out among threads lose some.
  it.each([
    ["a few rows", 3, 32],
    ["many rows", 500, 32],
    ["single numbers", 3, 1],
  ])("loses none of many updates of the same rows: %s", async (_, rows, width) => {
    const count = 30_000;
    const ids = ndarray(Int32Array.from({ length: count }, (_, i) => i % rows));
    const updates = ndarray(new Float32Array(count * width).fill(1), { shape: [count, width] });
    const sums = await jit((i: Tensor, x: Tensor) => scatterAdd(rows, i, x))(ids, updates);
    expect(new Set(Array.from(sums.data, Number))).toEqual(new Set([count / rows]));
  });

  it.each([
    [5, 40],
    [5, 2],
    [500, 40],
  ])("fails for an id outside a table of %i rows of %i", async (rows, width) => {
    const run = jit((i: Tensor, x: Tensor) => scatterAdd(rows, i, x));
    const ids = ndarray([0, rows], { dtype: "int32" });
    await expect(run(ids, draw([2, width], "float32"))).rejects.toThrow(
      /out of (data )?bounds|out of range/i,
    );
  });
});

describe("windows", () => {
  forEachDtype("conv1d", FLOATS, (dtype) =>
    differential([draw([2, 7, 3], dtype), draw([3, 3, 4], dtype)], (x, k) => [
      conv1d(x!, k!),
      conv1d(x!, k!, { padding: "same", stride: 2 }),
      conv1d(x!, k!, { padding: "causal", dilation: 2 }),
    ]),
  );
  forEachDtype("the gradients of conv1d", FLOATS, (dtype) =>
    differential([draw([2, 7, 4], dtype), draw([3, 2, 4], dtype)], (x, k) => {
      const y = conv1d(x!, k!, { padding: "same", stride: 2, groups: 2 });
      return vjp([y], [y], [x!, k!]) as Tensor[];
    }),
  );
  forEachDtype("pooling", FLOATS, (dtype) =>
    differential([draw([2, 7, 3], dtype)], (x) => [
      maxPool1d(x!, 2),
      averagePool1d(x!, 3, { padding: "same", stride: 1 }),
    ]),
  );
});

describe("outputs", () => {
  it("may be inputs, constants, or given twice", () =>
    differential([draw([2, 3], "float32"), draw([2, 3], "int64"), draw([2], "bool")], (x, n, b) => {
      const y = x!.mul(2);
      return [x!, n!, b!, scalar(3), constant(ndarray([1, 2], { dtype: "int32" })), y, y, x!];
    }));
  it("may be empty", () =>
    differential([draw([0, 3], "float32"), draw([2, 3], "float32")], (x, y) => [
      x!.mul(2),
      reshape(x!, [3, 0]),
      sum(x!, 0),
      layout.concat([x!, y!]),
      layout.slice(y!, 0, 1, 1),
      broadcastTo(layout.slice(y!, 0, 1, 1), [4, 0, 3]),
    ]));
});

it("covers every op", () => {
  const folder = new URL("../../src/graph/ops/", import.meta.url);
  const sources = readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), "utf8"))
    .join("\n");
  const made = /(?:\bop<[^(]*>|unaryOp|binaryOp|extremeOp)\(\s*"(\w+)"|^ {2}name: "(\w+)"/gm;
  const names = [...sources.matchAll(made)].map(([, first, second]) => first ?? second ?? "");
  expect(names.length).toBeGreaterThan(50);
  // A random leaf is an input to the lowering; scans and whole recurrent layers have files of their own: onnx-scan.test.ts,
  // onnx-recurrent.test.ts.
  const elsewhere = ["random", "scan", "lstm", "gru", "simpleRnn"];
  expect(names.filter((name) => !elsewhere.includes(name) && !opsSeen.has(name))).toEqual([]);
});
