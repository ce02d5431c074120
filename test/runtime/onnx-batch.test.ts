// A model lowered for any batch size gives, at each, what the interpreter gives for a graph of that very size.

import { expect, it } from "vitest";
import "../../src/graph/chain.ts";
import { anyBatch } from "../../src/graph/batch.ts";
import { sigmoid, tanh } from "../../src/graph/ops/functions.ts";
import { gather } from "../../src/graph/ops/gather.ts";
import { split, transpose } from "../../src/graph/ops/layout.ts";
import { input, scalar } from "../../src/graph/ops/leaf.ts";
import { scan } from "../../src/graph/ops/scan.ts";
import { broadcastTo, reshape } from "../../src/graph/ops/sum.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { device } from "../../src/runtime/node/cpu.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import type { NdArray } from "../../src/tensor/nd-array.ts";
import { asValue, draw, expectNear, model } from "./differential.ts";

interface Case {
  /** The inputs' shapes and dtypes at a batch size. */
  readonly inputs: (
    batch: number,
  ) => readonly (readonly [dtype: DType, shape: readonly number[], range?: { low: number; high: number }])[];
  readonly build: (inputs: readonly Tensor[]) => readonly Tensor[];
}

const zeros = (shape: readonly number[]) => broadcastTo(scalar(0), shape);

const cases: { readonly [name: string]: Case } = {
  "a stack of dense layers over time": {
    inputs: (batch) => [
      ["float32", [batch, 5, 3]],
      ["float32", [3, 4]],
    ],
    // product folds [B, T, F] into [B·T, F] and back.
    build: ([x, w]) => [tanh(x!.matmul(w!)).softmax(), x!.matmul(w!).sum(1)],
  },
  "an LSTM over a batch-major sequence": {
    inputs: (batch) => [
      ["float32", [batch, 6, 3]],
      ["float32", [3, 16]],
      ["float32", [4, 16]],
    ],
    build([x, w, u]) {
      const rows = transpose(x!, [1, 0, 2]);
      const batch = x!.shape[0]!;
      const { last, outputs } = scan(
        ({ h, c }: { h: Tensor; c: Tensor }, xt: Tensor) => {
          const [i, f, g, o] = split(xt.matmul(w!).add(h.matmul(u!)), 4, 1) as [
            Tensor,
            Tensor,
            Tensor,
            Tensor,
          ];
          const next = sigmoid(f)
            .mul(c)
            .add(sigmoid(i).mul(tanh(g)));
          return { carry: { h: sigmoid(o).mul(tanh(next)), c: next }, output: next };
        },
        { h: zeros([batch, 4]), c: zeros([batch, 4]) },
        rows,
      );
      return [last.h, transpose(outputs, [1, 0, 2])];
    },
  },
  "reshapes and broadcasts within a scan": {
    inputs: (batch) => [["float32", [3, batch, 4]]],
    build([x]) {
      const batch = x!.shape[1]!;
      const step = (y: Tensor, xt: Tensor) =>
        reshape(
          reshape(y, [batch * 2, 2]).add(
            reshape(xt, [batch * 2, 2]).mul(broadcastTo(scalar(0.5), [batch * 2, 2])),
          ),
          [batch, 4],
        );
      return [scan(step, zeros([batch, 4]), x!).outputs];
    },
  },
  "an embedding": {
    inputs: (batch) => [
      ["float32", [7, 4]],
      ["int32", [batch, 5], { low: 0, high: 7 }],
    ],
    build: ([table, ids]) => [gather(table!, ids!), gather(table!, ids!).max(1), ids!.greater(3)],
  },
  "a batch that comes only as a multiple": {
    inputs: (batch) => [["float32", [batch * 3, 2]]],
    build: ([x]) => {
      const batch = x!.shape[0]! / 3;
      return [reshape(x!, [batch, 3, 2]), zeros([batch, 2]).add(1), zeros([batch * 2, batch * 3])];
    },
  },
};

for (const [name, { inputs: typesAt, build }] of Object.entries(cases)) {
  it(name, async () => {
    const inputsAt = (batch: number) =>
      typesAt(batch).map(([dtype, shape], i) => input(`in${i}`, { dtype, shape }));
    const anySize = inputsAt(anyBatch);
    const executable = await device.load(model(anySize, build(anySize)), { threads: 1 });
    for (const batch of [1, 3, 7]) {
      const feeds: readonly NdArray[] = typesAt(batch).map(([dtype, shape, range], i) =>
        draw(shape, dtype, { seed: i, ...range }),
      );
      const inputs = inputsAt(batch);
      const leaves = new Map(inputs.map((tensor, i) => [tensor, asValue(feeds[i]!)]));
      expectNear(await executable.run(feeds), build(inputs), leaves);
    }
    await executable.release();
  });
}

it("says where no input has the batch size", () => {
  const x = input("x", { dtype: "float32", shape: [2] });
  expect(() => model([x], [zeros([anyBatch, 2]).add(x)])).toThrow(
    "lowering: the graph speaks of any batch size, but no input has one to take it from",
  );
});
