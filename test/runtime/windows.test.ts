// Convolution and pooling of random shapes, with their gradients, give on ONNX Runtime what the interpreter gives, in each of the forms
// that they are lowered to; and do so for any batch size.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import "../../src/graph/chain.ts";
import { anyBatch } from "../../src/graph/batch.ts";
import { conv1d, conv1dTranspose, conv2d, depthwiseConv1d } from "../../src/graph/ops/conv.ts";
import { tanh } from "../../src/graph/ops/functions.ts";
import { input } from "../../src/graph/ops/leaf.ts";
import { averagePool1d, averagePool2d, maxPool1d, maxPool2d } from "../../src/graph/ops/pool.ts";
import { scan } from "../../src/graph/ops/scan.ts";
import { zeros } from "../../src/graph/ops/sum.ts";
import { optimize } from "../../src/graph/passes/optimize.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { vjp } from "../../src/graph/vjp.ts";
import { device } from "../../src/runtime/node/cpu.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { asValue, differential, draw, expectNear, model, runModel } from "./differential.ts";

const settings = { seed: 3_141_592, numRuns: 40 } as const;

/** The op on fresh operands and the gradients of all of them, on both sides. */
function check(
  dtype: DType,
  shapes: readonly Shape[],
  compute: (...operands: Tensor[]) => Tensor,
): Promise<unknown> {
  // Sums of some hundred products stay near 1, so that float32's rounding stays below the tolerance.
  const arrays = shapes.map((shape, i) => draw(shape, dtype, { low: -0.5, high: 0.5, seed: i + 1 }));
  return differential(arrays, (...operands) => {
    const y = compute(...operands);
    return [y, ...(vjp([y], [y], operands) as Tensor[])];
  });
}

const upTo = (max: number, min = 1) => fc.integer({ min, max });

/** A stride or a dilation, not both. */
const steps = fc.oneof(
  fc.record({ stride: upTo(4), dilation: fc.constant(1) }),
  fc.record({ stride: fc.constant(1), dilation: upTo(3) }),
);

const floats = fc.constantFrom<DType>("float32", "float32", "float64");

/** Windows of 1 to 4 over a length in which at least one fits. */
const windows = fc
  .record({ size: upTo(4), room: fc.nat(8), steps })
  .map(({ size, room, steps: { stride, dilation } }) => ({
    size,
    length: (size - 1) * dilation + 1 + room,
    stride,
    dilation,
  }));

describe("of random shapes", () => {
  it("conv1d", () =>
    fc.assert(
      fc.asyncProperty(
        windows,
        floats,
        fc.constantFrom("valid" as const, "same" as const, "causal" as const),
        fc.record({
          batch: upTo(2),
          groups: upTo(3),
          features: upTo(2),
          channels: upTo(3),
          wide: fc.boolean(),
        }),
        async ({ size, length, ...options }, dtype, padding, { batch, groups, features, channels, wide }) => {
          // From 16 features on a product takes Conv's place.
          const inner = wide ? 16 * features : features;
          await check(
            dtype,
            [
              [batch, length, groups * inner],
              [size, inner, groups * channels],
            ],
            (x, kernel) => conv1d(x, kernel, { ...options, padding, groups }),
          );
        },
      ),
      settings,
    ));

  it("depthwiseConv1d", () =>
    fc.assert(
      fc.asyncProperty(
        windows,
        floats,
        fc.constantFrom("valid" as const, "same" as const),
        fc.record({ features: upTo(3), channels: upTo(2) }),
        async ({ size, length, ...options }, dtype, padding, { features, channels }) => {
          await check(
            dtype,
            [
              [2, length, features],
              [size, features, channels],
            ],
            (x, kernel) => depthwiseConv1d(x, kernel, { ...options, padding }),
          );
        },
      ),
      settings,
    ));

  it("conv1dTranspose", () =>
    fc.assert(
      fc.asyncProperty(
        windows,
        floats,
        fc.constantFrom("valid" as const, "same" as const),
        fc.record({ features: upTo(20), channels: upTo(3), added: fc.option(fc.nat(3), { nil: undefined }) }),
        async ({ size, length, stride, dilation }, dtype, padding, { features, channels, added }) => {
          const outputPadding = added !== undefined && added < stride ? { outputPadding: added } : {};
          await check(
            dtype,
            [
              [2, length, features],
              [size, channels, features],
            ],
            (x, kernel) => conv1dTranspose(x, kernel, { stride, dilation, padding, ...outputPadding }),
          );
        },
      ),
      settings,
    ));

  it("conv2d", () =>
    fc.assert(
      fc.asyncProperty(
        windows,
        windows,
        floats,
        fc.constantFrom("valid" as const, "same" as const),
        fc.record({ strided: fc.boolean(), groups: upTo(2), features: fc.constantFrom(1, 2, 16) }),
        async (rows, columns, dtype, padding, { strided, groups, features }) => {
          const options = strided
            ? { strides: [rows.stride, columns.stride] as const }
            : { dilations: [rows.dilation, columns.dilation] as const };
          await check(
            dtype,
            [
              [2, rows.length, columns.length, groups * features],
              [rows.size, columns.size, features, groups * 2],
            ],
            (x, kernel) => conv2d(x, kernel, { ...options, padding, groups }),
          );
        },
      ),
      settings,
    ));

  it("pools", () =>
    fc.assert(
      fc.asyncProperty(
        windows,
        windows,
        floats,
        fc.constantFrom("valid" as const, "same" as const),
        async (rows, columns, dtype, padding) => {
          const sizes = [rows.size, columns.size] as const;
          const strides = [rows.stride, columns.stride] as const;
          const [line, plane]: Shape[] = [
            [2, rows.length, 2],
            [1, rows.length, columns.length, 2],
          ];
          const { size, stride } = rows;
          await check(dtype, [line!], (x) => maxPool1d(x, size, { stride, padding }));
          await check(dtype, [line!], (x) => averagePool1d(x, size, { stride, padding }));
          await check(dtype, [plane!], (x) => maxPool2d(x, sizes, { strides, padding }));
          await check(dtype, [plane!], (x) => averagePool2d(x, sizes, { strides, padding }));
        },
      ),
      { ...settings, numRuns: 30 },
    ));
});

it("second derivatives", () =>
  differential([draw([2, 8, 2], "float32"), draw([3, 2, 2], "float32", { seed: 2 })], (x, kernel) => {
    const y = conv1d(x!, kernel!, { stride: 2, padding: "same" });
    const first = vjp([y], [y.mul(y)], [x!, kernel!]) as Tensor[];
    return vjp(first, first, [x!, kernel!]) as Tensor[];
  }));

describe("the form follows the shape", () => {
  const opTypes = (shape: Shape, kernelShape: Shape) => {
    const x = input("x", { dtype: "float32", shape });
    const kernel = input("kernel", { dtype: "float32", shape: kernelShape });
    const text = Buffer.from(model([x, kernel], [conv1d(x, kernel)])).toString("latin1");
    return ["Conv", "Gather", "MatMul"].filter((name) => text.includes(name));
  };

  it.each<[string, Shape, Shape, readonly string[]]>([
    ["windows that fit the cache", [32, 200, 64], [3, 64, 64], ["Gather", "MatMul"]],
    ["windows that do not", [32, 500, 64], [8, 64, 128], ["Conv"]],
    ["few features", [32, 500, 1], [3, 1, 64], ["Conv"]],
    ["any batch size", [anyBatch, 200, 64], [3, 64, 64], ["Conv"]],
    ["one element", [32, 200, 64], [1, 64, 64], ["MatMul"]],
  ])("%s", (_, x, kernel, wanted) => expect(opTypes(x, kernel)).toEqual(wanted));
});

describe("for any batch size", () => {
  const cases: Readonly<Record<string, (x: Tensor, kernel: Tensor) => Tensor>> = {
    conv1d: (x, kernel) => conv1d(x, kernel, { padding: "causal", dilation: 2 }),
    "conv1d of one element": (x, kernel) => conv1d(x, kernel.at(0).reshape([1, 16, 16]), { stride: 2 }),
    depthwiseConv1d: (x, kernel) => depthwiseConv1d(x, kernel.slice(2, 0, 2), { padding: "same" }),
    conv1dTranspose: (x, kernel) => conv1dTranspose(x, kernel, { stride: 2, padding: "same" }),
    conv2d: (x, kernel) => conv2d(x.reshape([-1, 3, 3, 16]), kernel.reshape([3, 1, 16, 16]), { strides: 2 }),
    maxPool1d: (x) => maxPool1d(x, 2, { padding: "same" }),
    averagePool2d: (x) => averagePool2d(x.reshape([-1, 3, 3, 16]), 2),
  };

  it.each(Object.entries(cases))("%s", async (_, build) => {
    const kernel = input("kernel", { dtype: "float32", shape: [3, 16, 16] });
    const graph = (batch: number) => {
      const x = input("x", { dtype: "float32", shape: [batch, 9, 16] });
      return { inputs: [x, kernel], outputs: [build(x, kernel)] };
    };
    const open = graph(anyBatch);
    const executable = await device.load(model(open.inputs, open.outputs), { threads: 1 });
    try {
      for (const batch of [1, 3]) {
        const { inputs, outputs } = graph(batch);
        const arrays = inputs.map(({ shape }, i) =>
          draw(shape, "float32", { low: -0.5, high: 0.5, seed: i }),
        );
        const leaves = new Map(inputs.map((tensor, i) => [tensor, asValue(arrays[i]!)]));
        expectNear(await executable.run(arrays), outputs, leaves);
      }
    } finally {
      await executable.release();
    }
  });
});

it("in the body of a scan, also once it has left the loop", async () => {
  const shapes = [
    [3, 2, 6, 2],
    [3, 2, 2],
    [3, 2, 2],
  ];
  const arrays = shapes.map((shape, i) => draw(shape, "float32", { low: -0.5, high: 0.5, seed: i + 1 }));
  const inputs = arrays.map(({ shape, dtype }, i) => input(`in${i}`, { shape, dtype }));
  const [x, kernel, recurrent] = inputs as [Tensor, Tensor, Tensor];
  const { last } = scan(
    (h: Tensor, xt: Tensor) => ({
      carry: tanh(conv1d(xt, kernel, { padding: "same" }).add(conv1d(h, recurrent, { padding: "same" }))),
      output: [],
    }),
    zeros([2, 6, 2]),
    x,
  );
  const outputs = [last, ...(vjp([last], [last], inputs) as Tensor[])];
  const optimized = optimize(outputs);
  const outside = nodesOf(optimized).map(({ op }) => op.name);
  // The convolution of what is read, and its gradient, are of all steps at once.
  expect(outside.filter((name) => name.startsWith("conv")).sort()).toEqual(["conv", "convTranspose"]);
  const leaves = new Map(inputs.map((tensor, i) => [tensor, asValue(arrays[i]!)]));
  expectNear(await runModel(model(inputs, optimized), arrays), outputs, leaves);
});
